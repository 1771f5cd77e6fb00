"""The command line: index, doctor, players, ask, serve, mcp, evaluate, train, calibrate."""

import argparse
import logging
import os
import sys
from collections.abc import Sequence

from assistant import __version__
from assistant.cli import asking, evaluating, indexing, serving, training
from assistant.errors import AssistantError
from assistant.settings import Settings, read_settings

LOG = logging.getLogger("assistant")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command and return its exit status.

    1: a person's mistake, reported in one line; 2: wrong usage; 70: a bug; 75: another process is
    building the index; 130 and 141, as in shells: interrupted, output closed.
    """
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s")
    parsed = make_parser().parse_args(arguments)
    try:
        names = [name for name in Settings.model_fields if hasattr(parsed, name)]
        settings = read_settings(**{name: getattr(parsed, name) for name in names})
        code: int = parsed.run(parsed, settings)
        sys.stdout.flush()
    except AssistantError as error:
        print(f"assistant: {error}", file=sys.stderr)
        return error.exit_status
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:  # the reader of our output, such as `head`, has closed it
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 141
    except Exception:
        LOG.exception("a bug in the assistant")
        return 70
    return code


def make_parser() -> argparse.ArgumentParser:
    """The parser of all commands; `run` in its result is the function of the command."""
    parser = argparse.ArgumentParser(
        prog="assistant",
        description="Ask documents a question and get an answer that can be checked.",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        epilog="examples:\n  assistant index\n"
        '  assistant ask "How much do the Quark AI glasses cost?"\n'
        "  assistant serve\n\n"
        "Settings can also come from the environment: ASSISTANT_INDEX=notes assistant serve",
    )
    parser.add_argument("--version", action="version", version=f"assistant {__version__}")
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")
    for group in (indexing, asking, serving, evaluating, training):
        group.add_commands(commands)
    return parser
