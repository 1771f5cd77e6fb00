"""Trends, changes, and figures beside each other: a line for each, when, and who says so."""

import re
from collections.abc import Sequence
from dataclasses import replace

from assistant.figures import Figure
from assistant.figures.derive import derive_earlier
from assistant.intent import Intent
from assistant.records import Cell, Citation, Kind, Row, Table
from assistant.survey import Finding, Line, Piece, Place
from assistant.survey.about import BEFORE, About
from assistant.survey.matching import Match, group_unit, keep_about, keep_near_best

METHOD = "figure table"
COLUMNS = ("value", "when", "who says so")
NEAR_WHOLE = 0.5  # score from which on a figure is shown though its metric says nothing asked
MOST_LINES = 40
_RELATIVE = {"%": 1, "times": 100}  # units of changes, in percent
_BY = re.compile(r"\W*by (?:what|how)\b", re.IGNORECASE)


def follow(intent: Intent, matches: Sequence[Match], about: About) -> Finding | None:
    """Figures of what is asked in order of time: conflicts stand side by side."""
    # What is asked for can stand in a figure's metric, or nearly whole in its sentence.
    kept = [
        one for one in keep_about(intent, matches, about) if one.terms or one.score >= NEAR_WHOLE
    ]
    kept = [one for one in kept if one.terms] or kept
    expected = [one for one in kept if one.figure.status == "expected"]
    kept = keep_near_best(expected if intent.expected and expected else kept)
    # One level does not tell by how much something changed.
    told = len(kept) > 1 or any(one.figure.change for one in kept)
    if not kept or (_BY.match(intent.question) and not told):
        return None
    said = {one.figure.change for one in kept if one.figure.change}
    if intent.change and said and intent.change not in said:
        message = f"What comes closest says that it went {said.pop()}."
        places = tuple(one.place for one in kept[:MOST_LINES] if one.figure.change)
        return Finding("trend", (), METHOD, True, message=message, places=places)
    finding = _list(sorted(kept[:MOST_LINES], key=_when), "trend")
    return replace(finding, lines=(*finding.lines, *_list_earlier(kept)))


def set_side_by_side(intent: Intent, matches: Sequence[Match], about: About) -> Finding | None:
    """Different figures of one player, or of the market: the best of each thing that is asked."""
    things: list[tuple[str, set[str], list[Match]]] = []
    for one in keep_about(intent, matches, about):
        group = group_unit(one.figure)
        thing = next((t for t in things if t[0] == group and t[1] & one.terms), None)
        if thing is None:
            thing = (group, set(), [])
            things.append(thing)
        thing[1].update(one.terms)
        value = (one.figure.value, one.figure.unit, one.figure.change)
        if value not in [(o.figure.value, o.figure.unit, o.figure.change) for o in thing[2]]:
            thing[2].append(one)
    kept = [one for _, _, found in things for one in keep_near_best(found)]
    return _list(kept[:MOST_LINES], "comparison") if len(kept) > 1 else None


def set_against(one: Match, other: Match) -> Finding:
    """Two figures beside each other, with when they are: of other times they compare badly."""
    return _list((one, other), "comparison")


def rank_changes(intent: Intent, matches: Sequence[Match], about: About) -> Finding | None:
    """What rose or fell most: each change that is told in percent or times, the greatest first;
    the least first where that is asked for.
    """
    kept = [
        one
        for one in keep_near_best(keep_about(intent, matches, about))
        if one.figure.change == intent.change and one.figure.unit in _RELATIVE
    ]
    kept.sort(
        key=lambda one: one.figure.value * _RELATIVE[one.figure.unit],
        reverse=intent.direction == "highest",
    )
    if not kept:
        return None
    (first, *_), finding = _list(kept[:1], "comparison").pieces, _list(kept, "comparison")
    return replace(finding, pieces=(first,))


def tabulate(citation: Citation, figures: Sequence[Figure]) -> Table | None:
    """A row for each figure of the first citation of an answer, with what its quote says of it."""
    rows = []
    for figure in figures:
        if not citation.start <= figure.start < figure.end <= citation.end:
            continue
        one = Match(citation.document, figure, 1.0, frozenset())
        told = (one.said, figure.period.words if figure.period else None, figure.source)
        cells = (
            Cell(words, (1,)) if words and (place == 0 or words in citation.quote) else None
            for place, words in enumerate(told)
        )
        rows.append(Row(one.metric, tuple(cells)))
    return Table(COLUMNS, tuple(rows)) if rows else None


def _list(kept: Sequence[Match], kind: Kind) -> Finding:
    """A line for each figure: its value, when, and who says so."""
    lines = []
    pieces = []
    for one in kept:
        period, place = one.figure.period, (one.place,)
        when = Piece(period.words, place) if period else None
        lines.append(Line(one.metric, (one.piece, when, _find_source(one))))
        at = f" ({period.words})" if period else ""
        end = "." if one is kept[-1] else ";"
        pieces.append(Piece(f"{one.metric}: {one.said}{at}{end}", place))
    return Finding(kind, tuple(pieces), METHOD, True, COLUMNS, tuple(lines))


def _find_source(match: Match) -> Piece | None:
    """Who says a figure, cited where it is named: perhaps in a sentence before the figure's."""
    source, text = match.figure.source, match.document.text
    start, end = match.figure.sentence
    place = text.rfind(source, max(0, start - BEFORE), end) if source else -1
    if not source or place < 0:
        return None
    return Piece(source, (Place(match.document.id, place, place + len(source)),))


def _list_earlier(matches: Sequence[Match]) -> list[Line]:
    """A line for each level before a change that figures of one document imply."""
    by_document: dict[str, list[Match]] = {}
    for one in sorted(matches, key=lambda one: one.figure.start):
        by_document.setdefault(one.document.id, []).append(one)
    lines = []
    for found in by_document.values():
        for derived in derive_earlier([one.figure for one in found]):
            level, change = (one for one in found if one.figure in derived.inputs)
            places = (level.place, change.place)
            period, since = level.figure.period, change.figure.compared_with
            when = ", ".join(words for words in (period and period.words, since) if words)
            before = Piece(f"before: {when}", places) if when else None
            value = Piece(f"{derived.words} (derived)", places, derived.formula)
            lines.append(Line(level.metric, (value, before, None)))
    return lines


def _when(match: Match) -> tuple[bool, str, int]:
    period = match.figure.period
    return period is None, period.start.isoformat() if period else "", match.figure.start
