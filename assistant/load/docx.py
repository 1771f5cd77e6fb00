"""DOCX: the body, each note below its paragraph, then headers and footers.

Left out: comments, deleted and hidden text. A field has the result that Word stored.
"""

from collections.abc import Iterator

from lxml import etree

from assistant.errors import LoadError
from assistant.load.blocks import BlockWriter, count_things
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
    _report(reader, writer.builder)
    if not writer.builder.length and reader.pictures:
        raise LoadError(f"{name} has pictures and no text", hint="save it as PDF and use --ocr")
    return writer.builder.build(title=title or writer.find_title(), published=created)


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


def _report(reader: BlockReader, builder: DocumentBuilder) -> None:
    if reader.hidden:
        count = count_things(reader.hidden, "paragraph")
        builder.report("hidden_text", f"Hidden text in {count} was left out")
    if reader.comments:
        builder.report("hidden_parts", f"{count_things(reader.comments, 'comment')} not read")
    if reader.objects:
        builder.report("attachments", f"{count_things(reader.objects, 'embedded file')} not read")
