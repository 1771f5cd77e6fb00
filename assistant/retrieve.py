"""A question becomes Hits, by vector and term search, fused."""

import numpy as np

from assistant.index.generation import Generation
from assistant.records import Hit

CANDIDATES = 100  # passages taken from each of the two searches
# The lexical score has the rest. Chosen on SQuAD's training paragraphs (tests/benchmarks/tuning),
# nDCG@10: 0.3 .887, 0.4 .894, 0.5 .897, 0.6 .895, 0.7 .886; dense alone .767, BM25 alone .860.
DENSE_WEIGHT = 0.5
SCORE_DIGITS = 4  # scores are rounded, so that the ranking is the same on every processor


def retrieve(question: str, generation: Generation, *, k: int) -> list[Hit]:
    """The k best passages for a question, best first, ties in document order.

    The candidates are the best of either search. Their two scores (BM25 is 0 outside the lexical
    best) are scaled to 0..1 and added by weight: the convex combination of Bruch, Gai and Ingber,
    https://arxiv.org/abs/2210.11934.
    """
    vector = generation.encoder.embed_questions([question])
    lexical = dict(generation.lexical.search(question, CANDIDATES))
    nearest = generation.vectors.search(vector, CANDIDATES)
    numbers = np.array(sorted({*lexical, *map(int, nearest)}), dtype=np.int64)
    dense = generation.vectors.cosines(vector, numbers).astype(np.float64).round(SCORE_DIGITS)
    words = np.array([lexical.get(int(n), 0.0) for n in numbers]).round(SCORE_DIGITS)
    fused = DENSE_WEIGHT * _scale(dense) + (1 - DENSE_WEIGHT) * _scale(words)
    fused = fused.round(SCORE_DIGITS)
    order = np.lexsort((numbers, -fused))[:k]
    return [
        Hit(
            generation.catalog.passage(int(numbers[place])),
            score=float(fused[place]),
            dense=float(dense[place]),
            lexical=float(words[place]),
            dense_rank=_find_rank(dense, place),
            lexical_rank=_find_rank(words, place) if words[place] > 0 else None,
        )
        for place in order
    ]


def retrieve_by_words(question: str, generation: Generation, *, k: int) -> list[Hit]:
    """The k best passages by BM25 alone, for a question that the embedder can't read; without
    those that have none of its words.
    """
    found = generation.lexical.search(question, k)
    return [
        Hit(
            generation.catalog.passage(number),
            score=round(score, SCORE_DIGITS),
            dense=0.0,
            lexical=round(score, SCORE_DIGITS),
            lexical_rank=rank,
        )
        for rank, (number, score) in enumerate(found, start=1)
    ]


def _find_rank(scores: np.ndarray, place: int) -> int:
    return 1 + int((scores > scores[place]).sum())


def _scale(scores: np.ndarray) -> np.ndarray:
    """Scores as 0 (lowest) to 1 (highest); all 0 if they are equal."""
    lowest, highest = scores.min(), scores.max()
    if highest == lowest:
        return np.zeros_like(scores)
    scaled: np.ndarray = (scores - lowest) / (highest - lowest)
    return scaled
