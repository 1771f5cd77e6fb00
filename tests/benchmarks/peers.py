"""Two peers' readers and ours, with the same weights and passages: `make bench-peers`.

    python -m tests.benchmarks.peers build/peers/reader --sample 200

Every question is asked of an index of all paragraphs, and each reader gets the ten best passages.
Questions are the project's own on paragraphs (split dev), or those of SQuAD 2.0's dev set where its
folder is given. Ours reads the ONNX file, the peers the same weights as floats (`peers_reader`),
from their released packages in an environment of their own, by this same file: Haystack's at its
defaults, taking its best answer where that is likelier than its "no answer"; txtai's on the
passages joined, as its own pipeline does. Each step runs in a process of its own: a
new process counts the memory of the one that started it as its own.
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from assistant.records import Document

PASSAGES = 10
READERS = ("ours", "haystack", "txtai")
PEERS = Path("build/peers")
ROWS = PEERS / "questions.jsonl"
ALWAYS = ", always answering"

Asked = tuple[str, tuple[str, ...], str]  # question, accepted answers, id of its document
Read = Callable[[dict[str, Any]], dict[str, str | None]]  # the answers to a row, by reader


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("model", type=Path, help="folder written by tests.benchmarks.peers_reader")
    parser.add_argument("--reader", default="packaged", help="the reader it was written from")
    parser.add_argument("--squad", type=Path, help="folder with SQuAD 2.0's dev set")
    parser.add_argument("--sample", type=int, help="ask so many questions (all)")
    parser.add_argument("--step", choices=("retrieve", *READERS), help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.step == "retrieve":
        collect(*(read_squad(given.squad) if given.squad else read_paragraphs()), given.sample)
    elif given.step is not None:
        open_reader = {"ours": open_ours, "haystack": open_haystack, "txtai": open_txtai}
        answer(given.step, open_reader[given.step](given))
    else:
        # Haystack reports its use to its makers unless this is set.
        environment = os.environ | {"HAYSTACK_TELEMETRY_ENABLED": "False", "HF_HUB_OFFLINE": "1"}
        for step in ("retrieve", *READERS):
            python = PEERS / "bin/python" if step in ("haystack", "txtai") else sys.executable
            command = [python, "-m", "tests.benchmarks.peers", *sys.argv[1:], "--step", step]
            subprocess.run(command, check=True, env=environment)
        compare()


def read_paragraphs() -> tuple[list["Document"], list[Asked]]:
    """The project's own paragraphs and questions that are for measuring."""
    from assistant.questions.handwritten import (
        QUESTIONS_FOLDER,
        read_set_paragraph_questions,
        read_set_paragraphs,
    )
    from assistant.records import Document

    paragraphs = read_set_paragraphs(QUESTIONS_FOLDER, split="dev")
    questions = read_set_paragraph_questions(QUESTIONS_FOLDER, split="dev")
    return (
        [Document(one.id, one.title, one.text) for one in paragraphs],
        [(q.question, () if q.answer is None else (q.answer,), q.paragraph) for q in questions],
    )


def read_squad(folder: Path) -> tuple[list["Document"], list[Asked]]:
    """The paragraphs and questions of SQuAD 2.0's dev set, plain or gzipped."""
    from assistant.questions import squad
    from assistant.records import Document

    (path,) = folder.glob("dev-v2*")
    documents, asked = [], []
    for n, paragraph in enumerate(squad.read_squad(path)):
        title = paragraph.title.replace("_", " ")
        documents.append(Document(f"squad-{n:05}", title, paragraph.text))
        asked += [(q.question, q.texts, documents[-1].id) for q in paragraph.questions]
    return documents, asked


def collect(documents: Sequence["Document"], asked: Sequence[Asked], count: int | None) -> None:
    """Write each question with its passages."""
    from random import Random

    from tqdm import tqdm

    from assistant.evaluate.indexing import index_documents
    from assistant.retrieve import retrieve
    from assistant.settings import Settings

    generation = index_documents(documents, Settings().indexes, embedder="packaged", progress=True)
    chosen = asked if count is None else Random(0).sample(asked, count)
    PEERS.mkdir(parents=True, exist_ok=True)
    with ROWS.open("w", encoding="utf-8") as file:
        for question, answers, _ in tqdm(chosen, desc="retrieving"):
            passages = [hit.passage for hit in retrieve(question, generation, k=PASSAGES)]
            shown = [
                {
                    "title": passage.document.title,
                    "heading": passage.heading,
                    "text": passage.text,
                    "sentences": [(a - passage.start, b - passage.start)
                                  for a, b in passage.sentences],
                }
                for passage in passages
            ]  # fmt: skip
            row = {"question": question, "answers": answers, "passages": shown}
            file.write(json.dumps(row, ensure_ascii=False) + "\n")


def answer(name: str, read: Read) -> None:
    """Write one reader's answers to all rows, its time and its memory."""
    rows = _read(ROWS)
    began, used = time.perf_counter(), time.process_time()
    found = [read(row) for row in rows]
    report = {
        "answers": found,
        "ms": 1000 * (time.perf_counter() - began) / len(rows),
        "cpu_ms": 1000 * (time.process_time() - used) / len(rows),  # of all threads
        "megabytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }
    (PEERS / f"{name}.json").write_text(json.dumps(report), encoding="utf-8")


def open_ours(given: argparse.Namespace) -> Read:
    from assistant.read import open_model
    from assistant.records import Document, Passage

    reader = open_model(given.reader)

    def read(row: dict[str, Any]) -> dict[str, str | None]:
        passages = [
            Passage(Document("text", one["title"], one["text"]), 0, 0, len(one["text"]),
                    one["heading"], tuple(map(tuple, one["sentences"])))
            for one in row["passages"]
        ]  # fmt: skip
        spans = [s for one in reader.read(row["question"], passages) for s in one.spans]
        best = max(spans, key=lambda span: span.score, default=None)
        return {
            "ours": best.text if best is not None and best.score > 0 else None,
            "ours" + ALWAYS: None if best is None else best.text,
        }

    return read


def open_haystack(given: argparse.Namespace) -> Read:
    """Haystack's reader; asked to answer always, it need not read again."""
    from haystack import Document
    from haystack_integrations.components.readers.transformers import TransformersExtractiveReader

    reader = TransformersExtractiveReader(model=str(given.model), top_k=1)
    reader.warm_up()

    def read(row: dict[str, Any]) -> dict[str, str | None]:
        documents = [Document(content=one["text"]) for one in row["passages"]]
        found = reader.run(query=row["question"], documents=documents)["answers"]
        best = max(found, key=lambda one: one.score)
        forced = next((one for one in found if one.data is not None), None)
        return {"Haystack": best.data, "Haystack" + ALWAYS: forced and forced.data}

    return read


def open_txtai(given: argparse.Namespace) -> Read:
    from txtai.pipeline import Questions

    reader = Questions(str(given.model), gpu=False)

    def read(row: dict[str, Any]) -> dict[str, str | None]:
        texts = " ".join(one["text"] for one in row["passages"])
        try:
            return {"txtai": reader([row["question"]], [texts])[0]}
        except TypeError:  # raised where "no answer" is the best span
            return {"txtai": None}

    return read


def compare() -> None:
    """Print EM, F1, abstaining, time and memory of all."""
    from assistant.evaluate.estimates import mean
    from assistant.evaluate.overlap import exact_match, token_f1

    rows = _read(ROWS)
    accepted = [row["answers"] for row in rows]
    answerable = sum(map(bool, accepted))
    print(f"{len(rows)} questions, {answerable} of them answerable, {PASSAGES} passages each\n")
    print(
        "| reader | EM | F1 | not answered: answerable | unanswerable | ms a question | of CPU | "
        "memory MB |"
    )
    print("|---|---|---|---|---|---|---|---|")
    for name in READERS:
        report = json.loads((PEERS / f"{name}.json").read_text(encoding="utf-8"))
        for title in report["answers"][0]:
            given = [answers[title] for answers in report["answers"]]
            pairs = list(zip(given, accepted, strict=True))
            figures = [
                mean([exact_match(one, gold) for one, gold in pairs]),
                mean([token_f1(one, gold) for one, gold in pairs]),
            ]
            shown = [f"{one.value:.3f} [{one.low:.3f}, {one.high:.3f}]" for one in figures]
            silent = [sum(one is None for one, gold in pairs if bool(gold) == a) for a in (1, 0)]
            print(
                f"| {title} | {' | '.join(shown)} | {silent[0]} of {answerable} | "
                f"{silent[1]} of {len(rows) - answerable} | {report['ms']:.0f} | "
                f"{report['cpu_ms']:.0f} | {report['megabytes']:.0f} |"
            )


def _read(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


if __name__ == "__main__":
    main()
