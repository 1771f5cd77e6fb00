"""Examples become word pieces; every text is encoded once."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from tokenizers import Encoding, Tokenizer

from assistant.errors import TrainingError
from assistant.records import QUESTION_KINDS, Offsets
from assistant.train.examples import Example
from assistant.train.marking import MarkedPassage

# The most that a model reads; with three special pieces, LONGEST in all.
QUESTION_PIECES, PREFIX_PIECES, PASSAGE_PIECES = 60, 28, 330
LONGEST = QUESTION_PIECES + PREFIX_PIECES + PASSAGE_PIECES + 3
ENCODED_TOGETHER = 4096  # texts at a time: more need gigabytes for their offsets
UNKNOWN = -1  # kind or verdict

Ids = NDArray[np.int32]
Spans = NDArray[np.int32]  # (n, 2): first and last piece


class Special(NamedTuple):
    """The numbers of the special pieces."""

    first: int
    separator: int
    mask: int
    padding: int


class Row(NamedTuple):
    """A passage of a question as pieces.

    `sentence` is the sentence of each piece of the text; spans and items are in pieces of it.
    """

    prefix: Ids
    text: Ids
    sentence: Ids
    spans: Spans
    items: Spans
    evidence: tuple[int, ...]


class Encoded(NamedTuple):
    """An example as pieces; `kind` indexes QUESTION_KINDS, `verdict` is 0 for no, 1 for yes."""

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
            hint="use an encoder like BERT: one at the beginning, one at the end",
        )
    first, separator = ids

    def find(*names: str) -> int:
        found = (tokenizer.token_to_id(name) for name in names)
        return next((n for n in found if n is not None), separator)

    return Special(first, separator, mask=find("[MASK]", "<mask>"), padding=find("[PAD]", "<pad>"))


def encode_examples(
    examples: Sequence[Example], tokenizer: Tokenizer, *, weight: float = 1.0
) -> list[Encoded]:
    """Examples as pieces, without those whose spans are all beyond the pieces that are read."""
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
        rows = tuple(_mark(p, *passages[p.prefix, p.text]) for p in example.passages)
        had_spans = any(passage.spans for passage in example.passages)
        if had_spans and not any(len(row.spans) for row in rows):
            continue
        encoded.append(
            Encoded(
                questions[example.question],
                rows,
                UNKNOWN if example.kind is None else QUESTION_KINDS.index(example.kind),
                UNKNOWN if example.verdict is None else int(example.verdict == "yes"),
                example.spanned,
                example.weight * weight,
            )
        )
    return encoded


def _encode(texts: Sequence[str], tokenizer: Tokenizer) -> Iterator[Encoding]:
    for start in range(0, len(texts), ENCODED_TOGETHER):
        batch = list(texts[start : start + ENCODED_TOGETHER])
        yield from tokenizer.encode_batch(batch, add_special_tokens=False)


def _encode_passages(
    passages: Sequence[MarkedPassage], tokenizer: Tokenizer
) -> Iterator[tuple[Row, Spans]]:
    """Passages as rows with nothing marked, and the offsets (n, 2) of the pieces of their texts."""
    prefixes = _encode([passage.prefix for passage in passages], tokenizer)
    texts = _encode([passage.text for passage in passages], tokenizer)
    nothing = np.empty((0, 2), dtype=np.int32)
    for passage, prefix, text in zip(passages, prefixes, texts, strict=True):
        offsets = np.array(text.offsets[:PASSAGE_PIECES], dtype=np.int32).reshape(-1, 2)
        ends = np.array([end for _, end in passage.sentences[:-1]], dtype=np.int32)
        row = Row(
            np.array(prefix.ids[:PREFIX_PIECES], dtype=np.int32),
            np.array(text.ids[:PASSAGE_PIECES], dtype=np.int32),
            np.searchsorted(ends, offsets[:, 0], side="right").astype(np.int32),
            spans=nothing, items=nothing, evidence=(),
        )  # fmt: skip
        yield row, offsets


def _mark(passage: MarkedPassage, row: Row, offsets: Spans) -> Row:
    last = row.sentence.max(initial=-1)
    return row._replace(
        spans=_find_pieces(passage.spans, offsets),
        items=_find_pieces(passage.items, offsets),
        evidence=tuple(number for number in passage.evidence if number <= last),
    )


def _find_pieces(spans: Sequence[Offsets], offsets: Spans) -> Spans:
    """Spans in pieces, without those that are incomplete in the pieces."""
    found = []
    for start, end in spans:
        inside = np.flatnonzero((offsets[:, 0] < end) & (start < offsets[:, 1]))
        if len(inside) and not (inside[-1] == len(offsets) - 1 and offsets[-1, 1] < end):
            found.append((inside[0], inside[-1]))
    return np.array(found, dtype=np.int32).reshape(-1, 2)
