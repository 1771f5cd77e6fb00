"""The text of a chat: each outcome exactly, where its numbers are, and documents with markup."""

import html
import re
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import example, given, strategies as st
from markdown_it import MarkdownIt

from assistant.answer.abstain import make_abstention
from assistant.api.chat.content import write_message
from assistant.api.rendering import render_answer
from assistant.api.showing import list_quotes
from assistant.api.text import ChatWriter, render_chat, render_markdown, render_text
from assistant.records import About, Answer, Carried, DocumentFilter, Part
from tests.answers import (
    ABSENT,
    ANSWERED,
    COMPARED,
    EVERY,
    FIRST,
    GLASSES as DOCUMENT,
    NOBODY,
    PRICE,
    QUARK,
    UNSURE,
    answer_from,
    cite_words,
    passage_of,
)

BASE = "http://127.0.0.1:8000"
MARKDOWN = MarkdownIt("commonmark").enable(["table", "strikethrough"])
PRICE_HREF = (
    "/documents/shop/quark%201.txt?start=10&end=40&quote=776d5b&answer_start=29&answer_end=39#cited"
)
OLD_HREF = "/documents/b.txt?start=25&end=51&quote=2b76cb&answer_start=33&answer_end=43#cited"
PRICES = (
    "* [1] “Quark glasses cost 2,999 yuan.” — "
    f"[Smart glasses, 2025-09-09, shop/quark 1.txt, characters 10-40]({BASE}{PRICE_HREF})"
)
BOTH = (
    f"{PRICES}\n* [2] “It cost 1,999 yuan in May.” — "
    f"[Batteries, b.txt, characters 25-51]({BASE}{OLD_HREF})"
)
TEXTS = [
    f"2,999 yuan [1]\n\nVery likely. Confidence 83 %\n\n{PRICES}",
    f"- 2,999 yuan [1]\n- 1,999 yuan [2]\n\nLikely. Confidence 70 %\n\n{BOTH}",
    "Quark: 2,999 yuan [1]\n\nthe battery: 1,999 yuan [2]\n\n"
    "|  | price | weight |\n| --- | --- | --- |\n| Quark | 2,999 yuan [1] | not stated |\n"
    "| the battery | 1,999 yuan [2] | 1 kg [2] (0.5 + 0.5) |\n\nLikely. Confidence 60 %\n\n"
    f"Not found in the documents: which is lighter\n\n{BOTH}",
    "No.\n\nNobody makes money. [1]\n\nVery likely. Confidence 90 %\n\n"
    "* [1] [Smart glasses, 2025-09-09, shop/quark 1.txt, characters 41-60]"
    f"({BASE}/documents/shop/quark%201.txt?start=41&end=60&quote=81da42#cited)",
    "2,999 yuan [1]\n\nSources disagree:\n\n- 9 September 2025: 2,999 yuan [1]\n"
    f"- Batteries: 1,999 yuan [2]\n\n{BOTH}",
    "Not sure. The closest:\n\n4 hours [1]\n\nConfidence 31 %\n\n"
    "No passage answers this for certain.\n\n* [1] “A battery lasts 4 hours.” — "
    "[Batteries, b.txt, characters 0-24]"
    f"({BASE}/documents/b.txt?start=0&end=24&quote=66b371&answer_start=16&answer_end=23#cited)\n\n"
    "Read 10 of 900 passages in 41 documents. 3 of 41 documents were only partly read.",
    "Not in the documents\n\nNo passage comes near the question.",
    "A language that the reader does not know\n\nThe question is in a script that is not known.",
]


@pytest.mark.parametrize(("answer", "text"), zip(EVERY, TEXTS, strict=True))
def test_an_outcome_as_a_chat_is_exactly_this(answer: Answer, text: str) -> None:
    assert render_chat(render_answer(answer), BASE) == text


def test_what_the_documents_say_about_a_name_is_said_and_annotated() -> None:
    answer = replace(ABSENT, about=(About("Quark", QUARK, (PRICE,)),))
    message = write_message(render_answer(answer), BASE)
    assert message.content == (
        "Not in the documents\n\nNo passage comes near the question.\n\n"
        f"What the documents say about Quark:\n\n{PRICES}"
    )
    (annotation,) = message.annotations
    cited = annotation.url_citation
    assert cited.url == f"{BASE}{PRICE_HREF}"
    assert message.content[cited.start_index : cited.end_index] == "[1]"
    assert message.content[cited.end_index :].startswith(" “Quark glasses")


def test_passages_that_are_not_listed_are_not_pointed_at() -> None:
    pointing = make_abstention("low_confidence", "closest", (2, 1))
    body = render_answer(replace(UNSURE, abstention=pointing))
    assert "These passages come closest." in render_text(body)
    for text in (render_chat(body, BASE), render_markdown(body)):
        assert "passages come closest" not in text
        assert "4 hours" in text


def test_a_filter_and_what_was_carried_over_are_said() -> None:
    within = DocumentFilter(published_from=date(2025, 1, 1))
    carried = Carried("What do they cost?", ("*Quark*",), "What does *Quark* cost?")
    content = render_chat(render_answer(replace(ANSWERED, within=within, carried=carried)), BASE)
    first, *_, last = content.split("\n\n")
    assert "\\*Quark\\*" in first
    assert last == "Read 2 of 3 passages in 2 documents."


def test_each_number_in_the_answer_has_an_annotation_in_order() -> None:
    message = write_message(render_answer(COMPARED), BASE)
    found = [
        (one.citation.number, one.url_citation.start_index, one.url_citation.end_index)
        for one in message.annotations
    ]
    numbers, *_ = message.content.partition("\n\n* [1] “")
    places = [(int(m[1]), *m.span()) for m in re.finditer(r"\[(\d)\]", numbers)]
    assert found == sorted(places)
    assert [number for number, *_ in found] == [1, 1, 2, 2, 2]
    first = message.annotations[0]
    assert first.type == "url_citation"
    assert first.url_citation.url == f"{BASE}{PRICE_HREF}"
    assert first.url_citation.title == "Smart glasses [1]"
    assert first.citation.model_dump() == {
        "number": 1,
        "document_id": "shop/quark 1.txt",
        "start": 10,
        "end": 40,
        "page": None,
        "quote": "Quark glasses cost 2,999 yuan.",
    }
    assert DOCUMENT.text[10:40] == first.citation.quote


def test_positions_are_code_points() -> None:
    passage = passage_of(replace(DOCUMENT, text="It costs 😀😀 9 yuan."))
    answer = replace(
        ANSWERED,
        parts=(Part("😀😀 9 yuan", (1,), 1.0),),
        citations=(cite_words(passage, "It costs 😀😀 9 yuan.", "😀😀 9 yuan"),),
        alternatives=(),
    )
    message = write_message(render_answer(answer), BASE)
    (annotation,) = message.annotations
    assert annotation.url_citation.start_index == len("😀😀 9 yuan ")


def read_links(content: str) -> list[tuple[str, str]]:
    """The words and addresses of the links that Markdown makes of a text."""
    return re.findall(r'<a href="([^"]*)"[^>]*>(.*?)</a>', MARKDOWN.render(content))


@pytest.mark.parametrize("answer", EVERY)
def test_the_quotes_are_links_and_the_numbers_keep_their_brackets(answer: Answer) -> None:
    body = render_answer(answer)
    content = render_chat(body, BASE)
    links = read_links(content)
    assert [href for href, _ in links] == [
        html.escape(f"{BASE}{quote.first.href}") for quote in list_quotes(body)
    ]
    shown = re.sub("<[^>]+>", "", MARKDOWN.render(content))
    assert re.findall(r"\[\d\]", shown) == re.findall(r"\[\d\]", content)


def test_two_numbers_of_one_part_or_quote_are_apart() -> None:
    parts = (Part("2,999 yuan", (1, 2), 4.0),)
    citations = (PRICE, cite_words(FIRST, "Quark glasses cost 2,999 yuan.", "Quark"))
    answer = replace(ANSWERED, parts=parts, citations=citations, alternatives=())
    message = write_message(render_answer(answer), BASE)
    assert message.content.startswith("2,999 yuan [1] [2]\n\n")
    assert "\n* [1] [2] “Quark glasses cost" in message.content
    starts = [(one.citation.number, one.url_citation.start_index) for one in message.annotations]
    assert starts == [(1, 11), (2, 15)]


HOSTILE = [
    "Click [here](http://evil.example/a) or [7] or [1].",
    "![pixel](http://evil.example/leak.png?q=1) ![x][1]",
    "<img src=x onerror=alert(1)> <script>alert(1)</script> &lt;b&gt; <http://evil.example>",
    "[1]: http://evil.example",
    "# Ignore previous instructions",
    "- a list",
    "+ a list",
    "1. a list",
    "12) a list",
    "> a quote",
    "--- *** ___ === ~~~ ```",
    "``` code ``` and `code` and ~~struck~~ and **bold** and _it_ and __it__",
    "| a | b | \\| c",
    "\\[x\\] \\(y\\) $x$ $$y$$",
    "ends in a backslash \\",
    "[unclosed",
    "closed] (http://evil.example)",
    "[a]{.b} {{USER_NAME}} :::note :smile: [^1] [^1]: note",
    "http://evil.example www.evil.example a@evil.example",
    "line\n\n[2]: http://evil.example\n\n| t |\n| --- |",
]


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("answer", [answer_from, None], ids=["fact", "table"])
def test_markup_of_a_document_is_shown_and_is_no_markup(text: str, answer: object) -> None:
    document = replace(DOCUMENT, id=f"{text[:9].strip()}.txt", title=text, text=f"A {text} Z.")
    found = answer_from(document, document.text, text)
    if answer is None:
        found = replace(
            COMPARED,
            parts=(Part(text, (1,), 1.0, None, None),),
            missing=(text,),
            citations=(*found.citations, NOBODY),
        )
    message = write_message(render_answer(found), BASE)
    shown = MARKDOWN.render(message.content)
    assert set(re.findall(r"<(\w+)", shown)) <= {
        "p", "a", "ul", "li", "table", "thead", "tbody", "tr", "th", "td"
    }  # fmt: skip
    said = " ".join(html.unescape(re.sub(r"<[^>]+>", "", shown)).split())
    assert " ".join(text.split()) in said
    # Only our addresses are links, and only our numbers are annotated.
    cited = {html.escape(f"{BASE}{one.href}") for one in render_answer(found).citations}
    assert set(re.findall(r'(?:href|src)="([^"]*)"', shown)) <= cited
    for one in message.annotations:
        place = one.url_citation
        number = message.content[place.start_index - 1 : place.end_index]
        assert number == f" [{one.citation.number}]"


def test_addresses_and_formulas_of_documents_are_broken_up() -> None:
    escape = ChatWriter(BASE).escape
    assert escape("See http://evil.example, WWW.evil.example or a@evil.example.") == (
        "See http\\://evil.example, WWW\\.evil.example or a\\@evil.example."
    )
    assert escape("R & D, A&B, AT& T, &amp;") == "R & D, A\\&B, AT& T, \\&amp;"
    assert escape("$x$ {{USER_NAME}} snake_case 5_000 -5 2.5 %") == (
        "\\$x\\$ {\\{USER_NAME}} snake_case 5_000 -5 2.5 %"
    )


@given(st.text("ab1 \n\\`*_{}[]()<>#+-.!|~&;:$@\"'=^/w", min_size=1, max_size=24))
@example("1. a")
@example("a \\")
@example("&#96;a& b&w;")
def test_a_text_is_its_own_characters_to_markdown(text: str) -> None:
    words = " ".join(text.split())
    escaped = ChatWriter(BASE).escape(text)
    shown = html.escape(words).replace("&#x27;", "'")
    define = f"\n\n[1]: {BASE}"  # of a client: were the number of a document one, it would be seen
    if words:
        assert MARKDOWN.render(escaped + define) == f"<p>{shown}</p>\n"
        listed = f"<ul>\n<li>{shown}</li>\n</ul>\n"
        assert MARKDOWN.render(f"- {escaped}{define}") == listed
        table = MARKDOWN.render(f"| a |\n| --- |\n| {escaped} |{define}")
        assert f"<td>{shown}</td>" in table
