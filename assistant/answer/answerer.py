"""A checked question becomes an Answer, from one generation or the part of it that a filter leaves.

This is the only module that knows all the steps:

Finder.retrieve       the nearest passages
Finder.find_evidence  the Evidence in them, best sentences and spans first
compose               a Draft, according to the kind of the question
find_confidence       the probability that it is right; of a follow-up with `find_followup_features`
write_answer          parts with verified citations, or sources that disagree
explain_abstention    where the confidence is too low: the reason, and the best guess
find_about            without a guess: what the documents say about the names of the question
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from time import perf_counter
from typing import Self, TypeAlias

from assistant.answer.about import find_about
from assistant.answer.abstain import explain_abstention, is_near, mark_sentences
from assistant.answer.compose import KINDS, Draft, compose, find_kind
from assistant.answer.confidence import (
    Features,
    decide_verdict,
    find_confidence,
    find_features,
    find_group,
    find_verdict,
)
from assistant.answer.conflict import STATED
from assistant.answer.evidence import Entry, Evidence
from assistant.answer.explain import Explanation, explain_candidates
from assistant.answer.finder import Finder
from assistant.answer.following import FOLLOWUP, find_followup_features, find_places
from assistant.answer.followup import Understood
from assistant.answer.foreign import choose_best, explain_language
from assistant.answer.write import WrittenAnswer, write_answer
from assistant.index.generation import Generation
from assistant.read import Reader
from assistant.records import Answer, Coverage, Hit, Source

# Is called with what a step of asking found, as soon as it is found.
Listener: TypeAlias = Callable[[Sequence[Hit] | Answer], None]
CERTAIN_KIND = 0.8  # probability from which an answer that lists everything is called exhaustive


def ignore(_found: Sequence[Hit] | Answer) -> None:
    """Listens to no step."""


@dataclass(frozen=True, slots=True)
class Answerer:
    """Answers checked questions from a generation. Threads may share it."""

    generation: Generation
    reader: Reader
    threshold: float
    thresholds: Mapping[str, float]  # of groups of weights that have another
    passages_read: int  # for every question, at least
    finder: Finder

    @classmethod
    def of(
        cls,
        generation: Generation,
        reader: Reader,
        *,
        threshold: float,
        thresholds: Mapping[str, float],
        passages_read: int,
    ) -> Self:
        finder = Finder(generation, reader, passages_read)
        return cls(generation, reader, threshold, thresholds, passages_read, finder)

    @property
    def source(self) -> Source:
        manifest = self.generation.manifest
        return Source(
            self.generation.name, manifest.generation, manifest.embedder, self.reader.name
        )

    def answer(
        self, understood: Understood, top_k: int, as_of: date, listen: Listener = ignore
    ) -> tuple[Answer, Explanation]:
        """The answer to a question as it was understood, and how it was found.

        `listen` is called with the passages as soon as they are retrieved.
        """
        began, question = perf_counter(), understood.text
        hits = self.finder.retrieve(question, max(top_k, self.passages_read))
        listen(hits[:top_k])
        retrieved = perf_counter()
        known = self.finder.knows(question)
        evidence = self.finder.find_evidence(
            question,
            hits if known else [],
            as_of,
            is_followup=understood.is_joined,
        )
        draft = compose(evidence, find_kind(evidence))
        features = find_features(evidence, draft)
        group = find_group(evidence, draft, self.reader.calibration)
        confidence = find_confidence(draft, features, group, self.reader.calibration)
        if self._has_weights_for(understood, draft) and confidence is not None:
            features = self._find_followup_features(understood, evidence, features, confidence)
            group = FOLLOWUP
            confidence = find_confidence(draft, features, group, self.reader.calibration)
        threshold = self.thresholds.get(group, self.threshold)
        versions = self.finder.find_versions(evidence, draft)
        written = write_answer(evidence, draft, confidence, versions)
        answer = self._describe(evidence, draft, confidence, _rank_hits(hits, evidence)[:top_k])
        value = confidence if confidence is not None else answer.score
        is_unread = bool(hits) and not evidence.sentences
        is_foreign = not known or is_unread or not self._can_read(draft)
        if not is_foreign and draft.entries and value is not None and value >= threshold:
            answer = self._add_answer(answer, evidence, draft, written)
        elif is_foreign:
            answer = self._add_best_by_words(answer, hits, draft, top_k)
        else:
            answer = self._add_abstention(answer, evidence, draft, written, features)
        if answer.abstention is not None and answer.best_guess is None:
            about = find_about(question, answer.players, self.generation)
            answer = replace(answer, about=tuple(about))
        answer = replace(answer, timing_ms=_measure_times(began, retrieved))
        return answer, self._explain(answer, hits, evidence, draft, group, features)

    def _has_weights_for(self, understood: Understood, draft: Draft) -> bool:
        """Whether the confidence in a draft is that of follow-ups; not in a line of a table."""
        calibration = self.reader.calibration
        is_calibrated = calibration is not None and FOLLOWUP in calibration.weights
        return understood.is_joined and is_calibrated and draft.listed is None

    def _find_followup_features(
        self, understood: Understood, evidence: Evidence, features: Features, confidence: float
    ) -> Features:
        places = find_places(evidence)
        alone = self.finder.read_again(understood.question, evidence, places)
        return find_followup_features(evidence, features, confidence, alone)

    def _describe(
        self, evidence: Evidence, draft: Draft, confidence: float | None, shown: Sequence[Hit]
    ) -> Answer:
        """The fields that an answer and an abstention have in common."""
        best = evidence.candidates[0].span if evidence.candidates else None
        return Answer(
            question=evidence.question,
            status="abstained",
            kind="none",
            parts=(),
            alternatives=(),
            score=best.score if best is not None else None,
            confidence=confidence,
            abstention=None,
            citations=(),
            hits=tuple(shown),
            coverage=self._measure_coverage(evidence, draft),
            source=self.source,
            timing_ms={},
            best=best,
            marks=mark_sentences(evidence, shown),
            players=evidence.players,
            as_of=evidence.as_of,
        )

    def _add_answer(
        self, answer: Answer, evidence: Evidence, draft: Draft, written: WrittenAnswer
    ) -> Answer:
        verdict = decide_verdict(evidence, self.reader.calibration)
        return replace(
            answer,
            status="answered",
            kind=KINDS[draft.kind].shown,
            parts=written.parts,
            alternatives=written.alternatives,
            citations=written.citations,
            table=written.table,
            verdict=verdict if draft.kind == "yesno" else None,
            conflict=written.conflict,
            missing=written.missing,
        )

    def _add_abstention(
        self,
        answer: Answer,
        evidence: Evidence,
        draft: Draft,
        written: WrittenAnswer,
        features: Features,
    ) -> Answer:
        """The reason why there is no answer, and the best guess if it comes near."""
        abstention = explain_abstention(
            evidence,
            features,
            shown=len(answer.hits),
            players=self.generation.catalog.players,
            lexical=self.generation.lexical,
        )
        guess = None
        # Where the documents do not mention what the question names, nothing comes near it.
        if abstention.reason != "no_evidence" and is_near(evidence, answer.confidence):
            listed = draft.kind == "list" or (draft.kind in STATED and not draft.counted)
            guess = written.as_guess(answer.confidence, listed=listed)
        # The citations of the parts come first, then others, which are not shown with a guess.
        cited = written.citations[: max(guess.citations)] if guess is not None else ()
        return replace(answer, abstention=abstention, best_guess=guess, citations=cited)

    def _can_read(self, draft: Draft) -> bool:
        """Whether the models know the script of what a draft cites: its passage may have two."""
        return draft.listed is not None or all(
            self.finder.knows(entry.passage.document.text[slice(*entry.cited)])
            for entry in draft.entries
        )

    def _add_best_by_words(
        self, answer: Answer, hits: Sequence[Hit], draft: Draft, top_k: int
    ) -> Answer:
        """The best sentences that the models can't read, as a guess without a confidence: nothing
        calibrated has seen them.
        """
        as_of = answer.as_of or date.today()
        evidence = self.finder.find_by_words(answer.question, hits, as_of)
        entries = tuple(map(Entry.of_sentence, choose_best(evidence)))
        written = write_answer(evidence, Draft("passage", entries), None)
        shown = _rank_hits(hits, evidence)[:top_k]
        unread = self._find_unread(evidence, draft)
        return replace(
            answer,
            score=None,
            confidence=None,
            best=None,
            abstention=explain_language(evidence, unread, shown=len(shown)),
            best_guess=written.as_guess(None, listed=False),
            citations=written.citations,
            hits=tuple(shown),
            marks=mark_sentences(evidence, shown),
            coverage=replace(answer.coverage, passages_read=0, method="words"),
        )

    def _find_unread(self, evidence: Evidence, draft: Draft) -> str:
        """The best text that the models can't read; "" if it is the question."""
        if not self.finder.knows(evidence.question):
            return ""
        for hit in [*(sentence.hit for sentence in evidence.sentences[:1]), *evidence.hits]:
            if not self.finder.can_read(hit):
                return hit.passage.text
        cited = (entry.passage.document.text[slice(*entry.cited)] for entry in draft.entries)
        return "\n".join(cited)

    def _measure_coverage(self, evidence: Evidence, draft: Draft) -> Coverage:
        """The passages read; all of them where a table of the whole index answers."""
        manifest, read = self.generation.manifest, len(evidence.readings)
        method = "reader" if read else "none"
        if draft.listed is not None:
            read, method = manifest.passages, "tables"
        certain = (evidence.kinds or {}).get(draft.kind, 0.0) >= CERTAIN_KIND
        lists_all = draft.kind == "list" or draft.listed is not None
        exhaustive = lists_all and certain and read == manifest.passages
        catalog = self.generation.catalog
        return Coverage(
            manifest.documents,
            manifest.passages,
            read,
            exhaustive,
            method,
            unread=catalog.unread,
            skipped=sum(not file.is_readme for file in catalog.skipped),
            all_documents=self.generation.all_documents,
        )

    def _explain(
        self,
        answer: Answer,
        hits: Sequence[Hit],
        evidence: Evidence,
        draft: Draft,
        group: str,
        features: Features,
    ) -> Explanation:
        return Explanation(
            decided_by="language" if _is_about_language(answer) else "reader",
            threshold=self.thresholds.get(group, self.threshold),
            calibration=self.reader.calibration,
            kind=draft.kind,
            kinds=evidence.kinds,
            group=group,
            # They are not what the confidence of a line of a table is calculated from.
            features=features if draft.listed is None else {},
            verdict=find_verdict(evidence),
            hits=tuple(hits),
            readings=tuple(evidence.readings),
            candidates=tuple(explain_candidates(evidence, answer)),
        )


def _rank_hits(hits: Sequence[Hit], evidence: Evidence) -> list[Hit]:
    """The passages that were read, by their best sentence; then the others as retrieved."""
    places = dict.fromkeys(sentence.place for sentence in evidence.sentences)
    read = [evidence.hits[place] for place in places]
    numbers = {hit.passage.number for hit in read}
    return [*read, *(hit for hit in hits if hit.passage.number not in numbers)]


def _is_about_language(answer: Answer) -> bool:
    return answer.abstention is not None and answer.abstention.reason == "language"


def _measure_times(began: float, retrieved: float) -> dict[str, float]:
    """Milliseconds by step."""
    now = perf_counter()
    steps = {"retrieve": retrieved - began, "read": now - retrieved, "total": now - began}
    return {name: round(1000 * seconds, 3) for name, seconds in steps.items()}
