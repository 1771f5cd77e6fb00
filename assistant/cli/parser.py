"""What can be typed: commands, their options and examples."""

import argparse
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import TypeAlias

from assistant import __version__
from assistant.cli.commands import (
    run_ask,
    run_calibrate,
    run_doctor,
    run_index,
    run_players,
    run_train,
)
from assistant.cli.evaluating import run_evaluate
from assistant.cli.serving import run_serve
from assistant.questions.handwritten import QUESTIONS_FOLDER
from assistant.settings import Settings

Run = Callable[[argparse.Namespace, Settings], int]
Commands: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"

_PLACE = ("indexes", "index")
_ASKING = (*_PLACE, "reader", "passages_read", "threshold")


def make_parser() -> argparse.ArgumentParser:
    """What can be typed; a parsed line has the function of its command as `run`."""
    parser = argparse.ArgumentParser(
        prog="assistant",
        description="Ask documents a question and get an answer that can be checked.",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        epilog="examples:\n  assistant index\n"
        '  assistant ask "How much do the Quark AI glasses cost?"\n'
        "  assistant serve\n\n"
        "Settings can come from the environment instead: ASSISTANT_INDEX=notes assistant serve",
    )
    parser.add_argument("--version", action="version", version=f"assistant {__version__}")
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")

    index = _add(commands, "index", run_index, "build the index from the corpus, if it has changed")
    index.epilog = "examples:\n  assistant index\n  assistant index --corpus notes --index notes"
    _add_settings(index, *_PLACE, "corpus", "embedder", "reader")
    index.add_argument("--rebuild", action="store_true", help="build it even if nothing changed")
    index.add_argument(
        "--keep", type=_count_from_one, default=2, metavar="N", help="generations to keep (2)"
    )
    index.add_argument("--json", action="store_true", help="print the manifest as JSON")

    doctor = _add(commands, "doctor", run_doctor, "check the whole index and say what to do")
    doctor.epilog = "examples:\n  assistant doctor\n  assistant doctor --index notes"
    _add_settings(doctor, *_PLACE)

    ask = _add(commands, "ask", run_ask, "ask a question")
    ask.epilog = (
        'examples:\n  assistant ask "How much do the Quark AI glasses cost?"\n'
        '  assistant ask --json --top-k 3 "Who is Wu Jia?"\n'
        '  assistant ask --as-of 2025-03-01 "What is the current price of Quark?"'
    )
    _add_settings(ask, *_ASKING)
    ask.add_argument("question", help="at most 2,000 characters")
    ask.add_argument("--json", action="store_true", help="print the answer as the API gives it")
    ask.add_argument(
        "--explain", action="store_true", help="show how the answer was found, with all scores"
    )
    ask.add_argument(
        "--as-of",
        type=_read_day,
        metavar="DAY",
        help="what now, current and latest mean, as 2025-03-01 (today)",
    )
    ask.add_argument("--top-k", type=int, default=8, help="passages to return, 1 to 50 (8)")

    players = _add(
        commands, "players", run_players, "list the players and how often they are named"
    )
    players.epilog = (
        "examples:\n  assistant players\n"
        "  assistant players --suggest --corpus notes > notes/players.toml"
    )
    _add_settings(players, *_PLACE, "corpus")
    players.add_argument(
        "--suggest", action="store_true", help="propose names found in the corpus, ready to paste"
    )
    players.add_argument("--json", action="store_true", help="print JSON")

    serve = _add(commands, "serve", run_serve, "serve the page and the JSON API")
    serve.epilog = (
        "examples:\n  assistant serve\n  ASSISTANT_TOKEN=... assistant serve --host 0.0.0.0"
    )
    _add_settings(serve, *_ASKING, "host", "port", "allowed_hosts")

    evaluate = _add(commands, "evaluate", run_evaluate, "ask many questions and report figures")
    evaluate.epilog = (
        "examples:\n  assistant evaluate tests/data/article_questions.jsonl --out runs/article\n"
        "  assistant evaluate path/to/beir/scifact\n"
        '  assistant evaluate questions.jsonl --out runs/new --baseline runs/old --gate "worse<=0"'
    )
    _add_settings(evaluate, *_ASKING, "embedder")
    evaluate.add_argument(
        "questions",
        type=Path,
        help="a file of questions, SQuAD JSON, questions.jsonl next to a corpus.jsonl, the folder "
        "of the project's own sets (assistant/train/questions), or a BEIR folder",
    )
    evaluate.add_argument(
        "--open",
        action="store_true",
        help="ask a question set of one index of all its documents; else each question is asked of "
        "its own document alone",
    )
    evaluate.add_argument(
        "--reader-only",
        action="store_true",
        help="give each question's own document to the reader alone: AUROC and F1 of its best span "
        "(always so for SQuAD JSON and lines, unless --open)",
    )
    evaluate.add_argument(
        "--documents", type=Path, nargs="+", default=[], help="with --open: more of them (files)"
    )
    evaluate.add_argument(
        "--where", metavar="F=V", action="append", default=[],
        help="only questions with this value, say split=dev; may be repeated",
    )  # fmt: skip
    evaluate.add_argument("--sample", type=int, metavar="N", help="of a question set, so many")
    evaluate.add_argument(
        "--out", type=Path, help="folder for rows.jsonl, report.json and report.html"
    )
    evaluate.add_argument(
        "--resume", action="store_true", help="go on with the run in --out, or refuse"
    )
    evaluate.add_argument("--baseline", type=Path, metavar="RUN", help="compare with this --out")
    evaluate.add_argument(
        "--gate", metavar="CONDITIONS", help='exit with 3 unless "f1>=0.80,f1_drop<=0.01" holds'
    )
    evaluate.add_argument("--junit", type=Path, metavar="FILE", help="the gate as JUnit XML")
    evaluate.add_argument("--seed", type=int, default=0, help="of sample and intervals (0)")
    evaluate.add_argument("--split", choices=("tune", "held"), help="ask only these questions")
    evaluate.add_argument("--json", action="store_true", help="print the report as JSON")
    _add_train(commands)
    calibrate = _add(
        commands,
        "calibrate",
        run_calibrate,
        "fit the confidence of a reader, and print its figures",
    )
    calibrate.epilog = "examples:\n  assistant calibrate my-reader"
    calibrate.add_argument("folder", type=Path, help="folder of a reader; its settings are written")
    calibrate.add_argument(
        "--questions",
        type=Path,
        default=QUESTIONS_FOLDER,
        metavar="FOLDER",
        help="question sets, whose split dev is asked (the project's own)",
    )
    return parser


def _add_train(commands: Commands) -> None:
    train = _add(commands, "train", run_train, "train a reader of your own")
    train.epilog = (
        "examples:\n  assistant train questions train-v1.1.json.gz=0.4 --out my-reader\n"
        "  assistant train questions own.json=3 --base my-reader --out better\n"
        "  assistant train questions --teacher larger-reader --questions 400000 --out taught\n"
        "  assistant train --average my-reader better --shares 0.4 0.6 --out mean\n"
        "  assistant index --reader mean && assistant ask --reader mean ..."
    )
    train.add_argument(
        "sources",
        nargs="*",
        metavar="SOURCE[=WEIGHT]",
        help="SQuAD JSON, a folder of question sets, or `questions`: the project's own",
    )
    train.add_argument("--out", type=Path, required=True, help="folder for the reader")
    train.add_argument(
        "--base", default="packaged", help="folder of an encoder or a reader (packaged)"
    )
    train.add_argument("--teacher", type=Path, help="folder of a larger reader to learn from")
    train.add_argument("--questions", type=int, metavar="N", help="in all (one pass)")
    train.add_argument("--rate", type=float, default=1e-4, help="peak learning rate (1e-4)")
    train.add_argument("--seed", type=int, default=0, help="of everything random (0)")
    train.add_argument(
        "--checkpoints",
        type=Path,
        default=Path("build/train"),
        help="folder to go on from after a stop (build/train)",
    )
    train.add_argument("--licence", default="not stated", help="of the weights, for their card")
    train.add_argument(
        "--average", nargs="+", type=Path, metavar="READER", help="average readers instead"
    )
    train.add_argument(
        "--shares", nargs="+", type=float, metavar="SHARE", help="of each, in sum 1 (equal)"
    )


def _add(commands: Commands, name: str, run: Run, summary: str) -> argparse.ArgumentParser:
    command = commands.add_parser(
        name,
        help=summary,
        description=summary.capitalize() + ".",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    command.set_defaults(run=run)
    return command


def _read_day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is no day: write it as 2025-03-01") from None


def _count_from_one(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"{number} is less than 1")
    return number


def _add_settings(command: argparse.ArgumentParser, *names: str) -> None:
    for name in names:
        field = Settings.model_fields[name]
        default = field.default if field.default not in ((), None) else "none"
        command.add_argument(
            f"--{name.replace('_', '-')}", metavar="X", help=f"{field.description} ({default})"
        )
