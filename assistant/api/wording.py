"""What the interface says about an answer and its sources, in one language."""

import re
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from typing import Protocol

from assistant.answer.abstain import fill_message
from assistant.answer.write import VALUES
from assistant.api.rendering import find_shown_numbers
from assistant.api.schema import (
    AbstentionBody,
    AnswerBody,
    CitationBody,
    CoverageBody,
    PartBody,
    PassageBody,
    TableBody,
)
from assistant.figures.context import Change, Status
from assistant.records import PlayerKind
from assistant.words import ENGLISH, Words, read_words

PLAYER_KINDS: dict[PlayerKind, str] = {
    "company": "companies",
    "product": "products",
    "person": "people",
    "organisation": "organisations",
}


# A date without a day, as `assistant.text.dates` writes it: "2024", "Q3 2024", "May 2024".
_PART_OF_YEAR = re.compile(r"(?:(?P<part>[QH][1-4]|[A-Z][a-z]+) )?\d{4}")


class Dated(Protocol):
    """What has the date of a document."""

    @property
    def published(self) -> date | None: ...
    @property
    def dated(self) -> str: ...


class Wording:
    """Sentences made of `words`, which are a language's."""

    def __init__(self, words: Words) -> None:
        self.words = words

    # Answers

    def title_abstention(self, body: AnswerBody) -> str:
        """The heading of an abstention: not sure, not in the documents, or an unknown script."""
        key = "absent" if body.best_guess is None else "unsure"
        if body.abstention is not None and body.abstention.reason == "language":
            key = "language" if body.best_guess is None else "unsure_language"
        return self.words(f"abstained.{key}")

    def describe_confidence(self, confidence: float) -> str:
        """
        >>> read_wording().describe_confidence(0.8312)
        'Confidence 83 %'
        """
        return self.words("answer.confidence", percent=count_percent(confidence))

    def describe_pages(self, citation: CitationBody) -> str:
        """Where a quote is in a document with pages, "page 3" or "pages 3-4"; else ""."""
        first, last = citation.page, citation.page_end
        if first is None:
            return ""
        if last in (None, first):
            return self.words("answer.page", page=first)
        return self.words("answer.pages", first=first, last=last)

    def describe_characters(self, place: CitationBody | PassageBody) -> str:
        """Where a quote or a passage is in its document: "characters 10-40"."""
        return self.words("text.characters", start=f"{place.start}", end=f"{place.end}")

    def describe_coverage(self, coverage: CoverageBody) -> str:
        """
        >>> coverage = CoverageBody(
        ...     documents=1, passages=40, passages_read=12, exhaustive=False, method="reader"
        ... )
        >>> read_wording().describe_coverage(coverage)
        'Read 12 of 40 passages in 1 document.'
        """
        read = self.words(
            "coverage.all" if coverage.exhaustive else "coverage.some",
            n=coverage.passages,
            read=coverage.passages_read,
            documents=self._count_asked(coverage),
        )
        unread = self.describe_unread(
            documents=coverage.documents, partly=len(coverage.unread), skipped=coverage.skipped
        )
        return self._join("sentence", [read, unread])

    def _count_asked(self, coverage: CoverageBody) -> str:
        """The documents asked: "1 document", or "3 of 41 documents" with a filter."""
        if coverage.all_documents is None:
            return self.words("count.document", n=coverage.documents)
        return self.words("coverage.asked", n=coverage.all_documents, asked=coverage.documents)

    def describe_unread(self, *, documents: int, partly: int, skipped: int) -> str:
        """What was not read and could say more; "" for nothing.

        >>> read_wording().describe_unread(documents=41, partly=1, skipped=2)
        '1 of 41 documents was only partly read. 2 files were not read.'
        """
        total = self.words("count.document", n=documents)
        said = []
        if partly:
            said.append(self.words("coverage.partly", n=partly, documents=total))
        if skipped:
            said.append(self.words("coverage.skipped", n=skipped))
        return self._join("sentence", said)

    def describe_missing(self, body: AnswerBody) -> str:
        if not body.missing:
            return ""
        return self.words("answer.missing", missing=self._join("clause", body.missing))

    def describe_abstention(self, abstention: AbstentionBody) -> str:
        """Why there is no answer; in English if the message has no code."""
        if abstention.code is None:
            return abstention.message
        return fill_message(self.words, abstention.code, abstention.fields)

    def describe_formula(self, part: PartBody) -> str | None:
        """How a part of an answer follows from what is cited; None if it is stated."""
        if part.formula_code is None:
            return part.formula
        return self.words(f"formula.{part.formula_code}")

    def list_rows(
        self, table: TableBody, write: Callable[[str, Sequence[int], str | None], str]
    ) -> list[list[str]]:
        """The rows of a table, the header first, with cells written by `write`."""
        titles = (
            self.words("formula.value") if column == VALUES else column for column in table.columns
        )
        rows = [["", *(write(title, (), None) for title in titles)]]
        for row in table.rows:
            cells = (
                write(cell.text, cell.citations, cell.formula)
                if cell
                else self.words("answer.not_stated")
                for cell in row.cells
            )
            rows.append([write(row.label, (), None), *cells])
        return rows

    # Figures

    def describe_figure(self, change: Change | None, status: Status) -> str:
        """The direction of a figure, and whether it is uncertain.

        >>> read_wording().describe_figure("up", "expected")
        'increase, expected'
        """
        change_words = self.words(f"change.{change}") if change else ""
        status_words = self.words(f"status.{status}")
        if change_words and status_words:
            return self.words("change.both", change=change_words, status=status_words)
        return change_words or status_words

    def title_chart(self, metric: str, change: Change | None) -> str:
        """
        >>> read_wording().title_chart("sales of glasses", "up")
        'Sales of glasses, increase'
        """
        title = f"{metric[:1].upper()}{metric[1:]}"
        if not change:
            return title
        return self.words("change.chart", title=title, change=self.words(f"change.{change}"))

    # Days

    def describe_date(self, dated: Dated) -> str:
        """A document's date as it has it: "3 September 2025", "May 2024"; "" if it has none."""
        if dated.published is None:
            return dated.dated
        part = _PART_OF_YEAR.fullmatch(dated.dated)
        if part is None or self.words.language == ENGLISH:
            return dated.dated or self.words.day(dated.published)
        return self.words.part_of_year(dated.published, part["part"] or "")

    def _join(self, separator: str, items: Iterable[str]) -> str:
        return self.words(f"separator.{separator}").join(filter(None, items))


def read_wording(language: str = ENGLISH) -> Wording:
    return Wording(read_words(language))


def list_shown_citations(body: AnswerBody) -> list[CitationBody]:
    """The citations that are shown with the answer: all but those of alternatives."""
    numbers = find_shown_numbers(body)
    return [citation for citation in body.citations if citation.number in numbers]


def find_answering_words(citation: CitationBody) -> str:
    """The part of a quote that answers, or all of it."""
    if citation.answer_start is None or citation.answer_end is None:
        return citation.quote
    start, end = citation.answer_start - citation.start, citation.answer_end - citation.start
    return citation.quote[start:end]


def write_date(dated: Dated) -> str:
    """A document's date as it has it, days as 2025-09-03; "" if it has none."""
    return dated.dated or (dated.published.isoformat() if dated.published else "")


def count_percent(probability: float) -> int:
    """A probability in percent, from 1 to 99: nothing is shown as certain.

    >>> count_percent(0.8312), count_percent(0.9999), count_percent(0.0)
    (83, 99, 1)
    """
    return min(max(round(100 * probability), 1), 99)
