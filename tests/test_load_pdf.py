import io
from contextlib import suppress
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, strategies as st
from pypdfium2 import PdfDocument

from assistant.answer.cite import cite
from assistant.api.rendering import _render_citation
from assistant.errors import LoadError
from assistant.load import load_corpus
from assistant.load.pdf import load_pdf
from assistant.split import Splitter
from tests.loading import assert_valid, slices
from tests.office import Line, make_pdf, set_lines
from tests.pdfs import Page, draw, write_pdf

STORY = (
    set_lines("The Price of Glasses", size=20, top=740)
    + set_lines("Rokid sells its glasses", "for 2,999 yuan.", "", "Nobody else does.", top=700),
    set_lines("What comes next", size=15, top=740)
    + set_lines("Prices fell by 10 % (in May).", top=700),
)


def test_a_pdf_is_read_page_by_page() -> None:
    document = load_pdf(make_pdf(*STORY, created="D:20250909151900+08'00'"), "a/story.pdf")
    assert document.text == (
        "The Price of Glasses\n\nRokid sells its glasses for 2,999 yuan.\n\nNobody else does.\n\n"
        "What comes next\n\nPrices fell by 10 % (in May)."
    )
    assert document.page_starts == (0, document.text.index("What comes next"))
    assert [(h.text, h.level) for h in document.headings] == [
        ("The Price of Glasses", 1), ("What comes next", 2),
    ]  # fmt: skip
    assert slices(document) == (["The Price of Glasses", "What comes next"], [])
    assert (document.title, document.published) == ("The Price of Glasses", date(2025, 9, 9))


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("Glasses in (2025)", "Glasses in (2025)"),
        ("untitled", "The Price of Glasses"),
        ("Microsoft Word - draft 3", "The Price of Glasses"),
        ("draft3.docx", "The Price of Glasses"),
        ("(anonymous)", "The Price of Glasses"),
        ("file:///tmp/offer.html", "The Price of Glasses"),
        ("C:\\work\\offer final.tex", "The Price of Glasses"),
        ("X", "The Price of Glasses"),
        ("Slide 1", "The Price of Glasses"),
        ("Glasses for Dr. Who", "Glasses for Dr. Who"),
    ],
)
def test_a_title_that_says_nothing_is_replaced(title: str, expected: str) -> None:
    assert load_pdf(make_pdf(*STORY, title=title), "x.pdf").title == expected


def test_a_pdf_without_large_letters_has_the_file_name_as_title() -> None:
    document = load_pdf(make_pdf(set_lines("All of a size.")), "a/plain.pdf")
    assert (document.title, document.headings, document.published) == ("plain", (), None)


@pytest.mark.parametrize(
    ("producer", "created", "expected"),
    [
        ("pdfTeX-1.40.24", "D:20250909151900Z", date(2025, 9, 9)),
        ("Skia/PDF m120", "D:20250909151900Z", None),  # the day on which a browser printed it
        ("ReportLab PDF Library", "D:20000101000000+00'00'", None),  # asked to leave out the day
    ],
)
def test_the_day_of_a_print_is_no_date_of_the_text(
    producer: str, created: str, expected: date | None
) -> None:
    content = write_pdf([Page(draw("Text.", 60, 700))], created=created, producer=producer)
    assert load_pdf(content, "x.pdf").published == expected


def test_the_places_of_lines_are_on_the_page_as_it_is_shown() -> None:
    content = draw("Upright.", 100, 200) + draw("Turned.", 300, 400, matrix="0 1 -1 0")
    page = Page(content, box=(0, 0, 600, 800), crop=(50, 60, 600, 800))
    document = load_pdf(write_pdf([page]), "x.pdf")
    found = {
        document.text[p.start : p.end]: [round(side) for side in p[3:]] for p in document.places
    }
    assert found == {"Upright.": [50, 138, 85, 149], "Turned.": [241, 340, 252, 374]}
    turned = load_pdf(write_pdf([Page(content, rotation=90, box=(0, 0, 600, 800))]), "x.pdf")
    found = {turned.text[p.start : p.end]: [round(side) for side in p[3:]] for p in turned.places}
    assert found == {"Upright.": [198, 465, 209, 500], "Turned.": [400, 298, 434, 309]}


def test_the_size_of_a_page_may_be_that_of_all_pages() -> None:
    content = write_pdf([Page(draw("Above A4.", 60, 1100), box=None)])
    assert load_pdf(content, "x.pdf").text == "Above A4."


def test_what_is_filled_into_a_form_is_read_with_its_label() -> None:
    pages = [Page(draw("Name of the tenant:", 60, 702), field="Anna Berg"), Page("")]
    document = load_pdf(write_pdf(pages), "x.pdf")
    assert document.text == "Name of the tenant: Anna Berg"


def test_the_title_is_a_heading_of_the_first_page() -> None:
    pages = [set_lines("Tides", size=16), set_lines("It rises."), set_lines("NEAT", size=40)]
    assert load_pdf(make_pdf(*pages), "x.pdf").title == "Tides"


def test_a_citation_names_the_page_its_quote_begins_on(tmp_path: Path) -> None:
    pages: tuple[list[Line], ...] = (set_lines("First page."), [], set_lines("Third page."), [])
    (tmp_path / "x.pdf").write_bytes(make_pdf(*pages))
    (document,) = load_corpus(tmp_path).documents
    assert document.page_starts == (0, 11, 13, 24)
    (passage,) = Splitter(lambda texts: [len(text.split()) for text in texts], 64).split(document)
    found = {}
    for start, end in passage.sentences:
        citation = cite(passage, start, end)
        found[citation.quote] = citation.page
        assert _render_citation(1, citation).page == citation.page
    assert found == {"First page.": 1, "Third page.": 3}


@pytest.mark.parametrize("count", [1, 3])
def test_a_scan_is_refused_as_a_scan(count: int) -> None:
    with pytest.raises(LoadError, match="no text: a scan") as caught:
        load_pdf(make_pdf(*[[]] * count), "scan.pdf")
    pages = "1 page" if count == 1 else "3 pages"
    assert caught.value.message == f"scan.pdf has {pages} and no text: a scan, or a drawing"
    assert "assistant index --ocr" in caught.value.hint


def test_a_locked_pdf_is_distinguished_from_a_damaged_one() -> None:
    trailer = (
        "trailer<</Encrypt<</Filter/Standard/V 1/R 2/Length 40/P -4/O<" + "00" * 32 + ">/U<"
        + "00" * 32 + ">>>/ID[<00><00>]"
    )  # fmt: skip
    locked = make_pdf(*STORY).replace(b"trailer<<", trailer.encode())
    with pytest.raises(LoadError, match=r"x.pdf is locked with a password: save it again"):
        load_pdf(locked, "x.pdf")
    with pytest.raises(LoadError, match=r"x.pdf is damaged"):
        load_pdf(b"%PDF-1.4 and no more", "x.pdf")


words = st.text(alphabet="abcXYZ019()\\.,", min_size=1, max_size=8)
printed = st.lists(
    st.lists(words, min_size=1, max_size=5).map(" ".join), max_size=6
)  # fmt: skip


@given(pages=st.lists(printed, min_size=1, max_size=5).filter(any))
def test_every_word_of_a_pdf_is_on_its_page(pages: list[list[str]]) -> None:
    document = load_pdf(make_pdf(*(set_lines(*lines) for lines in pages)), "x.pdf")
    assert_valid(document)
    assert len(document.page_starts) == len(pages)
    for number, lines in enumerate(pages, start=1):
        places = [place for place in document.places if place.page == number]
        found = " ".join(document.text[place.start : place.end] for place in places)
        assert sorted(found.replace(" ", "")) == sorted("".join(lines).replace(" ", ""))


numbers = st.integers(-200, 1000)
drawn = st.builds(
    lambda text, x, y, size, matrix, mode: draw(text, x, y, size=size, matrix=matrix, mode=mode),
    words, numbers, numbers, st.integers(0, 60),
    st.sampled_from(["1 0 0 1", "0 1 -1 0", "0 -1 1 0", "-1 0 0 -1", ".7 .7 -.7 .7", "0 0 0 0"]),
    st.integers(0, 7),
)  # fmt: skip


@given(
    contents=st.lists(st.lists(drawn, max_size=12).map("".join), min_size=1, max_size=3),
    rotation=st.sampled_from([0, 90, 180, 270]),
)
def test_a_pdf_of_anything_anywhere_is_valid_or_refused(contents: list[str], rotation: int) -> None:
    with suppress(LoadError):  # no text that can be seen
        assert_valid(load_pdf(write_pdf([Page(each, rotation) for each in contents]), "x.pdf"))


def test_attachments_are_reported() -> None:
    whole = io.BytesIO()
    with PdfDocument(make_pdf(*STORY)) as pdf:
        pdf.new_attachment("prices.csv").set_data(b"a,b")
        pdf.save(whole)
    (notice,) = load_pdf(whole.getvalue(), "x.pdf").notices
    assert (notice.code, notice.message) == (
        "attachments", "1 attachment was not read: save it to the folder",
    )  # fmt: skip
