"""A Draft becomes the parts, the citations and the table of an answer."""

import logging
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import groupby, zip_longest

from assistant.answer.cite import UnverifiableError, cite
from assistant.answer.compose import Draft
from assistant.answer.compose.cells import find_values
from assistant.answer.conflict import STATED, find_disagreeing
from assistant.answer.evidence import Candidate, Entry, Evidence, says_the_same
from assistant.figures import find_figures
from assistant.figures.periods import Period, Time, find_times
from assistant.records import (
    AnswerCell,
    AnswerRow,
    AnswerTable,
    Citation,
    Document,
    Guess,
    Offsets,
    Part,
)
from assistant.words import ENGLISH, read_words

LOG = logging.getLogger("assistant")
ALTERNATIVES = 3
_DIGIT = re.compile(r"\d")
VALUES = "value"  # the one column of a table


@dataclass(frozen=True, slots=True)
class WrittenAnswer:
    """The parts of an answer with their citations, which the parts number from 1."""

    parts: tuple[Part, ...] = ()
    citations: tuple[Citation, ...] = ()
    table: AnswerTable | None = None
    alternatives: tuple[Part, ...] = ()
    missing: tuple[str, ...] = ()
    conflict: tuple[int, ...] = ()

    def as_guess(self, confidence: float | None, *, listed: bool) -> Guess | None:
        """The parts as a guess, separated by semicolons if `listed`; None if there are none."""
        if not self.parts:
            return None
        text = ("; " if listed else " ").join(part.text for part in self.parts)
        return Guess(text, confidence, _list_numbers(self.parts))


class Citations:
    """Numbered citations; a place that is cited twice has one number."""

    def __init__(self) -> None:
        self.found: dict[tuple[str, int, int, Offsets | None], Citation] = {}

    def add(self, entry: Entry) -> int | None:
        """The number of an entry's citation; None if it can't be verified, which is a bug."""
        marked = None if (entry.start, entry.end) == entry.cited else (entry.start, entry.end)
        try:
            citation = cite(entry.passage, *entry.cited, marked=marked)
        except UnverifiableError:
            LOG.exception("words of %s are not shown", entry.passage.id)
            return None
        place = (citation.document.id, *entry.cited, marked)
        self.found.setdefault(place, citation)
        return list(self.found).index(place) + 1


def write_answer(
    evidence: Evidence, draft: Draft, confidence: float | None, versions: Sequence[Entry] = ()
) -> WrittenAnswer:
    """The answer of a draft, with every quote verified; `versions` are other values of near-copies.

    Where sources disagree about a value, each value is a part; other answers have a note of it.
    """
    disagreeing = find_disagreeing(evidence, draft, versions)
    stated = draft.kind in STATED and not draft.counted
    if stated and disagreeing:
        return _write_conflict(disagreeing, confidence)
    citations = Citations()
    parts = list(_write_parts(draft.entries, citations, confidence))
    if draft.counted and parts:
        numbers = _list_numbers(parts)
        formula = read_words(ENGLISH)("formula.counted")
        parts.insert(
            0, Part(f"{len(parts)}", numbers, None, confidence, formula, formula_code="counted")
        )
    table = None
    if draft.kind in ("compare", "trend"):
        table = _tabulate(evidence, draft, citations)
    alternatives: list[Part] = []
    if stated:
        others = (Entry.of_span(candidate.span) for candidate in _find_alternatives(evidence))
        alternatives += _write_parts(others, citations, None)
    disagree = [number for entry in disagreeing if (number := citations.add(entry)) is not None]
    return WrittenAnswer(
        tuple(parts),
        tuple(citations.found.values()),
        table,
        tuple(alternatives),
        missing=draft.absent if draft.kind == "two" else (),
        conflict=tuple(disagree),
    )


def _write_conflict(entries: Sequence[Entry], confidence: float | None) -> WrittenAnswer:
    """The values of sources that disagree, newest first, each with its date or title."""
    citations = Citations()
    parts = list(_write_parts(entries, citations, confidence))
    cited = tuple(citations.found.values())
    if len(parts) < 2:  # one version of the time asked for
        return WrittenAnswer(tuple(parts), cited)
    sources = name_sources([(_name_source(one.document), one.document.id) for one in cited])
    parts = [
        replace(part, text=f"{part.text} ({sources[part.citations[0] - 1]})") for part in parts
    ]
    return WrittenAnswer(tuple(parts), cited, conflict=_list_numbers(parts))


def _name_source(document: Document) -> str:
    return document.dated or (document.day and document.day.isoformat()) or document.title


def name_sources(sources: Sequence[tuple[str, str]]) -> list[str]:
    """Names of sources that differ: of each its date or title, its id if another has the same.

    >>> name_sources([("2024", "a.txt"), ("Prices", "b.txt"), ("Prices", "c.txt")])
    ['2024', 'b.txt', 'c.txt']
    """
    counts = Counter(name for name, _ in sources)
    return [name if counts[name] == 1 else document_id for name, document_id in sources]


def _write_parts(
    entries: Iterable[Entry], citations: Citations, confidence: float | None
) -> Iterator[Part]:
    for entry in entries:
        number = citations.add(entry)
        if number is not None:
            yield Part(entry.text, (number,), entry.score, confidence)


def _list_numbers(parts: Sequence[Part]) -> tuple[int, ...]:
    return tuple(dict.fromkeys(number for part in parts for number in part.citations))


def _find_alternatives(evidence: Evidence) -> list[Candidate]:
    """The next candidates that say something else and are more likely than no answer."""
    found = list(evidence.candidates[:1])
    for candidate in evidence.candidates[1:]:
        texts = [other.span.text for other in found]
        if candidate.span.score > 0 and not says_the_same(candidate.span.text, texts):
            found.append(candidate)
    return found[1 : 1 + ALTERNATIVES]


def _tabulate(evidence: Evidence, draft: Draft, citations: Citations) -> AnswerTable | None:
    """The values in the sentences of a draft, a row each; None for fewer than two.

    The values of a trend are in order of time; None unless each has one of its own.
    """
    values = find_values(evidence, draft)
    if draft.kind == "trend":
        values = _prefer_numbers(_order_by_time(values))
        labels = {value.label for value in values}
        # Two values of one time are not of one thing, or one has the time of another.
        if "" in labels or len(labels) < len(values):
            return None
    rows = []
    for value in values:
        # With nothing marked, it shares the citation of the sentence with its part.
        number = citations.add(replace(value, start=value.cited[0], end=value.cited[1]))
        if number is not None:
            rows.append(AnswerRow(value.label, (AnswerCell(value.text, (number,)),)))
    if draft.kind == "compare" and rows:
        rows += [AnswerRow(label, (None,)) for label in draft.absent]
    return AnswerTable((VALUES,), tuple(rows)) if len(rows) > 1 else None


def _prefer_numbers(values: Sequence[Entry]) -> list[Entry]:
    """The values without words for a time that has a number too: "cut" to "240,000 euros"."""
    numbers = {value.label for value in values if _DIGIT.search(value.text)}
    return [value for value in values if _DIGIT.search(value.text) or value.label not in numbers]


def _order_by_time(values: Sequence[Entry]) -> list[Entry]:
    """The values in order of time, each with its time as label; as they are if one has none.

    A value has the time of the figure that it is. Where one is no figure with a time, a sentence
    with as many times as values has them in the same order; otherwise each has the nearest.
    """
    labelled: list[tuple[Entry, Period | None]] = []
    for (passage, sentence), group in groupby(values, lambda value: (value.passage, value.cited)):
        same_sentence = list(group)
        periods = _find_periods(passage.document, sentence, same_sentence)
        for value, period in zip_longest(same_sentence, periods):
            label = value.label if period is None else period.words
            labelled.append((replace(value, label=label), period))
    days = [period.start for _, period in labelled if period is not None]
    if len(days) < len(labelled):
        return [value for value, _ in labelled]
    order = sorted(range(len(days)), key=days.__getitem__)
    return [labelled[place][0] for place in order]


def _find_periods(
    document: Document, sentence: Offsets, values: Sequence[Entry]
) -> list[Period | None]:
    """The times of the values of a sentence; [] if it names none."""
    figures = [one for one in find_figures(document, [sentence], (), {}) if one.period is not None]
    own = [
        next(
            (one.period for one in figures if one.start < value.end and value.start < one.end), None
        )
        for value in values
    ]
    if None not in own:
        return own
    start = sentence[0]
    times = find_times(document.text[slice(*sentence)], document.day)
    if times and len(times) != len(values):
        times = [min(times, key=partial(_measure_gap, value, start)) for value in values]
    return [time.period for time in times]


def _measure_gap(value: Entry, start: int, time: Time) -> int:
    """The characters between a value and a time of its sentence, which begins at `start`."""
    return max(start + time.start - value.end, value.start - start - time.end, 0)
