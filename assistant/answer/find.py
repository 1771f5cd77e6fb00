"""What is read for a question: passages, more of them where its kind wants it, names, figures."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from functools import cache, lru_cache, partial

from assistant.answer.compose import KINDS
from assistant.answer.compose.lists import LISTED_KINDS
from assistant.answer.evidence import Evidence
from assistant.answer.focus import find_line, place_line
from assistant.answer.lines import find_figures, find_listed, write_names
from assistant.answer.question import (
    QuestionTerms,
    Subject,
    ask_alone,
    find_periods,
    find_subjects,
    split_halves,
)
from assistant.answer.ranking import TermsOf, rank
from assistant.index.generation import Generation
from assistant.players import Names
from assistant.read import Reader
from assistant.records import Hit, QuestionKind
from assistant.retrieve import retrieve
from assistant.text import find_passage_terms

# One value of one thing: where lines repeat each other, that of the one that is named.
FOCUSED_KINDS: tuple[QuestionKind, ...] = ("fact", "count")
FOCUSED = 3  # of the best spans, of which the passages are looked at for such lines
# What the table of figures, and that of mentions, is asked for.
FIGURE_KINDS: tuple[QuestionKind, ...] = ("compare", "two", "trend")
FIGURE_PASSAGES = 40
LISTED_SHARE = 0.1  # probability of these kinds from which the names are looked at
MOST_PARTS = 6  # subjects of a comparison that are read for
REMEMBERED = 4096  # passages of which the terms are kept


class Finder:
    """Finds the evidence for questions in one generation. Threads may share it."""

    def __init__(self, generation: Generation, reader: Reader, passages_read: int) -> None:
        """`passages_read` are read of every question, at least."""
        store = generation.store
        self.generation = generation
        self.reader = reader
        self.passages_read = passages_read
        self._names = Names(store.players)
        # What is remembered is of no method, which would hold the store and keep it from being
        # freed.
        remembered = lru_cache(maxsize=REMEMBERED)(lambda n: find_passage_terms(store.passage(n)))
        self._terms_of: TermsOf = lambda passage: remembered(passage.number)
        self._write_names = cache(partial(write_names, store))

    def retrieve(self, question: str, count: int) -> list[Hit]:
        """The best passages of the index for a question, best first."""
        return retrieve(question, self.generation, k=count)

    def find(self, question: str, hits: Sequence[Hit], as_of: date) -> Evidence:
        """Read the best passages; more where the kind of the question wants it.

        A question in two is read once for each part as well, a comparison once for each subject.
        """
        evidence = self._understand(question, as_of)
        evidence = self._read(evidence, hits[: self.passages_read])
        wanted = KINDS[evidence.kind].passages
        if wanted > self.passages_read:
            more = self.retrieve(question, wanted)[self.passages_read :]
            evidence = self._read(evidence, more)
        if evidence.kind in FOCUSED_KINDS:
            evidence = self._focus(evidence)
        parts = [
            self._read(
                replace(self._understand(part, as_of), subjects=about),
                self.retrieve(part, self.passages_read),
            )
            for part, about in find_parts(evidence)
        ]
        return self._consult(replace(evidence, parts=tuple(parts)))

    def _understand(self, question: str, as_of: date) -> Evidence:
        """What a question names, before anything is read for it."""
        players = {player.id: player for player in self.generation.store.players}
        mentions = self._names.find(question)
        named = {
            players[mention.player_id]: question[mention.start : mention.end]
            for mention in mentions
        }
        return Evidence(
            question,
            QuestionTerms.of(question, self.generation.lexical),
            periods=find_periods(question, as_of),
            subjects=find_subjects(question, named),
            players=tuple(named),
            player_of=self._find_player,
            as_of=as_of,
        )

    def _find_player(self, words: str) -> str | None:
        """The id of the player that some words are a name of, and nothing else."""
        mentions = self._names.find(words)
        alone = len(mentions) == 1 and not (
            words[: mentions[0].start].strip() or words[mentions[0].end :].strip()
        )
        return mentions[0].player_id if alone else None

    def _read(self, evidence: Evidence, hits: Sequence[Hit]) -> Evidence:
        """The evidence with what some more passages say."""
        readings = self.reader.read(evidence.question, [hit.passage for hit in hits])
        hits, readings = [*evidence.hits, *hits], [*evidence.readings, *readings]
        return rank(evidence, hits, readings, self._terms_of)

    def _focus(self, evidence: Evidence) -> Evidence:
        """The evidence with the passages of the best spans read line by line, if these repeat."""
        readings = list(evidence.readings)
        for place in {candidate.sentence.place for candidate in evidence.candidates[:FOCUSED]}:
            passage = evidence.hits[place].passage
            line = find_line(passage, evidence.terms, self._terms_of)
            if line is not None:
                (found,) = self.reader.read(evidence.question, [line])
                readings[place] = place_line(found, passage)
        return rank(evidence, evidence.hits, readings, self._terms_of)

    def _consult(self, evidence: Evidence) -> Evidence:
        """The evidence with the figures or names that answer, for kinds that want many."""
        store, reader, question = self.generation.store, self.reader, evidence.question
        if evidence.kind in FIGURE_KINDS:
            hits = self.retrieve(question, FIGURE_PASSAGES)
            return replace(evidence, figures=find_figures(question, hits, store, reader))
        kinds = evidence.kinds or {}
        if sum(kinds.get(kind, 0.0) for kind in LISTED_KINDS) >= LISTED_SHARE:
            return replace(evidence, listed=find_listed(question, self._write_names(), reader))
        return evidence


def find_parts(evidence: Evidence) -> list[tuple[str, tuple[Subject, ...]]]:
    """The parts that a question is read for once more, each with what it is about.

    A comparison is asked of each of its subjects as if the others were not named.
    """
    question, subjects = evidence.question, evidence.subjects
    if evidence.kind == "two":
        return [(half, subjects) for half in split_halves(question)]
    if evidence.kind != "compare" or len(subjects) < 2:
        return []
    return [
        (ask_alone(question, subject, subjects), (subject,)) for subject in subjects[:MOST_PARTS]
    ]
