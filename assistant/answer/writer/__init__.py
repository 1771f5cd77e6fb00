"""An optional language model writes an answer out of the sentences it cites, and adds nothing.

prompt   what the model is sent
client   the request, with a deadline
claims   its text becomes claims
support  a claim is compared with the sentences that it cites
phrases  what may be missing of a sentence
keeping  the claims that are kept, if they still give the answer
"""

import logging
import threading
from collections import OrderedDict
from dataclasses import dataclass, field, replace
from time import perf_counter
from typing import Protocol, TypeAlias

from assistant.answer.writer.client import ChatServer, CompletionError
from assistant.answer.writer.keeping import Core, Material, find_material, keep_claims
from assistant.answer.writer.prompt import write_prompt
from assistant.records import EXTRACTIVE, Answer, Part
from assistant.settings import Settings

LOG = logging.getLogger("assistant")
CACHED = 1024  # answers
LONGEST = 6000  # characters of the sentences that are sent
Key: TypeAlias = tuple[str, tuple[tuple[int, str], ...], tuple[Core, ...], tuple[Part, ...]]


class Writer(Protocol):
    """Rephrases answers. Threads may share it."""

    @property
    def model(self) -> str:
        """The name of the language model."""

    def rephrase(self, answer: Answer) -> Answer:
        """The answer in words that its citations support; the same answer where that fails."""


def open_writer(settings: Settings) -> Writer | None:
    """The writer that the settings name; None without one.

    Raises ExtraAbsentError, SettingError.
    """
    if settings.llm_url is None or settings.llm_model is None:
        return None
    server = ChatServer(
        settings.llm_url, settings.llm_model, settings.llm_seconds, settings.llm_key
    )
    server.check()
    return ModelWriter(server)


@dataclass(frozen=True, slots=True)
class ModelWriter:
    """Lets a model rephrase answers; what it wrote is kept, so that each has one form."""

    server: ChatServer
    _kept: OrderedDict[Key, tuple[Part, ...]] = field(default_factory=OrderedDict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def model(self) -> str:
        return self.server.model

    def rephrase(self, answer: Answer) -> Answer:
        """The answer with the claims of the model that its citations support as its parts.

        The same answer where the model fails, or its claims leave out what the answer says.
        """
        if not _can_be_rephrased(answer):
            return answer
        material = find_material(answer)
        if sum(map(len, material.sentences.values())) > LONGEST:
            return answer
        began = perf_counter()
        parts = self._write(answer, material)
        answer = _add_time(answer, began)
        if not parts:
            return answer
        return replace(answer, parts=parts, generator=self.model, extractive=answer.parts)

    def _write(self, answer: Answer, material: Material) -> tuple[Part, ...]:
        """The claims of the model that are kept; () to keep the answer."""
        question = answer.question if answer.carried is None else answer.carried.full
        key = (question, tuple(material.sentences.items()), material.cores, answer.parts)
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key]
        messages = write_prompt(question, material.sentences, material.words)
        try:
            text = self.server.complete(messages)
        except CompletionError as error:
            # It may answer the next time: this is not kept.
            LOG.warning("the language model gave no answer (%s): not rephrased", error)
            return ()
        parts = keep_claims(text, material, confidence=answer.parts[0].confidence)
        with self._lock:
            # Of two that were written at the same time, all get the first.
            kept = self._kept.setdefault(key, parts)
            if len(self._kept) > CACHED:
                self._kept.popitem(last=False)
            return kept


def _can_be_rephrased(answer: Answer) -> bool:
    """Whether an answer consists of what documents say.

    What is counted is said by no sentence; sources that disagree are shown with what each says; and
    the values of a table are compared in its cells, which sentences would only repeat.
    """
    return (
        answer.status == "answered"
        and answer.generator == EXTRACTIVE
        and all(part.formula is None for part in answer.parts)
        and not answer.conflict
        and answer.table is None
    )


def _add_time(answer: Answer, began: float) -> Answer:
    """The answer with the time since then, in milliseconds."""
    took = round(1000 * (perf_counter() - began), 3)
    total = round(answer.timing_ms.get("total", 0.0) + took, 3)
    return replace(answer, timing_ms={**answer.timing_ms, "write": took, "total": total})
