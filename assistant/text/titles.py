"""Titles that are only ids, and texts without words."""

import re
from pathlib import PurePosixPath

from assistant.records import Document

_LETTERS = re.compile(r"(?<![^\W_])[^\W\d_]{2,}(?![^\W_])")
# A digest or UUID: by chance a group of its digits may look like a word ("dead").
_HEX_ID = re.compile(r"(?=\D*\d)[\da-fA-F-]{8,}")


def find_title(document: Document) -> str:
    """The title to embed: "" for an id or file name, so that renaming a file embeds nothing."""
    is_name = document.title == PurePosixPath(document.id).stem or is_title_in_id(document)
    return "" if is_name or is_title_an_id(document) else document.title


def is_title_an_id(document: Document) -> bool:
    """Whether a title is a line number, or a part of the document's id without a word."""
    path, title = PurePosixPath(document.id), document.title
    is_part = title in (*path.parts, path.stem) or is_title_in_id(document)
    return title.startswith(f"{path.parent} line ") or (is_part and not has_word(title))


def is_title_in_id(document: Document) -> bool:
    """Whether a document's id ends with its title, which is then the id of a line of a file."""
    return f"/{document.id}".endswith(f"/{document.title}")


def has_word(text: str) -> bool:
    """Whether a text has a word of letters; hex digests, UUIDs and numbers have none.

    >>> [has_word(text) for text in ("Rokid 2", "b0-06", "5f0c6c2e-dead-4b7a-9d3c-0a1b2c3d4e5f")]
    [True, False, False]
    """
    return _LETTERS.search(text) is not None and _HEX_ID.fullmatch(text) is None
