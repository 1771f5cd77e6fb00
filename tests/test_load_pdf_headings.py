"""The headings and the titles of PDF files."""

import pytest

from assistant.load.pdf import load_pdf
from assistant.records import Document
from tests.loading import assert_valid
from tests.pdfs import Page, draw, draw_lines, write_pdf

TEXT = [
    "The harbour board met in May to discuss the dredging of the sound. It was",
    "decided that the harbour is to be dredged in spring by a company from Orm.",
]


def read(*contents: str) -> Document:
    document = load_pdf(write_pdf([Page(each) for each in contents]), "sound.pdf")
    assert_valid(document)
    return document


def list_headings(document: Document) -> list[tuple[str, int]]:
    return [(heading.text, heading.level) for heading in document.headings]


@pytest.mark.parametrize(
    ("lines", "title"),
    [
        ([("Ice in the harbours of the north:", 18), ("a record of forty winters", 18)],
         "Ice in the harbours of the north: a record of forty winters"),
        ([("Ice in the harbours of the north:", 20), ("a record of forty winters", 15)],
         "Ice in the harbours of the north: a record of forty winters"),
        ([("Report on", 14), ("Ice in the harbours", 24)], "Report on Ice in the harbours"),
        ([("Ice in the harbours", 20), ("and the winters of the north", 14)],
         "Ice in the harbours and the winters of the north"),
        ([("Ice in the harbours", 20), ("Anna Berg", 14)], "Ice in the harbours"),
        ([("Why is there ice in harbours?", 20)], "Why is there ice in harbours?"),
    ],
)  # fmt: skip
def test_a_title_of_several_lines_is_one(lines: list[tuple[str, int]], title: str) -> None:
    content, y = "", 780.0
    for text, size in lines:
        y -= 1.2 * size
        content += draw(text, 80, y, size=size)
    assert read(content + draw_lines(TEXT, 60, 660)).title == title


def test_two_numbered_headings_below_each_other_are_two() -> None:
    content = draw("4 Results", 60, 760, size=14) + draw("4.1 Ice", 60, 740, size=14)
    headings = list_headings(read(content + draw_lines(TEXT, 60, 700)))
    assert headings == [("4 Results", 1), ("4.1 Ice", 1)]


def test_the_authors_are_no_heading() -> None:
    authors = (
        "BT /F 13 Tf 60 735 Td (Anna Berg) Tj 5 Ts /F 8 Tf (1) Tj 0 Ts /F 13 Tf ( and Liv Strand)"
        " Tj 5 Ts /F 8 Tf (2) Tj 0 Ts ET\n"
    )
    document = read(draw("Ice", 60, 760, size=18) + authors + draw_lines(TEXT, 60, 700))
    assert list_headings(document) == [("Ice", 1)]
    assert "Anna Berg [1] and Liv Strand [2]" in document.text


def test_a_bold_line_above_text_is_a_heading() -> None:
    content = draw("Ice", 60, 760, size=18)
    content += draw("3.1 The winter of 1891", 60, 730, font="B") + draw_lines(TEXT, 60, 718)
    content += draw("Knot evenings", 60, 680, font="B") + draw_lines(TEXT, 60, 660)
    headings = [("Ice", 1), ("Knot evenings", 6)]
    document = read(content)
    assert list_headings(document) == headings
    assert "3.1 The winter of 1891\n\nThe harbour board met" in document.text


@pytest.mark.parametrize(
    "line",
    [
        "Total: 450 crowns",
        "beginning of the code",
        "It is closed on all Sundays.",
        "12 May 2024",
        "-",
    ],
)
def test_bold_values_and_sentences_are_no_headings(line: str) -> None:
    content = draw("Ice", 60, 760, size=18) + draw(line, 60, 730, font="B")
    assert list_headings(read(content + draw_lines(TEXT, 60, 700))) == [("Ice", 1)]


def test_bold_words_in_a_sentence_are_no_heading() -> None:
    bold = draw("The harbour board met in May to", 60, 700, font="B")
    document = read(draw("Ice", 60, 760, size=18) + bold + draw_lines(["discuss it."], 60, 688))
    assert list_headings(document) == [("Ice", 1)]
    assert document.text.endswith("The harbour board met in May to discuss it.")


def test_in_a_document_of_bold_letters_they_are_no_headings() -> None:
    lines = ["The winter", *TEXT, "The summer", *TEXT]
    content = "".join(draw(line, 60, 700 - 20 * n, font="B") for n, line in enumerate(lines))
    assert list_headings(read(content)) == []


def test_a_bold_line_is_the_title_if_it_is_the_first() -> None:
    heading = draw("Minutes of the board", 60, 760, font="B")
    assert read(heading + draw_lines(TEXT, 60, 740)).title == "Minutes of the board"
    above = draw_lines(["Orm, in the first week of May, at noon."], 60, 790)
    document = read(above + heading + draw_lines(TEXT, 60, 740))
    assert document.title == "sound"


def test_a_name_in_large_letters_is_not_joined_with_the_text_in_its_row() -> None:
    content = draw("Lighthouse", 60, 760, size=30) + draw("News of the friends", 400, 760, size=9)
    document = read(content + draw_lines(TEXT, 60, 700))
    assert document.text.startswith("Lighthouse\n\nNews of the friends\n\nThe harbour")
    assert list_headings(document) == [("Lighthouse", 1)]
