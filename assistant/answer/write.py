"""A Draft becomes the parts, the citations and the table of an answer."""

import logging
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import groupby, zip_longest

from assistant.answer.cite import UnverifiableError, cite
from assistant.answer.compose import Draft
from assistant.answer.compose.cells import find_values
from assistant.answer.conflict import find_conflict
from assistant.answer.evidence import Candidate, Entry, Evidence, says_the_same
from assistant.figures.periods import Period, Time, find_times
from assistant.records import Cell, Citation, Guess, Offsets, Part, Row, Table

LOG = logging.getLogger("assistant")
ALTERNATIVES = 3
VALUES = "value"  # the one column of a table


@dataclass(frozen=True, slots=True)
class Written:
    """What is said and shown for it. `citations` are numbered from 1 in the parts."""

    parts: tuple[Part, ...] = ()
    citations: tuple[Citation, ...] = ()
    table: Table | None = None
    alternatives: tuple[Part, ...] = ()
    missing: tuple[str, ...] = ()
    conflict: tuple[int, ...] = ()

    def as_guess(self, confidence: float | None, *, listed: bool) -> Guess | None:
        """The parts as a guess, separated as in a list or not; None where nothing verified."""
        if not self.parts:
            return None
        text = ("; " if listed else " ").join(part.text for part in self.parts)
        return Guess(text, confidence, _list_numbers(self.parts))


class Citations:
    """Citations with their numbers: a place that is cited twice has one."""

    def __init__(self) -> None:
        self.found: dict[tuple[str, int, int, Offsets | None], Citation] = {}

    def add(self, entry: Entry) -> int | None:
        """The number of an entry's citation; None where it does not verify, which is our fault."""
        marked = None if (entry.start, entry.end) == entry.cited else (entry.start, entry.end)
        try:
            citation = cite(entry.passage, *entry.cited, marked=marked)
        except UnverifiableError:
            LOG.exception("words of %s are not shown", entry.passage.id)
            return None
        place = (citation.document.id, *entry.cited, marked)
        self.found.setdefault(place, citation)
        return list(self.found).index(place) + 1


def write(evidence: Evidence, draft: Draft, confidence: float | None) -> Written:
    """The answer that a draft holds, every quote of it verified."""
    stated = draft.kind in ("fact", "top", "count") and not draft.counted
    if stated and (conflict := find_conflict(evidence)):
        return _write_conflict(conflict, confidence)
    citations = Citations()
    parts = list(_write_parts(draft.entries, citations, confidence))
    if draft.counted and parts:
        parts.insert(0, _count(parts, confidence))
    table = None
    if draft.kind in ("compare", "trend"):
        table = _tabulate(evidence, draft, citations)
    alternatives: list[Part] = []
    if stated:
        others = (Entry.of_span(candidate.span) for candidate in _find_alternatives(evidence))
        alternatives += _write_parts(others, citations, None)
    return Written(
        tuple(parts),
        tuple(citations.found.values()),
        table,
        tuple(alternatives),
        missing=draft.absent if draft.kind == "two" else (),
    )


def _write_conflict(candidates: Sequence[Candidate], confidence: float | None) -> Written:
    """The values of sources that disagree, newest first, each with its date or its title."""
    citations = Citations()
    parts = []
    for span in (candidate.span for candidate in candidates):
        document = span.passage.document
        source = document.published.isoformat() if document.published else document.title
        for part in _write_parts([Entry.of_span(span)], citations, confidence):
            parts.append(replace(part, text=f"{part.text} ({source})"))
    cited = tuple(citations.found.values())
    return Written(tuple(parts), cited, conflict=_list_numbers(parts))


def _write_parts(
    entries: Iterable[Entry], citations: Citations, confidence: float | None
) -> Iterator[Part]:
    for entry in entries:
        number = citations.add(entry)
        if number is not None:
            yield Part(entry.text, (number,), entry.score, confidence)


def _count(parts: Sequence[Part], confidence: float | None) -> Part:
    """The number of parts, where the documents do not state it."""
    numbers = _list_numbers(parts)
    return Part(f"{len(parts)}", numbers, None, confidence, formula="the entries counted")


def _list_numbers(parts: Sequence[Part]) -> tuple[int, ...]:
    """The numbers of the citations of some parts, each once."""
    return tuple(dict.fromkeys(number for part in parts for number in part.citations))


def _find_alternatives(evidence: Evidence) -> list[Candidate]:
    """The next candidates that say something else, and rather that than nothing."""
    found = list(evidence.candidates[:1])
    for candidate in evidence.candidates[1:]:
        said = [candidate.span.text for candidate in found]
        if candidate.span.score > 0 and not says_the_same(candidate.span.text, said):
            found.append(candidate)
    return found[1 : 1 + ALTERNATIVES]


def _tabulate(evidence: Evidence, draft: Draft, citations: Citations) -> Table | None:
    """The values in the sentences of a draft, a row each; None for fewer than two.

    Those of a trend are in order of time, where each has a time.
    """
    values = find_values(evidence, draft)
    if draft.kind == "trend":
        values = _order_by_time(values)
        if not all(value.label for value in values):
            return None
    rows = []
    for value in values:
        # The sentence that is cited for a part already, not once more with the value marked.
        number = citations.add(replace(value, start=value.cited[0], end=value.cited[1]))
        if number is not None:
            rows.append(Row(value.label, (Cell(value.text, (number,)),)))
    if draft.kind == "compare" and rows:
        rows += [Row(label, (None,)) for label in draft.absent]
    return Table((VALUES,), tuple(rows)) if len(rows) > 1 else None


def _order_by_time(values: Sequence[Entry]) -> list[Entry]:
    """The values, each with its time as label where its sentence states one.

    A sentence with as many times as values states them in one order; else the nearest is taken.
    """
    labelled: list[tuple[Entry, Period | None]] = []
    for (passage, (start, end)), group in groupby(
        values, lambda value: (value.passage, value.cited)
    ):
        document, together = passage.document, list(group)
        times = find_times(document.text[start:end], document.published)
        if times and len(times) != len(together):
            times = [min(times, key=partial(_measure_gap, value, start)) for value in together]
        for value, time in zip_longest(together, times):
            if time is None:
                labelled.append((value, None))
            else:
                words = document.text[start + time.start : start + time.end]
                labelled.append((replace(value, label=words), time.period))
    days = [period.start for _, period in labelled if period is not None]
    if len(days) < len(labelled):
        return [value for value, _ in labelled]
    order = sorted(range(len(days)), key=days.__getitem__)
    return [labelled[place][0] for place in order]


def _measure_gap(value: Entry, start: int, time: Time) -> int:
    """How many characters are between a value and a time of its sentence, which is at `start`."""
    return max(start + time.start - value.end, value.start - start - time.end, 0)
