import pytest

from assistant.load.docx import load_docx
from assistant.load.package import Package, Relation, parse_xml
from tests.office import docx_parts, make_docx, make_zip, paragraph

WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def test_a_strict_file_is_read_like_others() -> None:
    strict = {
        name: str(part)
        .replace(WORD, "http://purl.oclc.org/ooxml/wordprocessingml/main")
        .replace(OFFICE, "http://purl.oclc.org/ooxml/officeDocument/relationships")
        for name, part in docx_parts(paragraph("Head", "heading1") + paragraph("Text.")).items()
    }
    document = load_docx(make_zip(strict), "x.docx")
    assert document.text == "Head\n\nText."
    assert [heading.text for heading in document.headings] == ["Head"]


def test_relationships_have_targets_in_the_file() -> None:
    relations = (
        '<Relationships xmlns="r"><Relationship Id="a" Type="x/header" Target="../h.xml"/>'
        '<Relationship Id="b" Type="x/image" Target="/media/i.png"/>'
        '<Relationship Id="c" Type="x/hyperlink" TargetMode="External" Target="http://e.org"/>'
        "</Relationships>"
    )
    package = Package(make_zip({"word/_rels/d.xml.rels": relations}))
    assert package.list_relations("word/d.xml") == {
        "a": Relation("header", "h.xml"), "b": Relation("image", "media/i.png"),
    }  # fmt: skip
    assert package.list_relations("word/other.xml") == {}
    assert package.read("word/d.xml") is None


def test_entities_are_not_expanded() -> None:
    root = parse_xml(b"<!DOCTYPE a [<!ENTITY b SYSTEM 'file:///etc/passwd'>]><a>x&b;</a>")
    assert root.text == "x"


def test_a_file_without_styles_goes_by_their_ids() -> None:
    parts = docx_parts(paragraph("Head", "Heading2"))
    del parts["word/styles.xml"], parts["word/_rels/document.xml.rels"]
    document = load_docx(make_zip(parts), "x.docx")
    assert [(each.text, each.level) for each in document.headings] == [("Head", 2)]


@pytest.mark.parametrize("kept", ["[Content_Types].xml", "_rels/.rels", "docProps/core.xml"])
def test_the_document_is_found_without_relationships(kept: str) -> None:
    parts = docx_parts(paragraph("Text."))
    whole = {"word/document.xml": parts["word/document.xml"], kept: parts.get(kept, "<a/>")}
    assert load_docx(make_zip(whole), "x.docx").text == "Text."
    assert load_docx(make_docx("Text."), "x.docx").text == "Text."
