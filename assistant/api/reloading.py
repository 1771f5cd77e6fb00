"""The Assistant of an app, replaced when a new generation of its index is published."""

import logging
import threading

from assistant.answer import Assistant
from assistant.errors import AssistantError, IndexAbsentError, IndexDamagedError
from assistant.index.integrity import read_pointer
from assistant.settings import Settings

LOG = logging.getLogger("assistant")


class CurrentAssistant:
    """Returns the Assistant for each request.

    A request keeps the one it got; an old one is closed with the last request that uses it. A new
    one is opened in the background while the old one answers.
    """

    def __init__(self, settings: Settings, assistant: Assistant | None = None) -> None:
        self.warning: str | None = None
        self._settings = settings
        self._assistant = assistant
        folder = assistant.generation.folder if assistant is not None else None
        self._index = folder.parent if folder else settings.indexes / settings.index
        self._tried = folder.name if folder else None  # the generation last opened, or refused
        self._lock = threading.Lock()
        self._reloading: threading.Thread | None = None

    def __call__(self) -> Assistant:
        """Raises what `Assistant.open` raises while there is no intact index."""
        published = self._find_published()
        if self._assistant is not None and published in (None, self._tried):
            return self._assistant
        with self._lock:
            if self._assistant is None:
                self._assistant = Assistant.open(settings=self._settings)
                self._tried = published
            elif published != self._tried and self._reloading is None:
                self._reloading = threading.Thread(target=self._reload, daemon=True)
                self._reloading.start()
            return self._assistant

    def wait(self) -> None:
        """Wait for a generation that is being opened in the background."""
        reloading = self._reloading
        if reloading is not None:
            reloading.join()

    def _find_published(self) -> str | None:
        """The generation that the index's pointer names; "" where it is damaged."""
        try:
            return read_pointer(self._index).generation
        except IndexAbsentError:
            return None
        except IndexDamagedError:
            return ""

    def _reload(self) -> None:
        # Read before opening, so that a generation published meanwhile is opened next.
        published = self._find_published()
        warning = None
        try:
            opened = Assistant.open(self._index, settings=self._settings)
        except AssistantError as error:
            warning = f"{error}; the previous generation answers"
        except Exception as error:  # the previous generation goes on answering
            LOG.exception("a new generation can't be opened")
            warning = f"a new generation can't be opened ({error})"
        with self._lock:
            self.warning, self._tried, self._reloading = warning, published, None
            if warning is None:
                self._assistant = opened
        if warning is not None:
            LOG.warning(warning)
