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
from assistant.records import (
    About,
    Answer,
    Document,
    Guess,
    Kind,
    Part,
    Player,
)
from tests.answers import (
    ABSENT,
    ANSWERED,
    CHARTED,
    COMPARED,
    DECIDED,
    DISAGREEING,
    EVERY,
    FIRST,
    FOREIGN,
    LISTED,
    OLD_PRICE,
    PRICE,
    QUARK,
    UNSURE,
    CannedAssistant,
    answer_from,
    cite_words,
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
    "# Prices Quark glasses cost 2,999 yuan. Nobody makes money.",
    "Smart glasses 9 September 2025 Prices",
    "Open in the document",
]
FOUND_OLD = [
    "A battery lasts 4 hours. It cost 1,999 yuan in May.",
    "Batteries",
    "Open in the document",
]
MORE = "How it was found This answer as JSON"
SHOWN = [
    [
        "How much do Quark glasses cost?", "2,999 yuan 1", "Very likely",
        "Citations", *FOUND_QUARK, "Read 2 of 3 passages in 2 documents.", "About Quark",
        "Other candidates (1)", "Passages searched (2)", "As Markdown", MORE,
    ],
    [
        "What are the prices?", "2,999 yuan 1", "1,999 yuan 2", "Likely",
        "Citations", *FOUND_QUARK, *FOUND_OLD, "Checked all 40 passages of 1 document.",
        "Passages searched (2)", "As Markdown", MORE,
    ],
    [
        "What cost Quark and the battery, and which is lighter?",
        "Quark: 2,999 yuan 1", "the battery: 1,999 yuan 2", "price", "weight",
        "Quark", "2,999 yuan 1", "not stated", "the battery", "1,999 yuan 2", "1 kg 2 0.5 + 0.5",
        "This table as CSV",
        "Likely", "Not found in the documents: which is lighter",
        "Citations", *FOUND_QUARK, *FOUND_OLD, "Read 2 of 3 passages in 2 documents.",
        "Passages searched (2)", "As Markdown", MORE,
    ],
    [
        "Does anybody make money?", "No.", "Nobody makes money. 1", "Very likely",
        "Citations", "…Quark glasses cost 2,999 yuan. Nobody makes money.", *FOUND_QUARK[1:],
        "Read 2 of 3 passages in 2 documents.", "Passages searched (2)", "As Markdown", MORE,
    ],
    [
        "What is the price?", "2,999 yuan 1", "Sources disagree", "Date", "Says", "Source",
        "9 September 2025", "2,999 yuan 1", "Smart glasses",
        "no date", "1,999 yuan 2", "Batteries",
        "Citations", *FOUND_QUARK, *FOUND_OLD, "Read 2 of 3 passages in 2 documents.",
        "Passages searched (2)", "As Markdown", MORE,
    ],
    [
        "How long does a Quark battery last?", "Not sure. The closest:", "4 hours 1",
        "How likely is it?", "No passage answers this for certain.",
        "Read 10 of 900 passages in 41 documents. 3 of 41 documents were only partly read.",
        "About Quark", "Citations", "A battery lasts 4 hours. It cost 1,999 yuan in May.",
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
    assert "likelihood" not in show(replace(UNSURE, best_guess=Guess("4 hours", None, (1,))))


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


def test_the_page_says_how_likely_an_answer_is_and_folds_the_number() -> None:
    shown = show(ANSWERED)
    folded = re.findall(r'<details class="likelihood">(.*?)</details>', shown, re.DOTALL)
    assert [" ".join(strip_tags(one).split()) for one in folded] == [
        "Very likely The estimated probability that this is right is 83 %. "
        "“Very likely” begins at 80 %."
    ]
    assert "Very likely" not in "".join(read_page(show(replace(ANSWERED, confidence=0.79))))
    (guess,) = re.findall(r'<details class="likelihood">(.*?)</details>', show(UNSURE), re.DOTALL)
    assert " ".join(strip_tags(guess).split()) == (
        "How likely is it? The estimated probability that this is right is 31 %."
    )


def test_the_page_shows_the_numbers_of_other_candidates() -> None:
    shown = strip_tags(show(ANSWERED))
    assert re.findall(r"Confidence \d+\xa0%", shown) == ["Confidence 31\xa0%"]
    answer, _, others = shown.partition("Other candidates (1)")
    assert "Nobody" not in answer.partition("Citations")[0]
    assert others.index("Nobody") < others.index("Confidence 31") < others.index("Nobody makes")


def test_a_quote_of_several_entries_is_shown_once_with_a_link_for_each() -> None:
    words = ("Nobody", "money")
    citations = tuple(cite_words(FIRST, "Nobody makes money.", word) for word in words)
    parts = tuple(Part(word, (number,), 1.0) for number, word in enumerate(words, 1))
    client = client_of(replace(LISTED, parts=parts, citations=citations, hits=()))
    page = client.get("/", params={"question": LISTED.question}).text
    quotes = re.findall(r'<q class="quote">(.*?)</q>', page)
    assert quotes == [
        '<strong class="span">Nobody</strong> makes <strong class="span">money</strong>.'
    ]
    assert re.findall(r'href="#citation-(\d)"', page) == ["1", "2"]
    assert re.findall(r'id="citation-(\d)"', page) == ["1", "2"]
    assert 'data-numbers="1–2"' in page
    links = re.findall(r'class="open" href="([^"]*)" data-number="(\d)" aria-label="(.*?)"', page)
    assert [(number, label) for _, number, label in links] == [
        ("1", "Open in the document, citation 1"),
        ("2", "Open in the document, citation 2"),
    ]
    for (href, _, _), word in zip(links, words, strict=True):
        shown = client.get(html.unescape(href)).text
        assert find_marks(shown) == ["Nobody makes money."]
        assert f'<strong class="span">{word}</strong>' in strip_attributes(shown)


def test_what_the_documents_say_about_the_names_is_cited_with_links() -> None:
    about = (About("Quark", QUARK, (PRICE,)), About("May", None, (OLD_PRICE,)))
    page = show(replace(ABSENT, about=about))
    lines = read_page(page)
    assert lines[3:14] == [
        "Read 2 of 3 passages in 2 documents.", "What the documents say about Quark",
        *FOUND_QUARK, "More about Quark", "What the documents say about May", *FOUND_OLD,
        "Closest passages",
    ]  # fmt: skip
    assert '<a href="/players/quark"><span>More about <bdi>Quark</bdi></span></a>' in page
    assert page.count('href="/players/quark"') == 1


def test_sources_that_disagree_are_a_table_in_place_of_the_answer_if_it_consists_of_them() -> None:
    parts = (Part("2,999 yuan (2025)", (1,), 4.0), Part("1,999 yuan (b.txt)", (2,), 4.0))
    lines = read_page(show(replace(DISAGREEING, parts=parts)))
    assert lines[:9] == [
        "What is the price?", "Sources disagree", "Date", "Says", "Source",
        "9 September 2025", "2,999 yuan 1", "Smart glasses", "no date",
    ]  # fmt: skip
    assert lines.count("Sources disagree") == 1


def test_numbers_of_one_unit_are_a_table_with_a_chart_above_the_sentences() -> None:
    client = client_of(CHARTED, COMPARED)
    page = client.get("/", params={"question": CHARTED.question}).text
    assert page.index("<table>") < page.index("<picture>") < page.index('class="sentences"')
    (address,) = re.findall(r'<img src="(/answers/chart.svg[^"]*)"', page)
    (described,) = re.findall(r'<img [^>]*alt="([^"]*)"', page)
    assert html.unescape(described) == (
        "Compare the prices of Quark and the battery. Quark: 2,999 yuan; the battery: 1,999 yuan."
    )
    chart = client.get(html.unescape(address))
    assert (chart.status_code, chart.headers["content-type"]) == (200, "image/svg+xml")
    assert "2,999 yuan" in chart.text
    (size,) = re.findall(r'<img [^>]*width="([0-9]+)" height="([0-9]+)"', page)
    points = [re.findall(rf'\b{name}="([0-9.]+)pt"', chart.text)[0] for name in ("width", "height")]
    assert list(map(int, size)) == [round(float(number) * 4 / 3) for number in points]
    absent = client.get("/answers/chart.svg", params={"question": COMPARED.question})
    assert absent.status_code == 404
    assert "this answer has no chart" in strip_tags(absent.text).lower()


def test_the_text_around_a_quote_is_in_whole_words() -> None:
    quote = "Quark costs 9 yuan."
    after = "Everybody travelled home. Contentedly they slept."
    document = Document("a.txt", "A", f"They deliberated considerably before noon. {quote} {after}")
    lines = read_page(show(answer_from(document, quote, None)))
    assert f"…considerably before noon. {quote} Everybody travelled home. …" in lines


def test_a_long_answer_is_set_as_text() -> None:
    long = replace(DECIDED, parts=(Part("Nobody makes money. " * 60, (1,), 1.0),))
    assert 'class="answer answer-passage long"' in show(long)
    assert 'class="answer answer-passage"' in show(DECIDED)


def test_the_page_of_an_answer_is_in_the_language_of_its_address() -> None:
    page = client_of(ANSWERED).get("/zh/", params={"question": ANSWERED.question}).text
    lines = read_page(page)
    assert lines[1:3] == ["2,999 yuan 1", "很可能正确"]
    assert "在文档中打开" in lines
    assert 'href="/zh/documents/' in page


def test_the_page_without_a_confidence_shows_none() -> None:
    page = show(replace(ANSWERED, confidence=None, alternatives=()))
    assert '<span class="words">2,999 yuan</span>' in page
    assert "confidence" not in page.lower()


def strip_attributes(page: str) -> str:
    """A page with only the classes and ids of its marks."""
    return re.sub(r'(<(?:mark|strong) class="\w+"(?: id="cited")?)[^>]*>', r"\1>", page)


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
    assert f'<mark class="cited" id="cited">{nested}</mark>' in strip_attributes(shown)
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


MOST_BYTES = 70_000


def test_the_page_of_an_answer_is_small(client: TestClient) -> None:
    """HTML, styles and scripts, not compressed; without images and the document next to it."""
    page = client.get("/", params={"question": "Which companies sell AI glasses?"}).text
    assert page.count('class="passage"') == 8
    parts = re.findall(r'(?:href|src)="(/static/[^"]*\.(?:css|js))"', page)
    styles, scripts = (
        ("style", "answer", "conversation", "feedback"),
        ("page", "answer", "conversation", "feedback"),
    )
    assert parts == [
        *(f"/static/{name}.css" for name in styles),
        *(f"/static/{name}.js" for name in scripts),
    ]
    sizes = [len(page.encode()), *(len(client.get(part).content) for part in parts)]
    assert sum(sizes) < MOST_BYTES, sizes
