"""The items of a list in running text: where it begins and ends, and what they are."""

import re

from assistant.records import Offsets

MOST_WORDS = 6  # of an item
_SEPARATOR = r"(?:,(?!\d)(?:\s+(?:and|or))?\s+|;\s+|\s+(?:and|or|as\swell\sas)\s+|\s\+\s)"
_SEPARATES = re.compile(_SEPARATOR)
_SEPARATES_AT_END = re.compile(rf"{_SEPARATOR}$")
# What stands before the first item of a list, and behind the last.
_LEADS = re.compile(
    r"\b(?:such\sas|like|including|includes?|namely|are|is|were|was|of|with|among|between|has|have"
    r"|had|in|for|via|through|support(?:s|ed)?|named?|called|e\.g\.)\s+(?:the\s+)?|[:(]\s*"
    r"|\s[–—]\s|[\"”)]\s-\s",
    re.IGNORECASE,
)
_STOPS = re.compile(
    r"[.;:!?)](?=\s|$)|\s[–—]\s|[\"”)]\s-\s"
    r"|(?<!-)\s(?:through|with|for|by|to|in|on|at|from|which|that|who|while|but|as|via|is|are|was"
    r"|were|has|have|had|will|can|could|may|would)\s(?!-)",
    re.IGNORECASE,
)

_CLAUSES = frozenset("which who whom whose that while but where when it they he she this".split())


def split_items(text: str) -> list[str]:
    """The items that some words list.

    >>> split_items("traffic, content, and 1,999 models")
    ['traffic', 'content', '1,999 models']
    """
    return [item.strip() for item in _SEPARATES.split(text) if item.strip()]


def find_list_around(text: str, start: int, end: int, sentence: Offsets) -> Offsets:
    """The whole list that some words of a sentence are items of; the words where there is none.

    Items stand between commas, at least two, and have six words at most.
    """
    first, last = _go_left(text, start, sentence[0]), _go_right(text, end, sentence[1])
    closing = re.search(r",\s+(?:and|or)\s[^,;]+(?=,\s)", text[first:last])
    if closing:  # what follows "a, b, and c," is no item
        last = first + closing.end()
    return (first, last) if re.search(r",\s", text[first:last]) else (start, end)


def _go_left(text: str, start: int, low: int) -> int:
    while separator := _SEPARATES_AT_END.search(text, low, start):
        before = text[low : separator.start()]
        behind_separators = [match.end() for match in _SEPARATES.finditer(before)]
        behind_leads = [match.end() for match in _LEADS.finditer(before)]
        at = max([0, *behind_separators, *behind_leads])
        led = at in behind_leads
        if not _is_item(before[at:]) or (at == 0 and not led):
            break
        start = low + at
        if led:
            break
    return start


def _go_right(text: str, end: int, high: int) -> int:
    while separator := _SEPARATES.match(text, end, high):
        stop = _STOPS.search(text, separator.end(), high)
        limit = stop.start() if stop else high
        following = _SEPARATES.search(text, separator.end(), limit)
        item_end = following.start() if following else limit
        if not _is_item(text[separator.end() : item_end]):
            break
        end = item_end
        if re.search("and|or|as", separator[0]):  # the last item
            break
    return end


def _is_item(words: str) -> bool:
    """Whether words can be an item: few, and no clause."""
    parts = words.replace(" - ", "-").casefold().split()
    return 0 < len(parts) <= MOST_WORDS and parts[0] not in _CLAUSES
