"""What no document may have: an id that no address can name, a character that is no text."""

from assistant.errors import LoadError
from assistant.load.limits import TEXT_CHARACTERS

LONGEST_ID = 1000  # characters


def check_id(document_id: str) -> None:
    """Raise LoadError for an id that can't stand in the address of a page."""
    try:
        document_id.encode()
    except UnicodeEncodeError:
        raise LoadError(f"the name {document_id!a} is not UTF-8", hint="rename it") from None
    # A browser takes "." and ".." out of an address before it asks.
    steps = any(part in (".", "..") for part in document_id.split("/"))
    if steps or not document_id.isprintable() or len(document_id) > LONGEST_ID:
        shown = document_id if len(document_id) <= 100 else f"{document_id[:100]}…"
        raise LoadError(f"the id {shown!r} can't stand in an address", hint="give it another")


def refuse_nul(text: str, where: str) -> None:
    """Raise LoadError for a text with a NUL: it is no text, and browsers drop it."""
    if "\0" in text:
        raise LoadError(f"{where} holds a NUL character", hint="save it as text")


def refuse_long(characters: int, where: str) -> None:
    """Raise LoadError for a text of more characters than a document may have."""
    if characters > TEXT_CHARACTERS:
        raise LoadError(f"{where} holds more than {TEXT_CHARACTERS:,} characters", hint="split it")
