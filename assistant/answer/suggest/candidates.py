"""Questions that a passage may answer: of its sentences, its tables' rows and its headings."""

import re
from collections.abc import Iterator
from functools import partial
from typing import NamedTuple

from assistant.answer.suggest.forms import MOST_WORDS, Asked, QuestionForm, any_of, ask_sentence
from assistant.answer.suggest.wordlists import (
    ASKED_FOR,
    ASKERS,
    COMMON_ENDINGS,
    POINTING,
    QUANTITIES,
    SUMS,
)
from assistant.records import Document, Offsets, Passage, Table, TableRow

_LABEL = re.compile(
    rf"(?:[a-z][a-z’'-]+ ){{0,2}}(?P<quantity>{any_of(QUANTITIES)})(?: per [a-z]+)?", re.IGNORECASE
)
_NAME = re.compile(r"[A-Z][\w’'&-]*(?: [\w’'&-]+){0,4}")
_VALUE = re.compile(r"[^\w\s]{0,3}\s?\d.{0,20}")
_SUM = re.compile(rf"\b{any_of(SUMS)}\b", re.IGNORECASE)
_POINTING = re.compile(rf"\b{any_of(sorted({*POINTING} - ASKERS))}\b", re.IGNORECASE)
_MOST_ROWS = 40  # of a passage that are looked at


class Candidate(NamedTuple):
    """A question, and the part of a document that should answer it."""

    question: str
    form: QuestionForm
    document_id: str
    evidence: Offsets

    @property
    def has_name(self) -> bool:
        return any(not word.islower() for word in self.question.split()[1:])


def find_candidates(passage: Passage) -> Iterator[Candidate]:
    """The questions that a passage may answer, in order of place."""
    document = passage.document
    heading = _find_heading(passage)
    if heading is not None:
        yield Candidate(heading, "heading", document.id, (passage.start, passage.end))
    in_tables = list(document.find_rows(passage.start, passage.end))[:_MOST_ROWS]
    for table, row in in_tables:
        for asked in _ask_row(document, table, row):
            yield Candidate(asked.text, asked.form, document.id, (row.start, row.end))

    begin_inside = partial(_begin_inside, document.text)
    for start, end in passage.sentences:
        if any(row.start < end and start < row.end for _, row in in_tables):
            continue
        for asked in ask_sentence(document.text[start:end], begin_inside):
            yield Candidate(asked.text, asked.form, document.id, (start, end))


def _begin_inside(text: str, words: str) -> str:
    """The words that begin a sentence as they are inside of one: with a capital only for a name.

    >>> _begin_inside("", "Fish fingers"), _begin_inside("by Fish & Sons", "Fish fingers")
    ('fish fingers', 'Fish fingers')
    """
    first, space, rest = words.partition(" ")
    if first in ("The", "A", "An"):
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
            joined = "for" if found["quantity"].lower() in ASKED_FOR else "of"
            # A name as in the table, unless it is of ordinary words.
            is_title = cells[0].startswith(("The ", "A ", "An "))
            name = cells[0] if is_title else _begin_inside(document.text, cells[0])
            yield Asked("table", f"What is the {label.lower()} {joined} {name}?")
