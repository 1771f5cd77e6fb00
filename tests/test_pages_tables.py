"""Tables on the page of a document."""

import re

import pytest

from assistant.api.rendering import quote_href
from assistant.load.csv import load_csv
from assistant.load.xlsx import load_xlsx
from assistant.pages.parts import MOST_ROWS
from assistant.pages.tables import ROWS_ABOVE, cut_blocks
from assistant.records import Document
from tests.answers import find_marks, strip_tags
from tests.office import make_xlsx
from tests.test_pages_documents import client_over

TARIFF = load_csv(
    "Fares of 2025\nZone,Adult,Child\nNorth side,,\nA,2.40,1.20\nSouth side,,\nB,,1.55\n", "a.csv"
)
LONG = load_csv("Code,Price\n" + "".join(f"K{n},{n}\n" for n in range(1000)), "long.csv")


def read_table(page: str) -> list[list[str]]:
    """The cells of the rows of a page's only table."""
    (table,) = re.findall(r"<table>(.*?)</table>", page, re.DOTALL)
    rows = re.findall(r"<tr>(.*?)</tr>", table, re.DOTALL)
    return [[strip_tags(cell) for cell in re.findall(r"<t[hd].*?</t[hd]>", row)] for row in rows]


def test_a_table_is_shown_as_a_table() -> None:
    page = client_over(TARIFF).get("/documents/a.csv").text
    assert read_table(page) == [
        ["Row", "Zone", "Adult", "Child"],
        ["3", "North side"],
        ["4", "A", "2.40", "1.20"],
        ["5", "South side"],
        ["6", "B", "", "1.55"],
    ]
    assert '<th scope="col" dir="auto">Adult</th>' in page
    north, adult = TARIFF.text.index("North side"), TARIFF.text.index("2.40")
    line = f'<th scope="rowgroup" colspan="3" dir="auto" data-start="{north}">North side</th>'
    assert line in page
    assert f'">A</th><td dir="auto" data-start="{adult}">2.40</td>' in page
    text = page[page.index('id="text"') :].partition(">")[2]
    assert text.startswith('<div class="part"><span data-start="0">Fares of 2025</span><div')


def test_a_cited_row_is_marked_in_its_cells() -> None:
    start, end = TARIFF.text.index("North side; Zone: A"), TARIFF.text.index("\n\nSouth")
    answer = TARIFF.text.index("1.20")
    href = quote_href("a.csv", start, end, TARIFF.text[start:end], marked=(answer, answer + 4))
    page = client_over(TARIFF).get(href).text
    assert find_marks(page) == ["A", "2.40", "1.20"]
    first, _, last = re.findall(r"<mark[^>]*>(?:<strong[^>]*>)?", page)
    assert first.startswith('<mark class="cited goes-on" id="cited" tabindex="-1" data-starts="')
    assert last.startswith('<mark class="cited ends" data-ends="')
    assert '<strong class="span" data-starts=" [answer starts] "' in last
    assert page.count('id="cited"') == 1


def test_what_is_cited_may_begin_above_a_table() -> None:
    whole = TARIFF.text
    page = client_over(TARIFF).get(quote_href("a.csv", 0, len(whole), whole)).text
    assert find_marks(page) == [
        "Fares of 2025", "North side", "A", "2.40", "1.20", "South side", "B", "1.55"
    ]  # fmt: skip
    (first,) = re.findall(r'<mark class="cited goes-on" id="cited"[^>]*>([^<]*)</mark>', page)
    assert first == "Fares of 2025"


@pytest.mark.parametrize(
    ("query", "first", "last", "links"),
    [
        ("", 1, MOST_ROWS, [MOST_ROWS + 1]),
        ("?row=401", 401, 400 + MOST_ROWS, [401 - MOST_ROWS, 401 + MOST_ROWS]),
        ("?row=951", 951, 1000, [951 - MOST_ROWS]),
        ("?row=1001", 1, MOST_ROWS, [MOST_ROWS + 1]),
        ("?row=x", 1, MOST_ROWS, [MOST_ROWS + 1]),
    ],
)
def test_of_a_long_table_some_rows_are_shown(
    query: str, first: int, last: int, links: list[int]
) -> None:
    page = client_over(LONG).get(f"/documents/long.csv{query}").text
    rows = read_table(page)
    assert (rows[1][1], rows[-1][1]) == (f"K{first - 1}", f"K{last - 1}")
    assert f"Rows {first} to {last:,} of 1,000" in " ".join(strip_tags(page).split())
    assert [int(row) for row in re.findall(r'href="[^"]*\?row=(\d+)#table-1"', page)] == links


def test_of_a_long_table_the_rows_around_a_cited_one_are_shown() -> None:
    start = LONG.text.index("Code: K500;")
    end = LONG.text.index("\n", start)
    page = client_over(LONG).get(quote_href("long.csv", start, end, LONG.text[start:end])).text
    rows = read_table(page)
    assert rows[1][1] == f"K{500 - ROWS_ABOVE}"
    assert len(rows) == MOST_ROWS + 1
    assert find_marks(page) == ["K500", "500"]


def test_several_tables_are_shown_in_order_between_their_headings() -> None:
    sheets: dict[str, list[list[str | float | None]]] = {
        "One": [["a", "b"], ["x", 1]],
        "Two": [["c", "d"], ["y", 2]],
    }
    document = load_xlsx(make_xlsx(sheets), "x.xlsx")
    page = client_over(document).get("/documents/x.xlsx").text
    assert 'aria-label="Table 2"' in page
    shown = strip_tags(page[page.index('id="text"') :].partition(">")[2].partition("<footer")[0])
    assert "".join(shown.split()).startswith("OneRowab2x1TwoRowcd2y2")


def test_all_text_but_labels_is_in_the_blocks() -> None:
    for document in (TARIFF, Document("a", "A", " plain\n\ntext ")):
        blocks = cut_blocks(document, {})
        runs = [block.pieces for block in blocks]
        runs += [cell for b in blocks if b.table for row in b.table.rows for cell in row.cells]
        words = " ".join("".join(piece.text for piece in run) for run in runs).split()
        assert set(words) <= set(document.text.replace(":", " ").replace(";", " ").split())
        values = {document.text[a:b] for row in document.rows for a, b in row.cells}
        assert set(" ".join(values).split()) <= set(words)
