"""XLSX: the tables of each sheet as displayed."""

from pathlib import PurePosixPath
from zipfile import BadZipFile

from lxml import etree

from assistant.load.builder import DocumentBuilder
from assistant.load.office import check_office, make_damage_error
from assistant.load.package import Package
from assistant.load.sheets import add_sheets
from assistant.load.workbook import Workbook
from assistant.records import Document


def load_xlsx(content: bytes, name: str) -> Document:
    """One document: the tables of each visible sheet, below its name where there are several.

    Hidden sheets, rows and columns are left out. Raises LoadError.
    """
    title, created = check_office(content, name)
    builder = DocumentBuilder(name, where=f"{name} with its header in each row")
    try:
        book = Workbook(Package(content))
        add_sheets(builder, book.read_sheets(), count=len(book.visible), hidden=book.hidden)
    except (BadZipFile, etree.XMLSyntaxError, ValueError, LookupError, OverflowError) as error:
        raise make_damage_error(name, error) from None
    return builder.build(title=title or PurePosixPath(name).stem, published=created)
