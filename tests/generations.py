"""Generations of one text each: built, read back, damaged."""

import json
import shutil
from pathlib import Path

import pytest

from assistant.build import BuildReport, build_from
from assistant.embed.model import hash_file
from assistant.index.generation import Generation
from assistant.index.integrity import CURRENT, STAMPS
from assistant.index.manifest import CHECKSUM, FORMAT, MANIFEST
from assistant.index.publish import LOCK
from assistant.load import Corpus
from tests.conftest import use_fake_models
from tests.crashing import make_documents

GENERATIONS = Path(__file__).parent / "data" / "generations"  # one of each format
FIRST = "It costs 1,999 yuan."
SECOND = "It costs 2,999 yuan."
THIRD = "It costs 3,999 yuan."


def build(folder: Path, text: str, *, keep: int = 2) -> str:
    """Build the index of a text, and its generation."""
    return build_text(folder, text, keep=keep).manifest.generation


def build_text(folder: Path, text: str, *, keep: int = 2) -> BuildReport:
    """Build the index of a text; what was done."""
    corpus = Corpus(make_documents(text), (), text)
    return build_from(corpus, folder, embedder="fake", keep=keep)


def read(folder: Path) -> str:
    """What an index holds, opened whole: which text its records, vectors and terms are of."""
    generation = Generation.open(folder)
    documents = tuple(
        generation.catalog.document(line.id) for line in generation.catalog.list_documents()
    )
    text = documents[0].text.removesuffix(" Xiaomi sells glasses.")
    assert documents == make_documents(text)
    (number, _), *_ = generation.lexical.search(text, 1)
    vector = generation.encoder.embed_questions([text])
    nearest = generation.vectors.search(vector, 1)[0]
    assert generation.catalog.passage(number).document.id == "a.txt"
    assert generation.catalog.passage(int(nearest)).document.id == "a.txt"
    generation.close()
    return text


def list_kept() -> list[Path]:
    """The indexes that were kept, one of each format since the second."""
    return sorted(GENERATIONS.iterdir())


def rewrite(folder: Path, **fields: object) -> None:
    """Change the manifest of the first generation of an index, and publish it as it is then."""
    path = folder / "000001" / MANIFEST
    manifest = json.loads(path.read_text())
    path.write_text(json.dumps(manifest | fields))
    checksum = hash_file(path)
    path.with_name(CHECKSUM).write_text(f"{checksum}\n")
    (folder / CURRENT).write_text(f"000001 {checksum}\n")


def damage(path: Path, how: str, place: int, other: Path) -> None:
    content = bytearray(path.read_bytes())
    if how == "flip":
        content[place % len(content)] ^= 1 << place % 8
        path.write_bytes(content)
    elif how == "truncate":
        path.write_bytes(content[: place % len(content)])
    else:
        shutil.copyfile(other, path)


if __name__ == "__main__":  # `python -m tests.generations`, where the format is new
    with pytest.MonkeyPatch.context() as patch:
        use_fake_models(patch)
        build(GENERATIONS / f"format-{FORMAT}", FIRST)
    (GENERATIONS / f"format-{FORMAT}" / LOCK).unlink()
    shutil.rmtree(GENERATIONS / f"format-{FORMAT}" / STAMPS)
