"""The documents as a whole: the players in them, and the figures they state."""

from collections.abc import Mapping

from assistant.records import Player


def name_of(players: Mapping[str, Player], player_id: str) -> str:
    """A player's name, or its id if it is unknown."""
    return players[player_id].name if player_id in players else player_id
