"""What a path holds becomes a Plan: which questions are asked, of what, and how one is asked."""

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from random import Random
from time import perf_counter

from assistant.answer import Assistant
from assistant.errors import EvaluationError
from assistant.evaluate.beir import is_beir, rank_documents, read_beir
from assistant.evaluate.given import ask_given, open_alone
from assistant.evaluate.header import Options, describe, make_header
from assistant.evaluate.indexing import index_documents
from assistant.evaluate.judging import TOP_K, Verdicts, judge, rank
from assistant.evaluate.questions import Asked, Located, check_questions, hash_gold
from assistant.evaluate.rows import Header, QuestionsBody, Row
from assistant.evaluate.sets import is_set, read_documents, read_set
from assistant.index.generation import Generation
from assistant.index.store import Store
from assistant.read import Reader
from assistant.records import Answer
from assistant.schema.rendering import render_answer
from assistant.settings import Settings


@dataclass(frozen=True, slots=True)
class Plan:
    """Questions, gone through more than once, and how one is asked; `together` at a time."""

    header: Header
    asked: Iterable[Asked]
    ask: Callable[[Asked], Row]
    together: int = 1


@contextmanager
def make_plan(path: Path, settings: Settings, options: Options) -> Iterator[Plan]:
    """The plan for whatever questions a path holds, while its models are open.

    Nothing is asked before all questions are read and checked. Raises EvaluationError,
    ReaderError, EmbedderError and what opening an index raises.
    """
    if is_beir(path):
        planning = _plan_beir(path, settings, options)
    elif not is_set(path):
        planning = _plan_questions(path, settings, options)
    elif options.opened:
        planning = _plan_open(path, settings, options)
    else:
        planning = _plan_given(path, settings, options)
    with planning as plan:
        yield plan


def plan_assistant(
    assistant: Assistant, asked: Iterable[Asked], questions: QuestionsBody, *, seed: int = 0
) -> Plan:
    """The plan of asking an Assistant."""
    store = assistant.generation.store

    def ask(one: Asked) -> Row:
        return make_row(one, assistant.ask(one.question, top_k=TOP_K), store)

    header = make_header(
        questions,
        generation=assistant.generation,
        reader=assistant.reader,
        threshold=assistant.threshold,
        passages_read=assistant.passages_read,
        seed=seed,
    )
    return Plan(header, asked, ask)


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
    """A set made by others, asked of all its documents."""
    found = read_set(path, where=options.where)
    asked = sample(found.questions, options.count, seed=options.seed)
    more = [document for file in options.documents for document in read_documents(file)]
    whole = {document.id: document for document in (*found.documents, *more)}
    generation = index_documents(
        list(whole.values()),
        settings.indexes,
        embedder=settings.embedder,
        progress=options.show_progress,
    )
    with open_alone(settings.reader, generation) as reader:
        opened = Assistant.of(generation, reader, settings)
        described = describe(path, asked, "open", options)
        yield plan_assistant(opened, asked, described, seed=options.seed)


@contextmanager
def _plan_given(path: Path, settings: Settings, options: Options) -> Iterator[Plan]:
    """A set made by others, each question read in its own document."""
    found = read_set(path, where=options.where)
    drawn = sample(found.questions, options.count, seed=options.seed)
    if options.documents:
        raise EvaluationError(f"{options.documents[0]} would not be read", hint="ask with --open")
    asked = [one for one in drawn if one.document is not None]
    with open_alone(settings.reader) as reader:
        given = settings.threshold
        threshold = reader.threshold if given is None else given

        def ask(one: Asked) -> Row:
            assert one.document is not None
            return make_row(one, ask_given(one.question, one.document, reader, threshold), None)

        described = describe(path, asked, "given", options)
        header = make_header(
            described.model_copy(update={"left_out": len(drawn) - len(asked)}),
            documents=len(found.documents),
            reader=reader,
            threshold=threshold,
            passages_read=1,
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


def make_row(asked: Asked, answer: Answer, store: Store | None) -> Row:
    """The row of an answer; `store` is its index's."""
    return Row(
        id=asked.id,
        question=asked.question,
        kind=asked.kind,
        split=asked.split,
        answerable=asked.answerable,
        value=answer.score if answer.confidence is None else answer.confidence,
        verdicts=judge(asked, answer, store),
        milliseconds=answer.timing_ms["total"],
        answers=asked.answers,
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
