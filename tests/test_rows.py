"""Spans in rows of tables become cells."""

import pytest

from assistant.answer.question import QuestionTerms
from assistant.answer.rows import CellMatch, cut_to_cells, list_generated, match_cell
from assistant.load.csv import load_csv
from assistant.records import Passage, Reading, Span
from tests.evidence import read_as

DOCUMENT = load_csv(
    "Title of it\nZone,2023 Adult,2023 Child,Valid for,Note\n"
    f"A,2.40,1.20,60 minutes,x\nB,3.10,1.55,a whole day,{'long words ' * 9}end\n",
    "tariff.csv",
)
ROW = list(DOCUMENT.rows)[1]
PASSAGE = Passage(DOCUMENT, 0, ROW.start, ROW.end, "", ((ROW.start, ROW.end),))


@pytest.mark.parametrize(
    ("words", "cells"),
    [
        ("1.55", ["1.55"]),
        ("whole", ["a whole day"]),
        ("Child: 1.55", ["1.55"]),
        ("Child: 1.55; Valid for: a whole", ["a whole day"]),
        ("Valid for", []),
        ("2023 Child: ", []),
        ("Note: long words long", ["long words long"]),
    ],
)
def test_a_span_in_a_row_becomes_its_cell(words: str, cells: list[str]) -> None:
    reading = cut_to_cells(read_as(PASSAGE, spans=[(words, 2.0)], items=[(words, 0.5)]))
    assert [span.text for span in reading.spans] == cells
    assert [item.text for item in reading.items or ()] == cells


def test_each_cell_is_found_once_with_its_best_score() -> None:
    reading = cut_to_cells(read_as(PASSAGE, spans=[("whole", 3.0), ("day", 2.0), ("B", 1.0)]))
    assert [(span.text, span.score) for span in reading.spans] == [("a whole day", 3.0), ("B", 1.0)]


def test_spans_outside_rows_stay_as_they_are() -> None:
    whole = Passage(DOCUMENT, 0, 0, ROW.end, "", ((0, 11), (ROW.start, ROW.end)))
    reading = read_as(whole, spans=[("Title", 1.0), ("Valid for: a", 0.5)])
    assert [span.text for span in cut_to_cells(reading).spans] == ["Title", "a whole day"]
    bare = Passage(load_csv("alone", "x.csv"), 0, 0, 5, "", ((0, 5),))
    unread = Reading(bare, (Span(bare, 0, 5, 1.0),))
    assert cut_to_cells(unread) == unread


def test_a_cell_fits_a_question_by_its_column_and_its_row() -> None:
    terms = QuestionTerms({"2023": 1.0, "child": 3.0, "b": 1.0}, (), (), 0.0)

    def match(words: str) -> CellMatch:
        (span,) = read_as(PASSAGE, spans=[(words, 0.0)]).spans
        found = match_cell(span, terms)
        assert found is not None
        return found

    columns = [match(words).column for words in ("1.55", "3.10", "whole")]
    assert columns == pytest.approx([0.0, -1 / 3, -2 / 3])
    # Of the question's 5, the label "2023 Child" says 4 and the cell "B" 1.
    assert match("1.55") == CellMatch(column=0.0, row=0.2, label=0.8, echo=0.0)
    assert match("B") == CellMatch(column=-2 / 3, row=0.0, label=0.0, echo=0.2)
    title = Passage(DOCUMENT, 0, 0, 11, "", ((0, 11),))
    assert match_cell(Span(title, 0, 5, 1.0), terms) is None


def test_what_the_loader_wrote_is_listed() -> None:
    start, end = DOCUMENT.text.index("Zone: A"), DOCUMENT.text.index("minutes")
    written = [DOCUMENT.text[a:b] for a, b in list_generated(DOCUMENT, start, end)]
    assert written == ["Zone: ", "; 2023 Adult: ", "; 2023 Child: ", "; Valid for: "]
    assert list_generated(DOCUMENT, 0, 8) == []
    assert [DOCUMENT.text[a:b] for a, b in list_generated(DOCUMENT, start + 3, start + 7)] == [
        "e: "
    ]
