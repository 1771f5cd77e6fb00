"""What the weights and the threshold were chosen on: SQuAD's training paragraphs.

    python -m tests.benchmarks.tuning path/to/train-v1.1.json.gz

Every fourth article's paragraphs are the documents, a seeded sample of their questions is asked of
all of them. Prints nDCG@10 for each weight of the fusion, how often the sentence with the answer
comes first for each weight of the reader, and for each threshold how many questions are refused:
as they are, and when their own paragraph is taken away. SciFact is never looked at here.
"""

import math
import random
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from tqdm import tqdm

from assistant import retrieve
from assistant.evaluate.indexing import index_documents
from assistant.evaluate.squad import read_squad
from assistant.index.generation import Generation
from assistant.read import sentence
from assistant.read.sentence import SentenceReader
from assistant.records import Document, Hit, Span
from assistant.settings import Settings

EVERY = 4  # articles: 4,878 paragraphs of 18,896
ASKED, READ = 2500, 1500  # questions for the fusion, and for the reader
DEPTH = 10
WEIGHTS = (0.0, 0.3, 0.4, 0.5, 0.6, 0.7, 1.0)
THRESHOLDS = (0.5, 0.55, 0.6, 0.65, 0.7)


class Asked(NamedTuple):
    """A question and where its answer stands."""

    question: str
    document_id: str
    start: int
    end: int


def choose(path: Path) -> tuple[list[Document], list[Asked]]:
    """The paragraphs of every fourth article, and their questions with a first gold answer."""
    paragraphs = read_squad(path)
    chosen = set(list(dict.fromkeys(paragraph.title for paragraph in paragraphs))[::EVERY])
    documents, questions = [], []
    numbers: Counter[str] = Counter()
    for paragraph in paragraphs:
        if paragraph.title in chosen:
            own_id = f"{paragraph.title}/{numbers[paragraph.title]}"
            numbers[paragraph.title] += 1
            documents.append(Document(own_id, paragraph.title.replace("_", " "), paragraph.text))
            for question in paragraph.questions:
                text, start = question.answers[0]
                questions.append(Asked(question.question, own_id, start, start + len(text)))
    return documents, questions


def gain(asked: Asked, generation: Generation) -> float:
    """nDCG@10 of one question with one right paragraph."""
    hits = retrieve.retrieve(asked.question, generation, k=4 * DEPTH)
    ranked = list(dict.fromkeys(hit.passage.document.id for hit in hits))[:DEPTH]
    found = asked.document_id in ranked
    return 1 / math.log2(2 + ranked.index(asked.document_id)) if found else 0.0


def best_span(reader: SentenceReader, question: str, hits: list[Hit]) -> Span:
    readings = reader.read(question, [hit.passage for hit in hits[:DEPTH]])
    return max((span for r in readings for span in r.spans), key=lambda span: span.score)


def holds(span: Span, asked: Asked) -> bool:
    same = span.passage.document.id == asked.document_id
    return same and span.start <= asked.start and asked.end <= span.end


def spans(
    reader: SentenceReader, sample: list[Asked], found: list[list[Hit]], *, gold: bool
) -> Iterator[Span]:
    """The best span of each question, with its own paragraph or without."""
    for asked, hits in zip(sample, found, strict=True):
        kept = [h for h in hits if gold or h.passage.document.id != asked.document_id]
        yield best_span(reader, asked.question, kept)


def main() -> None:
    documents, questions = choose(Path(sys.argv[1]))
    generation = index_documents(
        documents, Settings().indexes, embedder="packaged", with_sentences=True, progress=True
    )
    sample = random.Random(1).sample(questions, ASKED)
    print(f"{len(documents)} paragraphs, {ASKED} questions; dense weight: nDCG@10")
    for weight in WEIGHTS:
        retrieve.DENSE_WEIGHT = weight
        gains = [gain(asked, generation) for asked in tqdm(sample, leave=False)]
        print(f"  {weight:.1f}: {sum(gains) / len(gains):.3f}")
    retrieve.DENSE_WEIGHT = 0.5
    reader, sample = SentenceReader(generation), sample[:READ]
    found = [
        retrieve.retrieve(a.question, generation, k=2 * DEPTH) for a in tqdm(sample, leave=False)
    ]
    print(f"{READ} questions; cosine weight: the answer's sentence first")
    for weight in WEIGHTS:
        sentence.COSINE_WEIGHT = weight
        best = list(spans(reader, sample, found, gold=True))
        right = sum(holds(span, asked) for span, asked in zip(best, sample, strict=True))
        print(f"  {weight:.1f}: {right / READ:.3f}")
    sentence.COSINE_WEIGHT = 0.5
    scores = {
        gold: [span.score for span in spans(reader, sample, found, gold=gold)]
        for gold in (True, False)
    }
    print("threshold: refused with its paragraph, refused without")
    for threshold in THRESHOLDS:
        shares = [sum(s < threshold for s in scores[gold]) / READ for gold in (True, False)]
        print(f"  {threshold:.2f}: {shares[0]:.3f}, {shares[1]:.3f}")


if __name__ == "__main__":
    main()
