"""The model card of a reader: its files, its inputs, and the command that made it."""

from collections.abc import Mapping
from pathlib import Path

from assistant import __version__
from assistant.read.span import MODEL, SETTINGS, read_settings_file

CARD = "MODEL_CARD.md"

_TEXT = """# {name}

A reader: given a question and a passage with its title and heading, it scores where an answer
starts and ends and whether there is one, the items of a list or table, how much each sentence helps
to answer, and what kind of question it is. Made by `assistant train` {version}:

    {command}

| | |
|---|---|
| weights | `{model}`, int8 (7 bits), {megabytes:.1f} MB, SHA-256 `{sha256}` |
| licence | {licence} |
{rows}

Of the project's question sets only the split `train` is used, and texts for measuring are left out
of SQuAD.
"""


def write_card(out: Path, command: str, made_from: Mapping[str, str], *, licence: str) -> None:
    """Write a reader's card into its folder; `made_from` are further rows of its table."""
    settings = read_settings_file(out / SETTINGS)
    text = _TEXT.format(
        name=settings.name,
        version=__version__,
        command=command,
        model=MODEL,
        megabytes=(out / MODEL).stat().st_size / 1e6,
        sha256=settings.sha256,
        licence=licence,
        rows="\n".join(f"| {name} | {value} |" for name, value in made_from.items()),
    )
    (out / CARD).write_text(text, encoding="utf-8")
