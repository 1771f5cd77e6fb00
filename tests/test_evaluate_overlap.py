"""How answers are compared: worked by hand, and with SQuAD's rules written a second time."""

import re
import string
from collections import Counter

import numpy as np
import pytest

from assistant.evaluate.overlap import exact_match, holds, split_words, token_f1, word_f1

WORDS = "the a an Quark quark's 9 yuan, yuan. U.S. don't ice-cream The Theatre 1,999 $5 — x".split()


@pytest.mark.parametrize(
    ("answer", "golds", "match", "f1"),
    [
        ("The 1,999 Yuan!", ["1,999 yuan"], 1, 1),
        ("priced at 2,999 yuan", ["2,999 yuan"], 0, 2 * (2 / 4) * 1 / (2 / 4 + 1)),
        ("a b b", ["b b c", "x"], 0, 2 / 2 * 2 * 2 / (2 + 3)),
        (None, [], 1, 1),
        ("something", [], 0, 0),
        (None, ["1,999 yuan"], 0, 0),
        ("the", ["an"], 1, 1),
        ("40%", ["30%", "4 0"], 0, 0),
    ],
)
def test_answers_are_compared_by_squad_s_rules(
    answer: str | None, golds: list[str], match: float, f1: float
) -> None:
    assert exact_match(answer, golds) == match
    assert token_f1(answer, golds) == pytest.approx(f1)


def squad_words(text: str) -> list[str]:
    """Published rules: lower case, then no punctuation, then no articles, then split."""
    kept = "".join(c for c in text.lower() if c not in set(string.punctuation))
    return re.sub(r"\b(?:a|an|the)\b", " ", kept).split()


def squad_score(answer: str, golds: list[str]) -> tuple[int, float]:
    """EM and F1 by SQuAD 2.0: the best over gold answers; of no answer only none is right."""
    exact, best = 0, 0.0
    for gold in [g for g in golds if squad_words(g)] or [""]:
        said, wanted = squad_words(answer), squad_words(gold)
        exact = max(exact, int(said == wanted))
        if not said or not wanted:
            best = max(best, float(said == wanted))
            continue
        left, shared = list(wanted), 0
        for word in said:
            if word in left:
                left.remove(word)
                shared += 1
        precision, recall = shared / len(said), shared / len(wanted)
        best = max(best, 2 * precision * recall / (precision + recall) if shared else 0.0)
    return exact, best


def test_exact_match_and_f1_are_squad_s() -> None:
    random = np.random.default_rng(3)

    def draw(most: int) -> str:
        return " ".join(random.choice(WORDS, random.integers(1, most)))

    kinds: Counter[int] = Counter()
    for _ in range(3000):
        golds = [
            gold for gold in (draw(5) for _ in range(random.integers(0, 4))) if squad_words(gold)
        ]
        answer = "" if random.random() < 0.2 else draw(6)
        if random.random() < 0.2 and golds:
            answer = f"The {golds[0].upper()}!"
        exact, f1 = squad_score(answer, golds)
        assert exact_match(answer or None, golds) == exact, (answer, golds)
        assert token_f1(answer or None, golds) == pytest.approx(f1), (answer, golds)
        kinds[exact] += 1
    assert min(kinds.values()) > 300


@pytest.mark.parametrize(
    ("text", "words", "held"),
    [
        ("It grew year-on-year.", "year - on - year", True),
        ("It grew year–on–year.", "year-on-year", True),
        ("“Private sellers”", "private sellers", True),
        ("Xiaomi’s", "xiaomi's", True),
        ("４０ %", "40%", True),
        ("the 40 of them", "40 them", False),
        ("a 140", "40", False),
        ("1,999.50 francs", "1999.50", True),
        ("14.5 m", "4.5 m", False),
        ("the", "the", False),  # an article alone is no words
        ("", "x", False),
    ],
)
def test_words_are_folded_before_they_are_compared(text: str, words: str, held: bool) -> None:
    assert holds(text, words) is held


def test_the_f1_of_words_is_worked_by_hand() -> None:
    assert word_f1("a big 1,999 yuan", "1,999 yuan") == pytest.approx(2 * 2 / (3 + 2))
    assert word_f1("x", "y") == 0
    assert split_words("Ray - Ban's A1") == ["ray", "ban", "s", "a1"]
