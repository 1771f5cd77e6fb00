"""Limits on files and their texts."""

from assistant.errors import LoadError
from assistant.terminal import escape

MIB = 2**20
FILE_BYTES = 256 * MIB  # of a file on disk
TEXT_CHARACTERS = 256 * 10**6  # of the text of one document
TABLE_ROWS, TABLE_COLUMNS = 2**20, 2**14  # the limits of spreadsheets
ID_CHARACTERS = 1000
# A file read in the worker process:
SECONDS = 60.0  # of reading; each recognised page may take PAGE_SECONDS more
PAGE_SECONDS = 60.0
RECOGNISED_PAGES = 300  # of a file
MEMORY_BYTES = 2048 * MIB  # address space, where the system limits it
REPLY_BYTES = 512 * MIB
# An image of a page, drawn in a process of its own:
DRAWING_SECONDS = 10.0
DRAWING_MEMORY_BYTES = 1024 * MIB
IMAGE_PIXELS = 16 * 10**6  # a page that is larger is drawn smaller
IMAGE_BYTES = 32 * MIB
# An Office file, which is a zip archive:
ARCHIVE_FILES = 10_000
ARCHIVE_BYTES = 512 * MIB  # unpacked
ARCHIVE_RATIO = 500  # unpacked bytes per packed byte, above 1 MiB unpacked


def check_id(document_id: str) -> None:
    """Raise LoadError for an id that can't be part of a page's address."""
    try:
        document_id.encode()
    except UnicodeEncodeError:
        raise LoadError(f"the name {document_id!a} is not UTF-8", hint="rename it") from None
    # A browser removes "." and ".." from an address.
    steps = any(part in (".", "..") for part in document_id.split("/"))
    if steps or not document_id.isprintable() or len(document_id) > ID_CHARACTERS:
        shown = document_id if len(document_id) <= 100 else f"{document_id[:100]}…"
        raise LoadError(
            f"the id '{escape(shown)}' can't be part of an address",
            hint="rename the file, or give another id in it",
        )


def check_text(text: str, where: str) -> None:
    """Raise LoadError for a text that is too long, or has a NUL, which browsers drop."""
    if "\0" in text:
        raise LoadError(f"{where} contains a NUL character", hint="save it as text")
    check_length(len(text), where)


def check_length(characters: int, where: str) -> None:
    """Raise LoadError for a text of more characters than a document may have."""
    if characters > TEXT_CHARACTERS:
        raise LoadError(f"{where} has more than {TEXT_CHARACTERS:,} characters", hint="split it")
