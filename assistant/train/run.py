"""All the steps of training: read, hold out, train, export, calibrate, describe."""

import json
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

from tokenizers import Tokenizer
from tqdm import tqdm

from assistant.embed.model import PACKAGED, hash_file, packaged_folder
from assistant.errors import TrainingError
from assistant.evaluate.indexing import index_documents
from assistant.evaluate.squad import SquadParagraph, read_squad
from assistant.read.export import export_reader, write_settings
from assistant.read.span import MOST_PIECES, SETTINGS, SpanReader, read_settings_file
from assistant.records import Document
from assistant.train.calibrate import Calibration, calibrate
from assistant.train.card import write_card
from assistant.train.examples import Examples, is_held_out
from assistant.train.loop import Plan, hash_inputs, train
from assistant.train.sources import Source

DISTRACTING = 4000  # paragraphs that are indexed beside the held-out ones, to calibrate on
FORMAT = 1  # of what a checkpoint depends on
_WORDS = ("tokenizer.json", "tokenizer_config.json", "special_tokens_map.json", "vocab.txt",
          "vocab.json", "merges.txt")  # fmt: skip

Files = Sequence[tuple[list[SquadParagraph], float]]


def train_reader(
    sources: Sequence[Source],
    out: Path,
    *,
    base: str,
    questions: int | None,
    seed: int,
    checkpoints: Path,
    licence: str,
    show: bool,
) -> None:
    """Train a reader on some sources and write its folder, named as the folder is.

    `base` is the folder of an encoder, or `packaged`. `questions` are how many to train on in all,
    None for each once; a run that was stopped goes on from its last checkpoint. Raises
    EvaluationError, TrainingError, ReaderError.
    """
    folder = packaged_folder() if base == PACKAGED else Path(base)
    files = [(read_squad(source.path), source.weight) for source in sources]
    kept = [([p for p in found if not is_held_out(p)], weight) for found, weight in files]
    held = [p for found, _ in files for p in found if is_held_out(p)]
    count = round(sum(len(p.questions) * weight for found, weight in kept for p in found))
    if not count or not held:
        raise TrainingError(
            f"{len(held)} paragraphs are held out to calibrate on, {count} questions are left",
            hint="give more articles: 1 in 20 is held out",
        )
    weights = folder / "model.safetensors"
    _check_base(folder, weights)
    named = [(hash_file(source.path), source.weight) for source in sources]
    inputs = hash_inputs(format=FORMAT, files=named, base=hash_file(weights), seed=seed)
    plan = Plan(folder, questions or count, seed, inputs)
    out.mkdir(parents=True, exist_ok=True)
    _train(plan, kept, checkpoints, out, show=show)
    export_reader(out, out, name=out.name, quantise=True)
    calibration = _calibrate(out, kept, held, seed=seed, show=show)
    write_card(out, sources, plan, calibration, licence=licence, base=base, name=out.name)


def _check_base(folder: Path, weights: Path) -> None:
    """Refuse a base that can't be read or is too short, before hours of work."""
    for path in (weights, folder / "tokenizer.json", folder / "config.json"):
        if not path.is_file():
            raise TrainingError(f"base {folder} has no {path.name}", hint="give another folder")
    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    positions = config.get("max_position_embeddings", MOST_PIECES)
    if positions < MOST_PIECES:
        raise TrainingError(
            f"base {folder} reads {positions} word pieces at a time",
            hint=f"give one that reads {MOST_PIECES}",
        )


def _train(plan: Plan, files: Files, checkpoints: Path, out: Path, *, show: bool) -> None:
    """Train and write the model as transformers does, with its tokenizer."""
    tokenizer = Tokenizer.from_file(str(plan.base / "tokenizer.json"))
    with (
        TemporaryDirectory() as temporary,
        tqdm(total=plan.questions, desc="training", unit="q", disable=not show) as bar,
    ):

        def tell(done: int, loss: float) -> None:
            bar.update(done - bar.n)
            bar.set_postfix(loss=f"{loss:.3f}")

        examples = Examples(files, tokenizer, Path(temporary), seed=plan.seed)
        model = train(plan, examples, checkpoints, progress=tell)
    model.save_pretrained(out)  # type: ignore[operator]
    for name in _WORDS:
        if (plan.base / name).is_file():
            shutil.copy(plan.base / name, out / name)


def _calibrate(
    out: Path, files: Files, held: list[SquadParagraph], *, seed: int, show: bool
) -> Calibration:
    """Weigh the reader in a folder, and write the weighing and its threshold there."""
    others = [paragraph for found, _ in files for paragraph in found]
    distracting = Random(seed).sample(others, min(DISTRACTING, len(others)))
    documents = [
        Document(f"{number}", paragraph.title.replace("_", " ") or "untitled", paragraph.text)
        for number, paragraph in enumerate([*held, *distracting])
    ]
    with TemporaryDirectory() as temporary:
        generation = index_documents(documents, Path(temporary), embedder=PACKAGED, progress=show)
        found = calibrate(SpanReader(out), generation, held, seed=seed, show=show)
        generation.close()
    before = read_settings_file(out / SETTINGS)
    write_settings(out, before._replace(threshold=found.threshold, weighing=found.weighing))
    print(
        f"calibrated on {found.questions:,} questions: threshold {found.threshold}, "
        f"{found.coverage:.0%} answered, {found.risk:.0%} of them wrong",
        file=sys.stderr,
    )
    return found
