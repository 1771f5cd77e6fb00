"""A document's text cut into parts of about 20,000 characters, each shown by itself."""

import unicodedata
from bisect import bisect_right
from collections.abc import Iterator, Sequence

from assistant.records import Document, Offsets, Table

PART = 20_000  # characters of a part that a page shows
MOST_ROWS = 200  # of a table that a page shows at once
AROUND = 1500  # characters on both sides of a quote that stay in its part
_MARGIN = 4000  # how far before the end of a part a good place to cut is looked for
_ENDS = ("\n\n", "\r\n\r\n", "\n", "\r", "。", ". ", " ")  # where to cut, the best first
_JOINERS = frozenset("\u200c\u200d\ufe0e\ufe0f")


def find_parts(document: Document, quote: Offsets | None = None) -> list[int]:
    """Where the parts of a document begin, the first at 0.

    No part ends inside a table, or near a quote that fits into one.
    """
    kept = _keep_together(document, quote)
    starts, used = [0], 0
    for start, end, table in _list_pieces(document):
        if table is not None:
            weight = sum(row.end - row.start for row in table.rows[:MOST_ROWS])
            is_kept = kept is not None and kept[0] < start < kept[1]
            if used and used + weight > PART and not is_kept:
                starts.append(start)
                used = 0
            used += weight
            continue
        begin = start
        while used + end - begin > PART:
            cut = _choose_cut(document.text, (begin, end), begin + max(PART - used, 0), kept)
            if cut >= end:
                break
            if cut > starts[-1]:
                starts.append(cut)
            begin, used = cut, 0
        used += end - begin
    return starts


def find_part(starts: Sequence[int], offset: int) -> int:
    """The number of the part that holds an offset, counted from 1."""
    return max(bisect_right(starts, offset), 1)


def _keep_together(document: Document, quote: Offsets | None) -> Offsets | None:
    """The span of a quote and what is around it; None if it is longer than a part."""
    if quote is None or quote[1] - quote[0] > PART:
        return None
    return max(quote[0] - AROUND, 0), min(quote[1] + AROUND, len(document.text))


def _list_pieces(document: Document) -> Iterator[tuple[int, int, Table | None]]:
    """The tables of a document, and the text before, between and after them."""
    position = 0
    for table in document.tables:
        first, last = table.rows[0].start, table.rows[-1].end
        yield position, first, None
        yield first, last, table
        position = last
    yield position, len(document.text), None


def _choose_cut(text: str, piece: Offsets, limit: int, kept: Offsets | None) -> int:
    """Where to end a part inside a piece of text, at most at `limit`; past it for what is kept."""
    begin, end = piece
    cut = _find_end(text, max(begin, limit - _MARGIN), limit)
    if kept is None or not kept[0] < cut < kept[1]:
        return cut
    if kept[0] > begin:
        return _find_end(text, max(begin, kept[0] - _MARGIN), kept[0])
    return kept[1] + len(text[kept[1] : end].partition("\n")[0]) + 1 if kept[1] < end else end


def _find_end(text: str, lowest: int, limit: int) -> int:
    """The best place to cut between two offsets: after a paragraph, line, sentence or word."""
    for ending in _ENDS:
        found = text.rfind(ending, lowest, limit)
        if found >= lowest and found + len(ending) > lowest:
            return found + len(ending)
    for cut in range(limit, max(lowest, limit - 64), -1):
        if not _is_inside_character(text, cut):
            return cut
    return limit


def _is_inside_character(text: str, cut: int) -> bool:
    """Whether a cut would divide what is shown as one character."""
    before, after = text[cut - 1 : cut], text[cut : cut + 1]
    return (
        before in _JOINERS
        or after in _JOINERS
        or unicodedata.category(after or " ").startswith("M")
        or "\U0001f3fb" <= after <= "\U0001f3ff"  # the colour of a skin
        or ("\U0001f1e6" <= before <= "\U0001f1ff" and "\U0001f1e6" <= after <= "\U0001f1ff")
    )
