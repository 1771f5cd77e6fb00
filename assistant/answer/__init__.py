"""The only module that knows all the asking steps: a question becomes an Answer."""

import os
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from time import perf_counter
from typing import Self

from assistant.answer.abstain import LANGUAGE, explain_abstention, is_near, mark
from assistant.answer.compose import Draft
from assistant.answer.compose.choose import compose
from assistant.answer.compose.lists import is_listed
from assistant.answer.confidence import (
    GROUPS,
    decide_verdict,
    estimate,
    estimate_listed,
    find_verdict,
    observe,
)
from assistant.answer.conflict import find_conflict
from assistant.answer.evidence import Evidence
from assistant.answer.explain import Explanation, explain_candidates
from assistant.answer.find import LISTED_KINDS, Finder
from assistant.answer.question import TOP_K, check_question
from assistant.answer.write import write, write_conflict
from assistant.index.generation import Generation
from assistant.read import Reader, open_reader
from assistant.records import (
    Answer,
    Coverage,
    Document,
    Hit,
    Kind,
    Player,
    QuestionKind,
    Source,
)
from assistant.settings import Settings, read_settings

KINDS: dict[QuestionKind, Kind] = {
    "fact": "span", "top": "span", "count": "count", "passage": "passage", "yesno": "passage",
    "list": "list", "compare": "comparison", "two": "comparison", "trend": "trend",
}  # fmt: skip
EXHAUSTIVE = 0.8  # probability of the kind from which "all of them" was understood


@dataclass(frozen=True, slots=True)
class Assistant:
    """Answers questions from one generation of an index. Threads may share it."""

    finder: Finder
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
        return cls(Finder.of(generation, reader, settings.passages_read), threshold, turns)

    @property
    def generation(self) -> Generation:
        return self.finder.generation

    @property
    def reader(self) -> Reader:
        return self.finder.reader

    @property
    def passages_read(self) -> int:
        """How many passages are read of every question, at least."""
        return self.finder.passages_read

    def ask(self, question: str, *, top_k: int = TOP_K, as_of: date | None = None) -> Answer:
        """Answer a question, or abstain; `top_k` passages come with it (1 to 50).

        `as_of` is the day for which "this year" and "latest" are understood; None is today. The
        same question gets the same answer whatever `top_k` and the load are: how many passages are
        read depends on the kind of the question alone. Raises QuestionError.
        """
        return self.explain(question, top_k=top_k, as_of=as_of)[0]

    def explain(
        self, question: str, *, top_k: int = TOP_K, as_of: date | None = None
    ) -> tuple[Answer, Explanation]:
        """The same answer as `ask`, and how it was found. Raises QuestionError."""
        asked = check_question(question, top_k=top_k)
        with self._turns:
            return self._answer(asked, top_k, as_of or date.today())

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

    def _answer(self, question: str, top_k: int, as_of: date) -> tuple[Answer, Explanation]:
        began = perf_counter()
        hits = self.finder.retrieve(question, max(top_k, self.passages_read))
        retrieved = perf_counter()
        if not self.generation.encoder.knows_script_of(question):
            return self._refuse_language(question, hits[:top_k], began, retrieved, as_of)
        evidence = self.finder.find(question, hits, as_of)
        draft, features = self._draft(evidence)
        group, calibration = GROUPS[draft.kind], self.reader.calibration
        confidence = estimate(features, group, calibration) if calibration and features else None
        if draft.listed is not None and confidence is not None:
            confidence = estimate_listed(draft.listed)
        best = evidence.candidates[0].span if evidence.candidates else None
        score = best.score if best is not None else None
        value = confidence if confidence is not None else score
        answered = bool(draft.entries) and value is not None and value >= self.threshold
        spans = GROUPS[draft.kind] == "span" and not draft.counted
        conflict = find_conflict(evidence, self.finder.terms_of) if spans else []
        written = (
            write_conflict(conflict, confidence) if conflict else write(evidence, draft, confidence)
        )
        shown = _rank_hits(hits, evidence)[:top_k]
        abstention = (
            None
            if answered
            else explain_abstention(
                evidence,
                features,
                shown=len(shown),
                as_of=as_of,
                players=self.generation.store.players,
                lexical=self.generation.lexical,
            )
        )
        guess = None
        # Where the documents do not know what the question names, nothing comes near it.
        near = abstention is not None and abstention.reason != "no_evidence"
        if near and draft.entries and is_near(evidence, confidence):
            guess = written.as_guess(confidence, listed=draft.kind == "list")
        citations = written.citations if answered else ()
        if guess is not None:  # the parts are cited first, then what is not shown with a guess
            citations = written.citations[: max(guess.citations)]
        alternatives = written.alternatives if answered else ()
        answer = Answer(
            question=question,
            status="answered" if answered else "abstained",
            kind=KINDS[draft.kind] if answered else "none",
            parts=written.parts if answered else (),
            alternatives=alternatives,
            score=score,
            confidence=confidence,
            abstention=abstention,
            citations=citations,
            hits=tuple(shown),
            coverage=self._cover(evidence, draft),
            source=self.source,
            timing_ms=_time(began, retrieved),
            best=best,
            table=written.table if answered else None,
            best_guess=guess,
            marks=mark(evidence, shown),
            verdict=decide_verdict(evidence, calibration)
            if answered and draft.kind == "yesno"
            else None,
            conflict=written.conflict if answered else (),
            missing=written.missing if answered else (),
            players=self._find_players(question),
            as_of=as_of,
        )
        explanation = Explanation(
            decided_by="reader",
            threshold=self.threshold,
            calibration=calibration,
            kind=draft.kind,
            kinds=evidence.kinds,
            group=group,
            # The confidence of a line of a table is not made of them.
            features=features if draft.listed is None else {},
            verdict=find_verdict(evidence) if evidence.sentences else None,
            hits=tuple(hits),
            readings=tuple(evidence.readings),
            candidates=explain_candidates(evidence, answered=answered, most=1 + len(alternatives)),
        )
        return answer, explanation

    def _draft(self, evidence: Evidence) -> tuple[Draft, dict[str, float]]:
        if not evidence.sentences:
            return Draft(evidence.kind, ()), {}
        draft = compose(evidence, self._find_kind(evidence))
        return draft, observe(evidence, draft, self.finder.terms_of)

    def _find_kind(self, evidence: Evidence) -> QuestionKind:
        """The kind that the reader sees. A question of players' names alone asks for what is said
        of them; one that a line of names or figures answers asks for these.
        """
        names = [name for one in evidence.subjects for name in one.names]
        held = {term for name in names for term in name}
        if self.finder.names.find(evidence.question) and held.issuperset(evidence.terms.rarity):
            return "passage"
        kinds = evidence.kinds
        if kinds and is_listed(evidence):
            return max(LISTED_KINDS, key=lambda kind: kinds[kind])
        return evidence.kind

    def _find_players(self, question: str) -> tuple[Player, ...]:
        """The players that a question names, in order."""
        players = {player.id: player for player in self.generation.store.players}
        named = dict.fromkeys(mention.player_id for mention in self.finder.names.find(question))
        return tuple(players[player_id] for player_id in named)

    def _cover(self, evidence: Evidence, draft: Draft) -> Coverage:
        manifest = self.generation.manifest
        understood = (evidence.kinds or {}).get(draft.kind, 0.0) >= EXHAUSTIVE
        if draft.listed is not None:
            return Coverage(
                manifest.documents, manifest.passages, manifest.passages, understood, "tables"
            )
        read = len(evidence.readings)
        exhaustive = read == manifest.passages and understood and draft.kind == "list"
        return Coverage(manifest.documents, manifest.passages, read, exhaustive, "reader")

    def _refuse_language(
        self, question: str, hits: Sequence[Hit], began: float, retrieved: float, as_of: date
    ) -> tuple[Answer, Explanation]:
        manifest = self.generation.manifest
        answer = Answer(
            question=question,
            status="abstained",
            kind="none",
            parts=(),
            alternatives=(),
            score=None,
            confidence=None,
            abstention=LANGUAGE,
            citations=(),
            hits=tuple(hits),
            coverage=Coverage(manifest.documents, manifest.passages, 0, False, "none"),
            source=self.source,
            timing_ms=_time(began, retrieved),
            marks=tuple(() for _ in hits),
            as_of=as_of,
        )
        explanation = Explanation(
            decided_by="language",
            threshold=self.threshold,
            calibration=self.reader.calibration,
            kind="fact",
            kinds=None,
            group=GROUPS["fact"],
            features={},
            verdict=None,
            hits=tuple(hits),
            readings=(),
            candidates=(),
        )
        return answer, explanation


def _rank_hits(hits: Sequence[Hit], evidence: Evidence) -> list[Hit]:
    """The passages that were read by their best sentence, then the others as they were found."""
    places = dict.fromkeys(sentence.place for sentence in evidence.sentences)
    read = [evidence.hits[place] for place in places]
    numbers = {hit.passage.number for hit in read}
    return [*read, *(hit for hit in hits if hit.passage.number not in numbers)]


def _time(began: float, retrieved: float) -> dict[str, float]:
    """Milliseconds by step."""
    now = perf_counter()
    steps = {"retrieve": retrieved - began, "read": now - retrieved, "total": now - began}
    return {name: round(1000 * seconds, 3) for name, seconds in steps.items()}
