"""The page of an answer: what each outcome shows, to the word."""

import html
import re
from dataclasses import replace
from datetime import date
from typing import cast

import pytest
from fastapi.testclient import TestClient

from assistant.answer import Assistant
from assistant.api.rendering import render_answer
from assistant.api.segments import cut_passage
from assistant.pages.app import create_app
from assistant.records import Answer, Document, Guess, Kind, Player
from tests.answers import (
    ABSENT,
    ANSWERED,
    EVERY,
    FOREIGN,
    UNSURE,
    CannedAssistant,
    answer_from,
    client_of,
    find_marks,
    hits_of,
    mark_words,
    passage_of,
    read_page,
    show,
    strip_tags,
)
from tests.conftest import AWKWARD_TEXT, LOCAL

FOUND_QUARK = [
    "# Prices Quark glasses cost 2,999 yuan. Nobody makes money.…",
    "Smart glasses 9 September 2025 Prices",
    "Open in the document",
]
FOUND_OLD = [
    "A battery lasts 4 hours. It cost 1,999 yuan in May.",
    "Batteries",
    "Open in the document",
]
SURE = ", the estimated probability that this is right"
MORE = "How it was found This answer as JSON"
SHOWN = [
    [
        "How much do Quark glasses cost?", "2,999 yuan 1", f"Confidence 83 %{SURE}",
        "Citations", *FOUND_QUARK, "Read 2 of 3 passages in 2 documents.", "About Quark",
        "Other candidates (1)", "Passages searched (2)", "As Markdown", MORE,
    ],
    [
        "What are the prices?", "2,999 yuan 1", "1,999 yuan 2", f"Confidence 70 %{SURE}",
        "Citations", *FOUND_QUARK, *FOUND_OLD, "Checked all 40 passages of 1 document.",
        "Passages searched (2)", "As Markdown", MORE,
    ],
    [
        "What cost Quark and the battery, and which is lighter?",
        "Quark: 2,999 yuan 1", "the battery: 1,999 yuan 2", "price", "weight",
        "Quark", "2,999 yuan 1", "not stated", "the battery", "1,999 yuan 2", "1 kg 2 0.5 + 0.5",
        f"Confidence 60 %{SURE}", "Not found in the documents: which is lighter",
        "Citations", *FOUND_QUARK, *FOUND_OLD, "Read 2 of 3 passages in 2 documents.",
        "Passages searched (2)", "As Markdown", MORE,
    ],
    [
        "Does anybody make money?", "No.", "Nobody makes money. 1", f"Confidence 90 %{SURE}",
        "Citations", "… Quark glasses cost 2,999 yuan. Nobody makes money.", *FOUND_QUARK[1:],
        "Read 2 of 3 passages in 2 documents.", "Passages searched (2)", "As Markdown", MORE,
    ],
    [
        "What is the price?", "2,999 yuan 1", "Sources disagree:",
        "9 September 2025: 2,999 yuan 1", "Batteries: 1,999 yuan 2",
        "Citations", *FOUND_QUARK, *FOUND_OLD, "Read 2 of 3 passages in 2 documents.",
        "Passages searched (2)", "As Markdown", MORE,
    ],
    [
        "How long does a Quark battery last?", "Not sure. The closest:", "4 hours 1",
        "Confidence 31 %", "No passage answers this for certain.",
        "Read 10 of 900 passages in 41 documents. 3 of 41 documents were only partly read.",
        "About Quark", "Citations", "A battery lasts 4 hours. It cost 1,999 yuan in May.…",
        "Batteries", "Open in the document", "Closest passages",
        "Batteries", "A battery lasts 4 hours. It cost 1,999 yuan in May.",
        "Open in the document",
        "Prices", "# Prices Quark glasses cost 2,999 yuan. Nobody makes money.", "Smart glasses",
        "Open in the document", "As Markdown", MORE,
    ],
    [
        "Who designed Quark?", "Not in the documents", "No passage comes near the question.",
        "Read 2 of 3 passages in 2 documents.", "What the documents say about Quark",
        "Closest passages",
        "Prices", "# Prices Quark glasses cost 2,999 yuan. Nobody makes money.", "Smart glasses",
        "Open in the document", "Other passages searched (1)", MORE,
    ],
    [
        "夸克眼镜多少钱？", "A language that the reader does not know",
        "The question is in a script that is not known.",
        "Read 2 of 3 passages in 2 documents.", MORE,
    ],
]  # fmt: skip


@pytest.mark.parametrize(("answer", "lines"), zip(EVERY, SHOWN, strict=True))
def test_the_page_of_an_outcome_shows_exactly_this(answer: Answer, lines: list[str]) -> None:
    assert [line.replace("\xa0", " ") for line in read_page(show(answer))] == lines


@pytest.mark.parametrize("answer", EVERY)
def test_no_page_shows_a_score_or_calls_the_documents_silent(answer: Answer) -> None:
    page = strip_tags(show(answer))
    assert not re.search(r"\bscore\b|exhaustive|\d\.\d{4}", page)
    assert "do not say" not in page
    assert "1.0000" in strip_tags(show(answer, explain="1"))


@pytest.mark.parametrize(
    ("answer", "marks"),
    [
        (ANSWERED, ["Quark glasses cost 2,999 yuan.", "It cost 1,999 yuan in May."]),
        (UNSURE, ["A battery lasts 4 hours.", "Nobody makes money."]),
        (ABSENT, ["Quark glasses cost 2,999 yuan."]),
        (FOREIGN, []),
    ],
)
def test_the_sentences_nearest_to_the_question_are_marked_in_their_passages(
    answer: Answer, marks: list[str]
) -> None:
    assert find_marks(show(answer)) == marks


def test_the_players_named_are_linked_to_their_pages() -> None:
    odd = Player("a/b c", "A & <B>", "company")
    for answer, words in (
        (ANSWERED, "About"),
        (UNSURE, "About"),
        (ABSENT, "What the documents say about"),
    ):
        page = show(replace(answer, players=(answer.players[0], odd)))
        assert re.findall(r'<a href="(/players/[^"]*)"><span>(.*?)</span>', page) == [
            ("/players/quark", f"{words} <bdi>Quark</bdi>"),
            ("/players/a%2Fb%20c", f"{words} <bdi>A &amp; &lt;B&gt;</bdi>"),
        ]


def test_a_guess_is_cited_and_copied_as_an_answer_is() -> None:
    page = show(UNSURE)
    assert '<a class="reference" href="#citation-1" aria-label="Citation 1">1</a>' in page
    assert '<q class="quote">A battery lasts <strong class="span">4 hours</strong>.</q>' in page
    assert 'data-copy="markdown"' in page
    assert "Confidence" not in show(replace(UNSURE, best_guess=Guess("4 hours", None, (1,))))


@pytest.mark.parametrize("kind", ["span", "passage", "count", "comparison", "trend"])
def test_the_parts_of_an_answer_stand_above_its_table(kind: Kind) -> None:
    page = show(replace(EVERY[2], kind=kind))
    words = '<span class="words">Quark: 2,999 yuan</span>'
    assert (page.count(words), page.count("<table>")) == (1, 1)
    assert page.index(words) < page.index("<table>")


def test_the_day_of_a_question_is_passed_through_and_shown() -> None:
    canned = CannedAssistant([ANSWERED])
    client = TestClient(create_app(cast(Assistant, canned)), base_url=LOCAL)
    asked = {"question": ANSWERED.question, "as_of": "2025-03-01"}
    page = client.get("/", params=asked).text
    explained = client.get("/", params={**asked, "explain": "1"}).text
    assert canned.asked == [(ANSWERED.question, 8, date(2025, 3, 1))] * 2
    assert "As of 1 March 2025" in read_page(page)
    assert '<input type="hidden" name="as_of" value="2025-03-01">' in page
    query = "?question=How+much+do+Quark+glasses+cost%3F&amp;as_of=2025-03-01"
    assert f'<a href="/{query}&amp;explain=1#explanation">' in page
    assert f'<a href="/api/v1/query{query}">' in page
    assert f'<a href="/api/v1/query{query}&amp;include=explain">' in explained
    empty = client.get("/?as_of=2025-03-01").text
    assert f'<a href="/{query}" dir="auto">' in empty
    assert '<input type="hidden" name="as_of" value="2025-03-01">' in empty


def test_without_a_date_the_page_shows_none() -> None:
    page = show(ANSWERED)
    assert "as_of" not in page
    assert "As of" not in page


@pytest.mark.parametrize("day", ["yesterday", "2025-13-01", ""])
def test_the_page_refuses_invalid_dates(day: str) -> None:
    page = client_of(ANSWERED).get("/", params={"question": "x", "as_of": day})
    assert page.status_code == 422
    assert "as_of: write a day as 2025-03-01" in strip_tags(page.text)


def test_the_page_shows_the_numbers_of_other_candidates() -> None:
    shown = strip_tags(show(ANSWERED))
    assert re.findall(r"Confidence \d+\xa0%", shown) == ["Confidence 83\xa0%", "Confidence 31\xa0%"]
    answer, _, others = shown.partition("Other candidates (1)")
    assert "Nobody" not in answer.partition("Citations")[0]
    assert others.index("Nobody") < others.index("Confidence 31") < others.index("Nobody makes")


def test_the_page_without_a_confidence_shows_none() -> None:
    page = show(replace(ANSWERED, confidence=None, alternatives=()))
    assert '<span class="words">2,999 yuan</span>' in page
    assert "confidence" not in page.lower()


FAMILY = "The family 👨‍👩‍👧‍👦 paid 1,999 yuan for the glasses."
CAFE = "Cafe\u0301 Zoe\u0308 sold 𝟙𝟚𝟛 lenses\u00a0in １２ days."


@pytest.mark.parametrize(
    ("words", "quote"),
    [
        ("The family", FAMILY),
        ("1,999 yuan", FAMILY),
        ("the glasses.", FAMILY),
        ("Zoe\u0308", CAFE),
        ("１２ days", CAFE),
        ("ألف يوان", "سعرها ألف يوان."),
    ],
)
def test_both_pages_mark_a_span_exactly_in_its_sentence(words: str, quote: str) -> None:
    client = client_of(answer_from(Document("a 👍.txt", "A", AWKWARD_TEXT), quote, words))
    before, after = quote.split(words)
    nested = f'{before}<strong class="span">{words}</strong>{after}'
    page = client.get("/", params={"question": "Who paid?"}).text
    assert f'<span class="words">{words}</span>' in page
    assert f'<q class="quote">{nested}</q>' in page
    assert find_marks(page) == [quote]
    passage = page[page.index('class="passage-text"') :].partition(">")[2].partition("</div>")[0]
    assert strip_tags(passage) == AWKWARD_TEXT
    (href,) = re.findall(r'class="open" href="([^"]*answer_start[^"]*)"', page)
    shown = client.get(html.unescape(href)).text
    plain = re.sub(r' data-(?:starts|ends)="[^"]*"', "", shown)
    assert f'<mark class="cited" id="cited" tabindex="-1">{nested}</mark>' in plain
    assert shown.count("<mark") == shown.count("<strong") == 1
    text = shown[shown.index('id="text"') :].partition(">")[2].partition("</div>")[0]
    assert strip_tags(text) == AWKWARD_TEXT


def test_a_passage_is_cut_at_the_code_points_of_its_marks() -> None:
    text = "Menu 👨‍👩‍👧‍👦.\r\n\r\nZoe\u0308 paid.\r\nThe clef 𝄞 ends. Done!"
    document = Document("a.txt", "A", f"𝟙𝟚𝟛 before.\r\n{text} After.")
    passage = replace(
        passage_of(document), start=document.text.index(text), end=len(document.text) - 7
    )
    marks = mark_words(passage, ("Zoe\u0308 paid.", 0.5), ("Done!", 0.25))
    answer = replace(ANSWERED, hits=hits_of(passage), marks=(marks,))
    (shown,) = render_answer(answer).passages
    assert shown.text == text
    assert [(piece, "near" in marks) for piece, marks in cut_passage(shown)] == [
        ("Menu 👨‍👩‍👧‍👦.\r\n\r\n", False),
        ("Zoe\u0308 paid.", True),
        ("\r\nThe clef 𝄞 ends. ", False),
        ("Done!", True),
    ]


def test_marks_that_touch_or_fill_their_passage_are_cut_without_losing_text() -> None:
    passage = passage_of(Document("a.txt", "A", "One.Two."))
    for marks in ((("One.", 0.5), ("Two.", 0.5)), (("One.Two.", 0.5),), ()):
        answer = replace(ANSWERED, hits=hits_of(passage), marks=(mark_words(passage, *marks),))
        (shown,) = render_answer(answer).passages
        cut = list(cut_passage(shown))
        assert "".join(text for text, _ in cut) == "One.Two."
        assert [text for text, marked in cut if marked] == [words for words, _ in marks]


HOSTILE = "<script>alert(1)</script><img src=x onerror=alert(2)>\"'>{{ 7*7 }}"


def hostile_answers() -> list[Answer]:
    """Each outcome, with hostile words wherever a document, a player or a question gives some."""
    name = '"><script>alert(3)</script>.txt'
    document = Document(
        name, HOSTILE, f"It costs {HOSTILE} today.", source="javascript:alert(4)",
        extra={HOSTILE: HOSTILE},
    )  # fmt: skip
    answered = replace(
        answer_from(document, document.text, HOSTILE),
        question=HOSTILE,
        missing=(HOSTILE,),
        conflict=(1,),
        players=(Player("x", HOSTILE, "company"),),
    )
    assert ABSENT.abstention is not None
    said = replace(ABSENT.abstention, message=HOSTILE)
    absent = replace(
        answered, status="abstained", kind="none", parts=(), abstention=said, conflict=()
    )
    unsure = replace(absent, best_guess=Guess(HOSTILE, 0.3, (1,)))
    return [answered, replace(answered, kind="list"), unsure, replace(absent, citations=())]


@pytest.mark.parametrize("answer", hostile_answers(), ids=["span", "list", "unsure", "absent"])
def test_hostile_words_are_shown_as_text(answer: Answer) -> None:
    page = show(answer)
    check_harmless(page)
    assert find_marks(page) == [f"It costs {HOSTILE} today."]
    client = client_of(answer)
    body = client.post("/api/v1/query", json={"question": HOSTILE}).json()
    for address in [place["href"] for place in (*body["citations"], *body["passages"])]:
        shown = client.get(address).text
        check_harmless(shown)
        assert find_marks(shown) == [f"It costs {HOSTILE} today."]


def check_harmless(page: str) -> None:
    assert "<script>alert" not in page
    assert "<img" not in page
    assert 'href="javascript:' not in page
    assert "49" not in re.sub(r"&#?\w+;", "", page)
