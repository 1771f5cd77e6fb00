"""What a page doesn't show is not read, and reported if it would be missed."""

import pytest

from assistant.load.html import load_page

SECRET = "Until May the roof costs 1 euro."


@pytest.mark.parametrize(
    "hidden",
    [
        f"<p hidden>{SECRET}</p>",
        f'<p style="color:red; display : none">{SECRET}</p>',
        f'<p style="VISIBILITY:hidden">{SECRET}</p>',
        f'<p style="font-size:0">{SECRET}</p>',
        f'<p style="opacity:0.0;">{SECRET}</p>',
        f'<p style="position:absolute;left:-9999px">{SECRET}</p>',
        f"<p aria-hidden=true>{SECRET}</p>",
        f"<dialog>{SECRET}</dialog>",
        f"<p>The roof. <del>{SECRET}</del></p>",
        f"<p>The roof. <s>{SECRET}</s></p>",
        f"<style>.a, .off {{color: red; display:none}}</style><p class='b off'>{SECRET}</p>",
        f"<style>/* {{ */ p.off{{visibility:hidden}}</style><p class=off>{SECRET}</p>",
        f"<style>#x{{display:none !important}}</style><p id=x>{SECRET}</p>",
        f"<div hidden><p>{SECRET}</p><p hidden>{SECRET}</p></div>",
        f"<table><tr hidden><td>{SECRET}<td>x</table>",
    ],
)
def test_hidden_words_are_left_out_and_reported(hidden: str) -> None:
    document = load_page(f"<p>The roof costs 84,000 euros.</p>{hidden}<p>End.</p>", "x.html")
    assert "1 euro." not in document.text
    assert document.text.startswith("The roof costs 84,000 euros.")
    assert [(notice.code, notice.message) for notice in document.notices] == [
        ("hidden_text", "1 part is hidden or struck out and was left out")
    ]


@pytest.mark.parametrize(
    "silent",
    [
        f"<script>var x = '{SECRET}'</script>",
        f"<style>{SECRET}</style>",
        f"<template>{SECRET}</template>",
        f"<noscript>{SECRET}</noscript>",
        f"<nav><ul style='display:none'><li>{SECRET}</ul></nav>",
        f"<div class='cookie-bar' hidden>{SECRET}</div>",
        "<span hidden>Close</span>",
        "<span aria-hidden=true>24.90</span>",
        "<h2>Roof<span class=mw-editsection>[<a>edit this section now please</a>]</span></h2>",
    ],
)
def test_what_nobody_would_miss_is_left_out_silently(silent: str) -> None:
    document = load_page(f"<p>The roof costs 84,000 euros.</p>{silent}<p>End.</p>", "x.html")
    assert document.notices == ()
    assert SECRET not in document.text


@pytest.mark.parametrize(
    "shown",
    [
        f"<p hidden=until-found>{SECRET}</p>",
        f"<p style='opacity:0.5;font-size:0.9em;left:-10px'>{SECRET}</p>",
        f"<dialog open>{SECRET}</dialog>",
        f"<details><summary>More</summary>{SECRET}</details>",
        f"<template shadowrootmode=open>{SECRET}</template>",
        # tabs that a click shows, rules for print and phones
        f"<style>.tab{{display:none}} .tab.open{{display:block}}</style><p class=tab>{SECRET}</p>",
        f"<style>@media print{{.off{{display:none}}}}</style><p class=off>{SECRET}</p>",
        f"<style>.off p{{display:none}}</style><p class=off>{SECRET}</p>",
        f"<style>.off{{display:none</style><p class=off>{SECRET}</p>",
    ],
)
def test_what_a_reader_can_see_is_read(shown: str) -> None:
    document = load_page(f"<p>The roof costs 84,000 euros.</p>{shown}", "x.html")
    assert SECRET in document.text
    assert document.notices == ()


def test_a_page_saved_while_a_dialog_was_open_is_read() -> None:
    page = f"<div aria-hidden=true><h1>Roof</h1><p>{SECRET}</p></div><div role=dialog>Sure?</div>"
    document = load_page(page, "x.html")
    assert document.text == f"Roof\n\n{SECRET}\n\nSure?"
    assert document.notices == ()


def test_hidden_words_are_counted() -> None:
    document = load_page(f"<p>Shown.</p>{f'<p hidden>{SECRET}</p>' * 3}", "x.html")
    assert document.notices[0].message == "3 parts are hidden or struck out and were left out"


def test_words_join_over_a_hidden_element() -> None:
    assert load_page("<p>24<span hidden> about</span>.90", "x.html").text == "24.90"
