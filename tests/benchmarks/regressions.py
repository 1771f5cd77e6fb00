"""Regressions that are planted: does the comparison see them, and does the gate stop them?

    python -m tests.benchmarks.regressions dev-v2.0.json dev-v1.1.json --out build/regressions

Of the first file 1,000 questions are read in their own paragraphs, twice; of the second, 1,000
answerable ones are asked of all its paragraphs: as it is, with the threshold raised, without the
lexical half of retrieval, and with one paragraph in ten left out. Each is compared with the run as
it is, by `worse<=0`. Exits with 1 where one is missed, or where the same again raises an alarm.
"""

import argparse
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random

import pytest

from assistant.answer import Assistant
from assistant.evaluate.compare import compare_runs
from assistant.evaluate.gate import check_gate, parse_gate
from assistant.evaluate.header import Options
from assistant.evaluate.indexing import index_documents
from assistant.evaluate.plan import Plan, make_plan, plan_assistant, sample_questions
from assistant.evaluate.reader_only import open_reader_without_index
from assistant.evaluate.report import Report
from assistant.evaluate.rows import REPORT
from assistant.evaluate.run import run
from assistant.questions.sets import read_set
from assistant.records import Document
from assistant.settings import Settings

MOVED = 0.2  # of the way from the threshold to 1


def raise_threshold(threshold: float) -> float:
    """A threshold moved a fifth of the way to 1."""
    return round(threshold + MOVED * (1 - threshold), 4)


def leave_out(documents: list[Document]) -> list[Document]:
    """The documents without one in ten, by chance that is the same each time."""
    left_out = set(Random(0).sample(range(len(documents)), len(documents) // 10))
    return [one for number, one in enumerate(documents) if number not in left_out]


@contextmanager
def plan_open(path: Path, settings: Settings, count: int, *, whole: bool) -> Iterator[Plan]:
    """The answerable questions of a set, asked of all its documents, or all but those left out."""
    found = read_set(path)
    asked = sample_questions([one for one in found.questions if one.answerable], count)
    documents = list(found.documents) if whole else leave_out(list(found.documents))
    generation = index_documents(documents, settings.indexes, embedder=settings.embedder)
    with open_reader_without_index(settings.reader) as reader:
        assistant = Assistant.of(generation, reader, settings)
        yield plan_assistant(assistant, asked, path, Options(one_index=True, count=count), "open")


def ask_given(path: Path, folder: Path, settings: Settings, count: int) -> None:
    """Ask with the paragraphs given."""
    with make_plan(path, settings, Options(count=count)) as plan:
        run(plan, folder)


def ask_open(path: Path, folder: Path, settings: Settings, count: int, planted: str = "") -> float:
    """Ask of all paragraphs; `planted` is "lexical" or "passages". Returns the threshold used."""
    with pytest.MonkeyPatch.context() as patch:
        if planted == "lexical":
            patch.setattr("assistant.retrieve.DENSE_WEIGHT", 1.0)
        whole = planted != "passages"
        with plan_open(path, settings, count, whole=whole) as plan:
            run(plan, folder)
    assert plan.header.threshold is not None
    return plan.header.threshold


def is_stopped(before: Path, after: Path, name: str) -> bool:
    """Whether the gate stops a run, with what was seen printed."""
    comparison = compare_runs(before, after)
    worse = [one for one in comparison.differences if one.verdict == "worse"]
    print(f"{name}: {len(comparison.won)} won, {len(comparison.lost)} lost of "
          f"{comparison.questions}; {len(worse)} figures worse")  # fmt: skip
    for one in worse:
        print(f"  {one.name:24} {one.before:.3f} to {one.after:.3f}  p {one.p_corrected:.4f}")
    report = Report.model_validate_json((after / REPORT).read_bytes())
    (outcome,) = check_gate(parse_gate("worse<=0", with_baseline=True), report, comparison)
    return bool(outcome.reason)


def plant(
    given: Path, opened: Path, out: Path, settings: Settings, *, count: int
) -> dict[str, bool]:
    """Whether each planted run is recognised for what it is, by its name."""
    ask_given(given, out / "given", settings, count)
    ask_given(given, out / "given again", settings, count)
    threshold = ask_open(opened, out / "open", settings, count)
    moved = settings.model_copy(update={"threshold": raise_threshold(threshold)})
    ask_open(opened, out / "threshold", moved, count)
    ask_open(opened, out / "lexical", settings, count, "lexical")
    ask_open(opened, out / "passages", settings, count, "passages")
    return {
        "given again": not is_stopped(out / "given", out / "given again", "given again"),
        "threshold": is_stopped(out / "open", out / "threshold", "threshold"),
        "lexical": is_stopped(out / "open", out / "lexical", "lexical"),
        "passages": is_stopped(out / "open", out / "passages", "passages"),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("given", type=Path, help="SQuAD JSON whose paragraphs are given")
    parser.add_argument("opened", type=Path, help="SQuAD JSON that is asked of all its paragraphs")
    parser.add_argument("--out", type=Path, default=Path("build/regressions"))
    parser.add_argument("--questions", type=int, default=1000)
    given = parser.parse_args()
    found = plant(given.given, given.opened, given.out, Settings(), count=given.questions)
    missed = [name for name, right in found.items() if not right]
    print(f"missed: {', '.join(missed)}" if missed else "each was recognised")
    raise SystemExit(bool(missed))


if __name__ == "__main__":
    main()
