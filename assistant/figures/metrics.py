"""Finds the metric of an amount: the words of its sentence that say what is measured."""

import re
from collections.abc import Sequence

from assistant.figures.amounts import Amount
from assistant.figures.context import CHANGE_NOUNS, CHANGE_VERBS, MOVING_VERBS
from assistant.figures.units import NO_NOUNS
from assistant.records import Offsets, trim

# Repeated words are possessive: "only" is also an adverb, and "only only only" must not be read in
# all combinations.
# Verbs whose subject has a level or changes.
_SUBJECT_VERB = re.compile(
    r"\s(?:is|are|was|were|be|been|being|reach(?:es|ed)?|exceed(?:s|ed)?|hits?|stands?|stood"
    r"|total(?:s|led|ed)?|amount(?:s|ed)|account(?:s|ed)?\sfor|surpass(?:es|ed)?|top(?:s|ped)"
    rf"|average[sd]|remain(?:s|ed)?|ranges?|ranged|starts?|started|equal(?:s|ed)|came|comes?|lost"
    rf"|{CHANGE_VERBS['up']}|{CHANGE_VERBS['down']})"
    r"(?:\s(?:to|at|by|of|in|from|for|up|down|only|just|even|further|again|an?|the"
    r"|year\s?-\s?on\s?-\s?year|[a-z]+ly)\b)*+\s?$",
    re.IGNORECASE,
)
_RELATION_VERB = re.compile(r"(?:exceed|surpass|top)", re.IGNORECASE)
_AUXILIARY = re.compile(
    r"(?:\s(?:has|have|had|is|are|was|were|be|been|being|expected|predicted|forecast|projected"
    r"|estimated|likely|set|due|to|will|would|can|could|may|might|must|should|also|further|even"
    r"|now|still|only|already|currently|itself|themselves|alone|again|then|not|[a-z]+ly)\b)++$",
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
_NAME_ALONE = re.compile(r"(?:[A-Z][\w.’'-]*(?:\s|$)|of\s|and\s|the\s|-\s)+$")
# Capitalised only as the first word of the sentence: "Inflation hit 9%".
_OPENING_NOUN = re.compile(
    r"\w+(?:tion|ment|ity|age|ance|ing|wth)|(?:Turn|Out)\w+|Revenue|Demand|Income|Debt|Profit"
    r"|(?:Sale|Share|Price|Profit|Shipment|Export|Import|Cost|Death|Case|Temperature|Rate)s"
)
_MOVED = re.compile(
    rf"\b(?:{MOVING_VERBS['up']}|{MOVING_VERBS['down']}|(?:increas|expand)\w+)"
    r"\s(?P<words>[^,;.]{2,60}?)\sby\s$",
    re.IGNORECASE,
)
# Verbs that are the metric.
_MEASURING = re.compile(
    r"\b(?P<verb>weigh(?:s|ed|ing)?|costs?|priced|worth|valued|lasts?|lasted|measur(?:es|ing)"
    r"|rais(?:ed|ing)|earn(?:s|ed|ing)|paid|spent|invest(?:ed|ing)|sold|fined|sentenced|aged)"
    r"(?:\s(?:at|for|only|just|up|to|about|in|an?|[a-z]+ly)\b)*+\s$",
    re.IGNORECASE,
)
_OF_BEFORE = re.compile(r"(?P<words>(?:[\w’'/&]++(?:\s?-\s?[\w’']++)*+\s){1,8})of\s(?:an?\s)?$")
# "a total of" and "an increase of" do not name a metric.
_NO_METRIC = re.compile(
    r"\b(?:total|average|minimum|maximum|number|record|sum|one|out"
    rf"|{CHANGE_NOUNS['up']}|{CHANGE_NOUNS['down']})$",
    re.IGNORECASE,
)
# "1.5 million, an increase of <5%>", "less than the <$299> of": the metric of the amount before.
_REPEATED = re.compile(
    r"\W*(?:(?:to|from|up|down|or|and|a|by|compared\s(?:with|to)|against)\W+){0,2}"
    r"|.*(?:(?:,|\(|\band|\bor)\s?(?:(?:an?|up|down|by|or)\s)*(?:[\w-]+(?:\s-\s\w+)*\s)*?"
    rf"(?:{CHANGE_NOUNS['up']}|{CHANGE_NOUNS['down']})\s(?:of|by)\s"
    r"|,\s(?:up|down)\s|\b(?:than|with|to)\sthe\s)",
    re.IGNORECASE | re.DOTALL,
)
_TIME_BEFORE = re.compile(
    r"\s(?:(?:in|for|of|during|by|at|on|from|since)\s)?(?:the\s)?$", re.IGNORECASE
)
_OF_AFTER = re.compile(r"\sof\s(?:(?:the|an?|all|its|their)\s)?(?P<words>.+)")
_WORD = re.compile(r"[^\W\d_][\w’']*(?:(?:\s?-\s?|[.&/])[\w’']+)*")
_NEXT_WORD = re.compile(rf"[\s-]*(?P<word>{_WORD.pattern})")
_COUNTED = re.compile(r"(?:\sof\s(?:the|its|his|her|their|our|those|these))?[\s-]*", re.IGNORECASE)
_MOST_WORDS = 16


def find_metric(
    sentence: str, amount: Amount, clause: Offsets, times: Sequence[Offsets]
) -> Offsets | None:
    """The offsets of the metric of an amount, or None.

    The first of these: "<31%> of the cost", "a price of <$5>", "sales reached <$5>", "raised rates
    by <5%>", "priced at <$5>", "<4-hour> battery life", "<1,000> stores".
    """
    before = clause[0], amount.start
    metric = (
        _find_whole(sentence, amount)
        or (None if amount.unit.kind == "counted" else _find_of_before(sentence, *before))
        or _find_subject(sentence, *before)
        or _find_object(sentence, *before)
        or _find_after(sentence, amount)
    )
    return _remove_time(sentence, *metric, times) if metric else None


def repeats_metric(sentence: str, amount: Amount, last_end: int) -> bool:
    """Whether an amount has the metric of the previous one, which ends at `last_end`."""
    if amount.unit.kind == "counted" or _find_whole(sentence, amount):
        return False
    return _REPEATED.fullmatch(sentence, last_end, amount.start) is not None


def _remove_time(sentence: str, start: int, end: int, times: Sequence[Offsets]) -> Offsets:
    """A metric without a time at its end: "shipment target for next year"."""
    for time_start, time_end in times:
        if start < time_start < end <= time_end:
            before = _TIME_BEFORE.search(sentence, start, time_start)
            return start, before.start() if before else end
    return start, end


def _find_whole(sentence: str, amount: Amount) -> Offsets | None:
    """The whole of which an amount is a share."""
    of = _OF_AFTER.match(sentence, amount.end) if amount.unit.kind == "percent" else None
    nouns = _find_nouns(sentence, of.start("words")) if of else None
    return (nouns[0], _extend_by_of(sentence, nouns[1])) if nouns else None


def _find_of_before(sentence: str, first: int, last: int) -> Offsets | None:
    of = _OF_BEFORE.search(sentence, first, last)
    if of is None:
        return None
    start, end = of.span("words")
    for word in _WORD.finditer(sentence, start, end):
        if word[0].lower() in NO_NOUNS:
            start = word.end()
    start, end = trim(sentence, start, end)
    return None if start >= end or _NO_METRIC.search(sentence, start, end) else (start, end)


def _find_subject(sentence: str, first: int, last: int) -> Offsets | None:
    """The subject of the verb before an amount; the amount itself may begin with the verb."""
    verb = _SUBJECT_VERB.search(sentence, first, last)
    if verb is None and not _RELATION_VERB.match(sentence, last):
        return None
    _, end = trim(sentence, first, verb.start() if verb else last)
    auxiliary = _AUXILIARY.search(sentence, first, end)
    end = auxiliary.start() if auxiliary else end
    quoted = sentence[first:end].endswith(("”", '"'))
    end -= quoted
    cuts = [cut.end() for cut in _CUT.finditer(sentence, first, end)]
    start, end = trim(sentence, cuts[-1] if cuts else first, end)
    leading = _LEADING.match(sentence, start, end)
    start = leading.end() if leading else start
    words = sentence[start:end]
    if (
        _PRONOUN.match(words)
        or words.endswith(" there")
        or not 0 < len(words.split()) <= _MOST_WORDS
    ):
        return None
    is_name = _NAME_ALONE.match(words) and not (start == first and _OPENING_NOUN.fullmatch(words))
    return (start, end) if quoted or not is_name else None


def _find_object(sentence: str, first: int, last: int) -> Offsets | None:
    """The object of a change, "raised interest rates by"; or a verb that measures, "weighs"."""
    moved = _MOVED.search(sentence, first, last)
    if moved:
        leading = _LEADING.match(sentence, *moved.span("words"))
        return leading.end() if leading else moved.start("words"), moved.end("words")
    measuring = _MEASURING.search(sentence, first, last)
    return measuring.span("verb") if measuring else None


def _find_after(sentence: str, amount: Amount) -> Offsets | None:
    """The counted nouns, or the nouns after an amount: "<4-hour> battery life"."""
    kind, end = amount.unit.kind, amount.unit.end
    if kind == "counted":
        start = _COUNTED.match(sentence, amount.numbers_end, end)
        begin = start.end() if start else amount.numbers_end
        return (begin, _extend_by_of(sentence, end)) if begin < end else None
    if kind == "times" or sentence[amount.numbers_end : end].endswith("old"):
        return None
    nouns = _find_nouns(sentence, end)
    return None if nouns and _NAME_ALONE.match(sentence[slice(*nouns)]) else nouns


def _find_nouns(text: str, position: int) -> Offsets | None:
    """The nouns at a position, after a space or hyphen."""
    start = None
    while word := _NEXT_WORD.match(text, position):
        lower = word["word"].lower()
        if lower in NO_NOUNS or (start is not None and lower.endswith("ed")):
            break
        start = word.start("word") if start is None else start
        position = word.end()
    return None if start is None else (start, position)


def _extend_by_of(text: str, end: int) -> int:
    """The end of nouns, including those that follow them after "of"."""
    of = _OF_AFTER.match(text, end)
    added = _find_nouns(text, of.start("words")) if of else None
    return added[1] if added else end
