"""The figures of a document, found by rules over its sentences.

`scan` decides which numbers are figures; `context`, `metrics` and `owner` find what the sentence
says about each.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from assistant.figures.amounts import Amount, Relation
from assistant.figures.context import (
    Change,
    Source,
    Status,
    find_change,
    find_clause,
    find_compared,
    find_own_times,
    find_period,
    find_source,
    find_status,
    is_prediction,
)
from assistant.figures.metrics import find_metric, repeats_metric
from assistant.figures.numbers import CANDIDATE
from assistant.figures.owner import Owners
from assistant.figures.periods import Period, find_times
from assistant.figures.scan import find_amounts
from assistant.figures.units import to_singular
from assistant.records import Document, Mention, Offsets, Player

__all__ = ["Change", "Figure", "Period", "Relation", "Status", "find_figures"]

# Full-width signs are at a fixed distance in Unicode; dashes and spaces have many variants.
_NORMAL = {position: position - 0xFEE0 for position in range(0xFF01, 0xFF5F)}
_NORMAL |= dict.fromkeys(map(ord, "‐‑−"), ord("-")) | {ord("￥"): ord("¥")}
_NORMAL |= dict.fromkeys(map(ord, "\t\r\n\u00a0\u2009\u202f\u3000"), ord(" "))

_LONGEST_PART = 2000  # characters; longer ones are tables or code, and slow to search


@dataclass(frozen=True, slots=True)
class Figure:
    """A number with its meaning; all offsets are in `Document.text`.

    `value` includes the scale ("million"); of a range it is the lower end, and `highest` the upper.
    `unit` is "%", a currency's ISO code, the short name of a measure, "times", or the counted noun
    in the document's words; "" for none. `change` is None for a level. `metric` is "" if the
    document does not say what is measured.
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
    source: str | None


def find_figures(
    document: Document,
    sentences: Sequence[Offsets],
    mentions: Sequence[Mention],
    players: Mapping[str, Player],
) -> list[Figure]:
    """The figures of a document, in order; each is inside one of the sentences.

    "This year" depends on the day of publishing; without one it is not a period.
    """
    text = document.text.translate(_NORMAL)
    owners = Owners(document, mentions, players)
    figures: list[Figure] = []
    for before, sentence in zip([(0, 0), *sentences], sentences, strict=False):
        if CANDIDATE.search(text, *sentence):
            source = _find_source(document, text, before, sentence)
            for part in _split(text, *sentence):
                figures += _find_in_part(document, text, sentence, part, source, owners)
    return figures


def _find_source(
    document: Document, text: str, before: Offsets, sentence: Offsets
) -> Source | None:
    """Who says a sentence; for a prediction without a source, who says the sentence before."""
    source = _read_source(text, *sentence)
    if source or document.text.count("\n", before[1], sentence[0]) > 1:
        return source
    return _read_source(text, *before) if is_prediction(text[slice(*sentence)]) else None


def _read_source(text: str, start: int, end: int) -> Source | None:
    source = find_source(text[start : min(end, start + _LONGEST_PART)])
    return source and Source(source.start + start, source.end + start, source.speaks)


def _split(text: str, start: int, end: int) -> Iterator[Offsets]:
    """A sentence, or the parts of one that is too long to search."""
    while end - start > _LONGEST_PART:
        space = text.rfind(" ", start + 1, start + _LONGEST_PART)
        cut = space if space > start else start + _LONGEST_PART
        yield start, cut
        start = cut
    yield start, end


def _find_in_part(
    document: Document,
    text: str,
    sentence: Offsets,
    part: Offsets,
    source: Source | None,
    owners: Owners,
) -> Iterator[Figure]:
    shift, words = part[0], text[slice(*part)]
    times = find_times(words, document.day)
    time_spans = [(time.start, time.end) for time in times]
    metric: Offsets | None = None
    change: Change | None = None
    owner: str | None = None
    last_end = 0

    def move(offsets: Offsets) -> Offsets:
        return offsets[0] + shift, offsets[1] + shift

    amounts = find_amounts(words, time_spans)
    own = find_own_times(words, times, amounts)
    for amount in amounts:
        clause = find_clause(words, amount)
        repeated = metric is not None and repeats_metric(words, amount, last_end)
        if not (repeated and words[: amount.start].endswith(" by ") and change):
            change = find_change(words, amount, clause)
        compared = find_compared(words, amount, clause) if change else None
        if not repeated:
            metric = find_metric(words, amount, clause, time_spans)
        last_end = max(amount.end, own[amount].end if amount in own else 0)
        start, end = move((amount.start, amount.end))
        found = owners.find((start, end), part, move(clause), source)
        owner = found or (owner if repeated else None)
        yield Figure(
            start=start,
            end=end,
            sentence=sentence,
            value=amount.value,
            highest=amount.highest,
            unit=amount.unit.name or _read_unit(words, amount, metric),
            relation=amount.relation,
            status=find_status(words, amount, clause),
            change=change,
            compared_with=document.text[slice(*move(compared))] if compared else None,
            period=find_period(times, amount, clause, compared, own=own),
            owner=owner,
            metric=document.text[slice(*move(metric))] if metric else "",
            source=document.text[source.start : source.end] if source else None,
        )


def _read_unit(words: str, amount: Amount, metric: Offsets | None) -> str:
    """The unit of a number without a noun, from its subject: "the stores exceeded 10,000"."""
    if metric is None or amount.relation != "over" or words[metric[1] : amount.start].strip(' "”'):
        return ""
    return to_singular(words[slice(*metric)].split()[-1]) or ""
