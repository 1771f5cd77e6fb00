"""What the weight of the fusion was chosen on: SQuAD's training paragraphs.

    python -m tests.benchmarks.tuning path/to/train-v1.1.json.gz

Every fourth article's paragraphs are the documents, a seeded sample of their questions is asked of
all of them. Prints nDCG@10 for each weight. SciFact is never looked at here.
"""

import math
import random
import sys
from collections import Counter
from pathlib import Path
from typing import NamedTuple

from tqdm import tqdm

from assistant import retrieve
from assistant.evaluate.indexing import index_documents
from assistant.evaluate.squad import read_squad
from assistant.index.generation import Generation
from assistant.records import Document
from assistant.settings import Settings

EVERY = 4  # articles: 4,878 paragraphs of 18,896
ASKED = 2500  # questions
DEPTH = 10
WEIGHTS = (0.0, 0.3, 0.4, 0.5, 0.6, 0.7, 1.0)


class Asked(NamedTuple):
    """A question and the document that answers it."""

    question: str
    document_id: str


def choose(path: Path) -> tuple[list[Document], list[Asked]]:
    """The paragraphs of every fourth article, and their questions."""
    paragraphs = read_squad(path)
    chosen = set(list(dict.fromkeys(paragraph.title for paragraph in paragraphs))[::EVERY])
    documents, questions = [], []
    numbers: Counter[str] = Counter()
    for paragraph in paragraphs:
        if paragraph.title in chosen:
            document_id = f"{paragraph.title}/{numbers[paragraph.title]}"
            numbers[paragraph.title] += 1
            documents.append(
                Document(document_id, paragraph.title.replace("_", " "), paragraph.text)
            )
            for question in paragraph.questions:
                questions.append(Asked(question.question, document_id))
    return documents, questions


def gain(asked: Asked, generation: Generation) -> float:
    """nDCG@10 of one question with one right paragraph."""
    hits = retrieve.retrieve(asked.question, generation, k=4 * DEPTH)
    ranked = list(dict.fromkeys(hit.passage.document.id for hit in hits))[:DEPTH]
    found = asked.document_id in ranked
    return 1 / math.log2(2 + ranked.index(asked.document_id)) if found else 0.0


def main() -> None:
    documents, questions = choose(Path(sys.argv[1]))
    generation = index_documents(documents, Settings().indexes, embedder="packaged", progress=True)
    sample = random.Random(1).sample(questions, ASKED)
    print(f"{len(documents)} paragraphs, {ASKED} questions; dense weight: nDCG@10")
    for weight in WEIGHTS:
        retrieve.DENSE_WEIGHT = weight
        gains = [gain(asked, generation) for asked in tqdm(sample, leave=False)]
        print(f"  {weight:.1f}: {sum(gains) / len(gains):.3f}")


if __name__ == "__main__":
    main()
