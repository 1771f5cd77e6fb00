"""The assistant's own words on the pages, in the terminal and in Markdown.

To translate the interface, translate this file, `explanation_wording`, the templates, and the
messages of errors, notices and `answer.abstain`.
"""

from collections.abc import Callable, Sequence
from datetime import date
from typing import Protocol

from assistant.answer.write import name_sources
from assistant.api.rendering import find_shown_numbers
from assistant.api.schema import AnswerBody, CitationBody, CoverageBody, TableBody
from assistant.figures.context import Change, Status
from assistant.records import PlayerKind, Verdict

VERDICTS: dict[Verdict, str] = {"yes": "Yes.", "no": "No."}
NOT_STATED = "not stated"
CONFLICT = "Sources disagree"
CLOSEST = "Closest passages"
ABOUT = "About"
RECOGNISED = "recognised text: may contain errors"
FOUND = "How it was found"
ERRORS = {
    404: "Not found",
    422: "This can’t be shown",
    500: "Something went wrong",
    503: "The index can’t be used",
}
PLAYER_KINDS: dict[PlayerKind, tuple[str, str]] = {
    "company": ("Company", "Companies"),
    "product": ("Product", "Products"),
    "person": ("Person", "People"),
    "organisation": ("Organisation", "Organisations"),
}
STATUSES: dict[Status, str] = {"stated": "", "expected": "expected", "claimed": "claimed"}
CHANGES: dict[str, str] = {"up": "increase", "down": "decrease"}


class Dated(Protocol):
    """What has the date of a document."""

    @property
    def published(self) -> date | None: ...
    @property
    def dated(self) -> str: ...


# Answers


def title_abstention(body: AnswerBody) -> str:
    """The heading of an abstention: not sure, not in the documents, or an unknown script."""
    if body.abstention is not None and body.abstention.reason == "language":
        if body.best_guess is None:
            return "A language that the reader does not know"
        return "Not sure. The closest by words:"
    return "Not sure. The closest:" if body.best_guess else "Not in the documents"


def describe_confidence(confidence: float) -> str:
    """
    >>> describe_confidence(0.8312)
    'Confidence 83 %'
    """
    return f"Confidence {count_percent(confidence)} %"


def describe_pages(citation: CitationBody) -> str:
    """Where a quote is in a document with pages, "page 3" or "pages 3-4"; else ""."""
    first, last = citation.page, citation.page_end
    if first is None:
        return ""
    return f"page {first}" if last in (None, first) else f"pages {first}-{last}"


def describe_coverage(coverage: CoverageBody) -> str:
    """
    >>> describe_coverage(CoverageBody(documents=1, passages=40, passages_read=12,
    ...                                exhaustive=False, method="reader"))
    'Read 12 of 40 passages in 1 document.'
    """
    passages, documents = count(coverage.passages, "passage"), count(coverage.documents, "document")
    if coverage.exhaustive:
        every = "the only passage" if coverage.passages == 1 else f"all {passages}"
        read = f"Checked {every} of {documents}."
    else:
        read = f"Read {coverage.passages_read:,} of {passages} in {documents}."
    unread = describe_unread(
        documents=coverage.documents, partly=len(coverage.unread), skipped=coverage.skipped
    )
    return f"{read} {unread}".rstrip()


def describe_unread(*, documents: int, partly: int, skipped: int) -> str:
    """What was not read and could say more; "" for nothing.

    >>> describe_unread(documents=41, partly=1, skipped=2)
    '1 of 41 documents was only partly read. 2 files were not read.'
    """
    total = count(documents, "document")
    return " ".join(
        [
            *([f"{partly:,} of {total} {_was(partly)} only partly read."] if partly else []),
            *([f"{count(skipped, 'file')} {_was(skipped)} not read."] if skipped else []),
        ]
    )


def _was(number: int) -> str:
    return "was" if number == 1 else "were"


def describe_missing(body: AnswerBody) -> str:
    return f"Not found in the documents: {'; '.join(body.missing)}" if body.missing else ""


def list_shown_citations(body: AnswerBody) -> list[CitationBody]:
    """The citations that are shown with the answer: all but those of alternatives."""
    numbers = find_shown_numbers(body)
    return [citation for citation in body.citations if citation.number in numbers]


def list_conflict(body: AnswerBody) -> list[tuple[str, str, int]]:
    """The date or title of each source that disagrees, its words, and the citation's number; [] if
    the answer consists of them.
    """
    parts = body.answer.parts if body.answer and body.kind != "passage" else []
    if {number for part in parts for number in part.citations}.issuperset(body.conflict):
        return []
    by_number = {citation.number: citation for citation in body.citations}
    cited = [by_number[number] for number in body.conflict]
    sources = name_sources(
        [(describe_date(one) or one.document_title, one.document_id) for one in cited]
    )
    return [
        (source, find_answering_words(citation), citation.number)
        for source, citation in zip(sources, cited, strict=True)
    ]


def find_answering_words(citation: CitationBody) -> str:
    """The part of a quote that answers, or all of it."""
    if citation.answer_start is None or citation.answer_end is None:
        return citation.quote
    start, end = citation.answer_start - citation.start, citation.answer_end - citation.start
    return citation.quote[start:end]


def list_rows(
    table: TableBody, write: Callable[[str, Sequence[int], str | None], str]
) -> list[list[str]]:
    """The rows of a table, the header first, with cells written by `write`."""
    rows = [["", *(write(column, (), None) for column in table.columns)]]
    for row in table.rows:
        cells = (
            write(cell.text, cell.citations, cell.formula) if cell else NOT_STATED
            for cell in row.cells
        )
        rows.append([write(row.label, (), None), *cells])
    return rows


# Figures


def describe_figure(change: Change | None, status: Status) -> str:
    """The direction of a figure, and whether it is uncertain.

    >>> describe_figure("up", "expected")
    'increase, expected'
    """
    return ", ".join(filter(None, [CHANGES[change] if change else "", STATUSES[status]]))


def title_chart(metric: str, change: str | None) -> str:
    """
    >>> title_chart("sales of glasses", "up")
    'Sales of glasses, increase'
    """
    title = f"{metric[:1].upper()}{metric[1:]}"
    return f"{title}, {CHANGES[change]}" if change else title


# Days and numbers


def describe_date(dated: Dated) -> str:
    """The date of a document as it has it: "3 September 2025", "May 2024"; "" if it has none."""
    return dated.dated or (describe_day(dated.published) if dated.published else "")


def write_date(dated: Dated) -> str:
    """The same, with days as 2025-09-03."""
    return dated.dated or (dated.published.isoformat() if dated.published else "")


def describe_day(day: date) -> str:
    """
    >>> describe_day(date(2025, 9, 3))
    '3 September 2025'
    """
    return f"{day.day} {day:%B} {day.year}"


def count(number: int, noun: str, plural: str | None = None) -> str:
    """
    >>> count(1, "passage"), count(1200, "passage")
    ('1 passage', '1,200 passages')
    """
    return f"{number:,} {noun if number == 1 else plural or f'{noun}s'}"


def count_percent(probability: float) -> int:
    """A probability in percent, from 1 to 99: nothing is shown as certain.

    >>> count_percent(0.8312), count_percent(0.9999), count_percent(0.0)
    (83, 99, 1)
    """
    return min(max(round(100 * probability), 1), 99)
