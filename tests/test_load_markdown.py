from datetime import date

import pytest

from assistant.load.markdown import load_markdown
from tests.loading import slices


@pytest.mark.parametrize("line_break", ["\n", "\r\n", "\r"])
def test_markdown_headings_keep_their_offsets_with_any_line_break(line_break: str) -> None:
    blocks = [
        "Intro",
        "# Title *em*",
        "By X 2024-01-02",
        "Text `a`.",
        "## Sub ##",
        "Setext\n------",
    ]
    text = "\n\n".join([*blocks, "end"]).replace("\n", line_break)
    document = load_markdown(text, "a/x.md")
    assert document.title == "Title em"
    assert document.published == date(2024, 1, 2)
    setext = f"Setext{line_break}------"
    assert slices(document) == (["# Title *em*", "## Sub ##", setext], ["By X 2024-01-02"])
    assert [(h.text, h.level) for h in document.headings] == [
        ("Title em", 1), ("Sub", 2), ("Setext", 2),
    ]  # fmt: skip
    assert document.text == text


def test_markdown_without_headings_has_the_file_name_as_title() -> None:
    document = load_markdown("Just text.", "notes/plain.md")
    assert (document.title, document.headings) == ("plain", ())


def test_a_markdown_heading_of_two_lines_reads_with_a_space() -> None:
    document = load_markdown("Two\nlines\n===\n\nText.", "x.md")
    assert [(h.text, h.level) for h in document.headings] == [("Two lines", 1)]
    assert slices(document)[0] == ["Two\nlines\n==="]


@pytest.mark.parametrize("line_break", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize(
    "fields",
    [
        'title: "A: b"\ndate: 2024-05-09\nsource: https://e.org',
        "date: 9 May 2024\nurl: https://e.org\ntitle: A: b",
        'title: >\n  A:\n  b\ndate: 2024-05-09 10:00:00\nsource: "https://e.org"',
        "title: A: b\npublished: 2024-02-30\ndate: 2024-05-09\nsource: https://e.org",
    ],
)
def test_front_matter_is_boilerplate_with_title_and_date(fields: str, line_break: str) -> None:
    front = f"---\n{fields}\n# no heading\n---"
    text = f"{front}\n\n# Title\n\nText.\n\n## Sub\n\nMore.".replace("\n", line_break)
    document = load_markdown(text, "x.md")
    assert slices(document) == (["# Title", "## Sub"], [front.replace("\n", line_break)])
    assert (document.title, document.published) == ("A: b", date(2024, 5, 9))
    assert document.source == "https://e.org"
    assert document.text == text


@pytest.mark.parametrize(
    "front",
    ["a: &a [x]\nb: [*a, *a]", "- a list", "!!python/object/apply:os.system [ls]", "[" * 3000,
     "title: [a]", "? {a: b}\n: c"],
)  # fmt: skip
def test_front_matter_of_another_kind_is_only_boilerplate(front: str) -> None:
    text = f"---\n{front}\n---\n\n# Title\n\nText."
    document = load_markdown(text, "x.md")
    assert (document.title, document.published, document.source) == ("Title", None, None)
    assert slices(document)[1] == [f"---\n{front}\n---"]


@pytest.mark.parametrize(
    "front",
    ["draft: !!bool maybe", "a: !!int ''", "date: !!timestamp x", f"id: 0x{'f' * 9000}",
     "a0: &a0 {x: 1}\n" + "".join(f"a{n}: &a{n} {{<<: [{', '.join([f'*a{n - 1}'] * 9)}]}}\n"
                                  for n in range(1, 12))],
)  # fmt: skip
def test_hostile_front_matter_is_only_text(front: str) -> None:
    document = load_markdown(f"---\n{front}\ntitle: Yes\n---\n\n# Head\n\nText.", "a.md")
    assert document.title == "Yes"


def test_front_matter_is_taken_as_it_is_written() -> None:
    document = load_markdown("---\ntitle: 12:30\ndate: 2025-09-09\n---\nText.", "a.md")
    assert (document.title, str(document.published)) == ("12:30", "2025-09-09")
