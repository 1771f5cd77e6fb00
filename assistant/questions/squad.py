"""SQuAD JSON, plain or gzipped; and how SQuAD compares texts.

Rajpurkar et al. 2016 and 2018, https://arxiv.org/abs/1606.05250, https://arxiv.org/abs/1806.03822.
"""

import json
import re
import string
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from assistant.errors import EvaluationError
from assistant.questions.files import read_text

_ARTICLES = re.compile(r"\b(a|an|the)\b")
_PUNCTUATION = str.maketrans("", "", string.punctuation)


@dataclass(frozen=True, slots=True)
class SquadQuestion:
    """A question about a paragraph; `answers` are gold texts with their offsets."""

    id: str
    question: str
    answers: tuple[tuple[str, int], ...]

    @property
    def texts(self) -> tuple[str, ...]:
        """The gold texts without repeats."""
        return tuple(dict.fromkeys(text for text, _ in self.answers))


@dataclass(frozen=True, slots=True)
class SquadParagraph:
    """A paragraph of an article with its questions."""

    title: str
    text: str
    questions: tuple[SquadQuestion, ...]


def read_squad(path: Path) -> list[SquadParagraph]:
    """All paragraphs of a file, in its order.

    Raises EvaluationError, also for an answer that is not at its offset and an id that repeats.
    """
    text = read_text(path)
    try:
        paragraphs = [
            SquadParagraph(
                str(article.get("title", "")),
                paragraph["context"],
                tuple(_read_question(fields, paragraph["context"]) for fields in paragraph["qas"]),
            )
            for article in json.loads(text)["data"]
            for paragraph in article["paragraphs"]
        ]
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise EvaluationError(f"{path} is not SQuAD JSON ({error})", hint="fix it") from None
    seen: set[str] = set()
    for question in (question for paragraph in paragraphs for question in paragraph.questions):
        if question.id in seen:
            raise EvaluationError(f"{path}: id {question.id!r} occurs twice", hint="rename one")
        seen.add(question.id)
    if not seen:
        raise EvaluationError(f"{path} has no questions", hint="give SQuAD JSON")
    return paragraphs


def is_squad(path: Path) -> bool:
    """Whether a file is SQuAD JSON by its name."""
    return path.name.removesuffix(".gz").endswith(".json")


def normalise(text: str) -> str:
    """A text as SQuAD compares it: no case, punctuation, articles, or doubled space."""
    bare = text.lower().translate(_PUNCTUATION)
    return " ".join(_ARTICLES.sub(" ", bare).split())


def _read_question(fields: dict[str, Any], context: str) -> SquadQuestion:
    golds = () if fields.get("is_impossible") else fields["answers"]
    answers = tuple((str(gold["text"]), int(gold["answer_start"])) for gold in golds)
    question = SquadQuestion(str(fields["id"]), str(fields["question"]), answers)
    for text, start in answers:
        if start < 0 or not text or context[start : start + len(text)] != text:
            raise ValueError(f"question {question.id}: {text!r} is not at {start}")
    return question
