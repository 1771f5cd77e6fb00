"""The commands train, calibrate and train-followups. What they need is imported when they run."""

import argparse
import sys
from pathlib import Path

from assistant.cli.options import Commands, add_command
from assistant.cli.output import print_json, warn
from assistant.errors import TrainingError
from assistant.settings import Settings
from assistant.terminal import escape


def add_commands(commands: Commands) -> None:
    option = add_command(
        commands, "train", run_train, "train a reader of your own",
        "assistant train questions train-v1.1.json.gz=0.4 --out my-reader",
        "assistant train questions own.json=3 --base my-reader --out better",
        "assistant train questions --teacher larger-reader --questions 400000 --out distilled",
        "assistant train --average my-reader better --shares 0.4 0.6 --out mean",
        "assistant index --reader mean && assistant ask --reader mean ...",
        json="print where the reader is and its figures (Markdown) as JSON",
    ).add_argument  # fmt: skip
    option(
        "sources", nargs="*", metavar="SOURCE[=WEIGHT]",
        help="SQuAD JSON, a folder of question sets, or `questions` for the project's own; "
        "the weight is how often each question is asked in a pass (default: 1)",
    )  # fmt: skip
    option("--out", type=Path, required=True, help="folder to write the reader to")
    base = "folder of an encoder or reader to start from (default: packaged)"
    option("--base", default="packaged", help=base)
    option("--teacher", type=Path, help="folder of a larger reader to learn from")
    option("--questions", type=int, metavar="N", help="how many in all (default: one pass)")
    option("--rate", type=float, default=1e-4, help="peak learning rate (default: 1e-4)")
    option("--seed", type=int, default=0, help="of everything random (default: 0)")
    checkpoints = "folder from which an interrupted run continues (default: build/train)"
    option("--checkpoints", type=Path, default=Path("build/train"), help=checkpoints)
    option("--licence", default="not stated", help="of the weights, for the model card")
    average = "average the weights of these readers instead of training"
    option("--average", nargs="+", type=Path, metavar="READER", help=average)
    shares = "of each averaged reader, with the sum 1 (default: equal)"
    option("--shares", nargs="+", type=float, metavar="SHARE", help=shares)

    option = add_command(
        commands, "calibrate", run_calibrate,
        "fit the confidence of a reader and print its figures",
        "assistant calibrate my-reader",
        "assistant calibrate my-reader --followups",
        json="print the figures (Markdown) as JSON",
    ).add_argument  # fmt: skip
    option("folder", type=Path, help="folder of the reader; its settings are rewritten")
    option(
        "--questions", type=Path, metavar="FOLDER",
        help="question sets; the split dev is asked (default: the project's own)",
    )  # fmt: skip
    option(
        "--followups", action="store_true",
        help="fit only the confidence of follow-ups, on the split train; the rest stays as it is",
    )  # fmt: skip

    option = add_command(
        commands, "train-followups", run_train_followups,
        "fit the model that tells a follow-up from a change of topic",
        "assistant train-followups --out assistant/read/packaged",
        json="print the figures as JSON",
    ).add_argument  # fmt: skip
    option("--out", type=Path, required=True, help="folder to write followup.json into")


def run_train(options: argparse.Namespace, _settings: Settings) -> int:
    if bool(options.sources) == bool(options.average):
        raise TrainingError(
            "--average takes no sources" if options.sources else "there is nothing to train on",
            hint="give sources, or readers after --average",
        )
    if options.questions is not None and options.questions < 1:
        raise TrainingError(f"questions is {options.questions}", hint="give 1 or more")
    if not 0 < options.rate < 1:
        raise TrainingError(f"rate is {options.rate:g}", hint="give one such as 1e-4")
    from assistant.questions.handwritten import QUESTIONS_FOLDER
    from assistant.train.run import average_readers, train_reader
    from assistant.train.sources import parse_source

    if options.average:
        shares = options.shares or [1 / len(options.average)] * len(options.average)
        average_readers(
            options.average, shares, options.out, base=options.base, licence=options.licence
        )
    else:
        train_reader(
            [parse_source(source) for source in options.sources],
            options.out,
            base=options.base,
            teacher=options.teacher,
            questions=options.questions,
            rate=options.rate,
            seed=options.seed,
            checkpoints=options.checkpoints,
            licence=options.licence,
            show=sys.stderr.isatty(),
        )
    figures = None
    if QUESTIONS_FOLDER.is_dir():
        figures = _calibrate(options.out, QUESTIONS_FOLDER)
    else:
        warn(
            f"{options.out}: not calibrated, its answers have no confidence: "
            "the questions to fit it on are in the source distribution only"
        )
    out = escape(options.out)
    done = f"{out}: done; `assistant index --reader {out}` puts it into the index"
    _print(options.out, figures, done, as_json=options.json)
    return 0


def run_train_followups(options: argparse.Namespace, _settings: Settings) -> int:
    from assistant.train.followups import fit_followups

    _print(options.out, fit_followups(options.out, show=sys.stderr.isatty()), as_json=options.json)
    return 0


def run_calibrate(options: argparse.Namespace, _settings: Settings) -> int:
    from assistant.questions.handwritten import QUESTIONS_FOLDER
    from assistant.read.span import SETTINGS

    if not (options.folder / SETTINGS).is_file():
        raise TrainingError(
            f"no reader in {options.folder}", hint="give a folder of `assistant train`"
        )
    questions = options.questions or QUESTIONS_FOLDER
    if options.followups:
        from assistant.evaluate import calibrate_followups as followups

        shown = sys.stderr.isatty()
        found = followups.calibrate_followups(options.folder, questions=questions, show=shown)
        figures = followups.describe(found)
    else:
        figures = _calibrate(options.folder, questions)
    _print(options.folder, figures, as_json=options.json)
    return 0


def _calibrate(folder: Path, questions: Path) -> str:
    from assistant.evaluate.calibrate import calibrate_reader, describe

    return describe(calibrate_reader(folder, questions=questions, show=sys.stderr.isatty()))


def _print(folder: Path, figures: str | None, *lines: str, as_json: bool) -> None:
    """Print the figures of what was written to a folder, as text or in JSON."""
    if as_json:
        print_json({"folder": str(folder), "figures": figures})
    else:
        print("\n".join(filter(None, [(figures or "").rstrip("\n"), *lines])))
