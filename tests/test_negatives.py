"""Passages that do not answer: which are chosen, and which never are."""

from pathlib import Path
from random import Random

import pytest

from assistant.train.negatives import Candidates

TEXTS = [
    "Quark sold glasses in 2024.",
    "Quark sold glasses in 2025 for $99.",
    "Meta sold lenses.",
    "The price of milk rose by 1999 yuan.",
    "Quark, the company, sold 99 glasses.",
]


@pytest.fixture
def candidates(tmp_path: Path) -> Candidates:
    return Candidates(TEXTS, tmp_path)


def test_the_best_passages_are_retrieved_without_some(candidates: Candidates) -> None:
    asked = "Quark sold how many glasses in 2024?"
    assert candidates.retrieve(asked, [], count=2, without=())[0] == 0
    found = candidates.retrieve(asked, [], count=9, without={0})
    assert set(found) == {1, 2, 4}  # milk shares no term
    assert candidates.retrieve(asked, [], count=2, without={0}) == found[:2]


def test_a_passage_in_which_an_answer_stands_is_never_taken(candidates: Candidates) -> None:
    asked = "What was sold by Quark for 99?"
    for answers, left in ((["99"], {0, 2}), (["$99!"], {0, 2}), (["the Quark"], {2})):
        assert set(candidates.retrieve(asked, answers, count=9, without=())) == left
        every = candidates.choose(asked, answers, among=range(5), count=9, random=Random(0))
        assert set(every) == left | {3}


def test_a_part_of_a_word_is_no_answer(candidates: Candidates) -> None:
    assert candidates.holds(1, ["99"])
    assert not candidates.holds(3, ["99", "yua"])
    assert not candidates.holds(3, ["", "the"])  # nothing is left of them to look for


def test_own_passages_are_chosen_by_shared_words_and_ties_by_chance(
    candidates: Candidates,
) -> None:
    def choose(seed: int) -> list[int]:
        return candidates.choose(
            "quark sold glasses in 2025", [], among=[0, 1, 2, 3], count=2, random=Random(seed)
        )

    assert choose(0) == [1, 0]  # 2025 and 2024 end with a stop in one of them only
    tied = {
        tuple(candidates.choose("milk lenses", [], among=[0, 1], count=1, random=Random(seed)))
        for seed in range(20)
    }
    assert tied == {(0,), (1,)}
