"""What the weight of a reader's relevance was chosen on: articles that no reader was trained on.

    python -m tests.benchmarks.reranking path/to/train-v1.1.json.gz [READER]

The held-out articles of SQuAD's training set stand among 4,000 other paragraphs; a seeded sample of
their questions is asked of all. Prints nDCG@10 of the ten passages that are read, for each weight.
"""

import math
import random
import sys
from pathlib import Path

from tqdm import tqdm

from assistant import retrieve
from assistant.evaluate.given import open_alone
from assistant.evaluate.indexing import index_documents
from assistant.evaluate.squad import read_squad
from assistant.records import Document, Hit, Reading
from assistant.settings import Settings
from assistant.train.examples import is_held_out

ASKED, OTHERS = 1500, 4000
READ = 10
WEIGHTS = (0.0, 0.25, 0.5, 1.0, 2.0, 4.0)


def gain(hits: list[Hit], text: str) -> float:
    """nDCG of passages of which one document is right."""
    ranked = list(dict.fromkeys(hit.passage.document.text for hit in hits))
    return 1 / math.log2(2 + ranked.index(text)) if text in ranked else 0.0


def main() -> None:
    paragraphs = read_squad(Path(sys.argv[1]))
    draw = random.Random(2)
    held = [paragraph for paragraph in paragraphs if is_held_out(paragraph)]
    others = draw.sample([p for p in paragraphs if not is_held_out(p)], OTHERS)
    documents = [
        Document(f"{number}", paragraph.title.replace("_", " "), paragraph.text)
        for number, paragraph in enumerate([*held, *others])
    ]
    generation = index_documents(
        documents, Settings().indexes, embedder="packaged", progress=sys.stderr.isatty()
    )
    asked = draw.sample([(q.question, p.text) for p in held for q in p.questions], ASKED)
    found: list[tuple[list[Hit], list[Reading], str]] = []
    with open_alone(sys.argv[2] if len(sys.argv) > 2 else "packaged") as reader:
        for question, text in tqdm(asked, disable=not sys.stderr.isatty()):
            hits = retrieve.retrieve(question, generation, k=READ)
            found.append((hits, reader.read(question, [hit.passage for hit in hits]), text))
    print(f"{len(documents)} paragraphs, {ASKED} questions; weight: nDCG@10")
    for weight in WEIGHTS:
        retrieve.RERANK_WEIGHT = weight
        gains = [gain(retrieve.rerank(hits, readings), text) for hits, readings, text in found]
        print(f"  {weight:.2f}: {sum(gains) / len(gains):.3f}")


if __name__ == "__main__":
    main()
