"""JSON Lines: one document per line, with id, title, text, and any other fields."""

import json
from collections.abc import Iterator

from assistant.errors import LoadError
from assistant.load.fields import DATES, SOURCES, find_published
from assistant.load.limits import check_id, check_text
from assistant.load.text_lines import find_headings
from assistant.records import Document

IDS = ("id", "_id")


def load_jsonl(content: str, name: str) -> Iterator[Document | LoadError]:
    """A document for each line; its id is `<file>/<id of the line, or its number>`."""
    for number, line in enumerate(content.split("\n"), start=1):
        if line.strip():
            try:
                yield _load_line(line, name, number)
            except LoadError as error:
                yield error


def _load_line(line: str, name: str, number: int) -> Document:
    where = f"{name} line {number}"
    fields = _parse_line(line, where)
    text, title = fields.get("text"), fields.get("title")
    if not isinstance(text, str) or not text.strip():
        raise LoadError(f"{where} has no text", hint='give it a "text" of characters')
    check_text(text, where)
    local_id = _find_id(fields, where)
    document_id = f"{name}/{number if local_id is None else local_id}"
    try:
        check_id(document_id)
    except LoadError as error:
        raise LoadError(f"{where}: {error.message}", hint=error.hint) from None
    published, dated = find_published(*(str(fields[key]) for key in DATES if key in fields))
    return Document(
        id=document_id,
        title=title.strip() if isinstance(title, str) and title.strip() else local_id or where,
        text=text,
        published=published,
        dated=dated,
        source=next((str(fields[key]) for key in SOURCES if fields.get(key)), None),
        headings=tuple(find_headings(text)),
        extra={
            key: value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
            for key, value in fields.items()
            if key not in (*IDS, *DATES, *SOURCES, "title", "text")
        },
    )


def _parse_line(line: str, where: str) -> dict[str, object]:
    """The object in a line. Raises LoadError if there is none, or it has half of a character."""
    try:
        fields = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise LoadError(f"{where} is not JSON ({error})", hint="fix the line") from None
    if not isinstance(fields, dict):
        raise LoadError(f"{where} is not an object", hint='write {"id": ..., "text": ...}')
    try:
        json.dumps(fields, ensure_ascii=False).encode()
    except RecursionError as error:
        raise LoadError(f"{where} is not JSON ({error})", hint="fix the line") from None
    except UnicodeEncodeError:  # JSON can hold half of a character ("\\ud800")
        raise LoadError(
            f"{where} contains half of a surrogate pair", hint="write the whole character"
        ) from None
    return fields


def _find_id(fields: dict[str, object], where: str) -> str | None:
    """The id in a line, or None. Raises LoadError unless it is text or a number."""
    for key in IDS:
        value = fields.get(key)
        if value is None or value == "":
            continue
        if isinstance(value, bool) or not isinstance(value, str | int):
            shown = repr(value)[:50]
            raise LoadError(f"{where} has the {key} {shown}", hint="give it text or a number")
        return str(value)
    return None
