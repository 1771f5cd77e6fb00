"""The command line: index, doctor, ask, players, serve, evaluate, train."""

import logging
import os
import sys
from collections.abc import Sequence

from assistant.cli.parser import make_parser
from assistant.errors import AssistantError
from assistant.settings import Settings, read_settings

LOG = logging.getLogger("assistant")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command: 0 done, 1 a person's mistake told in one line, 2 wrong usage, 70 a fault.

    130 and 141 as shells say it: interrupted, and nobody left to read the output.
    """
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s")
    given = make_parser().parse_args(arguments)
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
