"""A file that describes players, read and checked."""

import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from assistant.errors import PlayersError, find_reason
from assistant.players.names import WORD, fold
from assistant.players.owners import find_owned
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
    """The players a file describes, in its order; () where there is no file.

    Raises PlayersError naming the file, the entry, the field and its value.
    """
    try:
        written = tomllib.loads(path.read_text(encoding="utf-8-sig"))
        entries = _PlayersFile.model_validate(written).players
    except FileNotFoundError:
        return ()
    except UnicodeDecodeError as error:
        raise PlayersError(
            f"{path} is no UTF-8 at byte {error.start}", hint="save it as UTF-8"
        ) from None
    except tomllib.TOMLDecodeError as error:
        raise PlayersError(f"{path} is no TOML", hint=find_reason(error)) from None
    except OSError as error:
        raise PlayersError(f"{path} can't be read", hint=find_reason(error)) from None
    except ValidationError as error:
        raise _refuse(path, error) from None
    players = tuple(
        Player(entry.id, entry.name, entry.kind, entry.aliases, entry.owner, entry.roles)
        for entry in entries
    )
    _check_ids(path, players)
    _check_names(path, players)
    return players


def _refuse(path: Path, error: ValidationError) -> PlayersError:
    """The first thing wrong, by the number of its entry (from 1) and its field."""
    first = error.errors()[0]
    place = [str(part + 1) if isinstance(part, int) else part for part in first["loc"]]
    hint = first["msg"].removeprefix("Value error, ")
    if first["type"] == "extra_forbidden":
        hint = f"known are {', '.join(_Entry.model_fields if len(place) > 1 else ['players'])}"
    if first["type"] == "missing":
        return PlayersError(f"{path}: {' '.join(place)} is missing", hint="add it")
    return PlayersError(f"{path}: {' '.join(place)} is {first['input']!r:.80}", hint=hint)


def _check_ids(path: Path, players: Sequence[Player]) -> None:
    """Refuse an id given twice, and an owner that is no other player or its own property."""
    ids: set[str] = set()
    for number, player in enumerate(players, 1):
        if player.id in ids:
            raise PlayersError(
                f"{path}: players {number} id is {player.id!r}, which another player has",
                hint="give each player its own",
            )
        ids.add(player.id)
    for number, player in enumerate(players, 1):
        if player.owner is not None and player.owner not in ids - {player.id}:
            raise PlayersError(
                f"{path}: players {number} owner is {player.owner!r}, the id of no other player",
                hint="add that player, or leave the owner out",
            )
        if player.owner is not None and player.owner in find_owned(players, player.id):
            raise PlayersError(
                f"{path}: players {number} owner is {player.owner!r}, which belongs to it",
                hint="leave one of the owners out",
            )


def _check_names(path: Path, players: Sequence[Player]) -> None:
    """Refuse a name of two players: nobody could tell whom a text means."""
    owners: dict[tuple[str, ...], str] = {}
    for number, player in enumerate(players, 1):
        for name in (player.name, *player.aliases):
            owner = owners.setdefault(fold(name), player.id)
            if owner != player.id:
                raise PlayersError(
                    f"{path}: players {number} ({player.id}) name is {name!r}, a name of {owner!r}",
                    hint="leave it to one of them",
                )
