"""The assistant's own words on the pages, in the terminal and in Markdown.

To translate the interface, translate this file, the templates, and the messages of errors and of
`answer.abstain`.
"""

from collections.abc import Callable, Iterator, Sequence
from datetime import date
from typing import Protocol

from assistant.answer.explain import Decider, Outcome
from assistant.answer.write import name_sources
from assistant.api.explanation import (
    CandidateBody,
    ConfidenceBody,
    ExplanationBody,
    FoundBody,
    ScoredBody,
)
from assistant.api.rendering import find_shown_numbers
from assistant.api.schema import AnswerBody, CitationBody, CoverageBody, TableBody
from assistant.api.segments import cut_quote
from assistant.figures.context import Change, Status
from assistant.records import PlayerKind, QuestionKind, Verdict

VERDICTS: dict[Verdict, str] = {"yes": "Yes.", "no": "No."}
NOT_STATED = "not stated"
CONFLICT = "Sources disagree:"
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


# How an answer was found
OUTCOMES: dict[Outcome, str] = {
    "answer": "the answer",
    "alternative": "another candidate",
    "duplicate": "a duplicate of a better one",
    "unsure": "below the threshold",
    "beyond": "beyond the number shown",
}
DECIDERS: dict[Decider, str] = {
    "language": "the script of the text, which the models do not know",
    "reader": "the reader",
}
QUESTION_KINDS: dict[QuestionKind, str] = {
    "fact": "a fact",
    "passage": "an explanation",
    "list": "a list",
    "compare": "a comparison",
    "two": "two things at once",
    "trend": "a trend",
    "yesno": "yes or no",
    "count": "a count",
    "top": "the highest or lowest",
}
FEATURES = {
    "span": "score of the best span",
    "span_below_0": "score of the best span, if below 0",
    "likeliest_span": "highest score of a span",
    "evidence": "evidence of the best sentence",
    "rank": "ranking score of the best sentence",
    "margin": "lead over the best sentence of another document",
    "span_margin": "lead over the next span",
    "agreement": "the best span is in the best sentence",
    "same_document": "the best span is in the document of the best sentence",
    "cosine": "similarity of the passage",
    "unknown": "share of the question’s words that no document has",
    "terms": "length of the question",
    "kind": "certainty of the kind of question",
    "least_part": "evidence of the weakest part of the question",
    "parts": "the question has parts",
    "figure": "score of the best figure",
    "entries": "length of the list",
    "least_entry": "score of the weakest entry",
    "mean_entry": "mean score of the entries",
}
PLACES = {"best_": "best sentence", "span_": "sentence of the best span"}
PLACE_FEATURES = {
    "terms_here": "words of the question in it",
    "terms_near": "words of the question nearby",
    "terms_passage": "words of the question in its passage",
    "names_near": "names of the question nearby",
    "names_passage": "names of the question in its passage",
    "numbers_near": "numbers of the question nearby",
    "numbers_passage": "numbers of the question in its passage",
    "period": "it is about the time asked for",
    "evidence": "evidence",
}
FEATURES |= {
    f"{prefix}{name}": f"{words} ({place})"
    for prefix, place in PLACES.items()
    for name, words in PLACE_FEATURES.items()
}
FEATURES |= {f"is_{kind}": f"asks for {words}" for kind, words in QUESTION_KINDS.items()}


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
    """The date or title of each source that disagrees, its words, and the citation's number."""
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
    return next((text for text, marks in cut_quote(citation) if marks), citation.quote)


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


# How an answer was found


def describe_explanation(body: ExplanationBody) -> Iterator[tuple[str, list[str]]]:
    """The sections of an explanation: a title and lines."""
    yield "What decided", list(_describe_decision(body))
    if body.confidence:
        yield "The confidence", list(_describe_confidence(body.confidence))
    yield (
        f"Passages found ({len(body.passages)})",
        [_describe_found(passage) for passage in body.passages],
    )
    if body.candidates:
        lines = [_describe_candidate(candidate) for candidate in body.candidates]
        yield f"Candidates ({len(lines)})", lines


def _describe_decision(body: ExplanationBody) -> Iterator[str]:
    yield f"Decided by {DECIDERS[body.decided_by]}"
    if body.decided_by == "reader":
        yield f"Kind of question: {QUESTION_KINDS[body.kind]}"
    if body.kinds:
        ranked = sorted(body.kinds.items(), key=lambda item: -item[1])
        shown = (f"{QUESTION_KINDS[kind]} {100 * p:.0f} %" for kind, p in ranked if p >= 0.005)
        yield f"Probable kinds of question: {', '.join(shown)}"
    yield f"Threshold of the {'confidence' if body.confidence else 'score'}: {body.threshold:.4f}"


def _describe_confidence(confidence: ConfidenceBody) -> Iterator[str]:
    """The terms of the sum, without those that are 0."""
    yield f"constant: {confidence.bias:.4f}"
    for term in confidence.terms:
        share = term.value * term.weight
        if share:
            words = FEATURES.get(term.feature, term.feature.replace("_", " "))
            yield f"{words}: {term.value:.4f} x {term.weight:.4f} = {share:.4f}"
    yield f"sum: {confidence.logit:.4f}, which is a confidence of {confidence.confidence:.4f}"


def _describe_found(found: FoundBody) -> str:
    scores = [
        f"{found.number}. {found.passage_id}",
        f"fused {found.fused:.4f}",
        f"cosine {found.dense:.4f}{_describe_rank(found.dense_rank)}",
        f"BM25 {found.lexical:.4f}{_describe_rank(found.lexical_rank)}",
        "" if found.read else "not read",
        f"best span {_describe_scored(found.span)}" if found.span else "",
        "" if found.items is None else f"{count(found.items, 'entry', 'entries')} of a list",
        f"best sentence {_describe_scored(found.evidence)}" if found.evidence else "",
    ]
    return "; ".join(filter(None, scores))


def _describe_rank(rank: int | None) -> str:
    return "" if rank is None else f" (rank {rank})"


def _describe_candidate(candidate: CandidateBody) -> str:
    place = "" if candidate.passage is None else f", passage {candidate.passage}"
    return f"{_describe_scored(candidate)}{place}: {OUTCOMES[candidate.outcome]}"


def _describe_scored(scored: ScoredBody) -> str:
    return f"{scored.score:.4f} “{' '.join(scored.text.split())}”"


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
