"""Filtered answers next to those of an index of only these documents, and what a filter costs.

    python -m tests.benchmarks.filtering answers --indexes FOLDER
    python -m tests.benchmarks.filtering cost --passages 100000

answers  The 94 development documents and the 52 files of tables are one index. Questions about them
         are asked of 1, 3, 10 and 20 of these documents, two of five of documents that are not
         among them, and the same of an index built of only these documents, with vectors that are
         taken over (`--anew`: embedded again). The JSON of both must agree in everything but the
         generation, the times and the filter. Each difference is printed.
cost     Seconds of processor time and megabytes for the first and for later questions, if a filter
         leaves a part of made-up passages.
"""

import argparse
import json
import os
import random
import shutil
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from assistant.answer import Assistant, open_reader
from assistant.api.rendering import render_answer
from assistant.evaluate.indexing import index_documents
from assistant.index.catalog import Catalog
from assistant.index.generation import Generation
from assistant.index.lexical import Lexical
from assistant.index.vectors import PassageVectors
from assistant.load import load_corpus
from assistant.players import PLAYERS, read_players
from assistant.questions.choosing import choose_questions
from assistant.questions.index_questions import read_index_questions
from assistant.records import Answer, Document, DocumentFilter, Player
from assistant.settings import Settings
from tests.benchmarks.indexing import read_memory, scale, write_synthetic

ROOT = Path(__file__).parents[2]
QUESTIONS = ROOT / "assistant" / "train" / "questions"
SIZES = (1, 3, 10, 20)  # documents of a filter
INSIDE, OUTSIDE = 3, 2  # questions for a filter, about its documents and about others
AS_OF = date(2026, 1, 1)
SEED = 17
SHARES = (0.001, 0.1, 1.0)  # of the documents
Asked = tuple[str, str]  # a question and the id of its document


def collect() -> tuple[list[Document], list[Asked]]:
    """The documents, and the questions about them."""
    found = choose_questions(QUESTIONS, where=["split=dev"])
    asked = [(one.question, one.document.id) for one in found.questions if one.document]
    tables = load_corpus(QUESTIONS / "tables" / "files").documents
    lines = list(read_index_questions(QUESTIONS / "tables" / "questions.jsonl"))
    # The ids of the questions about a file begin alike; those without an answer have no evidence.
    files = {one.id.partition("-")[0]: one.evidence[0].document_id for one in lines if one.evidence}
    asked += [(one.question, files[one.id.partition("-")[0]]) for one in lines]
    return [*found.documents, *tables], asked


def draw(
    documents: Sequence[Document], asked: Sequence[Asked], count: int
) -> Iterator[tuple[list[Document], list[str]]]:
    """Filters of all sizes in turn, each with its questions, `count` of them in all."""
    drawn = random.Random(SEED)
    turn = 0
    while count > 0:
        chosen = drawn.sample(range(len(documents)), SIZES[turn % len(SIZES)])
        part = [documents[place] for place in sorted(chosen)]
        ids = {document.id for document in part}
        inside = [question for question, document_id in asked if document_id in ids]
        others = [question for question, document_id in asked if document_id not in ids]
        questions = drawn.sample(inside, min(INSIDE, len(inside))) + drawn.sample(others, OUTSIDE)
        yield part, questions[:count]
        count -= len(questions)
        turn += 1


def build_alone(
    part: Sequence[Document], whole: Path, folder: Path, *, players: Sequence[Player], anew: bool
) -> Generation:
    """An index of some documents, with the vectors of a larger one."""
    if not anew:
        shutil.copytree(whole, folder / "alone", copy_function=os.link)
    return index_documents(part, folder, embedder="packaged", name="alone", players=players)


def describe(answer: Answer) -> dict[str, object]:
    """The JSON of an answer without what may differ."""
    body: dict[str, object] = json.loads(render_answer(answer).model_dump_json())
    for name in ("index", "timing_ms", "filter"):
        body.pop(name, None)
    coverage = body["coverage"]
    assert isinstance(coverage, dict)
    del coverage["all_documents"]
    return body


def list_differences(one: object, other: object, path: str = "") -> Iterator[str]:
    """Where two values of JSON differ, and the values."""
    if isinstance(one, dict) and isinstance(other, dict):
        for name in sorted({*one, *other}):
            yield from list_differences(one.get(name), other.get(name), f"{path}.{name}")
    elif isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        for place, (mine, theirs) in enumerate(zip(one, other, strict=True)):
            yield from list_differences(mine, theirs, f"{path}[{place}]")
    elif one != other:
        yield f"{path.removeprefix('.')}: {str(one)[:80]} / {str(other)[:80]}"


def compare(indexes: Path, count: int, *, anew: bool) -> None:
    documents, asked = collect()
    players = read_players(ROOT / "corpus" / PLAYERS)
    settings = Settings()
    generation = index_documents(
        documents, indexes, embedder="packaged", name="filtering", players=players, progress=True
    )
    reader = open_reader(settings.reader, generation)
    whole = Assistant.of(generation, reader, settings)
    print(f"{len(documents)} documents, {generation.manifest.passages} passages")
    same: Counter[int] = Counter()
    total: Counter[int] = Counter()
    statuses: Counter[str] = Counter()
    for part, questions in draw(documents, asked, count):
        within = DocumentFilter(tuple(document.id for document in part))
        with TemporaryDirectory(dir=indexes) as folder:
            built = build_alone(
                part, generation.folder.parent, Path(folder), players=players, anew=anew
            )
            alone = Assistant.of(built, reader, settings)
            for question in questions:
                answers = [
                    whole.ask(question, within=within, as_of=AS_OF),
                    alone.ask(question, as_of=AS_OF),
                ]
                found = list(list_differences(describe(answers[0]), describe(answers[1])))
                total[len(part)] += 1
                same[len(part)] += not found
                statuses[answers[0].status] += 1
                if found:
                    print(f"{question!r} in {len(part)} documents: {len(found)} differences")
                    print(*(f"    {line}" for line in found[:8]), sep="\n", flush=True)
            built.close()
        print(f"{same.total()} of {total.total()} the same", flush=True)
    for size in SIZES:
        print(f"{size:3} documents: {same[size]} of {total[size]} the same")
    print(f"all: {same.total()} of {total.total()} the same; {dict(statuses)}")


def measure_cost(passages: int, searches: Sequence[str]) -> None:
    with TemporaryDirectory() as place:
        real, folder = Path(place) / "real.npy", Path(place) / "written"
        rows = np.random.default_rng(SEED).standard_normal((1000, 384)).astype(np.float32)
        np.save(real, scale(rows))
        for search in searches:
            write_synthetic(str(folder), str(real), str(passages), search)
            catalog, vectors = Catalog.open(folder), PassageVectors(folder)
            ids = [line.id for line in catalog.list_documents()]
            for share in SHARES:
                chosen = ids[: max(1, round(share * len(ids)))]
                before, began = read_memory()["own"], time.process_time()
                part, numbers = catalog.restrict(DocumentFilter(tuple(chosen)))
                selected = time.process_time()
                lexical = Lexical.of(part.terms())
                near = vectors.restrict(np.array(numbers, dtype=np.int64))
                first = time.process_time()
                for row in rows[:20]:
                    near.search(scale(row[None]), 100)
                searched = time.process_time()
                for n in range(20):
                    lexical.search(f"w{n} w{n + 40} w{n + 900}", 100)
                worded = time.process_time()
                print(
                    f"{search}, {part.passages:,} of {passages:,} passages: records "
                    f"{selected - began:.2f} s, terms {first - selected:.2f} s, "
                    f"{read_memory()['own'] - before:.0f} MB; then a search of vectors "
                    f"{50 * (searched - first):.1f} ms, of terms {50 * (worded - searched):.1f} ms",
                    flush=True,
                )
            catalog.close()
            shutil.rmtree(folder)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    steps = parser.add_subparsers(dest="step", required=True)
    answers = steps.add_parser("answers")
    answers.add_argument("--indexes", type=Path, required=True, help="folder for the indexes")
    answers.add_argument("--count", type=int, default=300, help="questions")
    answers.add_argument("--anew", action="store_true", help="embed the documents again")
    cost = steps.add_parser("cost")
    cost.add_argument("--passages", type=int, default=100_000)
    cost.add_argument("--search", nargs="+", choices=("exact", "pq"), default=["exact", "pq"])
    given = parser.parse_args()
    if given.step == "answers":
        given.indexes.mkdir(parents=True, exist_ok=True)
        compare(given.indexes, given.count, anew=given.anew)
    else:
        measure_cost(given.passages, given.search)


if __name__ == "__main__":
    main()
