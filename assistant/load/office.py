"""Office and OpenDocument files are zip archives of XML, which are checked before they are read.

Two attacks are refused: an archive that unpacks to far more than its size, and XML with a document
type, which declares entities that grow or name other files (ECMA-376 part 2 forbids it).
"""

import io
from datetime import date
from xml.parsers import expat
from zipfile import BadZipFile, ZipFile, ZipInfo

from lxml import etree

from assistant.errors import LoadError, find_reason
from assistant.load import limits
from assistant.load.fields import find_title
from assistant.load.package import parse_xml
from assistant.text.dates import find_date

_PROPERTIES = ("docProps/core.xml", "meta.xml")
_TITLE = "{*}title"
_CREATED = ("{*}created", "{*}creation-date")
# The dates of the templates of python-docx and python-pptx, which their files keep.
_TEMPLATES = ("2013-12-23T23:15:00", "2013-01-27T09:14:16")
_MANIFEST, _ENCRYPTION = "META-INF/manifest.xml", b"encryption-data"  # of OpenDocument
_LOCKED = b"\xd0\xcf\x11\xe0"  # OLE: an Office file with a password, or of before 2007
_XML = (".xml", ".rels", ".vml")


class _PrologEnd(Exception):  # noqa: N818, it is not an error
    """The first element was reached: no document type can follow."""


def check_office(
    content: bytes, name: str, *, allow_document_types: bool = False
) -> tuple[str, date | None]:
    """The title and date of an Office file, all parts of which are checked.

    Raises LoadError for an archive that is damaged, too large, or contains a document type.
    """
    if content.startswith(_LOCKED):
        raise _make_lock_error(f"{name} is locked with a password, or of a format before 2007")
    try:
        with ZipFile(io.BytesIO(content)) as archive:
            _check_directory(archive.infolist(), name)
            _check_manifest(archive, name)
            left = limits.ARCHIVE_BYTES
            for part in archive.infolist():
                left -= _check_part(archive, part, name, left, allow_document_types)
            return _read_properties(archive)
    except (BadZipFile, EOFError, NotImplementedError, OSError, RuntimeError, ValueError) as error:
        raise make_damage_error(name, error) from None


def _make_lock_error(problem: str) -> LoadError:
    return LoadError(problem, hint="save it again without one")


def make_damage_error(name: str, error: Exception) -> LoadError:
    return LoadError(
        f"{name} is damaged ({find_reason(error)[:200]})", hint="open it and save it again"
    )


def _check_directory(parts: list[ZipInfo], name: str) -> None:
    if len(parts) > limits.ARCHIVE_FILES:
        problem = f"{name} contains {len(parts):,} files, more than {limits.ARCHIVE_FILES:,}"
        raise LoadError(problem, hint="leave it out")
    unpacked = sum(part.file_size for part in parts)
    packed = sum(part.compress_size for part in parts)
    grows = unpacked > max(packed, 1) * limits.ARCHIVE_RATIO and unpacked > limits.MIB
    if unpacked > limits.ARCHIVE_BYTES or grows:
        problem = f"{name} unpacks to too much ({packed:,} bytes unpack to {unpacked:,})"
        raise LoadError(problem, hint="leave it out")


def _check_manifest(archive: ZipFile, name: str) -> None:
    if _MANIFEST in archive.namelist():
        with archive.open(_MANIFEST) as manifest:
            if _ENCRYPTION in manifest.read(limits.MIB):
                raise _make_lock_error(f"{name} is locked with a password")


def _check_part(
    archive: ZipFile, part: ZipInfo, name: str, left: int, allow_document_types: bool
) -> int:
    """The bytes of a part, after its checksum and the beginning of its XML were checked."""
    size = 0
    prolog: expat.XMLParserType | None = None
    with archive.open(part) as file:
        while chunk := file.read(limits.MIB):
            # Not only by its name: a relationship may point to any part.
            is_xml = size == 0 and (part.filename.endswith(_XML) or _looks_like_xml(chunk))
            if is_xml and not allow_document_types:
                prolog = _start_prolog(name, part.filename)
            size += len(chunk)
            if size > left:
                most = f"over {limits.ARCHIVE_BYTES // limits.MIB} MiB"
                raise LoadError(f"{name} unpacks to too much ({most})", hint="leave it out")
            if prolog is not None:
                try:
                    prolog.Parse(chunk, False)
                except _PrologEnd:
                    prolog = None
                except expat.ExpatError as error:
                    raise make_damage_error(name, ValueError(f"{part.filename}: {error}")) from None
    return size


def _looks_like_xml(beginning: bytes) -> bool:
    return beginning.lstrip(b"\xef\xbb\xbf\xff\xfe\x00 \t\r\n").startswith(b"<")


def _start_prolog(name: str, part: str) -> expat.XMLParserType:
    """A parser that refuses a document type and stops at the first element.

    OpenOffice 2 wrote one into its manifest; it is harmless if it declares nothing.
    """

    def refuse(_root: str, _system: str | None, _public: str | None, declares: int) -> None:
        if part != _MANIFEST or declares:
            raise LoadError(f"{name} contains XML with a document type", hint="leave it out")

    def stop(*_: object) -> None:
        raise _PrologEnd

    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler = refuse
    parser.StartElementHandler = stop
    return parser


def _read_properties(archive: ZipFile) -> tuple[str, date | None]:
    """The title and date of a file, from its properties."""
    part = next((part for part in _PROPERTIES if part in archive.namelist()), None)
    if part is None:
        return "", None
    try:
        properties = parse_xml(archive.read(part))
    except etree.XMLSyntaxError:
        return "", None
    dates = (properties.findtext(f".//{created}") or "" for created in _CREATED)
    written = [written for written in dates if not written.startswith(_TEMPLATES)]
    return find_title(properties.findtext(f".//{_TITLE}") or ""), find_date(*written)
