"""A path becomes a Plan: which questions are asked, and how."""

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from time import perf_counter

from assistant.answer import Assistant, choose_threshold
from assistant.api.rendering import render_answer
from assistant.errors import EvaluationError
from assistant.evaluate.followups import compare_in_full
from assistant.evaluate.header import Options, make_header
from assistant.evaluate.indexing import index_documents
from assistant.evaluate.judge import TOP_K, Verdicts, judge, score_ranking
from assistant.evaluate.reader_only import (
    THRESHOLD,
    ask_reader,
    make_passage,
    make_splitter,
    open_reader_without_index,
)
from assistant.evaluate.rows import Header, Row
from assistant.index.catalog import Catalog
from assistant.index.generation import Generation
from assistant.questions.choosing import (
    FOLLOWUPS,
    PARAGRAPHS,
    choose_questions,
    is_handwritten,
    mark_ambiguous,
)
from assistant.questions.files import CORPUS
from assistant.questions.index_questions import LocatedQuestions, read_index_questions
from assistant.questions.question import Question, hash_gold
from assistant.questions.sets import (
    QuestionSet,
    is_beir,
    is_set,
    read_beir,
    read_documents,
    read_set,
)
from assistant.records import ALL_DOCUMENTS, Answer, Document
from assistant.retrieve import retrieve
from assistant.settings import Settings

DEPTH = 100  # documents ranked for a question when only retrieval is measured
PASSAGES = 200  # passages retrieved for that: a document ranks like its best passage


@dataclass(frozen=True, slots=True)
class Plan:
    """Questions, iterated over more than once, and how to ask one; `concurrent` at a time."""

    header: Header
    questions: Iterable[Question]
    ask: Callable[[Question], Row]
    concurrent: int = 1


Planner = Callable[[Path, Settings, Options], AbstractContextManager[Plan]]


def make_plan(path: Path, settings: Settings, options: Options) -> AbstractContextManager[Plan]:
    """The plan for the questions of a path, with its models open.

    All questions are read and checked first. Raises EvaluationError, ReaderError, EmbedderError
    and what opening an index raises.
    """
    planner = _choose_planner(path, options)
    if options.within != ALL_DOCUMENTS and planner not in (_plan_index_questions, _plan_open):
        raise EvaluationError("there is no index whose documents can be chosen", hint="use --open")
    return planner(path, settings, options)


def _choose_planner(path: Path, options: Options) -> Planner:
    """Raises EvaluationError for options that don't fit the path."""
    if options.one_index and options.reader_only:
        raise EvaluationError("--open and --reader-only exclude each other", hint="leave one out")
    if is_beir(path):
        return _plan_beir
    if options.reader_only and f"set={FOLLOWUPS}" in options.where:
        raise EvaluationError(
            "the reader alone knows no previous questions", hint="leave --reader-only out"
        )
    handwritten = is_handwritten(path)
    if not handwritten and not is_set(path):
        if options.reader_only:
            raise EvaluationError(f"{path} comes without documents", hint="leave --reader-only out")
        return _plan_index_questions
    if options.one_index:
        return _plan_open
    if options.documents:
        raise EvaluationError(f"{options.documents[0]} would not be read", hint="ask with --open")
    # An index for each of thousands of paragraphs would only measure the reader.
    return _plan_reader if options.reader_only or _is_of_paragraphs(path, options) else _plan_alone


def _is_of_paragraphs(path: Path, options: Options) -> bool:
    """Whether the documents of a set are paragraphs, short enough to be read whole."""
    return not is_handwritten(path) or f"set={PARAGRAPHS}" in options.where


def _read_set(path: Path, options: Options) -> QuestionSet:
    """A set; asked of one index, with the ambiguous questions marked."""
    if not is_handwritten(path):
        return read_set(path, where=options.where)
    found = choose_questions(path, where=options.where)
    return mark_ambiguous(found) if options.one_index else found


def plan_assistant(
    assistant: Assistant,
    questions: Iterable[Question],
    path: Path,
    options: Options,
    asked_of: str = "index",
) -> Plan:
    header = make_header(
        path,
        questions,
        asked_of,
        options,
        generation=assistant.generation,
        reader=assistant.reader,
        threshold=assistant.threshold,
        passages_read=assistant.passages_read,
        writer=None if assistant.writer is None else assistant.writer.model,
    )
    as_of = find_newest(assistant)
    return Plan(header, questions, lambda question: ask_assistant(question, assistant, as_of))


def ask_assistant(question: Question, assistant: Assistant, as_of: date | None) -> Row:
    """A follow-up with its full question is asked by that too, to compare the two answers."""
    within = question.within
    answer = assistant.ask(
        question.question, previous=question.previous, within=within, top_k=TOP_K, as_of=as_of
    )
    row = make_row(question, answer, assistant.generation.catalog)
    if question.full is None:
        return row
    alone = assistant.ask(question.full, within=within, top_k=TOP_K, as_of=as_of)
    return row.model_copy(update={"in_full": compare_in_full(question, answer, alone)})


def find_newest(assistant: Assistant) -> date | None:
    """The date of the newest document, so that "this year" does not depend on the day of a run."""
    lines = assistant.generation.catalog.list_documents()
    return max((line.published for line in lines if line.published is not None), default=None)


@contextmanager
def _plan_index_questions(path: Path, settings: Settings, options: Options) -> Iterator[Plan]:
    """The project's own questions, asked of the index in use."""
    if path.is_fifo():
        raise EvaluationError(f"{path} can be read only once", hint="give a file")
    total = sum(1 for _ in read_index_questions(path, split=options.split))
    places = sample_places(total, options.count, seed=options.seed)
    assistant = Assistant.open(settings=settings)
    questions = LocatedQuestions(path, assistant.document, options.split, places, options.within)
    yield plan_assistant(assistant, questions, path, options)


@contextmanager
def _plan_open(path: Path, settings: Settings, options: Options) -> Iterator[Plan]:
    """A set, asked of one index of all its documents."""
    found = _read_set(path, options)
    drawn = sample_questions(found.questions, options.count, seed=options.seed)
    questions = [replace(question, within=options.within) for question in drawn]
    more = [document for file in options.documents for document in read_documents(file)]
    documents = {document.id: document for document in (*found.documents, *more)}
    generation = _index(list(documents.values()), settings, options)
    with open_reader_without_index(settings.reader) as reader:
        assistant = Assistant.of(generation, reader, settings)
        yield plan_assistant(assistant, questions, path, options, "open")


@contextmanager
def _plan_alone(path: Path, settings: Settings, options: Options) -> Iterator[Plan]:
    """A set, each question asked of an index of only its own document."""
    found = _read_set(path, options)
    questions = sample_questions(found.questions, options.count, seed=options.seed)
    documents = {document.id: document for document in found.documents}
    with (
        open_reader_without_index(settings.reader) as reader,
        TemporaryDirectory() as folder,
        ExitStack() as opened,
    ):

        @lru_cache(maxsize=1)  # many questions are about one document
        def open_index_of(document_id: str) -> Assistant:
            opened.close()  # the index of the previous document
            # Always the same index: only the first build loads the model and exports it.
            generation = index_documents(
                [documents[document_id]], Path(folder), embedder=settings.embedder, name="alone"
            )
            opened.callback(generation.close)
            return Assistant.of(generation, reader, settings)

        def ask(question: Question) -> Row:
            document = question.document
            assert document is not None
            return ask_assistant(question, open_index_of(document.id), document.published)

        header = make_header(
            path,
            questions,
            "alone",
            options,
            documents=len(documents),
            reader=reader,
            threshold=choose_threshold(reader, settings),
            passages_read=settings.passages_read,
            writer=settings.llm_model if settings.llm_url else None,
        )
        yield Plan(header, questions, ask)


@contextmanager
def _plan_reader(path: Path, settings: Settings, options: Options) -> Iterator[Plan]:
    """A set, each question read in its own document: paragraphs whole, others split."""
    found = _read_set(path, options)
    drawn = sample_questions(found.questions, options.count, seed=options.seed)
    questions = [question for question in drawn if question.document is not None]
    are_paragraphs = _is_of_paragraphs(path, options)
    split = (lambda document: [make_passage(document)]) if are_paragraphs else make_splitter().split
    passages = {document.id: split(document) for document in found.documents}
    with open_reader_without_index(settings.reader) as reader:

        def ask(question: Question) -> Row:
            assert question.document is not None
            return make_row(
                question, ask_reader(question.question, passages[question.document.id], reader)
            )

        header = make_header(
            path,
            questions,
            "given",
            options,
            documents=len(found.documents),
            reader=reader,
            threshold=THRESHOLD,
            passages_read=max(map(len, passages.values())),
            left_out=len(drawn) - len(questions),
        )
        # A passage keeps one core busy.
        yield Plan(header, questions, ask, concurrent=os.cpu_count() or 1)


@contextmanager
def _plan_beir(path: Path, settings: Settings, options: Options) -> Iterator[Plan]:
    """A BEIR folder: retrieval alone."""
    found = read_beir(path)
    questions = sample_questions(found.questions, options.count, seed=options.seed)
    generation = _index(found.documents, settings, options)
    header = make_header(path, questions, "retrieval", options, generation=generation)
    yield Plan(header, questions, lambda question: _rank_documents(question, generation))


def _rank_documents(question: Question, generation: Generation) -> Row:
    began = perf_counter()
    hits = retrieve(question.question, generation, k=PASSAGES)
    ids = (
        document_id
        for hit in hits
        for document_id in (hit.passage.document.id, *hit.passage.document.copies)
    )
    found = list(dict.fromkeys(document_id.removeprefix(f"{CORPUS}/") for document_id in ids))[
        :DEPTH
    ]
    return Row(
        id=question.id,
        question=question.question,
        kind=question.kind,
        split=None,
        answerable=True,
        value=None,
        verdicts=Verdicts(**score_ranking(question.relevant, found, deep=True)),
        milliseconds=round(1000 * (perf_counter() - began), 3),
        answers=(),
        gold=hash_gold(question),
        candidate=None,
        response=None,
        ranking=tuple(found),
    )


def _index(documents: Sequence[Document], settings: Settings, options: Options) -> Generation:
    return index_documents(
        documents, settings.indexes, embedder=settings.embedder, progress=options.show_progress
    )


def make_row(question: Question, answer: Answer, catalog: Catalog | None = None) -> Row:
    return Row(
        id=question.id,
        question=question.question,
        kind=question.kind,
        reason=question.reason,
        split=question.split,
        answerable=question.answerable,
        ambiguous=question.ambiguous,
        value=answer.score if answer.confidence is None else answer.confidence,
        verdicts=judge(question, answer, catalog),
        milliseconds=answer.timing_ms["total"],
        answers=question.accepted,
        gold=hash_gold(question),
        previous=question.previous,
        candidate=answer.best.text if answer.best is not None else None,
        response=render_answer(answer),
    )


def sample_questions(
    questions: Sequence[Question], count: int | None, *, seed: int = 0
) -> list[Question]:
    """`count` random questions, in order; all if it is None. Raises EvaluationError."""
    places = sample_places(len(questions), count, seed=seed)
    return [
        question for place, question in enumerate(questions) if places is None or place in places
    ]


def sample_places(total: int, count: int | None, *, seed: int = 0) -> frozenset[int] | None:
    """The places of `count` random questions; None for all. Raises EvaluationError."""
    if count is not None and count < 1:
        raise EvaluationError(f"--sample is {count}", hint="give 1 or more")
    if count is None or count >= total:
        return None
    return frozenset(Random(seed).sample(range(total), count))
