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
from assistant.load.fields import find_published
from assistant.load.html import has_content, parse_page
from assistant.load.office import check_office, make_damage_error
from assistant.load.package import parse_xml
from assistant.load.page import add_page
from assistant.load.wording import count_things
from assistant.records import Document

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
        unread: list[LoadError | None] = []
        for path in book.list_pages():
            page = book.read(path)
            try:
                _add_file(builder, page)
            except LoadError as error:
                unread.append(error)
    unread += [None] * book.skipped
    if unread and unread[0] and not builder.length:
        raise unread[0]
    if unread:
        pages = count_things(len(unread), "page", "was")
        builder.report("truncated", f"{pages} not read: missing, damaged, or only a drawing")
    published, dated = book.find_date()
    document = builder.build(title=book.find_title(), published=published, dated=dated)
    if not has_content(document):
        raise LoadError(f"{name} has no text", hint="remove it")
    return document


def _add_file(builder: DocumentBuilder, page: bytes | None) -> None:
    """Append a page of a book. Raises LoadError if it is missing or can't be read."""
    if page is None:
        raise LoadError(f"{builder.name} has no such page", hint="save it again")
    if page.strip():
        text, _ = decode(page, builder.name, declared=find_declared_encoding(page))
        add_page(builder, parse_page(text, builder.name))


class _Book:
    """The files of a book, and what its package document says of them.

    `skipped` counts those in the reading order that are no pages, such as drawings (SVG).
    """

    def __init__(self, archive: ZipFile, name: str) -> None:
        self.archive, self.name = archive, name
        self._files = frozenset(archive.namelist())
        container = self._parse(_CONTAINER)
        rootfile = container.find(".//{*}rootfile")
        path = "" if rootfile is None else rootfile.get("full-path", "")
        self._package, self._folder = self._parse(path), posixpath.dirname(path)
        self._locked = self._list_locked()
        self.skipped = 0

    def list_pages(self) -> Iterator[str]:
        """The paths of the pages in reading order, without tables of contents."""
        items = {item.get("id"): item for item in self._package.iterfind(".//{*}manifest/{*}item")}
        for reference in self._package.iterfind(".//{*}spine/{*}itemref"):
            item = items.get(reference.get("idref"))
            if item is None or "nav" in item.get("properties", "").split():
                continue
            kind = item.get("media-type", "")
            if kind not in _PAGES:
                self.skipped += not kind.startswith("image/") or kind.startswith("image/svg")
                continue
            path = posixpath.join(self._folder, unquote(item.get("href", "")))
            yield posixpath.normpath(path)

    def read(self, path: str) -> bytes | None:
        """A file of the book, or None if there is no such file."""
        if path in self._locked:
            raise LoadError(f"{self.name} is locked (DRM)", hint="get a copy without DRM")
        return self.archive.read(path) if path in self._files else None

    def find_title(self) -> str:
        return " ".join((self._package.findtext(".//{*}metadata/{*}title") or "").split())

    def find_date(self) -> tuple[date | None, str]:
        """When the book was published, and in words if that is no day; of several dates the one
        that is called so.
        """
        dates = self._package.findall(".//{*}metadata/{*}date")
        event = "{http://www.idpf.org/2007/opf}event"
        dates.sort(key=lambda each: each.get(event, "publication") != "publication")
        day, words = find_published(*(each.text or "" for each in dates))
        return (day, words) if day and day.year >= _LEAST_YEAR else (None, "")

    def _parse(self, path: str) -> etree._Element:
        content = self.archive.read(path) if path in self._files else b""
        try:
            return parse_xml(content)
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
