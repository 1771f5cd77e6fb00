"""The only module that knows all the asking steps: a question becomes an Answer."""

import logging
import os
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from time import perf_counter
from typing import Self

from assistant.answer.cite import UnverifiableError, cite, find_sentences_around
from assistant.answer.confidence import Weighed, fold, weigh
from assistant.answer.draft import Draft, join, list_items
from assistant.answer.explain import Explanation, Read, Step
from assistant.index.generation import Generation
from assistant.intent import Intent, read_intent
from assistant.intent.splitting import split_question
from assistant.items import find_list_around
from assistant.question import TOP_K, check_question, choose_kind, spell_out
from assistant.read import Reader, open_reader, pick
from assistant.records import (
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
    Table,
    Weighing,
)
from assistant.retrieve import rerank, retrieve
from assistant.settings import Settings, read_settings
from assistant.survey import Finding
from assistant.survey.about import About
from assistant.survey.citing import cite_finding
from assistant.survey.gate import Refusal, refuse_names, refuse_span
from assistant.survey.scan import scan
from assistant.survey.trends import tabulate

LOG = logging.getLogger("assistant")

ALTERNATIVES = 3


@dataclass(frozen=True, slots=True)
class Assistant:
    """Answers questions from one generation of an index. Threads may share it."""

    generation: Generation
    reader: Reader
    passages_read: int
    threshold: float
    _about: About
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
        about = About(generation)
        return cls(generation, reader, settings.passages_read, threshold, about, turns)

    def ask(self, question: str, *, top_k: int = TOP_K) -> Answer:
        """Answer a question, or abstain; `top_k` passages come with it (1 to 50).

        The same question gets the same answer whatever `top_k` and the load are: a fixed number of
        passages is read. Raises QuestionError.
        """
        question = check_question(question, top_k=top_k)
        with self._turns:
            return self._answer(question, top_k)[0]

    def explain(self, question: str, *, top_k: int = TOP_K) -> tuple[Answer, Explanation]:
        """The same answer as `ask`, and how it was found. Raises QuestionError."""
        question = check_question(question, top_k=top_k)
        with self._turns:
            answer, steps = self._answer(question, top_k)
        most, weighing = 1 + ALTERNATIVES, self.reader.weighing
        return answer, Explanation(self.threshold, most, weighing, tuple(steps))

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

    def _answer(self, question: str, top_k: int) -> tuple[Answer, list[Step]]:
        began = perf_counter()
        asked = spell_out(question, self._is_known)
        hits = retrieve(asked, self.generation, k=max(top_k, self.passages_read))
        retrieved = perf_counter()
        parts = split_question(asked, self._about.names)
        if len(parts) == 1:
            drafts = [self._draft(asked, hits)]
            draft = drafts[0]
        else:
            found = [(p, retrieve(p, self.generation, k=self.passages_read)) for p in parts]
            drafts = [self._draft(*one) for one in found]
            draft = replace(join(drafts), hits=hits)
        finished = perf_counter()
        answered = bool(draft.parts)
        answer = Answer(
            question=question,
            status="answered" if answered else "abstained",
            kind=draft.kind if answered else "none",
            parts=draft.parts,
            alternatives=draft.alternatives,
            score=draft.score,
            confidence=draft.confidence,
            abstention=None if answered else draft.abstain(min(top_k, len(hits))),
            citations=draft.citations,
            hits=tuple(draft.hits[:top_k]),
            coverage=self._cover(draft),
            source=self.source,
            timing_ms={
                "retrieve": _milliseconds(began, retrieved),
                "read": _milliseconds(retrieved, finished),
                "total": _milliseconds(began, finished),
            },
            best=draft.best,
            table=draft.table,
        )
        return answer, [one.step for one in drafts]

    def _is_known(self, term: str) -> bool:
        """Whether the documents have a term."""
        return any(self.generation.lexical.count_passages_with([term]))

    def _draft(self, question: str, hits: Sequence[Hit]) -> Draft:
        """The answer to one part of a question."""
        step = Step(question, hits, "language")
        if not self.generation.encoder.knows_script_of(question):
            return Draft(hits, step, reason="language")
        intent = read_intent(question, self.generation.store.players, self._about.names)
        refusal = refuse_names(intent, self.generation, self._about)
        if refusal is not None:
            step = replace(step, decided_by="names", intent=intent, refusal=refusal)
            return Draft(hits, step, reason=refusal[0], message=refusal[1])
        finding = scan(intent, self.generation, self._about)
        step = replace(step, decided_by="scan", intent=intent, finding=finding)
        scanned = self._cite(finding, step) if finding is not None else None
        if scanned is not None and (scanned.exhaustive or intent.players):
            return scanned
        # Of the figures of some passages the reader chooses better: of 33 such questions on SQuAD
        # it answered 20 rightly, a scan of the nearest passages 12.
        read = self._read(intent, step)
        if scanned is None or read.parts:
            return read
        return replace(scanned, step=replace(read.step, decided_by="scan"))

    def _cite(self, finding: Finding, step: Step) -> Draft | None:
        """What a scan found; None where no place of it verifies."""
        cited = cite_finding(finding, self.generation.store)
        if not cited.parts and finding.message is None:
            return None
        return Draft(
            step.hits,
            step,
            kind=finding.kind,
            parts=cited.parts,
            citations=cited.citations,
            table=cited.table,
            method=finding.method,
            exhaustive=finding.exhaustive,
            passages_read=finding.passages_read,
            reason="other_player",
            message=finding.message,
        )

    def _read(self, intent: Intent, step: Step) -> Draft:
        """What the reader finds in the best passages."""
        question, hits = intent.question, step.hits
        read_hits = hits[: self.passages_read]
        readings = self.reader.read(question, [hit.passage for hit in read_hits])
        weighed = weigh(question, read_hits, readings, self.reader.weighing)
        refusals = self._refuse(intent, weighed)
        judged = list(zip(weighed, refusals, strict=True))
        best = list(_pick([one for one, refusal in judged if refusal is None], 1 + ALTERNATIVES))
        # Where the best of all was sure and is refused, the reason is told. The others were weighed
        # beside it: where the likeliest is about another player, they are less likely (weighed
        # alone, more unanswerable questions of `tune` got an answer).
        refused = next((r for one, r in judged if r and one.value >= self.threshold), None)
        if self.reader.weighing is not None:
            hits = rerank(hits, readings)
        sure = [one for one in best if one.value >= self.threshold]
        whole = [_extend(one) for one in sure] if intent.kind == "list" else sure
        cited = list(zip(sure, _cite_all(question, whole), strict=True))
        shown = [one for one, found in cited if found is not None]
        good = [found for _, found in cited if found is not None]
        parts = tuple(
            Part(_shown(kind, citation), (number,), one.span.score, one.confidence)
            for number, (one, kind, citation) in enumerate(good, start=1)
        )
        known = any(hit.lexical for hit in hits)
        reason: Reason = "low_confidence" if known else "no_evidence"
        kind = good[0][1] if good else "none"
        listed = intent.kind == "list" and kind == "span"
        read = Read(readings, weighed, refusals, best, shown, hits)
        return Draft(
            hits,
            replace(step, decided_by="reader", read=read),
            kind="list" if listed else kind,
            parts=list_items(parts[0]) if listed else parts[:1],
            alternatives=parts[1:],
            citations=tuple(citation for _, _, citation in good),
            score=best[0].span.score if best else None,
            confidence=best[0].confidence if best else None,
            passages_read=len(read_hits),
            reason=refused[0] if refused else reason,
            message=refused[1] if refused else None,
            best=best[0].span if best else None,
            table=self._tabulate(intent, good[0][2]) if good else None,
        )

    def _tabulate(self, intent: Intent, citation: Citation) -> Table | None:
        """The figures of what the reader found: of when they are, and who says so."""
        start, end = citation.marked or (citation.start, citation.end)
        figures = self.generation.store.figures_of(citation.document.id)
        found = [one for one in figures if one.start < end and start < one.end]
        asked = intent.kind in ("comparison", "trend")
        return tabulate(citation, [one for one in found if asked or one.period is not None])

    def _refuse(self, intent: Intent, weighed: Sequence[Weighed]) -> list[Refusal | None]:
        """Why each span is not about whom or when a question is; None where it is."""
        ids = {one.span.passage.document.id for one in weighed}
        figures = {own_id: self.generation.store.figures_of(own_id) for own_id in ids}
        return [
            refuse_span(intent, one.span, self._about, figures[one.span.passage.document.id])
            for one in weighed
        ]

    def _cover(self, draft: Draft) -> Coverage:
        manifest = self.generation.manifest
        read = manifest.passages if draft.exhaustive else draft.passages_read
        return Coverage(manifest.documents, manifest.passages, read, draft.exhaustive, draft.method)


def read_best(question: str, hits: Sequence[Hit], reader: Reader) -> list[Weighed]:
    """The best spans of some passages, as `pick_best` gives them."""
    readings = reader.read(question, [hit.passage for hit in hits])
    return pick_best(question, hits, readings, reader.weighing)


def pick_best(
    question: str, hits: Sequence[Hit], readings: Sequence[Reading], weighing: Weighing | None
) -> list[Weighed]:
    """The best spans of what was read, best first, no two alike or with text in common."""
    return list(_pick(weigh(question, hits, readings, weighing), 1 + ALTERNATIVES))


def _cite_all(
    question: str, best: Sequence[Weighed]
) -> Iterator[tuple[Weighed, Kind, Citation] | None]:
    """Spans with their kinds and citations, each the sentences around its span.

    None for one that can't be verified: it is a reader's fault and not shown.
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
            yield None
            continue
        yield one, "passage" if whole else wanted, citation


def _extend(one: Weighed) -> Weighed:
    """A span that is an item of a list, extended to the whole list."""
    span = one.span
    sentence = find_sentences_around(span.passage, span.start, span.end)
    start, end = find_list_around(span.passage.document.text, span.start, span.end, sentence)
    return replace(one, span=replace(span, start=start, end=end))


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
