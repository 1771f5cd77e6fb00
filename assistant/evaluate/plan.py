"""What a path holds becomes a Plan: which questions are asked, of what, and how one is asked."""

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from time import perf_counter

from assistant.answer import Assistant
from assistant.api.rendering import render_answer
from assistant.errors import EvaluationError
from assistant.evaluate.beir import is_beir, rank_documents, read_beir
from assistant.evaluate.choosing import (
    PARAGRAPHS,
    choose_questions,
    is_handwritten,
    mark_ambiguous,
)
from assistant.evaluate.given import (
    THRESHOLD,
    ask_given,
    make_passage,
    make_splitter,
    open_alone,
)
from assistant.evaluate.header import Options, describe, make_header
from assistant.evaluate.indexing import OneAtATime, index_documents
from assistant.evaluate.judging import TOP_K, Verdicts, judge, rank
from assistant.evaluate.questions import Asked, Located, check_questions, hash_gold
from assistant.evaluate.rows import Header, QuestionsBody, Row
from assistant.evaluate.sets import QuestionSet, is_set, read_documents, read_set
from assistant.index.generation import Generation
from assistant.index.store import Store
from assistant.read import Reader
from assistant.records import Answer
from assistant.settings import Settings


@dataclass(frozen=True, slots=True)
class Plan:
    """Questions, gone through more than once, and how one is asked; `together` at a time."""

    header: Header
    asked: Iterable[Asked]
    ask: Callable[[Asked], Row]
    together: int = 1


Way = Callable[[Path, Settings, Options], AbstractContextManager[Plan]]


@contextmanager
def make_plan(path: Path, settings: Settings, options: Options) -> Iterator[Plan]:
    """The plan for whatever questions a path holds, while its models are open.

    Nothing is asked before all questions are read and checked. Raises EvaluationError,
    ReaderError, EmbedderError and what opening an index raises.
    """
    with _choose_way(path, options)(path, settings, options) as plan:
        yield plan


def _choose_way(path: Path, options: Options) -> Way:
    """How the questions of a path are asked. Raises EvaluationError for options that don't fit."""
    if options.opened and options.reader_only:
        raise EvaluationError("--open and --reader-only exclude each other", hint="leave one out")
    if is_beir(path):
        return _plan_beir
    own = is_handwritten(path)
    if not own and not is_set(path):
        if options.reader_only:
            raise EvaluationError(
                f"{path} is about no documents of its own", hint="leave --reader-only out"
            )
        return _plan_questions
    if options.opened:
        return _plan_open
    if options.documents:
        raise EvaluationError(f"{options.documents[0]} would not be read", hint="ask with --open")
    # An index for each of thousands of paragraphs would say nothing more than the reader does.
    whole = not own or f"set={PARAGRAPHS}" in options.where
    return _plan_given if whole or options.reader_only else _plan_alone


def _read_set(path: Path, options: Options) -> QuestionSet:
    """The questions of a set and its documents, those that may be asked of them alone marked."""
    if not is_handwritten(path):
        return read_set(path, where=options.where)
    found = choose_questions(path, where=options.where)
    return mark_ambiguous(found) if options.opened else found


def plan_assistant(
    assistant: Assistant, asked: Iterable[Asked], questions: QuestionsBody, *, seed: int = 0
) -> Plan:
    """The plan of asking an Assistant."""
    header = make_header(
        questions,
        generation=assistant.generation,
        reader=assistant.reader,
        threshold=assistant.threshold,
        passages_read=assistant.passages_read,
        seed=seed,
    )
    as_of = find_newest(assistant)
    return Plan(header, asked, lambda one: ask_assistant(one, assistant, as_of))


def ask_assistant(asked: Asked, assistant: Assistant, as_of: date | None) -> Row:
    """The row of a question that an Assistant is asked."""
    answer = assistant.ask(asked.question, top_k=TOP_K, as_of=as_of)
    return make_row(asked, answer, assistant.generation.store)


def find_newest(assistant: Assistant) -> date | None:
    """The day of the newest document: "this year" means the same on whatever day a run is."""
    lines = assistant.generation.store.list_documents()
    return max((line.published for line in lines if line.published is not None), default=None)


@contextmanager
def _plan_questions(path: Path, settings: Settings, options: Options) -> Iterator[Plan]:
    """The project's own questions, asked of the index in use."""
    if path.is_fifo():
        raise EvaluationError(f"{path} can be read only once", hint="give a file")
    total = sum(1 for _ in check_questions(path, split=options.split))
    places = draw_places(total, options.count, seed=options.seed)
    assistant = Assistant.open(settings=settings)
    asked = Located(path, assistant, options.split, places)
    described = describe(path, asked, "index", options)
    yield plan_assistant(assistant, asked, described, seed=options.seed)


@contextmanager
def _plan_open(path: Path, settings: Settings, options: Options) -> Iterator[Plan]:
    """A set, asked of one index of all its documents."""
    found = _read_set(path, options)
    asked = sample(found.questions, options.count, seed=options.seed)
    more = [document for file in options.documents for document in read_documents(file)]
    whole = {document.id: document for document in (*found.documents, *more)}
    generation = index_documents(
        list(whole.values()),
        settings.indexes,
        embedder=settings.embedder,
        progress=options.show_progress,
    )
    with open_alone(settings.reader) as reader:
        opened = Assistant.of(generation, reader, settings)
        described = describe(path, asked, "open", options)
        yield plan_assistant(opened, asked, described, seed=options.seed)


@contextmanager
def _plan_alone(path: Path, settings: Settings, options: Options) -> Iterator[Plan]:
    """A set, each question asked of an index of its own document and nothing else."""
    found = _read_set(path, options)
    asked = sample(found.questions, options.count, seed=options.seed)
    with open_alone(settings.reader) as reader, TemporaryDirectory() as folder:
        indexed = OneAtATime(Path(folder), reader, settings)

        def ask(one: Asked) -> Row:
            assert one.document is not None
            return ask_assistant(one, indexed.open(one.document), one.document.published)

        given = settings.threshold
        header = make_header(
            describe(path, asked, "alone", options),
            documents=len(found.documents),
            reader=reader,
            threshold=reader.threshold if given is None else given,
            passages_read=settings.passages_read,
            seed=options.seed,
        )
        yield Plan(header, asked, ask)
        indexed.close()


@contextmanager
def _plan_given(path: Path, settings: Settings, options: Options) -> Iterator[Plan]:
    """A set, each question's own document given to the reader: a paragraph whole, others split."""
    found = _read_set(path, options)
    drawn = sample(found.questions, options.count, seed=options.seed)
    asked = [one for one in drawn if one.document is not None]
    whole = not is_handwritten(path) or f"set={PARAGRAPHS}" in options.where
    split = (lambda document: [make_passage(document)]) if whole else make_splitter().split
    passages = {one.id: split(one) for one in found.documents}
    with open_alone(settings.reader) as reader:

        def ask(one: Asked) -> Row:
            assert one.document is not None
            return make_row(one, ask_given(one.question, passages[one.document.id], reader))

        described = describe(path, asked, "given", options)
        header = make_header(
            described.model_copy(update={"left_out": len(drawn) - len(asked)}),
            documents=len(found.documents),
            reader=reader,
            threshold=THRESHOLD,
            passages_read=max(map(len, passages.values())),
            seed=options.seed,
        )
        # One passage keeps one core busy.
        yield Plan(header, asked, ask, together=os.cpu_count() or 1)


@contextmanager
def _plan_beir(path: Path, settings: Settings, options: Options) -> Iterator[Plan]:
    """A BEIR folder: retrieval alone, with a trained reader reranking where that is wanted."""
    found = read_beir(path)
    asked = sample(found.questions, options.count, seed=options.seed)
    generation = index_documents(
        found.documents,
        settings.indexes,
        embedder=settings.embedder,
        progress=options.show_progress,
    )
    if options.rerank:
        with open_alone(settings.reader) as reader:
            yield plan_retrieval(path, asked, generation, reader, options)
    else:
        yield plan_retrieval(path, asked, generation, None, options)


def plan_retrieval(
    path: Path,
    asked: Iterable[Asked],
    generation: Generation,
    reader: Reader | None,
    options: Options,
) -> Plan:
    """The plan of ranking documents."""

    def ask(one: Asked) -> Row:
        began = perf_counter()
        found = rank_documents(one.question, generation, reader)
        return Row(
            id=one.id,
            question=one.question,
            kind=one.kind,
            split=None,
            answerable=True,
            value=None,
            verdicts=Verdicts(**rank(dict(one.relevant), found, deep=True)),
            milliseconds=round(1000 * (perf_counter() - began), 3),
            answers=(),
            gold=hash_gold(one),
            candidate=None,
            response=None,
            ranking=tuple(found),
        )

    header = make_header(
        describe(path, asked, "retrieval", options),
        generation=generation,
        reader=reader,
        seed=options.seed,
    )
    return Plan(header, asked, ask)


def make_row(asked: Asked, answer: Answer, store: Store | None = None) -> Row:
    """The row of an answer; `store` is its index's."""
    return Row(
        id=asked.id,
        question=asked.question,
        kind=asked.kind,
        reason=asked.reason,
        split=asked.split,
        answerable=asked.answerable,
        ambiguous=asked.ambiguous,
        value=answer.score if answer.confidence is None else answer.confidence,
        verdicts=judge(asked, answer, store),
        milliseconds=answer.timing_ms["total"],
        answers=asked.accepted,
        gold=hash_gold(asked),
        candidate=answer.best.text if answer.best is not None else None,
        response=render_answer(answer),
    )


def sample(asked: Sequence[Asked], count: int | None, *, seed: int = 0) -> list[Asked]:
    """So many questions, in their order; all where `count` is None.

    Raises EvaluationError for less than 1.
    """
    places = draw_places(len(asked), count, seed=seed)
    return [one for place, one in enumerate(asked) if places is None or place in places]


def draw_places(total: int, count: int | None, *, seed: int = 0) -> frozenset[int] | None:
    """The places of so many of all questions; None where all are asked.

    Raises EvaluationError for less than 1.
    """
    if count is not None and count < 1:
        raise EvaluationError(f"a sample of {count} was asked for", hint="give 1 or more")
    if count is None or count >= total:
        return None
    return frozenset(Random(seed).sample(range(total), count))
