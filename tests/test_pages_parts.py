"""Long documents on their page: in parts that together are the text."""

import html
import re
from itertools import pairwise

import pytest

from assistant.api.rendering import quote_href
from assistant.load.csv import load_csv
from assistant.load.markdown import load_markdown
from assistant.pages.outline import MOST_HEADINGS, make_outline
from assistant.pages.parts import AROUND, PART, find_part, find_parts
from assistant.pages.tables import cut_blocks, find_row
from assistant.records import Document, Heading
from tests.answers import find_marks as find_shown_marks, strip_tags
from tests.conftest import AWKWARD_TEXT
from tests.test_pages_documents import client_over

PARAGRAPH = "Zoe\u0308 👨‍👩‍👧‍👦 paid 9 yuan for glasses.\r\n"
LONG = Document("long.txt", "Long", (PARAGRAPH * 5 + "\r\n") * 800)
WITHOUT_LINES = "x" * (2 * PART) + "e\u0301" * PART + "👩🏽‍🚀" * 9000
TEXTS = [
    LONG.text, AWKWARD_TEXT * 300, "word " * 20_000, "字。" * 30_000, WITHOUT_LINES,
    "\r\n" * 30_000, "a\r" * 30_000, "", "\n", "x" * PART, "x" * (PART + 1),
]  # fmt: skip


def read_text(page: str) -> str:
    """The text that a page shows of a document, to the character."""
    shown = page[page.index('id="text"') :].partition('<div class="part">')[2]
    return strip_tags(shown.partition("</div>\n")[0])


@pytest.mark.parametrize("text", TEXTS)
def test_the_parts_are_the_text(text: str) -> None:
    document = Document("a", "A", text)
    starts = find_parts(document)
    spans = list(pairwise([*starts, len(text)]))
    assert starts[0] == 0
    assert all(start < end for start, end in spans) or not text
    assert all(end - start <= PART + 1 for start, end in spans)  # a line ends with its \n
    shown = [cut_blocks(document, {}, within=span) for span in spans]
    pieces = [piece.text for blocks in shown for block in blocks for piece in block.pieces]
    assert "".join(pieces) == text


def test_a_part_ends_where_a_paragraph_line_or_word_ends_and_never_inside_a_character() -> None:
    starts = find_parts(LONG)
    assert len(starts) == len(LONG.text) // PART + 1
    assert all(LONG.text[:start].endswith("\r\n\r\n") for start in starts[1:])
    words = "word " * 20_000
    assert all(words[start - 1] == " " for start in find_parts(Document("a", "A", words))[1:])
    for start in find_parts(Document("a", "A", WITHOUT_LINES))[1:]:
        assert WITHOUT_LINES[start] in "xe👩"
    for start in find_parts(Document("a", "A", "a\r\n" * 30_000))[1:]:
        assert start % 3 == 0


@pytest.mark.parametrize("place", [0, PART - 10, PART, PART + 1700, 3 * PART - 300])
def test_a_quote_and_what_is_around_it_are_in_one_part(place: int) -> None:
    quote = (place, place + 900)
    starts = find_parts(LONG, quote)
    number = find_part(starts, place)
    start, end = starts[number - 1], [*starts, len(LONG.text)][number]
    assert start <= max(place - AROUND, 0)
    assert end >= place + 900 + AROUND
    assert find_part(starts, 0) == 1
    href = quote_href("long.txt", *quote, LONG.text[slice(*quote)]).partition("#")[0]
    client = client_over(LONG)
    page = client.get(href).text
    assert [html.unescape(mark) for mark in find_shown_marks(page)] == [LONG.text[slice(*quote)]]
    assert page.count('id="cited"') == 1
    shown = [read_text(client.get(f"{href}&part={n}").text) for n in range(1, len(starts) + 1)]
    assert "".join(shown) == LONG.text


def test_a_quote_longer_than_a_part_is_marked_in_each_and_begins_once() -> None:
    whole = (0, len(LONG.text))
    href = quote_href("long.txt", *whole, LONG.text).partition("#")[0]
    client = client_over(LONG)
    first, second = (client.get(f"{href}&part={number}").text for number in (1, 2))
    assert ['id="cited"' in page for page in (first, second)] == [True, False]
    assert "".join(find_shown_marks(second)) == read_text(second)


def test_parts_are_reached_by_links_from_first_to_last() -> None:
    client, href, shown = client_over(LONG), "/documents/long.txt", []
    while href:
        page = client.get(href).text
        shown.append(read_text(page))
        after = re.search(r'data-link="after">\s*<a rel="next" href="([^"]+)"', page)
        href = html.unescape(after[1]) if after else ""
    assert "".join(shown) == LONG.text
    assert f"Part {len(shown)} of {len(shown)}" in page
    assert '<p class="part-link" data-link="after" hidden>' in page


@pytest.mark.parametrize("asked", ["0", "99", "x", "-1", "", "999999999999"])
def test_a_part_that_is_not_there_is_the_nearest_or_the_first(asked: str) -> None:
    page = client_over(LONG).get(f"/documents/long.txt?part={asked}")
    expected = len(find_parts(LONG)) if asked == "99" else 1
    assert page.status_code == 200
    assert f"Part {expected} of {len(find_parts(LONG))}" in page.text


def test_a_part_can_be_had_alone() -> None:
    client, starts = client_over(LONG), find_parts(LONG)
    part = client.get("/documents/long.txt?view=part&part=2").text
    assert strip_tags(part) == LONG.text[starts[1] : starts[2]]
    assert part.count("&#13;\n") == LONG.text[starts[1] : starts[2]].count("\r\n")


def test_a_short_document_has_no_parts() -> None:
    page = client_over(Document("a.txt", "A", "Short.")).get("/documents/a.txt").text
    assert "part-link" not in page


def test_the_outline_links_to_headings_in_this_part_and_in_others() -> None:
    text, headings = "", []
    for number in range(60):
        title = f"Chapter {number}" if number % 2 == 0 else f"Section {number}"
        headings.append(Heading(len(text), len(text) + len(title), title, 1 + number % 2))
        text += f"{title}\n\n" + "Words and words. " * 60 + "\n\n"
    document = Document("b.txt", "B", text, headings=tuple(headings))
    client = client_over(document)
    page = client.get("/documents/b.txt").text
    outline = page.partition('<details class="outline">')[2].partition("</details>")[0]
    links = re.findall(r'<a href="([^"]*)" dir="auto">([^<]*)</a>', outline)
    assert [words for _, words in links] == [heading.text for heading in headings]
    assert outline.count("<ol>") == 1 + 30  # one below each chapter
    near = [href for href, _ in links if href.startswith("#")]
    assert 0 < len(near) < 60
    assert all(f'id="{href[1:]}"' in page for href in near)
    last = links[-1][0]
    assert last == f"/documents/b.txt?at={headings[-1].start}#at-{headings[-1].start}"
    assert f'id="at-{headings[-1].start}"' in client.get(last).text


LISTED = load_csv(
    "Code,Price\n" + "".join(f"K{n} with a long name,{n}\n" for n in range(5000)), "t.csv"
)


def test_a_table_of_5000_rows_is_one_block_with_pages_of_its_own() -> None:
    assert find_parts(LISTED) == [0]
    place = find_row(LISTED, 4001)
    assert place is not None
    assert LISTED.text[place:].startswith("Code: K4000")
    assert find_row(LISTED, 5001) is None
    client, row, seen = client_over(LISTED), 1, []
    while row:
        page = client.get(f"/documents/t.csv?row={row}").text
        seen += re.findall(r"K\d+ with a long name", page)
        after = re.search(r'row=(\d+)#table-1">Rows after', page)
        row = int(after[1]) if after else 0
    assert seen == [f"K{n} with a long name" for n in range(5000)]


def test_many_tables_come_in_parts_that_divide_none() -> None:
    tables = "\n\n".join(
        f"Table {n}\n\nName | Price\n--- | ---\n" + "".join(f"L{n}-{m} | {m}\n" for m in range(90))
        for n in range(20)
    )
    document = load_markdown(tables.encode(), "m.md")
    starts = find_parts(document)
    assert len(starts) > 1
    assert len(document.tables) == 20
    for table in document.tables:
        assert find_part(starts, table.rows[0].start) == find_part(starts, table.rows[-1].end - 1)
    client = client_over(document)
    pages = [client.get(f"/documents/m.md?part={n}").text for n in range(1, len(starts) + 1)]
    numbers = [int(number) for page in pages for number in re.findall(r'id="table-(\d+)"', page)]
    assert numbers == list(range(1, 21))
    row = 90 * 12 + 5  # of the 13th table
    assert 'id="table-13"' in client.get(f"/documents/m.md?row={row}").text


def test_the_pane_has_the_part_around_the_quote_and_nothing_of_a_page() -> None:
    words = "glasses"
    start = LONG.text.index(words, 3 * PART)
    href = quote_href("long.txt", start, start + len(words), words).partition("#")[0]
    pane = client_over(LONG).get(f"{href}&view=pane").text
    assert pane.startswith('<article class="pane-document">')
    assert pane.rstrip().endswith("</article>")
    assert "<html" not in pane
    assert "<h1" not in pane
    assert find_shown_marks(pane) == [words]
    whole = html.escape(href)
    assert f'<a href="{whole}#cited">Long<span class="unseen">, Open the whole document' in pane
    assert f'data-part-fetch="{whole}&amp;view=part&amp;part="' in pane


def test_links_in_another_language_stay_in_it() -> None:
    page = client_over(LONG).get("/zh/documents/long.txt").text
    assert 'data-part-fetch="/zh/documents/long.txt?view=part&amp;part="' in page
    assert 'href="/zh/documents/long.txt?part=2"' in page
    assert "后面的内容" in page


def test_of_very_many_headings_the_higher_levels_are_shown_if_they_are_some() -> None:
    def make(count: int, level: int) -> list[Heading]:
        return [Heading(n, n + 1, f"H{n}", 1 if n % count == 0 else level) for n in range(400)]

    assert [len(entry.entries) for entry in make_outline(make(20, 3))] == [0] * 20
    few = make_outline(make(399, 2))  # all but two are of the lower level
    assert [len(entry.entries) for entry in few] == [MOST_HEADINGS - 1]
    deep = make_outline([Heading(n, n + 1, "H", level) for n, level in enumerate((3, 1, 2, 4, 2))])
    assert [(e.heading.start, [f.heading.start for f in e.entries]) for e in deep] == [
        (0, []), (1, [2, 4])
    ]  # fmt: skip
