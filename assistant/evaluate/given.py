"""A question read in its own document, without an index; and readers that lie in none."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

from assistant.answer import read_best
from assistant.answer.cite import cite, find_sentences_around
from assistant.errors import EvaluationError
from assistant.index.generation import Generation
from assistant.read import PACKAGED, SENTENCE, Reader, open_model
from assistant.read.export import export_reader
from assistant.read.sentence import SentenceReader
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
)
from assistant.sentences import find_sentences

_SILENT = Abstention("low_confidence", "Its document comes closest.", (1,))


@contextmanager
def open_alone(name: str, generation: Generation | None = None) -> Iterator[Reader]:
    """A reader that lies in no index: one that is not packaged is exported for the while.

    Only the sentence reader needs a generation. Raises ReaderError, EvaluationError.
    """
    if name == SENTENCE:
        if generation is None:
            raise EvaluationError(
                "reader sentence reads only what is indexed", hint="ask with --open"
            )
        yield SentenceReader(generation)
    elif name == PACKAGED:
        yield open_model(name)
    else:
        with TemporaryDirectory() as folder:
            export_reader(name, Path(folder), name=name)
            yield open_model(folder)


def ask_given(question: str, document: Document, reader: Reader, threshold: float) -> Answer:
    """The answer that a reader finds in one document, read whole, or an abstention."""
    began = perf_counter()
    passage = make_passage(document)
    hit = Hit(passage, score=1.0, dense=1.0, lexical=1.0)
    best = next(iter(read_best(question, [hit], reader)), None)
    answered = best is not None and best.value >= threshold
    citations: tuple[Citation, ...] = ()
    parts: tuple[Part, ...] = ()
    if answered and best is not None:
        span = best.span
        around = find_sentences_around(passage, span.start, span.end)
        citations = (cite(passage, *around, marked=(span.start, span.end)),)
        parts = (Part(span.text, (1,), span.score, best.confidence),)
    took = round(1000 * (perf_counter() - began), 3)
    return Answer(
        question=question,
        status="answered" if answered else "abstained",
        kind="span" if answered else "none",
        parts=parts,
        alternatives=(),
        score=best.span.score if best else None,
        confidence=best.confidence if best else None,
        abstention=None if answered else _SILENT,
        citations=citations,
        hits=(hit,),
        coverage=Coverage(1, 1, 1, False, "reader"),
        source=Source("given", "", "", reader.name),
        timing_ms={"retrieve": 0.0, "read": took, "total": took},
        best=best.span if best else None,
    )  # fmt: skip


def make_passage(document: Document) -> Passage:
    """A document as one passage."""
    sentences = tuple(_find_all_sentences(document.text))
    return Passage(document, 0, 0, len(document.text), "", sentences)


def _find_all_sentences(text: str) -> Iterator[tuple[int, int]]:
    """The sentences of a text, paragraph by paragraph."""
    start = 0
    for paragraph in text.split("\n\n"):
        if paragraph.strip():
            yield from find_sentences(text, start, start + len(paragraph))
        start += len(paragraph) + 2
