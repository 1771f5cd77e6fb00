"""Who is mentioned where: players are read from a file, found by name, proposed where none is."""

from assistant.players.misspelt import find_misspelt
from assistant.players.names import Names
from assistant.players.owners import find_owned, find_root
from assistant.players.reading import PLAYERS, read_players

__all__ = ["PLAYERS", "Names", "find_misspelt", "find_owned", "find_root", "read_players"]
