"""The page of a conversation: what was carried over, the questions before, the next one."""

import html
import re
from dataclasses import replace
from urllib.parse import parse_qsl, urlencode, urlsplit

import lxml.html
import pytest

from assistant.records import Answer, Carried
from tests.answers import ABSENT, ANSWERED, UNSURE, client_of, read_page
from tests.test_pages_choosing import list_fields

SHIPPED = "How many glasses did Xiaomi ship in 2024?"
CARRIED = Carried(SHIPPED, ("glasses", "Xiaomi"), f"{SHIPPED} / and in 2023?")
SUGGESTED = ("How long does a battery last?", "Who makes money?", "What costs 9 yuan?")
FOLLOW_UP = replace(ANSWERED, question="and in 2023?", carried=CARRIED, suggestions=SUGGESTED)
HOSTILE = "<img src=x onerror=alert(1)>\"'&documents=x#{{ 7 * 7 }}"


def ask(answer: Answer, *parameters: tuple[str, str]) -> str:
    given = [("question", answer.question), *parameters]
    page = client_of(answer).get("/", params=urlencode(given))
    assert page.status_code == 200
    return page.text


def find_links(page: str, name: str) -> list[tuple[str, list[tuple[str, str]]]]:
    """The links in the element of a class: their words, and the parameters of their addresses."""
    (element,) = lxml.html.document_fromstring(page).find_class(name)
    return [
        (str(link.text_content()), parse_qsl(urlsplit(link.attrib["href"]).query))
        for link in element.iter("a")
    ]


def test_what_was_carried_over_is_shown_and_can_be_removed() -> None:
    page = ask(FOLLOW_UP, ("previous", SHIPPED), ("formats", "txt"), ("as_of", "2026-01-01"))
    assert read_page(page)[:3] == [
        "and in 2023?",
        f"Asked together with “{SHIPPED}”×",
        "As of 1 January 2026",
    ]
    kept = [("formats", "txt"), ("as_of", "2026-01-01")]
    assert find_links(page, "carried") == [
        (SHIPPED, [("question", SHIPPED), *kept]),
        ("×", [("question", "and in 2023?"), *kept]),
    ]
    assert 'aria-label="Ask this question by itself">×</a>' in page


def test_without_anything_carried_over_nothing_is_shown() -> None:
    page = ask(ANSWERED, ("previous", SHIPPED))
    assert 'class="carried"' not in page


def test_all_questions_that_a_follow_up_was_asked_with_are_shown() -> None:
    full = f"Price of Quark? / {SHIPPED} / {FOLLOW_UP.question}"
    chained = replace(FOLLOW_UP, carried=replace(CARRIED, full=full))
    page = ask(chained, ("previous", "Price of Quark?"), ("previous", SHIPPED))
    both = f"Price of Quark? / {SHIPPED}"
    assert f"Asked together with “{both}”×" in read_page(page)
    last = [("question", SHIPPED), ("previous", "Price of Quark?")]
    assert find_links(page, "carried")[0] == (both, last)


def test_the_questions_before_lead_each_to_its_own_address() -> None:
    before = ["One?", "Two & three?", HOSTILE]
    page = ask(FOLLOW_UP, *[("previous", one) for one in before], ("documents", "b.txt"))
    kept = [("documents", "b.txt")]
    assert find_links(page, "trail") == [
        ("One?", [("question", "One?"), *kept]),
        ("Two & three?", [("question", "Two & three?"), *kept, ("previous", "One?")]),
        (
            HOSTILE,
            [("question", HOSTILE), *kept, ("previous", "One?"), ("previous", "Two & three?")],
        ),
    ]
    assert "<img" not in page
    assert "This conversation" not in ask(ANSWERED)


@pytest.mark.parametrize("answer", [FOLLOW_UP, UNSURE, ABSENT], ids=lambda one: one.question)
def test_one_can_ask_on_after_every_outcome(answer: Answer) -> None:
    before = [("previous", one) for one in ("1?", "2?", "3?", "4?", "5?")]
    page = ask(replace(answer, suggestions=SUGGESTED), *before, ("as_of", "2026-01-01"))
    assert list_fields(page, 1) == [
        ("question", ""),
        ("as_of", "2026-01-01"),
        *[("previous", one) for one in ("2?", "3?", "4?", "5?", answer.question)],
    ]
    # The box on top asks the same question again, changed: with what was asked before it.
    assert list_fields(page)[:7] == [
        ("question", answer.question),
        ("as_of", "2026-01-01"),
        *before,
    ]
    assert find_links(page, "suggestions") == [
        (one, [("question", one), ("as_of", "2026-01-01")]) for one in SUGGESTED
    ]
    assert page.index("Citations" if answer is not ABSENT else "Closest") < page.index('id="next"')


def test_the_links_of_an_answer_keep_its_conversation() -> None:
    page = html.unescape(ask(FOLLOW_UP, ("previous", SHIPPED)))
    query = "question=and+in+2023%3F&previous=How+many+glasses+did+Xiaomi+ship+in+2024%3F"
    assert f'<a href="/?{query}&explain=1#explanation">' in page
    assert f'<a href="/api/v1/query?{query}">' in page


def test_hostile_words_of_a_conversation_are_text() -> None:
    hostile = replace(
        FOLLOW_UP,
        carried=Carried(HOSTILE, (HOSTILE, HOSTILE), f"{HOSTILE} / and in 2023?"),
        suggestions=(HOSTILE,),
    )
    page = ask(hostile, ("previous", HOSTILE))
    assert "<img" not in page
    assert "49" not in page
    assert f"Asked together with “{HOSTILE}”×" in read_page(page)
    assert find_links(page, "suggestions") == [(HOSTILE, [("question", HOSTILE)])]
    assert find_links(page, "carried")[0] == (HOSTILE, [("question", HOSTILE)])


def test_a_conversation_is_in_the_language_of_the_page() -> None:
    given = {"question": FOLLOW_UP.question, "previous": SHIPPED}
    page = client_of(FOLLOW_UP).get("/zh/", params=given).text
    lines = read_page(page)
    assert f"结合前面的问题“{SHIPPED}”×" in lines
    assert page.count('<form class="ask" action="/zh/"') == 2
    assert all(
        href.startswith("/zh/?") for href in re.findall(r'class="chip-remove" href="([^"]*)"', page)
    )
