"""Names that a question misspells."""

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from itertools import takewhile

from assistant.players.names import ORDINARY, PIECE, flatten, fold, list_names
from assistant.records import Player
from assistant.text import STOP_WORDS

SHORTEST_MISSPELT = 5  # letters, one more without a capital: shorter ones are near too many


def find_misspelt(question: str, players: Sequence[Player]) -> list[tuple[str, Player]]:
    """Words of a question that are one slip from a player's name and nobody's name themselves.

    A slip is a letter missing, too many or wrong, or two that changed places: four in five
    misspellings have just one (Damerau, https://doi.org/10.1145/363958.363994), and a second would
    take ordinary words for names ("harmony", HarmonyOS). Of a longer name one word may be wrong.

    >>> find_misspelt("Is Xaomi bigger?", [Player("xiaomi", "Xiaomi", "company")])[0][0]
    'Xaomi'
    """
    words = list(PIECE.finditer(flatten(question)))
    spelt = tuple(word[0] for word in words)
    known = STOP_WORDS.union(*(fold(name) for _, name in list_names(players)))
    suspects = defaultdict(list)  # by their first letter: that is hardly ever wrong
    for place, word in enumerate(spelt):
        if word not in known:
            suspects[word[0]].append(place)
    found: dict[int, tuple[str, Player]] = {}
    for player, name in list_names(players):
        pieces = fold(name)
        for at, piece in enumerate(pieces):
            for place in suspects.get(piece[0], ()):
                right = (*pieces[:at], spelt[place], *pieces[at + 1 :])
                first, end = place - at, place - at + len(pieces)
                if spelt[max(0, first) : end] == right and _is_near(question, words[place], piece):
                    written = question[words[first].start() : words[end - 1].end()]
                    found.setdefault(place, (written, player))
    return [found[place] for place in sorted(found)]


def _is_near(question: str, word: re.Match[str], piece: str) -> bool:
    """Whether a word of a question is one slip from a name's.

    A word without a capital, or that opens the question, may be an ordinary one: its last letter
    has to be right too, and the name to be no ordinary word.
    """
    capital, opens = question[word.start()].isupper(), word.start() == 0
    shortest = SHORTEST_MISSPELT if capital else SHORTEST_MISSPELT + 1
    if len(piece) < shortest or word[0] == f"{piece}s":
        return False
    if (opens or not capital) and (word[0][-1] != piece[-1] or piece in ORDINARY):
        return False
    return _is_one_slip(word[0], piece)


def _is_one_slip(word: str, name: str) -> bool:
    """Whether one letter is missing, too many or wrong, or two neighbours changed places."""
    start = _count_alike(word, name)
    word, name = word[start:], name[start:]
    end = _count_alike(reversed(word), reversed(name))
    word, name = word[: len(word) - end], name[: len(name) - end]
    return max(len(word), len(name)) == 1 or (len(word) == 2 and word == name[::-1])


def _count_alike(one: Iterable[str], other: Iterable[str]) -> int:
    """How many letters are the same from the start."""
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False)))
