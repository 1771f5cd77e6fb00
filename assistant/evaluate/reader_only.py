"""A question read in its own document by the reader alone: no index, no threshold, no confidence.

This measures whether the reader's best span answers, and whether the span's score separates
answerable from unanswerable questions.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

from assistant.answer.cite import cite, find_sentences_around
from assistant.embed import count_pieces
from assistant.embed.model import packaged_folder
from assistant.questions.question import find_paragraph_sentences
from assistant.read import PACKAGED, Reader, open_model
from assistant.read.export import export_reader
from assistant.records import (
    Abstention,
    Answer,
    Citation,
    Coverage,
    Document,
    Hit,
    Part,
    Passage,
    Source,
    Span,
)
from assistant.split import Splitter

NO_SPAN = -20.0  # the score of a passage without any span: below all others
THRESHOLD = 0.0  # a span that scores above it is more likely than no answer
PASSAGE_PIECES = 254  # as for the packaged embedder
_NO_ANSWER = Abstention("no_evidence", "Its own document does not say.", (1,))


@contextmanager
def open_reader_without_index(name: str) -> Iterator[Reader]:
    """The packaged reader, or another exported to a temporary folder. Raises ReaderError."""
    if name == PACKAGED:
        yield open_model(name)
        return
    with TemporaryDirectory() as folder:
        export_reader(name, Path(folder), name=name)
        yield open_model(folder)


def ask_reader(question: str, passages: Sequence[Passage], reader: Reader) -> Answer:
    """The best span of a document's passages as an answer, or an abstention."""
    began = perf_counter()
    readings = reader.read(question, passages)
    took = round(1000 * (perf_counter() - began), 3)
    spans = [span for reading in readings for span in reading.spans]
    best = max(spans, key=lambda span: span.score, default=None)
    answered = best if best is not None and best.score > THRESHOLD else None
    return Answer(
        question=question,
        status="abstained" if answered is None else "answered",
        kind="none" if answered is None else "span",
        parts=() if answered is None else (Part(answered.text, (1,), answered.score),),
        alternatives=(),
        score=NO_SPAN if best is None else best.score,
        confidence=None,
        abstention=_NO_ANSWER if answered is None else None,
        citations=() if answered is None else (_cite(answered),),
        hits=tuple(Hit(passage, score=1.0, dense=1.0, lexical=1.0) for passage in passages),
        coverage=Coverage(1, len(passages), len(passages), exhaustive=True, method="reader"),
        source=Source("given", "", "", reader.name),
        timing_ms={"retrieve": 0.0, "read": took, "total": took},
        best=best,
    )  # fmt: skip


def make_passage(document: Document) -> Passage:
    end = len(document.text)
    return Passage(document, 0, 0, end, "", find_paragraph_sentences(document.text, 0, end))


def make_splitter() -> Splitter:
    """The splitter for the packaged embedder, without loading its model."""
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(packaged_folder() / "tokenizer.json"))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return Splitter(partial(count_pieces, tokenizer), PASSAGE_PIECES)


def _cite(span: Span) -> Citation:
    around = find_sentences_around(span.passage, span.start, span.end)
    return cite(span.passage, *around, marked=(span.start, span.end))
