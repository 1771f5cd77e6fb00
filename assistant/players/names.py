"""Finds the mentions of players in a text, and misspelt names in a question.

A name matches

- at word boundaries. Letters that are written without spaces (雷鸟) need none and end the word next
  to them: "小米Xiaomi发布" mentions Xiaomi. A possessive ending is not part of the name;
- with its words joined in any way: "Ray-Ban", "Ray - Ban" and "Ray Ban", but not "RayBan";
- in any case, except that an ordinary word (Meta, Quark: see `ORDINARY`) needs a capital, and a
  name of one or two letters (JD) the case of the file;
- in full-width letters;
- from the left, the longest first: "Ray-Ban Meta" does not mention Meta.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

from rapidfuzz.distance import OSA

from assistant.records import Mention, Player
from assistant.text import STOP_WORDS

UNSPACED = "぀-ヿ㐀-䶿一-鿿가-힣"
DASH = "\\-\u00ad\u2010-\u2015\u2212"
SPACE = r"[^\S\r\n]"
WORD = re.compile(rf"[^\W_{UNSPACED}]+|[{UNSPACED}]")
PIECE = re.compile(rf"{WORD.pattern}|[^\s{DASH}]")
# The next piece of a name: after some space, with at most one dash and one line break.
_NEXT = re.compile(
    rf"{SPACE}{{0,2}}[{DASH}]?{SPACE}{{0,2}}(?:\r?\n)?{SPACE}{{0,2}}({PIECE.pattern})"
)
_WIDE = re.compile("[！-～]")
_NARROW = {ord(wide): ord(wide) - 0xFEE0 for wide in map(chr, range(0xFF01, 0xFF5F))}

# English words that are names of companies, products or people.
ORDINARY = frozenset(
    "adobe alpha alphabet amazon anchor anthropic apple arm aurora bell best bird block bloom "
    "blue boost box brave bumble camel canon cardinal champion chase chrome citizen cloud coach "
    "comet compass copilot cosmos cursor dash delta diamond discord discover dove dragon eagle "
    "echo eclipse edge element enterprise epic excel express falcon fidelity figure firefly "
    "firefox flash flex focus fold force forge fox frontier fusion galaxy gap gemini genesis "
    "genie ghost glean grab granite group harmony harvest honor honour horizon hornet hub hunter "
    "indeed infinity insight iris jaguar jet jump kindle kite lark lens life light line link "
    "loom lotus lucid luna magic mars match matrix maverick medium mercury meta metro micro mini "
    "mint mirror mosaic motion native nest nimble north nothing notion nova oasis omega open "
    "oracle orange orbit palm panther pebble phoenix pilot pinnacle pioneer pixel polar premier "
    "prime prism progressive pulse puma quantum quark quest quill rabbit rapid raven ray reach "
    "ring rival river rocket rover ruby safari sage salt saturn scale seal sense shark sharp "
    "shell shield shift signal silk sky slack smart snap solo sonic spark spectrum spirit spot "
    "spring sprint square stage star steam stellar storm stream stripe studio subway summit sun "
    "surface swift target teams tempo threads thunder thunderbird tiger time titan torch total "
    "trace transit trend trinity triumph turbo twitter uber union unity universal vanguard vault "
    "vector venture verse victor virgin visa vision vista volt voyager wave wing wired word zen "
    "zoom".split()
)
SHORTEST_MISSPELT = 5  # letters, one more without a capital: too many words resemble shorter ones


class Names:
    """The names of players, prepared once; threads may share it."""

    def __init__(self, players: Iterable[Player]) -> None:
        self._named: dict[tuple[str, ...], list[tuple[str, str]]] = defaultdict(list)
        self._most_pieces: dict[str, int] = defaultdict(int)  # by the first piece of names
        for player, name in list_names(players):
            pieces = fold(name)
            self._named[pieces].append((name, player.id))
            self._most_pieces[pieces[0]] = max(self._most_pieces[pieces[0]], len(pieces))

    def find(self, text: str) -> list[Mention]:
        """The mentions in a text, in order, none inside another.

        >>> Names([Player("meta", "Meta", "company")]).find("Is Meta's a meta-analysis?")
        [Mention(player_id='meta', start=3, end=7)]
        """
        flat = flatten(text)
        mentions: list[Mention] = []
        end = 0
        for word in WORD.finditer(flat):
            if word[0] in self._most_pieces and word.start() >= end:
                mention = self._find_longest(text, flat, word)
                if mention is not None:
                    mentions.append(mention)
                    end = mention.end
        return mentions

    def _find_longest(self, text: str, flat: str, word: re.Match[str]) -> Mention | None:
        pieces, ends = [word[0]], [word.end()]
        while len(pieces) < self._most_pieces[word[0]] and (next_ := _NEXT.match(flat, ends[-1])):
            pieces.append(next_[1])
            ends.append(next_.end())
        for length in range(len(pieces), 0, -1):
            written = text[word.start() : ends[length - 1]]
            for name, player_id in self._named.get(tuple(pieces[:length]), ()):
                if _fits_case(written, name):
                    return Mention(player_id, word.start(), ends[length - 1])
        return None


def find_misspelt(question: str, players: Sequence[Player]) -> list[tuple[str, Player]]:
    """Words of a question that are one typo away from a player's name.

    A typo is a letter missing, added or wrong, or two letters swapped: four in five misspellings
    have just one (Damerau, https://doi.org/10.1145/363958.363994), and allowing a second would take
    ordinary words for names ("harmony", HarmonyOS). One word of a longer name may be wrong.

    >>> find_misspelt("Is Xaomi bigger?", [Player("xiaomi", "Xiaomi", "company")])[0][0]
    'Xaomi'
    """
    words = list(PIECE.finditer(flatten(question)))
    written = [word[0] for word in words]
    names = [(fold(name), player) for player, name in list_names(players)]
    known = STOP_WORDS.union(*(pieces for pieces, _ in names))
    by_letter = defaultdict(list)  # the first letter is hardly ever wrong
    for pieces, player in names:
        for at, piece in enumerate(pieces):
            by_letter[piece[0]].append((pieces, at, player))
    found = []
    for place, word in enumerate(words):
        for pieces, at, player in by_letter[word[0][0]] if word[0] not in known else ():
            first, end = place - at, place - at + len(pieces)
            expected = [*pieces[:at], word[0], *pieces[at + 1 :]]
            if written[max(0, first) : end] == expected and _is_typo(question, word, pieces[at]):
                found.append((question[words[first].start() : words[end - 1].end()], player))
                break
    return found


def _is_typo(question: str, word: re.Match[str], piece: str) -> bool:
    """Whether a word of a question is one typo away from a word of a name.

    A word without a capital, or the first one, may be an ordinary word: then its last letter has to
    be right too, and the name must not be an ordinary word.
    """
    has_capital = question[word.start()].isupper()
    shortest = SHORTEST_MISSPELT if has_capital else SHORTEST_MISSPELT + 1
    if len(piece) < shortest or word[0] == f"{piece}s":
        return False
    if (word.start() == 0 or not has_capital) and (word[0][-1] != piece[-1] or piece in ORDINARY):
        return False
    return OSA.distance(word[0], piece, score_cutoff=1) == 1


def list_names(players: Iterable[Player]) -> Iterator[tuple[Player, str]]:
    return ((player, name) for player in players for name in (player.name, *player.aliases))


def _fits_case(written: str, name: str) -> bool:
    if len(name) <= 2 and name.isascii():
        return written.translate(_NARROW) == name
    return written[0].isupper() or name.lower() not in ORDINARY


def flatten(text: str) -> str:
    """The text in lower case, half-width, with straight apostrophes; offsets stay the same."""
    narrow = text.translate(_NARROW) if _WIDE.search(text) else text
    # Only İ becomes two letters in lower case.
    return narrow.replace("İ", "I").lower().replace("’", "'")


def fold(name: str) -> tuple[str, ...]:
    """The words and signs of a name, the same for all of its spellings."""
    return tuple(PIECE.findall(flatten(name)))
