"""An answer in plain text: each outcome, exactly; and the words that it shares with the page."""

from dataclasses import replace

import pytest

from assistant.api.rendering import render_answer
from assistant.api.schema import CoverageBody
from assistant.api.text import render_text
from assistant.api.wording import count_percent, describe_coverage
from assistant.records import Answer, Coverage
from tests.answers import ABSENT, EVERY

TEXTS = [
    "2,999 yuan [1]\n\nConfidence 83 %\n\n[1] Smart glasses, 2025-09-09\n"
    "    Quark glasses cost 2,999 yuan.\n    shop/quark 1.txt, characters 10-40\n\n"
    "Read 2 of 3 passages in 2 documents.",
    "- 2,999 yuan [1]\n- 1,999 yuan [2]\n\nConfidence 70 %\n\n[1] Smart glasses, 2025-09-09\n"
    "    Quark glasses cost 2,999 yuan.\n    shop/quark 1.txt, characters 10-40\n\n"
    "[2] Batteries\n    It cost 1,999 yuan in May.\n    b.txt, characters 25-51\n\n"
    "Checked all 40 passages of 1 document.",
    "Quark: 2,999 yuan [1]\nthe battery: 1,999 yuan [2]\n\n"
    "             price           weight\nQuark        2,999 yuan [1]  not stated\n"
    "the battery  1,999 yuan [2]  1 kg [2] (0.5 + 0.5)\n\nConfidence 60 %\n"
    "Not found in the documents: which is lighter\n\n[1] Smart glasses, 2025-09-09\n"
    "    Quark glasses cost 2,999 yuan.\n    shop/quark 1.txt, characters 10-40\n\n"
    "[2] Batteries\n    It cost 1,999 yuan in May.\n    b.txt, characters 25-51\n\n"
    "Read 2 of 3 passages in 2 documents.",
    "No.\nNobody makes money. [1]\n\nConfidence 90 %\n\n[1] Smart glasses, 2025-09-09\n"
    "    shop/quark 1.txt, characters 41-60\n\nRead 2 of 3 passages in 2 documents.",
    "2,999 yuan [1]\n\nSources disagree:\n  9 September 2025: 2,999 yuan [1]\n"
    "  Batteries: 1,999 yuan [2]\n\n[1] Smart glasses, 2025-09-09\n"
    "    Quark glasses cost 2,999 yuan.\n    shop/quark 1.txt, characters 10-40\n\n"
    "[2] Batteries\n    It cost 1,999 yuan in May.\n    b.txt, characters 25-51\n\n"
    "Read 2 of 3 passages in 2 documents.",
    "Not sure. The closest:\n\n4 hours [1]\nConfidence 31 %\n\n"
    "No passage answers this for certain.\n\n[1] Batteries\n    A battery lasts 4 hours.\n"
    "    b.txt, characters 0-24\n\nClosest passages:\n\n(2) Batteries\n"
    "    b.txt, characters 0-51\n    A battery lasts 4 hours.\n\n(1) Smart glasses\n"
    "    shop/quark 1.txt, characters 0-60\n    Nobody makes money.\n\n"
    "About Quark: /players/quark\n\n"
    "Read 10 of 900 passages in 41 documents. 3 of 41 documents were only partly read.",
    "Not in the documents\n\nNo passage comes near the question.\n\nClosest passages:\n\n"
    "(1) Smart glasses\n    shop/quark 1.txt, characters 0-60\n"
    "    Quark glasses cost 2,999 yuan.\n\nAbout Quark: /players/quark\n\n"
    "Read 2 of 3 passages in 2 documents.",
    "The question can’t be read\n\nThe question is in a script that is not known.\n\n"
    "Read 2 of 3 passages in 2 documents.",
]


@pytest.mark.parametrize(("answer", "text"), zip(EVERY, TEXTS, strict=True))
def test_an_outcome_in_plain_text_is_exactly_this(answer: Answer, text: str) -> None:
    assert render_text(render_answer(answer)) == text


def test_a_closest_passage_without_marks_is_printed_whole() -> None:
    text = render_text(render_answer(replace(ABSENT, marks=())))
    assert "\n    # Prices\n    Quark glasses cost 2,999 yuan. Nobody makes money.\n" in text


@pytest.mark.parametrize(
    ("coverage", "sentences"),
    [
        (Coverage(1, 40, 12, False, "reader"), ["Read 12 of 40 passages in 1 document."]),
        (Coverage(1, 1, 1, True, "reader"), ["Checked the only passage of 1 document."]),
        (
            Coverage(1200, 31_000, 31_000, True, "figures", ("a",)),
            [
                "Checked all 31,000 passages of 1,200 documents.",
                "1 of 1,200 documents was only partly read.",
            ],
        ),
    ],
)
def test_coverage_is_described_in_sentences(coverage: Coverage, sentences: list[str]) -> None:
    body = CoverageBody.model_validate(coverage, from_attributes=True)
    assert describe_coverage(body) == sentences


@pytest.mark.parametrize(
    ("probability", "percent"),
    [(0.0, 1), (0.004, 1), (0.0151, 2), (0.8312, 83), (0.9899, 99), (0.9951, 99), (1.0, 99)],
)
def test_nothing_is_shown_as_certain(probability: float, percent: int) -> None:
    assert count_percent(probability) == percent
