"""A language model's text becomes claims, each with the numbers of the sentences it cites."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby

from assistant.text import find_sentences
from assistant.text.terms import UNSPACED

# "[1]", "[1, 2]", with the space before; repeats are bounded, so that no text is slow to search.
_MARKER = re.compile(
    r"[^\S\n]{0,9}(?:\[|【)\s{0,3}(?P<numbers>\d{1,4}(?:\s{0,3}[,;，、]\s{0,3}\d{1,4}){0,31})"
    r"\s{0,3}(?:\]|】)"
)
_ITEM = re.compile(r"(?:[-*•–+]|\d{1,3}[.)])\s+(?=\S)")
# After a marker, another clause begins here, with sentences of its own.
_NEXT_CLAUSE = re.compile(r"\s*+(?:;|,?\s*+\b(?:and|but|while|whereas)\s|[；，])")
_ENDED = re.compile(r"[.!?…。！？][\"'”’)»」』]{0,3}$")
_DANGLING = re.compile(r"(?<![\s,;:，；：、])[\s,;:，；：、]++(?P<stop>[.。]?)$")
_LETTERS = re.compile(r"\w")


@dataclass(frozen=True, slots=True)
class Claim:
    """A sentence without its markers, and the numbers that it cites, each once; () if none."""

    text: str
    citations: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class _Marker:
    """The numbers of a marker, and its place in the line without markers."""

    at: int
    numbers: tuple[int, ...]


def split_claims(text: str) -> list[Claim]:
    """The claims of a text, in order.

    A sentence is one claim, or one for each clause that ends with a marker: "A costs 3 [1] and B
    costs 4 [2]." is two. A marker belongs to the words before it, also after their full stop; in
    a line that begins with one, and does not end with one, to the words after it.

    >>> split_claims("A costs 3 [1]. B is sold out. [1, 2]")
    [Claim(text='A costs 3.', citations=(1,)), Claim(text='B is sold out.', citations=(1, 2))]
    """
    return [claim for line in text.splitlines() for claim in _split_line(line.strip())]


def _split_line(line: str) -> Iterator[Claim]:
    item = _ITEM.match(line)
    bare, markers = _take_markers(line[item.end() :] if item else line)
    ends = [end for _, end in find_sentences(bare, 0, len(bare))]
    cuts = iter(sorted({*ends, *_find_clause_ends(bare, markers)}))
    # "[1] A costs 3. [2] B is sold out."
    leads = bool(markers) and markers[0].at == 0 and markers[-1].at < len(bare)
    start, end, at = 0, next(cuts, None), 0
    while end is not None:
        cited: list[int] = []
        after = next(cuts, None)
        limit = end - 1 if leads else end + _count_spaces(bare, end)
        while at < len(markers) and (markers[at].at <= limit or after is None):
            cited += markers[at].numbers
            at += 1
        claim_text = _finish(bare[start:end])
        if _LETTERS.search(claim_text):
            yield Claim(claim_text, tuple(dict.fromkeys(cited)))
        start, end = end, after


def _take_markers(line: str) -> tuple[str, list[_Marker]]:
    """A line without its markers, and these."""
    pieces: list[str] = []
    markers: list[_Marker] = []
    length = last = 0
    for match in _MARKER.finditer(line):
        pieces.append(line[last : match.start()])
        length += len(pieces[-1])
        numbers = tuple(int(number) for number in re.findall(r"\d+", match["numbers"]))
        markers.append(_Marker(length, numbers))
        last = match.end()
    return "".join([*pieces, line[last:]]), markers


def _find_clause_ends(bare: str, markers: list[_Marker]) -> Iterator[int]:
    """Where a clause ends with a marker and another clause follows that ends with one too."""
    places = [place for place, _ in groupby(marker.at for marker in markers)]
    for place in places[:-1]:
        if place and _NEXT_CLAUSE.match(bare, place):
            yield place


def _count_spaces(text: str, start: int) -> int:
    return len(text[start : start + 9]) - len(text[start : start + 9].lstrip())


def _finish(text: str) -> str:
    """A clause as a sentence: single spaces, a capital, a full stop."""
    text = " ".join(text.split())
    joined = _NEXT_CLAUSE.match(text)
    text = text[joined.end() :].lstrip() if joined else text
    text = _DANGLING.sub(r"\g<stop>", text)
    if not text or _ENDED.search(text):
        return text[:1].upper() + text[1:]
    return f"{text[0].upper()}{text[1:]}{'。' if re.match(f'[{UNSPACED}]', text[-1]) else '.'}"
