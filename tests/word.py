"""Documents of WordprocessingML, and pieces of it."""

from assistant.load.docx import load_docx
from assistant.records import Document
from tests.loading import assert_valid
from tests.office import docx_parts, make_zip, paragraph


def load(body: str, **others: str) -> Document:
    """A document of WordprocessingML, with other parts by their names."""
    document = load_docx(make_zip(docx_parts(body, others)), "x.docx")
    assert_valid(document)
    return document


def read(body: str, **others: str) -> list[str]:
    """The paragraphs of a document."""
    return load(body, **others).text.split("\n\n")


def run(text: str, properties: str = "") -> str:
    kind = f"<w:rPr>{properties}</w:rPr>" if properties else ""
    return f'<w:r>{kind}<w:t xml:space="preserve">{text}</w:t></w:r>'


def cell(content: str, properties: str = "") -> str:
    words = content if content.startswith("<") else paragraph(content)
    return f"<w:tc><w:tcPr>{properties}</w:tcPr>{words}</w:tc>"


def table(*rows: list[str], header: bool = False) -> str:
    """A table of cells, which are text or elements w:tc."""
    mark = "<w:trPr><w:tblHeader/></w:trPr>" if header else ""
    written = [
        "".join(each if each.startswith("<w:tc>") else cell(each) for each in row) for row in rows
    ]
    inner = "".join(f"<w:tr>{'' if n else mark}{row}</w:tr>" for n, row in enumerate(written))
    return f"<w:tbl>{inner}</w:tbl>"
