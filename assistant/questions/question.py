"""A question of any set with its gold, and the places of its evidence."""

import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, replace
from functools import lru_cache
from itertools import pairwise

from assistant.records import ALL_DOCUMENTS, Document, DocumentFilter, Offsets
from assistant.text import find_sentences

NONE = "none"  # the kind of a question without an answer
VALUE_KINDS = ("compare", "two", "trend")
# Other names of kinds, in questions for an index and in foreign sets.
SYNONYMS = {"superlative": "top", "two_part": "two", "comparison": "compare", "yes_no": "yesno"}
_BLANK_LINE = re.compile(r"\n[^\S\n]*\r?\n")


@dataclass(frozen=True, slots=True)
class Evidence:
    """Places of a document, any of which proves an answer, and the offsets of their sentences."""

    document_id: str
    places: tuple[Offsets, ...]
    sentences: tuple[Offsets, ...]


@dataclass(frozen=True, slots=True)
class Question:
    """A question of any set, with its gold if known.

    `kind` decides how an answer is judged: one of `QuestionKind`, "why", "how" or "said", or "none"
    with a `reason` for no answer; any other kind is judged as "fact". Any of `answers` is right.
    `items` are the values of a list, comparison or trend, each with its other wordings. All of
    `evidence` is needed. `document` is the one it is about. `relevant` grades documents, for sets
    that judge retrieval alone. `ambiguous`: other documents may answer it as well. `within` says
    which documents are asked. `previous` are the questions that it is asked after, the latest last;
    `full` is a follow-up as a question that stands by itself, the same as `question` after a change
    of topic.
    """

    id: str
    question: str
    answers: tuple[str, ...] = ()
    kind: str = "fact"
    reason: str | None = None
    items: tuple[tuple[str, ...], ...] = ()
    verdict: str | None = None
    evidence: tuple[Evidence, ...] = ()
    split: str | None = None
    document: Document | None = None
    relevant: Mapping[str, int] = field(default_factory=dict)
    ambiguous: bool = False
    within: DocumentFilter = ALL_DOCUMENTS
    previous: tuple[str, ...] = ()
    full: str | None = None

    @property
    def answerable(self) -> bool:
        return self.kind != NONE

    @property
    def accepted(self) -> tuple[str, ...]:
        """The accepted answers; for lists, the first wording of each item."""
        return self.answers or tuple(names[0] for names in self.items)


def hash_gold(question: Question) -> str:
    """SHA-256 of a question with its gold, its document and its filter."""
    document = question.document
    parts = None if document is None else [document.id, document.title, document.text]
    fields = asdict(replace(question, document=None)) | {"document": parts}
    for name in ("previous", "full"):  # added later; without them, the hash is what it was
        if not fields[name]:
            del fields[name]
    if question.within == ALL_DOCUMENTS:
        del fields["within"]
    return hashlib.sha256(json.dumps(fields, sort_keys=True, default=str).encode()).hexdigest()


def make_evidence(document_id: str, text: str, places: Iterable[Offsets]) -> Evidence:
    """The evidence at some places of a document's text."""
    places = tuple(places)
    sentences = {sentence for place in places for sentence in find_sentences_of(text, *place)}
    return Evidence(document_id, places, tuple(sorted(sentences)))


def find_quotes(text: str, quote: str) -> list[Offsets]:
    """Every place of a quote in a text, overlapping ones too."""
    return [match.span(1) for match in re.finditer(f"(?=({re.escape(quote)}))", text)]


def find_sentences_of(text: str, start: int, end: int) -> list[Offsets]:
    """The sentences that overlap a span of a text."""
    before = [match.end() for match in _BLANK_LINE.finditer(text, 0, start)]
    after = _BLANK_LINE.search(text, end)
    first, last = before[-1] if before else 0, after.start() if after else len(text)
    return [(a, b) for a, b in find_paragraph_sentences(text, first, last) if a < end and start < b]


@lru_cache(maxsize=16)  # many questions are about one paragraph
def find_paragraph_sentences(text: str, start: int, end: int) -> tuple[Offsets, ...]:
    """The sentences of a span of text, paragraph by paragraph, in order."""
    cuts = [start, *(match.end() for match in _BLANK_LINE.finditer(text, start, end)), end]
    sentences: list[Offsets] = []
    for first, last in pairwise(cuts):
        if text[first:last].strip():
            sentences += find_sentences(text, first, last)
    return tuple(sentences)
