"""EPUB: the pages of a book in the order of its spine, read like other pages.

The archive is read directly: EbookLib, the usual library, is under the AGPL, reads every file of a
book into memory without a limit, and leaves the pages to be parsed.
"""

import io
import posixpath
from collections.abc import Iterator
from datetime import date
from urllib.parse import unquote
from zipfile import ZipFile

from lxml import etree

from assistant.errors import LoadError
from assistant.load.builder import DocumentBuilder
from assistant.load.encoding import decode, find_declared_encoding
from assistant.load.html import has_content, parse_page
from assistant.load.office import check_office, make_damage_error
from assistant.load.page import add_page
from assistant.records import Document
from assistant.text.dates import find_date

_CONTAINER, _ENCRYPTION = "META-INF/container.xml", "META-INF/encryption.xml"
_PAGES = ("application/xhtml+xml", "text/html")
_FONTS = ("obfuscation", "adobe.com/pdf/enc")  # algorithms that hide fonts, not text
_LEAST_YEAR = 1000  # calibre writes the year 101 for an unknown date


def load_epub(content: bytes, name: str) -> Document:
    """One document: the book. Raises LoadError for a book that is locked or has no text."""
    # Its pages have document types, but the parsers here expand no entities.
    check_office(content, name, allow_document_types=True)
    with ZipFile(io.BytesIO(content)) as archive:
        book = _Book(archive, name)
        builder = DocumentBuilder(name)
        missing = 0
        for path in book.list_pages():
            page = book.read(path)
            if page is None:
                missing += 1
            elif page.strip():
                text, _ = decode(page, name, declared=find_declared_encoding(page))
                add_page(builder, parse_page(text, name))
    if missing:
        files = "1 file of the book is" if missing == 1 else f"{missing} files of the book are"
        builder.report("truncated", f"{files} missing")
    document = builder.build(title=book.find_title(), published=book.find_date())
    if not has_content(document):
        raise LoadError(f"{name} has no text", hint="remove it")
    return document


class _Book:
    """The files of a book, and what its package document says of them."""

    def __init__(self, archive: ZipFile, name: str) -> None:
        self.archive, self.name = archive, name
        self._files = frozenset(archive.namelist())
        container = self._parse(_CONTAINER)
        rootfile = container.find(".//{*}rootfile")
        path = "" if rootfile is None else rootfile.get("full-path", "")
        self._package, self._folder = self._parse(path), posixpath.dirname(path)
        self._locked = self._list_locked()

    def list_pages(self) -> Iterator[str]:
        """The paths of the pages in reading order, without tables of contents."""
        items = {item.get("id"): item for item in self._package.iterfind(".//{*}manifest/{*}item")}
        for reference in self._package.iterfind(".//{*}spine/{*}itemref"):
            item = items.get(reference.get("idref"))
            if item is None or item.get("media-type") not in _PAGES:
                continue
            if "nav" not in item.get("properties", "").split():
                path = posixpath.join(self._folder, unquote(item.get("href", "")))
                yield posixpath.normpath(path)

    def read(self, path: str) -> bytes | None:
        """A file of the book, or None if there is no such file."""
        if path in self._locked:
            raise LoadError(f"{self.name} is locked (DRM)", hint="get a copy without DRM")
        return self.archive.read(path) if path in self._files else None

    def find_title(self) -> str:
        return " ".join((self._package.findtext(".//{*}metadata/{*}title") or "").split())

    def find_date(self) -> date | None:
        """When the book was published; of several dates the one that is called so."""
        dates = self._package.findall(".//{*}metadata/{*}date")
        event = "{http://www.idpf.org/2007/opf}event"
        dates.sort(key=lambda each: each.get(event, "publication") != "publication")
        found = find_date(*(each.text or "" for each in dates))
        return found if found and found.year >= _LEAST_YEAR else None

    def _parse(self, path: str) -> etree._Element:
        content = self.archive.read(path) if path in self._files else b""
        parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False)
        try:
            return etree.fromstring(content, parser)
        except etree.XMLSyntaxError as error:
            raise make_damage_error(self.name, error) from None

    def _list_locked(self) -> frozenset[str]:
        if _ENCRYPTION not in self._files:
            return frozenset()
        locked = set()
        for entry in self._parse(_ENCRYPTION).iter("{*}EncryptedData"):
            method, target = entry.find("{*}EncryptionMethod"), entry.find(".//{*}CipherReference")
            algorithm = "" if method is None else method.get("Algorithm", "")
            if target is not None and not any(font in algorithm for font in _FONTS):
                locked.add(unquote(target.get("URI", "")))
        return frozenset(locked)
