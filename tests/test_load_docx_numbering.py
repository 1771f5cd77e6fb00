import pytest

from tests.office import STYLES, paragraph
from tests.word import read


def level(at: int, kind: str, text: str, *, start: int = 1, more: str = "") -> str:
    return (
        f'<w:lvl w:ilvl="{at}"><w:start w:val="{start}"/>{more}<w:numFmt w:val="{kind}"/>'
        f'<w:lvlText w:val="{text}"/></w:lvl>'
    )


def make_list(*levels: str, more: str = "") -> str:
    """A numbering part with the lists 1 and 2, which share their levels."""
    return (
        f'<w:abstractNum w:abstractNumId="7">{"".join(levels)}</w:abstractNum>'
        '<w:num w:numId="1"><w:abstractNumId w:val="7"/></w:num>'
        f'<w:num w:numId="2"><w:abstractNumId w:val="7"/>{more}</w:num>'
    )


def items(*places: tuple[int, int] | None) -> str:
    """Paragraphs "x" in a list and on a level of it, or in none."""
    written = []
    for place in places:
        kind = ""
        if place is not None:
            kind = f'<w:numPr><w:ilvl w:val="{place[1]}"/><w:numId w:val="{place[0]}"/></w:numPr>'
        written.append(f"<w:p><w:pPr>{kind}</w:pPr><w:r><w:t>x</w:t></w:r></w:p>")
    return "".join(written)


def number(body: str, numbering: str) -> list[str]:
    """The numbers of the paragraphs of a body."""
    return [each.removesuffix("x").strip() for each in read(body, numbering=numbering)]


def test_levels_count_below_each_other_and_start_again() -> None:
    numbering = make_list(
        level(0, "decimal", "%1."), level(1, "decimal", "%1.%2."), level(2, "lowerLetter", "(%3)")
    )
    places = [(1, 0), (1, 1), (1, 1), (1, 2), None, (1, 2), (1, 0), (1, 1), (1, 2)]
    assert number(items(*places), numbering) == [
        "1.", "1.1.", "1.2.", "(a)", "", "(b)", "2.", "2.1.", "(a)",
    ]  # fmt: skip


def test_a_list_goes_on_where_another_with_its_levels_ended_unless_it_starts_again() -> None:
    levels = [level(0, "decimal", "%1)", start=3), level(1, "upperRoman", "%2")]
    places = [(1, 0), (1, 0), (2, 0), (2, 0), (1, 0)]
    assert number(items(*places), make_list(*levels)) == ["3)", "4)", "5)", "6)", "7)"]
    again = '<w:lvlOverride w:ilvl="0"><w:startOverride w:val="1"/></w:lvlOverride>'
    restarted = make_list(*levels, more=again)
    assert number(items(*places), restarted) == ["3)", "4)", "1)", "2)", "3)"]


def test_a_level_may_be_replaced_and_may_never_start_again() -> None:
    levels = [
        level(0, "decimal", "%1."),
        level(1, "decimal", "%2", more='<w:lvlRestart w:val="0"/>'),
    ]
    assert number(items((1, 0), (1, 1), (1, 0), (1, 1)), make_list(*levels)) == [
        "1.", "1", "2.", "2",
    ]  # fmt: skip
    other = f'<w:lvlOverride w:ilvl="0">{level(0, "upperLetter", "Annex %1")}</w:lvlOverride>'
    assert number(items((2, 0), (2, 0)), make_list(*levels, more=other)) == ["Annex A", "Annex B"]


@pytest.mark.parametrize(
    ("kind", "text", "expected"),
    [
        ("bullet", "\uf0b7", "•"), ("bullet", "o", "•"), ("bullet", "–", "–"),
        ("none", "", ""), ("decimalZero", "%1", "04"), ("lowerRoman", "%1.", "iv."),
        ("chineseCounting", "%1、", "四、"), ("cardinalText", "%1", "4"), ("decimal", "", ""),
    ],
)  # fmt: skip
def test_numbers_are_written_in_their_format(kind: str, text: str, expected: str) -> None:
    assert number(items((1, 0)), make_list(level(0, kind, text, start=4))) == [expected]


def test_a_legal_level_shows_all_numbers_as_decimals() -> None:
    levels = [
        level(0, "upperRoman", "%1."),
        level(1, "decimal", "%1.%2", more="<w:isLgl/>"),
    ]
    assert number(items((1, 0), (1, 1)), make_list(*levels)) == ["I.", "1.1"]


def test_headings_have_the_numbers_of_their_styles() -> None:
    numbered = '<w:pPr><w:numPr><w:numId w:val="1"/></w:numPr></w:pPr>'
    styles = STYLES.replace('"heading 1"/>', f'"heading 1"/>{numbered}').replace(
        '"heading 2"/>', f'"heading 2"/>{numbered}'
    )
    numbering = make_list(
        level(0, "decimal", "%1", more='<w:pStyle w:val="heading1"/>'),
        level(1, "decimal", "%1.%2", more='<w:pStyle w:val="heading2"/>'),
    )
    body = (
        paragraph("Scope", "heading1") + paragraph("Fees", "heading2") + paragraph("B", "heading2")
    )
    off = (
        '<w:p><w:pPr><w:pStyle w:val="heading1"/><w:numPr><w:numId w:val="0"/></w:numPr></w:pPr>'
        "<w:r><w:t>Annex</w:t></w:r></w:p>"
    )
    assert read(body + off, styles=styles, numbering=numbering) == [
        "1 Scope", "1.1 Fees", "1.2 B", "Annex",
    ]  # fmt: skip


def test_a_list_may_have_the_levels_of_a_style() -> None:
    styles = (
        '<w:style w:type="numbering" w:styleId="Own"><w:name w:val="Own"/><w:pPr><w:numPr>'
        '<w:numId w:val="1"/></w:numPr></w:pPr></w:style>'
    )
    numbering = make_list(level(0, "upperLetter", "%1)")) + (
        '<w:abstractNum w:abstractNumId="8"><w:numStyleLink w:val="Own"/></w:abstractNum>'
        '<w:num w:numId="3"><w:abstractNumId w:val="8"/></w:num>'
    )
    assert read(items((3, 0), (3, 0)), numbering=numbering, styles=styles) == ["A) x", "B) x"]


def test_lists_and_levels_that_are_not_defined_have_no_numbers() -> None:
    assert number(items((9, 0), (1, 8), (1, -1)), make_list(level(0, "decimal", "%1"))) == [""] * 3
    assert number(items((1, 0)), make_list(level(0, "decimal", "%3."))) == ["1."]
