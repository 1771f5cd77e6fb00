from datetime import date

import pytest
from hypothesis import given, strategies as st

from assistant.errors import LoadError
from assistant.load.odt import load_odt
from assistant.records import Document, Notice
from tests.loading import assert_valid, slices
from tests.office import make_zip, odt_parts

STYLES = (
    '<style:style style:name="Title" style:family="paragraph"/>'
    '<style:style style:name="Table_20_Heading" style:family="paragraph"/>'
)
UP = '<style:text-properties style:text-position="super 58%"/>'
DOWN = '<style:text-properties style:text-position="-33% 58%"/>'
HIDDEN = '<style:text-properties text:display="none"/>'


def load(body: str, *, automatic: str = "", common: str = STYLES, pages: str = "") -> Document:
    parts = odt_parts(body, automatic=automatic, common=common, pages=pages)
    document = load_odt(make_zip(parts), "x.odt")
    assert_valid(document)
    return document


def read(body: str, *, automatic: str = "", common: str = STYLES, pages: str = "") -> list[str]:
    """The paragraphs of a document."""
    return load(body, automatic=automatic, common=common, pages=pages).text.split("\n\n")


def style(name: str, content: str = "", *, family: str = "text", parent: str = "") -> str:
    return (
        f'<style:style style:name="{name}" style:family="{family}" '
        f'style:parent-style-name="{parent}">{content}</style:style>'
    )


def p(text: str, kind: str = "") -> str:
    return f'<text:p text:style-name="{kind}">{text}</text:p>'


def h(text: str, level: int) -> str:
    return f'<text:h text:outline-level="{level}">{text}</text:h>'


def table(*rows: list[str]) -> str:
    """A table of cells, which are text or elements table:table-cell."""
    cells = [
        "".join(
            each
            if each.startswith("<table:")
            else f"<table:table-cell>{p(each)}</table:table-cell>"
            for each in row
        )
        for row in rows
    ]
    written = "".join(f"<table:table-row>{row}</table:table-row>" for row in cells)
    return f"<table:table>{written}</table:table>"


def cell(text: str, **attributes: object) -> str:
    written = "".join(
        f' table:number-{name.replace("_", "-")}="{value}"' for name, value in attributes.items()
    )
    return (
        f"<table:table-cell{written}>{text if text.startswith('<') else p(text)}</table:table-cell>"
    )


def test_an_odt_has_text_headings_title_and_date() -> None:
    automatic = style("P1", family="paragraph", parent="Title")
    body = p("The Price", "P1") + h("Next year", 1) + p("Rokid sells\n   glasses.") + h("In May", 2)
    document = load(body, automatic=automatic)
    assert document.text == "The Price\n\nNext year\n\nRokid sells glasses.\n\nIn May"
    assert [(heading.text, heading.level) for heading in document.headings] == [
        ("The Price", 1), ("Next year", 1), ("In May", 2),
    ]  # fmt: skip
    assert (document.title, document.published) == ("The Price", date(2025, 9, 9))
    titled = load_odt(make_zip(odt_parts(body, title="Of Prices")), "x.odt")
    assert titled.title == "Of Prices"


def test_characters_are_those_that_are_shown() -> None:
    body = p(
        'a<text:s text:c="2"/>b<text:tab/>c<text:line-break/>d<text:a>e</text:a>'
        "<text:ruby><text:ruby-base>f</text:ruby-base><text:ruby-text>NO</text:ruby-text></text:ruby>"
        "co\xadop 5\u20116"
    )
    assert read(body) == ["a  b\tc\ndefcoop 5-6"]


def test_raised_digits_and_notes_are_not_joined_to_numbers() -> None:
    note = (
        '<text:note text:note-class="footnote"><text:note-citation>1</text:note-citation>'
        f"<text:note-body>{p('In summer.')}</text:note-body></text:note>"
    )
    body = p(
        f'1,250{note} for CO<text:span text:style-name="D">2</text:span> of 10<text:span '
        'text:style-name="U">6</text:span> and 30<text:span text:style-name="U">a</text:span>.'
    ) + p("Next.")
    assert read(body, automatic=style("U", UP) + style("D", DOWN)) == [
        "1,250 [1] for CO2 of 10^6 and 30 [a].", "[1] In summer.", "Next.",
    ]  # fmt: skip


def test_hidden_text_and_comments_are_left_out_and_reported() -> None:
    body = (
        p('Shown<text:span text:style-name="H"> HIDDEN</text:span>.<office:annotation>'
          f"{p('NOTED')}</office:annotation>") + p("ALL HIDDEN", "HP")
        + f'<text:section text:display="none">{p("SECTION")}{p("TOO")}</text:section>'
        + p('<text:hidden-text text:is-hidden="true" text:string-value="X"/>End.')
    )  # fmt: skip
    automatic = style("H", HIDDEN) + style("HP", HIDDEN, family="paragraph")
    document = load(body, automatic=automatic)
    assert document.text == "Shown.\n\nEnd."
    assert document.notices == (
        Notice(
            "hidden_text",
            "5 paragraphs have hidden text, which was left out: unhide it to have it read",
        ),
        Notice("hidden_parts", "1 comment was left out"),
    )


def test_deleted_text_is_left_out_and_inserted_text_is_read() -> None:
    body = (
        "<text:tracked-changes><text:changed-region><text:deletion>"
        f"{p('GONE')}</text:deletion></text:changed-region></text:tracked-changes>"
        + p('Kept<text:change-start text:change-id="1"/>, added<text:change-end/>.')
    )
    assert read(body) == ["Kept, added."]


def numbered(level: int, kind: str, shown: int = 1, more: str = "") -> str:
    return (
        f'<text:list-level-style-number text:level="{level}" style:num-format="{kind}" '
        f'style:num-suffix="." text:display-levels="{shown}" {more}/>'
    )


def item(*content: str, more: str = "") -> str:
    return f"<text:list-item {more}>{''.join(content)}</text:list-item>"


def listing(*items: str, more: str = "") -> str:
    return f"<text:list {more}>{''.join(items)}</text:list>"


LIST = f'<text:list-style style:name="L">{numbered(1, "1")}{numbered(2, "a", 2)}</text:list-style>'
FIRST = 'text:style-name="L"'


def test_list_items_have_their_numbers() -> None:
    inner = listing(item(p("c")), item(p("d")))
    body = listing(
        item(p("a"), p("not numbered")), item(p("b"), inner), item(p("e"), inner),
        f"<text:list-header>{p('no item')}</text:list-header>",
        item(p("f"), more='text:start-value="9"'), more=FIRST,
    )  # fmt: skip
    assert read(body, automatic=LIST) == [
        "1. a", "not numbered", "2. b", "2.a. c", "2.b. d", "3. e", "3.a. c", "3.b. d", "no item",
        "9. f",
    ]  # fmt: skip


def test_a_list_starts_again_unless_it_goes_on() -> None:
    one = listing(item(p("a")), more=f'{FIRST} xml:id="one"')
    other = listing(item(p("b")), more=FIRST)
    on = listing(item(p("c")), more=f'{FIRST} text:continue-numbering="true"')
    back = listing(item(p("d")), more=f'{FIRST} text:continue-list="one"')
    assert read(one + other + on + back, automatic=LIST) == ["1. a", "1. b", "2. c", "2. d"]


@pytest.mark.parametrize(
    ("definition", "expected"),
    [
        (numbered(1, "I"), "I. x"), (numbered(1, "i"), "i. x"), (numbered(1, ""), "x"),
        (numbered(1, "A", more='text:start-value="3" style:num-prefix="("'), "(C. x"),
        (numbered(1, "1", more='style:num-list-format="§ %1%)"'), "§ 1) x"),
        ('<text:list-level-style-bullet text:level="1" text:bullet-char="\uf0b7"/>', "• x"),
        ("", "x"),
    ],
)  # fmt: skip
def test_numbers_are_written_in_their_format(definition: str, expected: str) -> None:
    automatic = f'<text:list-style style:name="L">{definition}</text:list-style>'
    assert read(listing(item(p("x")), more=FIRST), automatic=automatic) == [expected]


def test_headings_have_the_numbers_of_chapters() -> None:
    levels = "".join(
        f'<text:outline-level-style text:level="{n}" style:num-format="1" '
        f'text:display-levels="{n}"/>'
        for n in (1, 2)
    )
    common = f"{STYLES}<text:outline-style>{levels}</text:outline-style>"
    body = h("Scope", 1) + h("Fees", 2) + h("Fines", 2) + h("End", 1)
    assert read(body, common=common) == ["1 Scope", "1.1 Fees", "1.2 Fines", "2 End"]
    listed = listing(item(h("Scope", 1)), item(listing(item(h("Fees", 2)))), more=FIRST)
    assert read(listed, automatic=LIST) == ["1. Scope", "1.a. Fees"]


def test_a_table_of_contents_is_boilerplate() -> None:
    body = (
        f"<text:table-of-content><text:index-body><text:index-title>{p('Contents')}"
        f"</text:index-title>{p('Fees 3')}</text:index-body></text:table-of-content>"
    )
    assert slices(load(body + h("Fees", 1))) == (["Fees"], ["Contents", "Fees 3"])


def test_a_table_has_its_header_and_merged_cells() -> None:
    covered = "<table:covered-table-cell/>"
    rows = [
        ["South", "Ann"], [cell("All", columns_spanned=2), covered],
        [cell("North", rows_spanned=2), "Bo"], [covered, "Cy"],
    ]  # fmt: skip
    body = table(["Depot", "1"], *rows)
    row = body.partition("</table:table-row>")[0].removeprefix("<table:table>")
    header = f"<table:table-header-rows>{row}</table:table-row></table:table-header-rows>"
    marked = body.replace(f"{row}</table:table-row>", header)
    assert read(marked) == [
        "Depot: South; 1: Ann", "All", "Depot: North; 1: Bo", "Depot: North; 1: Cy",
    ]  # fmt: skip
    headings = [cell(p("Depot", "Table_20_Heading")), cell(p("2", "Table_20_Heading"))]
    assert read(table(headings, ["South", "3"])) == ["Depot: South; 2: 3"]


def test_repeated_cells_and_rows_are_limited() -> None:
    many = 1_000_000
    body = table(["a", cell("b", columns_repeated=many), cell("c", columns_spanned=many)])
    repeated = body.replace("row>", f'row table:number-rows-repeated="{many}">', 1)
    assert len(load(repeated).text) < 500_000
    assert read(table(["Zone", cell("Price", columns_repeated=2)], ["A", "1", "2"])) == [
        "Zone: A; Price: 1; Price: 2"
    ]


def test_text_boxes_and_shapes_are_read_below_their_paragraph() -> None:
    box = f"<draw:frame><draw:text-box>{p('Boxed.')}</draw:text-box></draw:frame>"
    shape = f"<draw:custom-shape>{p('In a shape.')}</draw:custom-shape>"
    body = p(f"Around{box}.") + f"<draw:g>{shape}</draw:g>"
    assert read(body) == ["Around.", "Boxed.", "In a shape."]


def test_formulas_and_charts_are_read_from_their_parts() -> None:
    link = '<draw:frame><draw:object xlink:href="./{}"/></draw:frame>'
    parts = odt_parts(p(f"Solve {link.format('F')}.") + p(link.format("C")) + p(link.format("X")))
    parts["F/content.xml"] = (
        '<math xmlns="http://www.w3.org/1998/Math/MathML"><semantics><mrow><mfrac><msup><mi>x</mi>'
        "<mn>2</mn></msup><mi>b</mi></mfrac><mo>=</mo><mn>4</mn></mrow><annotation>x over b"
        "</annotation></semantics></math>"
    )
    chart = odt_parts(
        f"<chart:chart><chart:title>{p('Arrivals')}</chart:title>"
        f"{table(['', 'Ships'], ['Q1', 'x'])}</chart:chart>"
    )
    parts["C/content.xml"] = chart["content.xml"]
    document = load_odt(make_zip(parts), "x.odt")
    assert document.text.split("\n\n") == ["Solve x^2/b=4.", "Arrivals", "Q1; Ships: x"]
    assert document.notices == (
        Notice("attachments", "1 embedded file was not read: save it to the folder"),
    )


def test_headers_and_footers_are_kept_once_at_the_end() -> None:
    page = p("Page <text:page-number>3</text:page-number> of <text:page-count/>")
    pages = "".join(
        f'<style:master-page style:name="{name}"><style:header>{p("Harrow Clinic")}</style:header>'
        f'<style:header-left style:display="false">{p("OLD")}</style:header-left><style:footer>'
        f"{page}{p(footer)}</style:footer></style:master-page>"
        for name, footer in (("Standard", "Form 7"), ("First", "Valid to May"), ("Unused", "NO"))
    )
    automatic = style("P1", family="paragraph").replace(
        "<style:style", '<style:style style:master-page-name="First"'
    )
    assert read(p("Text.", "P1"), automatic=automatic, pages=pages) == [
        "Text.", "Harrow Clinic", "Form 7", "Valid to May",
    ]  # fmt: skip


def test_locked_and_other_files_are_refused_by_name() -> None:
    manifest = "<manifest><file-entry><encryption-data/></file-entry></manifest>"
    locked = make_zip({"META-INF/manifest.xml": manifest, "content.xml": b"\x00\x01"})
    with pytest.raises(LoadError, match=r"x\.odt is locked with a password: save it again"):
        load_odt(locked, "x.odt")
    with pytest.raises(LoadError, match=r"x\.odt is damaged \(it has no text document\)"):
        load_odt(make_zip({"mimetype": "x"}), "x.odt")
    with pytest.raises(LoadError, match=r"x\.odt has no text"):
        load_odt(make_zip(odt_parts("")), "x.odt")
    with pytest.raises(LoadError, match=r"x\.odt has 1 picture and no text"):
        load_odt(make_zip(odt_parts(p("<draw:frame><draw:image/></draw:frame>"))), "x.odt")


def test_the_manifest_of_openoffice_2_may_have_a_document_type_that_declares_nothing() -> None:
    parts = odt_parts(p("Text."))
    for inside, is_read in (("", True), ('[<!ENTITY a "b">]', False)):
        doctype = f'<!DOCTYPE m PUBLIC "-//OpenOffice.org//DTD Manifest 1.0//EN" "m.dtd"{inside}>'
        content = make_zip(parts | {"META-INF/manifest.xml": f"{doctype}<m/>"})
        if is_read:
            assert load_odt(content, "x.odt").text == "Text."
        else:
            with pytest.raises(LoadError, match=r"x\.odt contains XML with a document type"):
                load_odt(content, "x.odt")


tags = st.sampled_from(
    "text:p text:h text:list text:list-item text:span text:section text:note text:s draw:frame "
    "draw:text-box table:table table:table-row table:table-cell table:covered-table-cell "
    "text:index-body text:tracked-changes draw:object text:note-citation text:note-body".split()
)
attributes = st.sampled_from(
    ["", ' text:style-name="L"', ' table:number-columns-repeated="99999"', ' text:c="-1"',
     ' table:number-rows-spanned="9999"', ' text:outline-level="x"', ' xlink:href="../x"']
)  # fmt: skip
trees = st.recursive(
    st.sampled_from(["", "word", "12"]),
    lambda inner: st.builds(
        lambda tag, attribute, content: f"<{tag}{attribute}>{''.join(content)}</{tag}>",
        tags, attributes, st.lists(inner, max_size=3),
    ),
    max_leaves=12,
)  # fmt: skip


@given(trees)
def test_any_tree_gives_a_valid_document(tree: str) -> None:
    assert_valid(
        load_odt(make_zip(odt_parts(p("Start.") + tree + p(tree), automatic=LIST)), "x.odt")
    )
