"""ODT: the body, each note below its paragraph, then headers and footers.

Left out: comments, deleted and hidden text. A field has the result that was stored.
"""

from collections.abc import Iterator

from lxml import etree

from assistant.load.blocks import BlockWriter, report_unread
from assistant.load.builder import DocumentBuilder
from assistant.load.grids import PAGE
from assistant.load.odt_blocks import BlockReader
from assistant.load.odt_styles import OFFICE, STYLE, Styles
from assistant.load.office import check_office, make_damage_error
from assistant.load.package import Package
from assistant.records import Document

_MARGINS = tuple(
    f"{STYLE}{name}"
    for name in ("header", "header-first", "header-left", "footer", "footer-first", "footer-left")
)


def load_odt(content: bytes, name: str) -> Document:
    """One document; what is not read of it is reported."""
    title, created = check_office(content, name)
    writer = BlockWriter(DocumentBuilder(name))
    try:
        package = Package(content)
        root, common = package.read("content.xml"), package.read("styles.xml")
        body = None if root is None else root.find(f"{OFFICE}body/{OFFICE}text")
        if root is None or body is None:
            raise make_damage_error(name, ValueError("it has no text document"))
        reader = BlockReader(package, Styles(common, root))
        writer.write(reader.read_blocks(body))
        report_unread(writer.builder, reader)
        if common is not None:
            margins = BlockReader(package, Styles(common, common))
            margins.page_mark = PAGE
            for margin in _list_margins(common, root):
                writer.write_once(margins.read_blocks(margin))
    except (etree.XMLSyntaxError, RecursionError) as error:
        raise make_damage_error(name, error) from None
    return writer.build(title, created, pictures=reader.pictures)


def _list_margins(common: etree._Element, root: etree._Element) -> Iterator[etree._Element]:
    """The headers and footers of the kinds of pages that the document has."""
    pages = {each.get(f"{STYLE}name", ""): each for each in common.iter(f"{STYLE}master-page")}
    attribute = f"{STYLE}master-page-name"
    used = [next(iter(pages), "")]
    used += [each.get(attribute) for part in (root, common) for each in part.iter(f"{STYLE}style")
             if each.get(attribute)]  # fmt: skip
    seen: set[str] = set()
    while used:
        page = pages.get(name := used.pop(0))
        if page is None or name in seen:
            continue
        seen.add(name)
        used.append(page.get(f"{STYLE}next-style-name", ""))
        yield from (
            margin
            for margin in page.iterchildren(*_MARGINS)
            if margin.get(f"{STYLE}display", "true") == "true"
        )
