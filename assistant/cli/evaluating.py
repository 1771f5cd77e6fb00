"""The command evaluate: the questions of a file or folder are asked, and figures printed."""

import argparse
import sys
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from assistant.cli.options import ASKING, Commands, add_command, add_filter, read_filter
from assistant.cli.output import print_json
from assistant.cli.summary import write_summary
from assistant.errors import GATE_FAILED, EvaluationError
from assistant.settings import Settings
from assistant.terminal import escape

if TYPE_CHECKING:
    from assistant.evaluate.header import Options
    from assistant.evaluate.rows import Row
    from assistant.index.generation import Generation
    from assistant.questions.feedback_gold import GoldSet

SETTING = Path()  # of --from-feedback without a file


def add_commands(commands: Commands) -> None:
    command = add_command(
        commands, "evaluate", run_evaluate, "ask many questions and report figures",
        "assistant evaluate tests/data/article_questions.jsonl --out runs/article",
        "assistant evaluate path/to/beir/scifact",
        'assistant evaluate questions.jsonl --out runs/new --baseline runs/old --gate "worse<=0"',
        "assistant evaluate --from-feedback --out runs/feedback",
        "assistant evaluate --from-feedback --questions-out from-feedback",
        settings=(*ASKING, "embedder", "feedback"),
        json="print the report as JSON",
    )  # fmt: skip
    option = command.add_argument
    option(
        "questions", type=Path, nargs="?",
        help="a file of questions, SQuAD JSON, questions.jsonl next to a corpus.jsonl, the folder "
        "of the project's own sets (assistant/train/questions), or a BEIR folder",
    )  # fmt: skip
    for name, text in (
        ("open", "ask all questions of one index of all documents (default: an index for each "
         "question's own document)"),
        ("reader-only", "run only the reader, on each question's own document: AUROC and F1 of its "
         "best span (the default for SQuAD JSON and lines, without --open)"),
        ("resume", "continue the run in --out"),
    ):  # fmt: skip
        option(f"--{name}", action="store_true", help=text)
    for name, metavar, text in (
        ("out", "FOLDER", "where to write rows.jsonl, report.json and report.html"),
        ("baseline", "FOLDER", "compare with a previous run, by its --out"),
        ("junit", "FILE", "write the gate as JUnit XML"),
    ):
        option(f"--{name}", type=Path, metavar=metavar, help=text)
    more = "more documents for the index of --open"
    option("--documents", type=Path, nargs="+", default=[], metavar="FILE", help=more)
    option(
        "--from-feedback", type=Path, nargs="?", const=SETTING, metavar="FILE",
        help="instead of a file of questions: those that feedback answers (default: the file in "
        "the folder of feedback)",
    )  # fmt: skip
    only = "only write the questions of --from-feedback, also as a set for `assistant train`"
    option("--questions-out", type=Path, metavar="FOLDER", help=only)
    where = "only questions with this value, such as split=dev; may be repeated"
    option("--where", action="append", default=[], metavar="FIELD=VALUE", help=where)
    gate = 'exit with 3 unless all hold, such as "f1>=0.80,f1_drop<=0.01" (names as in report.json)'
    option("--gate", metavar="CONDITIONS", help=gate)
    option("--split", choices=("tune", "held"), help="only questions for tuning, or held out")
    option("--sample", type=int, metavar="N", help="ask only N questions, drawn at random")
    option("--seed", type=int, default=0, help="of the sample and the intervals (default: 0)")
    add_filter(command)


def run_evaluate(options: argparse.Namespace, settings: Settings) -> int:
    from assistant.evaluate.compare import compare_runs
    from assistant.evaluate.gate import check_gate, parse_gate, write_junit
    from assistant.evaluate.page import write_page
    from assistant.evaluate.plan import make_plan
    from assistant.evaluate.rows import COMPARISON, read_header
    from assistant.evaluate.run import run, write_body

    _check_options(options)
    baseline = options.baseline
    gate = []
    if options.gate is not None:
        gate = parse_gate(options.gate, with_baseline=baseline is not None)
    if baseline is not None:
        read_header(baseline)  # fails now, not after an hour
    with ExitStack() as stack:
        path = options.questions
        if options.from_feedback is not None:
            if options.questions_out is not None:
                return _write_questions(options, settings)
            made = Path(stack.enter_context(TemporaryDirectory()))
            path = _make_questions(options, settings, made)
        folder = options.out or Path(stack.enter_context(TemporaryDirectory()))
        plan = stack.enter_context(make_plan(path, settings, _make_run_options(options)))
        report = run(plan, folder, resume=options.resume, progress=_show_progress)
        comparison = None
        if baseline is not None:
            comparison = compare_runs(baseline, folder, seed=options.seed)
            write_body(folder / COMPARISON, comparison)
        if options.out is not None:
            write_page(folder, report, comparison)
    if options.json:
        print(report.model_dump_json(indent=1))
    else:
        print("\n".join(map(escape, write_summary(report, comparison, options.out))))
    outcomes = check_gate(gate, report, comparison)
    if options.junit is not None:
        write_junit(options.junit, outcomes, name=path.name)
    failed = [outcome.reason for outcome in outcomes if outcome.reason]
    for reason in failed:
        print(f"gate: {escape(reason)}", file=sys.stderr)
    return GATE_FAILED if failed else 0


def _check_options(options: argparse.Namespace) -> None:
    """Refuse useless or harmful combinations before anything is asked."""
    if (options.questions is None) == (options.from_feedback is None):
        raise EvaluationError(
            "there are two kinds of questions" if options.questions else "there is nothing to ask",
            hint="give a file of questions or --from-feedback",
        )
    if options.questions_out is not None and options.from_feedback is None:
        raise EvaluationError("--questions-out has nothing to write", hint="add --from-feedback")
    if options.junit is not None and options.gate is None:
        raise EvaluationError("--junit has nothing to report", hint="give --gate as well")
    if options.resume and options.out is None:
        raise EvaluationError("--resume has no run to continue", hint="give its folder as --out")
    both = options.baseline is not None and options.out is not None
    if both and options.baseline.resolve() == options.out.resolve():
        raise EvaluationError(
            f"{options.out} would be both the baseline and this run", hint="give another --out"
        )


def _write_questions(options: argparse.Namespace, settings: Settings) -> int:
    from assistant.questions.feedback_sets import write_training_set

    with _open_gold(options.from_feedback, settings) as (gold, generation):
        count = write_training_set(options.questions_out, gold, generation.catalog.document)
    if options.json:
        counts = {"questions": len(gold.questions), "for_training": count}
        print_json({"folder": str(options.questions_out), "feedback": gold.lines, **counts})
        return 0
    print(_describe_gold(gold))
    written = f"written; {count} of the questions are for `assistant train`"
    print(f"{escape(options.questions_out)}: {written}")
    return 0


def _make_questions(options: argparse.Namespace, settings: Settings, folder: Path) -> Path:
    from assistant.questions.feedback_sets import QUESTIONS, write_questions

    with _open_gold(options.from_feedback, settings) as (gold, _):
        write_questions(folder / QUESTIONS, gold)
    print(_describe_gold(gold), file=sys.stderr if options.json else sys.stdout)
    return folder / QUESTIONS


@contextmanager
def _open_gold(path: Path, settings: Settings) -> "Iterator[tuple[GoldSet, Generation]]":
    """The questions that feedback answers, in the documents of the index in use."""
    from assistant.feedback.storage import read_feedback
    from assistant.index.generation import Generation
    from assistant.questions.feedback_gold import make_gold

    file = settings.feedback_folder if path == SETTING else path
    if file is None:
        raise EvaluationError("feedback is off", hint="give its file after --from-feedback")
    lines = list(read_feedback(file))
    generation = Generation.open(settings.indexes / settings.index)
    try:
        gold = make_gold(lines, generation.catalog.document, generation.catalog.count_selected)
        if not gold.questions:
            raise EvaluationError(
                f"{file} answers no question ({_describe_gold(gold)})",
                hint="feedback needs a correct answer, or that one is right",
            )
        yield gold, generation
    finally:
        generation.close()


def _describe_gold(gold: "GoldSet") -> str:
    counted: list[tuple[str, int]] = [
        ("repeated", gold.repeated),
        ("contradicted", gold.contradicted),
        *gold.unusable.items(),
    ]
    rest = [f"{number} {name}" for name, number in counted if number]
    used = f"{gold.lines} lines of feedback, {len(gold.questions)} questions"
    return "; ".join([used, *rest])


def _make_run_options(options: argparse.Namespace) -> "Options":
    from assistant.evaluate.header import Options

    return Options(
        one_index=options.open,
        reader_only=options.reader_only,
        documents=tuple(options.documents),
        where=tuple(options.where),
        count=options.sample,
        split=options.split,
        seed=options.seed,
        show_progress=sys.stderr.isatty(),
        within=read_filter(options).normalise(),
    )


def _show_progress(rows: "Iterable[Row]", *, total: int, done: int) -> "Iterable[Row]":
    from tqdm import tqdm

    if done:
        print(f"continuing after {done:,} of {total:,} questions", file=sys.stderr)
    shown: Iterable[Row] = tqdm(
        rows, desc="asking", total=total, initial=done, disable=not sys.stderr.isatty()
    )
    return shown
