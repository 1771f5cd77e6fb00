"""Where sentences end, and which terms a text has."""

import threading
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.text import find_question_terms, find_sentences, find_terms

ARTICLE = Path(__file__).parent.parent / "corpus" / "ai-glasses-hundred-mirror-battle.txt"


def sentences(text: str) -> list[str]:
    return [text[start:end] for start, end in find_sentences(text, 0, len(text))]


@pytest.mark.parametrize(
    "expected",
    [
        ["It costs $299.", "The other is 1,999 yuan."],
        ["Sales grew 82.3%.", "It is said to last."],
        ["He wore Ray - Ban Meta.", "In 2023 it was no hit."],
        ["During this year's 618, sales rose.", "70% more users came."],
        ["J. R. R. Tolkien met the U.S. President.", "They spoke."],
        ["Mr. Li of Xiaomi Inc. spoke to Dr. Wu.", "Nobody else did."],
        ["See Fig. 3 and No. 5 for it.", "Both are small."],
        ["He left at 5 a.m. with us.", "We slept."],
        ["“We don't make money by selling glasses.”", "He said so twice."],
        ["“It is a fact.[1]”", "Nobody else did."],
        ['"There is an order."', "He waited.", "It came."],
        ["“Why?” he asked.", "Nobody knew."],
        ["Yahoo! announced it.", "JD.com data shows more."],
        ["It has parts, e.g. Quark, incl. No. 7 of Gov. Li.", "They work."],
        ["He said it is done.", '"Nobody knew," she said.'],
        ["It runs on .NET 8 now.", "Nothing else does."],
        ["他说价格是多少？", "没有人知道。", "好的！"],
        ["R & D is dear.", "Large enterprises have it."],
        ["هل هذا صحيح؟", "نعم."],
        ["1. First things first.", "2. Second things next."],
    ],
)
def test_sentences_are_separated(expected: list[str]) -> None:
    joiner = "\n" if expected[0].startswith("1.") else " "
    assert sentences(joiner.join(expected)) == expected


def test_a_line_break_inside_a_sentence_does_not_end_it() -> None:
    assert sentences("The glasses\r\nweigh 40g. They\nare light.") == [
        "The glasses\r\nweigh 40g.",
        "They\nare light.",
    ]


def test_the_article_is_cut_at_stops_only() -> None:
    text = ARTICLE.read_text(encoding="utf-8")
    for paragraph in text.split("\n\n")[2:]:
        found = sentences(paragraph)
        assert all(sentence.rstrip('"”').endswith((".", "?")) for sentence in found[:-1])
    song = next(p for p in text.split("\n\n") if p.startswith("Song Gang"))
    assert [sentence[-12:] for sentence in sentences(song)] == ["on capacity.", ' be formed."']


@given(st.text(alphabet=st.sampled_from('aB1 .!?"“”\n\r\t。👍é)(\ud800'), max_size=80))
def test_each_character_that_is_not_space_is_in_one_sentence(text: str) -> None:
    offsets = find_sentences(text, 0, len(text))
    covered = [place for start, end in offsets for place in range(start, end)]
    assert len(covered) == len(set(covered))
    assert {place for place, character in enumerate(text) if not character.isspace()} <= set(
        covered
    )
    assert all(text[start:end] == text[start:end].strip() for start, end in offsets)
    assert offsets == sorted(offsets)


@pytest.mark.parametrize(
    "piece", ["a.", "(", '" ', "! ", "1. ", "\n* a", '"word. ', "etc. A", "“A.” "]
)
def test_hostile_text_is_cut_in_linear_time(piece: str) -> None:
    # Quadratic work on 400,000 characters would not end within the suite's time.
    text = piece * (400_000 // len(piece))
    offsets = find_sentences(text, 0, len(text))
    assert offsets[0][0] == len(text) - len(text.lstrip())
    assert offsets[-1][1] == len(text.rstrip())


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
        ("新莓 daybreak", ["新", "莓", "daybreak"]),
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
