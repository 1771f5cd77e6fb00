"""DOCX: the body, each note below its paragraph, then headers and footers.

Left out: comments, deleted and hidden text. A field has the result that Word stored.
"""

from collections.abc import Iterator

from lxml import etree

from assistant.load.blocks import BlockWriter, report_unread
from assistant.load.builder import DocumentBuilder
from assistant.load.docx_blocks import BlockReader
from assistant.load.docx_styles import W, is_on
from assistant.load.drawings import R
from assistant.load.grids import PAGE
from assistant.load.office import check_office, make_damage_error
from assistant.load.package import Package
from assistant.records import Document


def load_docx(content: bytes, name: str) -> Document:
    """One document; what is not read of it is reported."""
    title, created = check_office(content, name)
    try:
        package = Package(content)
        reader = BlockReader(package)
        root = package.read(reader.document)
        body = None if root is None else root.find(f"{W}body")
        if body is None:
            raise make_damage_error(name, ValueError("it has no document"))
        writer = BlockWriter(DocumentBuilder(name))
        writer.write(reader.read_blocks(body, reader.document))
        reader.page_mark = PAGE
        for part in _list_margins(body, reader):
            writer.write_once(reader.read_part(part))
    except (etree.XMLSyntaxError, RecursionError) as error:
        raise make_damage_error(name, error) from None
    report_unread(writer.builder, reader)
    return writer.build(title, created, pictures=reader.pictures)


def _list_margins(body: etree._Element, reader: BlockReader) -> Iterator[str]:
    """The parts with the headers and footers that are shown, in order of the sections."""
    relations = reader.relations_of(reader.document)
    for section in body.iter(f"{W}sectPr"):
        shown = {
            "first": is_on(section, "titlePg"),
            "even": is_on(reader.settings, "evenAndOddHeaders"),
        }
        for reference in section.iter(f"{W}headerReference", f"{W}footerReference"):
            relation = relations.get(reference.get(f"{R}id", ""))
            if relation and shown.get(reference.get(f"{W}type", ""), True):
                yield relation.target
