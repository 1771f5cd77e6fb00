"""Runs on disk: kept when interrupted, continued, the same each time; and what they promise."""

import json
import os
import resource
import tracemalloc
from collections.abc import Callable, Iterable, Iterator
from itertools import repeat
from pathlib import Path
from typing import Any

import pytest

from assistant.answer import Assistant
from assistant.cli import main
from assistant.errors import EvaluationError
from assistant.evaluate.plan import sample_places, sample_questions
from assistant.evaluate.report import read_columns
from assistant.evaluate.rows import (
    COMPARISON,
    PAGE,
    ROWS,
    Row,
    Scored,
    open_rows,
    read_header,
    read_scored,
)
from assistant.evaluate.run import ask_all, run
from assistant.questions.index_questions import (
    LocatedQuestions,
    read_index_questions,
)
from assistant.questions.question import Question
from assistant.records import Answer, Document
from tests.conftest import Maker
from tests.evaluating import (
    BODIES,
    SCHEMAS,
    plan_set,
    read_rows,
    run_set,
    write_questions,
    write_schema,
)

TEXT = "Quark glasses cost 9 yuan. Nobody makes money.\n\nXiaomi is far away. It sells phones."


@pytest.fixture
def assistant(make: Maker) -> Assistant:
    return make.assistant(Document("a.txt", "A", TEXT), threshold=0.5)


def make_questions(count: int) -> list[Question]:
    asked = (f"What does Quark number {n} cost?" for n in range(count))
    return [Question(str(n), question, ("9 yuan",)) for n, question in enumerate(asked)]


def stop_after(count: int) -> "type[Stopping]":
    Stopping.count = count
    return Stopping


class Stopping:
    """Progress that is interrupted."""

    count = 0

    def __init__(self, rows: Iterable[Row], *, total: int, done: int) -> None:
        del total, done
        self.rows = rows

    def __iter__(self) -> Iterator[Row]:
        for number, row in enumerate(self.rows):
            if number == self.count:
                raise KeyboardInterrupt
            yield row


class Counting:
    """Progress that keeps what was there."""

    def __call__(self, rows: Iterable[Row], *, total: int, done: int) -> Iterable[Row]:
        self.total, self.done = total, done
        return rows


@pytest.mark.parametrize("name", BODIES)
def test_the_schemas_say_what_is_read_and_written(name: str) -> None:
    assert (SCHEMAS / f"{name}.json").read_text(encoding="utf-8") == write_schema(BODIES[name])


def without_times(folder: Path) -> list[object]:
    """All lines of a run and its report but for times."""

    def strip(value: object) -> object:
        if isinstance(value, dict):
            times = ("milliseconds", "timing_ms")
            return {name: strip(each) for name, each in value.items() if name not in times}
        return [strip(each) for each in value] if isinstance(value, list) else value

    lines = (folder / "rows.jsonl").read_text(encoding="utf-8").splitlines()
    texts = [*lines, (folder / "report.json").read_text(encoding="utf-8")]
    return [json.dumps(strip(json.loads(text))) for text in texts]


def test_two_runs_write_the_same_but_for_times(assistant: Assistant, tmp_path: Path) -> None:
    asked = make_questions(5)
    for name in ("a", "b"):
        run_set(assistant, asked, tmp_path / name / "run")
    assert without_times(tmp_path / "a" / "run") == without_times(tmp_path / "b" / "run")


def test_an_interrupted_run_keeps_its_rows_and_is_continued(
    assistant: Assistant, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan, folder = plan_set(assistant, make_questions(6)), tmp_path / "run"
    run(plan, tmp_path / "whole")
    with pytest.raises(KeyboardInterrupt):
        run(plan, folder, progress=stop_after(4))
    assert [row.id for row in read_rows(folder)] == ["0", "1", "2", "3"]
    assert not (folder / "report.json").exists()
    rows = folder / "rows.jsonl"
    rows.write_bytes(rows.read_bytes()[:-20])  # the last line is cut short
    questions: list[str] = []
    ask = Assistant.ask

    def hear(self: Assistant, question: str, **options: Any) -> Answer:
        questions.append(question)
        return ask(self, question, **options)

    monkeypatch.setattr(Assistant, "ask", hear)
    counting = Counting()
    run(plan, folder, progress=counting)
    assert (counting.done, counting.total) == (3, 6)
    assert questions == [f"What does Quark number {n} cost?" for n in (3, 4, 5)]
    assert without_times(folder) == without_times(tmp_path / "whole")


def test_rows_of_other_settings_are_never_mixed(
    make: Maker, assistant: Assistant, tmp_path: Path
) -> None:
    asked, folder = make_questions(4), tmp_path / "run"
    with pytest.raises(KeyboardInterrupt):
        run(plan_set(assistant, asked), folder, progress=stop_after(2))
    other = make.assistant(Document("a.txt", "A", TEXT), threshold=0.6)
    before = (folder / "rows.jsonl").read_bytes()
    with pytest.raises(EvaluationError, match=r"from another run \(another threshold\)"):
        run(plan_set(other, asked), folder, resume=True)
    assert (folder / "rows.jsonl").read_bytes() == before
    with pytest.raises(EvaluationError, match=r"from another run \(another questions\)"):
        run(plan_set(assistant, asked[1:]), folder, resume=True)
    counting = Counting()
    run(plan_set(other, asked), folder, progress=counting)
    assert counting.done == 0
    assert len(read_rows(folder)) == 4


def test_a_finished_run_is_asked_again_unless_resumed(assistant: Assistant, tmp_path: Path) -> None:
    plan, counting = plan_set(assistant, make_questions(3)), Counting()
    run(plan, tmp_path)
    run(plan, tmp_path, progress=counting)
    assert counting.done == 0
    run(plan, tmp_path, progress=counting, resume=True)
    assert counting.done == 3


def test_a_gold_answer_that_changes_makes_another_run(assistant: Assistant) -> None:
    (one,) = make_questions(1)
    changed = Question(one.id, one.question, ("8 yuan",))
    headers = [plan_set(assistant, [each]).header for each in (one, changed)]
    assert headers[0].questions.sha256 != headers[1].questions.sha256


def test_a_damaged_row_is_named(assistant: Assistant, tmp_path: Path) -> None:
    run(plan_set(assistant, make_questions(2)), tmp_path)
    rows = tmp_path / "rows.jsonl"
    rows.write_text(rows.read_text().replace('"kind":"fact"', '"kind":7', 1))
    with pytest.raises(EvaluationError, match=r"rows\.jsonl line 2 is not a row"):
        list(read_scored(tmp_path))


def test_questions_asked_together_keep_their_order(assistant: Assistant) -> None:
    plan = plan_set(assistant, make_questions(40))
    alone = [row.id for row in ask_all(plan.ask, plan.questions)]
    together = [row.id for row in ask_all(plan.ask, plan.questions, concurrent=3)]
    assert alone == together == [str(n) for n in range(40)]


def test_memory_does_not_grow_with_the_answers(assistant: Assistant, tmp_path: Path) -> None:
    plan = plan_set(assistant, make_questions(400))
    run(plan_set(assistant, make_questions(200)), tmp_path)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    run(plan, tmp_path)
    grown = 1024 * (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
    written = (tmp_path / "rows.jsonl").stat().st_size
    assert written > 400_000
    # What is kept of a question is it and some numbers; estimates work in blocks of 8 MB.
    assert grown < 24 * 2**20


def write_many(path: Path, count: int) -> Path:
    """So many questions in the project's own format."""
    gold: dict[str, object] = {
        "kind": "fact", "answers": ["9 yuan"], "answerable": True, "split": "tune",
        "evidence": [{"document_id": "a.txt", "any_of": ["cost 9 yuan"]}],
    }  # fmt: skip
    asked = make_questions(count)
    return write_questions(
        path, *({"id": one.id, "question": one.question} | gold for one in asked)
    )


def find_peak(work: Callable[[], object]) -> int:
    """The most bytes that are held at once."""
    tracemalloc.start()
    try:
        work()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_memory_hardly_grows_with_the_questions(assistant: Assistant, tmp_path: Path) -> None:
    row = plan_set(assistant, []).ask(make_questions(1)[0])

    def ask_many(count: int) -> None:
        path = tmp_path / f"{count}.jsonl"
        assert sum(1 for _ in read_index_questions(path)) == count
        asked = LocatedQuestions(path, assistant.document)
        assert plan_set(assistant, asked).header.questions.questions == count
        assert sum(1 for _ in ask_all(lambda _: row, asked)) == count

    few, many = 200, 2200
    for count in (few, many):
        write_many(tmp_path / f"{count}.jsonl", count)
    ask_many(few)  # what is made once
    grown = find_peak(lambda: ask_many(many)) - find_peak(lambda: ask_many(few))
    # Ids and digests, to find what is asked twice; a question with its gold takes 2,000.
    assert grown < 400 * (many - few)
    scored = Scored.model_validate(row.model_dump(include=set(Scored.model_fields)))
    sizes = [
        find_peak(lambda count=count: read_columns(repeat(scored, count)))  # type: ignore[misc]
        for count in (few, many)
    ]
    # The numbers that intervals are drawn from.
    assert sizes[1] - sizes[0] < 800 * (many - few)


def test_questions_that_change_while_they_are_asked_are_noticed(
    assistant: Assistant, tmp_path: Path
) -> None:
    path = write_many(tmp_path / "q.jsonl", 5)
    asked = LocatedQuestions(path, assistant.document)
    plan = plan_set(assistant, asked, path)
    path.write_text(path.read_text().replace('"9 yuan"', '"8 yuan"'))
    with pytest.raises(EvaluationError, match=r"q\.jsonl changed while its questions were asked"):
        run(plan, tmp_path / "run")
    assert not (tmp_path / "run" / "report.json").exists()


def test_a_sample_is_the_same_questions_each_time(assistant: Assistant, tmp_path: Path) -> None:
    path = write_many(tmp_path / "q.jsonl", 50)
    asked = LocatedQuestions(path, assistant.document, places=sample_places(50, 7))
    first, again = [one.id for one in asked], [one.id for one in asked]
    assert first == again == [one.id for one in sample_questions(make_questions(50), 7)]
    assert len(first) == 7


def test_a_bad_line_or_a_pipe_is_refused_before_anything_is_asked(
    article_index: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = write_many(tmp_path / "q.jsonl", 3)
    path.write_text(path.read_text() + '{"id": "x"}\n')
    os.mkfifo(tmp_path / "pipe")
    for name, message in (
        ("q.jsonl", "q.jsonl line 4, question: Field required"),
        ("pipe", "pipe can be read only once: give a file"),
    ):
        where = [f"--indexes={article_index.parent}", f"--out={tmp_path / 'run'}"]
        assert main(["evaluate", str(tmp_path / name), *where]) == 1
        assert message in capsys.readouterr().err
        assert not (tmp_path / "run").exists()


def test_a_bad_option_is_refused_before_anything_is_asked(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run_folder = str(tmp_path / "run")
    for options, message in (
        (["--resume"], "--resume has no run to continue"),
        (["--junit", "x.xml"], "--junit has nothing to report"),
        (["--out", run_folder, "--baseline", run_folder], "both the baseline and this run"),
        (["--baseline", run_folder], "rows.jsonl can't be read"),
        (["--gate", "f2>=1"], "f2, which is not a figure: use good, "),
    ):
        assert main(["evaluate", "none.jsonl", *options]) == 1
        assert message in capsys.readouterr().err


def test_old_reports_are_removed_when_a_run_begins(assistant: Assistant, tmp_path: Path) -> None:
    run(plan_set(assistant, make_questions(2)), tmp_path)
    for name in (PAGE, COMPARISON):
        (tmp_path / name).write_text("of other rows")
    with open_rows(tmp_path, read_header(tmp_path), ["x"], resume=False):
        assert [path.name for path in tmp_path.iterdir() if path.is_file()] == [ROWS]
