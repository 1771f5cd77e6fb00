"""Office files are zip archives of XML: what they may hold is checked before a library reads them.

Two ways to harm: an archive that unpacks to far more than it is, and XML with a document type,
which declares entities that grow or that name other files. The format allows no document type
(ECMA-376 part 2), so one that has it is refused.
"""

import io
from datetime import date
from typing import NamedTuple
from xml.parsers import expat
from zipfile import BadZipFile, ZipFile, ZipInfo

from lxml import etree

from assistant.errors import LoadError, find_reason
from assistant.load import limits
from assistant.load.dates import find_date

_CHUNK = limits.MIB
_PROPERTIES = "docProps/core.xml"
_TITLE = "{http://purl.org/dc/elements/1.1/}title"
_CREATED = "{http://purl.org/dc/terms/}created"
_LOCKED = b"\xd0\xcf\x11\xe0"  # OLE: an Office file with a password, or of before 2007


class Properties(NamedTuple):
    """What a file says of itself."""

    title: str
    created: date | None


class _PrologEnd(Exception):  # noqa: N818, it is no error
    """The document's first element was reached: no document type can follow."""


def check_office(content: bytes, name: str) -> Properties:
    """Read every part of an Office file once, within the limits.

    Raises LoadError for an archive that is damaged, too large, or holds a document type.
    """
    if content.startswith(_LOCKED):
        raise LoadError(
            f"{name} is locked with a password, or of a format before 2007",
            hint="save it anew without one",
        )
    try:
        with ZipFile(io.BytesIO(content)) as archive:
            _check_directory(archive.infolist(), name)
            left = limits.ARCHIVE_BYTES
            for part in archive.infolist():
                left -= _read_part(archive, part, name, left)
            return _read_properties(archive)
    except (BadZipFile, EOFError, NotImplementedError, OSError, RuntimeError, ValueError) as error:
        raise LoadError(
            f"{name} is damaged ({find_reason(error)[:200]})", hint="open it and save it again"
        ) from None


def _check_directory(parts: list[ZipInfo], name: str) -> None:
    if len(parts) > limits.ARCHIVE_FILES:
        raise LoadError(
            f"{name} holds {len(parts):,} files, more than {limits.ARCHIVE_FILES:,}",
            hint="leave it out",
        )
    whole = sum(part.file_size for part in parts)
    packed = sum(part.compress_size for part in parts)
    grows = whole > max(packed, 1) * limits.ARCHIVE_RATIO and whole > limits.MIB
    if whole > limits.ARCHIVE_BYTES or grows:
        raise _too_large(name, f"{packed:,} bytes unpack to {whole:,}")


def _too_large(name: str, reason: str) -> LoadError:
    return LoadError(f"{name} unpacks to more than it may ({reason})", hint="leave it out")


def _read_part(archive: ZipFile, part: ZipInfo, name: str, left: int) -> int:
    """How many bytes a part has, its checksum and its XML's beginning checked on the way."""
    size = 0
    prolog: expat.XMLParserType | None = None
    with archive.open(part) as file:
        while chunk := file.read(_CHUNK):
            if size == 0 and (part.filename.endswith(_XML) or _is_xml(chunk)):
                prolog = _start_prolog(name)
            size += len(chunk)
            if size > left:
                raise _too_large(name, f"over {limits.ARCHIVE_BYTES // limits.MIB} MiB")
            if prolog is not None:
                try:
                    prolog.Parse(chunk, False)
                except _PrologEnd:
                    prolog = None
                except expat.ExpatError as error:
                    raise LoadError(
                        f"{name} is damaged ({part.filename}: {error})",
                        hint="open it and save it again",
                    ) from None
    return size


_XML = (".xml", ".rels", ".vml")


def _is_xml(beginning: bytes) -> bool:
    """Whether a part begins like XML, whatever its name: a relationship may point to any name."""
    bare = beginning.lstrip(b"\xef\xbb\xbf\xff\xfe\x00 \t\r\n")
    return bare.startswith(b"<")


def _start_prolog(name: str) -> expat.XMLParserType:
    """A parser that refuses a document type and stops at the first element."""

    def refuse(*_: object) -> None:
        raise LoadError(f"{name} holds XML with a document type", hint="leave it out")

    def stop(*_: object) -> None:
        raise _PrologEnd

    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler = refuse
    parser.StartElementHandler = stop
    return parser


def _read_properties(archive: ZipFile) -> Properties:
    if _PROPERTIES not in archive.namelist():
        return Properties("", None)
    parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False)
    try:
        found = etree.fromstring(archive.read(_PROPERTIES), parser)
    except etree.XMLSyntaxError:
        return Properties("", None)
    title = " ".join((found.findtext(_TITLE) or "").split())
    return Properties(title, find_date(found.findtext(_CREATED) or ""))
