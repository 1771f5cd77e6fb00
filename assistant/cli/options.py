"""Commands are added to the parser, with their settings and examples."""

import argparse
from collections.abc import Callable, Sequence
from typing import TypeAlias

from assistant.settings import Settings

Commands: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"

PLACE = ("indexes", "index")
ASKING = (*PLACE, "reader", "passages_read", "threshold")


def add_command(
    commands: Commands,
    name: str,
    run: Callable[[argparse.Namespace, Settings], int],
    summary: str,
    *examples: str,
    settings: Sequence[str] = (),
) -> argparse.ArgumentParser:
    """Add a command with an option for each of its settings."""
    command = commands.add_parser(
        name,
        help=summary,
        description=summary[0].upper() + summary[1:] + ".",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        epilog="examples:\n" + "\n".join(f"  {example}" for example in examples),
    )
    command.set_defaults(run=run)
    for setting in settings:
        field = Settings.model_fields[setting]
        name = f"--{setting.replace('_', '-')}"
        if field.annotation is bool:  # None if it is not given, so that the environment decides
            command.add_argument(name, action="store_const", const=True, help=field.description)
            continue
        default = "" if field.default in ((), None) else f" (default: {field.default})"
        command.add_argument(name, help=f"{field.description}{default}")
    return command
