"""The Assistant of an app, replaced when a new generation of its index is published."""

import logging
import threading
from pathlib import Path

from assistant.answer import Assistant
from assistant.errors import AssistantError, IndexAbsentError, IndexDamagedError
from assistant.index.integrity import CURRENT, read_pointer
from assistant.settings import Settings

LOG = logging.getLogger("assistant")

Version = tuple[int, int, int] | None


class CurrentAssistant:
    """Gives each request the Assistant that answers it, over one whole generation.

    A request keeps the one it got; an old one is closed with the last request that uses it. A new
    one is opened in the background while the old one answers.
    """

    def __init__(self, settings: Settings, assistant: Assistant | None = None) -> None:
        self.warning: str | None = None
        self._settings = settings
        folder = settings.indexes / settings.index
        self._index = folder if assistant is None else assistant.generation.folder.parent
        self._version = _read_version(self._index)
        if assistant is not None and not _is_current(assistant):
            self._version = None  # another was published since it was opened
        self._assistant = assistant
        self._lock = threading.Lock()
        self._reloading: threading.Thread | None = None

    def __call__(self) -> Assistant:
        """The Assistant. Raises what opening raises while there is no intact index."""
        assistant = self._assistant
        if assistant is not None and _read_version(self._index) == self._version:
            return assistant
        with self._lock:
            if self._assistant is None:
                self._version = _read_version(self._index)
                self._assistant = Assistant.open(settings=self._settings)
            elif _read_version(self._index) != self._version and self._reloading is None:
                self._reloading = threading.Thread(target=self._reload, daemon=True)
                self._reloading.start()
            return self._assistant

    def wait(self) -> None:
        """Wait until a generation that was noticed has been opened, or refused."""
        reloading = self._reloading
        if reloading is not None:
            reloading.join()

    def _reload(self) -> None:
        # Read before opening: what is published meanwhile is noticed afterwards.
        version = _read_version(self._index)
        warning = None
        try:
            opened = Assistant.open(self._index, settings=self._settings)
        except AssistantError as error:
            warning = f"{error}; the previous generation answers"
        except Exception as error:  # whatever it is, questions go on being answered
            LOG.exception("a new generation can't be opened")
            warning = f"a new generation can't be opened ({error})"
        with self._lock:
            self.warning, self._version, self._reloading = warning, version, None
            if warning is None:
                self._assistant = opened
        if warning is not None:
            LOG.warning(warning)


def _read_version(index: Path) -> Version:
    """What differs between one published pointer and the next; None where there is none."""
    try:
        found = (index / CURRENT).stat()
    except OSError:
        return None
    return found.st_ino, found.st_mtime_ns, found.st_size


def _is_current(assistant: Assistant) -> bool:
    """Whether an Assistant answers from the generation that its index's pointer names."""
    folder = assistant.generation.folder
    try:
        return read_pointer(folder.parent).generation == folder.name
    except (IndexAbsentError, IndexDamagedError):
        return False
