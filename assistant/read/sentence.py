"""The reader of sentences: no model beside the embedder."""

import math
from collections.abc import Iterator, Mapping, Sequence, Set
from functools import lru_cache

import numpy as np

from assistant.errors import IndexMismatchError
from assistant.index.generation import Generation
from assistant.records import Passage, Reading, Span
from assistant.terms import find_passage_terms, find_question_terms

# A run's score is half its mean cosine with the question, half the share of the question's terms
# that stand in or near it: in it, in the sentence before it, in its title or heading. On SQuAD's
# training paragraphs the sentence with the answer then comes first for 71.9 % of the questions; by
# cosine alone for 56.7 %, by terms alone for 70.9 % (tests/benchmarks/tuning).
COSINE_WEIGHT = 0.5
LONGEST_RUN = 2  # sentences in one answer
# Chosen on SQuAD's training paragraphs (tests/benchmarks/tuning).
THRESHOLD = 0.6
REMEMBERED = 4096  # passages whose terms are kept


class SentenceReader:
    """Answers with the sentence, or run of sentences, that is nearest to the question."""

    name = "sentence"
    threshold = THRESHOLD
    weighing = None

    def __init__(self, generation: Generation) -> None:
        if generation.sentence_vectors is None:
            raise IndexMismatchError(
                f"index {generation.name} holds no sentence vectors",
                hint="run `assistant index --rebuild`",
            )
        self._generation = generation
        self._vectors = generation.sentence_vectors
        # A generation never changes, so what is read from it is remembered: finding the terms of
        # ten passages takes a fifth of a whole question's time.
        self._find_terms = lru_cache(maxsize=REMEMBERED)(
            lambda number: find_passage_terms(generation.store.passage(number))
        )

    def read(self, question: str, passages: Sequence[Passage]) -> list[Reading]:
        """A Reading for each passage; scores are comparable between passages."""
        vector = self._generation.encoder.embed([question])
        rarity = self._weigh_terms(question)
        readings = []
        for passage in passages:
            spans = sorted(
                self._score(passage, vector, rarity),
                key=lambda span: (-span.score, span.start, span.end),
            )
            best = spans[0].score if spans else 0.0
            readings.append(Reading(passage, relevance=best, no_answer=0.0, spans=tuple(spans)))
        return readings

    def _score(
        self, passage: Passage, vector: np.ndarray, rarity: Mapping[str, float]
    ) -> Iterator[Span]:
        """A span for each run of sentences of a passage."""
        first = self._generation.store.first_sentence(passage.number)
        cosines = self._vectors.cosines(vector, first, len(passage.sentences)).tolist()
        above, terms = self._find_terms(passage.number)
        for begin, (start, _) in enumerate(passage.sentences):
            near = above | (terms[begin - 1] if begin else frozenset())
            for last in range(begin, min(begin + LONGEST_RUN, len(passage.sentences))):
                near = near | terms[last]
                nearness = sum(cosines[begin : last + 1]) / (last + 1 - begin)
                score = COSINE_WEIGHT * nearness + (1 - COSINE_WEIGHT) * _share(near, rarity)
                yield Span(passage, start, passage.sentences[last][1], round(score, 4))

    def _weigh_terms(self, question: str) -> dict[str, float]:
        """The question's terms with their rarity: the inverse document frequency of BM25."""
        terms = find_question_terms(question)
        total = self._generation.lexical.count
        counts = self._generation.lexical.count_passages_with(terms)
        return {
            term: math.log(1 + (total - count + 0.5) / (count + 0.5))
            for term, count in zip(terms, counts, strict=True)
        }


def _share(words: Set[str], rarity: Mapping[str, float]) -> float:
    """How much of a question's weight of terms stands among some words, 0 to 1."""
    whole = sum(rarity.values())
    return sum(weight for term, weight in rarity.items() if term in words) / whole if whole else 0.0
