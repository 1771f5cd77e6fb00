from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, strategies as st

from assistant.errors import LoadError
from assistant.load.docx import load_docx
from assistant.load.odt import load_odt
from assistant.records import Notice
from tests.loading import assert_valid, slices
from tests.office import STYLES, docx_parts, make_docx, make_zip, paragraph
from tests.word import load, read, run, table

CASES = Path(__file__).parent / "data" / "cases"


def test_a_docx_has_text_headings_title_and_date() -> None:
    content = make_docx(
        ("The Price", "Title"), "Rokid sells glasses.", ("Next year", "heading1"),
        ("In May", "heading2"), "Zoe\u0308 👍 says so & more.",
        title="Of Prices", created="2025-09-09T10:00:00Z",
    )  # fmt: skip
    document = load_docx(content, "a/x.docx")
    assert document.text.split("\n\n") == [
        "The Price", "Rokid sells glasses.", "Next year", "In May", "Zoe\u0308 👍 says so & more.",
    ]  # fmt: skip
    assert [(h.text, h.level) for h in document.headings] == [
        ("The Price", 1), ("Next year", 1), ("In May", 2),
    ]  # fmt: skip
    assert slices(document)[0] == ["The Price", "Next year", "In May"]
    assert (document.title, document.published) == ("Of Prices", date(2025, 9, 9))


@pytest.mark.parametrize(
    ("paragraphs", "title", "expected"),
    [
        ([("Head", "heading1"), "x"], "", "Head"),
        (["x"], "", "x"),
        ([("Scope", "heading1"), ("Fees", "heading1"), ("Rules", "Title")], "", "Rules"),
        ([("Scope", "heading1")], "Microsoft Word - Document1", "Scope"),
        ([("Scope", "heading1")], "draft-3.docx", "Scope"),
        (["Quay rules", ("Scope", "heading1"), ("Fees", "heading1")], "", "Quay rules"),
        (["It rains.", ("Scope", "heading1"), ("Fees", "heading1")], "", "x"),
        ([("1 Scope", "heading1"), ("2 Fees", "heading1")], "", "x"),
        (["x", ("Lower", "heading2"), ("Lower too", "heading2")], "", "Lower"),
    ],
)
def test_the_title_is_that_of_the_properties_or_the_only_one_in_the_text(
    paragraphs: list[str | tuple[str, str]], title: str, expected: str
) -> None:
    assert load_docx(make_docx(*paragraphs, title=title), "a/x.docx").title == expected


def test_the_date_of_the_template_of_a_library_is_no_date() -> None:
    content = make_docx("x", created="2013-12-23T23:15:00Z")
    assert load_docx(content, "x.docx").published is None


def test_a_docx_without_text_is_refused() -> None:
    with pytest.raises(LoadError, match=r"x\.docx has no text: remove it or put text in"):
        load_docx(make_docx(), "x.docx")
    picture = "<w:p><w:r><w:pict><v:imagedata/></w:pict></w:r></w:p>"
    with pytest.raises(LoadError, match=r"x\.docx has 1 picture and no text: save it as PDF"):
        load(picture)


def test_a_docx_without_a_document_is_damaged() -> None:
    parts = docx_parts("")
    del parts["word/document.xml"]
    with pytest.raises(LoadError, match=r"x\.docx is damaged \(it has no document\)"):
        load_docx(make_zip(parts), "x.docx")


def test_headings_are_found_by_names_inheritance_and_outline_levels() -> None:
    styles = STYLES + (
        '<w:style w:styleId="berschrift3"><w:name w:val="heading 3"/></w:style>'
        '<w:style w:styleId="Own"><w:name w:val="Clause"/><w:basedOn w:val="heading2"/></w:style>'
        '<w:style w:styleId="Part"><w:name w:val="Part"/><w:pPr><w:outlineLvl w:val="3"/></w:pPr>'
        '</w:style><w:style w:styleId="Loop"><w:name w:val="Loop"/><w:basedOn w:val="Loop"/>'
        "</w:style>"
        '<w:style w:styleId="Plain"><w:name w:val="Plain"/><w:basedOn w:val="heading1"/><w:pPr>'
        '<w:outlineLvl w:val="9"/></w:pPr></w:style>'
    )
    body = "".join(
        paragraph(style, style) for style in ["berschrift3", "Own", "Part", "Loop", "Plain", "None"]
    )
    direct = '<w:p><w:pPr><w:outlineLvl w:val="0"/></w:pPr><w:r><w:t>Direct</w:t></w:r></w:p>'
    document = load(body + direct, styles=styles)
    assert [(h.text, h.level) for h in document.headings] == [
        ("berschrift3", 3), ("Own", 2), ("Part", 4), ("Direct", 1),
    ]  # fmt: skip


def test_insertions_are_read_and_deletions_are_not() -> None:
    body = (
        "<w:p><w:r><w:t>Kept, </w:t></w:r><w:ins><w:r><w:t>added</w:t></w:r></w:ins>"
        "<w:del><w:r><w:delText>gone</w:delText></w:r></w:del><w:moveTo><w:r><w:t>, moved</w:t>"
        "</w:r></w:moveTo><w:moveFrom><w:r><w:t>from</w:t></w:r></w:moveFrom></w:p>"
        f"<w:sdt><w:sdtContent>{paragraph('in a control')}</w:sdtContent></w:sdt>"
        f"<w:tbl><w:tr><w:tc>{paragraph('a')}</w:tc><w:tc>{paragraph('b')}</w:tc></w:tr>"
        f"<w:tr><w:trPr><w:del/></w:trPr><w:tc>{paragraph('no row')}</w:tc></w:tr></w:tbl>"
    )
    assert read(body) == ["Kept, added, moved", "in a control", "a: b"]


def test_a_drop_cap_and_a_paragraph_without_end_go_on_in_the_next() -> None:
    properties = "<w:p><w:pPr>{}</w:pPr>{}</w:p>"
    drop = properties.format('<w:framePr w:dropCap="drop"/>', run("O"))
    joined = properties.format("<w:rPr><w:del/></w:rPr>", run(" upon"))
    assert read(drop + paragraph("nce.") + joined + paragraph(" a time.")) == [
        "Once.", "upon a time.",
    ]  # fmt: skip
    assert read(drop + table(["a", "b"]) + joined) == ["O", "a: b", "upon"]


def test_hidden_text_is_left_out_and_reported() -> None:
    styles = (
        '<w:style w:styleId="Secret"><w:name w:val="Secret"/><w:rPr><w:vanish/></w:rPr></w:style>'
    )
    by_style = run("BY STYLE", '<w:rStyle w:val="Secret"/>')
    off = run(".", '<w:vanish w:val="0"/>')
    body = (
        f"<w:p>{run('Shown')}{run(' HIDDEN', '<w:vanish/>')}{off}</w:p>"
        f"{paragraph('ALL OF IT', 'Secret')}<w:p>{by_style}</w:p>"
    )
    document = load(body, styles=styles)
    assert document.text == "Shown."
    message = "3 paragraphs have hidden text, which was left out: unhide it to have it read"
    assert document.notices == (Notice("hidden_text", message),)


def test_comments_and_embedded_files_are_reported() -> None:
    body = (
        "<w:p><w:r><w:t>Text.</w:t></w:r><w:r><w:commentReference w:id='0'/></w:r></w:p>"
        '<w:altChunk/><w:p><w:r><w:object><o:OLEObject xmlns:o="urn:schemas-microsoft-com:office'
        ':office"/></w:object></w:r></w:p>'
    )
    comment = f'<w:comment w:id="0">{paragraph("Really?")}</w:comment>'
    document = load(body, comments=comment)
    assert document.text == "Text."
    assert document.notices == (
        Notice("hidden_parts", "1 comment was left out"),
        Notice("attachments", "2 embedded files were not read: save them to the folder"),
    )


def test_characters_are_those_that_are_shown() -> None:
    body = (
        "<w:p><w:r><w:t>5</w:t><w:noBreakHyphen/><w:t>6 co</w:t><w:softHyphen/><w:t>op\xad</w:t>"
        '<w:tab/><w:t>x</w:t><w:br/><w:t>y</w:t><w:sym w:font="Symbol" w:char="F0B1"/>'
        '<w:sym w:font="Wingdings" w:char="F0FC"/><w:sym w:font="Else" w:char="zz"/></w:r></w:p>'
    )
    assert read(body) == ["5-6 coop\tx\ny±✓"]


def test_raised_digits_are_not_joined_to_numbers() -> None:
    up, down = '<w:vertAlign w:val="superscript"/>', '<w:vertAlign w:val="subscript"/>'
    body = (
        f"<w:p>{run('The reef has 1,250')}{run('3', up)}{run(' colonies of CO')}{run('2', down)}"
        f"{run(', 10')}{run('6', up)}{run(' eggs on 4 km')}{run('2', up)}{run(', the 1')}"
        f"{run('s', up)}{run('t', up)}{run(' one.')}</w:p>"
    )
    expected = "The reef has 1,250 [3] colonies of CO2, 10^6 eggs on 4 km², the 1st one."
    assert read(body) == [expected]


def test_fields_show_their_results_but_no_page_numbers() -> None:
    def field(code: str, result: str) -> str:
        marks = [f'<w:r><w:fldChar w:fldCharType="{kind}"/></w:r>' for kind in
                 ("begin", "separate", "end")]  # fmt: skip
        return f"{marks[0]}<w:r><w:instrText>{code}</w:instrText></w:r>{marks[1]}{result}{marks[2]}"

    body = (
        f"<w:p>{run('See ')}{field('REF x', field('SEQ y', run('Table 4')))}{run(' on page ')}"
        f"{field(' PAGE ', run('17'))}"
        f'<w:fldSimple w:instr=" NUMPAGES ">{run("20")}</w:fldSimple>{run(".")}'
        '<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText>XE "entry"</w:instrText>'
        '</w:r><w:r><w:fldChar w:fldCharType="end"/></w:r></w:p>'
    )
    assert read(body) == ["See Table 4 on page ."]


def test_notes_follow_their_paragraph_and_their_marks_are_not_joined_to_numbers() -> None:
    body = (
        f'<w:p>{run("It costs 1,250")}<w:r><w:footnoteReference w:id="2"/></w:r>{run(" euros.")}'
        f'<w:r><w:endnoteReference w:id="1"/></w:r></w:p>{paragraph("Next.")}'
        '<w:p><w:r><w:footnoteReference w:id="3" w:customMarkFollows="1"/>'
        "<w:rPr/><w:t>*</w:t></w:r></w:p>"
    )
    notes = (
        f'<w:footnote w:type="separator" w:id="-1"><w:p/></w:footnote>'
        f'<w:footnote w:id="2">{paragraph("In summer,")}<w:p>{run("see ")}'
        '<w:r><w:footnoteReference w:id="2"/></w:r></w:p></w:footnote>'
        f'<w:footnote w:id="3">{paragraph("By a star.")}</w:footnote>'
    )
    ends = f'<w:endnote w:id="1">{paragraph("At the end.")}</w:endnote>'
    assert read(body, footnotes=notes, endnotes=ends)[:4] == [
        "It costs 1,250 [1] euros. [i]", "[1] In summer, see  [2]", "[i] At the end.", "Next.",
    ]  # fmt: skip
    assert read(body, footnotes=notes, endnotes=ends)[-2:] == ["*", "[*] By a star."]


def test_text_boxes_are_read_once() -> None:
    box = f"<w:txbxContent>{paragraph('In the box.')}</w:txbxContent>"
    body = (
        f"<w:p>{run('Around.')}<w:r><mc:AlternateContent><mc:Choice><w:drawing>{box}</w:drawing>"
        f"</mc:Choice><mc:Fallback><w:pict>{box}</w:pict></mc:Fallback></mc:AlternateContent></w:r>"
        '<w:r><w:pict><v:textpath string="DRAFT"/></w:pict></w:r></w:p>'
    )
    assert read(body) == ["Around.", "In the box.", "DRAFT"]


def test_a_formula_is_a_line() -> None:
    body = (
        f"<w:p>{run('Solve ')}<m:oMath><m:f><m:num><m:sSup><m:e><m:r><m:t>x</m:t></m:r></m:e>"
        "<m:sup><m:r><m:t>2</m:t></m:r></m:sup></m:sSup></m:num><m:den><m:r><m:t>b</m:t></m:r></m:den>"
        "</m:f><m:r><m:t>=4</m:t></m:r></m:oMath></w:p>"
    )
    assert read(body) == ["Solve x^2/b=4"]
    letter = "<m:r><m:t>x</m:t></m:r>"
    inner = (
        f'<m:nary><m:naryPr><m:chr m:val="∑"/></m:naryPr><m:e>{letter}</m:e></m:nary>'
        f"<m:d><m:e>{letter}</m:e></m:d><m:rad><m:deg/><m:e>{letter}</m:e></m:rad>"
        f'<m:d><m:dPr><m:begChr m:val="["/><m:endChr m:val="]"/></m:dPr>{letter}</m:d>'
    )
    assert read(f"<w:p><m:oMath>{inner}</m:oMath></w:p>") == ["∑x(x)√(x)[x]"]


def test_a_table_of_contents_is_boilerplate() -> None:
    styles = STYLES + '<w:style w:styleId="Verzeichnis1"><w:name w:val="toc 1"/></w:style>'
    body = paragraph("Fees\t3", "Verzeichnis1") + paragraph("Fees", "heading1") + paragraph("Text.")
    document = load(body, styles=styles)
    assert slices(document) == (["Fees"], ["Fees\t3"])


def test_a_header_and_footer_are_kept_once_at_the_end() -> None:
    reference = '<w:{0}Reference w:type="{1}" r:id="r{2}"/>'
    first = reference.format("header", "first", 2) + reference.format("header", "default", 3)
    section = first + reference.format("footer", "default", 4)
    page = '<w:fldSimple w:instr="PAGE"><w:r><w:t>3</w:t></w:r></w:fldSimple>'
    body = (
        f"<w:p><w:pPr><w:sectPr>{section}<w:titlePg/></w:sectPr></w:pPr>{run('One.')}</w:p>"
        f"{paragraph('Two.')}<w:sectPr>{section}</w:sectPr>"
    )
    assert read(
        body,
        header1=paragraph("Harrow Clinic"),
        header2=table(["Form 27-B", f"<w:tc><w:p>{run('Page ')}{page}</w:p></w:tc>"]),
        footer1=f"<w:p>{run('Page ')}{page}{run(' of ')}{page}</w:p>"
        f"<w:p>{run('Valid until 31 March 2026')}<w:r><w:tab/></w:r>{page}</w:p>",
    ) == ["One.", "Two.", "Harrow Clinic", "Form 27-B", "Valid until 31 March 2026"]


def test_headers_that_are_not_shown_are_left_out() -> None:
    section = '<w:headerReference w:type="{}" r:id="r2"/>'
    body = paragraph("Text.") + "<w:sectPr>{}</w:sectPr>"
    for kind in ("first", "even"):
        assert read(body.format(section.format(kind)), header1=paragraph("Old")) == ["Text."]
    even = body.format(section.format("even"))
    settings = "<w:evenAndOddHeaders/>"
    assert read(even, header1=paragraph("Old"), settings=settings) == ["Text.", "Old"]


def test_the_case_docx_header_footer() -> None:
    content = (CASES / "docx-header-footer" / "rota.docx").read_bytes()
    assert load_docx(content, "rota.docx").text.split("\n\n") == [
        "The rota hangs beside the door of the staff room.",
        "Harrow Clinic, form 27-B",
        "Valid until 31 March 2026.",
    ]


@pytest.mark.parametrize("name", ["permit.docx", "permit.odt"])
def test_headers_footers_and_tables_by_libreoffice(name: str) -> None:
    content = (CASES / "docx-header-footer" / name).read_bytes()
    document = (load_docx if name.endswith("docx") else load_odt)(content, name)
    assert document.text.split("\n\n") == [
        "Night fishing",
        "Anglers keep ten metres apart.",
        "Pier: East; Opens: 18:30; Warden: Mara Quill",
        "Pier: West; Opens: 20:15; Warden: Mara Quill",
        "Wharf Office – confidential",
        "Permit 88-K expires on 4 July 2027",
    ]
    assert (document.title, document.boilerplate) == ("Night fishing", ())


said = st.text(alphabet="abé新👍&<>\"';:. \u0301\u200d", min_size=1, max_size=12).filter(str.strip)


@given(paragraphs=st.lists(said | st.tuples(said, st.just("heading1")), min_size=1, max_size=6))
def test_the_words_of_a_docx_come_back_in_order(
    paragraphs: list[str | tuple[str, str]],
) -> None:
    document = load_docx(make_docx(*paragraphs), "x.docx")
    written = [each if isinstance(each, str) else each[0] for each in paragraphs]
    assert document.text.split() == " ".join(written).split()
    assert [h.text for h in document.headings] == [
        " ".join(each[0].split()) for each in paragraphs if not isinstance(each, str)
    ]
    assert_valid(document)
