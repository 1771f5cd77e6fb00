"""What the documents hold as a whole: who is in them, and the figures they state."""

from collections.abc import Iterable, Mapping

from assistant.records import Player


def find_owned(players: Iterable[Player], player_id: str) -> frozenset[str]:
    """A player's id with those of all that belongs to it, to what belongs to it, and so on."""
    owned = {player_id}
    rest = [player for player in players if player.owner is not None]
    while found := {p.id for p in rest if p.owner in owned} - owned:
        owned |= found
    return frozenset(owned)


def name_of(players: Mapping[str, Player], player_id: str) -> str:
    """A player's name, or its id where nothing says its name."""
    return players[player_id].name if player_id in players else player_id
