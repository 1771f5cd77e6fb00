"""All the steps of training: read, train or average, export, calibrate, describe."""

import json
import shutil
import sys
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from tokenizers import Tokenizer
from tqdm import tqdm

from assistant.embed import count_pieces
from assistant.embed.model import PACKAGED, hash_file, packaged_folder
from assistant.errors import TrainingError
from assistant.read.export import CONFIG, WEIGHTS, export_reader
from assistant.read.span import TOKENIZER
from assistant.train.batches import Batches
from assistant.train.card import describe_average, describe_training, write_card
from assistant.train.pieces import LONGEST, Encoded, encode_examples, find_special
from assistant.train.sources import Source, read_examples

FORMAT = 2  # of what a checkpoint depends on
BATCH_PIECES = {"cpu": 4096, "cuda": 16384}  # padding counted


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
    calibrate: Callable[[Path], None],
    show: bool,
) -> None:
    """Train a reader on some sources and write its folder, named as the folder is.

    `base` is the folder of an encoder or of a reader, or `packaged`. `questions` are how many to
    train on in all, None for one pass; a run that was stopped goes on from its last checkpoint.
    Raises EvaluationError, TrainingError, ReaderError.
    """
    # torch takes seconds to import.
    from assistant.read.network import save_network
    from assistant.train.loop import Plan, find_device, hash_inputs, train
    from assistant.train.teacher import open_teacher

    folder = _find_base(base)
    tokenizer = Tokenizer.from_file(str(folder / TOKENIZER))
    device = find_device()
    teach = None if teacher is None else open_teacher(teacher, tokenizer, device=device)
    examples = _read(sources, tokenizer, seed=seed, show=show)
    inputs = hash_inputs(
        format=FORMAT,
        files=[(hash_file(path), source.weight) for source in sources for path in source.files],
        base=hash_file(folder / WEIGHTS),
        teacher=None if teacher is None else hash_file(teacher / WEIGHTS),
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

        network = train(plan, batches, checkpoints, teach=teach, progress=update)
    save_network(network, out)
    shutil.copy(folder / TOKENIZER, out / TOKENIZER)
    made = describe_training(sources, base=base, teacher=teacher, plan=plan, out=out)
    _finish(out, made, licence=licence, calibrate=calibrate)


def average_readers(
    readers: Sequence[Path],
    shares: Sequence[float],
    out: Path,
    *,
    base: str,
    licence: str,
    calibrate: Callable[[Path], None],
) -> None:
    """Write the mean of readers, each with its share, as a reader of its own.

    The tokenizer is the first reader's, or the base's where that has none. Raises TrainingError,
    ReaderError.
    """
    from assistant.train.average import average_runs, check_shares, find_files

    check_shares(readers, shares)
    for reader in readers:
        find_files(reader)
    words = readers[0] / TOKENIZER
    words = words if words.is_file() else _find_base(base) / TOKENIZER
    out.mkdir(parents=True, exist_ok=True)
    average_runs(readers, shares, out)
    shutil.copy(words, out / TOKENIZER)
    made = describe_average(readers, shares, out=out)
    _finish(out, made, licence=licence, calibrate=calibrate)


def _finish(out: Path, made: str, *, licence: str, calibrate: Callable[[Path], None]) -> None:
    """Export, calibrate and describe the reader in a folder; `made` says how it was made."""
    export_reader(out, out, name=out.name, quantise=True)
    calibrate(out)
    write_card(out, made, licence=licence)


def _find_base(base: str) -> Path:
    """The folder of a base. Refuses one that is incomplete or too short, before hours of work."""
    folder = packaged_folder() if base == PACKAGED else Path(base)
    for name in (WEIGHTS, TOKENIZER, CONFIG):
        if not (folder / name).is_file():
            raise TrainingError(f"base {folder} has no {name}", hint="give another folder")
    config = json.loads((folder / CONFIG).read_text(encoding="utf-8"))
    positions = config.get("max_position_embeddings", LONGEST)
    if positions < LONGEST:
        raise TrainingError(
            f"base {folder} reads {positions} word pieces at a time",
            hint=f"give one that reads {LONGEST}",
        )
    return folder


def _read(
    sources: Sequence[Source], tokenizer: Tokenizer, *, seed: int, show: bool
) -> list[Encoded]:
    """The examples of all sources as pieces. Raises TrainingError where there are none."""
    tokenizer.no_padding()
    tokenizer.no_truncation()
    encoded: list[Encoded] = []
    for source in sources:
        examples = read_examples(source, partial(count_pieces, tokenizer), seed=seed)
        some = encode_examples(examples, tokenizer, weight=source.weight)
        if show:
            print(f"{source.name}: {len(some):,} questions", file=sys.stderr)
        encoded += some
    if not encoded:
        raise TrainingError("there is no question to train on", hint="give more sources")
    return encoded
