"""Runs for tests: an Assistant is asked a file of questions, and gives rows and report."""

import gzip
import json
from collections.abc import Iterable, Sequence
from pathlib import Path

from pydantic import BaseModel

from assistant.answer import Assistant
from assistant.evaluate.compare import Comparison
from assistant.evaluate.header import Options
from assistant.evaluate.plan import Plan, make_plan, plan_assistant
from assistant.evaluate.report import Report
from assistant.evaluate.rows import ROWS, Header, Row
from assistant.evaluate.run import run
from assistant.questions.index_questions import IndexQuestion, locate, read_index_questions
from assistant.questions.question import Question
from assistant.records import Calibration, Passage, Reading, Span
from assistant.settings import Settings
from tests.answers import ANSWERED, client_of
from tests.conftest import ROOT

SCHEMAS = ROOT / "tests" / "data" / "schemas"
OPENAPI = ROOT / "tests" / "data" / "openapi.json"
BODIES: dict[str, type[BaseModel]] = {
    "question": IndexQuestion,
    "header": Header,
    "row": Row,
    "report": Report,
    "comparison": Comparison,
}
GOOD = {
    "id": "q1", "question": "Quark cost?", "kind": "fact", "answers": ["9 yuan"],
    "evidence": [{"document_id": "a.txt", "any_of": ["cost 9 yuan"]}],
    "answerable": True, "split": "tune",
}  # fmt: skip
TEXT = "Quark glasses cost 9 yuan. Nobody makes money.\n\nXiaomi is far away. It sells phones."
CONTEXT = "Quark glasses cost 9 yuan. Nobody knows why."
SQUAD = {
    "version": "v2.0",
    "data": [
        {
            "title": "Quark_glasses",
            "paragraphs": [
                {
                    "context": CONTEXT,
                    "qas": [
                        {
                            "id": "cost",
                            "question": "What do they cost?",
                            "answers": [
                                {"text": "9 yuan", "answer_start": 19},
                                {"text": "9 yuan", "answer_start": 19},
                                {"text": "9", "answer_start": 19},
                            ],
                            "is_impossible": False,
                        },
                        {
                            "id": "weigh",
                            "question": "What do they weigh?",
                            "answers": [],
                            "is_impossible": True,
                        },
                    ],
                },
                {
                    "context": "Rokid sold 5 pairs.",
                    "qas": [
                        {
                            "id": "sold",
                            "question": "How many pairs did Rokid sell?",
                            "answers": [{"text": "5", "answer_start": 11}],
                        }
                    ],
                },
            ],
        }
    ],
}


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


class PointingReader:
    """Points at the first of some words that a passage holds, with their scores."""

    name = "pointing"
    threshold = 0.5
    calibration: Calibration | None = None

    def __init__(self, words: dict[str, float]) -> None:
        self.words = words

    def read(self, question: str, passages: Sequence[Passage]) -> list[Reading]:
        return [Reading(passage, tuple(self._find(question, passage))) for passage in passages]

    def _find(self, question: str, passage: Passage) -> list[Span]:
        found = [
            Span(passage, start, start + len(word), score - ("weigh" in question))
            for word, score in self.words.items()
            if (start := passage.document.text.find(word, passage.start, passage.end)) >= 0
        ]
        return sorted(found, key=lambda span: -span.score)


def write_squad(path: Path) -> Path:
    path.write_text(json.dumps(SQUAD), encoding="utf-8")
    return path


def write_question_lines(folder: Path) -> Path:
    """A set of JSON Lines next to its corpus, both gzipped."""
    folder.mkdir()
    documents = [{"id": "a", "title": "A", "text": CONTEXT}, {"id": "b", "text": "Rokid: 5."}]
    questions = [
        {"id": "1", "question": "Cost?", "answers": ["9 yuan"], "gold_doc_ids": ["a"],
         "answerable": True, "kind": "span"},
        {"id": "2", "question": "Weight?", "answers": ["40"], "gold_doc_ids": [],
         "answerable": False, "kind": "sum"},
    ]  # fmt: skip
    for name, items in (("corpus.jsonl", documents), ("questions.jsonl", questions)):
        text = "".join(json.dumps(item) + "\n" for item in items)
        (folder / f"{name}.gz").write_bytes(gzip.compress(text.encode()))
    return folder / "questions.jsonl.gz"


def write_schema(body: type[BaseModel]) -> str:
    return json.dumps(body.model_json_schema(), indent=1, ensure_ascii=False) + "\n"


if __name__ == "__main__":  # `python -m tests.evaluating`, where a verdict, field or kind is new
    for name, body in BODIES.items():
        (SCHEMAS / f"{name}.json").write_text(write_schema(body), encoding="utf-8")
    described = client_of(ANSWERED).get("/openapi.json").json()
    OPENAPI.write_text(json.dumps(described, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
