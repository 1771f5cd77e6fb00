"""The one judge: verdicts worked by hand for every kind of question."""

from dataclasses import replace

import numpy as np
import pytest

from assistant.evaluate.judge import Verdicts, judge, score_ranking
from assistant.questions.question import Question, find_sentences_of, make_evidence
from assistant.records import Answer, Document, Hit, Mark, Passage
from tests.judged import HIT, TEXT, make_answer, make_question

QUARK, ROKID, WHY = "Quark glasses cost", "Rokid glasses cost", "Sales rose"
SELLERS, MAY = "sell glasses", "Prices fell"
SELLING = (("Rokid",), ("Meta", "Ray-Ban Meta"), ("Quark",), ("Xreal",), ("TCL",))


def judged(asked: Question, answer: Answer) -> tuple[bool | None, bool | None, bool | None]:
    """Right, cited, good."""
    verdicts = judge(asked, answer)
    assert verdicts.right_and_cited == (
        verdicts.right and verdicts.cited if asked.answerable else None
    )
    return verdicts.right, verdicts.cited, verdicts.good


@pytest.mark.parametrize("kind", ["fact", "count", "top", "price"])
@pytest.mark.parametrize(
    ("text", "right"),
    [
        ("1,999 yuan", True),
        ("They cost 1,999 Yuan.", True),
        ("11,999 yuan", False),  # F1 .5: a number is one word
        ("2,999 yuan", False),
        ("2,499 yuan", False),
        ("1,999", True),  # F1 .67
        ("yuan in all", False),  # F1 .4
    ],
)
def test_a_fact_is_right_by_its_words_or_by_their_f1(kind: str, text: str, right: bool) -> None:
    asked = make_question(kind, QUARK, answers=("9 francs", "1,999 yuan"))
    assert judged(asked, make_answer((text, QUARK))) == (right, True, right)
    assert judged(asked, make_answer((text, ROKID))) == (right, False, False)


def test_a_fact_without_accepted_words_is_right_where_it_is_cited() -> None:
    asked = make_question("fact", QUARK)
    assert judged(asked, make_answer(("whatever", QUARK))) == (True, True, True)
    assert judged(asked, make_answer(("whatever", ROKID))) == (False, False, False)


@pytest.mark.parametrize(
    ("entries", "recall", "precision", "right"),
    [
        (["Rokid", "Meta", "Quark", "Xreal"], 0.8, 1.0, True),
        (["Rokid", "Ray-Ban Meta", "Quark's shop", "Xreal", "TCL"], 1.0, 1.0, True),
        (["Rokid", "Meta", "Quark"], 0.6, 1.0, False),
        (["Rokid", "Meta", "Quark", "Xreal", "IDC", "Sina"], 0.8, 0.6667, True),
        (["Rokid", "Meta", "Quark", "Xreal", "IDC", "Sina", "BBC"], 0.8, 0.5714, False),
        # One entry may hold all items; "Ban Meta" lies within an item and holds one.
        (["Rokid, Meta and Quark", "Xreal", "Ban Meta"], 0.8, 1.0, True),
    ],
)
def test_a_list_needs_four_in_five_items_and_three_in_five_entries(
    entries: list[str], recall: float, precision: float, right: bool
) -> None:
    asked = make_question("list", SELLERS, items=SELLING)
    answer = make_answer(*((entry, SELLERS) for entry in entries), kind="list")
    verdicts = judge(asked, answer)
    assert (verdicts.item_recall, verdicts.item_precision) == (recall, precision)
    assert (verdicts.right, verdicts.cited) == (right, True)


def test_an_entry_is_right_that_lies_within_an_item() -> None:
    asked = make_question("list", SELLERS, items=(("glasses with a screen",), ("Meta",)))
    verdicts = judge(asked, make_answer(("a screen", SELLERS), ("Meta", SELLERS), kind="list"))
    assert (verdicts.item_recall, verdicts.item_precision, verdicts.right) == (0.5, 1.0, False)


@pytest.mark.parametrize("kind", ["compare", "two", "trend"])
def test_every_value_of_a_comparison_is_in_the_text_or_the_table(kind: str) -> None:
    asked = make_question(kind, QUARK, ROKID, items=(("1,999 yuan",), ("2,499 yuan", "2,499")))
    table = make_answer(
        kind="comparison", cells=(("1,999 yuan (list price)", QUARK), ("2,499", ROKID))
    )
    assert judged(asked, table) == (True, True, True)
    mixed = make_answer(("1,999 yuan", QUARK), cells=(("2,499 yuan", ROKID),))
    assert judged(asked, mixed) == (True, True, True)
    half = judge(asked, make_answer(("1,999 yuan", QUARK)))
    assert (half.right, half.cited, half.item_recall, half.item_precision) == (
        False, True, 0.5, None,
    )  # fmt: skip
    assert judge(asked, table).all_evidence_cited is True
    assert half.all_evidence_cited is False


@pytest.mark.parametrize("kind", ["why", "how", "said", "yesno"])
def test_why_and_how_are_right_if_evidence_is_cited(kind: str) -> None:
    asked = make_question(kind, "became cheaper", answers=("because screens became cheaper",))
    assert judged(asked, make_answer(("Other words.", WHY), kind="passage")) == (True, True, True)
    wrong = make_answer(("because screens became cheaper", MAY), kind="passage")
    assert judged(asked, wrong) == (False, False, False)


def test_a_verdict_is_judged_next_to_the_answer() -> None:
    asked = make_question("yesno", WHY, verdict="yes")
    for verdict, right in (("yes", True), ("no", False), (None, False)):
        verdicts = judge(asked, make_answer(("Sales rose.", WHY), verdict=verdict))  # type: ignore[arg-type]
        assert (verdicts.right, verdicts.verdict_right) == (True, right)


def test_the_kind_that_was_predicted_does_not_matter() -> None:
    asked = make_question("fact", QUARK, answers=("1,999 yuan",))
    for kind in ("list", "count", "passage", "trend"):
        answer = make_answer(("Quark glasses cost 1,999 yuan.", QUARK), kind=kind)
        assert judged(asked, answer) == (True, True, True)


def test_an_abstention_is_good_where_nothing_answers() -> None:
    nothing = make_question("none")
    assert judged(nothing, make_answer()) == (None, None, True)
    assert judged(nothing, make_answer(("1,999 yuan", QUARK))) == (None, None, False)
    asked = make_question("fact", QUARK, answers=("1,999 yuan",))
    assert judged(asked, make_answer()) == (False, False, False)
    # The guess is not the answer, and its citation is not the answer's.
    assert judged(asked, make_answer(guess=("1,999 yuan", QUARK))) == (False, False, False)


@pytest.mark.parametrize(
    ("guess", "right"),
    [
        (("1,999 yuan", QUARK), True),
        (("1,999 yuan", ROKID), False),
        (("2,499 yuan", QUARK), False),
        (None, None),
    ],
)
def test_a_best_guess_is_judged_as_what_its_confidence_is_about(
    guess: tuple[str, str] | None, right: bool | None
) -> None:
    asked = make_question("fact", QUARK, answers=("1,999 yuan",))
    assert judge(asked, make_answer(guess=guess)).candidate_right is right
    assert judge(make_question("none"), make_answer(guess=("9", QUARK))).candidate_right is False
    assert judge(asked, make_answer(("1,999 yuan", QUARK))).candidate_right is True


@pytest.mark.parametrize(
    ("marks", "shown"),
    [
        ([(QUARK, 0.1)], True),
        ([(ROKID, 0.9), (WHY, 0.8), (QUARK, 0.7), (MAY, 0.1)], True),
        ([(ROKID, 0.9), (WHY, 0.8), (QUARK, 0.1), (MAY, 0.7)], False),  # the fourth best
        ([], False),
    ],
)
def test_evidence_is_shown_among_the_three_best_marks_or_in_the_answer(
    marks: list[tuple[str, float]], shown: bool
) -> None:
    asked = make_question("fact", QUARK, answers=("1,999 yuan",))
    assert judge(asked, make_answer(marks=tuple(marks))).shown is shown
    assert judge(asked, make_answer(("2,499", ROKID), marks=tuple(marks))).shown is shown
    assert judge(asked, make_answer(("9", QUARK))).shown is True


def test_the_three_best_marks_are_those_of_all_hits() -> None:
    asked = make_question("fact", QUARK)
    other = Document("b.txt", "B", TEXT)
    hit = Hit(Passage(other, 1, 0, len(TEXT), "", ()), 0.5, 0.5, 0.5)
    own = Mark(0, 5, 0.4)
    elsewhere = tuple(Mark(n, n + 1, 0.5) for n in range(3))
    answer = replace(make_answer(), hits=(hit, HIT), marks=(elsewhere, (own,)))
    assert judge(asked, answer).shown is False  # the same place of another document is none
    answer = replace(answer, marks=(elsewhere[:2], (own,)))
    assert judge(asked, answer).shown is True


def test_evidence_is_extended_to_its_sentence() -> None:
    start = TEXT.index("because")
    piece = make_evidence("a.txt", TEXT, [(start, start + 7)])
    assert [TEXT[a:b] for a, b in piece.sentences] == ["Sales rose because screens became cheaper."]
    both = find_sentences_of(TEXT, TEXT.index("yuan. Rokid"), TEXT.index("yuan. Rokid") + 11)
    assert [TEXT[a:b] for a, b in both] == [
        "Quark glasses cost 1,999 yuan.", "Rokid glasses cost 2,499 yuan.",
    ]  # fmt: skip
    # A citation of other words of the sentence proves it; one of the next sentence does not.
    asked = replace(make_question("why"), evidence=(piece,))
    cited = make_answer(("Sales rose", WHY))
    words = replace(cited.citations[0], start=TEXT.index("Sales"), end=TEXT.index("Sales") + 5)
    assert judge(asked, replace(cited, citations=(words,))).cited is True
    assert judge(asked, make_answer(("Rokid", SELLERS))).cited is False


def test_a_copy_of_the_document_proves_as_well() -> None:
    asked = make_question("fact", QUARK)
    answer = make_answer(("9", QUARK))
    copied = replace(asked.evidence[0], document_id="copy.txt")
    assert judge(replace(asked, evidence=(copied,)), answer).cited is False
    document = Document("a.txt", "A", TEXT, copies=("copy.txt",))
    citation = replace(answer.citations[0], document=document)
    answer = replace(answer, citations=(citation,))
    assert judge(replace(asked, evidence=(copied,)), answer).cited is True


def test_what_alternatives_cite_is_not_cited() -> None:
    asked = make_question("fact", QUARK, answers=("1,999 yuan",))
    answer = make_answer(("1,999 yuan", ROKID), ("1,999", QUARK))
    moved = replace(answer, parts=answer.parts[:1], alternatives=answer.parts[1:])
    assert judged(asked, answer) == (True, True, True)
    assert judged(asked, moved) == (True, False, False)


def test_a_set_without_evidence_is_judged_by_its_words() -> None:
    asked = Question("q", "?", ("1,999 yuan",))
    verdicts = judge(asked, make_answer(("1,999 yuan", ROKID)))
    assert (verdicts.right, verdicts.cited, verdicts.right_and_cited) == (True, None, True)
    assert (verdicts.shown, verdicts.all_evidence_cited) == (None, None)


def test_stricter_figures_stand_next_to_the_verdict() -> None:
    asked = make_question("fact", QUARK, answers=("1,999 yuan",))
    verdicts = judge(asked, make_answer(("about 1,999 yuan", QUARK)))
    assert (verdicts.right, verdicts.exact_match, verdicts.f1) == (True, 0.0, 0.8)
    assert (verdicts.evidence_in_passages, verdicts.citation_validity) == (1.0, 1.0)
    nothing = judge(make_question("none"), make_answer())
    assert (nothing.exact_match, nothing.f1) == (1.0, 1.0)
    # Of what sentences answer, words are not compared.
    why = judge(make_question("why", WHY, answers=("cheaper",)), make_answer(("It is.", WHY)))
    assert (why.exact_match, why.f1) == (None, None)


def test_retrieval_alone_has_no_verdict() -> None:
    assert Verdicts(ndcg_10=0.5).good is None


def test_ranks_worked_by_hand() -> None:
    found = [f"d{n}" for n in range(1, 13)]
    log = np.log2
    relevant = {"d2": 2, "d4": 1, "d11": 1, "gone": 1}
    gains, ideal = 2 / log(3) + 1 / log(5), 2 + 1 / log(3) + 1 / log(4) + 1 / log(5)
    assert score_ranking(relevant, found, deep=True) == {
        "ndcg_10": round(gains / ideal, 4),
        "recall_10": 0.5,
        "recall_100": 0.75,
        "reciprocal_rank_10": 0.5,
    }
    assert set(score_ranking({"gone": 1}, found).values()) == {0.0}
    assert set(score_ranking({"d1": 1}, []).values()) == {0.0}
