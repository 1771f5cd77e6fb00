"""The command line: index, doctor, players, ask, serve, mcp, evaluate, train, calibrate."""

import argparse
import logging
import sys
from collections.abc import Sequence

from assistant import __version__, errors
from assistant.cli import asking, evaluating, indexing, serving, training
from assistant.cli.output import (
    Parser,
    discard_output,
    escaped_output,
    print_json,
    report_error,
)
from assistant.errors import AssistantError
from assistant.settings import Settings, read_settings

LOG = logging.getLogger("assistant")
BUG, INTERRUPTED, OUTPUT_CLOSED = 70, 130, 141
EXIT_STATUSES = {
    0: "done, also where a question is not answered",
    errors.MISTAKE: "a mistake: the message says what to do; of doctor: problems were found",
    errors.USAGE: "a wrong or missing option",
    errors.GATE_FAILED: "a gate of evaluate failed",
    errors.NO_INDEX: "no index, or one that can't be used: run `assistant index`",
    errors.NO_CORPUS: "the folder of documents can't be read, or has no document",
    errors.NOT_WRITTEN: "nothing can be written: the disk is full, or a permission is missing",
    BUG: "a bug, which is logged",
    errors.SHORT: "no memory or open files are left: try again later",
    errors.SHORT: "the system has no memory or open files left",
    errors.BUSY: "another process is building the index: try again later",
    INTERRUPTED: "interrupted by Ctrl+C",
    OUTPUT_CLOSED: "the reader of the output has closed it",
}
_FAULT = {"code": "fault", "message": "a bug in the assistant", "hint": "see standard error"}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command and return its exit status, one of EXIT_STATUSES.

    With --json, exactly one JSON document is printed, also for an error; only a command that is
    interrupted prints none.
    """
    with escaped_output():
        return _run(sys.argv[1:] if arguments is None else arguments)


def _run(arguments: Sequence[str]) -> int:
    as_json = "--json" in arguments
    settings = None
    try:
        parsed, unknown = make_parser().parse_known_args(arguments)
        if unknown:
            parsed.parser.error(f"unrecognized arguments: {' '.join(unknown)}")
        as_json = parsed.json
        names = [name for name in Settings.model_fields if hasattr(parsed, name)]
        settings = read_settings(**{name: getattr(parsed, name) for name in names})
        code: int = parsed.run(parsed, settings)
        sys.stdout.flush()
    except AssistantError as error:
        return _fail(error, settings, as_json=as_json)
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:  # the reader of our output, such as `head`, has closed it
        discard_output()
        return OUTPUT_CLOSED
    except Exception as error:
        if (shortage := errors.find_shortage(error)) is not None:
            return _fail(shortage, settings, as_json=as_json)
        LOG.exception("a bug in the assistant")
        if as_json:
            print_json({"error": _FAULT})
        return BUG
    return code


def _fail(error: AssistantError, settings: Settings | None, *, as_json: bool) -> int:
    if isinstance(error, errors.OutputError):
        discard_output()
    try:
        report_error(error, settings, as_json=as_json)
    except BrokenPipeError:
        discard_output()
        return OUTPUT_CLOSED
    return error.exit_status


def make_parser() -> argparse.ArgumentParser:
    """The parser of all commands; `run` in its result is the function of the command."""
    statuses = "\n".join(f"  {status:3}  {text}" for status, text in EXIT_STATUSES.items())
    parser = Parser(
        prog="assistant",
        description="Ask documents a question and get an answer that can be checked.",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        epilog="examples:\n  assistant index\n"
        '  assistant ask "How much do the Quark AI glasses cost?"\n'
        "  assistant serve\n\n"
        "Settings can also come from the environment: ASSISTANT_INDEX=notes assistant serve\n\n"
        f"exit status:\n{statuses}",
    )
    parser.add_argument("--version", action="version", version=f"assistant {__version__}")
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")
    for group in (indexing, asking, serving, evaluating, training):
        group.add_commands(commands)
    return parser
