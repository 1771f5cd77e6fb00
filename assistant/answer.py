"""The only module that knows all the asking steps: a question becomes an Answer."""

import logging
import os
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import Self

from assistant.cite import UnverifiableError, cite, find_sentences_around
from assistant.confidence import Weighed, fold, weigh
from assistant.index.generation import Generation
from assistant.question import TOP_K, check_question, choose_kind
from assistant.read import Reader, open_reader, pick
from assistant.records import (
    Abstention,
    Answer,
    Citation,
    Coverage,
    Document,
    Hit,
    Kind,
    Part,
    Reading,
    Reason,
    Source,
    Weighing,
)
from assistant.retrieve import rerank, retrieve
from assistant.settings import Settings, read_settings

LOG = logging.getLogger("assistant")

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

        Raises IndexAbsentError, IndexDamagedError, IndexMismatchError, ReaderError.
        """
        chosen = settings or read_settings()
        folder = Path(index) if index is not None else chosen.indexes / chosen.index
        generation = Generation.open(folder)
        return cls.of(generation, open_reader(chosen.reader, generation), chosen)

    @classmethod
    def of(cls, generation: Generation, reader: Reader, settings: Settings) -> Self:
        """An assistant of parts that are open already."""
        # As many model runs at a time as there are cores: more would only wait for each other.
        turns = threading.Semaphore(os.cpu_count() or 1)
        given = settings.threshold
        threshold = reader.threshold if given is None else given
        return cls(generation, reader, settings.passages_read, threshold, turns)

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
        read_hits = hits[: self.passages_read] if knows else []
        readings = self.reader.read(question, [hit.passage for hit in read_hits])
        best = pick_best(question, read_hits, readings, self.reader.weighing)
        if self.reader.weighing is not None:
            hits = rerank(hits, readings)
        read = perf_counter()
        good = list(_cite_all(question, [one for one in best if one.value >= self.threshold]))
        if good:
            abstention = None
        else:
            reason: Reason = "language" if not knows else "low_confidence"
            if knows and not any(hit.lexical for hit in hits):
                reason = "no_evidence"
            # Nearness of a script the embedder does not know means nothing.
            closest = range(1, min(CLOSEST, top_k, len(hits)) + 1) if knows else ()
            abstention = Abstention(reason, _MESSAGES[reason], tuple(closest))
        parts = [
            Part(_shown(kind, citation), (number,), one.span.score, one.confidence)
            for number, (one, kind, citation) in enumerate(good, start=1)
        ]
        finished = perf_counter()
        return Answer(
            question=question,
            status="answered" if good else "abstained",
            kind=good[0][1] if good else "none",
            parts=tuple(parts[:1]),
            alternatives=tuple(parts[1:]),
            score=best[0].span.score if best else None,
            confidence=best[0].confidence if best else None,
            abstention=abstention,
            citations=tuple(citation for _, _, citation in good),
            hits=tuple(hits[:top_k]),
            coverage=self._cover(len(read_hits)),
            source=self.source,
            timing_ms={
                "retrieve": _milliseconds(began, retrieved),
                "read": _milliseconds(retrieved, read),
                "total": _milliseconds(began, finished),
            },
            best=best[0].span if best else None,
        )

    def _cover(self, passages_read: int) -> Coverage:
        manifest = self.generation.manifest
        return Coverage(
            manifest.documents, manifest.passages, passages_read, exhaustive=False, method="reader"
        )


def read_best(question: str, hits: Sequence[Hit], reader: Reader) -> list[Weighed]:
    """The best spans of some passages, as `pick_best` gives them."""
    readings = reader.read(question, [hit.passage for hit in hits])
    return pick_best(question, hits, readings, reader.weighing)


def pick_best(
    question: str, hits: Sequence[Hit], readings: Sequence[Reading], weighing: Weighing | None
) -> list[Weighed]:
    """The best spans of what was read, best first, no two alike or with text in common."""
    return list(_pick(weigh(question, hits, readings, weighing), 1 + ALTERNATIVES))


def _cite_all(question: str, best: Sequence[Weighed]) -> Iterator[tuple[Weighed, Kind, Citation]]:
    """Spans with their kinds and citations, each the sentences around its span.

    One that can't be verified is a reader's fault and not shown.
    """
    wanted = choose_kind(question)
    for one in best:
        span = one.span
        start, end = find_sentences_around(span.passage, span.start, span.end)
        whole = (start, end) == (span.start, span.end)
        marked = None if whole else (span.start, span.end)
        try:
            citation = cite(span.passage, start, end, marked=marked)
        except UnverifiableError:
            LOG.exception("a span of %s is not shown", span.passage.id)
            continue
        yield one, "passage" if whole else wanted, citation


def _shown(kind: Kind, citation: Citation) -> str:
    """The words of an answer: the span that was marked, or the sentences around it."""
    if kind == "span" and citation.marked is not None:
        start, end = citation.marked
        return citation.document.text[start:end]
    return citation.quote


def _pick(weighed: Sequence[Weighed], count: int) -> Iterator[Weighed]:
    """The first spans that share no text with an earlier one and say something else."""
    of_span = {id(one.span): one for one in weighed}
    said: set[str] = set()
    for span in pick([one.span for one in weighed], len(weighed)):
        text = fold(span.text)
        if text not in said and len(said) < count:
            said.add(text)
            yield of_span[id(span)]


def _milliseconds(start: float, end: float) -> float:
    return round(1000 * (end - start), 3)
