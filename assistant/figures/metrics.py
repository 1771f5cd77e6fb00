"""What a figure measures, in the words of the document: a stretch of its sentence."""

import re
from collections.abc import Sequence

from assistant.figures.amounts import Amount
from assistant.figures.units import ENDS
from assistant.records import Offsets, trim

# Verbs that say a level or a change of what stands before them.
_VERBS = (
    r"is|are|was|were|be|been|being|reach(?:es|ed)?|exceed(?:s|ed)?|hit|hits|stands?|stood"
    r"|total(?:s|led|ed)?|amount(?:s|ed)|account(?:s|ed)?\sfor|r[io]ses?|risen|f[ae]lls?|fallen"
    r"|gr[eo]w(?:s|n)?|increas(?:e|es|ed)|decreas(?:e|es|ed)|drop(?:s|ped)?|declin(?:e|es|ed)"
    r"|climb(?:s|ed)?|jump(?:s|ed)?|surg(?:e|es|ed)|soar(?:s|ed)?|plung(?:e|es|ed)|slid"
    r"|surpass(?:es|ed)?|top(?:s|ped)|average[sd]|remain(?:s|ed)?|ranges?|ranged|expand(?:s|ed)"
    r"|starts?|started|shrank|shrunk|equal(?:s|ed)|came|come|comes|gain(?:s|ed)|lost"
)
_SUBJECT_VERB = re.compile(
    rf"\s(?:{_VERBS})(?:\s(?:to|at|by|of|in|from|for|up|down|only|just|even|further|again|a|an|the"
    r"|year\s?-\s?on\s?-\s?year|[a-z]+ly))*\s?$",
    re.IGNORECASE,
)
_RELATION_VERB = re.compile(r"(?:exceed|surpass|top)", re.IGNORECASE)
# What somebody moves: "raised interest rates by".
_MOVED = re.compile(
    r"\b(?:rais|cut|reduc|lower|boost|lift|hik|increas|trim|slash|expand)[a-z]*"
    r"\s(?P<words>[^,;.]{2,60}?)\sby\s$",
    re.IGNORECASE,
)
# Verbs that say themselves what they measure.
_MEASURING = re.compile(
    r"\b(?P<verb>weigh(?:s|ed|ing)?|costs?|priced|worth|valued|lasts?|lasted|measur(?:es|ing)"
    r"|rais(?:ed|ing)|earn(?:s|ed|ing)|paid|spent|invest(?:ed|ing)|sold|fined|sentenced|aged)"
    r"(?:\s(?:at|for|only|just|up|to|about|in|a|an|[a-z]+ly))*\s$",
    re.IGNORECASE,
)
_AUXILIARY = re.compile(
    r"(?:\s(?:has|have|had|is|are|was|were|be|been|being|expected|predicted|forecast|projected"
    r"|estimated|likely|set|due|to|will|would|can|could|may|might|must|should|also|further|even"
    r"|now|still|only|already|currently|itself|themselves|alone|again|then|not|[a-z]+ly))+$",
    re.IGNORECASE,
)
_CUT = re.compile(
    r"[,;:“”\"]|\b(?:that|which|where|when|while|whether|because|although|though|but|if|says?|said)\s",
    re.IGNORECASE,
)
_LEADING = re.compile(
    r"(?:(?:and|or|the|an?|its|their|his|her|our|this|these|those|however|even|also|only|some|so|for"
    r"|in|on|at|by|with|of|then|now|exceeding|making|\d{4}|early|initially|overall)\s)+",
    re.IGNORECASE,
)
_PRONOUN = re.compile(
    r"(?:it|he|she|they|we|i|you|this|that|there|what|who|which|these|those|one|both|all)\b", re.I
)
_NAME_ALONE = re.compile(r"(?:[A-Z][\w.’'-]*\s?|of\s|and\s|the\s|-\s)+$")
# Its capital may only be that of the sentence: "Inflation hit 9%".
_OPENING_NOUN = re.compile(
    r"\w+(?:tion|ment|ity|age|ance|ing|wth)|(?:Turn|Out)\w+|Revenue|Demand|Income|Debt|Profit"
    r"|(?:Sale|Share|Price|Profit|Shipment|Export|Import|Cost|Death|Case|Temperature|Rate)s"
)
_OF_BEFORE = re.compile(r"(?P<words>(?:[\w’'/&]+(?:\s?-\s?[\w’']+)*\s){1,8})of\s(?:an?\s)?$")
_SUMS = re.compile(r"\b(?:total|average|minimum|maximum|number|record|sum|one|out)$", re.IGNORECASE)
# "a capacity of 300 passengers"; but "the murder of two men" measures nothing.
_COUNTING = re.compile(
    r"\b(?:population|workforce|capacity|fleet|target|audience|turnout|volume|output|shipments?"
    r"|sales|rate|range|crowd|staff|toll|goal|membership)$",
    re.IGNORECASE,
)
_CHANGED = re.compile(
    r"\b(?:increase|rise|growth|gain|jump|surge|hike|decrease|fall|drop|decline|cut|reduction|loss)$",
    re.IGNORECASE,
)
# "1.5 million, an increase of <5%>", "less than the <$299> of": told with the figure before.
_REPEATED = re.compile(
    r"(?:,|\(|\band|\bor)\s?(?:(?:an?|up|down|by|or)\s)*(?:[\w-]+(?:\s-\s\w+)*\s)*?"
    r"(?:increase|rise|growth|gain|jump|surge|decrease|fall|drop|decline|reduction)\s(?:of|by)\s$"
    r"|,\s(?:up|down)\s$|\b(?:than|with|to)\sthe\s$",
    re.IGNORECASE,
)
_NEXT = re.compile(r"\W*(?:(?:to|from|up|down|or|and|a)\W+){0,2}", re.IGNORECASE)
_TIME_BEFORE = re.compile(
    r"\s(?:(?:in|for|of|during|by|at|on|from|since)\s)?(?:the\s)?$", re.IGNORECASE
)
_OF_BEHIND = re.compile(r"\sof\s(?:(?:the|an?|all|its|their)\s)?(?P<words>.+)")
_WORDS = re.compile(r"(?:[^\W\d_][\w’']*(?:(?:\s?-\s?|[.&/])[\w’']+)*)")
_NEXT_WORD = re.compile(rf"[\s-]*(?P<word>{_WORDS.pattern})")
_COUNTED = re.compile(r"(?:\sof\s(?:the|its|his|her|their|our|those|these))?[\s-]*", re.IGNORECASE)
_MOST_WORDS = 16


def find_metric(
    sentence: str, amount: Amount, clause: Offsets, times: Sequence[Offsets]
) -> Offsets | None:
    """Where a sentence says what an amount measures, or None; a change may be told with its level.

    The first of these: "<31%> of the cost", "a price of <$5>", "sales reached <$5>", "priced at
    <$5>", "<4-hour> battery life", "<1,000> stores".
    """
    found = _find_whole(sentence, amount) or _find_before(sentence, amount, clause[0])
    found = found or _find_behind(sentence, amount)
    return _leave_time(sentence, found, times) if found else None


def _find_before(sentence: str, amount: Amount, shift: int) -> Offsets | None:
    before = sentence[shift : amount.start]
    found = (
        _find_of_before(before, counted=amount.unit.kind == "counted")
        or _find_subject(before, bool(_RELATION_VERB.match(sentence, amount.start)))
        or _find_moved(before)
        or _find_measuring(before)
    )
    return (found[0] + shift, found[1] + shift) if found else None


def _leave_time(sentence: str, found: Offsets, times: Sequence[Offsets]) -> Offsets:
    """A metric without the time that ends it: "shipment target for next year"."""
    start, end = found
    for time_start, time_end in times:
        if start < time_start < end <= time_end:
            before = _TIME_BEFORE.search(sentence, start, time_start)
            return (start, before.start()) if before else found
    return found


def repeats_metric(sentence: str, amount: Amount, last_end: int | None) -> bool:
    """Whether an amount measures the same as the one before it in its sentence, ending there."""
    if last_end is None or amount.unit.kind == "counted" or _find_whole(sentence, amount):
        return False
    between = sentence[last_end : amount.start]
    return bool(_NEXT.fullmatch(between) or _REPEATED.search(between))


def _find_whole(sentence: str, amount: Amount) -> Offsets | None:
    """What an amount is a share of."""
    of = _OF_BEHIND.match(sentence, amount.end) if amount.unit.kind == "percent" else None
    found = _take_on(sentence, of.start("words")) if of else None
    return (found[0], _take_of(sentence, found[1])) if found else None


def _find_of_before(before: str, *, counted: bool) -> Offsets | None:
    found = _OF_BEFORE.search(before)
    if found is None:
        return None
    start, end = _take_back(before, found.start("words"), found.end("words"))
    words = before[start:end]
    if not words or _SUMS.search(words) or _CHANGED.search(words):
        return None
    return (start, end) if not counted or _COUNTING.search(words) else None


def _take_back(text: str, start: int, end: int) -> Offsets:
    """The nouns that end a stretch: back to the last word that is none."""
    begin = start
    for word in _WORDS.finditer(text, start, end):
        if word[0].lower() in ENDS:
            begin = word.end()
    return trim(text, begin, end)


def _find_subject(before: str, verb_inside: bool) -> Offsets | None:
    """What stands before the verb of a level; `verb_inside` where the amount begins with it."""
    verb = _SUBJECT_VERB.search(before)
    if verb is None and not verb_inside:
        return None
    end = len(before[: verb.start() if verb else len(before)].rstrip())
    auxiliary = _AUXILIARY.search(before[:end])
    end = auxiliary.start() if auxiliary else end
    quoted = before[:end].endswith(("”", '"'))
    end -= quoted
    cuts = [match.end() for match in _CUT.finditer(before, 0, end)]
    start = cuts[-1] if cuts else 0
    start, end = trim(before, start, end)
    leading = _LEADING.match(before, start, end)
    start = leading.end() if leading else start
    words = before[start:end]
    if (
        not words
        or _PRONOUN.match(words)
        or words.endswith(" there")
        or len(words.split()) > _MOST_WORDS
    ):
        return None
    named = _NAME_ALONE.match(words) and not (start == 0 and _OPENING_NOUN.fullmatch(words))
    return (start, end) if quoted or not named else None


def _find_moved(before: str) -> Offsets | None:
    moved = _MOVED.search(before)
    if moved is None:
        return None
    leading = _LEADING.match(before, *moved.span("words"))
    return leading.end() if leading else moved.start("words"), moved.end("words")


def _find_measuring(before: str) -> Offsets | None:
    found = _MEASURING.search(before)
    return found.span("verb") if found else None


def _find_behind(sentence: str, amount: Amount) -> Offsets | None:
    """The counted nouns, or those that an amount stands before: "<4-hour> battery life"."""
    kind, end = amount.unit.kind, amount.unit.end
    if kind == "counted":
        start = _COUNTED.match(sentence, amount.numbers_end, end)
        begin = start.end() if start else amount.numbers_end
        return (begin, _take_of(sentence, end)) if begin < end else None
    if kind == "times" or sentence[amount.numbers_end : end].endswith("old"):
        return None
    found = _take_on(sentence, end)
    return None if found and _NAME_ALONE.match(sentence[slice(*found)]) else found


def _take_on(text: str, place: int) -> Offsets | None:
    """The nouns that follow a place, behind a space or a hyphen."""
    start = end = None
    while word := _NEXT_WORD.match(text, place):
        lower = word["word"].lower()
        if lower in ENDS or (start is not None and lower.endswith("ed")):
            break
        start = word.start("word") if start is None else start
        place = end = word.end()
    return (start, end) if start is not None and end is not None else None


def _take_of(text: str, end: int) -> int:
    """Where nouns end that end at a place, with those that "of" adds to them."""
    of = _OF_BEHIND.match(text, end)
    added = _take_on(text, of.start("words")) if of else None
    return added[1] if added else end
