"""What the weight of the fusion was chosen on: SQuAD's training paragraphs.

    python -m tests.benchmarks.tuning path/to/train-v1.1.json.gz

Every fourth article's paragraphs are the documents, a seeded sample of their questions is asked of
all of them. Prints nDCG@10 for each weight. SciFact is never looked at here.
"""

import math
import random
import sys
from pathlib import Path

from tqdm import tqdm

from assistant import retrieve
from assistant.evaluate.indexing import index_documents
from assistant.index.generation import Generation
from assistant.questions.question import Question
from assistant.questions.sets import read_set
from assistant.records import Document
from assistant.settings import Settings

EVERY = 4  # articles: 4,878 paragraphs of 18,896
ASKED = 2500  # questions
DEPTH = 10
WEIGHTS = (0.0, 0.3, 0.4, 0.5, 0.6, 0.7, 1.0)


def choose(path: Path) -> tuple[list[Document], list[Question]]:
    """The paragraphs of every fourth article, and their questions."""
    found = read_set(path)
    chosen = set(list(dict.fromkeys(document.title for document in found.documents))[::EVERY])
    documents = [document for document in found.documents if document.title in chosen]
    questions = [one for one in found.questions if one.document and one.document.title in chosen]
    return documents, questions


def gain(question: Question, generation: Generation) -> float:
    """nDCG@10 of one question with one right paragraph."""
    assert question.document is not None
    hits = retrieve.retrieve(question.question, generation, k=4 * DEPTH)
    ranked = list(dict.fromkeys(hit.passage.document.id for hit in hits))[:DEPTH]
    found = question.document.id in ranked
    return 1 / math.log2(2 + ranked.index(question.document.id)) if found else 0.0


def main() -> None:
    documents, questions = choose(Path(sys.argv[1]))
    generation = index_documents(documents, Settings().indexes, embedder="packaged", progress=True)
    sample = random.Random(1).sample(questions, ASKED)
    print(f"{len(documents)} paragraphs, {ASKED} questions; dense weight: nDCG@10")
    for weight in WEIGHTS:
        retrieve.DENSE_WEIGHT = weight
        gains = [gain(question, generation) for question in tqdm(sample, leave=False)]
        print(f"  {weight:.1f}: {sum(gains) / len(gains):.3f}")


if __name__ == "__main__":
    main()
