"""The command evaluate: whichever questions a path holds are asked, and figures printed."""

import argparse
import sys
from collections.abc import Iterable
from contextlib import nullcontext
from typing import TYPE_CHECKING, TypeVar

from pydantic import BaseModel

from assistant.errors import EvaluationError
from assistant.settings import Settings

if TYPE_CHECKING:
    from assistant.evaluate.measures import Figure

Item = TypeVar("Item")


def run_evaluate(given: argparse.Namespace, settings: Settings) -> int:
    from assistant.evaluate.beir import is_beir
    from assistant.evaluate.sets import is_set

    if given.out:
        try:
            given.out.mkdir(parents=True, exist_ok=True)  # before an hour of asking
        except OSError as error:
            reason = error.strerror or str(error)
            raise EvaluationError(
                f"{given.out} can't be written ({reason})", hint="give another folder with --out"
            ) from None
    if is_beir(given.questions):
        return _evaluate_beir(given, settings)
    if is_set(given.questions):
        return _evaluate_set(given, settings)
    return _evaluate_batch(given, settings)


def _evaluate_beir(given: argparse.Namespace, settings: Settings) -> int:
    from assistant.evaluate.beir import run_beir
    from assistant.evaluate.reading import open_alone

    with open_alone(settings.reader) if given.rerank else nullcontext() as reader:
        report = run_beir(
            given.questions,
            settings.indexes,
            embedder=settings.embedder,
            reader=reader,
            show_progress=sys.stderr.isatty(),
            progress=_show_progress,
        )
    _write(given, None, report)
    if not given.json:
        print(f"{report.questions} questions, {report.documents} documents")
        _print_figures(report.figures)
    return 0


def _evaluate_set(given: argparse.Namespace, settings: Settings) -> int:
    from assistant.evaluate.reading import run_set

    rows, report = run_set(
        given.questions,
        settings,
        opened=given.open,
        documents=given.documents,
        where=given.where,
        count=given.sample,
        show_progress=sys.stderr.isatty(),
        progress=_show_progress,
    )
    _write(given, rows, report)
    if not given.json:
        left_out = f", {report.left_out} left out" if report.left_out else ""
        print(
            f"{len(rows)} questions{left_out}, {report.documents} documents, "
            f"threshold {report.threshold}"
        )
        _print_figures(report.figures)
    return 0


def _evaluate_batch(given: argparse.Namespace, settings: Settings) -> int:
    from assistant.answer import Assistant
    from assistant.evaluate.batch import run_batch
    from assistant.evaluate.questions import read_questions

    questions = read_questions(given.questions, split=given.split)
    assistant = Assistant.open(settings=settings)
    rows, report = run_batch(assistant, questions, progress=_show_progress)
    _write(given, rows, report)
    if given.json:
        return 0
    for name, group in {"all": report.all, **report.by_split, **report.by_kind}.items():
        print(f"\n{name}: {group.questions} questions")
        _print_figures(group.figures)
    times = ", ".join(f"{name} {value} ms" for name, value in report.milliseconds.items())
    print(f"\ntime of a question: {times}")
    return 0


def _write(given: argparse.Namespace, rows: Iterable[BaseModel] | None, report: BaseModel) -> None:
    from assistant.evaluate.files import REPORT, ROWS, write_lines

    text = report.model_dump_json(indent=1)
    if given.out:
        if rows is not None:
            write_lines(given.out / ROWS, rows)
        (given.out / REPORT).write_text(text + "\n", encoding="utf-8")
    if given.json:
        print(text)


def _print_figures(figures: "dict[str, Figure]") -> None:
    for name, figure in figures.items():
        if figure.value is not None:
            interval = f"[{figure.low:.3f}, {figure.high:.3f}]"
            print(f"  {name:24} {figure.value:.3f}  {interval}  n={figure.n}")


def _show_progress(items: Iterable[Item]) -> Iterable[Item]:
    from tqdm import tqdm

    shown: Iterable[Item] = tqdm(items, desc="asking", disable=not sys.stderr.isatty())
    return shown
