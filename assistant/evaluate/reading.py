"""A question set read: each question with its own document given, or asked of all of them."""

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from random import Random

from pydantic import BaseModel

from assistant.answer import Assistant, read_best
from assistant.build import build_from
from assistant.evaluate.calibration import (
    Bin,
    Point,
    auroc,
    calibration_error,
    make_bins,
    trace_risk,
)
from assistant.evaluate.measures import RIGHT_F1, Figure, exact_match, mean, ratio, token_f1
from assistant.evaluate.sets import Asked, QuestionSet
from assistant.index.generation import Generation
from assistant.load import Corpus
from assistant.read import Reader
from assistant.records import Document, Hit, Passage, Span
from assistant.sentences import find_sentences

TOP_K = 10


class ReadingRow(BaseModel):
    """One question of a set. `text` is the best span, also where it is not shown."""

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


class ReadingReport(BaseModel):
    """Figures over a set. "Forced" ones count the best span even where it is not shown."""

    version: int = 1
    name: str
    open: bool
    documents: int
    reader: str
    threshold: float
    figures: dict[str, Figure]
    bins: list[Bin]
    risk: list[Point]


Progress = Callable[[Iterable[Asked]], Iterable[Asked]]


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
        rows.append(_judge(one, answer.best, value, assistant.threshold, time))
    return rows


def index_documents(
    documents: Sequence[Document],
    indexes: Path,
    *,
    embedder: str,
    with_sentences: bool = False,
    progress: bool = False,
) -> Generation:
    """The index of some documents in a folder of indexes, built unless it is there already."""
    whole = hashlib.sha256()
    for document in documents:
        whole.update(f"{document.id}\n{document.title}\n{document.text}\n".encode())
    fingerprint = whole.hexdigest()
    index = indexes / f"set-{fingerprint[:12]}"
    build_from(
        Corpus(tuple(documents), (), fingerprint),
        index,
        embedder=embedder,
        with_sentences=with_sentences,
        progress=progress,
    )
    return Generation.open(index)


def report(
    rows: Sequence[ReadingRow],
    *,
    name: str,
    documents: int,
    opened: bool,
    reader: str,
    threshold: float,
    calibrated: bool,
) -> ReadingReport:
    """The figures over all rows."""
    answerable = [row for row in rows if row.answers]
    traps = [float(not row.answers) for row in rows]
    refused = [float(not row.answered) for row in rows]
    values, right = [row.value for row in rows], [float(row.right) for row in rows]
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
        "calibration_error": calibration_error(*((values, right) if calibrated else ([], []))),
    }
    return ReadingReport(
        name=name,
        open=opened,
        documents=documents,
        reader=reader,
        threshold=threshold,
        figures=figures,
        bins=make_bins(values, right) if calibrated else [],
        risk=trace_risk(values, right),
    )


def sample(found: QuestionSet, count: int | None, *, seed: int = 0) -> list[Asked]:
    """So many of a set's questions, in its order; all where `count` is None."""
    if count is None or count >= len(found.questions):
        return list(found.questions)
    places = sorted(Random(seed).sample(range(len(found.questions)), count))
    return [found.questions[place] for place in places]


def write_rows(path: Path, rows: Iterable[ReadingRow]) -> None:
    """One row a line."""
    lines = (json.dumps(row.model_dump(mode="json"), ensure_ascii=False) for row in rows)
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")


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
        right=bool(asked.answers) and token_f1(text, asked.answers) >= RIGHT_F1,
        milliseconds=milliseconds,
    )
