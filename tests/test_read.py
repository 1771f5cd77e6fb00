import math

import numpy as np
import pytest

from assistant.errors import IndexMismatchError
from assistant.read import COSINE_WEIGHT, SentenceReader
from assistant.records import Document
from tests.conftest import Maker, hash_embed

TEXT = "Quark glasses cost 2,999 yuan. Nobody makes money. Xiaomi glasses are cheaper."


def test_a_score_is_half_nearness_half_rare_words(make: Maker) -> None:
    others = Document("b.txt", "B", "Other glasses. Of other makers.")
    generation = make.generation(Document("a.txt", "A", TEXT), others)
    passage = generation.store.passage(0)
    question = "What do Quark glasses cost?"
    (reading,) = SentenceReader(generation).read(question, [passage])
    best = reading.spans[0]
    assert best.text == "Quark glasses cost 2,999 yuan."
    # quark and cost stand in one of two passages, glass in both
    rare, common = math.log(1 + 1.5 / 1.5), math.log(1 + 0.5 / 2.5)
    cosine = float((hash_embed([best.text]).astype(np.float16).astype(np.float32)
                    @ hash_embed([question])[0]).item())  # fmt: skip
    assert best.score == round(COSINE_WEIGHT * cosine + (1 - COSINE_WEIGHT), 4)
    last = next(span for span in reading.spans if span.text == "Xiaomi glasses are cheaper.")
    cosine = float((hash_embed([last.text]) @ hash_embed([question])[0]).item())
    share = common / (2 * rare + common)
    assert last.score == pytest.approx(0.5 * cosine + 0.5 * share, abs=2e-4)
    assert reading.relevance == best.score


def test_spans_are_runs_of_sentences_best_first(make: Maker) -> None:
    generation = make.generation(Document("a.txt", "A", TEXT))
    (reading,) = SentenceReader(generation).read("Quark?", [generation.store.passage(0)])
    scores = [span.score for span in reading.spans]
    assert scores == sorted(scores, reverse=True)
    assert {(span.start, span.end) for span in reading.spans} == {
        (0, 30), (0, 50), (31, 50), (31, 78), (51, 78),
    }  # fmt: skip


def test_a_reading_for_each_passage_in_their_order(make: Maker) -> None:
    documents = [Document(f"{n}.txt", f"T{n}", f"Text {n} of many. More.") for n in range(4)]
    generation = make.generation(*documents)
    passages = [generation.store.passage(number) for number in (2, 0, 3)]
    readings = SentenceReader(generation).read("Text?", passages)
    assert [reading.passage.number for reading in readings] == [2, 0, 3]
    assert SentenceReader(generation).read("Text?", []) == []


def test_an_index_without_sentence_vectors_is_refused(make: Maker) -> None:
    generation = make.generation(Document("a.txt", "A", TEXT))
    generation.sentence_vectors = None
    with pytest.raises(IndexMismatchError, match="holds no sentence vectors"):
        SentenceReader(generation)
