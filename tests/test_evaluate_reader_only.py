"""The reader alone: each question's own document is given to it."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from assistant.evaluate.plan import make_row
from assistant.evaluate.reader_only import ask_reader, make_passage
from assistant.evaluate.report import make_report, read_columns
from assistant.evaluate.rows import Header, QuestionsBody, Row
from assistant.questions.sets import read_set
from assistant.records import Document, Passage, Reading, Span
from tests.evaluating import PointingReader, write_squad


@pytest.fixture
def squad(tmp_path: Path) -> Path:
    return write_squad(tmp_path / "set.json")


def read_given(path: Path, reader: PointingReader) -> list[Row]:
    return [
        make_row(one, ask_reader(one.question, [make_passage(one.document)], reader))
        for one in read_set(path).questions
        if one.document is not None
    ]


def test_given_paragraphs_are_answered_where_a_span_beats_no_answer(squad: Path) -> None:
    rows = read_given(squad, PointingReader({"9": 0.9, "Rokid": -0.2}))
    assert [
        (r.id, r.candidate, r.value, r.verdicts.abstained, r.verdicts.exact_match, r.verdicts.f1)
        for r in rows
    ] == [
        ("cost", "9", 0.9, False, 1.0, 1.0),
        ("weigh", "9", pytest.approx(-0.1), True, 1.0, 1.0),  # rightly not answered
        ("sold", "Rokid", -0.2, True, 0.0, 0.0),
    ]
    assert [r.verdicts.good for r in rows] == [True, True, False]
    assert [r.verdicts.candidate_right for r in rows] == [True, None, None]
    response = rows[0].response
    assert response is not None
    (citation,) = response.citations
    assert (citation.quote, citation.answer_start) == ("Quark glasses cost 9 yuan.", 19)
    header = Header(
        questions=QuestionsBody(name="s", sha256="", asked_of="given", questions=3),
        documents=2, index=None, reader=None, threshold=0.0, passages_read=1, seed=0, versions={},
    )  # fmt: skip
    report = make_report(header, read_columns(rows))
    values = {name: figure.value for name, figure in report.all.figures.items()}
    assert (
        values.items()
        >= {
            "good": 0.6667,
            "right_and_cited": 0.5,
            "abstention_recall": 1.0,
            "right_of_answered": 1.0,
            "shown": 0.5,
            "right": 0.5,
            "cited": 0.5,
            "all_evidence_cited": 0.5,
            "answered": 0.3333,
            "exact_match": 0.6667,
            "f1": 0.6667,
            "f1_answerable": 0.5,
            "f1_unanswerable": 1.0,
            "exact_match_forced": 0.5,
            "f1_forced": 0.5,
            "evidence_in_passages": 1.0,
            "citation_validity": 1.0,
            "abstention_precision": 0.5,
            "abstention_f1": 0.6667,
            "wrongly_refused": 0.5,
            "auroc": 0.5,  # .9 is above -.1, -.2 is not
            "risk_coverage_area": 0.0,
        }.items()
    )


def test_a_reader_that_finds_nothing_has_abstained(squad: Path) -> None:
    rows = read_given(squad, PointingReader({}))
    assert [(row.candidate, row.value, row.verdicts.f1) for row in rows] == [
        (None, -20.0, 0.0), (None, -20.0, 1.0), (None, -20.0, 0.0),
    ]  # fmt: skip


def test_the_best_span_of_all_passages_of_a_document_is_taken() -> None:
    document = Document("a", "A", "Quark costs 9 yuan.\n\nRokid costs 5 yuan.")
    passages = [
        Passage(document, 0, 0, 19, "", ((0, 19),)), Passage(document, 1, 21, 40, "", ((21, 40),)),
    ]  # fmt: skip

    class Reader(PointingReader):
        def read(self, question: str, passages: Sequence[Passage]) -> list[Reading]:
            del question
            return [
                Reading(p, (Span(p, p.start, p.start + 5, float(p.number) - 0.5),))
                for p in passages
            ]

    answer = ask_reader("Who costs 5 yuan?", passages, Reader({}))
    assert (answer.text, answer.score) == ("Rokid", 0.5)
    assert [hit.passage for hit in answer.hits] == passages
    assert answer.citations[0].quote == "Rokid costs 5 yuan."
