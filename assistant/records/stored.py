"""What is known of a document of a generation without reading it."""

from datetime import date
from typing import NamedTuple

from assistant.records.documents import Notice


class StoredPassages(NamedTuple):
    """The range of a document's passages in a generation."""

    document_id: str
    document_number: int
    first: int
    length: int


class StoredDocument(NamedTuple):
    """An unchanged document that stays as it is stored, in the row `key`.

    `content` is its `hash_document`, `identity` its `hash_identity`. No other document of its
    generation has the same.
    """

    id: str
    key: int
    content: bytes
    identity: bytes
    published: date | None
    notices: tuple[Notice, ...]
    passages: StoredPassages
