import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from assistant.errors import EvaluationError
from assistant.questions.squad import SquadParagraph, SquadQuestion, is_squad, read_squad

CONTEXT = "Café 👓: Quark costs 2,999 yuan."


def question(id_: str = "q1", **fields: Any) -> dict[str, Any]:
    answers = [{"text": "2,999", "answer_start": 20}]
    return {"id": id_, "question": "How much?", "answers": answers, **fields}


def write(folder: Path, *questions: dict[str, Any], name: str = "a.json") -> Path:
    paragraphs = [{"context": CONTEXT, "qas": list(questions)}]
    stored = json.dumps({"version": "1.1", "data": [{"title": "Q", "paragraphs": paragraphs}]})
    path = folder / name
    path.write_bytes(gzip.compress(stored.encode()) if name.endswith("gz") else stored.encode())
    return path


@pytest.mark.parametrize("name", ["a.json", "a.json.gz"])
def test_paragraphs_are_read_with_their_questions_plain_or_gzipped(
    tmp_path: Path, name: str
) -> None:
    twice = [{"text": "2,999", "answer_start": 20}, {"text": "2,999 yuan", "answer_start": 20}]
    path = write(
        tmp_path,
        question(answers=twice * 2),
        question("q2", is_impossible=True, plausible_answers=[{"text": "x"}]),
        question("q3", answers=[], is_impossible=False),
        name=name,
    )
    answers = (("2,999", 20), ("2,999 yuan", 20)) * 2
    read = read_squad(path)
    assert read == [
        SquadParagraph(
            "Q",
            CONTEXT,
            (
                SquadQuestion("q1", "How much?", answers),
                SquadQuestion("q2", "How much?", ()),
                SquadQuestion("q3", "How much?", ()),
            ),
        )
    ]
    assert read[0].questions[0].texts == ("2,999", "2,999 yuan")
    assert read[0].questions[1].texts == ()


def test_paragraphs_come_in_the_order_of_the_file_and_a_title_may_be_absent(
    tmp_path: Path,
) -> None:
    data = [
        {"title": "B", "paragraphs": [{"context": c, "qas": []} for c in ("3", "1")]},
        {"paragraphs": [{"context": CONTEXT, "qas": [question()]}]},
    ]
    (tmp_path / "a.json").write_text(json.dumps({"data": data}), encoding="utf-8")
    read = read_squad(tmp_path / "a.json")
    assert [(p.title, p.text, len(p.questions)) for p in read] == [
        ("B", "3", 0), ("B", "1", 0), ("", CONTEXT, 1),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("questions", "message"),
    [
        ([question(answers=[{"text": "2,999", "answer_start": 19}])], "'2,999' is not at 19"),
        ([question(answers=[{"text": "2,999", "answer_start": -11}])], "'2,999' is not at -11"),
        ([question(answers=[{"text": "", "answer_start": 3}])], "question q1: '' is not at 3"),
        ([question(answers=[{"text": "2,999 yuan. ", "answer_start": 20}])], "is not at 20"),
        ([question(answers=[{"text": "2,999"}])], "is not SQuAD JSON ('answer_start')"),
        ([question(answers=None)], "is not SQuAD JSON"),
        ([question(answers=["2,999"])], "is not SQuAD JSON"),
        ([{"id": "q1", "answers": []}], "is not SQuAD JSON ('question')"),
        ([question("q7"), question("q7")], "id 'q7' occurs twice: rename one"),
        ([], "has no questions"),
    ],
)  # fmt: skip
def test_a_wrong_file_is_refused_with_its_name_and_the_problem(
    tmp_path: Path, questions: list[dict[str, Any]], message: str
) -> None:
    path = write(tmp_path, *questions)
    with pytest.raises(EvaluationError) as caught:
        read_squad(path)
    assert str(path) in str(caught.value)
    assert message in str(caught.value)


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.json", None, "can't be read"),
        ("a.json", b"{", "is not SQuAD JSON"),
        ("a.json", b"[1]", "is not SQuAD JSON"),
        ("a.json", b'{"data": 3}', "is not SQuAD JSON"),
        ("a.json", b'{"data": [3]}', "is not SQuAD JSON"),
        ("a.json", b'{"data": [{}]}', "is not SQuAD JSON"),
        ("a.json", b'{"data": []}', "has no questions"),
        ("a.json", b"\xff\xfe", "can't be read"),
        ("a.json.gz", b"{}", "can't be read"),
        ("a.json.gz", gzip.compress(b'{"data": []}' * 99, mtime=0)[:40], "can't be read"),
    ],
)
def test_a_file_that_is_not_squad_is_refused_by_name(
    tmp_path: Path, name: str, content: bytes | None, message: str
) -> None:
    path = tmp_path / name
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(EvaluationError) as caught:
        read_squad(path)
    assert str(caught.value).startswith(f"{path} {message}")


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("train-v1.1.json", True),
        ("dev.json.gz", True),
        ("questions.jsonl", False),
        ("questions.jsonl.gz", False),
        ("json", False),
        ("a.json.txt", False),
        ("folder.json/a.csv", False),
    ],
)
def test_squad_is_recognised_by_its_name(name: str, expected: bool) -> None:
    assert is_squad(Path(name)) is expected
