"""The command line: index, ask, serve, evaluate, train."""

import argparse
import logging
import os
import socket
import sys
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias, TypeVar

from assistant import __version__
from assistant.errors import (
    AssistantError,
    EvaluationError,
    IndexAbsentError,
    SettingError,
    TrainingError,
)
from assistant.settings import Settings, read_settings

if TYPE_CHECKING:
    from assistant.evaluate.measures import Figure

LOG = logging.getLogger("assistant")
Item = TypeVar("Item")
Run = Callable[[argparse.Namespace, Settings], int]
Commands: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"

_PLACE = ("indexes", "index")
_ASKING = (*_PLACE, "reader", "passages_read", "threshold")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command: 0 done, 1 a person's mistake told in one line, 2 wrong usage, 70 a fault.

    130 and 141 as shells say it: interrupted, and nobody left to read the output.
    """
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s")
    given = _parser().parse_args(arguments)
    try:
        names = [name for name in Settings.model_fields if hasattr(given, name)]
        settings = read_settings(**{name: getattr(given, name) for name in names})
        code: int = given.run(given, settings)
        sys.stdout.flush()
    except AssistantError as error:
        print(f"assistant: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:  # whoever read our output, `head` say, has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 141
    except Exception:
        LOG.exception("a fault of the assistant's own")
        return 70
    return code


def _parser() -> argparse.ArgumentParser:
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

    index = _add(commands, "index", _index, "build the index from the corpus, if it has changed")
    index.epilog = "examples:\n  assistant index\n  assistant index --corpus notes --index notes"
    _add_settings(index, *_PLACE, "corpus", "embedder", "reader")
    index.add_argument("--rebuild", action="store_true", help="build it even if nothing changed")

    index.add_argument("--json", action="store_true", help="print the manifest as JSON")

    ask = _add(commands, "ask", _ask, "ask a question")
    ask.epilog = (
        'examples:\n  assistant ask "How much do the Quark AI glasses cost?"\n'
        '  assistant ask --json --top-k 3 "Who is Wu Jia?"'
    )
    _add_settings(ask, *_ASKING)
    ask.add_argument("question", help="at most 2,000 characters")
    ask.add_argument("--json", action="store_true", help="print the answer as the API gives it")
    ask.add_argument("--top-k", type=int, default=8, help="passages to return, 1 to 50 (8)")

    serve = _add(commands, "serve", _serve, "serve the page and the JSON API")
    serve.epilog = (
        "examples:\n  assistant serve\n  ASSISTANT_TOKEN=... assistant serve --host 0.0.0.0"
    )
    _add_settings(serve, *_ASKING, "host", "port", "allowed_hosts")

    evaluate = _add(commands, "evaluate", _evaluate, "ask many questions and report figures")
    evaluate.epilog = (
        "examples:\n  assistant evaluate tests/data/article_questions.jsonl --out runs/article\n"
        "  assistant evaluate path/to/beir/scifact"
    )
    _add_settings(evaluate, *_ASKING, "embedder")
    evaluate.add_argument(
        "questions",
        type=Path,
        help="a file of questions, SQuAD JSON, questions.jsonl beside a corpus.jsonl, or a BEIR "
        "folder",
    )
    evaluate.add_argument(
        "--open",
        action="store_true",
        help="ask a question set of all its documents; else each question's own is given",
    )
    evaluate.add_argument(
        "--documents", type=Path, nargs="+", default=[], help="with --open: more of them (files)"
    )
    evaluate.add_argument(
        "--rerank", action="store_true", help="of a BEIR folder: rerank by the reader"
    )
    evaluate.add_argument("--where", metavar="F=V", help="of questions.jsonl, lines of this value")
    evaluate.add_argument("--sample", type=int, metavar="N", help="of a question set, so many")
    evaluate.add_argument("--out", type=Path, help="folder for rows.jsonl and report.json")
    evaluate.add_argument("--split", choices=("tune", "held"), help="ask only these questions")
    evaluate.add_argument("--json", action="store_true", help="print the report as JSON")
    _add_train(commands)
    return parser


def _add_train(commands: Commands) -> None:
    train = _add(commands, "train", _train, "train a reader of your own on SQuAD JSON")
    train.epilog = (
        "examples:\n  assistant train train-v1.1.json --out my-reader\n"
        "  assistant train train-v1.1.json own.json=3 --questions 200000 --out my-reader\n"
        "  assistant ask --reader my-reader ..."
    )
    train.add_argument("sources", nargs="+", metavar="FILE[=WEIGHT]", help="SQuAD JSON")
    train.add_argument("--out", type=Path, required=True, help="folder for the reader")
    train.add_argument("--base", default="packaged", help="folder of an encoder (packaged)")
    train.add_argument("--questions", type=int, metavar="N", help="in all (each once)")
    train.add_argument("--seed", type=int, default=0, help="of all that is drawn (0)")
    train.add_argument(
        "--checkpoints",
        type=Path,
        default=Path("build/train"),
        help="folder to go on from after a stop (build/train)",
    )
    train.add_argument("--licence", default="not stated", help="of the weights, for their card")


def _add(commands: Commands, name: str, run: Run, summary: str) -> argparse.ArgumentParser:
    command = commands.add_parser(
        name,
        help=summary,
        description=summary.capitalize() + ".",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    command.set_defaults(run=run)
    return command


def _add_settings(command: argparse.ArgumentParser, *names: str) -> None:
    for name in names:
        field = Settings.model_fields[name]
        default = field.default if field.default not in ((), None) else "none"
        command.add_argument(
            f"--{name.replace('_', '-')}", metavar="X", help=f"{field.description} ({default})"
        )


def _index(given: argparse.Namespace, settings: Settings) -> int:
    from assistant.build import build_index

    folder = settings.indexes / settings.index
    report = build_index(
        settings.corpus,
        folder,
        embedder=settings.embedder,
        reader=settings.reader,
        rebuild=given.rebuild,
        progress=sys.stderr.isatty(),
    )
    for refusal in report.refused:
        print(f"refused {refusal.path}: {refusal.reason}", file=sys.stderr)
    manifest = report.manifest
    if given.json:
        print(manifest.model_dump_json(indent=1))
        return 0
    state = "built" if report.built else "up to date"
    print(
        f"{folder}: {state}, generation {manifest.generation}, {manifest.documents} documents, "
        f"{manifest.passages} passages, embedder {manifest.embedder}"
    )
    return 0


def _ask(given: argparse.Namespace, settings: Settings) -> int:
    from assistant.answer import Assistant
    from assistant.schema import render_answer, render_text

    body = render_answer(Assistant.open(settings=settings).ask(given.question, top_k=given.top_k))
    print(body.model_dump_json(indent=1) if given.json else render_text(body))
    return 0


def _serve(_given: argparse.Namespace, settings: Settings) -> int:
    import uvicorn

    from assistant.answer import Assistant
    from assistant.serve.access import check_address
    from assistant.serve.app import create_app

    check_address(settings)
    try:
        assistant = Assistant.open(settings=settings)
    except IndexAbsentError as error:
        print(f"assistant: {error}; until then the page says so", file=sys.stderr)
        assistant = None
    with _listen(settings) as listening:
        host, port = listening.getsockname()[:2]
        address = f"[{host}]" if ":" in host else host
        print(f"serving http://{address}:{port} (Ctrl+C stops it)", flush=True)
        app = create_app(assistant, settings=settings)
        # No access log: it would hold every question asked.
        config = uvicorn.Config(app, log_level="warning", server_header=False, access_log=False)
        uvicorn.Server(config).run(sockets=[listening])
    return 0


def _listen(settings: Settings) -> socket.socket:
    """A socket on the address to serve on. Raises SettingError where it can't be had."""
    where = f"{settings.host}, port {settings.port},"
    try:
        found = socket.getaddrinfo(settings.host, settings.port, proto=socket.IPPROTO_TCP)
        family, kind, protocol, _, address = found[0]
        # With its protocol named: asyncio turns Nagle's delay off for such sockets only, and an
        # answer would wait 40 ms for the acknowledgement of its headers.
        listening = socket.socket(family, kind, protocol)
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind(address)
        listening.listen()
        return listening
    except (OSError, UnicodeError) as error:  # the latter for a name that can be none
        reason = getattr(error, "strerror", None) or str(error)
        raise SettingError(
            f"{where} can't be served on ({reason})",
            hint="give another with --port or --host",
        ) from None


def _evaluate(given: argparse.Namespace, settings: Settings) -> int:
    from assistant.evaluate.beir import is_beir, run_beir
    from assistant.read import open_model

    if given.out:
        try:
            given.out.mkdir(parents=True, exist_ok=True)  # before an hour of asking
        except OSError as error:
            reason = error.strerror or str(error)
            raise EvaluationError(
                f"{given.out} can't be written ({reason})", hint="give another folder with --out"
            ) from None
    if is_beir(given.questions):
        beir = run_beir(
            given.questions,
            settings.indexes,
            embedder=settings.embedder,
            reader=open_model(settings.reader) if given.rerank else None,
            show_progress=sys.stderr.isatty(),
            progress=_show_progress,
        )
        _write_report(given, beir.model_dump_json(indent=1))
        if not given.json:
            print(f"{beir.questions} questions, {beir.documents} documents")
            _print_figures(beir.figures)
        return 0
    from assistant.evaluate.sets import is_set

    if is_set(given.questions):
        return _evaluate_set(given, settings)
    from assistant.answer import Assistant
    from assistant.evaluate.batch import run_batch, write_batch
    from assistant.evaluate.questions import read_questions

    questions = read_questions(given.questions, split=given.split)
    assistant = Assistant.open(settings=settings)
    rows, report = run_batch(assistant, questions, progress=_show_progress)
    if given.out:
        write_batch(given.out, rows, report)
    if given.json:
        print(report.model_dump_json(indent=1))
        return 0
    for name, group in {"all": report.all, **report.by_split, **report.by_kind}.items():
        print(f"\n{name}: {group.questions} questions")
        _print_figures(group.figures)
    times = ", ".join(f"{name} {value} ms" for name, value in report.milliseconds.items())
    print(f"\ntime of a question: {times}")
    return 0


def _evaluate_set(given: argparse.Namespace, settings: Settings) -> int:
    from assistant.answer import Assistant
    from assistant.evaluate import reading
    from assistant.evaluate.sets import read_documents, read_set
    from assistant.read import SENTENCE, open_model, open_reader

    found = read_set(given.questions, where=given.where)
    asked = reading.sample(found, given.sample)
    if given.open:
        more = [document for path in given.documents for document in read_documents(path)]
        documents = list({document.id: document for document in (*found.documents, *more)}.values())
        generation = reading.index_documents(
            documents,
            settings.indexes,
            embedder=settings.embedder,
            with_sentences=settings.reader == SENTENCE,
            progress=sys.stderr.isatty(),
        )
        reader = open_reader(settings.reader, generation)
        assistant = Assistant.of(generation, reader, settings)
        threshold = assistant.threshold
        rows = reading.ask_openly(asked, assistant, progress=_show_progress)
    else:
        if settings.reader == SENTENCE:
            raise EvaluationError(
                "reader sentence reads only what is indexed", hint="ask with --open"
            )
        documents, reader = list(found.documents), open_model(settings.reader)
        threshold = reader.threshold if settings.threshold is None else settings.threshold
        rows = reading.read_given(asked, reader, threshold, progress=_show_progress)
    figures = reading.report(
        rows,
        name=given.questions.name,
        documents=len(documents),
        opened=given.open,
        reader=reader.name,
        threshold=threshold,
        calibrated=reader.weighing is not None,
    )
    if given.out:
        reading.write_rows(given.out / "rows.jsonl", rows)
    _write_report(given, figures.model_dump_json(indent=1))
    if not given.json:
        print(f"{len(rows)} questions, {len(documents)} documents, threshold {threshold}")
        _print_figures(figures.figures)
    return 0


def _train(given: argparse.Namespace, _settings: Settings) -> int:
    from assistant.train.run import train_reader
    from assistant.train.sources import parse_source

    if given.questions is not None and given.questions < 1:
        raise TrainingError(f"questions is {given.questions}", hint="give 1 or more")
    train_reader(
        [parse_source(source) for source in given.sources],
        given.out,
        base=given.base,
        questions=given.questions,
        seed=given.seed,
        checkpoints=given.checkpoints,
        licence=given.licence,
        show=sys.stderr.isatty(),
    )
    print(f"{given.out}: trained; use it with --reader {given.out}")
    return 0


def _write_report(given: argparse.Namespace, report: str) -> None:
    from assistant.evaluate.batch import REPORT

    if given.out:
        (given.out / REPORT).write_text(report + "\n", encoding="utf-8")
    if given.json:
        print(report)


def _print_figures(figures: "dict[str, Figure]") -> None:
    for name, figure in figures.items():
        if figure.value is not None:
            interval = f"[{figure.low:.3f}, {figure.high:.3f}]"
            print(f"  {name:24} {figure.value:.3f}  {interval}  n={figure.n}")


def _show_progress(items: Iterable[Item]) -> Iterable[Item]:
    from tqdm import tqdm

    shown: Iterable[Item] = tqdm(items, desc="asking", disable=not sys.stderr.isatty())
    return shown


if __name__ == "__main__":
    sys.exit(main())
