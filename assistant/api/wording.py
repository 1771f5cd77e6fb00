"""The words around an answer: the same on the page, in a terminal and in Markdown."""

from datetime import date

from assistant.api.rendering import find_shown
from assistant.api.schema import AnswerBody, CitationBody, CoverageBody, PartBody
from assistant.records import Verdict

VERDICTS: dict[Verdict, str] = {"yes": "Yes.", "no": "No."}
NOT_STATED = "not stated"
CONFLICT = "Sources disagree:"


def title_abstention(body: AnswerBody) -> str:
    """The heading of an abstention: not sure, not in the documents, or an unknown script."""
    if body.abstention is not None and body.abstention.reason == "language":
        return "The question can’t be read"
    return "Not sure. The closest:" if body.best_guess else "Not in the documents"


def describe_coverage(coverage: CoverageBody) -> list[str]:
    """How much was read, a sentence each.

    >>> describe_coverage(CoverageBody(documents=1, passages=40, passages_read=12,
    ...                                exhaustive=False, method="reader"))
    ['Read 12 of 40 passages in 1 document.']
    """
    passages, documents = count(coverage.passages, "passage"), count(coverage.documents, "document")
    if coverage.exhaustive:
        every = "the only passage" if coverage.passages == 1 else f"all {passages}"
        sentences = [f"Checked {every} of {documents}."]
    else:
        sentences = [f"Read {coverage.passages_read:,} of {passages} in {documents}."]
    if coverage.unread:
        verb = "was" if len(coverage.unread) == 1 else "were"
        sentences.append(f"{len(coverage.unread):,} of {documents} {verb} only partly read.")
    return sentences


def describe_missing(body: AnswerBody) -> str:
    """The parts of the question that got no answer, or nothing."""
    return f"Not found in the documents: {'; '.join(body.missing)}" if body.missing else ""


def list_parts(body: AnswerBody) -> list[PartBody]:
    """The parts of an answer; none of an abstention."""
    return [] if body.answer is None else body.answer.parts


def list_shown(body: AnswerBody) -> list[CitationBody]:
    """The citations of what is shown first: all but those of other candidates."""
    numbers = find_shown(body)
    return [citation for citation in body.citations if citation.number in numbers]


def list_conflict(body: AnswerBody) -> list[tuple[str, str, int]]:
    """Of each source that disagrees its day or title, its words and the number of its citation."""
    cited = {citation.number: citation for citation in body.citations}
    found = [cited[number] for number in body.conflict]
    return [
        (
            describe_day(one.published) if one.published else one.document_title,
            find_words(one),
            one.number,
        )
        for one in found
    ]


def find_words(citation: CitationBody) -> str:
    """The part of a quote that answers, or all of it."""
    return cut_quote(citation)[1] or citation.quote


def cut_quote(citation: CitationBody) -> tuple[str, str, str]:
    """A quote before, in and after the part that answers; all of it is before where all does."""
    quote = citation.quote
    if citation.answer_start is None or citation.answer_end is None:
        return quote, "", ""
    start, end = citation.answer_start - citation.start, citation.answer_end - citation.start
    return quote[:start], quote[start:end], quote[end:]


def describe_day(day: date | None) -> str:
    """A day in words; "undated" for None.

    >>> describe_day(date(2025, 9, 3))
    '3 September 2025'
    """
    return f"{day.day} {day:%B} {day.year}" if day else "undated"


def count(number: int, noun: str) -> str:
    """A number of things.

    >>> count(1, "passage"), count(1200, "passage")
    ('1 passage', '1,200 passages')
    """
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def count_percent(probability: float) -> int:
    """A probability in whole percent, 1 to 99: nothing is shown as certain.

    >>> count_percent(0.8312), count_percent(0.9999), count_percent(0.0)
    (83, 99, 1)
    """
    return min(max(round(100 * probability), 1), 99)
