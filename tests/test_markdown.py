"""An answer as Markdown: each outcome, exactly."""

from dataclasses import replace

import pytest

from assistant.api.example import EXAMPLE
from assistant.api.markdown import render_markdown
from assistant.api.rendering import render_answer
from assistant.api.schema import AnswerBody
from assistant.records import Answer
from tests.answers import EVERY, OLD_PRICE, PRICE

MARKDOWN = """\
**Is \\*it\\* \\[a\\] \\`b\\` \\#c?**

“Two” \\<b\\> lines \\| 9\\_000 \\\\ yuan.[^1][^3]

[^1]: ““Two” \\<b\\> lines” — A \\*bold\\* title (2025-09-09), my\\_file.txt, characters 100-165
[^3]: “9\\_000 \\\\ yuan.” — B, b.txt, characters 7-9"""


def test_markdown_says_the_answer_and_nothing_else() -> None:
    (citation,) = AnswerBody.model_validate(EXAMPLE).citations
    words = "“Two” <b>\r\n lines | 9_000 \\ yuan."
    body = AnswerBody.model_validate(
        {
            **EXAMPLE,
            "question": "Is *it* [a]\n`b` #c?",
            "answer": {"text": words, "parts": [{"text": words, "citations": [1, 3]}]},
            "citations": [
                citation.model_copy(update=changed)
                for changed in (
                    {"quote": "“Two” <b>\r\n lines", "document_title": "A *bold*\ntitle",
                     "document_id": "my_file.txt"},
                    {"number": 2, "quote": "of an alternative"},
                    {"number": 3, "quote": "9_000 \\ yuan.", "document_title": "B",
                     "document_id": "b.txt", "start": 7, "end": 9, "published": None},
                )
            ],
        }
    )  # fmt: skip
    assert render_markdown(body) == MARKDOWN


NOTES = [
    "**How much do Quark glasses cost?**\n\n2,999 yuan[^1]\n\n[^1]: “Quark glasses cost 2,999 "
    "yuan.” — Smart glasses (2025-09-09), shop/quark 1.txt, characters 10-40",
    "**What are the prices?**\n\n- 2,999 yuan[^1]\n- 1,999 yuan[^2]\n\n[^1]: “Quark glasses cost "
    "2,999 yuan.” — Smart glasses (2025-09-09), shop/quark 1.txt, characters 10-40\n"
    "[^2]: “It cost 1,999 yuan in May.” — Batteries, b.txt, characters 25-51",
    "**What cost Quark and the battery, and which is lighter?**\n\nQuark: 2,999 yuan[^1]\n\n"
    "the battery: 1,999 yuan[^2]\n\n|  | price | weight |\n"
    "| --- | --- | --- |\n| Quark | 2,999 yuan[^1] | not stated |\n"
    "| the battery | 1,999 yuan[^2] | 1 kg[^2] |\n\n"
    "Not found in the documents: which is lighter\n\n[^1]: “Quark glasses cost "
    "2,999 yuan.” — Smart glasses (2025-09-09), shop/quark 1.txt, characters 10-40\n"
    "[^2]: “It cost 1,999 yuan in May.” — Batteries, b.txt, characters 25-51",
    "**Does anybody make money?**\n\nNo. Nobody makes money.[^1]\n\n[^1]: “Nobody makes money.” — "
    "Smart glasses (2025-09-09), shop/quark 1.txt, characters 41-60",
    "**What is the price?**\n\n2,999 yuan[^1]\n\nSources disagree:\n\n"
    "- 9 September 2025: 2,999 yuan[^1]\n- Batteries: 1,999 yuan[^2]\n\n[^1]: “Quark glasses cost "
    "2,999 yuan.” — Smart glasses (2025-09-09), shop/quark 1.txt, characters 10-40\n"
    "[^2]: “It cost 1,999 yuan in May.” — Batteries, b.txt, characters 25-51",
    "**How long does a Quark battery last?**\n\nNot sure. The closest:\n\n4 hours[^1]\n\n"
    "No passage answers this for certain.\n\n"
    "[^1]: “A battery lasts 4 hours.” — Batteries, b.txt, characters 0-24",
    "**Who designed Quark?**\n\nNot in the documents\n\nNo passage comes near the question.",
    "**夸克眼镜多少钱？**\n\nThe question can’t be read\n\n"
    "The question is in a script that is not known.",
]


@pytest.mark.parametrize(("answer", "markdown"), zip(EVERY, NOTES, strict=True))
def test_an_outcome_as_markdown_is_exactly_this(answer: Answer, markdown: str) -> None:
    assert render_markdown(render_answer(answer)) == markdown


def test_the_title_of_a_source_without_a_day_is_escaped() -> None:
    odd = replace(OLD_PRICE, document=replace(OLD_PRICE.document, title="A [new] *price*"))
    answer = replace(EVERY[4], citations=(PRICE, odd))
    assert "\n- A \\[new\\] \\*price\\*: 1,999 yuan[^2]\n" in render_markdown(render_answer(answer))
