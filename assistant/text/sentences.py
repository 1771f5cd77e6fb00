"""Sentences: where they end, and which pieces of a text are units without a full stop.

Of fourteen splitters tried on 124 cases, sentencex had the most right, broke no sentence of the
article and is linear on hostile input. It takes text in double quotes for one sentence, which is
wrong for news, and all that follows "(2)" too; so these are replaced by spaces before, and its cuts
are moved past quotes.
"""

import re
from collections.abc import Iterator
from itertools import pairwise

import sentencex

from assistant.records import Offsets, trim
from assistant.text.lines import find_line_starts
from assistant.text.terms import UNSPACED

LONGEST_SENTENCE = 1000  # characters; longer ones are cut between clauses, or words

_HIDDEN = {ord(character): " " for character in '“”"«»\r\n'}
_HIDDEN |= dict.fromkeys(range(0xD800, 0xE000), "�")  # the library refuses halves of characters
# "(1)", "(iv)", "b)": what follows is an item. Brackets without a partner are hidden too.
_ENUMERATOR = re.compile(r"(?<!\S)\(?(?:\d{1,3}|[A-Za-z]|[ivxIVX]{1,5})\)(?=\s)")
_NEW_ITEM = re.compile(rf"(?<=[.;:!?])\s{{1,9}}(?={_ENUMERATOR.pattern}\s+[“\"]?[A-Z])")
_BRACKETS = re.compile(r"\([^()\[\]]{0,300}\)|\[[^()\[\]]{0,300}\]|([()\[\]])")
# A line that begins like an item of a list begins a sentence; its marker alone is not one.
_ITEM = re.compile(r"(?:^|(?<=[\r\n]))[^\S\r\n]*(?:[-*+•–]|\d{1,3}[.)])[^\S\r\n]+(?=\S)")
# These words alone are no sentence but the number of the one that follows.
_LABEL = re.compile(
    r"(?:\(?(?:\d{1,3}|[A-Za-z]|[ivx]{1,5})[.)]"
    r"|(?:§{1,2}|Art(?:icle)?\.?|Sec(?:tion)?\.?|Clause|Rule|Step|Chapter|Part)\s?\d{1,4}[a-z]?[.:])"
)
# The library cuts after these words, and before a digit after the second group, and should not.
_NEVER_AFTER = re.compile(
    r"\b(?:e\.g|i\.e|[Ii]ncl|[Ee]xcl|[Aa]pprox|vs|cf|Gov|Sen|Rep|Gen|Lt|Col|Ms|Ft|Ste|resp|[Ee]st"
    r"|Figs)\.$"
)
_NO_DIGIT_AFTER = re.compile(
    r"\b(?:Nos?|Figs?|Eqs?|Vols?|Sect?|Ch|Chap|pp?|ca|Art|Tab|Ref|Ex|App|Apt|Tel|Str|Abs|Par|Mon|Tue"
    r"|Wed|Thu|Fri|Sat|Sun|[Mm]ax|[Mm]in|ed|eds)\.$"
)
# A short word with a capital is an abbreviation where a small letter follows: "Wed. and Fri."
_SHORT = re.compile(r"\b[A-Z][a-z]{1,4}\.$")
# The library does not cut here before a capital, and should.
_MISSED = re.compile(
    r"[.!?…\]](?:(?<=…)|(?<=[!?]{2})|(?<=\betc\.)|(?<=\bMay\.)|(?<=\[\d\])|(?<=\[\d\d\])"
    r"|(?<=\[\d{3}\])|(?<=\d[a-zµ]\.)|(?<=\d[\sa-zµ][a-zµ]\.)|(?<=\d\s[a-zµ]{2}\.)|(?<=[.!?])(?=\)))"
    r"[”\"')]{0,3}\s{1,9}(?=[“\"(]?[A-Z])"
)
# Chinese and Japanese full stops, whatever follows; not before words that continue a quote. A run
# of them is read once: from each of its places again, 64,000 took minutes.
_FULL_STOP = re.compile(
    rf"(?<![。！？；…])[。！？；…]++[”’」』）》]{{0,3}}(?=[{UNSPACED}“「『（《0-9A-Za-z])"
)
_ENDS = re.compile(r"[^\w\s,;:()'’/-]")  # without one of these, a text is one sentence
_CLOSERS = "”’」』»\"')]"
_LOOK_BACK = 16  # characters: longer than any abbreviation above
_NEXT = re.compile(r"[^\s“‘「『«\"'(\[]")
_CLAUSES = [re.compile(pattern) for pattern in (r"[\r\n]+", r"[;；]\s*", r"[,，、]\s*", r"\s+")]


def find_sentences(text: str, start: int, end: int) -> list[Offsets]:
    """The sentences of a paragraph, in order: offsets in the text, without surrounding space.

    Items of a list, and lines that are no wrapped prose, are units of their own. Every character of
    `text[start:end]` that is not space is in exactly one.
    """
    units = {start, *(match.start() for match in _ITEM.finditer(text, start, end))}
    units.update(find_line_starts(text, start, end))
    cuts = {start, end}
    for unit, next_unit in pairwise([*sorted(units), end]):
        marker = _ITEM.match(text, unit, next_unit)
        cuts.add(unit)
        cuts.update(_find_cuts(text[marker.end() if marker else unit : next_unit], next_unit))
    spans = [trim(text, a, b) for a, b in pairwise(sorted(cuts)) if text[a:b].strip()]
    return [piece for span in _join_labels(text, spans) for piece in _bound(text, *span)]


def _find_cuts(text: str, end: int) -> set[int]:
    """Where one unit is cut, as offsets of the document; the unit ends at `end`."""
    if not _ENDS.search(text):
        return set()
    shift = end - len(text)
    hidden = _hide(text)
    found = sentencex.get_sentence_boundaries("en", hidden)
    proposed = {boundary["end_index"] for boundary in found}
    proposed.update(match.end() for match in _MISSED.finditer(text))
    proposed.update(match.start() for match in _NEW_ITEM.finditer(text))
    if not text.isascii():
        proposed.update(match.end() for match in _FULL_STOP.finditer(text))
    cuts = (_place_cut(text, hidden, cut) for cut in proposed if 0 < cut < len(text))
    return {cut + shift for cut in cuts if cut is not None}


def _hide(text: str) -> str:
    """The text as the library should see it, of the same length."""
    hidden = text.translate(_HIDDEN)
    if "(" not in text and ")" not in text and "[" not in text and "]" not in text:
        return hidden
    hidden = _ENUMERATOR.sub(lambda found: " " * len(found[0]), hidden)
    return _BRACKETS.sub(lambda found: " " if found[1] else found[0], hidden)


def _place_cut(text: str, hidden: str, cut: int) -> int | None:
    """The cut at the end of its sentence, after closing quotes; None if there should be no cut."""
    while cut and hidden[cut - 1].isspace():
        cut -= 1
    while cut < len(text) and text[cut] in _CLOSERS and not text[cut - 1].isspace():
        cut += 1
    left = text[max(0, cut - _LOOK_BACK) : cut]
    next_word = _NEXT.search(hidden, cut)
    if not left or next_word is None:
        return None
    first = next_word[0]
    if _NEVER_AFTER.search(left) or (first.isdigit() and _NO_DIGIT_AFTER.search(left)):
        return None
    if left[-1] in _CLOSERS and first in "とっ，、":
        return None  # 「行く。」と言った
    if first.islower() and (left[-1] in _CLOSERS or left.endswith(("!", "?"))):
        return None  # "Why?" he asked; Yahoo! announced
    if first.islower() and _SHORT.search(left):
        return None
    if left.endswith(" .") and not text[cut : cut + 1].isspace():
        return None  # a name that begins with a full stop: " .NET"
    return cut


def _join_labels(text: str, spans: list[Offsets]) -> list[Offsets]:
    """The spans, with those that are only a number or a letter ("2.", "Art. 5.") joined to what
    follows.
    """
    joined: list[Offsets] = []
    first = None
    for start, end in spans:
        first = start if first is None else first
        if not _LABEL.fullmatch(text, start, end):
            joined.append((first, end))
            first = None
    return joined if first is None else [*joined, (first, spans[-1][1])]


def _bound(text: str, start: int, end: int) -> Iterator[Offsets]:
    """The sentence, cut between lines, clauses or else words if it is very long."""
    while end - start > LONGEST_SENTENCE:
        cut = _find_clause(text, start)
        yield trim(text, start, cut)
        start = trim(text, cut, end)[0]
    yield start, end


def _find_clause(text: str, start: int) -> int:
    """The last place in the second half of the longest sentence at which one may be cut."""
    first, last = start + LONGEST_SENTENCE // 2, start + LONGEST_SENTENCE
    for pattern in _CLAUSES:
        ends = [match.end() for match in pattern.finditer(text, first, last)]
        if ends:
            return ends[-1]
    return last
