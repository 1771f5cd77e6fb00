"""Questions that a passage may answer: of its sentences, its tables' rows and its headings."""

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from itertools import islice
from types import MappingProxyType
from typing import NamedTuple

from assistant.answer.suggest.figure_questions import ask_figures
from assistant.answer.suggest.forms import MOST_WORDS, Asked, QuestionForm, any_of, ask_sentence
from assistant.answer.suggest.wordlists import (
    ASKED_FOR,
    ASKERS,
    COMMON_ENDINGS,
    MONTHS,
    POINTING,
    QUANTITIES,
    SUMS,
)
from assistant.figures import Figure
from assistant.records import Document, Offsets, Passage, Player, Table, TableRow
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
    r"|recently|ago|future|to date|(?:last|next|coming|past|previous) [a-z]+)\b",
    re.IGNORECASE,
)
_MARKUP = re.compile(r"[<>{}\[\]|\\`*_#]|https?:|&[a-z]+;|\.\.\.|…")
# A name inside of a sentence: at its beginning, any word has a capital.
_NAMED = re.compile(
    r"(?<=[a-z,] )(?P<name>[A-Z][a-z’-]+(?: (?:of the |of |de |van |der |von )?[A-Z][a-z’-]+){1,3})"
    r"(?![\w’'-])(?! (?:[A-Z\d]|- ))"
)
_LOWER = re.compile(r"\b[a-z’'-]+\b")
_CAPITAL = re.compile(r"\b[A-Z]")
_NO_NAMES = frozenset(
    (
        *MONTHS,
        *"Monday Tuesday Wednesday Thursday Friday Saturday Sunday Christmas Easter".split(),
        *"The A An Article Section Annex Clause Mr Mrs Ms Dr".split(),
    )
)
_DAY = re.compile(rf"\b(?:[1-9]|[12]\d|3[01]) {any_of(MONTHS)} (?:19|20)\d\d\b")
_MOST_NAMES = 8  # of a sentence
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
        is_clean = asked.text.isprintable() and not _MARKUP.search(asked.text)
        if is_clean and not _RELATIVE.search(asked.text):
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
    """What is said about each player and each name of two words or more, and what happened on each
    day.
    """
    words = read_words(ENGLISH)
    spaced = " ".join(passage.text.split())
    common = frozenset(_LOWER.findall(spaced))
    for player in players.values():
        if re.search(rf"\b{re.escape(player.name)}\b", spaced):
            yield Asked("about", words("suggestion.about", name=player.name))
    for start, end in passage.sentences:
        sentence = " ".join(passage.document.text[start:end].split())
        if len(_CAPITAL.findall(sentence)) * 2 > len(sentence.split()):
            continue  # a heading
        for found in islice(_NAMED.finditer(sentence), _MOST_NAMES):
            parts = found["name"].split()
            if _NO_NAMES.isdisjoint(parts) and not common.issuperset(map(str.lower, parts)):
                yield Asked("about", words("suggestion.about", name=found["name"]))
        for found in islice(_DAY.finditer(sentence), _MOST_NAMES):
            yield Asked("happened", words("suggestion.happened", day=found[0]))


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
        if found and _VALUE.fullmatch(value):
            # A name as in the table, unless it is of ordinary words.
            is_title = cells[0].startswith(("The ", "A ", "An "))
            name = cells[0] if is_title else _begin_inside(document.text, cells[0])
            words = read_words(ENGLISH)
            key = "value_for" if found["quantity"].lower() in ASKED_FOR else "value_of"
            yield Asked("table", words(f"suggestion.{key}", quantity=label.lower(), name=name))
