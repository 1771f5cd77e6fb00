"""The log: text or JSON, a line for each record, with the id of its request and without secrets."""

import json
import logging
from collections.abc import Iterable
from copy import copy
from datetime import UTC, datetime
from urllib.parse import quote

from assistant.api.observing.request import find_observed
from assistant.settings import SECRETS, Settings

HIDDEN = "(hidden)"
TEXT = "%(levelname)s %(name)s%(request)s: %(message)s"
# Shorter ones could be anything, such as a port.
SHORTEST_SECRET = 6


def set_up_logging(settings: Settings) -> None:
    """Have the process log as the settings say, also what uvicorn and `warnings` report."""
    secrets = [getattr(settings, name) for name in SECRETS]
    hiding = Hiding(secret for secret in secrets if secret is not None)
    formatter = JsonFormatter(hiding) if settings.log == "json" else TextFormatter(hiding)
    for handler in logging.getLogger().handlers:
        if type(handler) is logging.StreamHandler:  # not one that a test has added
            handler.setFormatter(formatter)
            handler.addFilter(add_request)
    logging.captureWarnings(True)


def add_request(record: logging.LogRecord) -> bool:
    """A filter that adds the id of the request that is being answered, as `request_id`."""
    observed = find_observed()
    record.request_id = observed.id if observed is not None else None
    return True


class Hiding:
    """Replaces secrets in texts, also as they are written in Python, JSON and addresses."""

    def __init__(self, secrets: Iterable[str]) -> None:
        self._forms = sorted(
            {
                form
                for secret in secrets
                if len(secret) >= SHORTEST_SECRET
                for form in (secret, repr(secret)[1:-1], json.dumps(secret)[1:-1], quote(secret))
            },
            key=len,
            reverse=True,
        )

    def __call__(self, text: str) -> str:
        for form in self._forms:
            text = text.replace(form, HIDDEN)
        return text


class TextFormatter(logging.Formatter):
    """A line for a person. Control characters are escaped, so that no value can pass for another
    record; the lines of a traceback are indented.
    """

    def __init__(self, hiding: Hiding) -> None:
        super().__init__(TEXT)
        self._hiding = hiding

    def format(self, record: logging.LogRecord) -> str:
        record = copy(record)
        found = getattr(record, "request_id", None)
        record.request = f" [{found}]" if found else ""
        record.exc_text = None  # what another formatter made of the traceback
        return super().format(record)

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - the name in logging
        return escape(self._hiding(super().formatMessage(record)))

    def formatException(self, ei: object) -> str:  # noqa: N802
        return self._indent(super().formatException(ei))  # type: ignore[arg-type]

    def formatStack(self, stack_info: str) -> str:  # noqa: N802
        return self._indent(stack_info)

    def _indent(self, text: str) -> str:
        return "\n".join(f"    {escape(line)}" for line in self._hiding(text).split("\n"))


class JsonFormatter(logging.Formatter):
    """A JSON object for a program: time, level, logger, message, request_id, and the fields of the
    record. Its exception, if there is one, is the traceback.
    """

    def __init__(self, hiding: Hiding) -> None:
        super().__init__()
        self._hiding = hiding

    def format(self, record: logging.LogRecord) -> str:
        time = datetime.fromtimestamp(record.created, UTC)
        line: dict[str, object] = {
            "time": time.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
            "request_id": getattr(record, "request_id", None),
            **getattr(record, "fields", {}),
        }
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        hidden = {
            name: self._hiding(value) if isinstance(value, str) else value
            for name, value in line.items()
        }
        return json.dumps(hidden, default=str)  # in ASCII: nothing in it controls a terminal


def escape(text: str) -> str:
    r"""A text on one line.

    >>> print(escape("one\n\x1b[2J"))
    one\n\u001b[2J
    """
    return "".join(c if c.isprintable() else json.dumps(c)[1:-1] for c in text)
