"""Where sentences end."""

from pathlib import Path

import pytest
from hypothesis import given, strategies as st

from assistant.text import find_sentences
from assistant.text.sentences import LONGEST_SENTENCE

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
        ["(1) Pay the rent.", "(2) Keep the cellar dry.", "It was built in 1911.", "It stands."],
        ["(a) Dry the wool.", "(iv) Keep it dry.", "The shop opens on 22 April.", "(b) Two more."],
        ["A) Wash.", "B) Dry.", "The end is near."],
        ["See § 3.", "Under Art. 5 the tenant pays.", "Sec. 4 Abs. 2 holds."],
        ["§ 1. The tenant pays.", "§ 2. The landlord repairs.", "It ends in May.", "It is over."],
        ["George W. Bush spoke to Ms. Lee on Wed. and Fri. there.", "It costs 3.5 euros.", "Yes."],
        [
            "Smith et al. (2020) say so.",
            "It opens at 9 p.m.",
            "The bar closes.",
            "It is 3 m.",
            "No.",
        ],
        ["Acme Inc. grew.", "They live at 5 Elm St.", "They moved to St. Louis.", "He left..."],
        ["The rent (850 euros is due.", "It rose in May (see No. 3. It is old).", "It fell."],
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
    for paragraph in text.partition("15:19")[2].split("\n\n"):
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
    "piece", ["a.", "(", '" ', "! ", "1. ", "\n* a", '"word. ', "etc. A", "“A.” ", "。"]
)
def test_hostile_text_is_cut_in_linear_time(piece: str) -> None:
    # Quadratic work on 400,000 characters would not end within the suite's time.
    text = piece * (400_000 // len(piece))
    offsets = find_sentences(text, 0, len(text))
    assert offsets[0][0] == len(text) - len(text.lstrip())
    assert offsets[-1][1] == len(text.rstrip())


def test_space_after_a_sentence_does_not_matter() -> None:
    gap = " " * 40
    assert sentences(f"One is here.{gap}Two is there.\t\t{gap}Three.") == [
        "One is here.",
        "Two is there.",
        "Three.",
    ]


def test_a_very_long_sentence_is_cut_between_its_clauses() -> None:
    clause = "the lessee keeps the ditch along the northern fence clear of reeds; "
    found = sentences(clause * 40)
    assert " ".join(found) == (clause * 40).strip()
    assert all(sentence.endswith("of reeds;") for sentence in found)
    assert max(map(len, found)) <= LONGEST_SENTENCE
