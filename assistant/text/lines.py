"""Lines: those of wrapped prose continue each other, those of lists and addresses are units.

"Lund City 100 (41)" and "Phone: 12 34" have no full stop. A line of wrapped prose ends because the
next word had no room on it, whatever that word is: in the prose of `assistant/train/questions`,
wrapped at 30 to 100 columns, 6 % of the breaks are where a line could end and the next one begin
something; in the lists, tables and letters there, 94 % are.
"""

import re
from itertools import pairwise
from typing import NamedTuple

from assistant.text.terms import STOP_WORDS, UNSPACED

LIKE_ROWS = 0.8  # share of the breaks of a paragraph, or of the lines that end with a value
LEAST_BREAKS = 2
SOME = 0.5  # share of the breaks from which a line that had room for more ends
ROOM = 0.85  # of the longest line: room for the next word
NARROW = 30  # characters: prose is wrapped wider

_LINE = re.compile(r"\S(?:[^\r\n]*\S)?")
_LABEL = re.compile(r"[^\W_][^:：.!?\r\n]{0,40}(?::(?=\s|$)|：)")
_STOPPED = re.compile(r"[.!?…。！？][\"”’')\]]{0,3}$")
_CONTINUED = re.compile(r"[,;&/(\[–—-]$")
_LAST_WORD = re.compile(r"(?<![^\W\d_])[^\W\d_]+$")
# A number at the end, perhaps in brackets or with a unit, or columns.
_VALUE = re.compile(r"\d[)\]%]{0,2}(?:\s?[€$£¥%°]?[A-Za-z]{0,3})?$|\S(?:\t| {3,})\S")
_UNSPACED = re.compile(rf"[{UNSPACED}「『“]")
_BEGINNING = re.compile(r"[\"“‘'«(\[]{0,2}(?:[^\W_]|[+*#|$€£~@<>=§•→✓-])")


class Break(NamedTuple):
    """The end of a line, and the offset at which the next line starts."""

    start: int
    is_stopped: bool  # a sentence ends here in any case
    is_continued: bool
    is_possible: bool  # the line could end here, and the next one begin something
    has_room: bool
    is_labelled: bool


def find_line_starts(text: str, start: int, end: int) -> list[int]:
    """Where the lines of a paragraph start that are units; [] for wrapped prose."""
    if text.find("\n", start, end) < 0 and text.find("\r", start, end) < 0:
        return []
    lines = list(_LINE.finditer(text, start, end))
    longest = max((line.end() - line.start() for line in lines), default=0)
    breaks = [_examine(line, following, longest) for line, following in pairwise(lines)]
    undecided = [at for at in breaks if not at.is_stopped]
    share = sum(at.is_possible for at in undecided) / max(len(undecided), 1)
    values = sum(_VALUE.search(line[0]) is not None for line in lines) / max(len(lines), 1)
    if len(undecided) >= LEAST_BREAKS and values >= LIKE_ROWS:
        return [at.start for at in breaks if not at.is_continued]
    if len(undecided) >= LEAST_BREAKS and share >= LIKE_ROWS:
        return [at.start for at in breaks if at.is_possible]
    is_list = share == 1 and (longest <= NARROW or values == 1)
    return [
        at.start
        for at in undecided
        if at.is_labelled or (at.is_possible and (is_list or (share >= SOME and at.has_room)))
    ]


def _examine(line: re.Match[str], following: re.Match[str], longest: int) -> Break:
    before, after = line[0], following[0]
    is_continued = _CONTINUED.search(before) is not None
    word = _LAST_WORD.search(before)
    has_end = not (word and word[0].lower() in STOP_WORDS and 2 * len(before) > longest)
    first = _BEGINNING.match(after)
    is_beginning = first is not None and not first[0][-1].islower()
    word_length = 1 if _UNSPACED.match(after) else len(after.split(maxsplit=1)[0])
    has_room = len(before) + 1 + word_length <= ROOM * longest or before.isupper()
    return Break(
        following.start(),
        is_stopped=_STOPPED.search(before) is not None,
        is_continued=is_continued,
        # Lines of Chinese may be wrapped anywhere.
        is_possible=not is_continued
        and has_end
        and is_beginning
        and (has_room or not _UNSPACED.match(after)),
        has_room=has_room,
        is_labelled=not is_continued and _are_labelled(before, after),
    )


def _are_labelled(before: str, after: str) -> bool:
    """Whether both lines are like "Name: value"; a label with a small letter follows its like."""
    is_labelled = _LABEL.match(before) is not None and _LABEL.match(after) is not None
    return is_labelled and (before[0].islower() or not after[0].islower())
