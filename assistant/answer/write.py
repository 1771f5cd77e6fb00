"""A Draft becomes the parts, the citations and the table of an answer."""

import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import groupby, zip_longest
from operator import itemgetter

from assistant.answer.cite import UnverifiableError, cite
from assistant.answer.compose import Draft, Entry
from assistant.answer.compose.cells import find_values
from assistant.answer.compose.spans import make_entry
from assistant.answer.evidence import Candidate, Evidence
from assistant.figures.periods import Period, Time, find_times
from assistant.records import Cell, Citation, Guess, Part, Row, Table

LOG = logging.getLogger("assistant")
ALTERNATIVES = 3
VALUES = "value"  # the one column of a table


@dataclass(slots=True)
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
        numbers = dict.fromkeys(number for part in self.parts for number in part.citations)
        text = ("; " if listed else " ").join(part.text for part in self.parts)
        return Guess(text, confidence, tuple(numbers))


@dataclass(slots=True)
class Citations:
    """Citations with their numbers: a place that is cited twice has one."""

    found: list[Citation] = field(default_factory=list)

    def add(self, entry: Entry) -> int | None:
        """The number of an entry's citation; None where it does not verify, which is our fault."""
        words = (entry.start, entry.end)
        marked = None if words == entry.cited else words
        try:
            citation = cite(entry.passage, *entry.cited, marked=marked)
        except UnverifiableError:
            LOG.exception("words of %s are not shown", entry.passage.id)
            return None
        for number, known in enumerate(self.found, start=1):
            if (known.document.id, known.start, known.end, known.marked) == (
                citation.document.id, citation.start, citation.end, citation.marked
            ):  # fmt: skip
                return number
        self.found.append(citation)
        return len(self.found)


def write(evidence: Evidence, draft: Draft, confidence: float | None) -> Written:
    """The answer that a draft holds, every quote of it verified."""
    citations = Citations()
    parts = list(_write_parts(draft.entries, citations, confidence))
    if draft.counted and parts:
        parts.insert(0, _count(parts, confidence))
    table = None
    if draft.kind in ("compare", "trend"):
        table = _tabulate(evidence, draft, citations)
    alternatives = []
    if draft.kind in ("fact", "top", "count") and not draft.counted:
        others = [make_entry(one) for one in _find_alternatives(evidence)]
        alternatives = list(_write_parts(others, citations, None))
    missing = draft.absent if draft.kind == "two" else ()
    return Written(tuple(parts), tuple(citations.found), table, tuple(alternatives), missing)


def write_conflict(candidates: Sequence[Candidate], confidence: float | None) -> Written:
    """The values of sources that disagree, newest first, each with its date or its title."""
    citations = Citations()
    parts = []
    for candidate in candidates:
        for part in _write_parts([make_entry(candidate)], citations, confidence):
            document = candidate.span.passage.document
            source = document.published.isoformat() if document.published else document.title
            text = f"{part.text} ({source})"
            parts.append(Part(text, part.citations, part.score, part.confidence))
    numbers = tuple(number for part in parts for number in part.citations)
    return Written(tuple(parts), tuple(citations.found), conflict=numbers)


def _write_parts(
    entries: Iterable[Entry], citations: Citations, confidence: float | None
) -> Iterable[Part]:
    for entry in entries:
        number = citations.add(entry)
        if number is not None:
            yield Part(entry.text, (number,), entry.score, confidence)


def _count(parts: Sequence[Part], confidence: float | None) -> Part:
    """The number of parts, where the documents do not state it."""
    numbers = tuple(dict.fromkeys(number for part in parts for number in part.citations))
    return Part(f"{len(parts)}", numbers, None, confidence, formula="the entries counted")


def _find_alternatives(evidence: Evidence) -> list[Candidate]:
    """The next candidates that say something else, and rather that than nothing."""
    if not evidence.candidates:
        return []
    said = [evidence.candidates[0].span.text.casefold()]
    found: list[Candidate] = []
    for candidate in evidence.candidates[1:]:
        text = candidate.span.text.casefold()
        if candidate.span.score <= 0 or any(text in one or one in text for one in said):
            continue
        said.append(text)
        found.append(candidate)
    return found[:ALTERNATIVES]


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
    for (passage, (start, end)), group in groupby(values, lambda one: (one.passage, one.cited)):
        document, together = passage.document, list(group)
        times = find_times(document.text[start:end], document.published)
        if times and len(times) != len(together):
            times = [min(times, key=partial(_measure_gap, one, start)) for one in together]
        for value, time in zip_longest(together, times):
            if time is None:
                labelled.append((value, None))
            else:
                words = document.text[start + time.start : start + time.end]
                labelled.append((replace(value, label=words), time.period))
    days = [period.start for _, period in labelled if period is not None]
    if len(days) == len(labelled):
        labelled = [one for _, one in sorted(zip(days, labelled, strict=True), key=itemgetter(0))]
    return [value for value, _ in labelled]


def _measure_gap(value: Entry, start: int, time: Time) -> int:
    """How many characters stand between a value and a time of its sentence, which is at `start`."""
    return max(start + time.start - value.end, value.start - start - time.end, 0)
