"""What is checked and found in a question by spelling: its length, terms, names, halves."""

import math
from datetime import date

import pytest

from assistant.answer.question import (
    QuestionTerms,
    Subject,
    check_question,
    find_name_words,
    find_names,
    find_periods,
    find_subjects,
    share_covered,
    split_question,
)
from assistant.errors import QuestionError
from assistant.players import Names
from assistant.records import Document, Player
from tests.conftest import Maker


@pytest.mark.parametrize(
    ("question", "top_k", "message"),
    [
        ("", 8, "the question is empty: write one"),
        (" \n ", 8, "the question is empty: write one"),
        ("?!", 8, "the question '?!' has no word: write one"),
        ("x" * 2001, 8, "the question has 2,001 characters: ask in at most 2,000"),
        ("x y" * 667 + " ", 8, "the question has 2,001 characters: ask in at most 2,000"),
        ("\ud800 x", 8, "the question holds half of a surrogate pair: write the whole character"),
        ("x", 0, "top_k is 0: give 1 to 50"),
        ("x", 51, "top_k is 51: give 1 to 50"),
    ],
)
def test_an_invalid_question_is_refused_with_a_hint(
    question: str, top_k: int, message: str
) -> None:
    with pytest.raises(QuestionError) as caught:
        check_question(question, top_k=top_k)
    assert str(caught.value) == message


@pytest.mark.parametrize(
    ("question", "checked"),
    [
        ("Who?", "Who?"),
        ("  Who\n is\t\tit? ", "Who is it?"),
        ("xiaomi" + " " * 2000 + "battery", "xiaomi battery"),
        ("x" * 2000, "x" * 2000),
        ("x" * 1999 + "\u3000 ", "x" * 1999),
        ("价格？", "价格？"),
    ],
)
def test_a_question_is_asked_with_single_spaces(question: str, checked: str) -> None:
    assert check_question(question, top_k=50) == check_question(question, top_k=1) == checked


@pytest.mark.parametrize(
    ("question", "names"),
    [
        ("Does Meta or Song Gang sell Ray-Ban?", ["Meta", "Song Gang", "Ray-Ban"]),
        ("Meta sells what?", []),  # the first word has a capital whatever it is
        ("What did Song, Gang and Li say?", ["Song", "Gang", "Li"]),
        ("What do I know of “Red Hill” (Wales)?", ["Red Hill", "Wales"]),
        ("Who made the M7 in March 2024?", ["March"]),
        ("is it 3,000 or 3:30 at École?", ["École"]),
        ("who is it?", []),
        ("", []),
    ],
)
def test_names_are_runs_of_words_with_a_capital(question: str, names: list[str]) -> None:
    assert find_name_words(question) == names


@pytest.mark.parametrize(
    ("question", "names", "numbers"),
    [
        (
            "How much do Ray-Ban Meta glasses cost in 2025?",
            (("ray", "ban", "meta"),),
            (("2025",),),
        ),
        ("Did Quark sell 1,999 M7s by 3:30, or 2.5?", (("quark",),), (("1999",), ("m7s",),
                                                                    ("3", "30"), ("2.5",))),
        ("2024 in numbers?", (), (("2024",),)),
        ("Who is Lei Jun's boss?", (("lei", "jun"),), ()),
    ],
)  # fmt: skip
def test_names_and_numbers_are_compared_by_their_terms(
    question: str, names: tuple[tuple[str, ...], ...], numbers: tuple[tuple[str, ...], ...]
) -> None:
    assert find_names(question) == (names, numbers)


def test_rarity_falls_with_the_number_of_passages(make: Maker) -> None:
    texts = ("Quark sells glasses.", "Meta sells glasses.", "Nobody sells 40 lenses.")
    generation = make.generation(*(Document(f"{n}", "", text) for n, text in enumerate(texts)))
    terms = QuestionTerms.of(
        "How many glasses does Quark sell to Mars in 1900?", generation.lexical
    )

    def rarity(count: int) -> float:
        return math.log(1 + (3 - count + 0.5) / (count + 0.5))

    expected = {"quark": 1, "glass": 2, "sell": 3, "mar": 0, "1900": 0}
    assert terms.rarity == pytest.approx({term: rarity(n) for term, n in expected.items()})
    assert (terms.names, terms.numbers) == ((("quark",), ("mar",)), (("1900",),))
    whole = sum(rarity(n) for n in expected.values())
    assert terms.unknown == pytest.approx(2 * rarity(0) / whole)
    held = frozenset({"quark", "sell", "else"})
    assert terms.share_covered_by(held) == pytest.approx((rarity(1) + rarity(3)) / whole)
    assert terms.share_covered_by(frozenset(expected)) == pytest.approx(1.0)


def test_nothing_is_shared_with_a_question_without_terms() -> None:
    terms = QuestionTerms({}, (), (), 0.0)
    assert terms.share_covered_by(frozenset({"quark"})) == 0.0


def test_a_name_is_held_with_all_its_terms() -> None:
    held = frozenset({"song", "gang", "2025"})
    assert share_covered([("song", "gang"), ("song", "li"), ("2025",)], held) == pytest.approx(
        2 / 3
    )
    assert share_covered([], held) == 1.0


XIAOMI = Player("xiaomi", "Xiaomi", "company", ("小米", "Mi Corp"))
LEI = Player("lei", "Lei Jun", "person")


def find(question: str) -> tuple[Subject, ...]:
    players = {player.id: player for player in (LEI, XIAOMI)}
    mentions = Names(players.values()).find(question)
    return find_subjects(
        question, {players[one.player_id]: question[one.start : one.end] for one in mentions}
    )


def test_the_subjects_of_a_question_are_its_players_before_other_names() -> None:
    question = "Did Xiaomi or Lei Jun of Xiaomi visit Paris?"
    assert find(question) == (
        Subject("Xiaomi", (("xiaomi",), ("小", "米", "小米"), ("mi", "corp"))),
        Subject("Lei Jun", (("lei", "jun"),)),
    )
    assert find("Did she visit Paris or Red Hill?") == (
        Subject("Paris", (("pari",),)),
        Subject("Red Hill", (("red", "hill"),)),
    )
    assert find("did she?") == ()


@pytest.mark.parametrize(
    ("question", "subjects"),
    [
        ("What was sold in June 2022?", []),
        ("Did Paris open on 3 May 2024 or on March 1, 2023?", ["Paris"]),
        ("What did Ma say to Li in March 2024?", ["Ma", "Li"]),  # "Ma" is no word of "March"
        ("Did she meet June?", ["June"]),  # without a year it is no time
    ],
)
def test_months_and_days_are_not_subjects(question: str, subjects: list[str]) -> None:
    assert [subject.words for subject in find(question)] == subjects


def test_a_subject_is_named_by_all_terms_of_one_of_its_names() -> None:
    subject = Subject("Xiaomi", (("xiaomi",), ("mi", "corp")))
    assert subject.is_named(frozenset({"xiaomi", "glass"}))
    assert subject.is_named(frozenset({"corp", "mi"}))
    assert not subject.is_named(frozenset({"corp", "glass"}))


@pytest.mark.parametrize(
    ("question", "halves"),
    [
        (
            "What does Quark cost and who is its chief architect?",
            ["What does Quark cost", "who is its chief architect?"],
        ),
        (  # of two cuts, the one that leaves the most in both
            "Who made the red and blue glasses, and what does each pair weigh?",
            ["Who made the red and blue glasses", "what does each pair weigh?"],
        ),
        (  # of two that are as good, the first
            "When was Quark founded and Meta bought and Rokid sold?",
            ["When was Quark founded", "Meta bought and Rokid sold?"],
        ),
        (
            "What is the yield today? How many lenses are sold?",
            ["What is the yield today", "How many lenses are sold?"],
        ),
        ("price of Quark & weight of Meta", ["price of Quark", "weight of Meta"]),
        ("What do Quark and Meta cost?", []),
        ("Which country won and which lost?", []),
        ("Which red brand sold glasses?", []),
        ("What does it cost?", []),
        ("and ", []),
    ],
)
def test_a_question_is_split_where_both_halves_have_most_terms(
    question: str, halves: list[str]
) -> None:
    assert split_question(question) == halves


def test_the_times_of_a_question_are_those_of_the_day_it_is_asked_for() -> None:
    (found,) = find_periods("What did Quark cost last year?", date(2026, 1, 31))
    assert (found.start, found.end) == (date(2025, 1, 1), date(2025, 12, 31))
    assert find_periods("What did Quark cost?", date(2026, 1, 31)) == ()
