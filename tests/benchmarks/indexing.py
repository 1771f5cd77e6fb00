"""How fast indexing, updating, opening and searching are, and how they grow: `make bench`.

    python -m tests.benchmarks.indexing --corpus FOLDER --files 100 --sizes 10000 100000 1000000

- The rate of building is compared with the encoder alone, on the same texts in the same process.
- The update by one file is measured on the whole corpus: all of `assistant index`, in a process of
  its own. Vectors and suggestions of the previous generation are made up, those of the update are
  not.
- Search is measured on real vectors, those of the sample or of a file (`--vectors`), repeated to
  each size with noise of length 0.3 before they are scaled to length 1 again: the cosine with the
  real one is 0.96. Documents are short and made up. Questions are real. `making` an index is
  writing its vectors from given ones, `updating` it with every hundredth vector new.

Each figure is of a process of its own. Resident memory is split: what is mapped from files is the
page cache's, which the system takes back when it needs it.
"""

import argparse
import json
import random
import re
import resource
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from assistant.embed import Embedder, Vectors
from assistant.index.catalog import Catalog
from assistant.index.generation import Generation
from assistant.index.integrity import STAMPS
from assistant.index.lexical import Lexical, write_terms
from assistant.index.progress import Track
from assistant.index.samples import count_tries
from assistant.index.vectors import INDEX, ROWS, PassageVectors, Reused, Search, write_vectors
from assistant.index.writing import NewPassage, Records, write_records
from assistant.read import name_reader
from assistant.records import ChosenQuestions, Document, KeptQuestions, Passage, Suggestion, Tried
from assistant.settings import Settings
from tests.benchmarks.readme import Place, put_table

ROOT = Path(__file__).parents[2]
QUESTIONS = ROOT / "tests" / "data" / "article_questions.jsonl"
TABLE = Place(ROOT / "web" / "guide" / "scale.md", "## Searching")
PLOT = ROOT / "web" / "static" / "growth.svg"
NOISE = 0.3  # length of what is added to a real vector
BLOCK = 20_000  # rows made or compared at once
CANDIDATES, BEST = 100, 10  # as asking takes them; those that recall counts
ASKED = 200
NEW = 100  # every so many vectors, one is new in an update
PER_DOCUMENT, WORDS = 10, 60  # passages of a made-up document, words of a passage
SEED = 7
Row = dict[str, float]
Numbers = NDArray[np.int64]
T = TypeVar("T")


def run_apart(step: str, *given: object) -> Row:
    """The figures of a step of this module that is run in a process of its own."""
    command = [sys.executable, "-m", "tests.benchmarks.indexing", step, *map(str, given)]
    done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True)
    found: Row = json.loads(done.stdout.splitlines()[-1])
    return found


def measure_rate(corpus: str, index: str) -> Row:
    """Index a corpus as `assistant index` does for the first time, from its imports on; the encoder
    alone on the texts that were embedded.
    """
    began = time.perf_counter()
    from assistant import build
    from assistant.answer.suggest.trying import choose_questions
    from assistant.embed.model import ModelEmbedder
    from assistant.settings import read_settings

    texts, trying = list[str](), list[float]()
    embed = build.embed_plan  # type: ignore[attr-defined]

    def spy(request: Any, plan: Any, *more: Any) -> Any:
        texts.extend(dict.fromkeys(text for _, text, _ in plan.new_passages))
        return embed(request, plan, *more)

    def choose(generation: Generation, track: Track, kept: KeptQuestions | None) -> ChosenQuestions:
        seconds, chosen = timed(
            lambda: choose_questions(generation, track, kept, settings=settings)
        )
        trying.append(seconds)
        return chosen

    settings = read_settings()
    build.embed_plan = spy  # type: ignore[attr-defined, assignment]
    report = build.build_index(
        Path(corpus), Path(index), embedder="packaged", choose_questions=choose
    )
    whole = time.perf_counter() - began
    model = ModelEmbedder("packaged")
    alone, _ = timed(lambda: model.embed(texts))
    return {
        "passages": report.manifest.passages,
        "texts": len(texts),
        "build": whole,
        "trying": sum(trying),
        "alone": alone,
    }


def build_made_up(corpus: str, index: str) -> Row:
    """Build an index whose vectors and suggestions are made up, as many as are tried."""
    from assistant.build import build_index
    from assistant.embed.model import ModelEmbedder
    from assistant.embed.onnx import OnnxEmbedder

    def make(model: Embedder, texts: Sequence[str], **_: object) -> Vectors:
        rows = np.random.default_rng(SEED).standard_normal((len(texts), model.dimension))
        return scale(rows.astype(np.float32))

    def choose(generation: Generation, _track: Track, _kept: object) -> ChosenQuestions:
        catalog = generation.catalog
        step = max(1, catalog.passages // count_tries(catalog.passages))
        suggestions = [
            Suggestion(number, make_question(catalog.passage(number).text), "about", "", 0.9)
            for number in range(0, catalog.passages, step)
        ]
        return ChosenQuestions((), tuple(suggestions), tried)

    settings = Settings()
    tried = Tried(name_reader(settings.reader), settings.passages_read)
    ModelEmbedder.embed = OnnxEmbedder.embed = make  # type: ignore[method-assign, assignment]
    manifest = build_index(
        Path(corpus), Path(index), embedder="packaged", choose_questions=choose, tried=tried
    ).manifest
    return {"passages": manifest.passages, "suggestions": manifest.suggestions}


def make_question(text: str) -> str:
    """A question of the first words of a passage."""
    return f"What is said about {' '.join(text.split()[:6])}?"


def measure_update(corpus: str, index: str) -> Row:
    """Add one file, as a person does: seconds of `assistant index` with all it does, and of the
    command where nothing has changed; `peak` is its memory at most.
    """
    files = sorted(Path(corpus).rglob("*.txt"))
    middle = files[len(files) // 2]
    _run_index(corpus, index)  # the files are in the system's cache, as after a first build
    unchanged, _ = timed(lambda: _run_index(corpus, index))
    middle.with_name(f"{middle.stem} 2.txt").write_text(f"A new lamp costs {len(files)} yuan.")
    wall, report = timed(lambda: _run_index(corpus, index))
    memory = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    return {
        "files": len(files),
        "unchanged": unchanged,
        "wall": wall,
        "texts": report["texts_embedded"],
        "peak": memory,
    }


def _run_index(corpus: str, index: str) -> Row:
    """Run `assistant index`; the result has the fields of its JSON that are numbers."""
    command = [sys.executable, "-m", "assistant.cli", "index", "--json", "--corpus", corpus]
    command += ["--indexes", str(Path(index).parent), "--index", Path(index).name]
    done = subprocess.run(
        command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=True
    )
    fields: dict[str, object] = json.loads(done.stdout)
    return {name: value for name, value in fields.items() if isinstance(value, int)}


def measure_opening(index: str) -> Row:
    """The first opening on a machine, which hashes all, and a second one."""
    shutil.rmtree(Path(index) / STAMPS)
    first, generation = timed(lambda: Generation.open(Path(index)))
    generation.close()
    again, generation = timed(lambda: Generation.open(Path(index)))
    return {"first": first, "again": again, **read_memory()}


def write_synthetic(folder: str, real: str, size: str, search: str) -> Row:
    """Write records, terms and vectors of so many passages."""
    place, count = Path(folder), int(size)
    place.mkdir()
    write_records(place, make_records(count))
    catalog = Catalog.open(place)
    write_terms(place, catalog.terms())
    catalog.close()
    vectors = place / "given.npy"
    save_blocks(vectors, count, perturb(np.load(real), count))
    chosen: Search = "pq" if search == "pq" else "exact"
    rows = np.load(vectors, mmap_mode="r")
    write = write_vectors
    seconds, _ = timed(lambda: write(place, rows, chosen))
    peak = read_memory()["peak"]
    stored = sum((place / name).stat().st_size for name in (INDEX, ROWS) if (place / name).exists())
    known = np.arange(count)
    known[::NEW] = -1
    updated = place / "updated"
    updated.mkdir()
    previous = Reused(PassageVectors(place), known)
    again, _ = timed(lambda: write(updated, rows, chosen, previous=previous))
    vectors.unlink()
    shutil.rmtree(updated)
    return {"build": seconds, "update": again, "peak": peak, "bytes": stored / count}


def save_blocks(path: Path, count: int, blocks: Iterator[Vectors]) -> None:
    """Save so many vectors, block by block."""
    first, rows = 0, None
    for block in blocks:
        if rows is None:
            shape = count, block.shape[1]
            rows = np.lib.format.open_memmap(path, mode="w+", dtype=np.float32, shape=shape)
        rows[first : first + len(block)] = block
        first += len(block)


def make_records(count: int) -> Records:
    """Documents of made-up words, distributed as words are: few of them often."""
    drawn = np.random.default_rng(SEED)
    texts: list[str] = []
    for _ in range(0, count, PER_DOCUMENT):
        words = drawn.zipf(1.3, PER_DOCUMENT * WORDS) % 100_000
        lines = [
            " ".join(f"w{word}" for word in words[n : n + WORDS])
            for n in range(0, len(words), WORDS)
        ]
        texts.append("\n".join(lines))
    documents = [Document(f"{n}.txt", f"{n}", text) for n, text in enumerate(texts)]
    return Records(documents, _list_passages(documents))


def _list_passages(documents: Sequence[Document]) -> Iterator[NewPassage]:
    number = 0
    for document in documents:
        start = 0
        for line in document.text.split("\n"):
            end = start + len(line)
            passage = Passage(document, number, start, end, "", ((start, end),))
            yield NewPassage(passage, line, line)
            number, start = number + 1, end + 1


def perturb(real: Vectors, count: int) -> Iterator[Vectors]:
    """Real vectors, repeated, each with a noise of its own; in blocks, `count` in all."""
    drawn = np.random.default_rng(SEED)
    for first in range(0, count, BLOCK):
        numbers = np.arange(first, min(first + BLOCK, count)) % len(real)
        noise = scale(drawn.standard_normal((len(numbers), real.shape[1]), dtype=np.float32))
        yield scale(real[numbers] + NOISE * noise)


def scale(rows: Vectors) -> Vectors:
    unit: Vectors = rows / np.linalg.norm(rows, axis=1, keepdims=True)
    return unit


def measure_search(folder: str, asked: str) -> Row:
    """Open what was written; ask, each question once; compare with exact search."""
    place, questions = Path(folder), np.load(asked)
    before = read_memory()

    def start() -> tuple[Catalog, PassageVectors, Lexical]:
        return Catalog.open(place), PassageVectors(place), Lexical.open(place)

    opening, (catalog, vectors, _) = timed(start)
    opened = read_memory()
    times, found = [], []
    for question in questions:
        row = question[None]
        seconds, numbers = timed(lambda row=row: vectors.search(row, CANDIDATES))  # type: ignore[misc]
        catalog.passage(int(numbers[0]))
        times.append(1000 * seconds)
        found.append(numbers)
    after = read_memory()
    exact = find_exactly(vectors, questions)
    return {
        "opening": opening,
        "p50": float(np.percentile(times, 50)),
        "p95": float(np.percentile(times, 95)),
        "recall": measure_recall(found, exact, BEST),
        "recall_all": measure_recall(found, exact, CANDIDATES),
        "opened": opened["own"] + opened["mapped"] - before["own"] - before["mapped"],
        "own": after["own"] - before["own"],
        "mapped": after["mapped"] - before["mapped"],
    }


def measure_recall(found: Sequence[Numbers], exact: Sequence[Numbers], k: int) -> float:
    """The share of the k best rows that are among the k found, mean of all questions."""
    pairs = zip(found, exact, strict=True)
    shared = [len({*mine[:k].tolist()} & {*best[:k].tolist()}) for mine, best in pairs]
    return float(np.mean(shared)) / k


def find_exactly(vectors: PassageVectors, questions: Vectors) -> list[Numbers]:
    """The numbers of the nearest rows of each question, by cosine."""
    best = np.empty((len(questions), 0), dtype=np.float32)
    numbers = np.empty((len(questions), 0), dtype=np.int64)
    for first in range(0, vectors.count, BLOCK):
        block = np.asarray(vectors.rows[first : first + BLOCK], dtype=np.float32)
        best = np.concatenate([best, questions @ block.T], axis=1)
        here = np.broadcast_to(np.arange(first, first + len(block)), (len(questions), len(block)))
        numbers = np.concatenate([numbers, here], axis=1)
        order = np.argsort(-best, axis=1, kind="stable")[:, :CANDIDATES]
        best = np.take_along_axis(best, order, axis=1)
        numbers = np.take_along_axis(numbers, order, axis=1)
    return list(numbers)


def read_memory() -> Row:
    """Resident megabytes: the process's own, those mapped from files, and the most of both."""
    status = Path("/proc/self/status").read_text()
    own, mapped, peak = (
        int(found[1]) / 1024 if (found := re.search(rf"{name}:\s+(\d+) kB", status)) else 0.0
        for name in ("RssAnon", "RssFile", "VmHWM")
    )
    return {"own": own, "mapped": mapped, "peak": peak}


def timed(step: Callable[[], T]) -> tuple[float, T]:
    """Seconds that a step takes, and what it gives."""
    began = time.perf_counter()
    given = step()
    return time.perf_counter() - began, given


def take_sample(corpus: Path, folder: Path, files: int) -> None:
    """Copy some files of a corpus, or the first lines of one in JSON Lines, drawn evenly."""
    folder.mkdir()
    if corpus.is_file():
        lines = corpus.read_text(encoding="utf-8").splitlines(keepends=True)
        (folder / "corpus.jsonl").write_text("".join(lines[:files]), encoding="utf-8")
        return
    found = [path for path in sorted(corpus.rglob("*")) if path.is_file()]
    for path in found[:: max(1, len(found) // files)][:files]:
        to = folder / path.relative_to(corpus)
        to.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, to)


def save_vectors(index: Path, questions: Path, folder: Path) -> tuple[Path, Path]:
    """Save the vectors of an index and those of some questions, by its encoder."""
    with_text = questions.read_text(encoding="utf-8").splitlines()
    texts = [str(json.loads(line)["question"]) for line in with_text]
    random.Random(SEED).shuffle(texts)
    generation = Generation.open(index)
    real, asked = folder / "real.npy", folder / "asked.npy"
    np.save(real, PassageVectors(generation.folder).rows.astype(np.float32))
    np.save(asked, generation.encoder.embed_questions(texts[:ASKED]))
    return real, asked


def measure_growth(
    sizes: Sequence[int], exact_most: int, real: Path, asked: Path, folder: Path
) -> dict[tuple[int, str], Row]:
    grown: dict[tuple[int, str], Row] = {}
    for size in sizes:
        for search in ("exact", "pq"):
            if search == "exact" and size > exact_most:
                continue
            place = folder / f"{search}-{size}"
            row = run_apart("write", place, real, size, search)
            row |= run_apart("search", place, asked)
            shutil.rmtree(place)
            grown[size, search] = row
            print(size, search, {name: round(value, 4) for name, value in row.items()}, flush=True)
    return grown


def make_table(grown: dict[tuple[int, str], Row]) -> str:
    lines = [
        "| passages | search | p50 / p95 | recall@10 / @100 | opening | memory: own + mapped"
        " | making / updating | disk |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for (size, search), row in grown.items():
        lines.append(
            f"| {size:,} | {search} | {row['p50']:.1f} / {row['p95']:.1f} ms "
            f" | {row['recall']:.3f} / {row['recall_all']:.3f}"
            f" | {row['opening']:.2f} s | {row['own']:.0f} + {row['mapped']:.0f} MB"
            f" | {row['build']:.1f} / {row['update']:.1f} s | {row['bytes']:.0f} B each |"
        )
    return "\n".join(lines)


def draw(grown: dict[tuple[int, str], Row], path: Path) -> None:
    """How time, memory and opening grow, on axes of powers of ten."""
    import matplotlib as mpl
    from matplotlib.figure import Figure

    mpl.rcParams["svg.hashsalt"] = "growth"
    figure = Figure(figsize=(9, 3), layout="constrained")
    panels = {
        "p50": "a search, p50 (ms)",
        "mapped": "memory touched (MB)",
        "opening": "opening (s)",
    }
    for axes, (name, title) in zip(figure.subplots(1, 3), panels.items(), strict=True):
        for search, mark in (("exact", "o-"), ("pq", "s--")):
            points = [(n, row[name]) for (n, way), row in grown.items() if way == search]
            if points:
                axes.loglog(*zip(*points, strict=True), mark, label=search)
        axes.set_title(title, fontsize=10)
        axes.set_xlabel("passages")
        axes.grid(visible=True, alpha=0.3)
    figure.axes[0].legend()
    figure.savefig(path, metadata={"Date": None})


def main() -> None:
    if len(sys.argv) > 1 and sys.argv[1] in STEPS:
        print(json.dumps(STEPS[sys.argv[1]](*sys.argv[2:])))
        return
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--corpus", type=Path, default=ROOT / "corpus", help="folder, or JSONL")
    parser.add_argument("--files", type=int, default=100, help="embedded for the rate")
    parser.add_argument("--vectors", type=Path, help="real ones, .npy; else the sample's")
    parser.add_argument("--questions", type=Path, default=QUESTIONS, help="JSONL")
    parser.add_argument("--sizes", type=int, nargs="*", default=[10_000, 100_000])
    parser.add_argument("--exact-most", type=int, default=10**6, help="largest to search exactly")
    parser.add_argument("--readme", action="store_true", help="write table and plot")
    given = parser.parse_args()
    with TemporaryDirectory() as place:
        folder = Path(place)
        take_sample(given.corpus, folder / "sample", given.files)
        row = run_apart("rate", folder / "sample", folder / "rate")
        print(
            f"building: {row['texts']:,.0f} texts in {row['build']:.1f} s, {row['trying']:.1f} of "
            f"them trying questions; the encoder alone {row['alone']:.1f} s: "
            f"{row['alone'] / row['build']:.2f} of its rate, "
            f"{row['alone'] / (row['build'] - row['trying']):.2f} without the questions"
        )
        take_sample(given.corpus, folder / "corpus", 10**9)
        row = run_apart("made-up", folder / "corpus", folder / "index")
        print(f"the whole corpus: {row['passages']:,.0f} passages")
        row = run_apart("opening", folder / "index")
        print(f"opening: first {row['first']:.2f} s, then {row['again']:.2f} s")
        if given.corpus.is_dir():  # one of several files
            row = run_apart("update", folder / "corpus", folder / "index")
            print(
                f"update by one of {row['files']:,.0f} files: {row['wall']:.2f} s; without a "
                f"change {row['unchanged']:.2f} s; {row['peak']:,.0f} MB at most"
            )
        real, asked = save_vectors(folder / "rate", given.questions, folder)
        real = given.vectors or real
        grown = measure_growth(given.sizes, given.exact_most, real, asked, folder)
    print(make_table(grown))
    if given.readme and grown:
        draw(grown, PLOT)
        text = TABLE.page.read_text(encoding="utf-8")
        TABLE.page.write_text(put_table(text, TABLE.heading, make_table(grown)), encoding="utf-8")


STEPS: dict[str, Callable[..., Row]] = {
    "rate": measure_rate,
    "made-up": build_made_up,
    "opening": measure_opening,
    "update": measure_update,
    "write": write_synthetic,
    "search": measure_search,
}

if __name__ == "__main__":
    main()
