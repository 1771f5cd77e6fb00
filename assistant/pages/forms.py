"""Forms that change the documents, read piece by piece: a file is never held in memory."""

from collections.abc import AsyncIterator
from typing import Literal
from urllib.parse import parse_qsl

from fastapi import Request
from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header

from assistant.api.access import LARGEST_BODY
from assistant.errors import UploadError

LONGEST_FIELD = 4096  # bytes of what is no file
_Event = tuple[Literal["header", "begin", "data", "end"], bytes]


class FormPart:
    """A field of a form: its name, the name of its file (None if it is none), its content once."""

    def __init__(self, disposition: bytes, events: AsyncIterator[_Event]) -> None:
        _, options = parse_options_header(disposition)
        self.name = options.get(b"name", b"").decode(errors="replace")
        file = options.get(b"filename")
        self.file = None if file is None else file.decode(errors="replace")
        self._events = events
        self._is_read = False

    async def pieces(self) -> AsyncIterator[bytes]:
        """Raises UploadError if the form ends before the field does."""
        if self._is_read:
            return
        async for kind, piece in self._events:
            if kind == "end":
                self._is_read = True
                return
            yield piece
        raise _make_form_error()

    async def read(self) -> str:
        """The text of a short field. Raises UploadError for a longer one."""
        content = b""
        async for piece in self.pieces():
            content += piece
            if len(content) > LONGEST_FIELD:
                raise _make_form_error()
        return content.decode(errors="replace")

    async def skip(self) -> None:
        async for _ in self.pieces():
            pass


async def read_parts(request: Request) -> AsyncIterator[FormPart]:
    """The fields of a multipart form, each to be read before the next. Raises UploadError."""
    kind, options = parse_options_header(request.headers.get("content-type"))
    if kind != b"multipart/form-data" or b"boundary" not in options:
        raise _make_form_error()
    events = _read_events(request, options[b"boundary"])
    disposition = b""
    try:
        async for event, content in events:
            if event == "header":
                disposition = content
            elif event == "begin":
                part = FormPart(disposition, events)
                yield part
                await part.skip()
    except FormParserError:
        raise _make_form_error() from None


async def read_fields(request: Request) -> dict[str, str]:
    """The fields of a form without files."""
    content = await request.body()  # limited: see assistant.api.access
    if len(content) > LARGEST_BODY:
        raise _make_form_error()
    return dict(parse_qsl(content.decode(errors="replace")))


async def _read_events(request: Request, boundary: bytes) -> AsyncIterator[_Event]:
    found: list[_Event] = []
    field, value = bytearray(), bytearray()

    def add_to_header(part: bytearray, piece: bytes) -> None:
        part.extend(piece)
        if len(part) > LONGEST_FIELD:  # older parsers have no limit
            raise _make_form_error()

    def note_header() -> None:
        if bytes(field).lower() == b"content-disposition":
            found.append(("header", bytes(value)))
        field.clear()
        value.clear()

    parser = MultipartParser(
        boundary,
        {
            "on_header_field": lambda data, start, end: add_to_header(field, data[start:end]),
            "on_header_value": lambda data, start, end: add_to_header(value, data[start:end]),
            "on_header_end": note_header,
            "on_headers_finished": lambda: found.append(("begin", b"")),
            "on_part_data": lambda data, start, end: found.append(("data", data[start:end])),
            "on_part_end": lambda: found.append(("end", b"")),
        },
    )
    async for chunk in request.stream():
        parser.write(chunk)
        for event in found:
            yield event
        found.clear()


def _make_form_error() -> UploadError:
    return UploadError("the form can't be read", hint="send it from the page of documents")
