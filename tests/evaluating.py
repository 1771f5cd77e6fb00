"""Runs for tests: an Assistant is asked a file of questions, rows and report are given back."""

import json
from collections.abc import Sequence
from pathlib import Path

from assistant.answer import Assistant
from assistant.evaluate.header import Options, describe
from assistant.evaluate.plan import make_plan, plan_assistant
from assistant.evaluate.questions import Asked, locate, read_questions
from assistant.evaluate.report import Report
from assistant.evaluate.rows import Row, read_rows
from assistant.evaluate.running import run
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
    asked = list(locate(read_questions(path, split=split), assistant))
    return run_asked(assistant, asked, folder)


def run_asked(
    assistant: Assistant, asked: Sequence[Asked], folder: Path
) -> tuple[list[Row], Report]:
    """Ask questions of any set."""
    plan = plan_assistant(assistant, asked, describe(folder, asked, "index", Options()))
    report = run(plan, folder)
    return list(read_rows(folder)), report


def run_path(
    path: Path, settings: Settings, folder: Path, options: Options | None = None
) -> tuple[list[Row], Report]:
    """Ask whatever questions a path holds."""
    with make_plan(path, settings, options or Options()) as plan:
        report = run(plan, folder)
    return list(read_rows(folder)), report
