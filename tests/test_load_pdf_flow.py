"""What headings, heads, notes and tables do to the reading order of PDF pages."""

from assistant.load.pdf import load_pdf
from assistant.records import Document
from tests.drawing import draw_page, set_rows
from tests.loading import assert_valid
from tests.pdfs import Page, draw, draw_lines, write_pdf

METHODS = [
    "We walked nine transects of four hundred metres",
    "each in the first week of June. Each nest was then",
    "marked with a numbered cane, and visited twice.",
]
FEN = [
    "Orrin Fen covers 312 hectares. Its water level is",
    "kept by two sluices, and the older of them was",
    "rebuilt in 1987 by the drainage board.",
]
RESULTS = [
    "The number of nests doubled in five years. The",
    "fledglings per nest stayed near 2.3 in all years",
    "but 2021, when a flood in June drowned sixteen.",
]
SEEDS = [["Seed", "Packets", "Price"], *([f"Bean {n}", str(3 * n), f"{n}.10"] for n in range(1, 5))]


def read(*contents: str) -> Document:
    document = load_pdf(write_pdf([Page(each) for each in contents]), "fen.pdf")
    assert_valid(document)
    return document


def list_paragraphs(*contents: str) -> list[str]:
    return read(*contents).text.split("\n\n")


def test_headings_in_a_long_column_do_not_end_it() -> None:
    """The gutter is narrower than the letters of the headings are wide, and a note is below."""
    left = draw("Fen", 60, 700, size=14) + draw_lines(FEN, 60, 680)
    left += draw("Methods", 60, 620, size=14) + draw_lines(METHODS, 60, 600)
    left += draw("Ringed under licence 4418.", 71, 540, size=7)
    width = 9
    right = draw("Results", 282 + width, 700, size=14) + draw_lines(RESULTS, 282 + width, 680)
    assert list_paragraphs(left + right) == [
        "Fen", " ".join(FEN), "Methods", " ".join(METHODS), "Results", " ".join(RESULTS),
        "Ringed under licence 4418.",
    ]  # fmt: skip


def test_a_heading_at_the_end_of_a_column_names_what_begins_the_next() -> None:
    left = draw_lines(FEN + METHODS, 60, 700) + draw("Results", 60, 610, size=14)
    right = draw_lines(RESULTS, 320, 700) + draw("Sightings of the spring.", 320, 620, size=7)
    assert list_paragraphs(left + right)[2:4] == ["Results", " ".join(RESULTS)]


def test_what_is_below_a_note_below_columns_is_read_after_them() -> None:
    columns = draw_lines(FEN + METHODS, 60, 700) + draw_lines(RESULTS, 320, 700)
    note = draw("3 Counted in May.", 60, 615, size=7)
    names = draw("Warden", 60, 590) + draw("Liv Berg, of Orm", 90, 578)
    paragraphs = list_paragraphs(columns + note + names)
    assert paragraphs[2:] == [" ".join(RESULTS), "3 Counted in May.", "Warden", "Liv Berg, of Orm"]


def test_a_heading_below_columns_names_what_is_below_it() -> None:
    columns = draw_lines(FEN + METHODS, 60, 700) + draw_lines(RESULTS, 320, 700)
    below = draw("Seeds", 60, 600, size=14) + draw_page(
        set_rows(SEEDS, columns=(60, 250, 420), top=575), []
    )
    paragraphs = list_paragraphs(columns + below)
    assert paragraphs[:3] == [" ".join(FEN), " ".join(METHODS), " ".join(RESULTS)]
    assert paragraphs[3:5] == ["Seeds", "Seed: Bean 1; Packets: 3; Price: 1.10"]


def test_a_table_at_the_end_of_a_column_is_read_in_it() -> None:
    columns = draw_lines(FEN, 60, 700) + draw_lines(RESULTS + METHODS, 320, 700)
    columns += draw("Table 1: Seeds sown in the fen", 90, 640)
    table = draw_page(set_rows(SEEDS, columns=(80, 150, 220), top=620), [])
    paragraphs = list_paragraphs(columns + table)
    assert paragraphs[:3] == [
        " ".join(FEN), "Table 1: Seeds sown in the fen", "Seed: Bean 1; Packets: 3; Price: 1.10",
    ]  # fmt: skip
    assert paragraphs[-1] == " ".join(RESULTS + METHODS)


def test_the_head_of_a_page_does_not_go_on_below_its_title() -> None:
    head = "Contract no. GL-5528, signed on 14 May 2024"
    text = [
        "between Thornfield Estates and the growers of",
        "Cress and Radish, who lease two greenhouses.",
    ]
    page = draw(head, 72, 750) + draw("Greenhouse Lease", 72, 700, size=24)
    page += draw_lines(text, 72, 660)
    assert list_paragraphs(page) == [head, "Greenhouse Lease", " ".join(text)]


def test_lines_beside_a_letterhead_do_not_go_on_below_a_table() -> None:
    address = draw_lines(["Bakery Equipment Ltd", "9 Foundry Lane", "Kirkwell KW3 1AA"], 60, 740)
    block = ["Invoice date: 4 October 2024", "Customer number: C-20417", "VAT no.: GB 882 1904 5"]
    table = draw_page(set_rows(SEEDS, top=650), [])
    terms = "Please pay within 30 days. Interest of 1.5 % a month is charged on late payments."
    paragraphs = list_paragraphs(
        address + draw_lines(block, 420, 740) + table + draw(terms, 60, 560)
    )
    assert paragraphs[-1] == terms


def test_the_number_of_a_page_with_nothing_but_a_table_is_below_it() -> None:
    pages = [
        draw_page([("Acme Seeds", 72, 760), *set_rows(SEEDS), (str(n), 300, 60)], [])
        for n in (1, 2)
    ]
    paragraphs = list_paragraphs(*pages)
    assert paragraphs[-2:] == ["Seed: Bean 4; Packets: 12; Price: 4.10", "2"]


def test_a_year_is_the_end_of_a_title() -> None:
    page = draw("Lichen & Moss Symposium", 72, 740, size=24) + draw("2025", 180, 712, size=24)
    document = read(page + draw_lines(METHODS, 72, 660))
    assert document.title == "Lichen & Moss Symposium 2025"
    assert [heading.text for heading in document.headings] == ["Lichen & Moss Symposium 2025"]


def test_two_short_paragraphs_are_not_one() -> None:
    words = "The lease between A Ltd and B Ltd begins on the first day of May and has no end."
    page = (
        draw("Lease", 72, 740, size=20)
        + draw(words, 72, 700)
        + draw("The fee is 9 pounds.", 72, 677)
    )
    assert list_paragraphs(page) == ["Lease", words, "The fee is 9 pounds."]
