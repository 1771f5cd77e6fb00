from datetime import date

import pytest
from hypothesis import given, strategies as st

from assistant.errors import LoadError
from assistant.load import limits
from assistant.load.docx import load_docx
from assistant.load.html import load_page
from assistant.load.odt import load_odt
from assistant.load.office import check_office
from assistant.load.xlsx import load_xlsx
from tests.loading import assert_valid, slices
from tests.office import (
    docx_parts,
    make_xlsx,
    make_zip,
    odt_parts,
    paragraph,
    properties,
    xlsx_parts,
)

BODY = paragraph("Text.")


def test_a_row_of_a_sheet_has_its_header_and_number() -> None:
    rows: list[list[str | float | None]] = [
        ["Prices of 2025"], [], ["Company", "Price", None, "Share"], ["Rokid", 2999.0, None, 0.25],
        [None, None], ["Xiaomi\nGroup", 1999.5, "new"],
    ]  # fmt: skip
    content = make_xlsx({"S": rows}, title="Prices", created="2025-09-09T10:00:00Z")
    document = load_xlsx(content, "x.xlsx")
    assert document.text == (
        "Prices of 2025\n\nCompany: Rokid; Price: 2999; Share: 0.25\n\nXiaomi Group; 1999.5; new"
    )
    assert [row.number for row in document.rows] == [4, 6]
    assert (document.title, document.published) == ("Prices", date(2025, 9, 9))


def test_sheets_are_sections_below_their_names() -> None:
    content = make_xlsx({"One": [["a", "b"], ["1", "x"]], "Two & up": [["c", "d"], ["y", "2"]]})
    document = load_xlsx(content, "a/x.xlsx")
    assert document.text == "One\n\na: 1; b: x\n\nTwo & up\n\nc: y; d: 2"
    assert slices(document)[0] == ["One", "Two & up"]
    assert document.title == "x"


def test_a_workbook_without_rows_is_refused() -> None:
    with pytest.raises(LoadError, match=r"x\.xlsx has no rows: remove it or put rows below"):
        load_xlsx(make_xlsx({"S": [[None, None]]}), "x.xlsx")


ENTITIES = (
    '<!DOCTYPE a [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">'
    '<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">]>'
)
OUTSIDE = '<!DOCTYPE a [<!ENTITY c SYSTEM "file:///etc/passwd">]>'


@pytest.mark.parametrize("doctype", [ENTITIES, OUTSIDE, "<!DOCTYPE a SYSTEM 'http://e.org/a.dtd'>"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
@pytest.mark.parametrize("kind", ["docx", "odt", "xlsx"])
def test_xml_with_a_document_type_is_refused(doctype: str, encoding: str, kind: str) -> None:
    parts = {
        "docx": docx_parts(paragraph("X")),
        "odt": odt_parts("<text:p>X</text:p>"),
        "xlsx": xlsx_parts({"S": [["a", "b"]] * 2}),
    }[kind]
    for name, part in list(parts.items()):
        if not name.endswith((".xml", ".rels")):
            continue
        body = str(part).replace('<?xml version="1.0"?>', "").replace(">X<", ">&c;<")
        head = f'<?xml version="1.0" encoding="{encoding}"?>'
        hostile = make_zip(parts | {name: (head + doctype + body).encode(encoding)})
        with pytest.raises(LoadError) as caught:
            {"docx": load_docx, "odt": load_odt, "xlsx": load_xlsx}[kind](hostile, f"x.{kind}")
        assert caught.value.message == f"x.{kind} contains XML with a document type"


@pytest.mark.parametrize("doctype", [ENTITIES, OUTSIDE])
def test_entities_of_a_page_are_not_expanded(doctype: str) -> None:
    text = load_page(f"{doctype}<p>Text &c; end.</p>", "x.html").text
    assert "root:" not in text
    assert "haha" not in text
    assert text.strip().endswith("Text &c; end.")


@pytest.mark.parametrize("page", ["<div>" * 3000, f"<p>{'Words. ' * 1_500_000}</p>", "<i>" * 300])
def test_a_page_that_the_parser_would_cut_short_is_refused(page: str) -> None:
    with pytest.raises(
        LoadError, match=r"x\.html contains elements 256 deep, or one of more than 10"
    ):
        load_page(f"<p>Start.</p>{page}<p>End.</p>", "x.html")


def test_an_archive_that_unpacks_to_too_much_is_refused_by_its_directory() -> None:
    bomb = make_zip(docx_parts(BODY) | {"word/media/x.bin": bytes(30 * limits.MIB)})
    assert len(bomb) < 40_000
    with pytest.raises(LoadError, match=r"x.docx unpacks to too much \([\d,]+ bytes unpack"):
        check_office(bomb, "x.docx")


def test_an_archive_with_a_false_directory_is_refused() -> None:
    size = 3 * limits.MIB
    bomb = make_zip({"word/media/x.bin": bytes(size)})
    lie = bomb.replace(size.to_bytes(4, "little"), (9).to_bytes(4, "little"))
    assert lie != bomb
    with pytest.raises(LoadError, match=r"x.docx is damaged \(Bad CRC"):
        check_office(lie, "x.docx")


def test_unpacked_bytes_are_counted_again_while_reading(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("assistant.load.office._check_directory", lambda *_: None)
    monkeypatch.setattr(limits, "ARCHIVE_BYTES", 2 * limits.MIB)
    with pytest.raises(LoadError, match="unpacks to too much \\(over 2 MiB"):
        check_office(make_zip({f"{n}.bin": bytes(limits.MIB) for n in range(4)}), "x.docx")


def test_an_archive_of_too_many_files_is_refused() -> None:
    many = make_zip(dict.fromkeys(map(str, range(limits.ARCHIVE_FILES + 1)), ""))
    with pytest.raises(LoadError, match=r"x\.xlsx contains 10,001 files, more than 10,000"):
        check_office(many, "x.xlsx")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "is damaged (File is not a zip file)"),
        (b"plain text", "is damaged (File is not a zip file)"),
        (b"\xd0\xcf\x11\xe0 and so on", "is locked with a password, or of a format before 2007"),
        (make_zip({"word/document.xml": "no xml"}), "is damaged (word/document.xml: syntax error"),
    ],
)
def test_other_files_are_refused_by_name(content: bytes, message: str) -> None:
    with pytest.raises(LoadError) as caught:
        check_office(content, "x.docx")
    assert caught.value.message.startswith(f"x.docx {message}")


def test_damaged_properties_are_ignored() -> None:
    content = make_zip({"docProps/core.xml": properties("T")[:-9]})
    assert check_office(content, "x.docx") == ("", None)


said = st.text(alphabet="abé新👍&<>\"';:. \u0301\u200d", min_size=1, max_size=12).filter(str.strip)


@given(rows=st.lists(st.lists(said, min_size=2, max_size=4), min_size=1, max_size=5))
def test_the_words_of_a_sheet_come_back_in_order(rows: list[list[str]]) -> None:
    rows = [["v", *row] for row in rows]
    known = [["Zone", "Head", "Line"], *[["v", "w", "x"]] * 3]
    document = load_xlsx(make_xlsx({"S": [*known, *rows]}), "x.xlsx")
    for row, written in zip(rows, list(document.rows)[3:], strict=True):
        words = document.text[written.start : written.end]
        labels = ["Zone: ", "Head: ", "Line: ", "", ""]
        cells = [" ".join(cell.split()) for cell in row]
        assert words == "; ".join(f"{a}{b}" for a, b in zip(labels, cells, strict=False))
    assert_valid(document)


def test_xml_is_checked_in_parts_of_any_name() -> None:
    part = f"\ufeff {ENTITIES}<a/>".encode()
    hostile = make_zip(docx_parts("<w:p/>") | {"word/document.bin": part})
    with pytest.raises(LoadError, match="contains XML with a document type"):
        load_docx(hostile, "x.docx")
