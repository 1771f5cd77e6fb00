"""Questions that a passage may answer: of its sentences, its tables' rows and its headings."""

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from itertools import islice
from types import MappingProxyType
from typing import NamedTuple

from assistant.answer.suggest.figure_questions import ask_figures
from assistant.answer.suggest.forms import MOST_WORDS, Asked, QuestionForm, any_of, ask_sentence
from assistant.answer.suggest.phrasing import ask_roles, frame
from assistant.answer.suggest.wordlists import (
    ASKED_FOR,
    ASKERS,
    COMMON_ENDINGS,
    MONTHS,
    PLACES,
    POINTING,
    QUANTITIES,
    SUMS,
)
from assistant.figures import Figure
from assistant.records import Document, Offsets, Passage, Player, Table, TableRow
from assistant.text import STOP_WORDS
from assistant.words import ENGLISH, read_words

_LABEL = re.compile(
    rf"(?:[a-z][a-z’'-]+ ){{0,2}}(?P<quantity>{any_of(QUANTITIES)})(?: per [a-z]+)?", re.IGNORECASE
)
_NAME = re.compile(r"[A-Z][\w’'&-]*(?: [\w’'&-]+){0,4}")
_VALUE = re.compile(r"[^\w\s]{0,3}\s?\d.{0,20}")
_SUM = re.compile(rf"\b{any_of(SUMS)}\b", re.IGNORECASE)
_POINTING = re.compile(rf"\b{any_of(sorted({*POINTING} - ASKERS))}\b", re.IGNORECASE)
# What depends on the day on which it is asked.
_RELATIVE = re.compile(
    r"\b(?:today|tomorrow|yesterday|tonight|now|nowadays|current|currently|latest|newest|recent"
    r"|recently|ago|future|to date|at present|so far|yet|still"
    r"|(?:last|next|coming|past|previous) [a-z]+)\b",
    re.IGNORECASE,
)
_MARKUP = re.compile(r"[<>{}\[\]|\\`*_#]|https?:|&[a-z]+;|\.\.\.|…| - |[’']s?\?$")
_SHOUTED = re.compile(r"\b(?:THE|AND|OF|[A-Z]{2,} [A-Z]{2,}|[A-Z]{6,})\b")  # a title, no name
# A name inside of a sentence: at its beginning, any word has a capital.
_NAMED = re.compile(
    r"(?<=[a-z,] )(?P<name>[A-Z][a-z-]+(?: (?:de |van |der |von )?[A-Z][a-z-]+){1,3})"
    r"(?![\w’'-])(?! (?:[A-Z\d]|- |of ))"
)
# What comes after a name that is not the first part of a longer one: "North American glasses".
_AFTER_NAME = re.compile(rf"(?:[^\w\s-]|\s*$| (?:{any_of(sorted(STOP_WORDS))}\b|[(–—]))")
# What comes before the last words of one: "More Personal Computing", "Media and Entertainment".
_LONGER = re.compile(r"(?:\b[A-Z\d][\w’-]*|\b[A-Z]\w+,? (?:and|&|of|for)) $")
_LOWER = re.compile(r"\b[a-z’'-]+\b")
_CAPITAL = re.compile(r"\b[A-Z]")
_NO_NAMES = frozenset(
    (
        *MONTHS,
        *"Monday Tuesday Wednesday Thursday Friday Saturday Sunday Christmas Easter".split(),
        *"The A An Article Section Annex Clause Mr Mrs Ms Dr Day Days".split(),
    )
)
_MOST_NAMES = 8  # of a sentence
_LEAST_MENTIONS = 2  # of a name that is asked about, in a document
_LEAST_SHORTENED = 3  # or of its last word, as a person is mentioned
_LEAST_OF_PLACE = 4
_MOST_ROWS = 40  # of a passage that are looked at


class Candidate(NamedTuple):
    """A question, and the part of a document, in a passage, that should answer it."""

    question: str
    form: QuestionForm
    document_id: str
    evidence: Offsets
    passage: int = 0

    @property
    def has_name(self) -> bool:
        return any(not word.islower() for word in self.question.split()[1:])


def find_candidates(
    passage: Passage,
    figures: Sequence[Figure] = (),
    players: Mapping[str, Player] = MappingProxyType({}),
) -> Iterator[Candidate]:
    """The questions that a passage may answer: of its heading, its tables, its sentences, and of
    the figures in it. Each can be asked on any day.
    """
    for asked, evidence in _ask_passage(passage, figures, players):
        patterns = (_MARKUP, _SHOUTED, _RELATIVE)
        if asked.text.isprintable() and not any(one.search(asked.text) for one in patterns):
            yield Candidate(asked.text, asked.form, passage.document.id, evidence, passage.number)


def _ask_passage(
    passage: Passage, figures: Sequence[Figure], players: Mapping[str, Player]
) -> Iterator[tuple[Asked, Offsets]]:
    document = passage.document
    heading = _find_heading(passage)
    if heading is not None:
        yield Asked("heading", heading), (passage.start, passage.end)
    in_tables = list(document.find_rows(passage.start, passage.end))[:_MOST_ROWS]
    for table, row in in_tables:
        for asked in _ask_row(document, table, row):
            yield asked, (row.start, row.end)

    begin_inside = partial(_begin_inside, document.text)
    for start, end in passage.sentences:
        if any(row.start < end and start < row.end for _, row in in_tables):
            continue
        for asked in ask_sentence(document.text[start:end], begin_inside):
            yield asked, (start, end)
    yield from ask_figures(figures, (passage.start, passage.end), players)
    for asked in _ask_names(passage, players):
        yield asked, (passage.start, passage.end)


def _ask_names(passage: Passage, players: Mapping[str, Player]) -> Iterator[Asked]:
    """What is said about each player, each person of a role, and each name of two words or more
    that matters.
    """
    words = read_words(ENGLISH)
    spaced = " ".join(passage.text.split())
    common = frozenset(_LOWER.findall(spaced))
    for player in players.values():
        is_here = re.search(rf"\b{re.escape(player.name)}\b", spaced)
        if is_here and _count_alone(player.name, passage.document.text) >= _LEAST_MENTIONS:
            yield Asked("about", words("suggestion.about", name=player.name))
    for start, end in passage.sentences:
        sentence = " ".join(passage.document.text[start:end].split())
        if len(_CAPITAL.findall(sentence)) * 2 > len(sentence.split()):
            continue  # a heading
        roles = set(ask_roles(sentence))
        for found in islice(_NAMED.finditer(sentence), _MOST_NAMES):
            parts = found["name"].split()
            is_name = _NO_NAMES.isdisjoint(parts) and not common.issuperset(map(str.lower, parts))
            is_whole = not _LONGER.search(sentence[: found.start()])
            is_known = frame("who", f"is {found['name']}") in roles
            if (
                is_name
                and is_whole
                and (is_known or _matters(found["name"], passage.document.text))
            ):
                yield Asked("about", words("suggestion.about", name=found["name"]))


def _matters(name: str, text: str) -> bool:
    """Whether a text mentions a name of two words or more often enough to ask about it, and without
    an article: that belongs to a name of ordinary words.
    """
    alone = _count_alone(name, text)
    last = name.split()[-1]
    if not alone or re.search(rf"\b(?:[Tt]he|an?|its|this) {_space(name)}\b", text):
        return False
    if last in PLACES:
        return alone >= _LEAST_OF_PLACE
    shortened = len(re.findall(rf"\b{re.escape(last)}\b", text))
    return alone >= _LEAST_MENTIONS or shortened >= _LEAST_SHORTENED


def _count_alone(name: str, text: str) -> int:
    """How often a text has a name that is not a part of a longer one."""
    found = re.finditer(rf"\b{_space(name)}\b", text)
    return sum(_AFTER_NAME.match(text, one.end()) is not None for one in found)


def _space(name: str) -> str:
    """The pattern of a name in a text with lines."""
    return r"\s+".join(map(re.escape, name.split()))


def _begin_inside(text: str, words: str) -> str:
    """The words that begin a sentence as they are inside of one: with a capital only for a name.

    >>> _begin_inside("", "Fish fingers"), _begin_inside("by Fish & Sons", "Fish fingers")
    ('fish fingers', 'Fish fingers')
    """
    first, space, rest = words.partition(" ")
    if first.endswith(("’s", "'s")):
        return words
    if first in ("The", "A", "An"):
        return f"{first.lower()}{space}{rest}"
    if first.endswith(COMMON_ENDINGS) and rest.startswith(("of ", "in ", "for ", "at ", "from ")):
        return f"{first.lower()}{space}{rest}"
    if not first[1:].islower() or (not rest.islower() and rest):
        return words
    is_common = re.search(rf"\b{first.lower()}\b", text)
    is_name = re.search(rf"[a-z,] {first}\b", text) or not (rest or first.endswith(COMMON_ENDINGS))
    return words if is_name and not is_common else f"{first.lower()}{space}{rest}"


def _find_heading(passage: Passage) -> str | None:
    """The heading above a passage, if it is a question."""
    heading = " ".join(passage.heading.split())
    words = heading.split()
    is_question = heading.endswith("?") and heading[:1].isupper() and not _POINTING.search(heading)
    return heading if is_question and 4 <= len(words) <= MOST_WORDS else None


def _ask_row(document: Document, table: Table, row: TableRow) -> Iterator[Asked]:
    """Questions for the values of a row that is named in its first column."""
    cells = [document.text[slice(*cell)].strip() for cell in row.cells]
    if not cells or not _NAME.fullmatch(cells[0]) or _SUM.search(cells[0]):
        return
    for label, value in zip(table.labels[1:], cells[1:], strict=False):
        found = _LABEL.fullmatch(label)
        if found and found["quantity"].lower() != "amount" and _VALUE.fullmatch(value):
            # A name as in the table, unless it is of ordinary words.
            is_title = cells[0].startswith(("The ", "A ", "An "))
            name = cells[0] if is_title else _begin_inside(document.text, cells[0])
            words = read_words(ENGLISH)
            key = "value_for" if found["quantity"].lower() in ASKED_FOR else "value_of"
            yield Asked("table", words(f"suggestion.{key}", quantity=label.lower(), name=name))
