"""Passages that look as if they answered a question and do not: what a reader learns to refuse.

They come from the question's own document, from documents that tell of the same event, and from
retrieval. A passage in which one of the answers stands is never taken: it may answer after all.
"""

from collections.abc import Container, Sequence
from functools import lru_cache
from pathlib import Path
from random import Random

from assistant.index.lexical import Lexical, write_lexical
from assistant.questions.squad import normalise

RETRIEVED = 20  # passages among which negatives are looked for


class Candidates:
    """Texts, numbered in their order, among which negatives are found."""

    def __init__(self, texts: Sequence[str], folder: Path) -> None:
        """`folder` is an empty one for the lexical index."""
        self._texts = texts
        write_lexical(folder, texts)
        self._lexical = Lexical(folder)
        self._words = lru_cache(maxsize=None)(lambda number: f" {normalise(texts[number])} ")

    def retrieve(
        self, question: str, answers: Sequence[str], *, count: int, without: Container[int]
    ) -> list[int]:
        """Numbers of the best texts by BM25 that hold no answer, without some."""
        found = (number for number, _ in self._lexical.search(question, RETRIEVED))
        fit = (n for n in found if n not in without and not self.holds(n, answers))
        return [number for number, _ in zip(fit, range(count), strict=False)]

    def choose(
        self,
        question: str,
        answers: Sequence[str],
        *,
        among: Sequence[int],
        count: int,
        random: Random,
    ) -> list[int]:
        """Numbers of the texts, of some, that share most words with a question; ties by chance."""
        asked = set(question.lower().split())
        fit = [number for number in among if not self.holds(number, answers)]
        shared = {n: len(asked & set(self._texts[n].lower().split())) for n in fit}
        return sorted(fit, key=lambda n: shared[n] + random.random(), reverse=True)[:count]

    def holds(self, number: int, answers: Sequence[str]) -> bool:
        """Whether the words of one of the answers stand in a text, as SQuAD compares them."""
        words = self._words(number)
        return any(f" {answer} " in words for answer in map(normalise, answers) if answer)
