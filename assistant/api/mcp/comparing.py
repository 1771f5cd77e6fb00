"""Players are found by their names, and compared by the figures of one measure."""

from collections.abc import Iterable, Mapping, Sequence

from rapidfuzz import process

from assistant.api.contents import render_figures
from assistant.api.mcp.bodies import (
    CompareBody,
    ComparedBody,
    ComparisonBody,
    PlayerFiguresBody,
)
from assistant.api.rendering import player_href
from assistant.api.schema import NamedPlayerBody
from assistant.errors import FilterError, PlayerUnknownError
from assistant.index.catalog import Catalog
from assistant.overview.choose import DocumentFigure, choose_figures, match_figures, read_filter
from assistant.overview.comparing import Comparison, find_comparisons
from assistant.players import find_owned
from assistant.players.names import fold, list_names
from assistant.records import Player

MOST_COMPARISONS = 12
MOST_FIGURES = 20  # of each player, where nothing can be compared
MOST_NEAR = 5  # names in an error
LEAST_SIMILAR = 60  # of 100


def compare_figures(catalog: Catalog, wanted: CompareBody) -> ComparedBody:
    """Comparisons of at least two of some players, or the figures of each of them.

    A player's figures include those of what it owns. Raises PlayerUnknownError, FilterError.
    """
    players = find_players(catalog.players, wanted.players)
    measured = choose_figures(catalog, read_filter(catalog, metric=wanted.measure))
    figures = {
        player.id: match_figures(catalog, measured, read_filter(catalog, player=player.id))
        for player in players
    }
    found, compared = _find_comparisons_of(catalog, players, figures)
    named = [NamedPlayerBody.of(player, href=player_href(player.id)) for player in players]
    return ComparedBody(
        players=named,
        measure=wanted.measure,
        message=_describe(
            wanted.measure, players, len(found), [one for one in players if one.id not in compared]
        ),
        count=len(found),
        comparisons=[
            ComparisonBody.of(one, figures=render_figures(catalog, one.points).figures)
            for one in found[:MOST_COMPARISONS]
        ],
        figures=[
            PlayerFiguresBody(
                player=player,
                count=len(figures[player.id]),
                figures=render_figures(catalog, figures[player.id][:MOST_FIGURES]).figures,
            )
            for player in ([] if found else named)
        ],
    )


def find_players(players: Sequence[Player], names: Iterable[str]) -> list[Player]:
    """The players with some names or ids. Raises PlayerUnknownError, FilterError."""
    by_name = {fold(name): player for player, name in list_names(players)}
    by_id = {player.id: player for player in players}
    found: dict[str, Player] = {}
    for name in names:
        player = by_name.get(fold(name)) or by_id.get(name.strip().lower())
        if player is None:
            raise PlayerUnknownError(
                f"no player is called {name[:100]!r}", hint=_hint(players, name)
            )
        if player.id in found:
            raise FilterError(
                f"{name[:100]!r} is {player.name}, which is given already",
                hint="give each player once",
            )
        found[player.id] = player
    return list(found.values())


def _hint(players: Sequence[Player], name: str) -> str:
    """Names like an unknown one, else some names that are known."""
    names = {known: known.casefold() for _, known in list_names(players)}
    near = process.extract(
        name[:100].casefold(), names, limit=MOST_NEAR, score_cutoff=LEAST_SIMILAR
    )
    if near:
        return f"did you mean {' or '.join(repr(known) for _, _, known in near)}?"
    if not players:
        return "the documents have no list of players; use `ask` or `search`"
    return f"known are {', '.join(player.name for player in players[: 2 * MOST_NEAR])}, ..."


def _find_comparisons_of(
    catalog: Catalog, players: Sequence[Player], figures: Mapping[str, Sequence[DocumentFigure]]
) -> tuple[list[Comparison], set[str]]:
    """The comparisons in which at least two of some players have a figure; the ids of all of these
    that are in one.
    """
    owned = {player.id: find_owned(catalog.players, player.id) for player in players}
    # A product that is compared with its company counts as itself.
    represented = {
        owner: player_id for player_id in owned for owner in owned[player_id] - owned.keys()
    } | {player_id: player_id for player_id in owned}
    chosen = dict.fromkeys(figure for of_player in figures.values() for figure in of_player)
    found, compared = [], set()
    for comparison in find_comparisons(catalog, chosen):
        here = {represented[str(point.figure.owner)] for point in comparison.points}
        if len(here) > 1:
            found.append(comparison)
            compared |= here
    return found, compared


def _describe(
    measure: str, players: Sequence[Player], comparisons: int, left: Sequence[Player]
) -> str:
    """What was found; `left` are the players that are in no comparison."""
    names = _join(players)
    of_measure = f" of {measure!r}" if measure else ""
    if not comparisons:
        return (
            f"No figures{of_measure} are of the same measure and time for two of {names}. The "
            "figures of each follow."
        )
    noun = "comparison" if comparisons == 1 else "comparisons"
    without = f" None has a figure of {_join(left)}." if left else ""
    return f"{comparisons} {noun}{of_measure} between at least two of {names}.{without}"


def _join(players: Iterable[Player]) -> str:
    return ", ".join(player.name for player in players)
