"""Figures, captions, footnotes and tables that stand between the parts of a sentence."""

from assistant.load.pdf import load_pdf
from assistant.records import Document
from tests.drawing import draw_grid
from tests.loading import assert_valid
from tests.pdfs import Page, draw, draw_lines, write_pdf

LEFT = ["The council met on Monday and", "spoke at length of the ferry. It",
        "is to sail to Orm twice a day as", "soon as the ice on the sound has"]  # fmt: skip
RIGHT = ["melted and the barge, which was", "hired in Bergen, has left the pier.",
         "Until then the old bridge is to", "be used by all the passengers."]  # fmt: skip
SENTENCES = " ".join(LEFT + RIGHT)


def read(*contents: str) -> Document:
    document = load_pdf(write_pdf([Page(each) for each in contents]), "x.pdf")
    assert_valid(document)
    return document


def draw_note(mark: str, text: str, x: float, y: float, size: float = 8) -> str:
    return f"BT /F {0.7 * size} Tf {x} {y} Td 3 Ts ({mark}) Tj 0 Ts /F {size} Tf ({text}) Tj ET\n"


def draw_chart(x: float, top: float, names: str) -> str:
    """The labels of a chart in letters of the text: numbers on its left, names below it."""
    numbers = "".join(draw(str(15 - 5 * n), x, top - 20 * n) for n in range(4))
    return numbers + "".join(
        draw(name, x + 20 + 60 * n, top - 75) for n, name in enumerate(names.split())
    )


def test_a_sentence_goes_on_behind_notes_and_a_chart_in_the_next_column() -> None:
    notes = draw_note("1", "Without the crew.", 60, 560) + draw_note("2", "In May.", 60, 550)
    chart = draw_chart(320, 700, "north south east")
    caption = draw("Figure 3: The depth of the sound.", 320, 605)
    content = draw_lines(LEFT, 60, 700, gap=14) + notes + chart + caption
    document = read(content + draw_lines(RIGHT, 320, 580))
    paragraphs = document.text.split("\n\n")
    assert paragraphs[0] == SENTENCES
    assert sorted(paragraphs[1:]) == [
        "15 10 5 0 north south east",
        "Figure 3: The depth of the sound.",
        "[1] Without the crew.",
        "[2] In May.",
    ]


def test_a_note_in_letters_of_the_size_of_the_text_does_not_cut_a_sentence() -> None:
    first = draw_lines(LEFT, 60, 120) + draw_note("1", "The county pays for it.", 60, 70, size=10)
    document = read(first, draw_lines(RIGHT, 60, 780))
    assert document.text == f"[1] The county pays for it.\n\n{SENTENCES}"
    pages = [(document.text[p.start : p.end], p.page) for p in document.places]
    assert pages == [("[1] The county pays for it.", 1), *((t, 1) for t in LEFT),
                     *((t, 2) for t in RIGHT)]  # fmt: skip
    assert document.page_starts == (0, document.text.index(RIGHT[0]))


def test_what_is_below_a_paragraph_does_not_come_between_it_and_its_heading() -> None:
    first = draw("2 The ferry", 60, 150, size=14) + draw_lines(LEFT, 60, 120)
    note = draw_note("1", "The county pays for it.", 60, 50)
    document = read(first + note, draw_lines(RIGHT, 60, 780))
    assert document.text == f"[1] The county pays for it.\n\n2 The ferry\n\n{SENTENCES}"


def test_a_table_and_its_caption_at_the_top_of_a_page_do_not_cut_a_sentence() -> None:
    rows = [("Pier", "Boats", "Tons"), ("Orm", "12", "340"), ("Bo", "7", "55")]
    cells = "".join(
        draw(cell, 70 + 100 * column, 750 - 14 * row)
        for row, line in enumerate(rows) for column, cell in enumerate(line)
    )  # fmt: skip
    grid = draw_grid([64, 164, 264, 364], [762, 748, 734, 720])
    rules = "".join(f"{a} {b} m {c} {d} l S\n" for a, b, c, d in grid)
    second = draw("Table 1: Boats of the sound", 60, 775) + cells + rules
    source = draw("Source: the harbour board", 60, 706)
    document = read(draw_lines(LEFT, 60, 120), second + source + draw_lines(RIGHT, 60, 680))
    assert document.text.split("\n\n") == [
        SENTENCES,
        "Table 1: Boats of the sound",
        "Pier: Orm; Boats: 12; Tons: 340",
        "Pier: Bo; Boats: 7; Tons: 55",
        "Source: the harbour board",
    ]


def test_a_running_head_that_only_one_page_has_does_not_cut_a_sentence() -> None:
    head = draw("212", 60, 800) + draw("A. Berg and others", 450, 800)
    first = draw("211", 520, 800) + draw_lines(LEFT, 60, 120)
    document = read(first, head + draw_lines(RIGHT, 60, 760))
    assert SENTENCES in document.text.split("\n\n")


def test_the_labels_of_a_diagram_are_one_paragraph() -> None:
    labels = ["water tank", "pump", "valve"]
    content = draw_lines(labels, 300, 700, gap=40) + draw("Fig. 2 The water of the mill", 60, 580)
    document = read(content + draw_lines([*LEFT, *RIGHT], 60, 550))
    assert document.text.split("\n\n")[0] == " ".join(labels)


def test_short_lines_without_a_figure_stay_paragraphs() -> None:
    lines = ["Harbour office", "Pier Street 4", "5003 Bergen"]
    content = draw_lines(lines, 60, 760, gap=30) + draw_lines([*LEFT, *RIGHT], 60, 600)
    assert read(content).text.split("\n\n") == [*lines, SENTENCES]
