import numpy as np

from assistant.answer import Assistant
from assistant.records import Document
from assistant.retrieve import retrieve
from tests.conftest import Maker, hash_embed

TEXTS = [
    "Xiaomi sells glasses for 1,999 yuan.",
    "Ray - Ban Meta lasts 4 hours.",
    "Quark glasses cost 2,999 yuan in the shop.",
    "Huawei links ten devices with low latency.",
    "Thunderbird reports a yield of 95 percent.",
]


def documents() -> list[Document]:
    return [Document(f"{number}.txt", f"T{number}", text) for number, text in enumerate(TEXTS)]


def test_scores_are_the_weighted_sum_of_both_scaled(make: Maker) -> None:
    generation = make.generation(*documents())
    question = "How much do Quark glasses cost in yuan?"
    embedded = [f"T{number}\n{text}" for number, text in enumerate(TEXTS)]
    cosines = hash_embed(embedded) @ hash_embed([question])[0]
    lexical = dict(generation.lexical.search(question, 10))
    words = np.array([lexical.get(number, 0.0) for number in range(len(TEXTS))])
    expected = 0.5 * (cosines - cosines.min()) / (cosines.max() - cosines.min())
    expected += 0.5 * (words - words.min()) / (words.max() - words.min())
    hits = retrieve(question, generation, k=5)
    assert [hit.passage.number for hit in hits] == np.argsort(
        -expected.round(4), kind="stable"
    ).tolist()
    for hit in hits:
        number = hit.passage.number
        assert abs(hit.score - expected[number]) < 1e-3
        assert abs(hit.dense - cosines[number]) < 1e-4
        assert abs(hit.lexical - words[number]) < 1e-4


def test_equal_scores_go_by_document_order(make: Maker) -> None:
    same = [Document(f"{n}.txt", "Same", f"The very same words. Again{'.' * n}") for n in range(6)]
    hits = retrieve("something else", make.generation(*same), k=4)
    assert [hit.passage.number for hit in hits] == [0, 1, 2, 3]
    assert {hit.score for hit in hits} == {0.0}


def test_no_more_hits_than_passages(make: Maker) -> None:
    assert len(retrieve("glasses", make.generation(*documents()[:2]), k=50)) == 2


def test_all_spellings_of_a_name_find_the_same(article_assistant: Assistant) -> None:
    generation = article_assistant.generation
    spellings = ["Ray - Ban Meta battery", "ray-ban meta battery", "RAY BAN META battery"]
    first, *others = [
        [hit.lexical for hit in retrieve(spelling, generation, k=10)] for spelling in spellings
    ]
    assert first[0] > 0
    assert all(sorted(other) == sorted(first) for other in others)


def test_the_article_s_price_comes_first(article_assistant: Assistant) -> None:
    hits = retrieve("How much do the Quark AI glasses cost?", article_assistant.generation, k=3)
    assert "priced at 2,999 yuan" in hits[0].passage.text
