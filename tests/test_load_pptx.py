import io
from collections.abc import Callable
from datetime import date, datetime

import pytest
from hypothesis import given, settings, strategies as st
from lxml import etree
from PIL import Image
from pptx import Presentation
from pptx.chart.data import CategoryChartData
from pptx.enum.chart import XL_CHART_TYPE
from pptx.presentation import Presentation as Deck
from pptx.slide import Slide
from pptx.util import Inches

from assistant.errors import LoadError
from assistant.load.pptx import load_pptx
from assistant.records import Document, Notice
from tests.loading import assert_valid
from tests.office import make_zip
from tests.slides import BLANK, COMPARISON, PLACE, TITLE, add_box, add_slide, save


def load(deck: Deck) -> Document:
    document = load_pptx(save(deck), "x.pptx")
    assert_valid(document)
    return document


def read(build: Callable[[Slide], object]) -> list[str]:
    """The paragraphs of a slide below its title."""
    deck = Presentation()
    build(add_slide(deck, "Title"))
    return load(deck).text.split("\n\n")[1:]


def test_slides_are_pages_with_their_titles_as_headings() -> None:
    deck = Presentation()
    deck.core_properties.created = datetime(2025, 9, 9)
    add_slide(deck, "Harbour plan", layout=TITLE).placeholders[1].text = "Spring"
    add_box(add_slide(deck, "Fees"), "They rise.")
    document = load(deck)
    assert document.text == "Harbour plan\n\nSpring\n\nFees\n\nThey rise."
    assert [(heading.text, heading.level) for heading in document.headings] == [
        ("Harbour plan", 1), ("Fees", 1),
    ]  # fmt: skip
    assert document.page_starts == (0, document.text.index("\n\nFees"))
    assert (document.title, document.published) == ("Harbour plan", date(2025, 9, 9))


def test_shapes_are_read_in_the_order_of_their_places() -> None:
    def build(slide: Slide) -> None:
        add_box(slide, "Bottom.", top=6)
        add_box(slide, "Right.", left=5.2, top=2)
        add_box(slide, "Left.", top=2)
        group = slide.shapes.add_group_shape()
        for text, left in (("in group b", 4), ("in group a", 1)):
            box = group.shapes.add_textbox(Inches(left), Inches(4), Inches(2), Inches(0.5))
            box.text_frame.text = text

    assert read(build) == ["Left.", "Right.", "in group a", "in group b", "Bottom."]


def test_placeholders_have_the_places_of_their_layout() -> None:
    deck = Presentation()
    slide = add_slide(deck, "Cranes", layout=COMPARISON)
    for place, text in zip((4, 3, 2, 1), ("9 t.", "After", "5 t.", "Before"), strict=True):
        slide.placeholders[place].text = text
    assert load(deck).text.split("\n\n") == ["Cranes", "Before", "5 t.", "After", "9 t."]


def test_a_table_is_rows_with_its_header() -> None:
    def build(slide: Slide) -> None:
        table = slide.shapes.add_table(4, 3, *PLACE).table
        rows = [["Zone", "2024", "2025"], ["A", "1.20", "1.30"], ["", "2.20", "x"], ["C", "", "3"]]
        for row, cells in enumerate(rows):
            for column, text in enumerate(cells):
                table.cell(row, column).text = text
        table.cell(1, 0).merge(table.cell(2, 0))
        table.cell(1, 2).merge(table.cell(2, 2))
        table.cell(3, 0).merge(table.cell(3, 1))

    assert read(build) == [
        "Zone: A; 2024: 1.20; 2025: 1.30 x",
        "Zone: A; 2024: 2.20; 2025: 1.30 x",
        "Zone: C; 2024: C; 2025: 3",
    ]


def test_a_chart_is_a_table_of_its_numbers() -> None:
    def build(slide: Slide) -> None:
        data = CategoryChartData()  # type: ignore[no-untyped-call]
        data.categories = ["Q1", "Q2"]
        data.add_series("Ships", (10, 12.5))  # type: ignore[no-untyped-call]
        data.add_series("Boats", (3, None))  # type: ignore[no-untyped-call]
        kind = XL_CHART_TYPE.COLUMN_CLUSTERED
        chart = slide.shapes.add_chart(kind, *PLACE, data).chart  # type: ignore
        chart.has_title = True
        chart.chart_title.text_frame.text = "Arrivals"

    assert read(build) == ["Arrivals", "Q1; Ships: 10; Boats: 3", "Q2; Ships: 12.5"]


def test_notes_follow_their_slide() -> None:
    def build(slide: Slide) -> None:
        add_box(slide, "Shown.")
        frame = slide.notes_slide.notes_text_frame
        assert frame is not None
        frame.text = "Zone B is closed.\nSay so."

    assert read(build) == ["Shown.", "Notes: Zone B is closed.", "Say so."]


def test_what_is_hidden_or_a_picture_is_reported_with_its_slide() -> None:
    deck = Presentation()
    slide = add_slide(deck, "One")
    add_box(slide, "HIDDEN SHAPE")
    next(slide.shapes[-1]._element.iter("{*}cNvPr")).set("hidden", "1")
    hidden = add_slide(deck, "HIDDEN SLIDE")
    hidden._element.set("show", "0")
    pixel = io.BytesIO()
    Image.new("RGB", (1, 1)).save(pixel, "png")
    add_slide(deck, layout=BLANK).shapes.add_picture(pixel, *PLACE)
    add_slide(deck, "Four")
    document = load(deck)
    assert document.text == "One\n\nFour"
    assert document.page_starts == (0, 3, 3, 3)
    assert document.notices == (
        Notice(
            "hidden_parts", "1 slide is hidden and was left out; unhide what should be read", (2,)
        ),
        Notice(
            "hidden_text",
            "1 slide has hidden shapes, which were left out: unhide them to have them read",
            (1,),
        ),
        Notice(
            "pages_without_text",
            "1 slide has only pictures and no text: save the slides as PDF to have it recognised",
            (3,),
        ),
    )


def test_what_is_on_every_slide_is_kept_once_without_its_number() -> None:
    deck = Presentation()
    box = deck.slide_master.shapes._spTree
    box.append(
        etree.fromstring(
            '<p:sp xmlns:p="http://schemas.openxmlformats.org/presentationml/2006/main" xmlns:a='
            '"http://schemas.openxmlformats.org/drawingml/2006/main"><p:nvSpPr><p:cNvPr id="99" '
            'name="x"/><p:cNvSpPr/><p:nvPr/></p:nvSpPr><p:spPr/><p:txBody><a:bodyPr/><a:p><a:r>'
            '<a:t>Internal, page </a:t></a:r><a:fld id="{1}" type="slidenum"><a:t>7</a:t></a:fld>'
            "</a:p><a:p><a:r><a:t>Harrow Port</a:t></a:r></a:p></p:txBody></p:sp>"
        )
    )
    for title in ("One", "Two"):
        add_slide(deck, title)
    assert load(deck).text == "One\n\nHarrow Port\n\nTwo"


def test_a_slide_without_title_has_its_first_short_line_as_heading() -> None:
    deck = Presentation()
    slide = add_slide(deck, layout=BLANK)
    add_box(slide, "Opening hours", top=1)
    add_box(slide, "We open at nine.", top=3)
    add_box(add_slide(deck, layout=BLANK), "This is a sentence.")
    document = load(deck)
    assert [heading.text for heading in document.headings] == ["Opening hours"]
    assert document.text.endswith("This is a sentence.")


@pytest.mark.parametrize("content", [b"PK", make_zip({"a.xml": "<a/>"}), make_zip({})])
def test_other_files_are_damaged(content: bytes) -> None:
    with pytest.raises(LoadError, match=r"x\.pptx is damaged"):
        load_pptx(content, "x.pptx")


said = st.text(alphabet="abé新👍&<>;. ", min_size=1, max_size=8).filter(str.strip)


@settings(max_examples=25)
@given(st.lists(st.tuples(said, st.floats(0, 7), st.floats(0, 7)), min_size=1, max_size=5))
def test_the_words_of_a_slide_come_back(boxes: list[tuple[str, float, float]]) -> None:
    deck = Presentation()
    slide = add_slide(deck, layout=BLANK)
    for text, left, top in boxes:
        add_box(slide, text, left, top, 1)
    words = [word for text, _, _ in boxes for word in text.split()]
    assert sorted(load(deck).text.split()) == sorted(words)


def test_the_number_of_a_slide_in_a_text_box_is_left_out() -> None:
    def build(slide: Slide) -> None:
        add_box(slide, "See slide NUMBER for the fees.")
        paragraph = slide.shapes[-1].text_frame.paragraphs[0]._p  # type: ignore[attr-defined]
        space = "http://schemas.openxmlformats.org/drawingml/2006/main"
        field = etree.SubElement(paragraph, f"{{{space}}}fld", id="{1}", type="slidenum")
        etree.SubElement(field, f"{{{space}}}t").text = "7"

    assert read(build) == ["See slide NUMBER for the fees."]


def test_the_shapes_of_a_hidden_group_are_left_out() -> None:
    def build(slide: Slide) -> None:
        add_box(slide, "Shown.")
        group = slide.shapes.add_group_shape()
        group.shapes.add_textbox(*PLACE).text_frame.text = "DRAFT"
        next(group._element.iter("{*}cNvPr")).set("hidden", "1")

    assert read(build) == ["Shown."]
