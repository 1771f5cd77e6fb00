"""Figures of answers, each by its published rules, with bootstrap intervals over questions."""

import re
import string
from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

RESAMPLES = 2000
RIGHT_F1 = 0.5  # of an answer's words with a gold answer's, from which on it counts as right
_ARTICLES = re.compile(r"\b(a|an|the)\b")
_PUNCTUATION = str.maketrans("", "", string.punctuation)


class Figure(NamedTuple):
    """A figure with its 95 % interval, over `n` questions; None where there is none to ask."""

    value: float | None
    low: float | None
    high: float | None
    n: int


def normalise(text: str) -> str:
    """A text as SQuAD compares it: no case, punctuation, articles, or doubled space."""
    bare = text.lower().translate(_PUNCTUATION)
    return " ".join(_ARTICLES.sub(" ", bare).split())


def exact_match(answer: str | None, golds: Sequence[str]) -> float:
    """1 where the answer is one of the gold answers, by SQuAD 2.0's rules: no gold, no answer.

    Rajpurkar, Jia and Liang 2018, https://arxiv.org/abs/1806.03822.
    """
    return max(float(normalise(answer or "") == normalise(gold)) for gold in golds or [""])


def token_f1(answer: str | None, golds: Sequence[str]) -> float:
    """The best F1 of the answer's words with a gold answer's, by SQuAD 2.0's rules, 0 to 1."""
    return max(_f1(normalise(answer or "").split(), normalise(g).split()) for g in golds or [""])


def says(answer: str | None, golds: Sequence[str]) -> bool:
    """Whether an answer says a gold one: holds its words, or shares at least half of the words."""
    words = f" {normalise(answer or '')} "
    return any(f" {normalise(gold)} " in words for gold in golds if normalise(gold)) or (
        bool(golds) and token_f1(answer, golds) >= RIGHT_F1
    )


def _f1(answer: list[str], gold: list[str]) -> float:
    if not answer or not gold:
        return float(answer == gold)
    shared = sum((Counter(answer) & Counter(gold)).values())
    return 2 * shared / (len(answer) + len(gold))


def mean(values: Sequence[float], *, seed: int = 0) -> Figure:
    """The mean of a figure over questions."""
    return ratio(values, [1.0] * len(values), seed=seed)


def ratio(tops: Sequence[float], bottoms: Sequence[float], *, seed: int = 0) -> Figure:
    """The sum of `tops` over the sum of `bottoms`, each with one value a question.

    A precision is such a ratio: its denominator changes with the resample too. None where the
    denominator is 0. The interval is the percentile bootstrap's (Efron 1979), seeded; resamples
    without a denominator are left out.
    """
    top, bottom = np.asarray(tops, dtype=float), np.asarray(bottoms, dtype=float)
    n = len(top)
    if n == 0 or bottom.sum() == 0:
        return Figure(None, None, None, n)
    picks = np.random.default_rng(seed).integers(0, n, size=(RESAMPLES, n))
    sums = bottom[picks].sum(axis=1)
    resampled = top[picks].sum(axis=1)[sums > 0] / sums[sums > 0]
    low, high = np.percentile(resampled, [2.5, 97.5])
    value = top.sum() / bottom.sum()
    return Figure(round(float(value), 4), round(float(low), 4), round(float(high), 4), n)


def percentile(values: Sequence[float], percent: float) -> float | None:
    """A percentile of times; None where there are none."""
    return round(float(np.percentile(values, percent)), 3) if values else None
