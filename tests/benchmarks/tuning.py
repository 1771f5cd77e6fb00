"""What the weights and the threshold were chosen on: SQuAD's training paragraphs.

    python -m tests.benchmarks.tuning path/to/train-v1.1.json.gz

Every fourth article's paragraphs are the documents, a seeded sample of their questions is asked of
all of them. Prints nDCG@10 for each weight of the fusion, how often the sentence with the answer
comes first for each weight of the reader, and for each threshold how many questions are refused:
as they are, and when their own paragraph is taken away. SciFact is never looked at here.
"""

import gzip
import hashlib
import json
import math
import random
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from tqdm import tqdm

from assistant import retrieve
from assistant.build import build_from
from assistant.index.generation import Generation
from assistant.load import Corpus
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


def read_squad(path: Path) -> tuple[list[Document], list[Asked]]:
    with gzip.open(path, "rt", encoding="utf-8") as file:
        articles = json.load(file)["data"][::EVERY]
    documents, questions = [], []
    for article in articles:
        for number, paragraph in enumerate(article["paragraphs"]):
            own_id = f"{article['title']}/{number}"
            title = article["title"].replace("_", " ")
            documents.append(Document(own_id, title, paragraph["context"]))
            for asked in paragraph["qas"]:
                answer = asked["answers"][0]
                start = answer["answer_start"]
                end = start + len(answer["text"])
                questions.append(Asked(asked["question"], own_id, start, end))
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
    documents, questions = read_squad(Path(sys.argv[1]))
    fingerprint = hashlib.sha256(repr(documents).encode()).hexdigest()
    index = Settings().indexes / "squad-tuning"
    corpus = Corpus(tuple(documents), (), fingerprint)
    build_from(corpus, index, embedder="packaged", with_sentences=True, progress=True)
    generation = Generation.open(index)
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
