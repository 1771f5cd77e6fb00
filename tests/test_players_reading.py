"""The file that describes players."""

from pathlib import Path

import pytest

from assistant.errors import PlayersError
from assistant.players import read_players
from assistant.records import Player


def write(folder: Path, text: str) -> Path:
    path = folder / "players.toml"
    path.write_text(text, encoding="utf-8")
    return path


def entry(player_id: str, name: str, more: str = "") -> str:
    return f'[[players]]\nid = "{player_id}"\nname = "{name}"\nkind = "company"\n{more}\n'


def test_players_are_read_in_the_order_of_the_file(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        "\ufeff" + entry("quark", " Quark ", 'aliases = ["夸克"]\nowner = "ali-1"')
        + entry("ali-1", "Alibaba"),
    )  # fmt: skip
    assert read_players(path) == (
        Player("quark", "Quark", "company", ("夸克",), "ali-1"),
        Player("ali-1", "Alibaba", "company"),
    )


def test_without_file_or_entries_there_are_no_players(tmp_path: Path) -> None:
    assert read_players(tmp_path / "players.toml") == ()
    assert read_players(write(tmp_path, "# nobody\n")) == ()


META = entry("meta", "Meta")
BEGINS = "a name begins with a letter or digit"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (META + 'colour = "red"',
         "players 1 colour is 'red': known are id, name, kind, aliases, owner, roles"),
        ('[[player]]\nid = "a"', "player is [{'id': 'a'}]: known are players"),
        (META + entry("x", "X").replace("company", "firm"),
         "players 2 kind is 'firm': Input should be 'company', 'product', 'person' or "
         "'organisation'"),
        (META + '[[players]]\nid = "x"\nkind = "person"', "players 2 name is missing: add it"),
        (META + entry("x", " "), f"players 2 name is ' ': {BEGINS}"),
        (META + entry("x", "X", 'aliases = ["Xi", "--"]'),
         f"players 2 aliases 2 is '--': {BEGINS}"),
        (entry("x", ".NET"), f"players 1 name is '.NET': {BEGINS}"),
        (entry("x", "X", 'aliases = "Xi"'),
         "players 1 aliases is 'Xi': Input should be a valid tuple"),
        (entry("x", "X", "owner = 3"), "players 1 owner is 3: Input should be a valid string"),
        (entry("X y", "X"), "players 1 id is 'X y': String should match pattern "
         "'^[a-z0-9]+(?:-[a-z0-9]+)*$'"),
        (META + entry("meta", "M"),
         "players 2 id is 'meta', which another player has: give each player a different id"),
        (META + entry("x", "X", 'aliases = ["META"]'),
         "players 2 (x) name is 'META', a name of 'meta': give the name to one of them only"),
        (entry("r", "Ray-Ban") + entry("x", "ray ban"),
         "players 2 (x) name is 'ray ban', a name of 'r': give the name to one of them only"),
        (META + entry("x", "X", 'owner = "mета"'), "players 2 owner is 'mета', the id of no other "
         "player: add that player, or leave the owner out"),
        (entry("x", "X", 'owner = "x"'), "players 1 owner is 'x', the id of no other player: "
         "add that player, or leave the owner out"),
        (entry("a", "A", 'owner = "b"') + entry("b", "B", 'owner = "a"'),
         "players 1 owner is 'b', which belongs to it: leave one of the owners out"),
    ],
)  # fmt: skip
def test_a_file_that_is_wrong_is_refused_by_entry_field_and_value(
    tmp_path: Path, text: str, message: str
) -> None:
    path = write(tmp_path, text)
    with pytest.raises(PlayersError) as refused:
        read_players(path)
    assert str(refused.value) == f"{path}: {message}"


def test_a_player_may_have_two_spellings_of_one_name(tmp_path: Path) -> None:
    path = write(tmp_path, entry("r", "Ray-Ban", 'aliases = ["Ray - Ban"]'))
    assert read_players(path)[0].aliases == ("Ray - Ban",)


def test_a_file_that_is_not_toml_is_refused(tmp_path: Path) -> None:
    path = write(tmp_path, "[[players]]\nid = quark\n")
    with pytest.raises(PlayersError, match=r"players.toml is not TOML: Invalid value \(at line 2,"):
        read_players(path)


def test_a_file_that_is_not_utf_8_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "players.toml"
    path.write_bytes(b"# Z\xfcrich")
    with pytest.raises(PlayersError, match=r"players.toml is not UTF-8 at byte 3: save it"):
        read_players(path)


def test_a_folder_is_not_read_as_a_file_of_players(tmp_path: Path) -> None:
    with pytest.raises(PlayersError, match=r"can't be read: .*Is a directory"):
        read_players(tmp_path)
