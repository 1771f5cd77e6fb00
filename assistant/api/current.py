"""The Assistant of an app: given, or opened; another where a new generation is published."""

import logging
import threading
from pathlib import Path

from assistant.answer import Assistant
from assistant.errors import AssistantError, IndexAbsentError, IndexDamagedError
from assistant.index.integrity import CURRENT, read_pointer
from assistant.settings import Settings

LOG = logging.getLogger("assistant")

Seen = tuple[int, int, int] | None


class CurrentAssistant:
    """Gives each request the Assistant to answer it with: one generation, whole.

    A request keeps the one it was given until it is done; an old one is closed with the last
    request that holds it. A new one is opened in the background, while the old one answers.
    """

    def __init__(self, settings: Settings, assistant: Assistant | None = None) -> None:
        self.warning: str | None = None
        self._settings = settings
        folder = settings.indexes / settings.index
        self._index = folder if assistant is None else assistant.generation.folder.parent
        self._seen = _look(self._index)
        if assistant is not None and not _is_current(assistant):
            self._seen = None  # another was published since it was opened
        self._assistant = assistant
        self._lock = threading.Lock()
        self._renewing: threading.Thread | None = None

    def __call__(self) -> Assistant:
        """The Assistant. Raises what opening raises while there is no sound index."""
        assistant = self._assistant
        if assistant is not None and _look(self._index) == self._seen:
            return assistant
        with self._lock:
            if self._assistant is None:
                self._seen = _look(self._index)
                self._assistant = Assistant.open(settings=self._settings)
            elif _look(self._index) != self._seen and self._renewing is None:
                self._renewing = threading.Thread(target=self._renew, daemon=True)
                self._renewing.start()
            return self._assistant

    def wait(self) -> None:
        """Wait until a generation that was noticed has been opened, or refused."""
        renewing = self._renewing
        if renewing is not None:
            renewing.join()

    def _renew(self) -> None:
        seen = _look(self._index)  # before opening: what is published meanwhile is noticed after
        warning = None
        try:
            opened = Assistant.open(self._index, settings=self._settings)
        except AssistantError as error:
            warning = f"{error}; the generation that was opened before answers"
        except Exception as error:  # whatever it is, questions go on being answered
            LOG.exception("a new generation can't be opened")
            warning = f"a new generation can't be opened ({error})"
        with self._lock:
            self.warning, self._seen, self._renewing = warning, seen, None
            if warning is None:
                self._assistant = opened
        if warning is not None:
            LOG.warning(warning)


def _look(index: Path) -> Seen:
    """What tells one published pointer from the next; None where there is none."""
    try:
        found = (index / CURRENT).stat()
    except OSError:
        return None
    return found.st_ino, found.st_mtime_ns, found.st_size


def _is_current(assistant: Assistant) -> bool:
    """Whether an Assistant answers from what its index's pointer names."""
    folder = assistant.generation.folder
    try:
        return read_pointer(folder.parent).generation == folder.name
    except (IndexAbsentError, IndexDamagedError):
        return False
