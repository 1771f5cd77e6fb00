"""JSON Lines: one document a line, with id, title, text, and what else there is."""

import json
from collections.abc import Iterator

from assistant.errors import LoadError
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
    except ValueError as error:
        raise LoadError(f"{where} is not JSON ({error})", hint="mend the line") from None
    if not isinstance(fields, dict):
        raise LoadError(f"{where} is not an object", hint='write {"id": ..., "text": ...}')
    text = fields.get("text")
    if not isinstance(text, str) or not text.strip():
        raise LoadError(f"{where} has no text", hint='give it a "text" of characters')
    own_id = next((str(fields[key]) for key in IDS if fields.get(key) not in (None, "")), None)
    published = next((find_date(str(fields[key])) for key in DATES if fields.get(key)), None)
    source = next((str(fields[key]) for key in SOURCES if fields.get(key)), None)
    title = fields.get("title")
    _refuse_surrogates(where, text, own_id or "", str(title), line)
    return Document(
        id=f"{name}/{own_id or number}",
        title=title.strip() if isinstance(title, str) and title.strip() else own_id or where,
        text=text,
        published=published,
        source=source,
        headings=tuple(find_headings(text, 0)),
        extra={
            key: value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
            for key, value in fields.items()
            if key not in (*IDS, *DATES, *SOURCES, "title", "text")
        },
    )


def _refuse_surrogates(where: str, *texts: str) -> None:
    """JSON can spell half a character ("\\ud800"), which no text file can hold."""
    try:
        "".join(texts).encode()
    except UnicodeEncodeError:
        raise LoadError(
            f"{where} holds half of a surrogate pair", hint="write the whole character"
        ) from None
