"""The losses, each compared with the same computed slowly in numpy."""

import math
from pathlib import Path
from random import Random

import numpy as np
import pytest
import torch
from hypothesis import given, strategies as st
from numpy.typing import NDArray

from assistant.records import QUESTION_KINDS
from assistant.train import batches as batches_module
from assistant.train.batches import Batch
from assistant.train.losses import (
    evidence_loss,
    find_distillation_loss,
    find_loss,
    items_loss,
    shared_loss,
    span_loss,
)
from assistant.train.pieces import UNKNOWN
from tests.training import make_batches, make_examples

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]


def lose_slowly(logits: Floats, gold: Flags, passage: Flags, group: list[int]) -> list[float]:
    """Of each question minus the log of the share that its gold places, or "none", have."""
    losses = []
    for question in sorted(set(group)):
        rows = [row for row, number in enumerate(group) if number == question]
        weights = [np.exp(logits[row] - logits[row, 0]) for row in rows]
        whole = 1 + sum(float(w[passage[row]].sum()) for w, row in zip(weights, rows, strict=True))
        right = sum(float(w[gold[row]].sum()) for w, row in zip(weights, rows, strict=True))
        answered = any(gold[row].any() for row in rows)
        losses.append(-math.log((right if answered else 1) / whole))
    return losses


@given(st.integers(0, 10**9))
def test_the_shared_loss_sums_all_gold_places_of_all_passages(seed: int) -> None:
    random = Random(seed)
    width, groups = random.randint(4, 9), random.randint(1, 4)
    group = [number for number in range(groups) for _ in range(random.randint(1, 3))]
    passage = np.zeros((len(group), width), dtype=bool)
    gold = np.zeros_like(passage)
    for row in range(len(group)):
        begin = random.randint(1, width - 2)
        end = random.randint(begin + 1, width)
        passage[row, begin:end] = True
        for _ in range(random.choice((0, 0, 1, 3))):
            gold[row, random.randrange(begin, end)] = True
    logits = np.array([[random.uniform(-20, 20) for _ in range(width)] for _ in group])
    found = shared_loss(
        torch.tensor(logits, dtype=torch.float32), torch.tensor(gold), torch.tensor(passage),
        torch.tensor(group), groups,
    )  # fmt: skip
    expected = lose_slowly(logits.astype(np.float32).astype(float), gold, passage, group)
    assert found.tolist() == pytest.approx(expected, rel=1e-4, abs=1e-4)


def test_two_gold_spans_in_two_passages_share_the_probability() -> None:
    logits = torch.tensor([[0.0, 1.0, 2.0], [1.0, 1.0, 3.0]])
    gold = torch.tensor([[False, True, False], [False, True, True]])
    passage = torch.tensor([[False, True, True]] * 2)
    right, whole = math.e + 1 + math.e**2, 1 + math.e + math.e**2 + 1 + math.e**2
    (loss,) = shared_loss(logits, gold, passage, torch.tensor([0, 0]), 1)
    assert float(loss) == pytest.approx(math.log(whole / right))


def test_a_certain_answer_has_loss_0_without_overflow() -> None:
    passage = torch.tensor([[False, True, True]] * 2)
    group = torch.tensor([0, 0])
    nothing, first = torch.zeros(2, 3).bool(), torch.tensor([[False, True, False], [False] * 3])
    none = torch.tensor([[300.0, -300.0, -300.0]] * 2)
    found = torch.tensor([[-300.0, 300.0, -300.0], [300.0, -300.0, -300.0]])
    assert shared_loss(none, nothing, passage, group, 1).tolist() == [0]
    assert shared_loss(found, first, passage, group, 1).tolist() == [0]
    assert shared_loss(found, nothing, passage, group, 1).tolist() == [600]
    even = shared_loss(torch.zeros(2, 3), first, passage, group, 1)
    assert even.tolist() == pytest.approx([math.log(5)])


def test_the_shared_loss_teaches_each_place_its_share() -> None:
    logits = torch.tensor([[0.5, 1.0, -1.0, 7.0], [0.0, 2.0, 0.0, 0.25]], requires_grad=True)
    passage = torch.tensor([[False, True, True, False], [False, False, True, True]])
    gold = torch.tensor([[False, False, True, False], [False] * 4])
    shared_loss(logits, gold, passage, torch.tensor([0, 0]), 1).sum().backward()  # type: ignore[no-untyped-call]
    weights = [math.exp(x) for x in (0.5, -1.5, 0.0, 0.25)]
    shares = [weight / (1 + sum(weights)) for weight in weights]
    expected = [
        [1 - shares[0] - shares[1], shares[0], shares[1] - 1, 0],
        [-shares[2] - shares[3], 0, shares[2], shares[3]],
    ]
    assert logits.grad is not None
    assert np.allclose(logits.grad.numpy(), expected, atol=1e-6)


# Whole batches


@pytest.fixture
def batch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Batch:
    """Some questions, two of which have another kind, a verdict, or no span."""
    monkeypatch.setattr(batches_module, "BLOCK", 16)
    examples = make_examples(8, tmp_path / "lexical")
    made = make_batches(examples, pieces=4096).make_block(0)[1][0]
    kind, verdict, spanned = made.kind.clone(), made.verdict.clone(), made.spanned.clone()
    kind[0], kind[2], verdict[0], verdict[3], spanned[1] = 3, 8, 1, 0, False
    return made._replace(kind=kind, verdict=verdict, spanned=spanned)


@pytest.fixture
def scores(batch: Batch) -> tuple[torch.Tensor, torch.Tensor]:
    torch.manual_seed(1)
    return torch.randn(*batch.ids.shape, 5), torch.randn(len(batch.ids), len(QUESTION_KINDS) + 2)


def binary(logits: Floats, wanted: Flags, weight: float = 1.0) -> Floats:
    """Cross-entropy of each probability; `weight` is of those that are wanted."""
    share = 1 / (1 + np.exp(-logits))
    return -np.where(wanted, weight * np.log(share), np.log(1 - share))


def lose_spans(pieces: Floats, batch: Batch) -> float:
    both = [
        lose_slowly(pieces[..., n], gold.numpy(), batch.passage.numpy(), batch.group.tolist())
        for n, gold in ((0, batch.start), (1, batch.end))
    ]
    means = np.array(both).mean(axis=0)
    return float(means[batch.spanned.numpy()].mean())


def lose_items(pieces: Floats, batch: Batch) -> float:
    each = binary(pieces[..., 2], batch.begin.numpy(), 3.0) + binary(
        pieces[..., 3], batch.inside.numpy()
    )
    return float(each[batch.passage.numpy()].mean())


def lose_evidence(pieces: Floats, batch: Batch) -> float:
    sentence, logits = batch.sentence.numpy(), pieces[..., 4]
    means = np.array([logits[sentence == n].mean() for n in range(len(batch.evidence))])
    return float(binary(means, batch.evidence.numpy()).mean())


def lose_class(logits: Floats, wanted: list[int]) -> float:
    losses = [
        math.log(np.exp(row).sum()) - row[number]
        for row, number in zip(logits, wanted, strict=True)
        if number != UNKNOWN
    ]
    return float(np.mean(losses))


def test_every_loss_of_a_batch_equals_the_slow_one(
    batch: Batch, scores: tuple[torch.Tensor, torch.Tensor]
) -> None:
    pieces, question = (one.double().numpy() for one in scores)
    assert float(span_loss(scores[0], batch)) == pytest.approx(lose_spans(pieces, batch), rel=1e-5)
    assert float(items_loss(scores[0], batch)) == pytest.approx(lose_items(pieces, batch), rel=1e-5)
    assert float(evidence_loss(scores[0][..., 4], batch)) == pytest.approx(
        lose_evidence(pieces, batch), rel=1e-5
    )
    kinds = len(QUESTION_KINDS)
    expected = (
        lose_spans(pieces, batch)
        + 4 * lose_items(pieces, batch)
        + 0.5 * lose_evidence(pieces, batch)
        + 0.3 * lose_class(question[:, :kinds], batch.kind.tolist())
        + 0.1 * lose_class(question[:, kinds:], batch.verdict.tolist())
    )
    assert float(find_loss(scores, batch)) == pytest.approx(expected, rel=1e-5)


def test_a_batch_of_which_nothing_is_known_has_no_loss_of_kinds(
    batch: Batch, scores: tuple[torch.Tensor, torch.Tensor]
) -> None:
    unknown = torch.full_like(batch.kind, UNKNOWN)
    bare = batch._replace(kind=unknown, verdict=unknown, spanned=torch.zeros_like(batch.spanned))
    pieces = scores[0].double().numpy()
    expected = 4 * lose_items(pieces, batch) + 0.5 * lose_evidence(pieces, batch)
    assert float(find_loss(scores, bare)) == pytest.approx(expected, rel=1e-5)


# A teacher's


def test_a_student_that_equals_its_teacher_has_no_loss_and_any_other_has(
    batch: Batch, scores: tuple[torch.Tensor, torch.Tensor]
) -> None:
    assert float(find_distillation_loss(scores, scores, batch)) == pytest.approx(0, abs=1e-6)
    for head in range(5):
        pieces = scores[0].clone()
        pieces[..., head] += torch.randn(batch.ids.shape)
        assert float(find_distillation_loss((pieces, scores[1]), scores, batch)) > 0.01
    for column in (0, 8, 9, 10):
        question = scores[1].clone()
        question[:, column] += 1
        assert float(find_distillation_loss((scores[0], question), scores, batch)) > 0.001


def test_nothing_outside_of_passages_is_distilled(
    batch: Batch, scores: tuple[torch.Tensor, torch.Tensor]
) -> None:
    outside = ~batch.passage
    outside[:, 0] = False  # "none"
    pieces = scores[0] + outside[..., None] * 3.0
    assert float(find_distillation_loss((pieces, scores[1]), scores, batch)) == pytest.approx(
        0, abs=1e-6
    )
    none = scores[0].clone()
    none[:, 0, :2] += 1
    assert float(find_distillation_loss((none, scores[1]), scores, batch)) > 0.01


def test_the_distillation_loss_is_a_sum_of_divergences(
    batch: Batch, scores: tuple[torch.Tensor, torch.Tensor]
) -> None:
    torch.manual_seed(2)
    goals = (torch.randn_like(scores[0]), torch.randn_like(scores[1]))
    pieces, question, wanted, wanted_question = (one.double().numpy() for one in (*scores, *goals))
    passage = batch.passage.numpy()
    allowed = passage.copy()
    allowed[:, 0] = True

    def shares(logits: Floats) -> Floats:
        weights = np.exp(logits)
        return np.asarray(weights / weights.sum())

    def diverge(found: Floats, goal: Floats) -> float:
        return float((shares(goal) * np.log(shares(goal) / shares(found))).sum())

    rows = range(len(passage))
    spans = sum(
        np.mean([diverge(pieces[r, allowed[r], n] / 1.5, wanted[r, allowed[r], n] / 1.5)
                 for r in rows])
        for n in (0, 1)
    )  # fmt: skip
    found, goal = (1 / (1 + np.exp(-one[passage][:, 2:])) for one in (pieces, wanted))
    tags = goal * np.log(goal / found) + (1 - goal) * np.log((1 - goal) / (1 - found))
    split = len(QUESTION_KINDS)
    kinds = np.mean([diverge(question[r, :split], wanted_question[r, :split]) for r in rows])
    verdicts = np.mean([diverge(question[r, split:], wanted_question[r, split:]) for r in rows])
    expected = spans * 1.5**2 / 2 + 3 * tags.sum(axis=1).mean() + 0.3 * kinds + 0.1 * verdicts
    assert float(find_distillation_loss(scores, goals, batch)) == pytest.approx(expected, rel=1e-4)
