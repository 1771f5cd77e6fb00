"""The figures of a document: its numbers with what they say, found by rules over sentences.

A number alone is no figure. `scan` decides which are, by their words; `context`, `periods`,
`sources`, `metrics` and `whose` find what the sentence says of each.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from assistant.figures.context import (
    Change,
    Status,
    find_change,
    find_clause,
    find_compared,
    find_period,
    find_status,
)
from assistant.figures.metrics import find_metric, repeats_metric
from assistant.figures.owner import Owners
from assistant.figures.periods import Period, find_times
from assistant.figures.relations import Relation
from assistant.figures.scan import find_amounts, may_have_amounts
from assistant.figures.sources import Voice, find_voice, is_unsaid
from assistant.records import Document, Mention, Offsets, Player

__all__ = ["Change", "Figure", "Period", "find_figures"]

# Full-width signs have an offset of their own in Unicode; the others are written alike by many.
_ALIKE = {place: place - 0xFEE0 for place in range(0xFF01, 0xFF5F)}
_ALIKE |= dict.fromkeys(map(ord, "‐‑−"), ord("-")) | {ord("￥"): ord("¥")}
_ALIKE |= dict.fromkeys(map(ord, "\t\r\n\u00a0\u2009\u202f\u3000"), ord(" "))

LONGEST_STRETCH = 2000  # characters; what is longer is a table or code, and its rules slow


@dataclass(frozen=True, slots=True)
class Figure:
    """A number with what it says; all offsets are in `Document.text`.

    `value` has its scale multiplied in, of a range it is the lower end and `highest` the upper; a
    percentage is its number. `unit` is "%", a currency's ISO code, the short name of a measure,
    "times", or the counted noun in the document's own words; "" where it names none. `change` is
    None for a level. `metric` is "" where the document does not say what is measured.
    """

    start: int
    end: int
    sentence: Offsets
    value: Decimal
    highest: Decimal | None
    unit: str
    relation: Relation
    status: Status
    change: Change | None
    compared_with: str | None
    period: Period | None
    owner: str | None
    metric: str
    metric_place: Offsets | None
    source: str | None


def find_figures(
    document: Document,
    sentences: Sequence[Offsets],
    mentions: Sequence[Mention],
    players: Mapping[str, Player],
) -> list[Figure]:
    """The figures of a document, in order of place; each is inside one of the sentences.

    "This year" is taken from the day the document was published; without one it is no period.
    """
    text = document.text.translate(_ALIKE)
    owners = Owners(document, mentions, players)
    figures: list[Figure] = []
    for before, sentence in zip([(0, 0), *sentences], sentences, strict=False):
        if may_have_amounts(text[slice(*sentence)]):
            voice = _find_voice(text, before, sentence, document)
            for stretch in _find_stretches(text, *sentence):
                figures += _find_in_stretch(document, text, sentence, stretch, voice, owners)
    return figures


def _find_voice(text: str, before: Offsets, sentence: Offsets, document: Document) -> Voice | None:
    """Who says a sentence, or what it predicts without a name: then who spoke in the one before."""
    start, end = sentence
    words = text[start : min(end, start + LONGEST_STRETCH)]
    voice = find_voice(words)
    if voice:
        return voice.move(start)
    same_paragraph = document.text.count("\n", before[1], start) < 2
    if not is_unsaid(words) or not same_paragraph:
        return None
    start, end = before
    voice = find_voice(text[start : min(end, start + LONGEST_STRETCH)])
    return voice.move(start) if voice else None


def _find_stretches(text: str, start: int, end: int) -> Iterator[Offsets]:
    """A sentence, or the parts of one that is too long to be looked at as a whole."""
    while end - start > LONGEST_STRETCH:
        space = text.rfind(" ", start + 1, start + LONGEST_STRETCH)
        cut = space if space > start else start + LONGEST_STRETCH
        yield start, cut
        start = cut
    yield start, end


def _find_in_stretch(
    document: Document,
    text: str,
    sentence: Offsets,
    stretch: Offsets,
    voice: Voice | None,
    owners: Owners,
) -> Iterator[Figure]:
    shift, words = stretch[0], text[slice(*stretch)]
    times = find_times(words, document.published)
    taken = [(time.start, time.end) for time in times]
    metric: Offsets | None = None
    last_end: int | None = None
    for amount in find_amounts(words, taken):
        clause = find_clause(words, amount)
        change = find_change(words, amount, clause)
        compared = find_compared(words, amount, clause) if change else None
        if metric is None or not repeats_metric(words, amount, last_end):
            metric = find_metric(words, amount, clause, taken)
        last_end = amount.end
        place = _move((amount.start, amount.end), shift)
        yield Figure(
            start=place[0],
            end=place[1],
            sentence=sentence,
            value=amount.value,
            highest=amount.highest,
            unit=amount.unit.name,
            relation=amount.relation,
            status=find_status(words, amount, clause),
            change=change,
            compared_with=_cut(document, compared, shift),
            period=find_period(times, amount, clause, compared),
            owner=owners.find(place, stretch, _move(clause, shift), voice),
            metric=_cut(document, metric, shift) or "",
            metric_place=_move(metric, shift) if metric else None,
            source=_cut(document, (voice.start, voice.end), 0) if voice else None,
        )


def _move(offsets: Offsets, shift: int) -> Offsets:
    return offsets[0] + shift, offsets[1] + shift


def _cut(document: Document, offsets: Offsets | None, shift: int) -> str | None:
    """The words of a document at some offsets of a sentence."""
    return document.text[slice(*_move(offsets, shift))] if offsets else None
