"""Markdown is read as the page it stands for; front matter gives title and date."""

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, strategies as st

from assistant.errors import LoadError
from assistant.load.markdown import load_markdown
from assistant.records import Document
from tests.loading import assert_valid, slices

CASES = Path(__file__).parent / "data/cases"


def load(text: str, name: str = "x.md") -> Document:
    return load_markdown(text.encode(), name)


@pytest.mark.parametrize("line_break", ["\n", "\r\n", "\r"])
def test_headings_are_read_without_their_markup(line_break: str) -> None:
    blocks = [
        "Intro",
        "# Title *em*",
        "By X 2024-01-02",
        "Text `a`.",
        "## Sub ##",
        "Two\nlines\n---",
    ]
    document = load("\n\n".join([*blocks, "end"]).replace("\n", line_break), "a/x.md")
    assert (document.title, document.published) == ("Title em", date(2024, 1, 2))
    assert slices(document) == (["Title em", "Sub", "Two lines"], ["By X 2024-01-02"])
    assert [heading.level for heading in document.headings] == [1, 2, 2]
    assert document.text.split("\n\n") == [
        "Intro", "Title em", "By X 2024-01-02", "Text a.", "Sub", "Two lines", "end",
    ]  # fmt: skip


def test_markdown_without_headings_has_the_file_name_as_title() -> None:
    document = load("Just text.", "notes/plain.md")
    assert (document.title, document.headings) == ("plain", ())


@pytest.mark.parametrize(
    "code", ["```sh\n# start\n\nrun\n```", "~~~\n# start\n\nrun\n~~~", "    # start\n\n    run"]
)
def test_code_is_no_heading_and_keeps_its_lines(code: str) -> None:
    document = load(f"# Loom\n\n{code}\n\nEnd.")
    assert document.text == "Loom\n\n# start\n\nrun\n\nEnd."
    assert slices(document)[0] == ["Loom"]


def test_the_rows_of_a_table_have_its_labels() -> None:
    path = CASES / "table-rows-without-header/md/corpus/tariff.md"
    document = load_markdown(path.read_bytes(), "tariff.md")
    assert [document.text[row.start : row.end] for row in document.rows] == [
        "Zone: A; Adult: 2.40; Child: 1.20; Valid for: 60 minutes",
        "Zone: B; Adult: 3.10; Child: 1.55; Valid for: 90 minutes",
        "Zone: C; Adult: 4.75; Child: 2.35; Valid for: a whole day",
    ]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Line one\nruns on **bold** [link](http://x.org).", "Line one runs on bold link."),
        ("You need:\n\n- wool\n- a reed\n  1. long\n\n* * *\n\nEnd",
         "You need:\n\n- wool\n- a reed\n  1. long\n\nEnd"),
        ("Shuttle\n: carries\n\nReed\n: beats", "Shuttle: carries\n\nReed: beats"),
        ("The reef has 1,250[^1] corals.\n\n[^1]: Counted in *May*.",
         "The reef has 1,250 [1] corals.\n\n1. Counted in May."),
        ("It has 1,250[^a] corals.", "It has 1,250 [a] corals."),
        ("10<sup>6</sup> in <b>bo</b>ld <!-- not this -->", "10^6 in bold"),
        ("| A | B |\n|--|:-:|\n| `x|y` \\| z | [l](x) |", "A: `x; B: y` | z"),
        ("a |\n--|\n**1,250**[^1] |\n\n[^1]: May.", "a: 1,250 [1]\n\n1. May."),
        ("- [ ] open\n- [x] done", "- [ ] open\n- [x] done"),
        ("`[^a]` and [^b] stay", "[^a] and [^b] stay"),
        ("> Quoted.\n\n![A loom](loom.png)", "Quoted.\n\n[Image: A loom]"),
    ],
)  # fmt: skip
def test_the_text_is_what_a_reader_sees(text: str, shown: str) -> None:
    assert load(text).text == shown


@pytest.mark.parametrize("line_break", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize(
    "front",
    [
        '---\ntitle: "A: b"\ndate: 2024-05-09\nsource: https://e.org\n# no heading\n---',
        "---\ndate: 9 May 2024\nurl: https://e.org\ntitle: A: b\n---",
        '---\ntitle: >\n  A:\n  b\ndate: 2024-05-09 10:00:00\nsource: "https://e.org"\n...',
        "---\ntitle: A: b\npublished: 2024-02-30\ndate: 2024-05-09\nsource: https://e.org\n---",
        '+++\ntitle = "A: b"\ndate = 2024-05-09\nsource = "https://e.org"\n[params]\nx = 1\n+++',
        '+++\ntitle = "A: b"\ndate = 2024-05-09T10:00:00Z\nurl = "https://e.org"\nn = ["x"]\n+++',
        "+++\ntitle = 'A: b'\ndate = '2024-05-09'\nsource = 'https://e.org'\nnot toml\n+++",
    ],
)
def test_front_matter_is_boilerplate_with_title_and_date(front: str, line_break: str) -> None:
    text = f"{front}\n\n# Title\n\nText.\n\n## Sub\n\nMore.".replace("\n", line_break)
    document = load(text)
    assert slices(document) == (["Title", "Sub"], [front])
    assert (document.title, document.published) == ("A: b", date(2024, 5, 9))
    assert document.source == "https://e.org"


@pytest.mark.parametrize(
    "front",
    ["a: &a [x]\nb: [*a, *a]", "- a list", "!!python/object/apply:os.system [ls]", "[" * 3000,
     "title: [a]", "? {a: b}\n: c"],
)  # fmt: skip
def test_front_matter_of_another_kind_is_only_boilerplate(front: str) -> None:
    document = load(f"---\n{front}\n---\n\n# Title\n\nText.")
    assert (document.title, document.published, document.source) == ("Title", None, None)
    assert slices(document)[1] == [f"---\n{front}\n---"]


@pytest.mark.parametrize(
    "front",
    ["draft: !!bool maybe", "a: !!int ''", "date: !!timestamp x", f"id: 0x{'f' * 9000}",
     "a0: &a0 {x: 1}\n" + "".join(f"a{n}: &a{n} {{<<: [{', '.join([f'*a{n - 1}'] * 9)}]}}\n"
                                  for n in range(1, 12))],
)  # fmt: skip
def test_hostile_front_matter_is_only_text(front: str) -> None:
    assert load(f"---\n{front}\ntitle: Yes\n---\n\n# Head\n\nText.").title == "Yes"


@pytest.mark.parametrize("front", ['title: "a \\ud800 b"', 'x: "\\udfff"'])
def test_half_of_a_surrogate_pair_is_refused(front: str) -> None:
    with pytest.raises(LoadError, match=r"x\.md contains half of a surrogate pair: write the"):
        load(f"---\n{front}\n---\nText.")


def test_front_matter_is_taken_as_it_is_written() -> None:
    document = load("---\ntitle: 12:30\ndate: 2025-09-09\n---\nText.", "a.md")
    assert (document.title, str(document.published)) == ("12:30", "2025-09-09")


@pytest.mark.parametrize("text", ["---\n\nText.\n\n---", "---\ntitle: x\n\nText."])
def test_rules_are_no_front_matter(text: str) -> None:
    assert load(text).title == "x"
    assert "Text." in load(text).text


def test_a_detected_encoding_is_noted() -> None:
    text = "The company’s glasses – “Quark” – cost £300. A résumé of the year follows."
    document = load_markdown(text.encode("cp1252"), "x.md")
    assert (document.text, document.extra) == (text, {"encoding": "cp1252"})


@given(
    st.lists(
        st.sampled_from(
            "# A|## |---|+++|```|    x|- a|1. b|> |  |a[^1]|[^1]: n|: d|a | b\n--|--\n1 | 2|<p>|<b|"
            "~~s~~|&#0;|\\|*a*|[l](x)|新。|<table><tr><td>x".split("|")
        ),
        max_size=12,
    ),
    st.sampled_from(["\n", "\n\n", "\r\n"]),
)
def test_any_markdown_is_a_valid_document_or_refused(lines: list[str], line_break: str) -> None:
    try:
        document = load(line_break.join(lines))
    except LoadError:
        return
    assert_valid(document)


def test_a_date_without_a_day_is_kept_in_words() -> None:
    document = load_markdown(b"---\ndate: May 2024\n---\nText.", "x.md")
    assert (document.published, document.dated) == (date(2024, 5, 1), "May 2024")


def test_quotes_and_lists_deep_inside_each_other_are_read() -> None:
    quotes, items = ">" * 40 + " Deep.", "".join(f"{'  ' * n}- item {n}\n" for n in range(40))
    assert load_markdown(quotes.encode(), "x.md").text == "Deep."
    assert "item 39" in load_markdown(items.encode(), "x.md").text
