"""What commands print: text and JSON on standard output, problems on standard error.

Nothing that a document, a file name or an option contains controls the terminal: see
`assistant.terminal`.
"""

import argparse
import json
import logging
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from pathlib import Path
from typing import IO, NoReturn, cast

from assistant.errors import AssistantError, IndexAbsentError, UsageError
from assistant.settings import Settings
from assistant.terminal import EscapedStream, LineFormatter, escape, escape_lines

SHOWN_INDEXES = 10  # of those that a person may have meant


class Parser(argparse.ArgumentParser):
    """Refuses wrong usage with UsageError; its messages are escaped."""

    def error(self, message: str) -> NoReturn:
        raise UsageError(message, hint=f"see `{self.prog} --help`")

    def _print_message(self, message: str, file: object = None) -> None:
        super()._print_message(escape_lines(message), cast("IO[str] | None", file))


@contextmanager
def escaped_output() -> Iterator[None]:
    """Escape what is printed, and log to standard error with a line for each record."""
    handler = logging.StreamHandler()
    handler.setFormatter(LineFormatter("%(levelname)s %(name)s: %(message)s"))
    logging.basicConfig(level=logging.WARNING, handlers=[handler])
    logging.captureWarnings(True)
    if sys.stdout is None:  # closed by the shell, as by `>&-`
        sys.stdout = Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115 - until the end
    with redirect_stdout(cast("IO[str]", EscapedStream(sys.stdout))):
        yield


def discard_output() -> None:
    """Give up what could not be written, or it would be tried again at the end."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def print_json(value: object, *, indent: int | None = 1) -> None:
    """Print a JSON document; with `indent` None on one line."""
    print(json.dumps(value, ensure_ascii=False, indent=indent, allow_nan=False), flush=True)


def warn(text: object) -> None:
    """Print a problem on standard error, on one line."""
    print(f"assistant: {escape(text)}", file=sys.stderr)


def describe_error(error: AssistantError, settings: Settings | None) -> dict[str, str]:
    """An error as the API gives it; where an index is absent, the hint names the others there."""
    hint = error.hint
    if isinstance(error, IndexAbsentError) and settings is not None:
        from assistant.index.integrity import list_indexes  # numpy

        others = list_indexes(settings.indexes)
        if others:
            more = ", ..." if len(others) > SHOWN_INDEXES else ""
            named = f"{', '.join(others[:SHOWN_INDEXES])}{more}"
            hint = f"{hint}, or give another of {settings.indexes} with --index: {named}"
    return {"code": error.code, "message": error.message, "hint": hint}


def report_error(
    error: AssistantError,
    settings: Settings | None = None,
    *,
    as_json: bool = False,
    indent: int | None = 1,
) -> None:
    """Print an error on standard error and, for programs, as JSON on standard output."""
    described = describe_error(error, settings)
    warn(": ".join(filter(None, [described["message"], described["hint"]])))
    if as_json:
        print_json({"error": described}, indent=indent)
