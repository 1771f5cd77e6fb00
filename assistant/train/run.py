"""All the steps of training: read, train or average, export, describe."""

import json
import shutil
import sys
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path

from tokenizers import Tokenizer
from tqdm import tqdm

from assistant import __version__
from assistant.embed import count_pieces
from assistant.embed.model import PACKAGED, hash_file, packaged_folder
from assistant.errors import TrainingError
from assistant.read.export import CONFIG, WEIGHTS, export_reader
from assistant.read.network import save_network
from assistant.read.span import MODEL, SETTINGS, TOKENIZER, read_settings_file
from assistant.train.average import average_runs
from assistant.train.batches import Batches
from assistant.train.loop import Plan, find_device, hash_inputs, train
from assistant.train.pieces import LONGEST, Encoded, encode_examples, find_special
from assistant.train.sources import Source, read_examples
from assistant.train.teacher import open_teacher

FORMAT = 2  # of checkpoints
BATCH_PIECES = {"cpu": 4096, "cuda": 16384}  # with padding
CARD = "MODEL_CARD.md"
_CARD_TEXT = """# {name}

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


def train_reader(
    sources: Sequence[Source],
    out: Path,
    *,
    base: str,
    teacher: Path | None,
    questions: int | None,
    rate: float,
    seed: int,
    checkpoints: Path,
    licence: str,
    show: bool,
) -> None:
    """Train an uncalibrated reader on some sources and write it to a folder, which names it.

    `base` is the folder of an encoder or of a reader, or `packaged`. `questions` is how many to
    train on in all, None for one pass; an interrupted run continues from its last checkpoint.
    Raises EvaluationError, TrainingError, ReaderError.
    """
    folder = _find_base(base)
    tokenizer = Tokenizer.from_file(str(folder / TOKENIZER))
    device = find_device()
    teach = None if teacher is None else open_teacher(teacher, tokenizer, device=device)
    taught_by = None if teacher is None else hash_file(teacher / WEIGHTS)
    examples = _encode_sources(sources, tokenizer, seed=seed, show=show)
    files = [(path, source.weight) for source in sources for path in source.files]
    inputs = hash_inputs(
        format=FORMAT,
        files=[(hash_file(path), weight) for path, weight in files],
        base=hash_file(folder / WEIGHTS),
        teacher=taught_by,
        rate=rate,
        seed=seed,
    )
    count = questions or round(sum(example.weight for example in examples))
    plan = Plan(folder, count, seed, rate, inputs)
    batches = Batches(examples, find_special(tokenizer), pieces=BATCH_PIECES[device], seed=seed)
    out.mkdir(parents=True, exist_ok=True)
    with tqdm(total=count, desc="training", unit="q", disable=not show) as bar:

        def update(done: int, loss: float) -> None:
            bar.update(done - bar.n)
            bar.set_postfix(loss=f"{loss:.3f}")

        network = train(plan, batches, checkpoints, teacher=teach, progress=update)
    save_network(network, out)
    shutil.copy(folder / TOKENIZER, out / TOKENIZER)
    command = (
        f"assistant train {' '.join(source.name for source in sources)} --base {base}"
        f"{'' if teacher is None else f' --teacher {teacher}'} --questions {count} "
        f"--rate {rate:g} --seed {seed} --out {out.name}"
    )
    made_from = {
        "base": "all-MiniLM-L6-v2 (Apache-2.0)" if base == PACKAGED else base,
        "teacher": "none" if teacher is None else f"{teacher}, `{taught_by}`",
        "trained on": f"{count:,} questions, repeats counted",
    } | {f"{path.name}, weight {weight:g}": f"`{hash_file(path)}`" for path, weight in files}
    _export_and_describe(out, command, made_from, licence=licence)


def average_readers(
    readers: Sequence[Path], shares: Sequence[float], out: Path, *, base: str, licence: str
) -> None:
    """Write the weighted mean of readers as a reader.

    The tokenizer is the first reader's, or the base's if that has none. Raises TrainingError,
    ReaderError.
    """
    tokenizer = readers[0] / TOKENIZER
    if not tokenizer.is_file():
        tokenizer = _find_base(base) / TOKENIZER
    average_runs(readers, shares, out)
    shutil.copy(tokenizer, out / TOKENIZER)
    command = (
        f"assistant train --average {' '.join(map(str, readers))} "
        f"--shares {' '.join(f'{share:g}' for share in shares)} --out {out.name}"
    )
    made_from = {
        f"{reader}, share {share:g}": ", ".join(
            f"`{hash_file(path)}`" for path in sorted(reader.glob("*.safetensors"))
        )
        for reader, share in zip(readers, shares, strict=True)
    }
    _export_and_describe(out, command, made_from, licence=licence)


def _export_and_describe(
    out: Path, command: str, made_from: Mapping[str, str], *, licence: str
) -> None:
    """Export the reader in a folder and write its card; `made_from` are rows of its table."""
    export_reader(out, out, name=out.name, quantise=True)
    settings = read_settings_file(out / SETTINGS)
    text = _CARD_TEXT.format(
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


def _find_base(base: str) -> Path:
    """The folder of a base; an incomplete one is refused now, not after hours."""
    folder = packaged_folder() if base == PACKAGED else Path(base)
    for name in (WEIGHTS, TOKENIZER, CONFIG):
        if not (folder / name).is_file():
            raise TrainingError(f"base {folder} has no {name}", hint="give another folder")
    config = json.loads((folder / CONFIG).read_text(encoding="utf-8"))
    positions = config.get("max_position_embeddings", LONGEST)
    if positions < LONGEST:
        raise TrainingError(
            f"base {folder} reads {positions} word pieces at a time",
            hint=f"use one that reads {LONGEST}",
        )
    return folder


def _encode_sources(
    sources: Sequence[Source], tokenizer: Tokenizer, *, seed: int, show: bool
) -> list[Encoded]:
    """The examples of all sources as pieces. Raises TrainingError if there are none."""
    tokenizer.no_padding()
    tokenizer.no_truncation()
    encoded: list[Encoded] = []
    for source in sources:
        examples = read_examples(source, partial(count_pieces, tokenizer), seed=seed)
        added = encode_examples(examples, tokenizer, weight=source.weight)
        if show:
            print(f"{source.name}: {len(added):,} questions", file=sys.stderr)
        encoded += added
    if not encoded:
        raise TrainingError("there are no questions to train on", hint="give more sources")
    return encoded
