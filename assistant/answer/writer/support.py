"""Whether a sentence that a claim cites supports it."""

import re
from collections.abc import Sequence

from assistant.answer.writer.claims import Claim


def find_fault(claim: Claim, sentences: Sequence[str]) -> str | None:
    """Why no sentence that a claim cites supports it; None if one does.

    `sentences` are those that can be cited, in the order of their numbers.
    """
    if not claim.citations:
        return "it cites nothing"
    if not all(1 <= number <= len(sentences) for number in claim.citations):
        return "it cites a sentence that does not exist"
    words = _find_words(claim.text)
    if any(words <= _find_words(sentences[number - 1]) for number in claim.citations):
        return None
    return "no sentence has all of its words"


def _find_words(text: str) -> set[str]:
    return set(re.findall(r"\w+", text.lower()))
