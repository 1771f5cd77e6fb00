"""Runs for tests: an Assistant is asked a file of questions, rows and report are given back."""

import json
from collections.abc import Iterable, Sequence
from pathlib import Path

from assistant.answer import Assistant
from assistant.evaluate.header import Options
from assistant.evaluate.plan import Plan, make_plan, plan_assistant
from assistant.evaluate.report import Report
from assistant.evaluate.rows import ROWS, Row
from assistant.evaluate.run import run
from assistant.questions.index_questions import locate, read_index_questions
from assistant.questions.question import Question
from assistant.settings import Settings

GOOD = {
    "id": "q1", "question": "Quark cost?", "kind": "fact", "answers": ["9 yuan"],
    "evidence": [{"document_id": "a.txt", "any_of": ["cost 9 yuan"]}],
    "answerable": True, "split": "tune",
}  # fmt: skip
TEXT = "Quark glasses cost 9 yuan. Nobody makes money.\n\nXiaomi is far away. It sells phones."


def write_questions(path: Path, *questions: dict[str, object]) -> Path:
    path.write_text("".join(json.dumps(question) + "\n" for question in questions))
    return path


def run_questions(
    assistant: Assistant, path: Path, folder: Path, *, split: str | None = None
) -> tuple[list[Row], Report]:
    """Ask the project's own questions."""
    lines = read_index_questions(path, split=split)
    return run_set(assistant, list(locate(lines, assistant.document)), folder)


def run_set(
    assistant: Assistant, questions: Sequence[Question], folder: Path
) -> tuple[list[Row], Report]:
    """Ask questions of any set."""
    report = run(plan_set(assistant, questions), folder)
    return read_rows(folder), report


def plan_set(assistant: Assistant, questions: Iterable[Question], path: Path = Path("q")) -> Plan:
    return plan_assistant(assistant, questions, path, Options())


def read_rows(folder: Path) -> list[Row]:
    """The rows of a run with their answers."""
    _, *lines = (folder / ROWS).read_bytes().splitlines()
    return [Row.model_validate_json(line) for line in lines]


def run_path(
    path: Path, settings: Settings, folder: Path, options: Options | None = None
) -> tuple[list[Row], Report]:
    """Ask whatever questions a path holds."""
    with make_plan(path, settings, options or Options()) as plan:
        report = run(plan, folder)
    return read_rows(folder), report
