"""A question set read: each question with its own document given, or asked of all of them."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

from pydantic import BaseModel

from assistant.answer import Assistant, read_best
from assistant.cite import find_sentences_around
from assistant.errors import EvaluationError
from assistant.evaluate.calibration import (
    Bin,
    Point,
    auroc,
    calibration_error,
    make_bins,
    trace_risk,
)
from assistant.evaluate.indexing import index_documents
from assistant.evaluate.measures import (
    RIGHT_F1,
    Figure,
    exact_match,
    mean,
    ratio,
    says,
    token_f1,
)
from assistant.evaluate.sets import Asked, QuestionSet, read_documents, read_set
from assistant.index.generation import Generation
from assistant.question import choose_kind
from assistant.read import PACKAGED, SENTENCE, Reader, open_model
from assistant.read.export import export_reader
from assistant.read.sentence import SentenceReader
from assistant.records import Answer, Document, Hit, Passage, Span
from assistant.sentences import find_sentences
from assistant.settings import Settings

TOP_K = 10


class ReadingRow(BaseModel):
    """One question of a set. `text` is the best span, also where it is not shown; where all was
    `scanned` instead of read, the answer.
    """

    id: str
    question: str
    answers: tuple[str, ...]
    text: str | None
    document_id: str | None
    value: float
    answered: bool
    exact_match: float
    f1: float
    right: bool
    milliseconds: float | None
    scanned: bool = False


class ReadingReport(BaseModel):
    """Figures over a set. "Forced" ones count the best span even where it is not shown.

    `left_out` are questions that name no document to be given.
    """

    version: int = 1
    name: str
    open: bool
    documents: int
    left_out: int
    reader: str
    threshold: float
    figures: dict[str, Figure]
    bins: list[Bin]
    risk: list[Point]


Progress = Callable[[Iterable[Asked]], Iterable[Asked]]


def run_set(
    path: Path,
    settings: Settings,
    *,
    opened: bool,
    documents: Sequence[Path] = (),
    where: str | None = None,
    count: int | None = None,
    show_progress: bool = False,
    progress: Progress = iter,
) -> tuple[list[ReadingRow], ReadingReport]:
    """Ask the questions of a set, all or `count` of them, and report.

    With `opened` they are asked of all its documents and of those in more files; else each
    question's own document is read. Raises EvaluationError, ReaderError, EmbedderError.
    """
    found = read_set(path, where=where)
    asked = sample(found, count)
    if not opened and documents:
        raise EvaluationError(f"{documents[0]} would not be read", hint="ask with --open")
    if opened:
        more = [document for file in documents for document in read_documents(file)]
        whole = list({document.id: document for document in (*found.documents, *more)}.values())
        generation = index_documents(
            whole,
            settings.indexes,
            embedder=settings.embedder,
            with_sentences=settings.reader == SENTENCE,
            progress=show_progress,
        )
        with open_alone(settings.reader, generation) as reader:
            assistant = Assistant.of(generation, reader, settings)
            rows = ask_openly(asked, assistant, progress=progress)
        threshold = assistant.threshold
    else:
        whole = list(found.documents)
        with open_alone(settings.reader) as reader:
            threshold = reader.threshold if settings.threshold is None else settings.threshold
            rows = read_given(asked, reader, threshold, progress=progress)
    return rows, report(
        rows,
        name=path.name,
        documents=len(whole),
        opened=opened,
        reader=reader.name,
        threshold=threshold,
        calibrated=reader.weighing is not None,
        left_out=len(asked) - len(rows),
    )


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


def read_given(
    asked: Sequence[Asked], reader: Reader, threshold: float, *, progress: Progress = iter
) -> list[ReadingRow]:
    """Read each question's own document, whole. Questions without one are left out."""
    rows = []
    for one in progress([one for one in asked if one.document is not None]):
        assert one.document is not None
        hit = Hit(_whole(one.document), score=1.0, dense=1.0, lexical=1.0)
        best = next(iter(read_best(one.question, [hit], reader)), None)
        span, value = (best.span, best.value) if best else (None, None)
        rows.append(_judge(one, span, value, threshold, None))
    return rows


def ask_openly(
    asked: Sequence[Asked], assistant: Assistant, *, progress: Progress = iter
) -> list[ReadingRow]:
    """Ask each question of all documents of an index."""
    rows = []
    for one in progress(asked):
        answer = assistant.ask(one.question, top_k=TOP_K)
        value = answer.score if answer.confidence is None else answer.confidence
        time = answer.timing_ms["total"]
        row = _judge(one, answer.best, value, assistant.threshold, time)
        rows.append(row if answer.best is not None else _judge_words(row, answer))
    return rows


def _judge_words(row: ReadingRow, answer: Answer) -> ReadingRow:
    """A row of an answer that no reader gave: its words are judged, and it is no probability."""
    if answer.text is None:
        return row
    return row.model_copy(
        update={
            "text": answer.text,
            "document_id": answer.citations[0].document.id,
            "answered": True,
            "scanned": True,
            "exact_match": exact_match(answer.text, row.answers),
            "f1": token_f1(answer.text, row.answers),
            "right": says(answer.text, row.answers),
        }
    )


def is_right(question: str, span: Span, answers: Sequence[str]) -> bool:
    """Whether what is shown for a span answers: its sentences, where the question wants them."""
    if choose_kind(question) == "span":
        return bool(answers) and token_f1(span.text, answers) >= RIGHT_F1
    start, end = find_sentences_around(span.passage, span.start, span.end)
    return says(span.passage.document.text[start:end], answers)


def report(
    rows: Sequence[ReadingRow],
    *,
    name: str,
    documents: int,
    opened: bool,
    reader: str,
    threshold: float,
    calibrated: bool,
    left_out: int = 0,
) -> ReadingReport:
    """The figures over all rows."""
    answerable = [row for row in rows if row.answers]
    traps = [float(not row.answers) for row in rows]
    refused = [float(not row.answered) for row in rows]
    values, right = [row.value for row in rows], [float(row.right) for row in rows]
    sure = [(row.value, float(row.right)) for row in rows if not row.scanned and calibrated]
    figures = {
        "exact_match": mean([row.exact_match for row in rows]),
        "f1": mean([row.f1 for row in rows]),
        "f1_answerable": mean([row.f1 for row in answerable]),
        "f1_unanswerable": mean([row.f1 for row in rows if not row.answers]),
        "exact_match_forced": mean([exact_match(row.text, row.answers) for row in answerable]),
        "f1_forced": mean([token_f1(row.text, row.answers) for row in answerable]),
        "abstention_recall": ratio([r * t for r, t in zip(refused, traps, strict=True)], traps),
        "wrongly_refused": mean([float(not row.answered) for row in answerable]),
        "wrong_of_answered": ratio(
            [float(row.answered and not row.right) for row in rows],
            [float(row.answered) for row in rows],
        ),
        "auroc": auroc(values, [float(bool(row.answers)) for row in rows]),
        "calibration_error": calibration_error([one for one, _ in sure], [one for _, one in sure]),
    }
    return ReadingReport(
        name=name,
        open=opened,
        documents=documents,
        left_out=left_out,
        reader=reader,
        threshold=threshold,
        figures=figures,
        bins=make_bins([one for one, _ in sure], [one for _, one in sure]) if sure else [],
        risk=trace_risk(values, right),
    )


def sample(found: QuestionSet, count: int | None, *, seed: int = 0) -> list[Asked]:
    """So many of a set's questions, in its order; all where `count` is None.

    Raises EvaluationError for less than 1.
    """
    if count is not None and count < 1:
        raise EvaluationError(f"a sample of {count} was asked for", hint="give 1 or more")
    if count is None or count >= len(found.questions):
        return list(found.questions)
    places = sorted(Random(seed).sample(range(len(found.questions)), count))
    return [found.questions[place] for place in places]


def _whole(document: Document) -> Passage:
    """A document as one passage."""
    end = len(document.text)
    sentences = tuple(_find_all_sentences(document.text))
    return Passage(document, 0, 0, end, "", sentences)


def _find_all_sentences(text: str) -> Iterator[tuple[int, int]]:
    """The sentences of a text, paragraph by paragraph."""
    start = 0
    for paragraph in text.split("\n\n"):
        if paragraph.strip():
            yield from find_sentences(text, start, start + len(paragraph))
        start += len(paragraph) + 2


def _judge(
    asked: Asked,
    span: Span | None,
    value: float | None,
    threshold: float,
    milliseconds: float | None,
) -> ReadingRow:
    answered = value is not None and value >= threshold
    text = span.text if span else None
    shown = text if answered else None
    return ReadingRow(
        id=asked.id,
        question=asked.question,
        answers=asked.answers,
        text=text,
        document_id=span.passage.document.id if span else None,
        value=value or 0.0,
        answered=answered,
        exact_match=exact_match(shown, asked.answers),
        f1=token_f1(shown, asked.answers),
        right=span is not None and is_right(asked.question, span, asked.answers),
        milliseconds=milliseconds,
    )
