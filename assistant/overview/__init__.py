"""What the documents hold as a whole: who is in them, and the figures they state."""

from collections.abc import Mapping

from assistant.records import Player


def name_of(players: Mapping[str, Player], player_id: str) -> str:
    """A player's name, or its id where nothing says its name."""
    return players[player_id].name if player_id in players else player_id
