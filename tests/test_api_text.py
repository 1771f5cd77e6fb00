"""An answer in plain text and as Markdown: each outcome, exactly; and the words around it."""

import json
from dataclasses import replace

import pytest

from assistant.answer.cite import cite
from assistant.api.rendering import render_answer
from assistant.api.schema import AnswerBody, CoverageBody
from assistant.api.text import render_markdown, render_text
from assistant.api.wording import count_percent, read_wording
from assistant.records import (
    About,
    Answer,
    AnswerCell,
    AnswerRow,
    AnswerTable,
    Coverage,
    Document,
    Hit,
    Mark,
    Part,
    Passage,
    Table,
    TableRow,
)
from tests.answers import ABSENT, ANSWERED, EVERY, FIRST, OLD_PRICE, PRICE, QUARK, cite_words
from tests.conftest import ROOT

EXAMPLE = ROOT / "assistant" / "api" / "example_answer.json"

TEXTS = [
    "2,999 yuan [1]\n\nVery likely. Confidence 83 %\n\n[1] Smart glasses, 2025-09-09\n"
    "    Quark glasses cost 2,999 yuan.\n    shop/quark 1.txt, characters 10-40\n\n"
    "Read 2 of 3 passages in 2 documents.",
    "- 2,999 yuan [1]\n- 1,999 yuan [2]\n\nLikely. Confidence 70 %\n\n"
    "[1] Smart glasses, 2025-09-09\n"
    "    Quark glasses cost 2,999 yuan.\n    shop/quark 1.txt, characters 10-40\n\n"
    "[2] Batteries\n    It cost 1,999 yuan in May.\n    b.txt, characters 25-51\n\n"
    "Checked all 40 passages of 1 document.",
    "Quark: 2,999 yuan [1]\nthe battery: 1,999 yuan [2]\n\n"
    "             price           weight\nQuark        2,999 yuan [1]  not stated\n"
    "the battery  1,999 yuan [2]  1 kg [2] (0.5 + 0.5)\n\nLikely. Confidence 60 %\n"
    "Not found in the documents: which is lighter\n\n[1] Smart glasses, 2025-09-09\n"
    "    Quark glasses cost 2,999 yuan.\n    shop/quark 1.txt, characters 10-40\n\n"
    "[2] Batteries\n    It cost 1,999 yuan in May.\n    b.txt, characters 25-51\n\n"
    "Read 2 of 3 passages in 2 documents.",
    "No.\nNobody makes money. [1]\n\nVery likely. Confidence 90 %\n\n"
    "[1] Smart glasses, 2025-09-09\n"
    "    shop/quark 1.txt, characters 41-60\n\nRead 2 of 3 passages in 2 documents.",
    "2,999 yuan [1]\n\nSources disagree:\n\n- 9 September 2025: 2,999 yuan [1]\n"
    "- Batteries: 1,999 yuan [2]\n\n[1] Smart glasses, 2025-09-09\n"
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
    "A language that the reader does not know\n\nThe question is in a script that is not known.\n\n"
    "Read 2 of 3 passages in 2 documents.",
]


@pytest.mark.parametrize(("answer", "text"), zip(EVERY, TEXTS, strict=True))
def test_an_outcome_in_plain_text_is_exactly_this(answer: Answer, text: str) -> None:
    assert render_text(render_answer(answer)) == text


def test_values_that_the_answer_gives_are_not_repeated_below_it() -> None:
    parts = tuple(Part(text, (number,), None, 0.8) for number, text in ((1, "2,999"), (2, "1,999")))
    given = render_text(render_answer(replace(EVERY[4], parts=parts)))
    assert given.startswith("2,999 [1]\n1,999 [2]\n\nSources disagree.\n\n[1] ")
    sentences = render_text(render_answer(replace(EVERY[4], parts=parts, kind="passage")))
    assert "Sources disagree:\n\n- 9 September 2025: 2,999 yuan [1]\n" in sentences


def test_the_labels_of_a_row_are_no_value_and_cut_no_sentence() -> None:
    table = Table(("Zone", "Fare"), (TableRow(0, 18, ((6, 7), (15, 18))),))
    document = Document("a.csv", "Fares", "Zone: B; Fare: 310\n\nElse.", tables=(table,))
    passage = Passage(document, 0, 0, 18, "", ((0, 18),))
    cited = (cite(passage, 0, 18, marked=(15, 18)), OLD_PRICE)
    text = render_text(render_answer(replace(EVERY[4], citations=cited)))
    assert "\n- Fares: 310 [1]\n" in text
    hits, marks = (Hit(passage, 1.0, 1.0, 1.0),), ((Mark(0, 18, 0.9),),)
    text = render_text(render_answer(replace(ABSENT, hits=hits, marks=marks)))
    assert "characters 0-18\n    Zone: B; Fare: 310\n\n" in text


def test_a_quote_of_several_entries_is_printed_once() -> None:
    both = cite_words(FIRST, "Nobody makes money.", "money")
    parts = (Part("Nobody", (1,), 1.0), Part("money", (2,), 1.0), Part("1,999 yuan", (3,), 1.0))
    citations = (cite_words(FIRST, "Nobody makes money.", "Nobody"), both, OLD_PRICE)
    body = render_answer(replace(EVERY[1], parts=parts, citations=citations))
    assert (
        "- Nobody [1]\n- money [2]\n- 1,999 yuan [3]\n\nLikely. Confidence 70 %\n\n"
        "[1][2] Smart glasses, 2025-09-09\n    Nobody makes money.\n"
        "    shop/quark 1.txt, characters 41-60\n\n[3] Batteries\n"
    ) in render_text(body)
    notes = render_markdown(body)
    assert "- Nobody[^1]\n- money[^1]\n- 1,999 yuan[^3]\n\n[^1]: “Nobody makes money.”" in notes
    assert notes.count("Nobody makes money") == 1


def test_what_is_said_about_the_names_of_a_question_is_printed() -> None:
    about = (About("Quark", QUARK, (PRICE,)), About("b*c", None, (OLD_PRICE,)))
    body = render_answer(replace(ABSENT, about=about))
    text = render_text(body)
    assert (
        "What the documents say about Quark:\n\n[1] Smart glasses, 2025-09-09\n"
        "    Quark glasses cost 2,999 yuan.\n    shop/quark 1.txt, characters 10-40\n\n"
        "What the documents say about b*c:\n\n[2] Batteries\n    It cost 1,999 yuan in May.\n"
        "    b.txt, characters 25-51\n\nClosest passages:"
    ) in text
    assert "/players/quark" not in text
    assert "What the documents say about b\\*c:\n\n[^2]: “It cost" in render_markdown(body)


def test_a_closest_passage_without_marks_is_printed_whole() -> None:
    text = render_text(render_answer(replace(ABSENT, marks=())))
    assert "\n    # Prices\n    Quark glasses cost 2,999 yuan. Nobody makes money.\n" in text


MARKDOWN = """\
**Is \\*it\\* \\[a\\] \\`b\\` \\#c?**

“Two” \\<b\\> lines \\| 9\\_000 \\\\ yuan.[^1][^3]

[^1]: ““Two” \\<b\\> lines” — A \\*bold\\* title (2025-09-09), my\\_file.txt, characters 100-165
[^3]: “9\\_000 \\\\ yuan.” — B, b.txt, characters 7-9"""


def test_markdown_says_the_answer_and_nothing_else() -> None:
    example = json.loads(EXAMPLE.read_bytes())
    (citation,) = AnswerBody.model_validate(example).citations
    words = "“Two” <b>\r\n lines | 9_000 \\ yuan."
    body = AnswerBody.model_validate(
        {
            **example,
            "question": "Is *it* [a]\n`b` #c?",
            "answer": {"text": words, "parts": [{"text": words, "citations": [1, 3]}]},
            "citations": [
                citation.model_copy(update=changed)
                for changed in (
                    {"quote": "“Two” <b>\r\n lines", "document_title": "A *bold*\ntitle",
                     "document_id": "my_file.txt"},
                    {"number": 2, "quote": "of an alternative"},
                    {"number": 3, "quote": "9_000 \\ yuan.", "document_title": "B",
                     "document_id": "b.txt", "start": 7, "end": 9, "published": None, "dated": ""},
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
    "| the battery | 1,999 yuan[^2] | 1 kg[^2] (0.5 + 0.5) |\n\n"
    "Not found in the documents: which is lighter\n\n[^1]: “Quark glasses cost "
    "2,999 yuan.” — Smart glasses (2025-09-09), shop/quark 1.txt, characters 10-40\n"
    "[^2]: “It cost 1,999 yuan in May.” — Batteries, b.txt, characters 25-51",
    "**Does anybody make money?**\n\nNo.\n\nNobody makes money.[^1]\n\n"
    "[^1]: “Nobody makes money.” — Smart glasses (2025-09-09), shop/quark 1.txt, characters 41-60",
    "**What is the price?**\n\n2,999 yuan[^1]\n\nSources disagree:\n\n"
    "- 9 September 2025: 2,999 yuan[^1]\n- Batteries: 1,999 yuan[^2]\n\n[^1]: “Quark glasses cost "
    "2,999 yuan.” — Smart glasses (2025-09-09), shop/quark 1.txt, characters 10-40\n"
    "[^2]: “It cost 1,999 yuan in May.” — Batteries, b.txt, characters 25-51",
    "**How long does a Quark battery last?**\n\nNot sure. The closest:\n\n4 hours[^1]\n\n"
    "No passage answers this for certain.\n\n"
    "[^1]: “A battery lasts 4 hours.” — Batteries, b.txt, characters 0-24",
    "**Who designed Quark?**\n\nNot in the documents\n\nNo passage comes near the question.",
    "**夸克眼镜多少钱？**\n\nA language that the reader does not know\n\n"
    "The question is in a script that is not known.",
]


@pytest.mark.parametrize(("answer", "markdown"), zip(EVERY, NOTES, strict=True))
def test_an_outcome_as_markdown_is_exactly_this(answer: Answer, markdown: str) -> None:
    assert render_markdown(render_answer(answer)) == markdown


def test_the_title_of_a_source_without_a_day_is_escaped() -> None:
    odd = replace(OLD_PRICE, document=replace(OLD_PRICE.document, title="A [new] *price*"))
    answer = replace(EVERY[4], citations=(PRICE, odd))
    assert "\n- A \\[new\\] \\*price\\*: 1,999 yuan[^2]\n" in render_markdown(render_answer(answer))


@pytest.mark.parametrize(
    ("pages", "text"),
    [((None, None), ""), ((3, 3), "page 3"), ((3, None), "page 3"), ((3, 4), "pages 3-4")],
)
def test_the_pages_of_a_quote_are_named(pages: tuple[int | None, int | None], text: str) -> None:
    answer = render_answer(ANSWERED)
    cited = answer.citations[0].model_copy(update={"page": pages[0], "page_end": pages[1]})
    place = f"shop/quark 1.txt, {text}{', ' if text else ''}characters 10-40"
    assert read_wording().describe_pages(cited) == text
    for render in (render_text, render_markdown):
        assert place in render(answer.model_copy(update={"citations": [cited]}))


def test_the_names_of_rows_and_columns_are_escaped() -> None:
    table = AnswerTable(("a|b",), (AnswerRow("*x*", (AnswerCell("1_2", (1,)),)),))
    body = render_answer(replace(EVERY[2], table=table))
    assert "|  | a\\|b |\n| --- | --- |\n| \\*x\\* | 1\\_2[^1] |" in render_markdown(body)
    assert "     a|b\n*x*  1_2 [1]" in render_text(body)


@pytest.mark.parametrize(
    ("coverage", "text"),
    [
        (Coverage(1, 40, 12, False, "reader"), "Read 12 of 40 passages in 1 document."),
        (Coverage(1, 1, 1, True, "reader"), "Checked the only passage of 1 document."),
        (
            Coverage(1200, 31_000, 31_000, True, "figures", ("a",)),
            "Checked all 31,000 passages of 1,200 documents. "
            "1 of 1,200 documents was only partly read.",
        ),
    ],
)
def test_coverage_is_described_in_sentences(coverage: Coverage, text: str) -> None:
    assert read_wording().describe_coverage(CoverageBody.of(coverage)) == text


@pytest.mark.parametrize(
    ("probability", "percent"),
    [(0.0, 1), (0.004, 1), (0.0151, 2), (0.8312, 83), (0.9899, 99), (0.9951, 99), (1.0, 99)],
)
def test_nothing_is_shown_as_certain(probability: float, percent: int) -> None:
    assert count_percent(probability) == percent
