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
from assistant.evaluate.questions import Asked
from assistant.evaluate.report import Report, summarise
from assistant.evaluate.rows import REPORT, Row, Scored, open_rows, read_scored


class Progress(Protocol):
    """Shows how far a run is: the rows as they come, of so many, some of them there already."""

    def __call__(self, rows: Iterable[Row], *, total: int, done: int) -> Iterable[Row]: ...


def show_nothing(rows: Iterable[Row], *, total: int, done: int) -> Iterable[Row]:
    del total, done
    return rows


def run(
    plan: Plan, folder: Path, *, resume: bool = False, progress: Progress = show_nothing
) -> Report:
    """Ask all questions of a plan, or those that an interrupted run left, and report.

    Answers are not kept in memory. Raises EvaluationError where the folder can't be written, with
    `resume` is another run's, or where the questions changed while they were asked.
    """
    questions = plan.header.questions
    ids = (one.id for one in plan.asked)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with open_rows(folder, plan.header, ids, resume=resume) as (done, writer):
            rows = ask_all(plan.ask, islice(plan.asked, done, None), together=plan.together)
            for row in progress(rows, total=questions.questions, done=done):
                writer.write(row)
        if _hash(read_scored(folder)) != questions.sha256:
            raise EvaluationError(
                f"{questions.name} changed while its questions were asked", hint="run it again"
            )
        report = summarise(folder)
        write_body(folder / REPORT, report)
    except OSError as error:
        raise EvaluationError(
            f"{folder} can't be written ({error.strerror or error})",
            hint="give another folder with --out",
        ) from None
    return report


def _hash(rows: Iterable[Scored]) -> str:
    """What the header says of the questions, as the rows have them."""
    whole = hashlib.sha256()
    for row in rows:
        whole.update(row.gold.encode())
    return whole.hexdigest()


def write_body(path: Path, body: BaseModel) -> None:
    """Write JSON for people and programs."""
    path.write_text(body.model_dump_json(indent=1) + "\n", encoding="utf-8")


def ask_all(
    ask: Callable[[Asked], Row], asked: Iterable[Asked], *, together: int = 1
) -> Iterator[Row]:
    """A row for each question, in their order, so many asked at a time."""
    if together == 1:
        yield from map(ask, asked)
        return
    with ThreadPoolExecutor(together) as pool:
        waiting: deque[Future[Row]] = deque()
        try:
            for one in asked:
                waiting.append(pool.submit(ask, one))
                if len(waiting) > 2 * together:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:
            for future in waiting:  # interrupted: what has not begun never will
                future.cancel()
