"""The evidence for a question: passages, more of them for some kinds, and names and figures."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date
from functools import cache, lru_cache, partial

from assistant.answer.compose import KINDS, Draft
from assistant.answer.compose.lists import LISTED_KINDS
from assistant.answer.conflict import find_deciding
from assistant.answer.evidence import Entry, Evidence
from assistant.answer.focus import extend_to_passage, find_named_record
from assistant.answer.foreign import rank_by_words
from assistant.answer.lines import find_figures, find_listed, write_names
from assistant.answer.question import (
    LONGEST_QUESTION,
    QuestionTerms,
    Subject,
    ask_about,
    find_periods,
    find_subjects,
    split_question,
)
from assistant.answer.ranking import TermsOf, rank_evidence
from assistant.answer.rows import cut_to_cells
from assistant.answer.versions import find_versions
from assistant.index.generation import Generation
from assistant.players import Names
from assistant.read import Reader
from assistant.records import Hit, Passage, QuestionKind, Reading
from assistant.retrieve import CANDIDATES, retrieve, retrieve_by_words
from assistant.text import find_passage_terms, find_question_terms, find_terms

# Kinds that ask about one thing: among records that repeat each other, the one named.
SENTENCE_KINDS: tuple[QuestionKind, ...] = ("passage", "yesno")
REREAD_KINDS: tuple[QuestionKind, ...] = ("fact", "count", *SENTENCE_KINDS)
REREAD = 3  # best spans or sentences whose passages are searched for such records
# Kinds for which the table of figures is read.
FIGURE_KINDS: tuple[QuestionKind, ...] = ("compare", "two", "trend")
FIGURE_PASSAGES = 40
LISTED_SHARE = 0.1  # probability of LISTED_KINDS from which the table of names is read
# Kinds of which near-copies may say something else.
VERSION_KINDS: tuple[QuestionKind, ...] = ("fact", "top", "count", "passage", "yesno")
VERSION_PASSAGES = 20  # searched for near-copies, by the words of what is cited
MOST_PARTS = 6  # subjects of a comparison, each read separately
CACHED_PASSAGES = 4096  # passages of which the terms are cached


class Finder:
    """Finds the evidence for questions in one generation. Threads may share it."""

    def __init__(self, generation: Generation, reader: Reader, passages_read: int) -> None:
        """`passages_read` passages are read for every question, at least."""
        catalog = generation.catalog
        self.generation = generation
        self.reader = reader
        self.passages_read = passages_read
        self._names = Names(catalog.players)
        # Not a cached method: its cache would keep the catalog from being freed.
        cached = lru_cache(maxsize=CACHED_PASSAGES)(
            lambda n: find_passage_terms(catalog.passage(n))
        )
        self._terms_of: TermsOf = lambda passage: cached(passage.number)
        knows = generation.encoder.knows_script_of  # not through self: that would be a cycle
        known = lru_cache(maxsize=CACHED_PASSAGES)(lambda n: knows(catalog.passage(n).text))
        self._can_read: Callable[[Passage], bool] = lambda passage: known(passage.number)
        self._write_names = cache(partial(write_names, catalog))

    def retrieve(self, question: str, count: int) -> list[Hit]:
        """The best passages of the index for a question, best first: those in a script that the
        models know, then any others that are as near.
        """
        if not self.knows(question):
            return retrieve_by_words(question, self.generation, k=count)
        hits = retrieve(question, self.generation, k=count)
        if all(map(self.can_read, hits)):
            return hits
        # The vectors of unknown letters are much alike, and may be near any question.
        more = retrieve(question, self.generation, k=max(count, CANDIDATES))
        others = [hit for hit in hits if not self.can_read(hit) and hit.lexical > 0]
        return [hit for hit in more if self.can_read(hit)][:count] + others

    def knows(self, text: str) -> bool:
        """Whether the models know the script of a text."""
        return self.generation.encoder.knows_script_of(text)

    def can_read(self, hit: Hit) -> bool:
        """Whether the models know the script of a passage."""
        return self._can_read(hit.passage)

    def find_versions(self, evidence: Evidence, draft: Draft) -> list[Entry]:
        """What near-copies say in the place of the answer of a draft, if it is one value or the
        best sentences.
        """
        if draft.kind not in VERSION_KINDS or draft.counted or draft.listed is not None:
            return []
        if not draft.entries:
            return []
        entry = find_deciding(evidence, draft)
        cited = entry.passage.document.text[slice(*entry.cited)]
        found = self.generation.lexical.search(cited[:LONGEST_QUESTION], VERSION_PASSAGES)
        passages = [self.generation.catalog.passage(number) for number, _ in found]
        return find_versions(entry, passages, evidence)

    def find_by_words(self, question: str, hits: Sequence[Hit], as_of: date) -> Evidence:
        """The best sentences by the words they share; for a question that the models can read,
        only those that they can't, or of passages that they can't.
        """
        evidence = rank_by_words(self._analyse(question, as_of), hits, self._terms_of)
        if not self.knows(question):
            return evidence
        unread = (
            sentence
            for sentence in evidence.sentences
            if not (self.can_read(sentence.hit) and self.knows(sentence.text))
        )
        return replace(evidence, sentences=tuple(unread))

    def find_evidence(
        self, question: str, hits: Sequence[Hit], as_of: date, *, is_followup: bool = False
    ) -> Evidence:
        """Read the best passages, and more for kinds that need them.

        A question in two is also read once for each part, a comparison once for each subject.
        """
        evidence = replace(self._analyse(question, as_of), is_followup=is_followup)
        evidence = self._read(evidence, hits[: self.passages_read])
        needed = KINDS[evidence.kind].passages
        if needed > self.passages_read:
            more = self.retrieve(question, needed)[self.passages_read :]
            evidence = self._read(evidence, more)
        if evidence.kind in REREAD_KINDS:
            evidence = self._reread_records(evidence)
        parts = [
            self._read(
                replace(self._analyse(part, as_of), subjects=about),
                self.retrieve(part, self.passages_read),
            )
            for part, about in find_parts(evidence)
        ]
        return self._add_table_entries(replace(evidence, parts=tuple(parts)))

    def read_again(
        self, question: str, evidence: Evidence, places: Sequence[int]
    ) -> dict[int, Reading]:
        """Read passages of the evidence with another question, by their places."""
        passages = [evidence.hits[place].passage for place in places]
        return dict(zip(places, self.reader.read(question, passages), strict=True))

    def _analyse(self, question: str, as_of: date) -> Evidence:
        """The terms, times and names of a question, before anything is read."""
        players = {player.id: player for player in self.generation.catalog.players}
        named = {
            players[mention.player_id]: question[mention.start : mention.end]
            for mention in self._names.find(question)
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

    def rename_player(self, question: str, before: str) -> str | None:
        """The question before with another player, if a question is only the name of that one and
        the question before names one player; else None.
        """
        asked, mentions = self._names.find(question), self._names.find(before)
        if len(asked) != 1 or len({mention.player_id for mention in mentions}) != 1:
            return None
        name = question[asked[0].start : asked[0].end]
        is_same = mentions[0].player_id == asked[0].player_id
        if is_same or not set(find_question_terms(question)) <= set(find_terms(name)):
            return None
        for mention in reversed(mentions):
            before = before[: mention.start] + name + before[mention.end :]
        return before

    def _find_player(self, words: str) -> str | None:
        """The id of the player that has a name."""
        mentions = self._names.find(words)
        if len(mentions) != 1:
            return None
        around = words[: mentions[0].start] + words[mentions[0].end :]
        return None if around.strip() else mentions[0].player_id

    def _read(self, evidence: Evidence, hits: Sequence[Hit]) -> Evidence:
        """Add the readings of more passages to the evidence."""
        hits = [hit for hit in hits if self.can_read(hit)]
        readings = self._read_passages(evidence.question, [hit.passage for hit in hits])
        hits, readings = [*evidence.hits, *hits], [*evidence.readings, *readings]
        return rank_evidence(evidence, hits, readings, self._terms_of)

    def _read_passages(self, question: str, passages: Sequence[Passage]) -> list[Reading]:
        """Readings in which the spans in rows of tables are cells."""
        return [cut_to_cells(reading) for reading in self.reader.read(question, passages)]

    def _reread_records(self, evidence: Evidence) -> Evidence:
        """Replace the readings of passages that repeat the sentence of a candidate by that of the
        record that the question names.
        """
        readings = list(evidence.readings)
        best = [candidate.sentence for candidate in evidence.candidates]
        if evidence.kind in SENTENCE_KINDS:
            best = list(evidence.sentences)
        numbers = {one.place: one.number for one in reversed(best[:REREAD])}
        for place, number in numbers.items():
            passage = evidence.hits[place].passage
            record = find_named_record(passage, number, evidence.terms, self._terms_of)
            if record is not None:
                (reading,) = self._read_passages(evidence.question, [record])
                readings[place] = extend_to_passage(reading, passage)
        return rank_evidence(evidence, evidence.hits, readings, self._terms_of)

    def _add_table_entries(self, evidence: Evidence) -> Evidence:
        """Add the figures or names that answer, for kinds that ask for several."""
        catalog, reader, question = self.generation.catalog, self.reader, evidence.question
        if evidence.kind in FIGURE_KINDS:
            hits = [hit for hit in self.retrieve(question, FIGURE_PASSAGES) if self.can_read(hit)]
            return replace(evidence, figures=find_figures(question, hits, catalog, reader))
        kinds = {} if evidence.is_followup else evidence.kinds or {}
        if sum(kinds.get(kind, 0.0) for kind in LISTED_KINDS) >= LISTED_SHARE:
            return replace(evidence, listed=find_listed(question, self._write_names(), reader))
        return evidence


def find_parts(evidence: Evidence) -> list[tuple[str, tuple[Subject, ...]]]:
    """The parts of a question, each with its subjects.

    For each subject of a comparison, the question without the names of the others.
    """
    question, subjects = evidence.question, evidence.subjects
    if evidence.kind == "two":
        return [(half, subjects) for half in split_question(question)]
    if evidence.kind != "compare" or len(subjects) < 2:
        return []
    return [
        (ask_about(question, subject, subjects), (subject,)) for subject in subjects[:MOST_PARTS]
    ]
