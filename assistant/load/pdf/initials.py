"""Large initials: the first letter of a text, as high as several of its lines."""

from collections.abc import Sequence

from assistant.load.pdf.hyphens import is_english
from assistant.load.pdf.words import Word

INITIAL = 1.7  # times the size of the text is a large initial at least
SAME_LINE = 0.3  # of the size of the text, between baselines
HEIGHT = 0.7  # of its size: that of a capital
ABOVE = 0.6  # of the size of the text: how far its first line may be above the initial
WORDS = ("A", "I", "O")  # that have one letter
_QUOTES = "\"'“‘„«»¿¡"


def join_initials(words: Sequence[Word]) -> list[Word]:
    """Words in their order; a large initial is a part of the first word of the lines on its right.

    There are several such lines: else it is a letter of a formula.
    """
    joined = list(words)
    for initial in [word for word in words if _is_initial(word.text)]:
        neighbours = [word for word in joined if _is_next_to(word, initial)]
        first = min(neighbours, key=lambda word: (-word.baseline, word.box.left), default=None)
        if first is None or not first.text[:1].isalpha():
            continue
        if any(first.baseline - word.baseline > SAME_LINE * first.size for word in neighbours):
            place = joined.index(first)
            joined[place] = first._replace(
                text=_join(initial.text, first.text),
                box=first.box._replace(left=initial.box.left),
                is_spaced=True,
            )
            joined.remove(initial)
    return joined


def _is_initial(text: str) -> bool:
    letter = text.lstrip(_QUOTES)
    return len(text) < 3 and len(letter) == 1 and letter.isalpha() and not letter.islower()


def _is_next_to(word: Word, initial: Word) -> bool:
    gap = word.box.left - initial.box.right + 0.1 * initial.size
    return (
        word.size * INITIAL <= initial.size
        and 0 <= gap < initial.size
        and initial.baseline < word.baseline + word.size
        and word.baseline + (HEIGHT - ABOVE) * word.size < initial.baseline + HEIGHT * initial.size
    )


def _join(initial: str, following: str) -> str:
    """An initial and what follows it: one word, unless it is one by itself.

    >>> _join("T", "here"), _join("A", "boat"), _join("A", "fter")
    ('There', 'A boat', 'After')
    """
    word = following.strip(".,;:!?’'")
    is_apart = initial.strip(_QUOTES) in WORDS and is_english(word)
    gap = " " if is_apart and not is_english(initial.strip(_QUOTES) + word) else ""
    return initial + gap + following
