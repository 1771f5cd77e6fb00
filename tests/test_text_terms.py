"""Which terms a text has."""

import threading

import pytest

from assistant.text import find_question_terms, find_terms


@pytest.mark.parametrize(
    "text", ["Ray - Ban Meta", "Ray-Ban Meta", "ray ban meta", "RAY–BAN’s meta"]
)
def test_words_joined_in_any_way_have_the_same_terms(text: str) -> None:
    assert find_terms(text) == ["ray", "ban", "meta"]


@pytest.mark.parametrize(
    ("text", "terms"),
    [
        ("1,999 yuan", ["1999", "yuan"]),
        ("8.6 hours, 82.3%.", ["8.6", "hour", "82.3"]),
        ("in 1,2 or 3", ["in", "1,2", "or", "3"]),
        ("the AR1 and SU7 at 40g", ["the", "ar1", "and", "su7", "at", "40g"]),
        ("Xiaomi's glasses", ["xiaomi", "glass"]),
        ("１２ ﬁts", ["12", "fit"]),
        ("新莓 daybreak", ["新", "莓", "新莓", "daybreak"]),
        ("snake_case", ["snake", "case"]),
        ("1,999元", ["1999", "元"]),
        ("2,999yuan", ["2999", "yuan"]),
        ("!?", []),
    ],
)
def test_terms_are_folded_and_stemmed(text: str, terms: list[str]) -> None:
    assert find_terms(text) == terms


@pytest.mark.parametrize(
    ("question", "terms"),
    [
        ("How much do the Quark AI glasses cost?", ["quark", "ai", "glass", "cost"]),
        ("How long does the long cable last?", ["long", "cabl", "last"]),
        ("Are many of them old?", ["mani", "old"]),
        ("How many?", ["how", "mani"]),
    ],
)
def test_a_question_keeps_the_terms_it_is_about(question: str, terms: list[str]) -> None:
    assert find_question_terms(question) == terms


def test_a_question_of_stop_words_keeps_them() -> None:
    assert find_question_terms("What is it?") == ["what", "is", "it"]


def test_a_question_counts_a_term_once() -> None:
    assert find_question_terms("price, price, PRICE") == ["price"]


def test_threads_get_the_same_terms() -> None:
    text = "running shipments increased yearly " * 50
    expected = find_terms(text)
    results: list[list[str]] = []
    threads = [threading.Thread(target=lambda: results.append(find_terms(text))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results == [expected] * 8
