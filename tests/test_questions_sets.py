"""Question sets made by others: how they are read."""

import gzip
from pathlib import Path

import pytest

from assistant.errors import EvaluationError
from assistant.questions.question import Evidence
from assistant.questions.sets import is_set, read_documents, read_set
from tests.evaluating import CONTEXT, write_question_lines, write_squad


@pytest.fixture
def squad(tmp_path: Path) -> Path:
    return write_squad(tmp_path / "set.json")


@pytest.fixture
def lines(tmp_path: Path) -> Path:
    return write_question_lines(tmp_path / "lines")


def test_a_squad_set_has_a_document_for_each_paragraph(squad: Path) -> None:
    found = read_set(squad)
    assert [(d.id, d.title, d.text) for d in found.documents] == [
        ("set.json/Quark_glasses/1", "Quark glasses", CONTEXT),
        ("set.json/Quark_glasses/2", "Quark glasses", "Rokid sold 5 pairs."),
    ]
    assert [(q.id, q.answers, q.document) for q in found.questions] == [
        ("cost", ("9 yuan", "9"), found.documents[0]),
        ("weigh", (), found.documents[0]),
        ("sold", ("5",), found.documents[1]),
    ]
    # Any of the gold answers proves it.
    assert found.questions[0].evidence == (
        Evidence("set.json/Quark_glasses/1", ((19, 25), (19, 20)), ((0, 26),)),
    )
    assert [q.kind for q in found.questions] == ["fact", "none", "fact"]
    assert read_documents(squad) == found.documents
    with pytest.raises(EvaluationError, match="has no fields to choose by"):
        read_set(squad, where=["kind=span"])


def test_a_set_of_json_lines_needs_a_corpus_next_to_it(lines: Path) -> None:
    found = read_set(lines)
    assert [d.id for d in found.documents] == ["corpus.jsonl/a", "corpus.jsonl/b"]
    assert [(q.id, q.answers, q.document) for q in found.questions] == [
        ("1", ("9 yuan",), found.documents[0]),
        ("2", (), None),  # an unanswerable question has no gold
    ]
    assert [(q.kind, q.reason) for q in found.questions] == [("span", None), ("none", "sum")]
    for where, ids in (
        (["kind=span"], ["1"]),
        (["answerable=false"], ["2"]),
        (["kind=span", "kind=sum"], ["1", "2"]),  # either value of one field
    ):
        assert [q.id for q in read_set(lines, where=where).questions] == ids
    with pytest.raises(EvaluationError, match="has no questions where kind=span, id=2"):
        read_set(lines, where=["kind=span", "id=2"])  # both fields
    with pytest.raises(EvaluationError, match="--where 'kind' is not FIELD=VALUE"):
        read_set(lines, where=["kind"])
    lines.write_bytes(gzip.compress(b""))
    with pytest.raises(EvaluationError, match="has no questions: see"):
        read_set(lines)
    corpus = lines.with_name("corpus.jsonl.gz")
    assert [d.text for d in read_documents(corpus)] == [CONTEXT, "Rokid: 5."]


def test_a_set_is_recognised_by_its_name_and_folder(squad: Path, lines: Path) -> None:
    assert is_set(squad)
    assert is_set(lines)
    alone = squad.with_name("questions.jsonl")
    alone.write_text("{}\n")
    assert not is_set(alone)
    assert not is_set(squad.parent)


@pytest.mark.parametrize(
    "line",
    [
        "{",
        '{"id": "1"}',
        "[]",
        '{"id": "1", "question": "?", "answers": [], "gold_doc_ids": ["z"]}',
    ],
    ids=["no JSON", "no question", "no object", "a document that is not there"],
)
def test_a_line_that_is_wrong_is_named(lines: Path, line: str) -> None:
    lines.write_bytes(gzip.compress(f"{line}\n".encode()))
    with pytest.raises(EvaluationError, match=r"questions\.jsonl\.gz line 1"):
        read_set(lines)
