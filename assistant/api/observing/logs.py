"""The log: text or JSON, a line for each record, with the id of its request and without secrets."""

import json
import logging
from collections.abc import Iterable
from copy import copy
from datetime import UTC, datetime
from typing import Self
from urllib.parse import quote

from assistant.api.observing.request import find_request_id
from assistant.settings import HIDDEN, SECRETS, Settings
from assistant.terminal import LineFormatter

TEXT = "%(levelname)s %(name)s%(request)s: %(message)s"
# Shorter ones could be anything, such as a port.
SHORTEST_SECRET = 6


def set_up_logging(settings: Settings) -> None:
    """Have the process log as the settings say, also what uvicorn and `warnings` report."""
    hiding = Hiding.of(settings)
    formatter = JsonFormatter(hiding) if settings.log == "json" else TextFormatter(hiding)
    for handler in logging.getLogger().handlers:
        if type(handler) is logging.StreamHandler:  # not one that a test has added
            handler.setFormatter(formatter)
            handler.addFilter(add_request)


def add_request(record: logging.LogRecord) -> bool:
    """A filter that adds the id of the request that is being answered, as `request_id`."""
    record.request_id = find_request_id() or None
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

    @classmethod
    def of(cls, settings: Settings) -> Self:
        secrets = (getattr(settings, name) for name in SECRETS)
        return cls(secret for secret in secrets if secret is not None)

    def __call__(self, text: str) -> str:
        for form in self._forms:
            text = text.replace(form, HIDDEN)
        return text


class TextFormatter(LineFormatter):
    """A line for a person."""

    def __init__(self, hiding: Hiding) -> None:
        super().__init__(TEXT)
        self._hiding = hiding

    def format(self, record: logging.LogRecord) -> str:
        found = getattr(record, "request_id", None)
        record = copy(record)
        record.request = f" [{found}]" if found else ""
        return self._hiding(super().format(record))


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
