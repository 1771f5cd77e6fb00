"""The Assistant of an app, replaced when a new generation of its index is published."""

import logging
import threading
import time
from dataclasses import dataclass

from assistant.answer import Assistant
from assistant.errors import AssistantError, IndexDamagedError, ShortageError, StoreError
from assistant.index.local import LocalStore
from assistant.index.store import Store, open_store
from assistant.settings import Settings

LOG = logging.getLogger("assistant")
RETRY_SECONDS = 30.0  # before a generation that could not be opened is tried again


@dataclass(frozen=True, slots=True)
class _Opened:
    """An Assistant, and the generation that was published when it was opened: None for no index,
    "" for a damaged pointer. `problem` says why that generation does not answer, which failed at a
    time in seconds.
    """

    assistant: Assistant
    published: str | None
    problem: str | None = None
    failed: float = 0.0

    @property
    def warning(self) -> str | None:
        return self.problem or self.assistant.generation.warning


class CurrentAssistant:
    """Returns the Assistant for each request.

    The first request after a new generation was published opens it, and the others wait. Where it
    can't be opened, the previous one goes on answering as long as its files are kept: a build that
    has removed a document keeps no generation with it, so no answer comes from it. A request keeps
    the Assistant that it got; an old one is closed with the last request that uses it.
    """

    def __init__(self, settings: Settings, assistant: Assistant | None = None) -> None:
        self.settings = settings
        self.index = settings.indexes / settings.index  # the folder in which it is built
        self._store: Store = open_store(settings)
        self._opened: _Opened | None = None
        if assistant is not None:
            generation = assistant.generation
            if settings.store is None:
                self.index = generation.folder.parent
                self._store = LocalStore(self.index)
            self._opened = _Opened(assistant, generation.manifest.generation)
        self._lock = threading.Lock()
        self.reloads = {"ok": 0, "failed": 0}  # new generations that were opened, and that were not

    def __call__(self) -> Assistant:
        """Raises what `Assistant.open` raises while there is no intact index."""
        if (assistant := self._find_current()) is not None:
            return assistant
        with self._lock:
            # Another request may have opened it meanwhile.
            return self._find_current() or self._open()

    @property
    def opened(self) -> Assistant | None:
        """The Assistant that answered last; nothing is opened."""
        opened = self._opened  # once: another thread may replace it
        return None if opened is None else opened.assistant

    @property
    def is_opening(self) -> bool:
        """Whether a generation is being opened."""
        return self._lock.locked()

    @property
    def warning(self) -> str | None:
        """What is wrong with the index while a previous generation answers."""
        opened = self._opened
        return None if opened is None else opened.warning

    def _find_current(self) -> Assistant | None:
        """The open Assistant; None where another is to be opened."""
        published, opened = self._find_published(), self._opened
        if opened is None or not opened.assistant.generation.is_kept:
            return None
        is_same = published is None or published == opened.published
        is_due = opened.problem is not None and time.monotonic() > opened.failed + RETRY_SECONDS
        return opened.assistant if is_same and not is_due else None

    def _find_published(self) -> str | None:
        """The generation in use; "" where that can't be read."""
        try:
            return self._store.find_in_use()
        except (IndexDamagedError, ShortageError, StoreError):
            return ""

    def _open(self) -> Assistant:
        """Open what is published, or else keep the previous generation."""
        published = self._find_published()
        try:
            opened = _Opened(Assistant.open(self._store, settings=self.settings), published)
        except Exception as error:
            previous = self._opened
            if previous is None or not previous.assistant.generation.is_kept:
                self._opened = None
                raise
            problem = f"{error}; the previous generation answers"
            if not isinstance(error, AssistantError):
                problem = f"a new generation can't be opened ({error}); the previous one answers"
                LOG.exception("a new generation can't be opened")
            opened = _Opened(previous.assistant, published, problem, time.monotonic())
            LOG.warning(problem)
        if self._opened is not None:
            self.reloads["ok" if opened.problem is None else "failed"] += 1
        self._opened = opened
        return opened.assistant
