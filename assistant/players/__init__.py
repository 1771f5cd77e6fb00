"""Players are read from a file or proposed, and their mentions are found by name."""

from assistant.players.names import Names, find_misspelt
from assistant.players.reading import PLAYERS, find_owned, read_players

__all__ = ["PLAYERS", "Names", "find_misspelt", "find_owned", "read_players"]
