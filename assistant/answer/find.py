"""What is read for a question: passages, more of them where its kind wants it, tables, records."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cache, lru_cache, partial
from typing import Self

from assistant.answer.evidence import Evidence, Terms, TermsOf, find_parts, gather
from assistant.answer.question import QuestionTerms, Subject, find_subjects
from assistant.answer.record import find_record, place_record
from assistant.answer.register import Line, find_figures, find_listed, write_names
from assistant.index.generation import Generation
from assistant.players import Names
from assistant.read import Reader
from assistant.records import Hit, Passage, QuestionKind
from assistant.retrieve import retrieve
from assistant.text import find_passage_terms

# Of these kinds an answer is spread over more passages; so many are read.
MANY_PASSAGES: dict[QuestionKind, int] = {"list": 40, "trend": 24}
# One value of one thing: where records repeat each other, that of the record named.
RECORD_KINDS: tuple[QuestionKind, ...] = ("fact", "count")
FOCUSED = 3  # of the best spans, whose passages are looked at for records
# What the table of figures, and that of mentions, is asked for.
FIGURE_KINDS: tuple[QuestionKind, ...] = ("compare", "two", "trend")
FIGURE_PASSAGES = 40
LISTED_KINDS: tuple[QuestionKind, ...] = ("list", "count")
LISTED_SHARE = 0.1  # probability of these kinds from which the names are looked at
REMEMBERED = 4096  # passages whose terms are kept


@dataclass(frozen=True, slots=True)
class Finder:
    """Finds the evidence for questions in one generation. Threads may share it."""

    generation: Generation
    reader: Reader
    passages_read: int
    names: Names
    terms_of: TermsOf
    _write_names: Callable[[], Sequence[Line]]

    @classmethod
    def of(cls, generation: Generation, reader: Reader, passages_read: int) -> Self:
        """A finder; `passages_read` are read of every question."""
        store = generation.store
        find = lru_cache(maxsize=REMEMBERED)(lambda n: find_passage_terms(store.passage(n)))

        def terms_of(passage: Passage) -> tuple[Terms, list[Terms]]:
            found: tuple[Terms, list[Terms]] = find(passage.number)
            return found

        names = Names(store.players)
        # Of no method, which would hold the store and keep it from being freed.
        lines = cache(partial(write_names, store))
        return cls(generation, reader, passages_read, names, terms_of, lines)

    def retrieve(self, question: str, count: int) -> list[Hit]:
        """The best passages of the index for a question, best first."""
        return retrieve(question, self.generation, k=count)

    def find(self, question: str, hits: Sequence[Hit], as_of: date) -> Evidence:
        """Read the best passages; more where the kind of the question wants it.

        A question in two is read once for each part as well, a comparison once for each subject.
        """
        mentions = self.names.find(question)
        subjects = find_subjects(question, self.generation.store.players, mentions)
        read = partial(self._gather, as_of=as_of)
        evidence = read(question, hits[: self.passages_read], subjects)
        wanted = MANY_PASSAGES.get(evidence.kind, 0)
        if wanted > self.passages_read:
            more = self.retrieve(question, wanted)[self.passages_read :]
            evidence = read(question, more, subjects, before=evidence)
        if evidence.kind in RECORD_KINDS:
            evidence = self._focus(evidence, as_of)
        parts = [
            read(part, self.retrieve(part, self.passages_read), about)
            for part, about in find_parts(evidence)
        ]
        return self._consult(replace(evidence, parts=tuple(parts), player_of=self._find_player))

    def _find_player(self, words: str) -> str | None:
        """The id of the player that some words are a name of, and nothing else."""
        mentions = self.names.find(words)
        alone = len(mentions) == 1 and not (
            words[: mentions[0].start].strip() or words[mentions[0].end :].strip()
        )
        return mentions[0].player_id if alone else None

    def _consult(self, evidence: Evidence) -> Evidence:
        """The same with what the tables of mentions and figures say, for kinds that want much."""
        store, reader = self.generation.store, self.reader
        if evidence.kind in FIGURE_KINDS:
            hits = self.retrieve(evidence.question, FIGURE_PASSAGES)
            figures = find_figures(evidence.question, hits, store, reader)
            return replace(evidence, figures=figures)
        kinds = evidence.kinds or {}
        if sum(kinds.get(kind, 0.0) for kind in LISTED_KINDS) >= LISTED_SHARE:
            listed = find_listed(evidence.question, self._write_names(), reader)
            return replace(evidence, listed=listed)
        return evidence

    def _focus(self, evidence: Evidence, as_of: date) -> Evidence:
        """The same with the passages of the best spans read record by record, if they repeat."""
        places = dict.fromkeys(one.sentence.place for one in evidence.candidates[:FOCUSED])
        readings = list(evidence.readings)
        for place in places:
            passage = evidence.hits[place].passage
            record = find_record(passage, evidence.terms, self.terms_of)
            if record is not None:
                (found,) = self.reader.read(evidence.question, [record])
                readings[place] = place_record(found, passage)
        return gather(
            evidence.question,
            evidence.terms,
            evidence.hits,
            readings,
            self.terms_of,
            as_of=as_of,
            subjects=evidence.subjects,
        )

    def _gather(
        self,
        question: str,
        hits: Sequence[Hit],
        subjects: tuple[Subject, ...],
        *,
        as_of: date,
        before: Evidence | None = None,
    ) -> Evidence:
        """What some passages say of a question, with what was read for it before."""
        terms = QuestionTerms.of(question, self.generation.lexical)
        readings = self.reader.read(question, [hit.passage for hit in hits])
        if before is not None:
            hits, readings = [*before.hits, *hits], [*before.readings, *readings]
        return gather(
            question, terms, hits, readings, self.terms_of, as_of=as_of, subjects=subjects
        )
