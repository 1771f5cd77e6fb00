"""The Assistant of an app, replaced when a new generation of its index is published."""

import logging
import threading

from assistant.answer import Assistant
from assistant.errors import AssistantError, IndexAbsentError, IndexDamagedError
from assistant.index.integrity import list_generations, read_pointer
from assistant.settings import Settings

LOG = logging.getLogger("assistant")


class CurrentAssistant:
    """Returns the Assistant for each request.

    The first request after a new generation was published opens it, and the others wait: an answer
    never comes from a document that the index no longer has. A request keeps the one it got; an old
    one is closed with the last request that uses it.
    """

    def __init__(self, settings: Settings, assistant: Assistant | None = None) -> None:
        self.settings = settings
        self._warning: str | None = None
        self._assistant = assistant
        folder = assistant.generation.folder if assistant is not None else None
        self.index = folder.parent if folder else settings.indexes / settings.index
        self._tried = folder.name if folder else None  # the generation last opened, or refused
        self._lock = threading.Lock()
        self.reloads = {"ok": 0, "failed": 0}  # new generations that were opened, and that were not

    def __call__(self) -> Assistant:
        """Raises what `Assistant.open` raises while there is no intact index."""
        # First the pointer, then the Assistant: another request may open a new one in between.
        published = self._find_published()
        is_same = published == self._tried or (published is None and not self._is_withdrawn())
        if self._assistant is not None and is_same:
            return self._assistant
        with self._lock:
            published = self._find_published()
            if published is None and self._is_withdrawn():
                self._assistant = self._tried = None
            if self._assistant is None:
                self._assistant = Assistant.open(settings=self.settings)
                self._tried = published
            elif published not in (None, self._tried):
                self._reload()
                self._tried = published
            return self._assistant

    @property
    def opened(self) -> Assistant | None:
        """The Assistant that answered last; nothing is opened."""
        return self._assistant

    @property
    def warning(self) -> str | None:
        """What is wrong with the index while a previous generation answers."""
        if self._warning is not None or self._assistant is None:
            return self._warning
        return self._assistant.generation.warning

    def _find_published(self) -> str | None:
        """The generation that the index's pointer names; "" where it is damaged."""
        try:
            return read_pointer(self.index).generation
        except IndexAbsentError:
            return None
        except IndexDamagedError:
            return ""

    def _is_withdrawn(self) -> bool:
        """Whether the index was emptied, because its corpus has no document left."""
        return self.index.is_dir() and not list_generations(self.index)

    def _reload(self) -> None:
        """Open what is published; where that fails, the previous generation goes on answering."""
        self._warning = None
        try:
            self._assistant = Assistant.open(self.index, settings=self.settings)
        except AssistantError as error:
            self._warning = f"{error}; the previous generation answers"
        except Exception as error:
            LOG.exception("a new generation can't be opened")
            self._warning = f"a new generation can't be opened ({error})"
        self.reloads["ok" if self._warning is None else "failed"] += 1
        if self._warning is not None:
            LOG.warning(self._warning)
