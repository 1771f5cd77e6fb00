"""The model card: what a reader was made of, how, and how to make it again."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from assistant import __version__
from assistant.embed.model import PACKAGED, hash_file
from assistant.read.export import WEIGHTS
from assistant.read.span import MODEL, SETTINGS, read_settings_file
from assistant.train.sources import Source

if TYPE_CHECKING:
    from assistant.train.loop import Plan

CARD = "MODEL_CARD.md"

_CARD = """# {name}

A reader: given a question and a passage with its title and heading, it scores where an answer
starts and ends and whether there is one, the items of a list or table, how much each sentence helps
to answer, and what kind of question it is. Made with `assistant train` {version}.

| | |
|---|---|
| weights | `{model}`, int8 (7 bits), {megabytes:.1f} MB, SHA-256 `{sha256}` |
| threshold | {threshold:g} ({calibrated}) |
| licence | {licence} |

{made}"""

_TRAINED = """| | |
|---|---|
| base | {base} |
| teacher | {teacher} |
| trained on | {questions:,} questions (repeats counted), seed {seed}, learning rate {rate:g} |

    {command}

## Data

| file | SHA-256 | weight |
|---|---|---|
{files}

Of the project's question sets the split `train` alone is read; what is for measuring is left out of
SQuAD as well. Negatives are passages of the same document, of documents about the same event, and
retrieved ones.
"""

_AVERAGED = """The weights of these readers, averaged by their shares:

| reader | share | SHA-256 |
|---|---|---|
{runs}

    {command}
"""


def describe_training(
    sources: Sequence[Source], *, base: str, teacher: Path | None, plan: "Plan", out: Path
) -> str:
    """What a reader was trained on, and the command that repeats it."""
    taught = "" if teacher is None else f" --teacher {teacher}"
    command = (
        f"assistant train {' '.join(source.name for source in sources)} --base {base}{taught} "
        f"--questions {plan.questions} --rate {plan.rate:g} --seed {plan.seed} --out {out.name}"
    )
    return _TRAINED.format(
        base="all-MiniLM-L6-v2 (Apache-2.0)" if base == PACKAGED else base,
        teacher="none" if teacher is None else f"{teacher}, `{hash_file(teacher / WEIGHTS)}`",
        questions=plan.questions,
        seed=plan.seed,
        rate=plan.rate,
        command=command,
        files="\n".join(
            f"| {path.name} | `{hash_file(path)}` | {source.weight:g} |"
            for source in sources
            for path in source.files
        ),
    )


def describe_average(readers: Sequence[Path], shares: Sequence[float], *, out: Path) -> str:
    """Which readers were averaged, and the command that repeats it."""
    given = " ".join(map(str, readers))
    parts = " ".join(f"{share:g}" for share in shares)
    return _AVERAGED.format(
        runs="\n".join(
            f"| {path} | {share:g} | {_hash_weights(path)} |"
            for path, share in zip(readers, shares, strict=True)
        ),
        command=f"assistant train --average {given} --shares {parts} --out {out.name}",
    )


def write_card(out: Path, made: str, *, licence: str) -> None:
    """Write a reader's card into its folder; `made` says how it was made."""
    settings = read_settings_file(out / SETTINGS)
    text = _CARD.format(
        name=settings.name,
        version=__version__,
        model=MODEL,
        megabytes=(out / MODEL).stat().st_size / 1e6,
        sha256=settings.sha256,
        threshold=settings.threshold,
        calibrated="of a score" if settings.calibration is None else "of a fitted confidence",
        licence=licence,
        made=made,
    )
    (out / CARD).write_text(text, encoding="utf-8")


def _hash_weights(folder: Path) -> str:
    return ", ".join(f"`{hash_file(path)}`" for path in sorted(folder.glob("*.safetensors")))
