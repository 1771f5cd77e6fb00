"""The phrases of a sentence between commas, and which of them can be left out or moved."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from assistant.answer.writer.tokens import QUOTE, Token

# What stands for something else; `her` and the like do too, but rarely begin a sentence.
PRONOUNS = frozenset(
    "it he she they this that these those such its his her their we our i you both ones".split()
)
_NEGATIVE = frozenset(
    "not no never none nobody nothing neither nor without hardly barely scarcely rarely seldom few "
    "little only all every each any some most many several almost nearly about around roughly "
    "approximately least up may might can could should would will must shall if unless".split()
)
# By these, a writer says that something holds only sometimes, or that it is somebody else's word.
# Their inflections count: a phrase or sentence with one of them is kept as it is.
_CONDITIONS = frozenset(
    "if unless only except excluding exclude provided providing assuming assume depending depend "
    "until till otherwise whether subject pending barring supposing lest once without instead "
    "rather failing given regardless contrary".split()
)
_SPEECH_STEMS = (
    "accord accus admit allege alleg announc argu assert assum believ claim concede conced confirm "
    "consider contend den disput doubt estimat expect fear forecast guess hope imagin impl insist "
    "judg maintain plan predict pretend project promis propos purport quot reckon refus reject "
    "report rumo rumou said say speculat suggest suppos suspect tell thought think told view warn "
    "wish wrong false untrue fake mistak incorrect hypothe fict myth hoax so-call"
).split()
_NO_SPEECH = frozenset("dense density dental denim viewer plant plants telling reporter".split())

_CONNECTING = frozenset(
    tuple(words.split())
    for words in (
        "however", "moreover", "furthermore", "therefore", "thus", "additionally", "meanwhile",
        "for example", "for instance", "in addition", "in fact", "of course", "as result",
        "in contrast", "by contrast", "on one hand", "on other hand", "as is well known",
        "besides", "similarly", "likewise", "indeed", "nevertheless", "nonetheless",
        "consequently", "in other words", "more importantly", "in particular", "also", "e g",
    )
)  # fmt: skip
# A statement stands without what these words begin.
_ADDING_FIRST = frozenset("although though despite because like unlike thanks due".split())
_ADDING_LATER = _ADDING_FIRST | frozenset("which who whose whom while whereas similar".split())
_POSSESSIVE = frozenset("its his her their".split())
# These end in -ing or -ly, and limit a statement.
_LIMITING = frozenset(
    "assuming barring considering depending during excluding failing following including pending "
    "providing regarding concerning according supposing only early daily weekly monthly yearly "
    "hourly annually respectively possibly probably presumably supposedly allegedly reportedly "
    "apparently purportedly hopefully theoretically potentially nearly hardly barely".split()
)
_SHORTEST_PARTICIPLE = 6
_ADVERBIALS = frozenset(
    "in on at during after before since until by for from under within as among across with "
    "according despite although though because when while today yesterday currently".split()
)
# Where these stand, an adverbial may belong to another verb once it is moved.
_SECOND_VERB = frozenset("to that which who whose when where what how why and or but".split())


@dataclass(frozen=True, slots=True)
class Phrase:
    """The tokens between two commas; `moved` if no comma need stand before it."""

    tokens: tuple[Token, ...]
    moved: bool = False

    @property
    def keys(self) -> tuple[str, ...]:
        return tuple(token.key for token in self.tokens)

    def move(self) -> "Phrase":
        return replace(self, moved=True)


def split_phrases(tokens: Sequence[Token]) -> list[Phrase]:
    """The phrases of a sentence that has tokens."""
    starts = [place for place, token in enumerate(tokens) if token.broken and place]
    return [
        Phrase(tuple(tokens[start:end]))
        for start, end in zip([0, *starts], [*starts, len(tokens)], strict=True)
    ]


def is_negative(token: Token) -> bool:
    """Whether a word negates, limits or qualifies what is said."""
    return token.key in _NEGATIVE


def can_drop(phrases: Sequence[Phrase], place: int) -> bool:
    """Whether a sentence implies what is left of it without one of its phrases."""
    phrase = phrases[place]
    keys = phrase.keys
    if keys in _CONNECTING:
        return True
    if is_governing(keys) or QUOTE in keys or "?" in keys:
        return False
    if place == 0:
        return keys[0] in _ADDING_FIRST and len(phrases) > 1
    if keys[0] in _ADDING_LATER or _is_participle(phrase.tokens[0]) or _is_adverb(keys):
        return True
    return _is_apposition(phrases, place)


def is_governing(keys: Sequence[str]) -> bool:
    """Whether words make a condition, or somebody else's statement, of what they stand with."""
    return any(
        key in _CONDITIONS
        or (key.startswith(tuple(_SPEECH_STEMS)) and key not in _NO_SPEECH)
        for key in keys
    )


def _is_participle(token: Token) -> bool:
    is_noun = token.fixed or token.article or token.key in _LIMITING
    return token.key.endswith("ing") and len(token.key) >= _SHORTEST_PARTICIPLE and not is_noun


def _is_adverb(keys: Sequence[str]) -> bool:
    return keys[0].endswith("ly") and keys[0] not in _LIMITING and len(keys) > 1


def _is_apposition(phrases: Sequence[Phrase], place: int) -> bool:
    """Whether a phrase is another name for what precedes it, and not an item of a list."""
    following = [key for phrase in phrases[place:] for key in phrase.keys]
    is_list = not {"and", "or", "nor"}.isdisjoint(following)
    first = phrases[place].tokens[0]
    if phrases[place - 1].keys[0] in _ADVERBIALS:
        return False  # "in May, the prices rose"
    return (first.article or first.key in _POSSESSIVE) and not is_list


def find_first_statement(phrases: Sequence[Phrase]) -> Sequence[Phrase] | None:
    """The phrases before a semicolon, if nothing after it takes them back; None without one."""
    for place, phrase in enumerate(phrases):
        if place and phrase.tokens[0].broken in (";", "；"):
            after = [token for later in phrases[place:] for token in later.tokens]
            is_free = not is_governing([token.key for token in after])
            return None if any(map(is_negative, after)) or not is_free else phrases[:place]
    return None


def can_move(phrase: Phrase, others: Sequence[Phrase]) -> bool:
    """Whether an adverbial says the same at the other end of its sentence."""
    keys = phrase.keys
    if not keys or keys[0] not in _ADVERBIALS or QUOTE in keys:
        return False
    rest = [key for other in others for key in other.keys]
    if keys[:2] == ("according", "to"):
        return True
    return not is_governing(rest) and _SECOND_VERB.isdisjoint(rest)
