"""The phrases of a sentence between commas, and which of them can be left out or moved."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import zip_longest

from assistant.answer.writer.tokens import QUOTE, Token

_NEGATIVE = frozenset(
    "not no never none nobody nothing neither nor without hardly barely scarcely rarely seldom few "
    "little only all every each any some most many several almost nearly about around roughly "
    "approximately least up may might can could should would will must shall if unless".split()
)
# With these, something holds only sometimes. A phrase that has one cannot be left out.
_CONDITIONS = frozenset(
    "if unless only except excluding exclude provided providing assuming assume depending depend "
    "until till otherwise whether subject pending barring supposing lest once without instead "
    "rather failing given regardless contrary".split()
)
# The beginnings of words that make something another's statement, a plan, or an error.
_SPEECH = tuple(
    "accord accus admit alleg announc argu assert assum believ claim concede conced confirm "
    "consider contend den disput doubt estimat expect fear forecast guess hope imagin impl insist "
    "judg maintain plan predict pretend project promis propos purport quot reckon refus reject "
    "report rumo say said speculat suggest suppos suspect tell thought think told view warn "
    "wrong false untrue fake mistak incorrect hypothe fict myth hoax retract revers cancel".split()
)
_SPEECH_WORDS = frozenset(
    "write writes writing wrote written add adds added note notes noted state stated show shows "
    "showed shown explain explains explained reply replies replied answer answers answered "
    "comment comments commented recall recalls recalled stress stresses stressed point points "
    "pointed post posts posted tweet tweets tweeted learn learned learnt hear hears heard "
    "understand understands understood seem seems seemed appear appears appeared feel feels felt "
    "find finds indicate indicates indicated declare declares declared swear swears swore testify "
    "testifies testified vow vows vowed adding noting stating showing explaining replying "
    "answering commenting recalling stressing pointing posting tweeting learning hearing "
    "understanding seeming appearing indicating declaring vowing true truth".split()
)
_NO_SPEECH = frozenset("dense density dental denim viewer plant plants reporter".split())
_POINTING = frozenset("it this that these those so them which either neither".split())
_LISTING = frozenset(("and", "or", "nor"))

_CONNECTING = frozenset(
    tuple(words.split())
    for words in (
        "however", "moreover", "furthermore", "therefore", "thus", "additionally", "meanwhile",
        "for example", "for instance", "in addition", "in fact", "of course", "as result",
        "in contrast", "by contrast", "on one hand", "on other hand", "as is well known",
        "besides", "similarly", "likewise", "indeed", "nevertheless", "nonetheless",
        "consequently", "in other words", "more importantly", "in particular", "also",
    )
)  # fmt: skip
# A statement stands without the reason that these begin; without what the next ones begin, too.
_REASONS = frozenset("because due thanks".split())
_ADDING_FIRST = _REASONS | frozenset("although though despite like unlike".split())
_ADDING_LATER = _ADDING_FIRST | frozenset("which who whose whom while whereas similar".split())
_RELATIVES = frozenset(("which", "whom", "whose"))
_COMPARATIVES = frozenset("more less fewer higher lower".split())
_COMPARING = frozenset((("up", "from"), ("down", "from"), ("less", "than"), ("more", "than")))
_POSSESSIVE = frozenset("its his her their our my".split())
_PREPOSITIONS = frozenset("by in at on with from as for to of under after since".split())
_PARTICIPLES = frozenset("built made held known led sold set run found born".split())
# These end in -ing, -ed or -ly, and limit a statement: its time, its measure, how often it holds.
_LIMITING = frozenset(
    "assuming barring considering depending during excluding failing following including pending "
    "providing regarding concerning according supposing adjusting allowing applying beginning "
    "counting ending ignoring measuring starting subtracting taking using "
    "adjusted applied averaged based calculated compared converted corrected counted expressed "
    "limited measured rated reduced restricted rounded used weighted "
    "only early daily weekly monthly yearly hourly annually respectively possibly probably "
    "presumably supposedly allegedly reportedly apparently purportedly hopefully theoretically "
    "potentially nearly hardly barely initially temporarily provisionally usually typically "
    "normally generally mostly largely partially occasionally exclusively solely merely purely "
    "nominally formerly previously conditionally".split()
)
_TIMES = frozenset(
    "year month week day quarter night evening morning time season decade previous next last "
    "following same".split()
)
_SHORTEST_PARTICIPLE = 5
_CLAUSES = frozenset("although though because while when if unless after before since".split())
_ADVERBIALS = _CLAUSES | frozenset(
    "in on at during until by for from under within as among across with according despite today "
    "yesterday currently".split()
)
# Where these stand, an adverbial may belong to another verb once it is moved.
_SECOND_VERB = frozenset("to that which who whose when where what how why".split())
_TAILS = frozenset(("and", "but", "so", "while", "whereas"))
_NO_REASON = frozenset("long soon far much many well of in for early late last then".split())
_COLONS = frozenset(":：")
_STATEMENT_SIGNS = frozenset(";；:：—–")
_SHORTEST_STATEMENT = 3  # words, without articles


@dataclass(frozen=True, slots=True)
class Phrase:
    """The tokens between two commas; `moved` if it stood elsewhere, `open` if no comma need stand
    before it.
    """

    tokens: tuple[Token, ...]
    moved: bool = False
    open: bool = False

    @property
    def keys(self) -> tuple[str, ...]:
        return tuple(token.key for token in self.tokens)

    @property
    def sign(self) -> str:
        """The commas, brackets and the like before it."""
        return self.tokens[0].broken


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


def is_governing(keys: Sequence[str]) -> bool:
    """Whether words make a condition, or somebody else's statement, of what they stand with."""
    return not _CONDITIONS.isdisjoint(keys) or _is_speech(keys)


def _is_speech(keys: Sequence[str]) -> bool:
    return any(
        key in _SPEECH_WORDS or (key.startswith(_SPEECH) and key not in _NO_SPEECH) for key in keys
    )


def can_drop(phrases: Sequence[Phrase], place: int) -> bool:
    """Whether a sentence implies what is left of it without one of its phrases."""
    phrase = phrases[place]
    keys = phrase.keys
    if keys in _CONNECTING:
        return True
    if keys.count(QUOTE) % 2 or "?" in keys or phrase.moved:
        return False
    if keys[0] in _REASONS:
        return len(phrases) > 1
    if is_governing(keys) or _is_continued(phrases, place):
        return False
    if place == 0:
        return keys[0] in _ADDING_FIRST and len(phrases) > 1
    adds = keys[0] in _ADDING_LATER or _is_adverb(keys) or _is_comparison(keys)
    is_relative = keys[0] in _PREPOSITIONS and not _RELATIVES.isdisjoint(keys[1:2])
    return adds or is_relative or _is_participle(phrase) or _is_apposition(phrases, place)


def _is_continued(phrases: Sequence[Phrase], place: int) -> bool:
    """Whether the next phrase belongs to one: ", the last, at 9.12, of magnitude 5", ", though for
    less: 2 million", ", which means that in schools, ...".
    """
    if not 0 < place < len(phrases) - 1:
        return False
    following = phrases[place + 1]
    if not _COLONS.isdisjoint(following.sign) or "that" in phrases[place].keys:
        return True
    return phrases[place].tokens[0].article and following.keys[0] in _PREPOSITIONS


def _is_comparison(keys: Sequence[str]) -> bool:
    """ ", up from 3 million", ", 9 percent more than in 2023"."""
    is_more = keys[0][0].isdigit() and "than" in keys and not _COMPARATIVES.isdisjoint(keys)
    return is_more or keys[:2] in _COMPARING


def _is_participle(phrase: Phrase) -> bool:
    """Whether a phrase begins as ", making ..." does, or ", owned by ..."."""
    first, keys = phrase.tokens[0], phrase.keys
    if first.fixed or first.article or first.key in _LIMITING or len(keys) == 1:
        return False
    is_long = len(first.key) >= _SHORTEST_PARTICIPLE
    if first.key.endswith("ing"):
        return is_long
    is_past = first.key in _PARTICIPLES or (first.key.endswith("ed") and is_long)
    return is_past and keys[1] in _PREPOSITIONS


def _is_adverb(keys: Sequence[str]) -> bool:
    return keys[0].endswith("ly") and keys[0] not in _LIMITING and len(keys) > 1


def _is_apposition(phrases: Sequence[Phrase], place: int) -> bool:
    """Whether a phrase is another name for what precedes it, and not an item of a list."""
    phrase = phrases[place]
    if "(" in phrase.sign and place + 1 < len(phrases) and ")" in phrases[place + 1].sign:
        return _is_name(phrase)
    if any(not _LISTING.isdisjoint(later.keys) for later in phrases[place:]):
        return False
    if phrases[place - 1].keys[0] in _ADVERBIALS:
        return False  # "in May, the prices rose"
    if _is_name(phrase):
        # Not "in Paris, Texas".
        return place + 1 < len(phrases) and not phrases[place - 1].tokens[-1].fixed
    first, keys = phrase.tokens[0], phrase.keys
    if first.key in _TIMES and keys[1:3] != ("on", first.key):  # "a year-on-year rise"
        return False
    return first.article or first.key in _POSSESSIVE


def _is_name(phrase: Phrase) -> bool:
    """Whether all words have capitals, but for "of"."""
    return all(
        (token.fixed and token.key[0].isalpha()) or token.key == "of" for token in phrase.tokens
    )


def can_end(phrases: Sequence[Phrase], place: int) -> bool:
    """Whether a sentence may end before one of its phrases: what follows is a statement of its own,
    and takes nothing back.
    """
    phrase = phrases[place]
    after = [key for later in phrases[place:] for key in later.keys]
    if not _CONDITIONS.isdisjoint(after) or QUOTE in after or "?" in after:
        return False
    if any(later.moved for later in phrases[place:]):
        return False
    if _is_speech(after) and not _POINTING.isdisjoint(after):
        return False  # ", but the company denies this"
    if any(_is_speech([later.keys[0], later.keys[-1]]) for later in phrases[place:]):
        return False  # ": it is open, said Lee", "; it is open, Lee said"
    if len(after) < _SHORTEST_STATEMENT:
        return False
    before = phrases[:place]
    signs = "".join(token.broken for other in phrases[: place + 1] for token in other.tokens)
    if signs.count("(") > signs.count(")"):
        return False  # "(1997: 3.51)"
    if sum(len(other.tokens) for other in before) < _SHORTEST_STATEMENT:
        return False
    if not _STATEMENT_SIGNS.isdisjoint(phrase.sign):
        return phrase.keys[0] not in _PREPOSITIONS | _NEGATIVE  # ": at least on paper"
    # "A sold 9 cars, trucks, and boats": of a list, no item can be left out.
    own = [
        at
        for at, other in enumerate(before)
        if not can_drop(phrases, at) and other.keys[0] not in _ADVERBIALS
    ]
    return (phrase.keys[0] in _TAILS or _is_reason(phrase)) and len(own) == 1


def _is_reason(phrase: Phrase) -> bool:
    """ ", since it has no licence", but not ", since 2014" or ", as long as it has one"."""
    keys = phrase.keys
    is_clause = len(keys) > _SHORTEST_STATEMENT and not keys[1][0].isdigit()
    return keys[0] in ("as", "since") and is_clause and keys[1] not in _NO_REASON


def can_move(phrase: Phrase, others: Sequence[Phrase]) -> bool:
    """Whether an adverbial says the same at the other side of other phrases."""
    keys = phrase.keys
    if keys[0] not in _ADVERBIALS or QUOTE in keys:
        return False
    if keys[0] in _CLAUSES or keys[:2] == ("according", "to"):
        return True
    return not _is_speech([key for other in others for key in other.keys])


def move(phrase: Phrase, others: Sequence[Phrase]) -> Phrase:
    """A phrase at its new place; a comma has to stand there where it could belong to a verb to
    which it did not.
    """
    tokens = [token for other in others for token in other.tokens]
    second = any(
        token.key in _SECOND_VERB and not (token.key == "to" and _is_amount(after))
        for token, after in zip_longest(tokens, tokens[1:])
    )
    return replace(phrase, moved=True, open=phrase.keys[0] not in _CLAUSES and not second)


def _is_amount(token: Token | None) -> bool:
    """Whether "to" before a token is no verb's: "fell to 5%", "to the end"."""
    return token is not None and (token.article or token.key[0].isdigit())


def name_first(phrases: Sequence[Phrase]) -> list[Phrase] | None:
    """ "B, the head of A, ..." for "The head of A, B, ..."; None if a sentence begins otherwise."""
    if len(phrases) <= 2 or not _is_name(phrases[1]) or not _is_apposition(phrases, 1):
        return None
    title, name, *others = phrases
    first = title.tokens[0]
    if not first.article and first.key not in _POSSESSIVE:
        return None
    return [name, replace(title, open=False), *others]


def state_apposition(phrases: Sequence[Phrase], copula: Token) -> Phrase | None:
    """ "A is the head of B" for "A, the head of B, ..."; None if a sentence does not begin so."""
    if len(phrases) < 2 or not _is_name(phrases[0]) or not phrases[1].tokens[0].article:
        return None
    if not _is_apposition(phrases, 1):
        return None
    name, other = phrases[0].tokens, phrases[1].tokens
    return Phrase((*name, copula, replace(other[0], broken=""), *other[1:]))
