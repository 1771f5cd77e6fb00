"""JSON Lines: one document a line, with id, title, text, and what else there is."""

import json
from collections.abc import Iterator

from assistant.errors import LoadError
from assistant.load.checks import check_id, refuse_nul
from assistant.load.dates import find_date
from assistant.load.text import find_headings
from assistant.records import Document

IDS = ("id", "_id")
DATES = ("published", "publish_date", "date")
SOURCES = ("source", "url")


def load_jsonl(content: str, name: str) -> Iterator[Document | LoadError]:
    """A document for each line; its id is `<file>/<its own id>`, or the number of its line."""
    for number, line in enumerate(content.split("\n"), start=1):
        if line.strip():
            try:
                yield _load_line(line, name, number)
            except LoadError as error:
                yield error


def _load_line(line: str, name: str, number: int) -> Document:
    where = f"{name} line {number}"
    try:
        fields = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise LoadError(f"{where} is not JSON ({error})", hint="mend the line") from None
    if not isinstance(fields, dict):
        raise LoadError(f"{where} is not an object", hint='write {"id": ..., "text": ...}')
    try:
        json.dumps(fields, ensure_ascii=False).encode()
    except UnicodeEncodeError:  # JSON can spell half a character ("\\ud800"), no text can hold it
        raise LoadError(
            f"{where} holds half of a surrogate pair", hint="write the whole character"
        ) from None
    text = fields.get("text")
    if not isinstance(text, str) or not text.strip():
        raise LoadError(f"{where} has no text", hint='give it a "text" of characters')
    refuse_nul(text, where)
    local_id = _local_id(fields, where)
    document_id = f"{name}/{number if local_id is None else local_id}"
    try:
        check_id(document_id)
    except LoadError as error:
        raise LoadError(f"{where}: {error.message}", hint=error.hint) from None
    dates = (find_date(str(fields[key])) for key in DATES if fields.get(key))
    title = fields.get("title")
    return Document(
        id=document_id,
        title=title.strip() if isinstance(title, str) and title.strip() else local_id or where,
        text=text,
        published=next((found for found in dates if found), None),
        source=next((str(fields[key]) for key in SOURCES if fields.get(key)), None),
        headings=tuple(find_headings(text, 0)),
        extra={
            key: value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
            for key, value in fields.items()
            if key not in (*IDS, *DATES, *SOURCES, "title", "text")
        },
    )


def _local_id(fields: dict[str, object], where: str) -> str | None:
    """The id a line gives itself, or None. Raises LoadError for one that is no text or number."""
    for key in IDS:
        value = fields.get(key)
        if value is None or value == "":
            continue
        if isinstance(value, bool) or not isinstance(value, str | int):
            raise LoadError(f"{where} has the {key} {value!r}", hint="give it text or a number")
        return str(value)
    return None
