"""After any edits of a corpus, an updated index equals a new one, and keeps nothing more."""

import random
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from assistant.build import build_index
from assistant.index import vectors
from assistant.index.catalog import Catalog
from assistant.index.generation import Generation
from assistant.index.integrity import list_generations
from assistant.index.vectors import PassageVectors
from tests.conftest import hash_embed

WORDS = "glasses lens price yuan sold Meta Rokid Quark battery screen made costs 1,999 2024".split()
PLAYERS = ["meta", "rokid", "quark"]
FILES = [f"{folder}{name}" for folder in ("", "b/", "z/") for name in "acegikmoqs"]


class Corpus:
    """A folder that is edited at random; each text has a word of its own."""

    def __init__(self, folder: Path, seed: int) -> None:
        self.folder, self.dice = folder, random.Random(seed)
        self.gone: set[str] = set()  # the words of texts that no file has any more
        self._texts: dict[str, list[str]] = {}  # by file
        self._count = 0
        folder.mkdir()
        self.name_players()
        for _ in range(12):
            self.write()

    def name_players(self) -> None:
        named = self.dice.sample(PLAYERS, self.dice.randint(1, 3))
        tables = (f'[[players]]\nid = "{n}"\nname = "{n.title()}"\nkind = "company"' for n in named)
        (self.folder / "players.toml").write_text("\n".join(tables))

    def edit(self) -> None:
        """One of the edits, most often one that only adds."""
        edits = [self.write] * 3 + [self.append] * 2
        edits += [self.remove, self.rename, self.copy, self.move, self.refuse, self.name_players]
        self.dice.choice(edits)()

    def write(self) -> None:
        """A new file, or other text in one that exists."""
        free = sorted({*FILES} - self._texts.keys())
        name = self.dice.choice(free if free and self.dice.random() < 0.7 else FILES)
        rows = self.dice.randint(1, 3) if self.dice.random() < 0.3 else 0
        suffix = ".jsonl" if rows else self.dice.choice([".txt", ".md"])
        self._put(name + suffix, [self._make() for _ in range(rows or 1)])

    def append(self) -> None:
        """A document more at the end of a file of several."""
        names = [name for name in self._texts if name.endswith(".jsonl")]
        if names:
            name = self.dice.choice(names)
            self._put(name, [*self._texts[name], self._make()])

    def remove(self) -> None:
        if len(self._texts) > 2:
            self._put(self._choose(), [])

    def rename(self) -> None:
        name = self._choose()
        texts = self._texts[name]
        self._put(name, [])
        self._put(self.dice.choice(FILES) + Path(name).suffix, texts)

    def copy(self) -> None:
        name = self._choose()
        self._put(self.dice.choice(FILES) + Path(name).suffix, self._texts[name])

    def move(self) -> None:
        """A document goes from a file of several to another one."""
        names = [name for name in self._texts if name.endswith(".jsonl")]
        if len(names) > 1:
            source, target = self.dice.sample(names, 2)
            *rest, moved = self._texts[source]
            self._put(target, [moved, *self._texts[target]])
            self._put(source, rest)

    def refuse(self) -> None:
        """A file that can't be read in place of one that can."""
        name = self._choose()
        if len(self._texts) > 2:
            self._put(name, [])
            (self.folder / name).write_bytes(b"\0")

    def _choose(self) -> str:
        return self.dice.choice(sorted(self._texts))

    def _make(self) -> str:
        """Text of one passage or several, with a word that no other has."""
        self._count += 1
        sentences = [
            " ".join(self.dice.choices(WORDS, k=self.dice.randint(3, 12))) + "."
            for _ in range(self.dice.choice([1, 2, 8, 60]))
        ]
        sentences.insert(self.dice.randrange(len(sentences) + 1), f"Secret{self._count}x is here.")
        return " ".join(sentences)

    def _put(self, name: str, texts: list[str]) -> None:
        path = self.folder / name
        path.parent.mkdir(exist_ok=True)
        before = {word for one in self._texts.values() for text in one for word in find_words(text)}
        if texts:
            self._texts[name] = list(texts)
            dated = self.dice.choice(["", "2024-05-06", "2025-01-02"])
            if name.endswith(".jsonl"):
                lines = [f'{{"id": "{find_words(text)[0]}", "text": "{text}"}}' for text in texts]
                path.write_text("\n".join(lines))
            elif name.endswith(".md") and dated:
                path.write_text(f"---\ndate: {dated}\n---\n\n{texts[0]}\n")
            else:
                path.write_text("\n\n".join(texts))
        else:
            self._texts.pop(name, None)
            path.unlink(missing_ok=True)
        after = {word for one in self._texts.values() for text in one for word in find_words(text)}
        self.gone = (self.gone | before) - after


def find_words(text: str) -> list[str]:
    return [word for word in text.split() if word.startswith("Secret")]


def check_same(index: Path, new: Path, dice: random.Random, *, is_rounded: bool) -> None:
    """Two indexes have the same records and vectors, and find the same with the same scores.

    Vectors that were once coded were rounded to half precision: `is_rounded` compares them so.
    """
    with closing(Generation.open(index)) as updated, closing(Generation.open(new)) as fresh:
        one, other = updated.catalog, fresh.catalog
        lines = one.list_documents()
        assert lines == other.list_documents()
        for line in lines:
            assert one.document(line.id) == other.document(line.id)
            assert one.mentions(line.id) == other.mentions(line.id)
            assert one.figures_of(line.id) == other.figures_of(line.id)
        for player in PLAYERS:
            assert one.mentions_of([player]) == other.mentions_of([player])
        assert one.figures == other.figures
        assert one.contents() == other.contents()
        assert sorted(one.skipped) == sorted(other.skipped)
        assert list(one.terms()) == list(other.terms())
        assert one.passages == other.passages == updated.vectors.count == updated.lexical.count
        for number in range(one.passages):
            assert one.passage(number) == other.passage(number)
            assert one.text_hash(number) == other.text_hash(number)
        rows = [PassageVectors(generation.folder).rows for generation in (updated, fresh)]
        assert rows[0].dtype == rows[1].dtype
        is_rounded = is_rounded and rows[0].dtype == np.float32
        one_rows, other_rows = [r.astype("<f2") for r in rows] if is_rounded else rows
        assert np.array_equal(one_rows, other_rows)
        for _ in range(12):
            question, k = " ".join(dice.choices(WORDS, k=dice.randint(1, 8))), dice.randint(1, 20)
            assert updated.lexical.search(question, k) == fresh.lexical.search(question, k)
            if is_rounded:
                continue
            vector = hash_embed([question])
            found, expected = updated.vectors.search(vector, k), fresh.vectors.search(vector, k)
            assert np.array_equal(found, expected)


def check_gone(index: Path, words: set[str]) -> None:
    """No file of the generation in use has words of texts that are gone, and no other generation
    has documents that it lacks.
    """
    *others, name = list_generations(index)
    ids = list_ids(index / name)
    assert all(list_ids(index / other) <= ids for other in others)
    folder = index / name
    for path in folder.rglob("*"):
        if path.is_file() and path.suffix != ".onnx":
            content = path.read_bytes().lower()
            left = [word for word in words if word.lower().encode() in content]
            assert not left, f"{path} has {left}"


def list_ids(folder: Path) -> set[str]:
    with closing(Catalog.open(folder)) as catalog:
        return {*catalog.contents()}


def check_updates(
    folder: Path, seed: int, steps: int, *, patch: pytest.MonkeyPatch | None = None
) -> None:
    """Edit, update and compare; with `patch`, vectors are coded in about half of the steps."""
    corpus = Corpus(folder / "corpus", seed)
    build_index(corpus.folder, folder / "index", embedder="fake")
    for _ in range(steps):
        for _ in range(corpus.dice.choice([1, 1, 1, 2, 5])):
            corpus.edit()
        if patch is not None:
            corpus.write()  # else nothing may be built
            patch.setattr(vectors, "EXACT_MOST", corpus.dice.choice([10, 10_000]))
        build_index(corpus.folder, folder / "index", embedder="fake")
        build_index(corpus.folder, folder / "new", embedder="fake", rebuild=True, keep=1)
        is_rounded = patch is not None
        check_same(folder / "index", folder / "new", corpus.dice, is_rounded=is_rounded)
        check_gone(folder / "index", corpus.gone)


@pytest.mark.usefixtures("fake_models")
def test_random_edits_leave_an_index_as_a_new_one(tmp_path: Path) -> None:
    check_updates(tmp_path, 1, 5)


@pytest.mark.usefixtures("fake_models")
def test_random_edits_around_the_size_from_which_vectors_are_coded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    check_updates(tmp_path, 2, 5, patch=monkeypatch)


@pytest.mark.long
@pytest.mark.usefixtures("fake_models")
@pytest.mark.parametrize("is_coded", [False, True])
@pytest.mark.parametrize("seed", range(3, 6))
def test_30_rounds_of_random_edits_leave_an_index_as_a_new_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seed: int, is_coded: bool
) -> None:
    check_updates(tmp_path, seed, 30, patch=monkeypatch if is_coded else None)
