"""The reading order of PDF pages: what a person reads one after the other is one text."""

import pytest

from assistant.load.pdf import load_pdf
from tests.conftest import ROOT
from tests.pdfs import Page, draw, draw_lines, draw_side_by_side, write_pdf

CASES = ROOT / "tests" / "data" / "cases"
LEFT = [
    "The harbour board met in May to",
    "discuss the dredging. The first",
    "instalment is 410,000 kroner and",
    "falls due when the barge arrives.",
]
MIDDLE = [
    "The lighthouse was painted by",
    "two men who came from Orm and",
    "stayed for a week in the old",
    "school behind the church.",
]
RIGHT = [
    "The ferry to Osterholm was also",
    "reviewed. The evening sailing was",
    "dropped because fewer than six",
    "people used it on most nights.",
]


def read(*contents: str, rotation: int = 0) -> str:
    return load_pdf(write_pdf([Page(each, rotation) for each in contents]), "x.pdf").text


def test_the_case_of_two_columns_drawn_row_by_row() -> None:
    content = (CASES / "pdf-two-columns-by-row" / "minutes.pdf").read_bytes()
    text = load_pdf(content, "minutes.pdf").text
    assert text == f"{' '.join(LEFT)}\n\n{' '.join(RIGHT)}"


def test_three_columns_drawn_row_by_row_below_a_title_over_the_middle_one() -> None:
    columns = draw_side_by_side([(40, LEFT), (215, MIDDLE), (390, RIGHT)], 700)
    text = read(draw("Minutes", 260, 760, size=18) + columns)
    assert text == "\n\n".join(["Minutes", " ".join(LEFT), " ".join(MIDDLE), " ".join(RIGHT)])


def test_a_full_width_text_above_and_below_columns_is_read_before_and_after_them() -> None:
    wide = "This abstract crosses both of the columns, which are read after it, from left to right."
    note = "A note in the whole width of the page ends what the two columns above it began to say."
    columns = draw_side_by_side([(60, LEFT), (320, RIGHT)], 650)
    text = read(draw(wide, 60, 700) + draw(note, 60, 580) + columns)
    assert text == "\n\n".join([wide, " ".join(LEFT), " ".join(RIGHT), note])


def test_a_sentence_goes_on_from_one_column_to_the_next() -> None:
    left = ["The council met on Monday and", "spoke at length of the ferry. It", "decided that the"]
    right = ["harbour is to be dredged in", "spring by a company from Orm", "at its own cost."]
    text = read(draw_side_by_side([(60, left), (320, right)], 700))
    assert text == " ".join(left + right)


def test_columns_of_different_lines_are_read_one_after_the_other() -> None:
    text = read(draw_lines(LEFT, 60, 700, gap=13) + draw_lines(RIGHT, 320, 694, size=9, gap=11))
    assert text == f"{' '.join(LEFT)}\n\n{' '.join(RIGHT)}"


def test_a_box_beside_the_text_does_not_cut_its_sentence() -> None:
    wide = (
        "The barge that was to arrive in May came late, as the sound was full of ice, and the old"
    )
    narrow = ["pier could not be used by", "any of the boats that the", "board had hired for the"]
    box = ["Open from nine to five.", "Closed on all Sundays and", "on the days of the fair."]
    rest = "whole summer, so that the ferry had to land its passengers at the wooden bridge of Orm."
    content = draw(wide, 60, 700) + draw_lines(narrow, 60, 688) + draw(rest, 60, 652)
    text = read(content + draw_lines(box, 330, 687, size=8, gap=10))
    assert text == f"{wide} {' '.join(narrow)} {rest}\n\n{' '.join(box)}"


def test_the_rows_of_a_price_list_stay_rows() -> None:
    rows = [("Grilled salmon with dill", "145"), ("Lamb from the island", "168"),
            ("Soup of the day", "72"), ("Waffles with jam", "58")]  # fmt: skip
    content = "".join(
        draw(dish, 60, 700 - 14 * n) + draw(price, 400, 700 - 14 * n)
        for n, (dish, price) in enumerate(rows)
    )
    assert read(content) == "\n\n".join(f"{dish}: {price}" for dish, price in rows)


def test_labels_stay_with_what_they_label() -> None:
    rows = [("Tenant", "Anna Berg"), ("Workshop", "Kettle Lane 4"), ("Deposit", "900 crowns")]
    content = "".join(
        draw(label, 60, 700 - 14 * n) + draw(value, 160, 700 - 14 * n)
        for n, (label, value) in enumerate(rows)
    )
    assert read(content) == "Tenant Anna Berg\n\nWorkshop Kettle Lane 4\n\nDeposit 900 crowns"


def test_the_items_of_a_list_with_hanging_lines_are_paragraphs() -> None:
    items = [
        ["The first gauge stands in the harbour of Osterholm, where", "the water is deep."],
        ["The second gauge stands at the lighthouse, which was built", "by two men from Orm."],
        ["The third one was lost."],
    ]
    content, y = "", 700
    for number, item in enumerate(items, start=1):
        content += draw(f"{number}.", 60, y)
        for line in item:
            content += draw(line, 80, y)
            y -= 12
    expected = [f"{n}. {' '.join(item)}" for n, item in enumerate(items, start=1)]
    assert read(content) == "\n\n".join(expected)


def test_paragraphs_are_seen_by_their_indented_first_lines() -> None:
    first = ["The harbour board met in May to discuss the dredging of the sound.", "It is late."]
    second = ["The ferry was reviewed, and the evening sailing was dropped at the end of", "May."]
    content = draw_lines(first, 60, 700) + draw(second[0], 72, 676) + draw(second[1], 60, 664)
    assert read(content) == f"{' '.join(first)}\n\n{' '.join(second)}"


def test_the_case_of_rotated_text() -> None:
    content = (CASES / "pdf-rotated-text" / "crane.pdf").read_bytes()
    document = load_pdf(content, "crane.pdf")
    assert document.text == (
        "The crane was inspected on 3 March 2021. The inspector found two cracked bolts."
    )
    assert (document.title, document.headings) == ("crane", ())


@pytest.mark.parametrize(
    ("matrix", "places"),
    [("0 1 -1 0", [(300, 100), (312, 100)]), ("0 -1 1 0", [(300, 700), (288, 700)]),
     ("-1 0 0 -1", [(500, 400), (500, 412)])],
)  # fmt: skip
@pytest.mark.parametrize("rotation", [0, 90, 180, 270])
def test_text_in_any_direction_is_read_along_its_lines(
    matrix: str, places: list[tuple[int, int]], rotation: int
) -> None:
    lines = ["The crane was inspected on 3 March 2021.", "The inspector found two bolts."]
    content = "".join(
        draw(line, *place, matrix=matrix) for line, place in zip(lines, places, strict=True)
    )
    assert read(content, rotation=rotation) == " ".join(lines)


def test_a_stamp_in_the_margin_is_read_after_the_page() -> None:
    stamp = draw("Received on 3 May 2025", 20, 300, matrix="0 1 -1 0")
    page = draw_lines(LEFT, 60, 700)
    assert read(stamp + page) == f"{' '.join(LEFT)}\n\nReceived on 3 May 2025"


def test_a_watermark_across_the_page_does_not_cut_its_lines() -> None:
    mark = draw("DRAFT", 150, 500, size=90, matrix=".7 .7 -.7 .7")
    assert read(mark + draw_lines(LEFT, 60, 700)) == f"{' '.join(LEFT)}\n\nDRAFT"


def test_the_case_of_a_title_that_is_a_symbol() -> None:
    content = (CASES / "pdf-title-from-symbol" / "tides.pdf").read_bytes()
    document = load_pdf(content, "tides.pdf")
    assert document.title == "Tides of the northern fjords"
    assert [heading.text for heading in document.headings] == ["Tides of the northern fjords"]


def test_a_large_number_or_letter_is_no_heading() -> None:
    content = draw("S", 60, 740, size=40) + draw("41", 200, 740, size=30)
    content += draw("Levels of the year", 60, 700, size=16) + draw_lines(LEFT, 60, 670)
    document = load_pdf(write_pdf([Page(content)]), "x.pdf")
    assert document.title == "Levels of the year"


@pytest.mark.parametrize(
    ("before", "raised", "after", "expected"),
    [
        ("The reef has 1,250", "3", " colonies.", "The reef has 1,250 [3] colonies."),
        ("It weighs about 10", "6", " tonnes.", "It weighs about 10^6 tonnes."),
        ("The hall has 40 m", "2", " of glass.", "The hall has 40 m² of glass."),
        ("They said so.", "12", " We do not.", "They said so. [12] We do not."),
        ("He came on the 3", "rd", " of May.", "He came on the 3rd of May."),
        ("Anna Berg", "*", " wrote it.", "Anna Berg [*] wrote it."),
    ],
)
def test_a_raised_number_is_no_part_of_the_number_before_it(
    before: str, raised: str, after: str, expected: str
) -> None:
    content = (
        f"BT /F 10 Tf 60 700 Td ({before}) Tj 4 Ts /F 6 Tf ({raised}) Tj 0 Ts /F 10 Tf ({after})"
        " Tj ET\n"
    )
    assert read(content) == expected


def test_a_raised_character_is_no_part_of_the_number_before_it() -> None:
    text = read(draw("It has 1,250\\263 colonies on 40 m\\262.", 60, 700).replace("\\\\", "\\"))
    assert text == "It has 1,250 [3] colonies on 40 m²."


def test_a_lowered_number_stays_with_its_word() -> None:
    content = "BT /F 10 Tf 60 700 Td (The CO) Tj -2 Ts /F 6 Tf (2) Tj 0 Ts /F 10 Tf ( rose.) Tj ET"
    assert read(content) == "The CO2 rose."


def test_a_mark_that_has_a_footnote_is_no_exponent() -> None:
    content = (
        "BT /F 10 Tf 60 700 Td (It holds 10) Tj 4 Ts /F 6 Tf (1) Tj 0 Ts /F 10 Tf ( men.) Tj ET"
    )
    note = "BT /F 8 Tf 60 90 Td 3 Ts /F 5 Tf (1) Tj 0 Ts /F 8 Tf (Without the crew.) Tj ET"
    assert read(f"{content}\n{note}") == "It holds 10 [1] men.\n\n[1] Without the crew."


def test_a_large_initial_is_the_first_letter_of_its_word() -> None:
    beside = ["he harbour board met in May to discuss", "the dredging of the sound and of the"]
    content = draw("T", 60, 688, size=28) + draw_lines(beside, 80, 700)
    content += draw("basin, which is to be paid by the county.", 60, 676)
    expected = f"T{' '.join(beside)} basin, which is to be paid by the county."
    assert read(content) == expected


def test_a_colon_at_the_end_of_a_full_line_does_not_end_a_paragraph() -> None:
    lines = ["[3] Okoro, T. (2014). Barrens that stay:", "thirteen years of urchins in the north."]
    assert read(draw(lines[0], 60, 700) + draw(lines[1], 78, 688)) == " ".join(lines)


def test_addresses_side_by_side_are_read_one_after_the_other() -> None:
    left = ["Harbour Office", "Pier Street 4", "5003 Bergen", "office@orm.example"]
    right = ["Mrs Liv Strand", "Hill Road 17", "8006 Bodo", "liv@bodo.example"]
    text = read(draw_side_by_side([(60, left), (320, right)], 700))
    assert text.split() == " ".join(left + right).split()


@pytest.mark.parametrize(
    ("initial", "first", "expected"),
    [
        ("T", "here is a smell of tar", "There is a smell of tar"),
        ("A", "boat that is not used", "A boat that is not used"),
        ("A", "fter the war the boats", "After the war the boats"),
        ("I", "t is late in the year", "It is late in the year"),
        ("I", "went to the old pier", "I went to the old pier"),
    ],
)
@pytest.mark.parametrize("size", [20, 22, 24, 27])
def test_a_large_initial_stands_on_the_second_of_the_lines_on_its_right(
    initial: str, first: str, expected: str, size: int
) -> None:
    content = draw(initial, 60, 688, size=size)
    content += draw_lines([first, "and shavings in the shed where"], 80, 700)
    assert read(content + draw("it is not far away.", 60, 676)) == (
        f"{expected} and shavings in the shed where it is not far away."
    )


def test_a_large_initial_is_no_part_of_the_heading_above_it() -> None:
    content = draw("3.1 The winter of 1891", 60, 718, size=11) + draw("W", 60, 688, size=25)
    content += draw_lines(["e had a smell of tar", "and shavings in it."], 86, 700)
    assert read(content) == "3.1 The winter of 1891\n\nWe had a smell of tar and shavings in it."


@pytest.mark.parametrize("rotation", [0, 90, 180, 270])
@pytest.mark.parametrize("matrix", [".9 .42 -.42 .9", ".9 -.42 .42 .9", ".5 .87 -.87 .5"])
def test_a_slanted_stamp_is_read_along_its_lines(matrix: str, rotation: int) -> None:
    a, b, *_ = map(float, matrix.split())
    stamp = draw("CLOSED BY ORDER", 300, 400, size=18, matrix=matrix)
    stamp += draw("on 23 May 2024, no. 5526", 300 + 14 * b, 400 - 14 * a, matrix=matrix)
    document = load_pdf(write_pdf([Page(draw_lines(LEFT, 60, 700) + stamp, rotation)]), "x.pdf")
    assert document.text.split("\n\n")[-2:] == ["CLOSED BY ORDER", "on 23 May 2024, no. 5526"]
    assert all(place.right > place.left for place in document.places)


def test_a_raised_ring_is_a_degree() -> None:
    content = (
        "BT /F 10 Tf 60 700 Td (It had 14.5) Tj 4 Ts /F 6 Tf (\\260) Tj 0 Ts /F 10 Tf (C.) Tj ET\n"
    )
    assert read(content) == "It had 14.5°C."


def test_a_unit_is_squared_although_the_page_has_a_note_of_that_number() -> None:
    content = "BT /F 10 Tf 60 700 Td (It has 40 m) Tj 4 Ts /F 6 Tf (2) Tj 0 Ts ET\n"
    content += "BT /F 10 Tf 60 670 Td (It has 1,250) Tj 4 Ts /F 6 Tf (2) Tj 0 Ts ET\n"
    note = "BT /F 8 Tf 60 90 Td 3 Ts /F 5 Tf (2) Tj 0 Ts /F 8 Tf (Without the crew.) Tj ET"
    assert read(content + note) == "It has 40 m²\n\nIt has 1,250 [2]\n\n[2] Without the crew."
