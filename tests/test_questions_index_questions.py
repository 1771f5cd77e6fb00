"""Questions for an index are read, and wrong ones reported."""

import json
from pathlib import Path

import pytest

from assistant.errors import EvaluationError
from assistant.questions.index_questions import IndexQuestion, locate, read_index_questions
from assistant.questions.question import Question
from assistant.records import Document
from tests.conftest import Maker
from tests.evaluating import GOOD, TEXT, run_questions, write_questions


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"kind": None}, "line 1, kind: Input should be a valid string"),
        ({"answers": []}, "answerable and answers do not agree"),
        ({"split": "test"}, "line 1, split: Input should be 'tune' or 'held'"),
        ({"extra": 1}, "line 1, extra: Extra inputs are not permitted"),
        ({"evidence": [{"document_id": "a.txt", "any_of": []}]}, "line 1, evidence.0.any_of"),
        ({"evidence": [{"document_id": "a.txt", "any_of": ["x", ""]}]}, "evidence.0.any_of.1"),
    ],
)
def test_a_bad_question_is_named_by_file_line_and_field(
    tmp_path: Path, change: dict[str, object], message: str
) -> None:
    path = write_questions(tmp_path / "q.jsonl", GOOD | change)
    with pytest.raises(EvaluationError) as caught:
        list(read_index_questions(path))
    assert str(path) in str(caught.value)
    assert message in str(caught.value)


def test_questions_occur_once_and_are_there(tmp_path: Path) -> None:
    path = tmp_path / "q.jsonl"
    with pytest.raises(EvaluationError, match="line 2, id: 'q1' occurs twice"):
        list(read_index_questions(write_questions(path, GOOD, GOOD)))
    again = GOOD | {"id": "q2", "question": "quark  COST?"}
    with pytest.raises(EvaluationError, match="line 2, question: the same as 'q1'"):
        list(read_index_questions(write_questions(path, GOOD, again)))
    with pytest.raises(EvaluationError, match="has no questions"):
        list(read_index_questions(write_questions(path, GOOD), split="held"))
    with pytest.raises(EvaluationError, match="can't be read"):
        list(read_index_questions(tmp_path / "none.jsonl"))


@pytest.mark.parametrize(
    ("evidence", "message"),
    [
        ({"document_id": "b.txt", "any_of": ["x"]}, "question q1: no document 'b.txt'"),
        ({"document_id": "a.txt", "any_of": ["cost 8"]}, "a.txt does not say 'cost 8'"),
        ({"document_id": "a.txt", "any_of": ["cost 9", "cost 7"]}, "does not say 'cost 7'"),
    ],
)
def test_gold_that_is_not_in_the_index_is_named_before_asking(
    make: Maker, tmp_path: Path, evidence: dict[str, object], message: str
) -> None:
    assistant = make.assistant(Document("a.txt", "A", TEXT))
    path = write_questions(tmp_path / "q", GOOD | {"evidence": [evidence]})
    questions = read_index_questions(path)
    with pytest.raises(EvaluationError, match=message):
        list(locate(questions, assistant.document))


def test_all_that_is_wrong_in_the_gold_is_named_at_once(make: Maker, tmp_path: Path) -> None:
    assistant = make.assistant(Document("a.txt", "A", TEXT))
    lines = [
        GOOD | {"id": f"q{n}", "question": f"Cost {n}?",
                "evidence": [{"document_id": f"b{n}.txt", "any_of": ["x"]}]}
        for n in range(22)
    ]  # fmt: skip
    path = write_questions(tmp_path / "q", *lines)
    with pytest.raises(EvaluationError) as caught:
        run_questions(assistant, path, tmp_path / "run")
    assert "question q0: no document 'b0.txt'; question q1: no document 'b1.txt'" in str(
        caught.value
    )
    assert "; and 2 more: index the documents" in str(caught.value)
    assert not (tmp_path / "run").exists()  # nothing was asked


def test_a_line_of_json_may_contain_other_line_breaks(tmp_path: Path) -> None:
    path = tmp_path / "q.jsonl"
    question = "Quark\u2028cost\u0085now?"
    line = json.dumps(GOOD | {"question": question}, ensure_ascii=False)
    path.write_text(f"\n{line}\n \n", encoding="utf-8")
    assert [read.question for read in read_index_questions(path)] == [question]


def make_line(kind: str, **fields: object) -> Question:
    line = {"id": "q", "question": "?", "kind": kind, "answers": ["a"], "answerable": True,
            "split": "held", **fields}  # fmt: skip
    (made,) = locate([IndexQuestion.model_validate(line)], lambda id_: Document(id_, "A", TEXT))
    return made


def test_older_names_of_kinds_are_judged_as_today_s() -> None:
    cells = [{"row": "Quark", "column": "price", "text": "9 yuan"}]
    found = {
        kind: make_line(kind, cells=cells, items=[["x", "y"]])
        for kind in ("fact", "superlative", "two_part", "comparison", "trend", "list", "count")
    }
    assert {kind: (one.kind, one.answers, one.items) for kind, one in found.items()} == {
        "fact": ("fact", ("a",), ()),
        "superlative": ("top", ("a",), ()),
        "two_part": ("two", ("a",), (("9 yuan",),)),
        "comparison": ("compare", ("a",), (("9 yuan",),)),
        "trend": ("trend", ("a",), (("9 yuan",),)),
        "list": ("list", ("a",), (("x", "y"),)),
        "count": ("count", ("a",), ()),
    }
    assert make_line("two_part", items=[["x", "y"], ["z"]]).items == (("x", "y"), ("z",))
    # Without cells or items, any of the answers is the one value.
    assert make_line("trend", answers=["a", "b"]).items == (("a", "b"),)
    verdict = make_line("yes_no", answers=["no"])
    assert (verdict.kind, verdict.answers, verdict.verdict) == ("yesno", (), "no")
    refused = make_line("other_player", answers=[], answerable=False)
    assert (refused.kind, refused.reason, refused.answerable) == ("none", "other_player", False)
