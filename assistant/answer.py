"""The only module that knows all the asking steps: a question becomes an Answer."""

import logging
import os
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import Self

from assistant.cite import UnverifiableError, cite
from assistant.errors import QuestionError
from assistant.index.generation import Generation
from assistant.read import Reader, SentenceReader
from assistant.records import (
    Abstention,
    Answer,
    Citation,
    Coverage,
    Document,
    Hit,
    Part,
    Reason,
    Source,
    Span,
)
from assistant.retrieve import SCORE_DIGITS, retrieve
from assistant.settings import Settings, read_settings

LOG = logging.getLogger("assistant")

LONGEST_QUESTION = 2000  # characters
TOP_K, LEAST_TOP_K, MOST_TOP_K = 8, 1, 50
ALTERNATIVES = 3
CLOSEST = 3

_MESSAGES: dict[Reason, str] = {
    "no_evidence": "What the question is about stands nowhere in them. These passages come "
    "closest.",
    "low_confidence": "These passages come closest.",
    "language": "The question is in a script that this index's embedder does not know. Ask in the "
    "language of the documents, or build the index with a multilingual embedder.",
}


@dataclass(frozen=True, slots=True)
class Assistant:
    """Answers questions from one generation of an index. Threads may share it."""

    generation: Generation
    reader: Reader
    passages_read: int
    threshold: float
    _turns: threading.Semaphore

    @classmethod
    def open(cls, index: str | Path | None = None, *, settings: Settings | None = None) -> Self:
        """Open an index: its folder, or the one the settings name.

        Raises IndexAbsentError, IndexDamagedError, IndexMismatchError.
        """
        chosen = settings or read_settings()
        folder = Path(index) if index is not None else chosen.indexes / chosen.index
        generation = Generation.open(folder)
        reader = SentenceReader(generation)
        return cls.of(generation, reader, chosen)

    @classmethod
    def of(cls, generation: Generation, reader: Reader, settings: Settings) -> Self:
        """An assistant of parts that are open already."""
        # As many model runs at a time as there are cores: more would only wait for each other.
        turns = threading.Semaphore(os.cpu_count() or 1)
        return cls(generation, reader, settings.passages_read, settings.threshold, turns)

    def ask(self, question: str, *, top_k: int = TOP_K) -> Answer:
        """Answer a question, or abstain; `top_k` passages come with it (1 to 50).

        The same question gets the same answer whatever `top_k` and the load are: a fixed number of
        passages is read. Raises QuestionError.
        """
        question = check_question(question, top_k=top_k)
        with self._turns:
            return self._answer(question, top_k)

    def document(self, document_id: str) -> Document:
        """A document of the index. Raises DocumentUnknownError."""
        return self.generation.store.document(document_id)

    @property
    def source(self) -> Source:
        """What answers: index, generation and models."""
        manifest = self.generation.manifest
        return Source(
            self.generation.name, manifest.generation, manifest.embedder, self.reader.name
        )

    def _answer(self, question: str, top_k: int) -> Answer:
        began = perf_counter()
        hits = retrieve(question, self.generation, k=max(top_k, self.passages_read))
        retrieved = perf_counter()
        knows = self.generation.encoder.knows_script_of(question)
        spans = self._read(question, hits) if knows else []
        read = perf_counter()
        good = list(_cite_all([span for span in spans if span.score >= self.threshold]))
        if good:
            abstention = None
        else:
            reason: Reason = "language" if not knows else "low_confidence"
            if knows and not any(hit.lexical for hit in hits):
                reason = "no_evidence"
            # Nearness of a script the embedder does not know means nothing.
            closest = range(1, min(CLOSEST, top_k, len(hits)) + 1) if knows else ()
            abstention = Abstention(reason, _MESSAGES[reason], tuple(closest))
        citations = tuple(citation for _, citation in good)
        parts = [
            Part(citation.quote, (number,), span.score)
            for number, (span, citation) in enumerate(good, start=1)
        ]
        finished = perf_counter()
        return Answer(
            question=question,
            status="answered" if good else "abstained",
            kind="passage" if good else "none",
            parts=tuple(parts[:1]),
            alternatives=tuple(parts[1:]),
            score=spans[0].score if spans else None,
            confidence=None,
            abstention=abstention,
            citations=citations,
            hits=tuple(hits[:top_k]),
            coverage=self._cover(min(len(hits), self.passages_read) if knows else 0),
            source=self.source,
            timing_ms={
                "retrieve": _milliseconds(began, retrieved),
                "read": _milliseconds(retrieved, read),
                "total": _milliseconds(began, finished),
            },
        )

    def _read(self, question: str, hits: Sequence[Hit]) -> list[Span]:
        """The best spans of the best passages, best first, none inside or across another."""
        passages = [hit.passage for hit in hits[: self.passages_read]]
        found = [span for reading in self.reader.read(question, passages) for span in reading.spans]
        found.sort(
            key=lambda span: (-round(span.score, SCORE_DIGITS), span.passage.number, span.start)
        )
        return list(_pick(found, 1 + ALTERNATIVES))

    def _cover(self, passages_read: int) -> Coverage:
        manifest = self.generation.manifest
        return Coverage(
            manifest.documents, manifest.passages, passages_read, exhaustive=False, method="reader"
        )


def check_question(question: str, *, top_k: int = TOP_K) -> str:
    """The question without space around it. Raises QuestionError where it can't be asked."""
    stripped = question.strip()
    if not stripped:
        raise QuestionError("the question is empty", hint="write one")
    if len(stripped) > LONGEST_QUESTION:
        raise QuestionError(
            f"the question has {len(stripped):,} characters",
            hint=f"ask in at most {LONGEST_QUESTION:,}",
        )
    if not any(character.isalnum() for character in stripped):
        raise QuestionError(f"the question {stripped[:40]!r} has no word", hint="write one")
    try:
        stripped.encode()
    except UnicodeEncodeError:
        raise QuestionError(
            "the question holds half of a surrogate pair", hint="write the whole character"
        ) from None
    if not LEAST_TOP_K <= top_k <= MOST_TOP_K:
        raise QuestionError(
            f"top_k is {str(top_k)[:20]}", hint=f"give {LEAST_TOP_K} to {MOST_TOP_K}"
        )
    return stripped


def _cite_all(spans: Sequence[Span]) -> Iterator[tuple[Span, Citation]]:
    """Spans with their citations; one that can't be verified is a reader's fault and not shown."""
    for span in spans:
        try:
            yield span, cite(span.passage, span.start, span.end)
        except UnverifiableError:
            LOG.exception("a span of %s is not shown", span.passage.id)


def _pick(spans: Sequence[Span], count: int) -> Iterator[Span]:
    """The first spans that share no text with an earlier one."""
    picked: list[Span] = []
    for span in spans:
        if len(picked) == count:
            return
        document = span.passage.document.id
        if not any(
            other.passage.document.id == document
            and span.start < other.end
            and other.start < span.end
            for other in picked
        ):
            picked.append(span)
            yield span


def _milliseconds(start: float, end: float) -> float:
    return round(1000 * (end - start), 3)
