"""Hyphens at the ends of lines."""

import pytest

from assistant.load.pdf import load_pdf
from assistant.load.pdf.hyphens import Vocabulary
from tests.conftest import ROOT

CASE = ROOT / "tests" / "data" / "cases" / "pdf-hyphen-at-line-end" / "parts.pdf"


def test_the_case_of_a_hyphen_at_a_line_end() -> None:
    assert load_pdf(CASE.read_bytes(), "parts.pdf").text == (
        "The spare part is ordered under the number XR-550 from the depot. The self-cleaning "
        "filter lasts a year. Regular maintenance takes an hour."
    )


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        ("Regular mainte-", "nance takes", "Regular maintenance takes"),
        ("the number XR-", "550 from", "the number XR-550 from"),
        ("the pump 4-", "B is new", "the pump 4-B is new"),
        ("by Lucene-", "BM25 and", "by Lucene-BM25 and"),
        ("an FAA-", "approved part", "an FAA-approved part"),
        ("from 2019-", "2021 on", "from 2019-2021 on"),
        ("the COVID-", "19 years", "the COVID-19 years"),
        ("a state-of-", "the-art pump", "a state-of-the-art pump"),
        ("Mrs Berg-", "Lind said", "Mrs Berg-Lind said"),
        ("a self-", "cleaning filter", "a self-cleaning filter"),
        ("the years -", "and then", "the years - and then"),
        ("main\xad", "tenance", "maintenance"),
        ("从中国", "来的人", "从中国来的人"),
    ],
)
def test_without_known_words_parts_of_letters_are_put_together(
    first: str, second: str, expected: str
) -> None:
    text, gap = Vocabulary([first, second]).join(first, second)
    assert text + gap + second == expected


@pytest.mark.parametrize(
    ("known", "expected"),
    [
        ("a co-operation", "the co-operation of"),
        ("a cooperation", "the cooperation of"),
        ("one co-operation, two cooperations, a Cooperation, cooperation", "the cooperation of"),
    ],
)
def test_the_words_of_the_document_decide(known: str, expected: str) -> None:
    text, gap = Vocabulary([known]).join("the co-", "operation of")
    assert text + gap + "operation of" == expected


def test_two_known_words_keep_their_hyphen() -> None:
    vocabulary = Vocabulary(["a dual role", "an encoder"])
    assert vocabulary.join("the dual-", "encoder") == ("the dual-", "")


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        ("We there-", "fore advise", "We therefore advise"),
        ("our in-", "house scripts", "our in-house scripts"),
        ("a wave-", "washed bottom", "a wave-washed bottom"),
        ("the egg-", "laying hens", "the egg-laying hens"),
        ("a world-", "wide fleet", "a worldwide fleet"),
        ("many recov-", "eries of gold", "many recoveries of gold"),
        ("a photo-", "voltaic cell", "a photovoltaic cell"),
        ("the Bezirks-", "hauptmann kam", "the Bezirkshauptmann kam"),
    ],
)
def test_frequent_words_of_english_decide_what_the_document_does_not(
    first: str, second: str, expected: str
) -> None:
    text, gap = Vocabulary([]).join(first, second)
    assert text + gap + second == expected
