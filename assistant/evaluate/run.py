"""A plan is run: each question is asked and its row written, then the report."""

import hashlib
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import islice
from pathlib import Path
from typing import Protocol

from pydantic import BaseModel

from assistant.errors import EvaluationError
from assistant.evaluate.plan import Plan
from assistant.evaluate.report import Report, summarise
from assistant.evaluate.rows import REPORT, Row, open_rows, read_scored
from assistant.questions.question import Question


class Progress(Protocol):
    """Shows the progress of a run by passing on its rows; `done` of `total` exist already."""

    def __call__(self, rows: Iterable[Row], *, total: int, done: int) -> Iterable[Row]: ...


def run(
    plan: Plan, folder: Path, *, resume: bool = False, progress: Progress | None = None
) -> Report:
    """Ask all questions of a plan, or those that an interrupted run left, and report.

    Raises EvaluationError if the folder can't be written or, with `resume`, is from another run,
    or if the questions changed meanwhile.
    """
    asked = plan.header.questions
    ids = (question.id for question in plan.questions)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with open_rows(folder, plan.header, ids, resume=resume) as (done, write):
            left = islice(plan.questions, done, None)
            rows: Iterable[Row] = ask_all(plan.ask, left, concurrent=plan.concurrent)
            if progress is not None:
                rows = progress(rows, total=asked.questions, done=done)
            for row in rows:
                write(row)
        gold = "".join(row.gold for row in read_scored(folder))
        if hashlib.sha256(gold.encode()).hexdigest() != asked.sha256:
            raise EvaluationError(
                f"{asked.name} changed while its questions were asked", hint="run it again"
            )
        report = summarise(folder)
        write_body(folder / REPORT, report)
    except OSError as error:
        raise EvaluationError(
            f"{folder} can't be written ({error.strerror or error})",
            hint="give another folder with --out",
        ) from None
    return report


def write_body(path: Path, body: BaseModel) -> None:
    path.write_text(body.model_dump_json(indent=1) + "\n", encoding="utf-8")


def ask_all(
    ask: Callable[[Question], Row], questions: Iterable[Question], *, concurrent: int = 1
) -> Iterator[Row]:
    """A row for each question, in order, `concurrent` asked at a time."""
    if concurrent == 1:
        yield from map(ask, questions)
        return
    with ThreadPoolExecutor(concurrent) as pool:
        waiting: deque[Future[Row]] = deque()
        try:
            for question in questions:
                waiting.append(pool.submit(ask, question))
                if len(waiting) > 2 * concurrent:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:
            for future in waiting:  # if interrupted
                future.cancel()
