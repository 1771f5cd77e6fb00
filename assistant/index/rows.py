"""Records as rows of SQLite, and rows as records."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict
from datetime import date
from decimal import Decimal
from typing import Any

from assistant.figures import Figure, Period
from assistant.records import Document, Heading


def write_document(document: Document) -> tuple[str | None, ...]:
    return (
        document.id,
        document.title,
        document.published.isoformat() if document.published else None,
        document.source,
        document.text,
        to_json([(h.start, h.end, h.text, h.level) for h in document.headings]),
        to_json(document.boilerplate),
        to_json(document.page_starts),
        to_json(dict(document.extra)),
    )


def read_document(row: Sequence[Any]) -> Document:
    """The document of a row of the table, its number before the fields; without its copies."""
    fields = row[1:10]
    key, title, published, source, text, headings, boilerplate, page_starts, extra = fields
    return Document(
        id=key,
        title=title,
        text=text,
        published=to_date(published),
        source=source,
        headings=tuple(Heading(*fields) for fields in json.loads(headings)),
        boilerplate=tuple((start, end) for start, end in json.loads(boilerplate)),
        page_starts=tuple(json.loads(page_starts)),
        extra=json.loads(extra),
    )


def hash_document(document: Document) -> bytes:
    """SHA-256 of all that a document holds but its id: equal means the same passages."""
    fields = to_json(write_document(document)[1:])
    return hashlib.sha256(fields.encode("utf-8", "surrogatepass")).digest()


def write_figure(figure: Figure) -> str:
    fields = asdict(figure)
    period = fields["period"]
    highest = None if figure.highest is None else str(figure.highest)
    fields |= {"value": str(figure.value), "highest": highest}
    if period is not None:
        fields["period"] = [str(period["start"]), str(period["end"]), period["words"]]
    return to_json(fields)


def read_figure(text: str) -> Figure:
    fields = json.loads(text)
    period = fields["period"]
    fields.pop("metric_place", None)
    return Figure(
        **fields
        | {
            "sentence": tuple(fields["sentence"]),
            "value": Decimal(fields["value"]),
            "highest": None if fields["highest"] is None else Decimal(fields["highest"]),
            "period": period
            and Period(date.fromisoformat(period[0]), date.fromisoformat(period[1]), period[2]),
        }
    )


def to_json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


def to_date(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
