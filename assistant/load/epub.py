"""EPUB: the pages of a book in the order of its spine, read like other pages.

The archive is read directly: EbookLib, the usual library, is under the AGPL, reads every file of a
book into memory without a limit, and leaves the pages to be parsed.
"""

import io
import posixpath
from datetime import date
from urllib.parse import unquote
from zipfile import ZipFile

from lxml import etree

from assistant.errors import LoadError
from assistant.load.builder import DocumentBuilder
from assistant.load.encoding import decode, find_declared_encoding
from assistant.load.fields import find_date
from assistant.load.html import has_content, parse_page
from assistant.load.office import check_archive
from assistant.load.page import add_page
from assistant.records import Document

_CONTAINER, _ENCRYPTION = "META-INF/container.xml", "META-INF/encryption.xml"
_PAGES = ("application/xhtml+xml", "text/html")
_FONTS = ("obfuscation", "adobe.com/pdf/enc")  # algorithms that hide fonts, not text
_NO_DATE = "0101-01-01"  # calibre writes it for an unknown date


def load_epub(content: bytes, name: str) -> Document:
    """One document: the book. Raises LoadError for a book that is locked or has no pages."""
    check_archive(content, name)
    with ZipFile(io.BytesIO(content)) as archive:
        package_path = _find_package(archive, name)
        package = _parse(archive, package_path, name)
        locked = _list_locked(archive, name)
        builder = DocumentBuilder(name)
        missing = 0
        for path in _list_pages(package, posixpath.dirname(package_path)):
            if path in locked:
                raise LoadError(f"{name} is locked (DRM)", hint="get a copy without DRM")
            if path not in archive.namelist():
                missing += 1
                continue
            _add_chapter(builder, archive.read(path), f"{name} ({path})")
    if missing:
        builder.report("truncated", f"{missing} of the book's pages are missing from the file")
    title, published = _read_metadata(package)
    document = builder.build(title=title, published=published)
    if not has_content(document):
        raise LoadError(f"{name} has no text", hint="remove it")
    return document
