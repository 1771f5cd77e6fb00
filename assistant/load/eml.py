"""EML: an e-mail with its date and addresses as lines of its text; attachments are listed.

The standard library's parser decodes what it can, and reports what is malformed as defects.
"""

import re
from collections.abc import Iterator
from datetime import date
from email import policy
from email.errors import MessageError
from email.message import EmailMessage
from email.parser import BytesParser
from email.utils import parsedate_to_datetime

from assistant.errors import LoadError
from assistant.load.builder import DocumentBuilder
from assistant.load.fields import find_date
from assistant.load.html import parse_page
from assistant.load.office import make_damage_error
from assistant.load.page import add_page
from assistant.records import Document

_SHOWN = ("From", "To", "Cc", "Date", "Subject")
_REPLY = re.compile(r"(?:(?:re|fwd?|aw|wg|tr|sv|vs)\s*(?:\[\d+\])?\s*:\s*)+", re.IGNORECASE)
_ENCRYPTED = ("multipart/encrypted", "application/pkcs7-mime", "application/x-pkcs7-mime")
_SIGNATURES = ("application/pgp-signature", "application/pkcs7-signature")
MOST_PARTS = 1_000
LONGEST_HEADER = 2_000  # characters
LONGEST_NAME = 100  # of an attachment
MOST_NAMES = 10  # attachments that a notice names
# The page of a message is read, which has tables and lists, unless it has less than this share of
# the characters of its plain text.
_PAGE_SHARE = 0.5
# What the parser raises for malformed headers.
_FAILURES = (LookupError, ValueError, TypeError, AttributeError, MessageError, RecursionError)


def load_eml(content: bytes, name: str) -> Document:
    """One document: the message, and those that it forwards. Its title is the subject."""
    try:
        message = BytesParser(policy=policy.default).parsebytes(content)
        if not isinstance(message, EmailMessage) or not any(map(message.get, _SHOWN)):
            raise LoadError(f"{name} is not an e-mail", hint="save it again with its mail program")
        if sum(1 for _ in message.walk()) > MOST_PARTS:
            raise LoadError(f"{name} has more than {MOST_PARTS:,} parts", hint="leave it out")
        return _Reader(name).read(message)
    except _FAILURES as error:
        raise make_damage_error(name, error) from None


class _Reader:
    """Writes a message to a document, and collects the names of what it doesn't read."""

    def __init__(self, name: str) -> None:
        self.builder = DocumentBuilder(name)
        self.attached: list[str] = []

    def read(self, message: EmailMessage) -> Document:
        self._add_message(message)
        if self.attached:
            self.builder.report("attachments", _name_attachments(self.attached))
        subject = _read_header(message, "Subject")
        return self.builder.build(
            title=_REPLY.sub("", subject) or subject, published=_read_date(message)
        )

    def _add_message(self, message: EmailMessage) -> None:
        for header in _SHOWN:
            if words := _read_header(message, header):
                self.builder.add(f"{header}: {words}")
        before = len(self.attached)
        self._add_part(message)
        if names := self.attached[before:]:
            self.builder.add(f"Attachments: {', '.join(names)}")

    def _add_part(self, part: EmailMessage) -> None:
        kind = part.get_content_type()
        if kind in _ENCRYPTED:
            self.builder.report("encrypted", "the message is encrypted and was not read")
        elif kind == "multipart/alternative":
            self._add_part(_choose(list(_iterate(part))))
        elif kind == "message/rfc822":
            for inner in _iterate(part):
                self.builder.add_heading(_read_header(inner, "Subject") or "Forwarded message", 2)
                self._add_message(inner)
        elif part.is_multipart():
            for each in _iterate(part):
                self._add_part(each)
        elif kind in ("text/plain", "text/html") and not _is_attachment(part):
            self._add_text(_decode(part), is_page=kind == "text/html")
        elif kind not in _SIGNATURES and not _is_decoration(part):
            self.attached.append(_name_part(part))

    def _add_text(self, text: str, *, is_page: bool) -> None:
        if not text.strip():
            return
        if not is_page:
            self.builder.add(text.strip())
            return
        try:
            root = parse_page(text, self.builder.name)
        except LoadError:
            self.builder.report("truncated", "a part of the message is empty or nested too deeply")
        else:
            add_page(self.builder, root)


def _iterate(part: EmailMessage) -> Iterator[EmailMessage]:
    """The parts directly inside a part."""
    inner = part.get_payload()
    if isinstance(inner, list):
        yield from (each for each in inner if isinstance(each, EmailMessage))


def _choose(parts: list[EmailMessage]) -> EmailMessage:
    """One of several forms of the same text: the page, else the plain text, else the last."""
    lengths: dict[str, int] = {}
    forms: dict[str, EmailMessage] = {}
    for part in parts:
        body = part.get_body(("html", "plain"))
        if body is not None:
            kind = body.get_content_type()
            text = _decode(body)
            lengths[kind] = len(re.sub(r"<[^<>]*>|\s+", " ", text) if kind == "text/html" else text)
            forms[kind] = part
    plain = lengths.get("text/plain", 0)
    if "text/html" in forms and lengths["text/html"] >= _PAGE_SHARE * plain:
        return forms["text/html"]
    return forms.get("text/plain", parts[-1])


def _decode(part: EmailMessage) -> str:
    """The text of a part, as it declares its encoding."""
    content = part.get_payload(decode=True)
    content = content if isinstance(content, bytes) else b""
    charset = part.get_content_charset("utf-8")
    try:
        text = content.decode(charset)
    except (LookupError, ValueError):
        text = content.decode("cp1252" if charset in ("us-ascii", "iso-8859-1") else "utf-8", "replace")
    # Some encodings can write half of a character.
    return text.encode("utf-8", "replace").decode().replace("\0", "")


def _read_header(message: EmailMessage, header: str) -> str:
    try:
        value = str(message.get(header, ""))
    except _FAILURES:  # malformed: as it is written
        raw = (str(value) for key, value in message.raw_items() if key.lower() == header.lower())
        value = next(raw, "")
    words = " ".join(value.encode("utf-8", "replace").decode().replace("\0", "").split())
    return words if len(words) <= LONGEST_HEADER else f"{words[:LONGEST_HEADER]}…"


def _read_date(message: EmailMessage) -> date | None:
    written = _read_header(message, "Date")
    try:
        return parsedate_to_datetime(written).date()
    except _FAILURES:
        return find_date(written)


def _is_attachment(part: EmailMessage) -> bool:
    return part.is_attachment() or bool(part.get_filename())


def _is_decoration(part: EmailMessage) -> bool:
    """Whether a part is a picture that the page of the message shows, such as a logo."""
    is_image = part.get_content_maintype() == "image"
    return is_image and "Content-ID" in part and not part.is_attachment()


def _name_part(part: EmailMessage) -> str:
    words = " ".join((part.get_filename() or "").encode("utf-8", "replace").decode().split())
    name = "".join(character for character in words if character.isprintable())
    return name[:LONGEST_NAME] or f"a part of type {part.get_content_type()}"


def _name_attachments(names: list[str]) -> str:
    count = "1 attachment was" if len(names) == 1 else f"{len(names)} attachments were"
    more = f" and {len(names) - MOST_NAMES} more" if len(names) > MOST_NAMES else ""
    return f"{count} not read: {', '.join(names[:MOST_NAMES])}{more}"
