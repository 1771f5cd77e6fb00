"""Who is mentioned where: players are read from a file, found by name, proposed where none is.

A name matches

- on word boundaries. Letters that are written without spaces (雷鸟) need none and are one for
  others: "小米Xiaomi发布" mentions Xiaomi. What makes a possessive lies behind the boundary;
- whatever joins its words: "Ray-Ban", "Ray - Ban" and "Ray Ban" are the same, "RayBan" is not;
- in any case, save that an ordinary word (Meta, Quark: see `_ORDINARY`) needs its first letter
  large, and a name of one or two letters (JD) every letter as it is written in the file;
- in full-width letters;
- from the left, the longest first: "Ray-Ban Meta" does not mention Meta.
"""

import re
import tomllib
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, count, takewhile
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from assistant.errors import PlayersError, find_reason
from assistant.records import Document, Mention, Offsets, Player, PlayerKind
from assistant.terms import STOP_WORDS

PLAYERS = "players.toml"  # in a corpus folder
SHORTEST_MISSPELT = 5  # letters, one more without a capital: shorter ones are near too many
LONGEST_ID = 64  # characters
LEAST_COUNT, MOST_SUGGESTIONS, MOST_EXAMPLES = 2, 200, 3
AROUND = 40  # characters of an example on each side of the name

_UNSPACED = "぀-ヿ㐀-䶿一-鿿가-힣"
_DASH = "\\-\u00ad\u2010-\u2015\u2212"
_SPACE = r"[^\S\r\n]"
_WORD = re.compile(rf"[^\W_{_UNSPACED}]+|[{_UNSPACED}]")
_PIECE = re.compile(rf"{_WORD.pattern}|[^\s{_DASH}]")
# A piece of a name behind another: some space, with one dash and the end of one line at most.
_NEXT = re.compile(
    rf"{_SPACE}{{0,2}}[{_DASH}]?{_SPACE}{{0,2}}(?:\r?\n)?{_SPACE}{{0,2}}({_PIECE.pattern})"
)
_WIDE = re.compile("[！-～]")
_NARROW = {ord(wide): ord(wide) - 0xFEE0 for wide in map(chr, range(0xFF01, 0xFF5F))}

# Words of English that companies, products and people are called.
_ORDINARY = frozenset(
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

# Capitalised, yet nobody's name.
_NO_NAMES = frozenset(
    "AI API AR CEO CFO COO CTO EU GDP I PM TV UK UN US USA VR January February March April May "
    "June July August September October November December Monday Tuesday Wednesday Thursday "
    "Friday Saturday Sunday".split()
)
_JOINS = re.compile(rf"{_SPACE}?[-\u2010\u2011&]?{_SPACE}?")
_OPENERS = '.!?:;…|•*"“‘(['


class Names:
    """The names of players, made ready once; threads may share it."""

    def __init__(self, players: Iterable[Player]) -> None:
        self._named: dict[tuple[str, ...], list[tuple[str, str]]] = defaultdict(list)
        self._most_pieces: dict[str, int] = defaultdict(int)  # by the first piece of names
        for player, name in _list_names(players):
            pieces = _fold(name)
            self._named[pieces].append((name, player.id))
            self._most_pieces[pieces[0]] = max(self._most_pieces[pieces[0]], len(pieces))

    def find(self, text: str) -> list[Mention]:
        """The mentions in a text, in order and apart.

        >>> Names([Player("meta", "Meta", "company")]).find("Is Meta's a meta-analysis?")
        [Mention(player_id='meta', start=3, end=7)]
        """
        flat = _flatten(text)
        mentions: list[Mention] = []
        end = 0
        for word in _WORD.finditer(flat):
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


def _list_names(players: Iterable[Player]) -> Iterator[tuple[Player, str]]:
    return ((player, name) for player in players for name in (player.name, *player.aliases))


def _has_its_capitals(written: str, name: str) -> bool:
    if len(name) <= 2 and name.isascii():
        return written.translate(_NARROW) == name
    return written[0].isupper() or name.lower() not in _ORDINARY


def _flatten(text: str) -> str:
    """The text in small, narrow letters with straight apostrophes, each in its old place."""
    narrow = text.translate(_NARROW) if _WIDE.search(text) else text
    # Of all letters only İ becomes two when it is made small.
    return narrow.replace("İ", "I").lower().replace("’", "'")


def _fold(name: str) -> tuple[str, ...]:
    """What the spellings of one name share: its words and signs."""
    return tuple(_PIECE.findall(_flatten(name)))


def find_misspelt(question: str, players: Sequence[Player]) -> list[tuple[str, Player]]:
    """Words of a question that are one slip from a player's name and nobody's name themselves.

    A slip is a letter missing, too many or wrong, or two that changed places: four in five
    misspellings have just one (Damerau, https://doi.org/10.1145/363958.363994), and a second would
    take ordinary words for names ("harmony", HarmonyOS). Of a longer name one word may be wrong.

    >>> find_misspelt("Is Xaomi bigger?", [Player("xiaomi", "Xiaomi", "company")])[0][0]
    'Xaomi'
    """
    words = list(_PIECE.finditer(_flatten(question)))
    spelt = tuple(word[0] for word in words)
    known = STOP_WORDS.union(*(_fold(name) for _, name in _list_names(players)))
    suspects = defaultdict(list)  # by their first letter: that is hardly ever wrong
    for place, word in enumerate(spelt):
        if word not in known:
            suspects[word[0]].append(place)
    found: dict[int, tuple[str, Player]] = {}
    for player, name in _list_names(players):
        pieces = _fold(name)
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
    if (opens or not capital) and (word[0][-1] != piece[-1] or piece in _ORDINARY):
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


def _check_name(name: str) -> str:
    if _WORD.match(name) is None:
        raise ValueError("a name begins with a letter or digit")
    return name


_Name = Annotated[str, AfterValidator(_check_name)]


class _Entry(BaseModel):
    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    id: str = Field(pattern=r"^[a-z0-9]+(?:-[a-z0-9]+)*$", max_length=LONGEST_ID)
    name: _Name
    kind: PlayerKind
    aliases: tuple[_Name, ...] = ()
    owner: str | None = None
    roles: tuple[str, ...] = ()


class _PlayersFile(BaseModel):
    model_config = ConfigDict(extra="forbid")

    players: tuple[_Entry, ...] = ()


def read_players(path: Path) -> tuple[Player, ...]:
    """The players a file describes, in its order; () where there is no file.

    Raises PlayersError naming the file, the entry, the field and its value.
    """
    try:
        written = tomllib.loads(path.read_text(encoding="utf-8-sig"))
        entries = _PlayersFile.model_validate(written).players
    except FileNotFoundError:
        return ()
    except UnicodeDecodeError as error:
        raise PlayersError(
            f"{path} is no UTF-8 at byte {error.start}", hint="save it as UTF-8"
        ) from None
    except tomllib.TOMLDecodeError as error:
        raise PlayersError(f"{path} is no TOML", hint=find_reason(error)) from None
    except OSError as error:
        raise PlayersError(f"{path} can't be read", hint=find_reason(error)) from None
    except ValidationError as error:
        raise _refuse(path, error) from None
    players = tuple(
        Player(entry.id, entry.name, entry.kind, entry.aliases, entry.owner, entry.roles)
        for entry in entries
    )
    _check_ids(path, players)
    _check_names(path, players)
    return players


def _refuse(path: Path, error: ValidationError) -> PlayersError:
    """The first thing wrong, by the number of its entry (from 1) and its field."""
    first = error.errors()[0]
    place = [str(part + 1) if isinstance(part, int) else part for part in first["loc"]]
    hint = first["msg"].removeprefix("Value error, ")
    if first["type"] == "extra_forbidden":
        hint = f"known are {', '.join(_Entry.model_fields if len(place) > 1 else ['players'])}"
    if first["type"] == "missing":
        return PlayersError(f"{path}: {' '.join(place)} is missing", hint="add it")
    return PlayersError(f"{path}: {' '.join(place)} is {first['input']!r:.80}", hint=hint)


def _check_ids(path: Path, players: Sequence[Player]) -> None:
    """Refuse an id given twice, and an owner that is no other player."""
    ids: set[str] = set()
    for number, player in enumerate(players, 1):
        if player.id in ids:
            raise PlayersError(
                f"{path}: players {number} id is {player.id!r}, which another player has",
                hint="give each player its own",
            )
        ids.add(player.id)
    for number, player in enumerate(players, 1):
        if player.owner is not None and player.owner not in ids - {player.id}:
            raise PlayersError(
                f"{path}: players {number} owner is {player.owner!r}, the id of no other player",
                hint="add that player, or leave the owner out",
            )


def _check_names(path: Path, players: Sequence[Player]) -> None:
    """Refuse a name of two players: nobody could tell whom a text means."""
    owners: dict[tuple[str, ...], str] = {}
    for number, player in enumerate(players, 1):
        for name in (player.name, *player.aliases):
            owner = owners.setdefault(_fold(name), player.id)
            if owner != player.id:
                raise PlayersError(
                    f"{path}: players {number} ({player.id}) name is {name!r}, a name of {owner!r}",
                    hint="leave it to one of them",
                )


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A name that documents seem to hold, how often, and some places in their words."""

    name: str
    count: int
    examples: tuple[str, ...]


def suggest(documents: Iterable[Document]) -> list[Suggestion]:
    """Names proposed for a corpus, the most frequent first.

    A name is a run of words with a capital that is seen at least twice, headings and furniture
    apart. A word that opens a sentence belongs to it where the corpus writes that word inside
    sentences with a capital more often than without. Names without capitals (雷鸟) are not seen.
    """
    texts = [_leave_content(document) for document in documents]
    inside = _count_inside(texts)
    written: dict[tuple[str, ...], Counter[str]] = defaultdict(Counter)
    examples: dict[tuple[str, ...], list[str]] = defaultdict(list)
    for text in texts:
        for start, end in _find_runs(text, inside):
            key = _fold(text[start:end])
            written[key][re.sub(r"\s*-\s*", "-", text[start:end])] += 1
            if len(examples[key]) < MOST_EXAMPLES:
                examples[key].append(_quote(text, start, end))
    suggestions = [
        Suggestion(forms.most_common(1)[0][0], forms.total(), tuple(examples[key]))
        for key, forms in written.items()
        if forms.total() >= LEAST_COUNT
    ]
    suggestions.sort(key=lambda suggestion: (-suggestion.count, suggestion.name))
    return suggestions[:MOST_SUGGESTIONS]


def _leave_content(document: Document) -> str:
    """The text, with line breaks for all that is a heading or no content."""
    text = document.text
    headings = [(heading.start, heading.end) for heading in document.headings]
    for start, end in (*headings, *document.furniture):
        text = text[:start] + "\n" * (end - start) + text[end:]
    return text


def _count_inside(texts: Iterable[str]) -> Counter[str]:
    """How much more often a word has a capital than none, inside sentences."""
    counts: Counter[str] = Counter()
    for text in texts:
        for word in _WORD.finditer(text):
            if word[0].islower():
                counts[word[0]] -= 1
            elif not _opens(text, word.start()):
                counts[word[0].lower()] += 1
    return counts


def _opens(text: str, start: int) -> bool:
    """Whether a sentence, a line or a quotation begins here."""
    before = text[max(0, start - 8) : start]
    left = before.rstrip()
    return "\n" in before[len(left) :] or left.endswith(tuple(_OPENERS)) or not left


def _find_runs(text: str, inside: Counter[str]) -> Iterator[Offsets]:
    """Where words with a capital stand together, one of them at least no ordinary word."""
    run: list[re.Match[str]] = []
    for word in _WORD.finditer(text):
        if word[0].islower() or not any(map(str.isupper, word[0])) or word[0] in _NO_NAMES:
            continue
        if run and not _JOINS.fullmatch(text, run[-1].end(), word.start()):
            yield from _bound(run, inside)
            run = []
        if run or inside[word[0].lower()] > 0 or not _opens(text, word.start()):
            run.append(word)
    yield from _bound(run, inside)


def _bound(run: Sequence[re.Match[str]], inside: Counter[str]) -> Iterator[Offsets]:
    """A run's offsets, or nothing where it has just ordinary words or one letter."""
    if run and any(inside[word[0].lower()] > 0 for word in run):
        start, end = run[0].start(), run[-1].end()
        if end - start > 1:
            yield start, end


def _quote(text: str, start: int, end: int) -> str:
    """Whole words around a place, in one line that a comment can hold."""
    before = text[max(0, start - AROUND) : start].partition(" ")[2]
    after = text[end : end + AROUND].rpartition(" ")[0]
    line = f"{before}{text[start:end]}{after}"
    return " ".join("".join(c if c.isprintable() else " " for c in line).split())


def render_suggestions(suggestions: Iterable[Suggestion]) -> str:
    """The suggestions as a file for `read_players`, with their examples as comments."""
    lines = ["# kind: company, product, person or organisation. Delete what is no player.", ""]
    ids: set[str] = set()
    for suggestion in suggestions:
        player_id = _make_id(suggestion.name, ids)
        ids.add(player_id)
        lines += [f"# {suggestion.count} times: {' | '.join(suggestion.examples)}", "[[players]]"]
        lines += [f'id = "{player_id}"', f'name = "{suggestion.name}"', 'kind = "company"', ""]
    return "\n".join(lines)


def _make_id(name: str, taken: Collection[str]) -> str:
    """An id like the name, in letters that an address can hold, numbered where it is taken."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    made = "-".join(re.findall("[a-z0-9]+", plain))[:LONGEST_ID].strip("-") or "player"
    numbered = (f"{made}-{number}" for number in count(2))
    return next(player_id for player_id in chain([made], numbered) if player_id not in taken)
