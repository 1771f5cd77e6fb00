"""Who belongs to whom."""

from collections.abc import Iterable, Mapping

from assistant.records import Player


def find_root(players: Mapping[str, Player], player_id: str) -> str:
    """The player at the end of a chain of owners: a product's company.

    A file of players whose owners form a ring is refused, so the chain has an end.
    """
    while (owner := players[player_id].owner) is not None:
        player_id = owner
    return player_id


def find_owned(players: Iterable[Player], player_id: str) -> frozenset[str]:
    """A player's id with those of all that belongs to it, to what belongs to it, and so on."""
    owned = {player_id}
    rest = [player for player in players if player.owner is not None]
    while found := {p.id for p in rest if p.owner in owned} - owned:
        owned |= found
    return frozenset(owned)
