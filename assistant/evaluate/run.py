"""A plan is carried out: each question asked, its row on disk before the next, then the report."""

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
    """Shows how far a run is: the rows as they come, of `total`, `done` of them there already."""

    def __call__(self, rows: Iterable[Row], *, total: int, done: int) -> Iterable[Row]: ...


def run(
    plan: Plan, folder: Path, *, resume: bool = False, progress: Progress | None = None
) -> Report:
    """Ask all questions of a plan, or those that an interrupted run left, and report.

    Answers are not kept in memory. Raises EvaluationError where the folder can't be written, with
    `resume` is another run's, or where the questions changed while they were asked.
    """
    asked = plan.header.questions
    ids = (question.id for question in plan.questions)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with open_rows(folder, plan.header, ids, resume=resume) as (done, write):
            left = islice(plan.questions, done, None)
            rows: Iterable[Row] = ask_all(plan.ask, left, together=plan.together)
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
    """Write JSON for people and programs."""
    path.write_text(body.model_dump_json(indent=1) + "\n", encoding="utf-8")


def ask_all(
    ask: Callable[[Question], Row], questions: Iterable[Question], *, together: int = 1
) -> Iterator[Row]:
    """A row for each question, in their order, `together` asked at a time."""
    if together == 1:
        yield from map(ask, questions)
        return
    with ThreadPoolExecutor(together) as pool:
        waiting: deque[Future[Row]] = deque()
        try:
            for question in questions:
                waiting.append(pool.submit(ask, question))
                if len(waiting) > 2 * together:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:
            for future in waiting:  # interrupted: what has not begun never will
                future.cancel()
