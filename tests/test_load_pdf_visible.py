"""Text that cannot be seen on a PDF page, text of scans, and pages without text."""

import pytest

from assistant.errors import LoadError
from assistant.load.pdf import load_pdf
from assistant.load.recogniser import explain_way_out
from assistant.records import Document, Notice
from tests.conftest import ROOT
from tests.loading import assert_valid
from tests.pdfs import Page, draw, draw_picture, fill, write_pdf

CASES = ROOT / "tests" / "data" / "cases"
SEEN = draw("The roof costs 84,000 euros.", 60, 700)
NOTICE = Notice("hidden_text", "1 page has text that cannot be seen, which was left out", (1,))


def read(*contents: str) -> Document:
    document = load_pdf(write_pdf([Page(content) for content in contents]), "x.pdf")
    assert_valid(document)
    return document


def test_the_case_of_hidden_text() -> None:
    document = load_pdf((CASES / "hidden-text" / "offer.pdf").read_bytes(), "offer.pdf")
    assert document.text == (
        "Offer of Halden Roofing.\n\nThe total price of the roof is 84,000 euros."
    )
    assert document.notices == (NOTICE,)


HIDDEN = "The roof costs 1 euro."


@pytest.mark.parametrize(
    "hidden",
    [
        draw(HIDDEN, 60, 600, mode=3),
        draw(HIDDEN, 60, 600, mode=7),
        draw(HIDDEN, 60, 600, colour="1 1 1"),
        draw(HIDDEN, 60, 600, colour=".99 .99 1"),
        draw(HIDDEN, 60, 600, size=1),
        draw(HIDDEN, 700, 600),
        draw(HIDDEN, 60, -20),
        fill(50, 590, 300, 30, "1 1 .6") + draw(HIDDEN, 60, 600, colour="1 1 .6"),
        draw(HIDDEN, 60, 600) + fill(50, 590, 300, 30, "0 0 1"),
        draw(HIDDEN, 60, 600) + draw_picture(50, 590, 300, 30),
    ],
    ids=["mode 3", "mode 7", "white", "nearly white", "tiny", "right of the page", "below the page",
         "yellow on yellow", "below a shape", "below a picture"],
)  # fmt: skip
def test_text_that_nobody_sees_is_left_out_and_reported(hidden: str) -> None:
    document = read(SEEN + hidden)
    assert document.text == "The roof costs 84,000 euros."
    assert document.notices == (NOTICE,)


def test_text_outside_the_crop_box_is_left_out() -> None:
    page = Page(SEEN + draw(HIDDEN, 60, 100), crop=(0, 400, 595, 842))
    assert load_pdf(write_pdf([page]), "x.pdf").text == "The roof costs 84,000 euros."


@pytest.mark.parametrize(
    "seen",
    [
        fill(50, 690, 300, 30, "0 0 .4") + draw("The roof is new.", 60, 700, colour="1 1 1"),
        draw_picture(50, 690, 300, 30) + draw("The roof is new.", 60, 700, colour="1 1 1"),
        draw("The roof is new.", 60, 700, colour=".8 .8 .8"),
        draw("The roof is new.", 60, 700, mode=1, colour="1 1 1"),
        draw("The roof is new.", 60, 700) + fill(300, 690, 100, 30, "0 0 1"),
    ],
    ids=["white on dark", "white on a picture", "grey", "outlined", "beside a shape"],
)
def test_text_that_can_be_seen_stays(seen: str) -> None:
    document = read(seen)
    assert (document.text, document.notices) == ("The roof is new.", ())


@pytest.mark.parametrize("mode", [3, 0], ids=["over the picture", "below the picture"])
def test_the_text_of_a_scan_is_read_and_marked(mode: int) -> None:
    words = draw("The deposit is 900 crowns.", 60, 700, mode=mode)
    picture = draw_picture(0, 0, 595, 842)
    document = read(SEEN, picture + words if mode else words + picture)
    assert document.text == "The roof costs 84,000 euros.\n\nThe deposit is 900 crowns."
    assert [document.text[start:end] for start, end in document.recognised] == [
        "The deposit is 900 crowns."
    ]
    assert document.notices == (
        Notice("recognised", "1 page was recognised from pictures: the text may have errors", (2,)),
    )


def test_the_case_of_a_page_that_is_a_picture() -> None:
    content = (CASES / "pdf-partly-scanned" / "lease.pdf").read_bytes()
    document = load_pdf(content, "lease.pdf")
    message = f"1 page has no text: it is a scan or a drawing; {explain_way_out(None)}"
    assert document.notices == (Notice("pages_without_text", message, (2,)),)
    assert document.page_starts == (0, 48, 50)


def test_pages_that_are_drawings_are_reported_and_empty_ones_are_not() -> None:
    drawing = fill(60, 60, 200, 200, "1 0 0")
    document = read(drawing, SEEN, "", drawing)
    message = f"2 pages have no text: they are scans or drawings; {explain_way_out(None)}"
    assert document.notices == (Notice("pages_without_text", message, (1, 4)),)


def test_a_pdf_of_nothing_but_hidden_text_is_refused() -> None:
    with pytest.raises(LoadError, match="no text"):
        read(draw(HIDDEN, 60, 600, mode=3))
