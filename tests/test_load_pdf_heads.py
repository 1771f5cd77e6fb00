"""Running heads, feet and page numbers of PDF pages, and sentences that go on over a page's end."""

import pytest

from assistant.answer.cite import cite
from assistant.load.pdf import load_pdf
from assistant.records import Document
from assistant.split import Splitter
from tests.conftest import ROOT
from tests.loading import assert_valid, slices
from tests.pdfs import Page, draw, draw_lines, draw_side_by_side, write_pdf

CASE = ROOT / "tests" / "data" / "cases" / "pdf-sentence-over-page-break" / "report.pdf"
SENTENCE = (
    "The county office therefore decided to spend the remaining 2.6 million crowns on new pipes "
    "in the village of Orm."
)


def read(*contents: str, producer: str = "") -> Document:
    pages = [Page(content) for content in contents]
    document = load_pdf(write_pdf(pages, producer=producer), "x.pdf")
    assert_valid(document)
    return document


def test_the_case_of_a_sentence_over_a_page_break() -> None:
    document = load_pdf(CASE.read_bytes(), "report.pdf")
    assert SENTENCE in document.text
    assert slices(document)[1] == [
        "Page 1 of 3", "County water report", "Draft for discussion", "Page 2 of 3",
        "County water report", "Draft for discussion", "Page 3 of 3",
    ]  # fmt: skip


def test_a_citation_over_a_page_break_names_both_pages_and_others_their_own() -> None:
    document = load_pdf(CASE.read_bytes(), "report.pdf")
    passages = Splitter(lambda texts: [len(text.split()) for text in texts], 64).split(document)
    pages = {
        document.text[start:end]: (citation.page, citation.page_end)
        for passage in passages
        for start, end in passage.sentences
        for citation in [cite(passage, start, end)]
    }
    assert pages[SENTENCE] == (1, 2)
    assert pages["The survey counted 1,204 households in the valley."] == (1, 1)
    assert pages["The wells are tested twice a year."] == (2, 2)
    assert pages["The laboratory found no nitrate in most of the wells."] == (3, 3)


def test_one_occurrence_of_a_head_with_words_stays_text_on_its_page() -> None:
    heads = ["Price list of the ferry", "Valid until 31 March 2026"]
    document = read(
        *(
            draw_lines(heads, 60, 800, size=8) + draw(f"Page {n} says this.", 60, 700)
            + draw(f"- {n} -", 280, 30, size=8)
            for n in range(1, 5)
        )
    )  # fmt: skip
    kept = [words for words in heads if words in document.text[: document.page_starts[1]]]
    boilerplate = slices(document)[1]
    assert kept == heads
    assert [boilerplate.count(words) for words in heads] == [3, 3]
    assert [words for words in boilerplate if words not in heads] == [
        "- 1 -", "- 2 -", "- 3 -", "- 4 -",
    ]  # fmt: skip


def test_heads_that_change_with_the_side_or_chapter_are_heads() -> None:
    contents = []
    for n in range(1, 13):
        head = f"Chapter {1 + n // 7}" if n % 2 else "The history of Orm"
        contents.append(draw(head, 60, 800) + draw(f"Page {n} says this.", 60, 700))
    boilerplate = slices(read(*contents))[1]
    assert boilerplate.count("The history of Orm") == 5
    assert boilerplate.count("Chapter 1") == boilerplate.count("Chapter 2") == 2


def test_first_lines_with_other_numbers_are_no_heads() -> None:
    people = [("Anna", 4100), ("Olaf", 3900), ("Ida", 4250), ("Per", 4025)]
    contents = (
        draw(f"Pay: {pay} crowns", 60, 800) + draw(f"It is paid to {name} in May.", 60, 700)
        for name, pay in people
    )  # fmt: skip
    assert slices(read(*contents))[1] == []


def test_a_footnote_does_not_cut_the_sentence_and_keeps_its_page() -> None:
    text = ["The survey counted 1,204 households in the valley. The county", "office decided to"]
    notes = draw("1 Without the island of Orm.", 60, 90, size=7) + draw("1", 290, 40)
    rest = draw_lines(["spend the rest on pipes.", "The wells are tested twice."], 60, 760)
    document = read(draw_lines(text, 60, 700) + notes, rest + draw("2", 290, 40))
    assert "office decided to spend the rest on pipes." in document.text
    assert document.text.index("Without the island") < document.page_starts[1]
    assert slices(document)[1] == ["1", "2"]


def test_a_sentence_over_the_end_of_a_page_in_columns_is_one() -> None:
    left = ["The harbour board met in May to", "discuss the dredging. The first",
            "instalment is 410,000 kroner."]  # fmt: skip
    right = ["The ferry to Osterholm was also", "reviewed. The evening sailing", "was dropped as"]
    rest = ["fewer than six people used it on", "most of the nights."]
    content = draw_side_by_side([(60, left), (320, right)], 700)
    document = read(content + draw("7", 290, 30), draw_lines(rest, 60, 760) + draw("8", 290, 30))
    assert "dropped as fewer than six people used it on most of the nights." in document.text


def test_a_paragraph_over_three_pages_leaves_every_page_in_order() -> None:
    lines = [
        f"and harbour {n} was dredged by a company from Orm at its own cost"
        for n in range(100, 160)
    ]
    contents = [
        draw_lines(lines[20 * n : 20 * n + 20], 60, 700) + draw(f"{n + 1}", 290, 30)
        for n in range(3)
    ]
    document = read(*contents)
    text = " ".join(lines)
    starts = (0, text.index("and harbour 120"), text.index("and harbour 140"))
    foot = len("1\n\n")
    assert document.text == f"1\n\n{text}\n\n2\n\n3"
    assert document.page_starts == (0, starts[1] + foot, starts[2] + foot)


def test_a_list_at_the_end_of_a_page_does_not_swallow_the_next_page() -> None:
    document = read(
        draw_lines(["Present were", "Anna Berg", "Olaf Lind"], 60, 700),
        draw_lines(["The board met in May.", "It was late."], 60, 760),
    )
    assert "Olaf Lind\n\nThe board met in May." in document.text


@pytest.mark.parametrize("address", ["file:///tmp/offer.html", "https://example.org/a?b=1"])
def test_the_lines_that_a_browser_prints_are_boilerplate(address: str) -> None:
    stamps = draw("11/26/25, 9:05 PM", 30, 820, size=8) + draw("Offer", 280, 820, size=8)
    feet = draw(address, 30, 20, size=8) + draw("1/1", 560, 20, size=8)
    document = read(stamps + draw("The roof costs 84,000 euros.", 60, 700) + feet,
                    producer="Skia/PDF m120")  # fmt: skip
    assert slices(document)[1] == ["11/26/25, 9:05 PM", "Offer", address, "1/1"]
    assert document.published is None
