"""The project's own questions are chosen, and ambiguous ones marked."""

from collections import Counter
from pathlib import Path

import pytest

from assistant.errors import EvaluationError
from assistant.questions.choosing import choose_questions, is_handwritten, mark_ambiguous
from assistant.questions.handwritten import QUESTIONS_FOLDER
from tests.handwritten import FINED, write_sets


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_sets(tmp_path)


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
        ("set=said", "set=said can't be asked: choose one of asked, pairs, followups, paragraphs"),
        ("split=train", "has no questions where split=train"),
    ],
)
def test_a_wrong_condition_is_refused_by_name(folder: Path, where: str, message: str) -> None:
    with pytest.raises(EvaluationError, match=message):
        choose_questions(folder, where=[where])


def test_gold_is_converted_for_the_judge(folder: Path) -> None:
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


def test_a_question_that_fits_several_documents_is_ambiguous(folder: Path) -> None:
    found = mark_ambiguous(choose_questions(folder))
    # d2 has the terms that question 1 and d1 share: "was", "the", "fine"; "mill" is only in d1.
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
