"""A question is checked, and its terms and names are found by spelling, not by meaning."""

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import islice

from assistant.errors import QuestionError
from assistant.figures.periods import Period, find_times
from assistant.index.store import TermSearch
from assistant.players.names import UNSPACED
from assistant.records import MOST_PREVIOUS, Player
from assistant.text import find_question_terms, find_terms

Terms = frozenset[str]

LONGEST_QUESTION = 2000  # characters
TOP_K, LEAST_TOP_K, MOST_TOP_K = 8, 1, 50

_WORD = re.compile(r"(?:[^\s?!,;:\"“”()]|(?<=\d)[,:](?=\d))+")
# Where a question may be split, if the reader classified it as two.
_CUT = re.compile(r"[,;?+&]+ (?:and )?|\band ")
_LETTER = rf"[^\W_{UNSPACED}]"
LEAST_TERMS = 2  # in a half
MOST_CUTS = 16  # places tried


def check_question(question: str, *, top_k: int = TOP_K) -> str:
    """The question with single spaces. Raises QuestionError."""
    spaced = " ".join(question.split())
    if not spaced:
        raise QuestionError("the question is empty", hint="write one")
    if len(spaced) > LONGEST_QUESTION:
        raise QuestionError(
            f"the question has {len(spaced):,} characters",
            hint=f"ask in at most {LONGEST_QUESTION:,}",
        )
    if not any(character.isalnum() for character in spaced):
        raise QuestionError(f"the question {spaced[:40]!r} has no word", hint="write one")
    if any("\ud800" <= character <= "\udfff" for character in spaced):
        raise QuestionError(
            "the question holds half of a surrogate pair", hint="write the whole character"
        )
    if not LEAST_TOP_K <= top_k <= MOST_TOP_K:
        raise QuestionError(
            f"top_k is {str(top_k)[:20]}", hint=f"give {LEAST_TOP_K} to {MOST_TOP_K}"
        )
    return spaced


def check_previous(previous: Sequence[str]) -> tuple[str, ...]:
    """The questions before a question, with single spaces. Raises QuestionError."""
    if len(previous) > MOST_PREVIOUS:
        raise QuestionError(
            f"{len(previous)} previous questions are given", hint=f"give the last {MOST_PREVIOUS}"
        )
    return tuple(map(check_question, previous))


@dataclass(frozen=True, slots=True)
class QuestionTerms:
    """The terms of a question with their rarity, and its names and numbers, each as its terms.

    `rarity` is BM25's inverse document frequency over the passages of the index, highest for a
    term in no passage.
    """

    rarity: Mapping[str, float]
    names: tuple[tuple[str, ...], ...]
    numbers: tuple[tuple[str, ...], ...]
    unknown: float  # share of the rarity in terms that are in no passage

    @classmethod
    def of(cls, question: str, lexical: TermSearch) -> "QuestionTerms":
        terms = find_question_terms(question)
        counts = lexical.count_passages_with(terms)
        rarity = {
            term: math.log(1 + (lexical.count - count + 0.5) / (count + 0.5))
            for term, count in zip(terms, counts, strict=True)
        }
        # Words with the same stem count separately, as they did when the confidence was fitted.
        absent = sum(rarity[term] for term, count in zip(terms, counts, strict=True) if not count)
        total = sum(rarity.values())
        names, numbers = find_names(question)
        return cls(rarity, names, numbers, absent / total if total else 0.0)

    def share_covered_by(self, terms: Terms) -> float:
        """How much of the question some terms cover, by rarity: 0 to 1."""
        total = sum(self.rarity.values())
        covered = sum(value for term, value in self.rarity.items() if term in terms)
        return covered / total if total else 0.0


@dataclass(frozen=True, slots=True)
class Subject:
    """Something that a question names: its words there, and the terms of each of its names."""

    words: str
    names: tuple[tuple[str, ...], ...]

    def is_named(self, terms: Terms) -> bool:
        """Whether some terms include all terms of one of its names."""
        return any(terms.issuperset(name) for name in self.names)


def find_subjects(question: str, players: Mapping[Player, str]) -> tuple[Subject, ...]:
    """The players that a question names, each with the words by which it does; if there are none,
    its capitalised names, without months and days.
    """
    if players:
        return tuple(
            Subject(
                words, tuple(tuple(find_terms(name)) for name in (player.name, *player.aliases))
            )
            for player, words in players.items()
        )
    times = [find_terms(question[time.start : time.end]) for time in find_times(question, None)]
    subjects = [Subject(words, (tuple(find_terms(words)),)) for words in find_name_words(question)]
    return tuple(
        subject for subject in subjects if not any(map(subject.is_named, map(frozenset, times)))
    )


def find_periods(question: str, as_of: date) -> tuple[Period, ...]:
    """The times that a question names."""
    times = find_times(question, as_of)
    return tuple(time.period for time in times if time.period is not None)


def split_question(question: str) -> list[str]:
    """The two parts of a question, split where the shorter one has the most terms.

    [] if it can't be split into parts of two terms or more.

    >>> split_question("What does Quark cost and who is its chief architect?")
    ['What does Quark cost', 'who is its chief architect?']
    """
    cuts = []
    for match in islice(_CUT.finditer(question), MOST_CUTS):
        halves = [question[: match.start()].strip(), question[match.end() :].strip()]
        least = min(len(find_question_terms(half)) if half else 0 for half in halves)
        cuts.append((least, -match.start(), halves))
    least, _, halves = max(cuts, default=(0, 0, []))
    return halves if least >= LEAST_TERMS else []


def ask_about(question: str, subject: Subject, subjects: Sequence[Subject]) -> str:
    """A question about several subjects, with the name of only one of them."""
    # The longest first: the "Meta" in "Ray-Ban Meta" is not another subject.
    words = sorted({subject.words for subject in subjects}, key=len, reverse=True)
    names = rf"(?<!{_LETTER})(?:{'|'.join(map(re.escape, words))})(?!{_LETTER})"
    alone = re.sub(names, lambda found: found[0] if found[0] == subject.words else " ", question)
    return " ".join(alone.split())


def share_covered(named: Iterable[tuple[str, ...]], terms: Terms) -> float:
    """The share of names or numbers of which all terms are in `terms`; 1 if there are none."""
    covered = [terms.issuperset(name) for name in named]
    return sum(covered) / len(covered) if covered else 1.0


def find_names(question: str) -> tuple[tuple[tuple[str, ...], ...], tuple[tuple[str, ...], ...]]:
    """The names and the numbers in a question, each as its terms; a number is a word with a digit.

    >>> find_names("How much do Ray-Ban Meta glasses cost in 2025?")
    ((('ray', 'ban', 'meta'),), (('2025',),))
    """
    number_words = [word[0] for word in _WORD.finditer(question) if _has_digit(word[0])]
    names, numbers = (
        tuple(terms for word in words if (terms := tuple(find_terms(word))))
        for words in (find_name_words(question), number_words)
    )
    return names, numbers


def find_name_words(question: str) -> list[str]:
    """The names in a question: runs of capitalised words, without its first word.

    >>> find_name_words("Does Meta or Song Gang sell Ray-Ban?")
    ['Meta', 'Song Gang', 'Ray-Ban']
    """
    names: list[str] = []
    end = -1  # of the name that may continue
    for place, match in enumerate(_WORD.finditer(question)):
        word = match[0]
        if not place or not word[0].isupper() or word == "I" or _has_digit(word):
            end = -1
            continue
        if end >= 0 and not question[end : match.start()].strip():
            names[-1] += f" {word}"
        else:
            names.append(word)
        end = match.end()
    return names


def _has_digit(word: str) -> bool:
    return any(character.isdigit() for character in word)
