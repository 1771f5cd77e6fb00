"""A language model that says what it is given, without a server; and answers to rephrase."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from assistant.answer.writer import ModelWriter
from assistant.answer.writer.client import CompletionError
from assistant.answer.writer.prompt import Message
from assistant.records import Answer, Part
from tests.answers import BATTERY, LISTED, PRICE
from tests.model_server import MODEL

PAIR = replace(
    LISTED,
    parts=(Part("2,999 yuan", (1,), 4.0, 0.7), Part("4 hours", (2,), 3.0, 0.7)),
    citations=(PRICE, BATTERY),
)


@dataclass
class Scripted:
    """A model that says its texts one after another, without a server; None is a failure."""

    texts: list[str | None]
    model: str = MODEL

    def __post_init__(self) -> None:
        self.sent: list[Sequence[Message]] = []

    def complete(self, messages: Sequence[Message]) -> str:
        self.sent.append(messages)
        text = self.texts.pop(0)
        if text is None:
            raise CompletionError("no answer")
        return text


def rephrase(answer: Answer, *texts: str | None) -> Answer:
    """An answer as it is rephrased by the last of the texts."""
    model: Any = Scripted([*texts])
    writer = ModelWriter(model)
    for _ in texts:
        rephrased = writer.rephrase(answer)
    assert model.texts == []
    return rephrased


def list_parts(answer: Answer) -> list[tuple[str, tuple[int, ...]]]:
    return [(part.text, part.citations) for part in answer.parts]
