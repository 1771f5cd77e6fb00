"""How an answer's words compare with the gold ones, by published rules."""

import re
import string
from collections import Counter
from collections.abc import Sequence

RIGHT_F1 = 0.5  # of an answer's words with a gold answer's, from which on it counts as right
_ARTICLES = re.compile(r"\b(a|an|the)\b")
_PUNCTUATION = str.maketrans("", "", string.punctuation)


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
    return holds_any(answer, golds) or (bool(golds) and token_f1(answer, golds) >= RIGHT_F1)


def holds_any(text: str | None, names: Sequence[str]) -> bool:
    """Whether a text holds the words of one of some names, compared as SQuAD does."""
    words = f" {normalise(text or '')} "
    return any(f" {normalise(name)} " in words for name in names if normalise(name))


def _f1(answer: list[str], gold: list[str]) -> float:
    if not answer or not gold:
        return float(answer == gold)
    shared = sum((Counter(answer) & Counter(gold)).values())
    return 2 * shared / (len(answer) + len(gold))
