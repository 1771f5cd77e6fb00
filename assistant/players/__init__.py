"""Who is mentioned where: players are read from a file, found by name, proposed where none is."""

from assistant.players.names import Names, find_misspelt
from assistant.players.reading import PLAYERS, find_owned, read_players

__all__ = ["PLAYERS", "Names", "find_misspelt", "find_owned", "read_players"]
