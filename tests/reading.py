"""Readers for tests: their scores can be worked out by hand, and they need no model."""

from collections.abc import Iterator, Sequence

from assistant.answer.lines import TEXT_ID
from assistant.records import (
    QUESTION_KINDS,
    Calibration,
    Passage,
    QuestionKind,
    Reading,
    Span,
)
from assistant.text import find_passage_terms, find_question_terms


class TermsReader:
    """Reads the sentences that share terms with a question.

    The evidence of a sentence is the share of the question's terms that are in it, its title or
    its heading. Each sentence is a span, of score 10 * evidence - 5: half of the terms make 0.
    `kind` is the kind that every question is taken for; None for a reader that knows no kinds.
    """

    name = "terms"
    calibration: Calibration | None = None

    def __init__(self, kind: QuestionKind | None = None, *, threshold: float = 0.5) -> None:
        self.threshold = threshold
        self._kinds = None if kind is None else {one: 5.0 * (one == kind) for one in QUESTION_KINDS}

    def read(self, question: str, passages: Sequence[Passage]) -> list[Reading]:
        """A Reading for each passage, in their order."""
        terms = frozenset(find_question_terms(question))
        return [self._read_one(terms, passage) for passage in passages]

    def _read_one(self, terms: frozenset[str], passage: Passage) -> Reading:
        evidence = tuple(find_shares(terms, passage))
        spans = [
            Span(passage, start, end, round(10 * share - 5, 4))
            for (start, end), share in zip(passage.sentences, evidence, strict=True)
        ]
        spans.sort(key=lambda span: (-span.score, span.start))
        return Reading(passage, tuple(spans), (), evidence, self._kinds, None)


class CountingReader(TermsReader):
    """Remembers what it was asked and given.

    The kinds have scores of 0, but for the one that every question is taken for: `scale`.
    """

    def __init__(
        self, kind: QuestionKind | None = None, *, threshold: float = 0.0, scale: float = 5.0
    ) -> None:
        super().__init__(kind, threshold=threshold)
        self._kinds = self._kinds and {one: score * scale / 5 for one, score in self._kinds.items()}
        self.asked: list[str] = []
        self.given: list[str] = []
        self.tables: list[str] = []  # what it was given of the tables of names and figures

    def read(self, question: str, passages: Sequence[Passage]) -> list[Reading]:
        texts = [passage.text for passage in passages]
        if [passage.document.id for passage in passages] == [TEXT_ID]:
            self.tables += texts
        else:
            self.asked.append(question)
            self.given += texts
        return super().read(question, passages)


def find_shares(terms: frozenset[str], passage: Passage) -> Iterator[float]:
    """For each sentence of a passage the share of some terms that are in it or above it."""
    above, sentences = find_passage_terms(passage)
    for sentence in sentences:
        yield len(terms & (above | sentence)) / len(terms) if terms else 0.0
