"""Commands are added to the parser, with their settings and examples."""

import argparse
from collections.abc import Callable, Sequence
from datetime import date
from typing import TypeAlias

from assistant.records import DocumentFilter
from assistant.settings import Settings

Commands: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"

PLACE = ("indexes", "index", "store")
ASKING = (
    *PLACE, "reader", "passages_read", "threshold", "llm_url", "llm_model", "llm_seconds"
)  # fmt: skip


def add_command(
    commands: Commands,
    name: str,
    run: Callable[[argparse.Namespace, Settings], int],
    summary: str,
    *examples: str,
    settings: Sequence[str] = (),
    json: str | None = "print JSON, also for errors",
) -> argparse.ArgumentParser:
    """Add a command with an option for each of its settings, and --json with this help."""
    command = commands.add_parser(
        name,
        help=summary,
        description=summary[0].upper() + summary[1:] + ".",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        epilog="examples:\n" + "\n".join(f"  {example}" for example in examples),
    )
    command.set_defaults(run=run, parser=command)
    if json is None:
        command.set_defaults(json=False)
    else:
        command.add_argument("--json", action="store_true", help=json)
    for setting in settings:
        field = Settings.model_fields[setting]
        name = f"--{setting.replace('_', '-')}"
        if field.annotation is bool:  # None if it is not given, so that the environment decides
            command.add_argument(name, action="store_const", const=True, help=field.description)
            continue
        default = "" if field.default in ((), None) else f" (default: {field.default})"
        command.add_argument(name, help=f"{field.description}{default}")
    return command


def add_filter(command: argparse.ArgumentParser) -> None:
    """Add the options that choose which documents are asked."""
    add = command.add_argument
    text = "ask only this document; may be repeated"
    add("--document", action="append", default=[], metavar="ID", help=text)
    text = "ask only documents published on this day, 2025-03-01, or later"
    add("--published-from", type=read_day, metavar="DAY", help=text)
    text = "ask only documents published on this day or before"
    add("--published-to", type=read_day, metavar="DAY", help=text)
    text = "ask only documents of this format, such as pdf; may be repeated"
    add("--format", action="append", default=[], metavar="FORMAT", help=text)


def read_filter(options: argparse.Namespace) -> DocumentFilter:
    """The filter that the options of `add_filter` give."""
    return DocumentFilter(
        tuple(options.document),
        options.published_from,
        options.published_to,
        tuple(options.format),
    )


def read_day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not a date like 2025-03-01") from None
