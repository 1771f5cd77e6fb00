"""An optional language model rephrases an answer, and cannot add to it."""

from typing import Protocol

from assistant.records import Answer
from assistant.settings import Settings


class Writer(Protocol):
    """Rephrases answers. Threads may share it."""

    def rephrase(self, answer: Answer) -> Answer:
        """The answer in words that its citations support; the same answer where that fails."""


def open_writer(settings: Settings) -> Writer | None:
    """The writer that the settings name; None without one."""
    if settings.llm_url is None:
        return None
    raise NotImplementedError
