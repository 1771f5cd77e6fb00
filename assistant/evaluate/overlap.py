"""The words of an answer compared with accepted ones.

By SQuAD's published rules (`exact_match`, `token_f1`), for comparison with others; and by the
judge's (`holds`, `word_f1`), for which all punctuation separates words.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Sequence

from assistant.questions.squad import normalise

# A number with its separators is one word: "2,999" and "1,999" share nothing.
_WORD = re.compile(r"\d+(?:[.,]\d+)*|[^\W_]+")


def exact_match(answer: str | None, accepted: Sequence[str]) -> float:
    """1 if the answer is accepted by SQuAD 2.0's rules, or is None and no answer is accepted.

    Rajpurkar, Jia and Liang 2018, https://arxiv.org/abs/1806.03822.
    """
    return max(float(normalise(answer or "") == normalise(gold)) for gold in accepted or [""])


def token_f1(answer: str | None, accepted: Sequence[str]) -> float:
    """The best F1 of the answer's words with an accepted one's, by SQuAD 2.0's rules, 0 to 1."""
    words = normalise(answer or "").split()
    return max(_f1(words, normalise(gold).split()) for gold in accepted or [""])


def split_words(text: str) -> list[str]:
    """The words of a text: letters and numbers, case-folded, without articles.

    >>> split_words("The year - on - year rise: 1,999 yuan")
    ['year', 'on', 'year', 'rise', '1999', 'yuan']
    """
    folded = unicodedata.normalize("NFKC", text).casefold()
    words = (word.replace(",", "") for word in _WORD.findall(folded))
    return [word for word in words if word not in ("a", "an", "the")]


def holds(text: str, words: str) -> bool:
    """Whether a text contains a sequence of whole words.

    >>> holds("It costs 11,999 yuan.", "1,999 yuan"), holds("About 1,999 yuan", "1,999 yuan")
    (False, True)
    """
    sequence = " ".join(split_words(words))
    return bool(sequence) and f" {sequence} " in f" {' '.join(split_words(text))} "


def word_f1(text: str, words: str) -> float:
    """The F1 of two texts' words, 0 to 1."""
    return _f1(split_words(text), split_words(words))


def _f1(answer: list[str], accepted: list[str]) -> float:
    if not answer or not accepted:
        return float(answer == accepted)
    shared = sum((Counter(answer) & Counter(accepted)).values())
    return 2 * shared / (len(answer) + len(accepted))
