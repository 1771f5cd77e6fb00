"""Two peers' readers and ours, with the same weights and passages: `make bench-peers`.

    python -m tests.benchmarks.peers MODEL QUESTIONS --documents MORE... --sample 500

MODEL is a folder that `assistant train` wrote: our reader reads its ONNX file, the peers its
transformers weights. Every question is asked of an index of all documents; each reader gets the ten
best passages. The peers run from their released packages in an environment of their own
(`build/peers`), by this same file: Haystack's reader at its defaults, taking its best answer where
that is likelier than its "no answer"; txtai's on the passages joined, as its own pipeline does.
"""

import argparse
import json
import os
import subprocess
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

PEERS = Path("build/peers/bin/python")
ROWS = Path("build/peers-rows.jsonl")
ANSWERS = Path("build/peers-answers.jsonl")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("model", type=Path)
    parser.add_argument("questions", type=Path, nargs="?")
    parser.add_argument("--documents", type=Path, nargs="+", default=[])
    parser.add_argument("--sample", type=int)
    given = parser.parse_args()
    if given.questions is None:
        answer_as_peers(given.model)
        return
    collect(given.model, given.questions, given.documents, given.sample)
    # Haystack reports its use to its makers unless told not to.
    environment = os.environ | {"HAYSTACK_TELEMETRY_ENABLED": "False", "HF_HUB_OFFLINE": "1"}
    subprocess.run([PEERS, __file__, given.model], check=True, env=environment)
    compare()


def collect(model: Path, questions: Path, more: Sequence[Path], count: int | None) -> None:
    """Write each question with its passages and our answers, of spans and of sentences."""
    from tqdm import tqdm

    from assistant.embed.model import ModelEmbedder
    from assistant.evaluate.indexing import index_documents
    from assistant.evaluate.plan import sample
    from assistant.evaluate.reader_only import THRESHOLD
    from assistant.questions.sets import read_documents, read_set
    from assistant.read import open_model
    from assistant.retrieve import retrieve
    from assistant.settings import Settings

    found = read_set(questions)
    documents = [*found.documents, *(d for path in more for d in read_documents(path))]
    generation = index_documents(documents, Settings().indexes, embedder="packaged", progress=True)
    reader, embedder = open_model(str(model)), ModelEmbedder()
    with ROWS.open("w", encoding="utf-8") as file:
        for asked in tqdm(sample(found.questions, count)):
            hits = retrieve(asked.question, generation, k=10)
            began = time.perf_counter()
            readings = reader.read(asked.question, [hit.passage for hit in hits])
            seconds = time.perf_counter() - began
            spans = [span for reading in readings for span in reading.spans]
            best = max(spans, key=lambda span: span.score, default=None)
            sentences = [h.passage.document.text[a:b] for h in hits for a, b in h.passage.sentences]
            nearness = embedder.embed(sentences) @ embedder.embed_questions([asked.question])[0]
            row = {
                "question": asked.question,
                "answers": asked.answers,
                "passages": [hit.passage.text for hit in hits],
                "ours": best.text if best is not None and best.score > THRESHOLD else None,
                "ours, always answering": None if best is None else best.text,
                "nearest sentence": sentences[int(nearness.argmax())],
                "seconds": seconds,
            }
            file.write(json.dumps(row, ensure_ascii=False) + "\n")


def answer_as_peers(model: Path) -> None:
    """Run in the peers' environment: their answers to the rows, None where they give none."""
    import torch
    from haystack import Document
    from haystack_integrations.components.readers.transformers import (
        TransformersExtractiveReader,
    )
    from txtai.pipeline import Questions

    torch.set_num_threads(2)
    haystack = TransformersExtractiveReader(model=str(model), top_k=1)
    haystack.warm_up()
    txtai = Questions(str(model), gpu=False)

    def ask_haystack(question: str, passages: list[str]) -> str | None:
        documents = [Document(content=text) for text in passages]
        found = haystack.run(query=question, documents=documents)["answers"]
        text: str | None = max(found, key=lambda answer: answer.score).data
        return text

    def force_haystack(question: str, passages: list[str]) -> str | None:
        documents = [Document(content=text) for text in passages]
        found = haystack.run(query=question, documents=documents, no_answer=False)["answers"]
        return found[0].data if found else None

    def ask_txtai(question: str, passages: list[str]) -> str | None:
        try:
            text: str | None = txtai([question], [" ".join(passages)])[0]
        except TypeError:  # what it stops with where "no answer" is the best span
            return None
        return text

    ways: dict[str, Callable[[str, list[str]], str | None]] = {
        "Haystack": ask_haystack,
        "Haystack, always answering": force_haystack,
        "txtai": ask_txtai,
    }
    with ANSWERS.open("w", encoding="utf-8") as file:
        for row in _read(ROWS):
            answers: dict[str, object] = {}
            for name, ask in ways.items():
                began = time.perf_counter()
                answers[name] = ask(row["question"], row["passages"])
                answers[f"{name} seconds"] = time.perf_counter() - began
            file.write(json.dumps(answers, ensure_ascii=False) + "\n")


def compare() -> None:
    """Print EM, F1 and abstaining of all."""
    from assistant.evaluate.estimates import mean
    from assistant.evaluate.overlap import exact_match, token_f1

    rows = [a | b for a, b in zip(_read(ROWS), _read(ANSWERS), strict=True)]
    answerable = [row for row in rows if row["answers"]]
    print(f"{len(rows)} questions, {len(answerable)} of them answerable")
    for name in (
        "ours", "ours, always answering", "nearest sentence", "Haystack",
        "Haystack, always answering", "txtai",
    ):  # fmt: skip
        exact = mean([exact_match(row[name], row["answers"]) for row in rows])
        overlap = mean([token_f1(row[name], row["answers"]) for row in rows])
        refused = mean([float(row[name] is None) for row in answerable])
        rightly = mean([float(row[name] is None) for row in rows if not row["answers"]])
        print(
            f"{name:28} EM {exact.value:.3f} [{exact.low:.3f}, {exact.high:.3f}]  "
            f"F1 {overlap.value:.3f} [{overlap.low:.3f}, {overlap.high:.3f}]  "
            f"refused: answerable {refused.value}, unanswerable {rightly.value}"
        )


def _read(path: Path) -> Iterable[dict[str, Any]]:
    with path.open(encoding="utf-8") as file:
        for line in file:
            yield json.loads(line)


if __name__ == "__main__":
    main()
