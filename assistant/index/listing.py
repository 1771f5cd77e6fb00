"""The list of documents: which of them, in which order."""

from dataclasses import dataclass
from datetime import date
from typing import Any, Literal, NamedTuple

from assistant.index.writing import fold
from assistant.records import DocumentFilter, Notice, read_json, write_json

Sort = Literal["", "title", "date", "format", "pages", "passages", "notices"]
MOST_WORDS = 20  # of a search
# What documents are sorted by; those without a value come last in both directions.
_COLUMNS: dict[Sort, str] = {
    "title": "d.folded",
    "date": "d.published",
    "format": "nullif(d.format, '')",
    "pages": "d.pages",
    "passages": "d.passages",
    "notices": "json_array_length(d.notices)",
}
_Notices = tuple[Notice, ...]


class DocumentLine(NamedTuple):
    """An entry of the list of documents; `pages` is None for a format without pages."""

    id: str
    title: str
    published: date | None
    dated: str
    source: str | None
    passages: int
    characters: int
    copy_of: str | None
    format: str
    pages: int | None
    notices: tuple[Notice, ...] = ()


@dataclass(frozen=True, slots=True)
class Listing:
    """A list of documents: those with every word of `query` in their title or id ("": all).

    Without `sort` they are in the order of the index.
    """

    query: str = ""
    sort: Sort = ""
    descending: bool = False

    def write_condition(self) -> tuple[str, list[str]]:
        """The condition in SQL, and its values."""
        words = fold(self.query).split()[:MOST_WORDS]
        return " AND ".join(["instr(d.folded, ?) > 0"] * len(words)) or "TRUE", words

    def write_statement(self, where: str) -> str:
        """The statement that selects the list's lines, for `read_line`."""
        column = _COLUMNS.get(self.sort)
        order = f"{column} IS NULL, {column} {'DESC' if self.descending else 'ASC'}, "
        return (
            "SELECT d.id, d.title, d.published, d.dated, d.source, d.passages, d.characters,"
            " (SELECT id FROM documents WHERE number = d.copy_of), d.format, d.pages, d.notices"
            " FROM documents AS d"
            f" WHERE {where} ORDER BY {order if column else ''}d.number"
        )


def write_filter(within: DocumentFilter) -> tuple[str, list[str]]:
    """The condition in SQL that a filter sets on documents named `d`, and its values."""
    within = within.normalise()
    conditions, values = ["TRUE"], list[str]()
    for column, chosen in (("d.id", within.documents), ("d.format", within.formats)):
        if chosen:  # one value: the number of a statement's values is limited
            conditions.append(f"{column} IN (SELECT value FROM json_each(?))")
            values.append(write_json(chosen))
    for sign, day in ((">=", within.published_from), ("<=", within.published_to)):
        if day is not None:
            conditions.append(f"d.published {sign} ?")
            values.append(f"{day}")
    return " AND ".join(conditions), values


def read_line(row: tuple[Any, ...]) -> DocumentLine:
    document_id, title, day, *others, notices = row
    published = day and date.fromisoformat(day)
    found = () if notices is None else read_json(_Notices, notices)
    return DocumentLine._make([document_id, title, published, *others, found])
