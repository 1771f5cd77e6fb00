"""Examples become word pieces: every text is encoded once, spans are counted in pieces."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from tokenizers import Encoding, Tokenizer

from assistant.errors import TrainingError
from assistant.records import QUESTION_KINDS, Offsets
from assistant.train.examples import Example
from assistant.train.marking import Shown

# What a model is shown at most; with three special pieces, that makes LONGEST in all.
QUESTION_PIECES, PREFIX_PIECES, PASSAGE_PIECES = 60, 28, 330
LONGEST = QUESTION_PIECES + PREFIX_PIECES + PASSAGE_PIECES + 3
ENCODED_TOGETHER = 4096  # texts: more need gigabytes for their offsets
UNKNOWN = -1  # a kind or verdict that is not known

Ids = NDArray[np.int32]
Spans = NDArray[np.int32]  # (n, 2): first and last piece


@dataclass(frozen=True, slots=True)
class Special:
    """The pieces that a model gives a meaning: of the beginning, the ends, a gap, and padding."""

    first: int
    separator: int
    mask: int
    padding: int


@dataclass(frozen=True, slots=True)
class Pieces:
    """A passage as pieces; `sentence` numbers the sentence of each piece of its text."""

    prefix: Ids
    text: Ids
    sentence: Ids


@dataclass(frozen=True, slots=True)
class Row:
    """A passage of a question; spans and items are counted from the text's first piece."""

    pieces: Pieces
    spans: Spans
    items: Spans
    evidence: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Encoded:
    """An example as pieces; `kind` counts in QUESTION_KINDS, `verdict` is 0 for no, 1 for yes."""

    question: Ids
    rows: tuple[Row, ...]
    kind: int
    verdict: int
    spanned: bool
    weight: float


def find_special(tokenizer: Tokenizer) -> Special:
    """The special pieces of a tokenizer. Raises TrainingError."""
    ids = tokenizer.encode("").ids
    if len(ids) != 2:
        raise TrainingError(
            f"the base's tokenizer puts {len(ids)} special pieces around a text",
            hint="take an encoder like BERT: one at the beginning, one at the end",
        )
    first, separator = ids

    def find(*names: str) -> int:
        found = (tokenizer.token_to_id(name) for name in names)
        return next((n for n in found if n is not None), separator)

    return Special(first, separator, mask=find("[MASK]", "<mask>"), padding=find("[PAD]", "<pad>"))


def encode_examples(
    examples: Sequence[Example], tokenizer: Tokenizer, *, weight: float = 1.0
) -> list[Encoded]:
    """Examples as pieces, without those of which every span is beyond the pieces that are read."""
    tokenizer.no_padding()
    tokenizer.no_truncation()
    asked = dict.fromkeys(example.question for example in examples)
    questions = {
        text: np.array(found.ids[:QUESTION_PIECES], dtype=np.int32)
        for text, found in zip(asked, _encode(list(asked), tokenizer), strict=True)
    }
    shown = {(p.prefix, p.text): p for example in examples for p in example.passages}
    passages = dict(zip(shown, _encode_passages(list(shown.values()), tokenizer), strict=True))
    encoded = []
    for example in examples:
        rows = [_make_row(p, *passages[p.prefix, p.text]) for p in example.passages]
        if _has_lost_all(example, rows):
            continue
        encoded.append(
            Encoded(
                questions[example.question],
                tuple(rows),
                UNKNOWN if example.kind is None else QUESTION_KINDS.index(example.kind),
                UNKNOWN if example.verdict is None else int(example.verdict == "yes"),
                example.spanned,
                example.weight * weight,
            )
        )
    return encoded


def _encode(texts: Sequence[str], tokenizer: Tokenizer) -> Iterator[Encoding]:
    for start in range(0, len(texts), ENCODED_TOGETHER):
        some = list(texts[start : start + ENCODED_TOGETHER])
        yield from tokenizer.encode_batch(some, add_special_tokens=False)


def _encode_passages(
    passages: Sequence[Shown], tokenizer: Tokenizer
) -> Iterator[tuple[Pieces, Spans]]:
    """The pieces of passages, with the offsets (n, 2) of those of their texts."""
    prefixes = _encode([passage.prefix for passage in passages], tokenizer)
    texts = _encode([passage.text for passage in passages], tokenizer)
    for passage, prefix, text in zip(passages, prefixes, texts, strict=True):
        offsets = np.array(text.offsets[:PASSAGE_PIECES], dtype=np.int32).reshape(-1, 2)
        ends = np.array([end for _, end in passage.sentences[:-1]], dtype=np.int32)
        pieces = Pieces(
            np.array(prefix.ids[:PREFIX_PIECES], dtype=np.int32),
            np.array(text.ids[:PASSAGE_PIECES], dtype=np.int32),
            np.searchsorted(ends, offsets[:, 0], side="right").astype(np.int32),
        )
        yield pieces, offsets


def _make_row(passage: Shown, pieces: Pieces, offsets: Spans) -> Row:
    last = int(pieces.sentence[-1]) if len(pieces.sentence) else -1
    return Row(
        pieces,
        _find_pieces(passage.spans, offsets),
        _find_pieces(passage.items, offsets),
        tuple(number for number in passage.evidence if number <= last),
    )


def _find_pieces(spans: Sequence[Offsets], offsets: Spans) -> Spans:
    """Spans in pieces, without those that are not whole among the pieces."""
    found = []
    for start, end in spans:
        inside = np.flatnonzero((offsets[:, 0] < end) & (start < offsets[:, 1]))
        if len(inside) and not (inside[-1] == len(offsets) - 1 and offsets[-1, 1] < end):
            found.append((inside[0], inside[-1]))
    return np.array(found, dtype=np.int32).reshape(-1, 2)


def _has_lost_all(example: Example, rows: Sequence[Row]) -> bool:
    """Whether an example had spans and none of them is whole among the pieces."""
    had = any(passage.spans for passage in example.passages)
    return had and not any(len(row.spans) for row in rows)
