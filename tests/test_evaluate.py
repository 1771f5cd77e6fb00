"""What a run says of answers, citations and evidence, worked by hand."""

from dataclasses import replace
from pathlib import Path

import pytest

from assistant.answer import Assistant
from assistant.records import Citation, Document, Part
from tests.conftest import Maker
from tests.evaluating import GOOD, TEXT, run_questions, write_questions


@pytest.mark.parametrize(
    ("answers", "quote", "right"),
    [
        (["9 yuan"], "cost 9", True),
        (["9 yuan"], "Nobody", False),  # said, but what proves it is not cited
        (["8 euro"], "cost 9", False),  # cited, but not said
        (["yes"], "cost 9", True),  # the sentence tells
        (["yes", "8 euro"], "cost 9", False),
    ],
)
def test_right_and_cited_asks_for_both(
    make: Maker, tmp_path: Path, answers: list[str], quote: str, right: bool
) -> None:
    assistant = make.assistant(Document("a.txt", "A", TEXT), threshold=0.5)
    evidence = [{"document_id": "a.txt", "any_of": [quote]}]
    asked = GOOD | {"answers": answers, "evidence": evidence}
    path = write_questions(tmp_path / "q", asked)
    (row,), report = run_questions(assistant, path, tmp_path / "run")
    assert row.verdicts.right is right
    assert report.all.figures["right_and_cited"].value == float(right)


def test_a_batch_worked_by_hand(make: Maker, tmp_path: Path) -> None:
    assistant = make.assistant(Document("a.txt", "A", TEXT), threshold=0.5)
    questions = [
        GOOD,
        GOOD | {"id": "q2", "question": "What does Xiaomi sell in Berlin by the thousand each day?",
                "evidence": [{"document_id": "a.txt", "any_of": ["phones"]}],
                "answers": ["phones"]},
        GOOD | {"id": "q3", "kind": "trap", "question": "Where is Meta?", "answers": [],
                "evidence": [], "answerable": False, "split": "held"},
        GOOD | {"id": "q4", "kind": "trap", "question": "Does Quark cost 9 yuan?", "answers": [],
                "evidence": [], "answerable": False, "split": "held"},
    ]  # fmt: skip
    path = write_questions(tmp_path / "q", *questions)
    rows, report = run_questions(assistant, path, tmp_path / "run")
    assert [row.id for row in rows] == ["q1", "q2", "q3", "q4"]
    verdicts = [row.verdicts for row in rows]
    assert [v.abstained for v in verdicts] == [False, True, True, False]
    assert [v.right for v in verdicts] == [True, False, True, False]
    response = rows[0].response
    assert response is not None
    assert response.answer is not None
    assert response.answer.text == "Quark glasses cost 9 yuan."
    assert [v.evidence_in_citations for v in verdicts] == [1.0, 0.0, None, None]
    assert [v.evidence_in_passages for v in verdicts] == [1.0, 1.0, None, None]
    assert [v.citation_precision for v in verdicts] == [1.0, None, None, 0.0]
    assert [v.citation_validity for v in verdicts] == [1.0, None, None, 1.0]
    assert [v.reciprocal_rank_10 for v in verdicts] == [1.0, 1.0, None, None]
    f1 = 2 * (2 / 5) / (2 / 5 + 1)
    assert [v.f1 for v in verdicts] == [round(f1, 4), 0, 1, 0]
    figures = report.all.figures
    assert figures["f1"].value == pytest.approx((f1 + 1) / 4, abs=1e-4)
    values = {name: (figure.value, figure.n) for name, figure in figures.items()}
    assert (
        values
        | {
            "right": (0.5, 4),
            "exact_match": (0.25, 4),
            "right_and_cited": (0.5, 2),
            "abstention_precision": (0.5, 2),
            "abstention_recall": (0.5, 2),
            "abstention_f1": (0.5, 3),
            "wrongly_refused": (0.5, 2),
            "wrong_of_answered": (0.5, 2),
            "evidence_in_citations": (0.5, 2),
            "citation_precision": (0.5, 2),
            "item_recall": (None, 0),
            "calibration_error": (None, 0),  # scores of sentences are no probabilities
        }
        == values
    )
    assert (report.by_split["held"].questions, report.by_kind["trap"].questions) == (2, 2)


@pytest.mark.parametrize(
    ("quotes", "share"),
    [
        (["Quark glasses cost 9 yuan."], 1.0),
        (["cost 9"], 1.0),
        (["yuan. Nobody"], 0.0),
        ([" Nobody makes"], 0.0),
        (["Nobody makes", "cost 9"], 1.0),
    ],
)
def test_evidence_counts_where_it_lies_whole_inside_a_citation(
    make: Maker, tmp_path: Path, quotes: list[str], share: float
) -> None:
    assistant = make.assistant(Document("a.txt", "A", TEXT), threshold=0.5)
    evidence = [{"document_id": "a.txt", "any_of": quotes}]
    path = write_questions(tmp_path / "q", GOOD | {"evidence": evidence})
    ((row,), _) = run_questions(assistant, path, tmp_path / "run")
    assert row.response is not None
    assert [c.quote for c in row.response.citations][:1] == ["Quark glasses cost 9 yuan."]
    assert row.verdicts.evidence_in_citations == share
    assert row.verdicts.evidence_in_passages == 1.0


@pytest.mark.parametrize("shown", [False, True])
def test_citations_of_alternatives_are_not_shown(
    make: Maker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, shown: bool
) -> None:
    assistant = make.assistant(Document("a.txt", "A", TEXT), threshold=0.5)
    answer = assistant.ask(str(GOOD["question"]))
    passage = answer.hits[0].passage
    start = TEXT.index("Nobody")
    other = Citation(passage.document, passage, start, start + 6, "Nobody")
    part = Part("Nobody", (len(answer.citations) + 1,), 0.1)
    changed = replace(
        answer,
        citations=(*answer.citations, other),
        parts=(*answer.parts, part) if shown else answer.parts,
        alternatives=(part,),
    )
    monkeypatch.setattr(Assistant, "ask", lambda *_, **__: changed)
    evidence = [{"document_id": "a.txt", "any_of": ["Nobody"]}]
    path = write_questions(tmp_path / "q", GOOD | {"evidence": evidence})
    ((row,), _) = run_questions(assistant, path, tmp_path / "run")
    assert row.verdicts.evidence_in_citations == float(shown)
