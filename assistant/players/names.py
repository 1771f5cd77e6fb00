"""Where players are mentioned.

A name matches

- on word boundaries. Letters that are written without spaces (雷鸟) need none and are one for
  others: "小米Xiaomi发布" mentions Xiaomi. What makes a possessive lies behind the boundary;
- whatever joins its words: "Ray-Ban", "Ray - Ban" and "Ray Ban" are the same, "RayBan" is not;
- in any case, save that an ordinary word (Meta, Quark: see `ORDINARY`) needs its first letter
  large, and a name of one or two letters (JD) every letter as it is written in the file;
- in full-width letters;
- from the left, the longest first: "Ray-Ban Meta" does not mention Meta.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator

from assistant.records import Mention, Player

UNSPACED = "぀-ヿ㐀-䶿一-鿿가-힣"
DASH = "\\-\u00ad\u2010-\u2015\u2212"
SPACE = r"[^\S\r\n]"
WORD = re.compile(rf"[^\W_{UNSPACED}]+|[{UNSPACED}]")
PIECE = re.compile(rf"{WORD.pattern}|[^\s{DASH}]")
# A piece of a name behind another: some space, with one dash and the end of one line at most.
_NEXT = re.compile(
    rf"{SPACE}{{0,2}}[{DASH}]?{SPACE}{{0,2}}(?:\r?\n)?{SPACE}{{0,2}}({PIECE.pattern})"
)
_WIDE = re.compile("[！-～]")
_NARROW = {ord(wide): ord(wide) - 0xFEE0 for wide in map(chr, range(0xFF01, 0xFF5F))}

# Words of English that companies, products and people are called.
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


class Names:
    """The names of players, made ready once; threads may share it."""

    def __init__(self, players: Iterable[Player]) -> None:
        self._named: dict[tuple[str, ...], list[tuple[str, str]]] = defaultdict(list)
        self._most_pieces: dict[str, int] = defaultdict(int)  # by the first piece of names
        for player, name in list_names(players):
            pieces = fold(name)
            self._named[pieces].append((name, player.id))
            self._most_pieces[pieces[0]] = max(self._most_pieces[pieces[0]], len(pieces))

    def find(self, text: str) -> list[Mention]:
        """The mentions in a text, in order and apart.

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
                if _has_its_capitals(written, name):
                    return Mention(player_id, word.start(), ends[length - 1])
        return None


def list_names(players: Iterable[Player]) -> Iterator[tuple[Player, str]]:
    return ((player, name) for player in players for name in (player.name, *player.aliases))


def _has_its_capitals(written: str, name: str) -> bool:
    if len(name) <= 2 and name.isascii():
        return written.translate(_NARROW) == name
    return written[0].isupper() or name.lower() not in ORDINARY


def flatten(text: str) -> str:
    """The text in small, narrow letters with straight apostrophes, each in its old place."""
    narrow = text.translate(_NARROW) if _WIDE.search(text) else text
    # Of all letters only İ becomes two when it is made small.
    return narrow.replace("İ", "I").lower().replace("’", "'")


def fold(name: str) -> tuple[str, ...]:
    """What the spellings of one name share: its words and signs."""
    return tuple(PIECE.findall(flatten(name)))
