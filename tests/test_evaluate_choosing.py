"""Which of the project's own questions are asked, and which of them other documents may answer."""

import gzip
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from assistant.errors import EvaluationError
from assistant.evaluate.choosing import choose_questions, is_handwritten, mark_ambiguous
from assistant.evaluate.handwritten import QUESTIONS_FOLDER

FINED = "The council of Abon fined the mill 400 francs. The fine was paid in May."
SUED = "The court of Brim sued a bakery. The fine of 90 francs was waived."
WALKED = "Walkers met in Cole. They like the hills."


def write_documents(folder: Path) -> None:
    texts = {"d1": ("Mill", FINED), "d2": ("Bakery", SUED), "d3": ("Walk", WALKED)}
    write_lines(
        folder / "documents.jsonl.gz",
        [
            {"id": id_, "title": title, "date": "2025-01-02", "genre": "news", "text": text,
             "source": "voices" if id_ == "d3" else "articles", "split": "dev"}
            for id_, (title, text) in texts.items()
        ],
    )  # fmt: skip


def write_lines(path: Path, lines: Sequence[Mapping[str, object]]) -> None:
    text = "".join(json.dumps(line) + "\n" for line in lines)
    path.write_bytes(gzip.compress(text.encode()))


def make_line(
    id_: str, document: str, kind: str, question: str, *answers: str, evidence: str = "",
    **more: object,
) -> dict[str, object]:  # fmt: skip
    return {
        "id": id_, "document": document, "kind": kind, "question": question,
        "reason": "unstated" if kind == "none" else None,
        "answers": [[None, one] for one in answers], "verdict": None,
        "evidence": [evidence] if evidence else [], "set": "asked", "split": "dev", **more,
    }  # fmt: skip


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write_documents(tmp_path)
    paid = "The fine was paid in May"
    write_lines(
        tmp_path / "questions.jsonl.gz",
        [
            make_line("1", "d1", "fact", "How large was the fine?", "400 francs", evidence=paid),
            make_line("2", "d1", "fact", "Who fined the mill?", "Abon", evidence="fined the mill"),
            make_line("3", "d2", "none", "Has the council paid the fine?"),
            make_line("4", "d2", "none", "Paid the fine in May?"),
            make_line("5", "d1", "list", "Who is named?", "Abon", "mill", evidence="The council"),
            make_line("6", "d1", "yesno", "Was it paid?", evidence=paid, verdict="yes"),
            make_line("7", "d1", "yesno", "Is it dear?", evidence=paid, verdict="not said"),
            make_line("8", "d3", "said", "What of hills?", evidence="They like", set="pairs"),
        ],
    )  # fmt: skip
    write_lines(tmp_path / "paragraphs.jsonl.gz",
                [{"id": "p", "title": "P", "text": WALKED, "split": "dev"}])  # fmt: skip
    asked = {"paragraph": "p", "split": "dev", "answer": None, "start": None}
    write_lines(
        tmp_path / "paragraph-questions.jsonl.gz",
        [
            asked | {"id": "p1", "question": "Where?", "answerable": True, "answer": "Cole",
                     "start": WALKED.index("Cole")},
            asked | {"id": "p2", "question": "When?", "answerable": False},
        ],
    )  # fmt: skip
    return tmp_path


def list_ids(folder: Path, *where: str) -> list[str]:
    return [one.id for one in choose_questions(folder, where=where).questions]


def test_questions_are_chosen_by_field(folder: Path) -> None:
    assert is_handwritten(folder)
    assert not is_handwritten(folder / "documents.jsonl.gz")
    assert list_ids(folder) == ["1", "2", "3", "4", "5", "6", "7"]
    assert list_ids(folder, "source=articles", "kind=fact", "kind=list") == ["1", "2", "5"]
    assert list_ids(folder, "set=pairs") == ["8"]
    assert list_ids(folder, "set=pairs", "set=asked", "source=voices") == ["8"]
    assert list_ids(folder, "reason=unstated") == ["3", "4"]
    assert list_ids(folder, "set=paragraphs", "split=dev") == ["p1", "p2"]


def test_an_index_has_all_documents_of_split_and_source(folder: Path) -> None:
    found = choose_questions(folder, where=["kind=none", "source=articles"])
    assert [one.id for one in found.documents] == ["d1", "d2"]
    assert found.documents[0].published is not None
    assert str(found.documents[0].published) == "2025-01-02"
    assert all(one.document in found.documents for one in found.questions)


@pytest.mark.parametrize(
    ("where", "message"),
    [
        ("genre=news", "the questions have no field genre: choose by split, source, set"),
        ("set=followups", "set=followups can't be asked: choose one of asked, pairs, paragraphs"),
        ("split=train", "holds no question where split=train"),
    ],
)
def test_what_can_t_be_chosen_is_named(folder: Path, where: str, message: str) -> None:
    with pytest.raises(EvaluationError, match=message):
        choose_questions(folder, where=[where])


def test_gold_becomes_what_the_judge_needs(folder: Path) -> None:
    asked = {one.id: one for one in choose_questions(folder).questions}
    fact, refused, listed, verdict = (asked[id_] for id_ in ("2", "3", "5", "6"))
    assert (fact.kind, fact.answers, fact.items) == ("fact", ("Abon",), ())
    (piece,) = fact.evidence
    assert [FINED[a:b] for a, b in piece.places] == ["fined the mill"]
    assert [FINED[a:b] for a, b in piece.sentences] == [FINED[: FINED.index(" The fine")]]
    assert (refused.kind, refused.reason, refused.answerable) == ("none", "unstated", False)
    assert (listed.answers, listed.items) == ((), (("Abon",), ("mill",)))
    assert (verdict.verdict, asked["7"].verdict) == ("yes", None)
    paragraph, nowhere = choose_questions(folder, where=["set=paragraphs"]).questions
    assert (paragraph.answers, paragraph.evidence[0].places) == (("Cole",), ((15, 19),))
    assert (nowhere.kind, nowhere.evidence) == ("none", ())


def test_a_question_that_singles_out_no_document_is_ambiguous(folder: Path) -> None:
    found = mark_ambiguous(choose_questions(folder))
    # d2 holds the terms of question 1 that d1 holds: "was", "the" and "fine"; "mill" is only in d1.
    # Of the unanswerable, d1 holds all terms of question 4, and not "has" of question 3. Of 5, 6
    # and 7 d1 holds "is", "was", "it" or nothing, which others hold too, but for "paid".
    assert [one.id for one in found.questions if one.ambiguous] == ["1", "4", "5", "7"]
    assert not any(one.ambiguous for one in choose_questions(folder).questions)


def test_dev_s_ambiguous_questions_are_counted() -> None:
    counts = Counter(
        (source, one.ambiguous)
        for source in ("articles", "voices")
        for one in mark_ambiguous(
            choose_questions(QUESTIONS_FOLDER, where=["split=dev", f"source={source}"])
        ).questions
    )
    # The README states these.
    assert counts == {
        ("articles", False): 827, ("articles", True): 139,
        ("voices", False): 950, ("voices", True): 208,
    }  # fmt: skip
