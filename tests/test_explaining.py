"""How an answer was found, beside what the steps themselves give."""

import math
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from assistant.answer import Assistant
from assistant.answer.cite import UnverifiableError
from assistant.records import Answer, Citation, Document, Passage, Player, Reading, Weighing
from assistant.retrieve import CANDIDATES
from assistant.schema.explaining import CandidateBody, StepBody
from assistant.schema.rendering import render_answer
from assistant.schema.telling import tell_explanation, tell_outcome
from assistant.settings import Settings
from tests.conftest import Maker, hash_embed
from tests.explaining import COST, FAR, SHOP, STORE, explain, only_step, without_times
from tests.test_schema import LOGIT_OF_83, PLAIN, WordReader, assistant_of

PLAYERS = (
    Player("quark", "Quark", "product", roles=("glasses",)),
    Player("rokid", "Rokid", "company", roles=("maker",)),
)


def outcomes(step: StepBody) -> list[tuple[str, str]]:
    return [(one.text, one.outcome) for one in step.candidates]


@pytest.mark.parametrize(
    "question",
    [COST, "How much do Quark glasses cost, and who is Zork?", "Who is Zork?", "夸克眼镜多少钱？",
     "Which makers are named?", "Why is the moon far away?"],
)  # fmt: skip
@pytest.mark.parametrize("weighing", [None, PLAIN])
def test_the_answer_is_the_same_with_and_without(
    make: Maker, question: str, weighing: Weighing | None
) -> None:
    assistant = assistant_of(
        make, {"9 yuan": LOGIT_OF_83, "far": 0.1}, SHOP, STORE, FAR, weighing=weighing
    )
    explained = explain(assistant, question, top_k=2)
    assert without_times(explained) == without_times(
        render_answer(assistant.ask(question, top_k=2))
    )
    assert [one.passage_id for one in explained.passages] != []


def test_a_passage_has_the_scores_that_both_searches_give_and_its_ranks(make: Maker) -> None:
    documents = [
        SHOP,
        STORE,
        FAR,
        *(Document(f"{n}.txt", f"T{n}", f"Quark {n}.") for n in range(9)),
    ]
    assistant = assistant_of(make, {"9 yuan": 1.0}, *documents)
    generation = assistant.generation
    step = only_step(explain(assistant))
    texts = [f"{one.title}\n{one.text}" for one in documents]
    cosines = (hash_embed(texts) @ hash_embed([COST])[0]).tolist()
    words = dict(generation.lexical.search(COST, CANDIDATES))
    scores = [round(words.get(n, 0.0), 4) for n in range(len(documents))]
    # Texts that share a rank do so in both.
    cosine_ranks = [1 + sum(c > own + 5e-5 for c in cosines) for own in cosines]
    word_ranks = [1 + sum(w > own for w in scores) if own else None for own in scores]
    places = {f"{one.id}:0-{len(one.text)}": n for n, one in enumerate(documents)}
    assert len(step.passages) == 10
    for found in step.passages:
        own = places[found.passage_id]
        assert abs(found.dense - cosines[own]) < 1e-4
        assert found.lexical == scores[own]
        assert (found.dense_rank, found.lexical_rank) == (cosine_ranks[own], word_ranks[own])
    assert all(a.fused >= b.fused for a, b in pairwise(step.passages))
    low, high = min(cosines), max(cosines)
    for found in step.passages:
        own = places[found.passage_id]
        fused = (cosines[own] - low) / (high - low) / 2 + scores[own] / max(scores) / 2
        assert abs(found.fused - fused) < 2e-3
    body = explain(assistant)
    assert [one.score for one in body.passages] == [one.fused for one in step.passages[:8]]


def test_the_first_candidates_confidence_adds_up(make: Maker) -> None:
    spans = {"bias": -0.5, "score": 0.25, "retrieval": 0.5, "terms_near": 1.0, "fits": -0.125}
    beside = {"bias": 0.25, "logit": 1.0, "gap": 0.125, "agreeing": 0.5}
    weighing = Weighing(spans, beside, {"bias": 9.0})
    words = {"9 yuan": 4.0, "4 yuan": 1.0, "7 yuan": -2.0}
    assistant = assistant_of(make, words, SHOP, STORE, weighing=weighing)
    body = explain(assistant)
    step = only_step(body)
    assert body.explanation.weights is not None
    assert body.explanation.weights.model_dump() == {
        "spans": spans, "answers": beside, "sentences": {"bias": 9.0}
    }  # fmt: skip
    for one in step.candidates:
        assert one.observed is not None
        assert one.observed["score"] == one.score == words[one.text]
        found = step.passages[one.passage - 1]
        assert one.observed["retrieval"] == found.fused
        logit = spans["bias"] + sum(spans.get(n, 0.0) * v for n, v in one.observed.items())
        assert one.alone == round(1 / (1 + math.exp(-logit)), 4)
    first, *others = step.candidates
    assert step.beside is not None
    assert first.alone is not None
    assert (first.text, step.beside.weights) == ("9 yuan", "answers")
    # "9 yuan" stands in the other document as well, which agrees.
    assert step.beside.observed["agreeing"] == 1.0
    rival = max(one.alone or 0.0 for one in others if one.text != "9 yuan")
    gap = math.log(first.alone / (1 - first.alone)) - math.log(rival / (1 - rival))
    assert step.beside.observed["gap"] == pytest.approx(gap)
    logit = beside["bias"] + sum(beside[n] * v for n, v in step.beside.observed.items())
    sure = round(1 / (1 + math.exp(-logit)), 4)
    assert step.beside.confidence == first.confidence == body.confidence == sure
    assert [one.confidence for one in others] == [min(one.alone or 0.0, sure) for one in others]


def test_what_the_reader_says_of_a_passage_reranks_it(make: Maker) -> None:
    class Relevant(WordReader):
        def read(self, question: str, passages: Sequence[Passage]) -> list[Reading]:
            return [
                replace(one, relevance=2.0 if "moon" in one.passage.text else -3.0, no_answer=0.5)
                for one in super().read(question, passages)
            ]

    generation = make.generation(SHOP, STORE, FAR)
    reader = Relevant({"9 yuan": 1.0, "4 yuan": 0.0}, weighing=PLAIN)
    assistant = Assistant.of(generation, reader, Settings(passages_read=2))
    body = explain(assistant, "How far is the moon from Quark glasses?")
    step = only_step(body)
    assert [one.read for one in step.passages] == [True, True, False]
    for found in step.passages[:2]:
        relevance = 2.0 if found.passage_id.startswith("far") else -3.0
        assert (found.relevance, found.no_answer) == (relevance, 0.5)
        added = 1 / (1 + math.exp(-relevance / 2))
        assert found.reranked == round(found.fused + added, 4)
    unread = step.passages[2]
    assert (unread.relevance, unread.no_answer, unread.spans, unread.reranked) == (
        None,
        None,
        0,
        None,
    )
    final = sorted(step.passages, key=lambda one: one.final)
    assert [one.passage_id for one in final] == [one.passage_id for one in body.passages]
    counts = {"shop.txt": 2, "store.txt": 1, "far.txt": 0}
    assert [one.spans for one in step.passages[:2]] == [
        counts[one.passage_id.split(":")[0]] for one in step.passages[:2]
    ]


def test_each_candidate_is_told_with_what_became_of_it(make: Maker) -> None:
    text = "Ann sold 1 cup, 2 pans, 3 pots, 4 lids and 5 mugs. Bob sold 6 jars."
    words = {
        "1 cup": 9.0, "1 cup, 2 pans": 8.0, "2 pans": 7.0, "3 pots": 6.0, "4 lids": -1.0,
        "5 mugs": -2.0, "6 jars": -3.0,
    }  # fmt: skip
    body = explain(assistant_of(make, words, Document("a.txt", "A", text)), "How many cups?")
    step = only_step(body)
    assert outcomes(step) == [
        ("1 cup", "answer"), ("1 cup, 2 pans", "alike"), ("2 pans", "alternative"),
        ("3 pots", "alternative"), ("4 lids", "unsure"),
    ]  # fmt: skip
    assert (step.candidates_found, step.decided_by) == (7, "reader")
    assert body.answer is not None
    assert body.answer.text == "1 cup"
    assert [one.text for one in body.alternatives] == ["2 pans", "3 pots"]
    few = {name: score for name, score in words.items() if score < 0}
    step = only_step(explain(assistant_of(make, few, Document("a.txt", "A", text)), "How many?"))
    assert outcomes(step) == [("4 lids", "unsure"), ("5 mugs", "unsure"), ("6 jars", "unsure")]


def test_behind_the_best_nothing_is_kept(make: Maker) -> None:
    texts = [f"Number {n} is {n}00 yuan." for n in range(6)]
    documents = [Document(f"{n}.txt", "T", text) for n, text in enumerate(texts)]
    words = {f"{n}00 yuan": float(9 - n) for n in range(6)}
    step = only_step(explain(assistant_of(make, words, *documents), "Which number is it?"))
    assert [outcome for _, outcome in outcomes(step)] == [
        "answer", "alternative", "alternative", "alternative", "beyond", "beyond",
    ]  # fmt: skip


def test_a_citation_that_does_not_verify_is_told(
    make: Maker, monkeypatch: pytest.MonkeyPatch
) -> None:
    from assistant.answer.cite import cite

    def refuse(passage: Passage, start: int, end: int, **rest: Any) -> Citation:
        if "9 yuan" in passage.document.text[start:end]:
            raise UnverifiableError("no")
        return cite(passage, start, end, **rest)

    monkeypatch.setattr("assistant.answer.cite", refuse)
    body = explain(assistant_of(make, {"9 yuan": 3.0, "4 yuan": 2.0}, SHOP))
    assert outcomes(only_step(body)) == [("9 yuan", "unverified"), ("4 yuan", "answer")]
    assert body.answer is not None
    assert body.answer.text == "4 yuan"


def test_the_gate_says_whom_a_candidate_is_about(make: Maker) -> None:
    document = Document("a.txt", "News", "Rokid sold 8 lenses. Quark sold 5 cups.")
    reader = WordReader({"8 lenses": 5.0, "5 cups": -1.0}, weighing=None)
    generation = make.generation(document, players=PLAYERS)
    body = explain(Assistant.of(generation, reader, Settings()), "How many lenses did Quark sell?")
    step = only_step(body)
    assert step.intent is not None
    assert [one.model_dump() for one in step.intent.players] == [{"id": "quark", "name": "Quark"}]
    assert step.intent.terms == ["lens", "sell"]
    first, second = step.candidates
    assert (first.outcome, second.outcome) == ("refused", "unsure")
    assert first.refusal is not None
    assert body.abstention is not None
    message = "What comes closest is about Rokid, not Quark."
    assert (first.refusal.reason, first.refusal.message) == ("other_player", message)
    assert (body.abstention.reason, body.abstention.message) == ("other_player", message)
    assert tell_outcome(first) == f"refused, other player: {message}"


def test_what_comes_before_reading_decides_alone(make: Maker) -> None:
    assistant = assistant_of(make, {"9 yuan": 1.0}, SHOP)
    step = only_step(explain(assistant, "夸克眼镜多少钱？"))
    assert (step.decided_by, step.intent, step.candidates) == ("language", None, [])
    document = Document("a.txt", "News", "Rokid and Quark make glasses.")
    generation = make.generation(document, players=PLAYERS)
    assistant = Assistant.of(generation, WordReader({"Rokid": 1.0}), Settings())
    body = explain(assistant, "When did Zork make glasses?")
    step = only_step(body)
    assert step.decided_by == "names"
    assert step.refusal is not None
    assert (step.refusal.reason, step.refusal.message) == (
        "no_evidence", "They do not mention Zork.",
    )  # fmt: skip
    assert not any(found.read for found in step.passages)
    step = only_step(explain(assistant, "Which makers are named?"))
    assert step.decided_by == "scan"
    assert step.scan is not None
    assert [piece.text for piece in step.scan.pieces] == ["Rokid"]
    assert (step.scan.kind, step.scan.exhaustive) == ("list", True)
    assert step.intent is not None
    assert (step.intent.kind, step.intent.roles) == ("list", ["maker"])


def test_each_part_of_a_question_is_a_step(make: Maker) -> None:
    assistant = assistant_of(make, {"9 yuan": 1.0, "far": 0.5}, SHOP, FAR)
    question = "How much do Quark glasses cost, and why is the moon away?"
    body = explain(assistant, question)
    assert [step.question for step in body.explanation.steps] == [
        "How much do Quark glasses cost?", "why is the moon away?",
    ]  # fmt: skip
    assert without_times(body) == without_times(render_answer(assistant.ask(question)))
    assert "\nPart: why is the moon away?\n" in tell_explanation(body.explanation)


def test_the_real_reader_s_numbers_add_up(article_index: Path) -> None:
    assistant = Assistant.open(article_index, settings=Settings())
    body = explain(assistant, "How much do the Quark AI glasses cost?")
    step, weights = only_step(body), body.explanation.weights
    assert weights is not None
    first = step.candidates[0]
    assert first.observed is not None
    assert step.beside is not None
    for observed, weighed, sure in (
        (first.observed, weights.spans, first.alone),
        (step.beside.observed, weights.answers, body.confidence),
    ):
        known = defaultdict(float, weighed)
        logit = known["bias"] + sum(known[name] * value for name, value in observed.items())
        assert round(1 / (1 + math.exp(-logit)), 4) == sure
    assert len(step.passages) == 10
    assert all(found.read for found in step.passages)
    refused: list[CandidateBody] = [one for one in step.candidates if one.refusal]
    assert refused
    assert all(one.outcome == "refused" for one in refused)
    answer: Answer = assistant.ask("How much do the Quark AI glasses cost?")
    assert without_times(body) == without_times(render_answer(answer))
    assistant.generation.close()
