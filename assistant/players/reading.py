"""Reads and checks a file of players."""

import tomllib
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from assistant.errors import PlayersError, find_reason
from assistant.players.names import WORD, fold, list_names
from assistant.records import Player, PlayerKind

PLAYERS = "players.toml"  # in a corpus folder
LONGEST_ID = 64  # characters


def _check_name(name: str) -> str:
    if WORD.match(name) is None:
        raise ValueError("a name begins with a letter or digit")
    return name


_Name = Annotated[str, AfterValidator(_check_name)]


class _Entry(BaseModel):
    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    id: str = Field(pattern=r"^[a-z0-9]+(?:-[a-z0-9]+)*$", max_length=LONGEST_ID)
    name: _Name
    kind: PlayerKind
    aliases: tuple[_Name, ...] = ()
    owner: str | None = None
    roles: tuple[str, ...] = ()


class _PlayersFile(BaseModel):
    model_config = ConfigDict(extra="forbid")

    players: tuple[_Entry, ...] = ()


def read_players(path: Path) -> tuple[Player, ...]:
    """The players of a file, in its order; () if there is no file.

    Raises PlayersError naming the file, the entry, the field and its value.
    """
    try:
        fields = tomllib.loads(path.read_text(encoding="utf-8-sig"))
        entries = _PlayersFile.model_validate(fields).players
    except FileNotFoundError:
        return ()
    except UnicodeDecodeError as error:
        problem = f"{path} is not UTF-8 at byte {error.start}"
        raise PlayersError(problem, hint="save it as UTF-8") from None
    except tomllib.TOMLDecodeError as error:
        raise PlayersError(f"{path} is not TOML", hint=find_reason(error)) from None
    except OSError as error:
        raise PlayersError(f"{path} can't be read", hint=find_reason(error)) from None
    except ValidationError as error:
        raise _explain(path, error) from None
    players = tuple(Player(**entry.model_dump()) for entry in entries)
    for number, problem, hint in _find_problems(players):
        raise PlayersError(f"{path}: players {number} {problem}", hint=hint)
    return players


def find_owned(players: Iterable[Player], player_id: str) -> frozenset[str]:
    """The ids of a player and of everything it owns, directly or indirectly."""
    owned = {player_id}
    rest = [player for player in players if player.owner is not None]
    while found := {p.id for p in rest if p.owner in owned} - owned:
        owned |= found
    return frozenset(owned)


def _explain(path: Path, error: ValidationError) -> PlayersError:
    """The first problem, with the number of its entry (from 1) and its field."""
    first = error.errors()[0]
    place = [str(part + 1) if isinstance(part, int) else part for part in first["loc"]]
    hint = first["msg"].removeprefix("Value error, ")
    if first["type"] == "extra_forbidden":
        hint = f"known are {', '.join(_Entry.model_fields if len(place) > 1 else ['players'])}"
    if first["type"] == "missing":
        return PlayersError(f"{path}: {' '.join(place)} is missing", hint="add it")
    return PlayersError(f"{path}: {' '.join(place)} is {first['input']!r:.80}", hint=hint)


def _find_problems(players: Sequence[Player]) -> Iterator[tuple[int, str, str]]:
    """Conflicts between entries: the number of the entry (from 1), the problem, a hint."""
    ids: set[str] = set()
    for number, player in enumerate(players, 1):
        if player.id in ids:
            problem = f"id is {player.id!r}, which another player has"
            yield number, problem, "give each player a different id"
        ids.add(player.id)
    for number, player in enumerate(players, 1):
        problem = f"owner is {player.owner!r}"
        if player.owner is not None and player.owner not in ids - {player.id}:
            hint = "add that player, or leave the owner out"
            yield number, f"{problem}, the id of no other player", hint
        if player.owner is not None and player.owner in find_owned(players, player.id):
            yield number, f"{problem}, which belongs to it", "leave one of the owners out"
    ids_by_name: dict[tuple[str, ...], str] = {}
    numbers = {player.id: number for number, player in enumerate(players, 1)}
    for player, name in list_names(players):
        first_id = ids_by_name.setdefault(fold(name), player.id)
        if first_id != player.id:
            problem = f"({player.id}) name is {name!r}, a name of {first_id!r}"
            yield numbers[player.id], problem, "give the name to one of them only"
