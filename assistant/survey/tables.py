"""Comparisons and superlatives: figures side by side, each where the documents say it."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence

from assistant.figures.derive import compare as compare_levels
from assistant.intent import Intent
from assistant.records import Player
from assistant.survey import Finding, Line, Piece
from assistant.survey.about import About
from assistant.survey.matching import Match, group_unit, keep_about, keep_near_best

METHOD = "figure table"
# What a company says of a place is worth more than what stands near it.
_UNOWNED = 0.8
Near = Callable[[Match], float]
Say = Callable[[Sequence[Player]], Finding | None]


def compare(
    intent: Intent, matches: Sequence[Match], about: About, near: Near, say: Say
) -> Finding | None:
    """Players beside each other: their figures of what is asked, the nearest thing by `near` first,
    or the sentences that `say` finds.

    Where one end of a scale is asked for, or yes or no, and a player has no figure, the message
    tells who has.
    """
    players = _merge(intent.players, about)
    rows = _pair(matches, players, about)
    rows.sort(key=lambda row: (-len(row), -max(near(match) for match in row.values())))
    if not rows:
        return None if intent.direction or len(players) < 2 else say(players)
    if intent.direction or _wants_verdict(intent.question):
        rows = rows[:1]
    first = rows[0]
    missing = [player for player in players if player.id not in first]
    if missing and (intent.direction or _wants_verdict(intent.question)):
        told = _join(player.name for player in players if player.id in first)
        lacking = _join(player.name for player in missing)
        message = f"They give the {_label(first, about)} of {told}, not of {lacking}."
        places = tuple(match.place for match in first.values())
        return Finding("comparison", (), METHOD, True, message=message, places=places)
    lines = tuple(
        Line(_label(row, about), tuple(_show(row.get(player.id)) for player in players))
        for row in rows
    )
    pieces = tuple(
        Piece(f"{player.name}: {match.said}{_of(line, lines)}", (match.place,))
        for line, row in zip(lines, rows, strict=True)
        for player, match in _in_order(players, row, intent)
    )
    columns = tuple(player.name for player in players)
    derived = tuple(piece for row in rows for piece in _compare_two(row))
    return Finding("comparison", (*pieces, *derived), METHOD, True, columns, lines)


def rank_figures(intent: Intent, matches: Sequence[Match], about: About) -> Finding | None:
    """Who is at one end of a scale: each owner's figure of what is asked, best first."""
    owned: dict[str, list[Match]] = {}
    for one in _choose_owned(intent, matches, about):
        owned.setdefault(one.figure.owner or "", []).append(one)
    if not owned:
        return None
    best = {owner: _find_end(found, intent) for owner, found in owned.items()}
    same = _commonest(one.figure.unit for one in best.values())
    scale = [(owner, one) for owner, one in best.items() if one.figure.unit == same]
    scale.sort(key=lambda item: item[1].figure.value, reverse=intent.direction == "highest")
    # What is in another unit can't be ranked, yet is not kept back.
    others = [(owner, one) for owner, one in best.items() if one.figure.unit != same]
    lines = tuple(
        Line(about.players[owner].name, (one.piece, Piece(one.metric, (one.place,))))
        for owner, one in (*scale, *others)
    )
    owner, winner = scale[0]
    piece = Piece(f"{about.players[owner].name}: {winner.said}", (winner.place,))
    return Finding("comparison", (piece,), METHOD, True, ("value", "of what"), lines)


def _choose_owned(intent: Intent, matches: Sequence[Match], about: About) -> list[Match]:
    """The levels that measure what is asked, in the commonest unit, of the kinds asked for."""
    near = keep_near_best(keep_about(intent, matches, about))
    owned = [one for one in near if one.figure.owner is not None and one.figure.change is None]
    if intent.nouns:
        roots = {player.id for player in about.players.values() if player.kind in intent.nouns}
        owned = [one for one in owned if about.root(one.figure.owner or "") in roots] or owned
    unit = _commonest(group_unit(one.figure) for one in owned) if owned else ""
    return [one for one in owned if group_unit(one.figure) == unit]


def _find_end(matches: Sequence[Match], intent: Intent) -> Match:
    """Of those that fit nearly as well as the best, the figure at the end of the scale."""

    def fit(match: Match) -> tuple[bool, bool]:
        return bool(match.terms), match.figure.status == "stated"

    best = max(map(fit, matches))
    alike = keep_near_best([match for match in matches if fit(match) == best])
    same = [match for match in alike if match.figure.unit == alike[0].figure.unit]
    choose = max if intent.direction == "highest" else min
    return choose(same, key=lambda match: match.figure.value)


def _merge(players: Sequence[Player], about: About) -> list[Player]:
    """Those that are compared: a company beside its own product is the product."""
    return [
        player
        for player in players
        if not any(other is not player and about.root(other.id) == player.id for other in players)
    ]


Cells = dict[str, Match]


def _pair(matches: Sequence[Match], players: Sequence[Player], about: About) -> list[Cells]:
    """The best figure of each player for each thing that is measured, the best thing first."""
    rows: list[tuple[str, frozenset[str], Cells]] = []
    for match in matches:
        figure = match.figure
        if not match.terms or figure.change is not None:
            continue
        for player in players:
            if not about.is_about([player], match.document, *figure.sentence, owner=figure.owner):
                continue
            group = group_unit(figure)
            row = next((r for r in rows if r[0] == group and r[1] & match.terms), None)
            if row is None:
                row = (group, match.terms, {})
                rows.append(row)
            held = row[2].get(player.id)
            if held is None or _rank(match) > _rank(held):
                row[2][player.id] = match
    rows.sort(key=lambda row: -len(row[2]))
    shared = frozenset().union(*(terms for _, terms, cells in rows if len(cells) > 1))
    return [cells for _, terms, cells in rows if len(cells) > 1 or not terms <= shared]


def _compare_two(row: Cells) -> list[Piece]:
    """The difference and the ratio of two players' figures."""
    if len(row) != 2:
        return []
    one, other = row.values()
    places = (one.place, other.place)
    names = ("difference", "ratio")
    return [
        Piece(f"{name}: {derived.words}", places, derived.formula)
        for name, derived in zip(names, compare_levels(one.figure, other.figure), strict=False)
    ]


def _rank(match: Match) -> tuple[float, bool]:
    owned = 1.0 if match.figure.owner is not None else _UNOWNED
    return round(match.score * owned, 4), match.figure.status == "stated"


def _in_order(players: Sequence[Player], row: Cells, intent: Intent) -> list[tuple[Player, Match]]:
    """The figures of a row; where one end of a scale is asked for, that end first."""
    held = [(player, row[player.id]) for player in players if player.id in row]
    if intent.direction is None or len({match.figure.unit for _, match in held}) != 1:
        return held
    highest = intent.direction == "highest"
    return sorted(held, key=lambda item: item[1].figure.value, reverse=highest)


def _of(line: Line, lines: Sequence[Line]) -> str:
    """What a line measures, where there are several."""
    return f" ({line.label})" if len(lines) > 1 else ""


def _commonest(values: Iterable[str]) -> str:
    """The value that occurs most often; of several, the first by the alphabet."""
    return min(Counter(values).items(), key=lambda item: (-item[1], item[0]))[0]


def _wants_verdict(question: str) -> bool:
    """Whether a question is for yes or no, or for one of the two."""
    first = question.split(maxsplit=1)[0].casefold()
    return first in "is are was were do does did has have can whose which who".split()


def _label(row: Cells, about: About) -> str:
    """The shortest metric of a row, without whose: "return rate" for "return rate of Rokid"."""
    metrics = [one.figure.metric for one in row.values() if one.figure.metric]
    label = min(metrics, key=len, default="figure")
    for mention in about.names.find(label)[:1]:
        before = label[: mention.start].strip()
        label = before.removesuffix(" of") if before.endswith(" of") else label
    return label


def _show(match: Match | None) -> Piece | None:
    return None if match is None else match.piece


def _join(names: Iterable[str]) -> str:
    return " and ".join(names)
