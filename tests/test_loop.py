import math
from collections.abc import Sequence
from pathlib import Path
from random import Random

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from assistant.errors import TrainingError
from assistant.train import loop
from assistant.train.examples import Batch
from assistant.train.loop import (
    CHECKPOINT,
    Plan,
    attend,
    find_loss,
    find_rate,
    hash_inputs,
    load_base,
    shared_loss,
    train,
)
from tests.conftest import MakeExamples, make_paragraphs, write_tiny_model

# Loss and rate


def lose_slowly(
    logits: list[list[float]], gold: list[int], passage: list[list[bool]], group: list[int]
) -> float:
    """What the loss is to be: minus the log of the gold place's share, question by question."""
    losses = []
    for question in sorted(set(group)):
        rows = [row for row, number in enumerate(group) if number == question]
        whole = 1.0 + sum(
            math.exp(logit - logits[row][0])
            for row in rows
            for logit, inside in zip(logits[row], passage[row], strict=True)
            if inside
        )
        golds = [logits[row][gold[row]] - logits[row][0] for row in rows if gold[row]]
        losses.append(math.log(whole) - sum(golds))
    return sum(losses) / len(losses)


@given(st.integers(0, 10**9))
def test_the_loss_is_the_mean_of_each_question_s_own(seed: int) -> None:
    random = Random(seed)
    groups, width = random.randint(1, 4), random.randint(4, 9)
    group = [number for number in range(groups) for _ in range(random.randint(1, 3))]
    answered = [random.random() < 0.6 for _ in range(groups)]
    logits, gold, passage = [], [], []
    for row, number in enumerate(group):
        begin = random.randint(1, width - 2)
        end = random.randint(begin + 1, width)
        passage.append([begin <= place < end for place in range(width)])
        logits.append([random.uniform(-30, 30) for _ in range(width)])
        first = row == 0 or group[row - 1] != number
        gold.append(random.randrange(begin, end) if answered[number] and first else 0)
    loss = shared_loss(
        torch.tensor(logits, dtype=torch.float64).float(), torch.tensor(gold),
        torch.tensor(passage), torch.tensor(group), groups,
    )  # fmt: skip
    rounded = torch.tensor(logits).double().tolist()
    expected = lose_slowly(rounded, gold, passage, group)
    assert float(loss) == pytest.approx(expected, rel=1e-4, abs=2e-5)


def test_the_loss_of_what_is_sure_is_0_and_it_does_not_overflow() -> None:
    passage = torch.tensor([[False, True, True]] * 2)
    group = torch.tensor([0, 0])
    none = torch.tensor([[300.0, -300.0, -300.0]] * 2)
    assert float(shared_loss(none, torch.tensor([0, 0]), passage, group, 1)) == 0
    found = torch.tensor([[-300.0, 300.0, -300.0], [300.0, -300.0, -300.0]])
    assert float(shared_loss(found, torch.tensor([1, 0]), passage, group, 1)) == 0
    assert float(shared_loss(found, torch.tensor([0, 0]), passage, group, 1)) == 600
    even = torch.zeros(2, 3)
    assert float(shared_loss(even, torch.tensor([1, 0]), passage, group, 1)) == pytest.approx(
        math.log(5)
    )


def test_the_loss_teaches_each_place_its_share() -> None:
    logits = torch.tensor([[0.5, 1.0, -1.0, 7.0], [0.0, 2.0, 0.0, 0.25]], requires_grad=True)
    passage = torch.tensor([[False, True, True, False], [False, False, True, True]])
    loss = shared_loss(logits, torch.tensor([2, 0]), passage, torch.tensor([0, 0]), 1)
    loss.backward()  # type: ignore[no-untyped-call]
    weights = [math.exp(x) for x in (0.5, -1.5, 0.0, 0.25)]
    shares = [weight / (1 + sum(weights)) for weight in weights]
    expected = [
        [1 - shares[0] - shares[1], shares[0], shares[1] - 1, 0],
        [-shares[2] - shares[3], 0, shares[2], shares[3]],
    ]
    assert logits.grad is not None
    assert np.allclose(logits.grad.numpy(), expected, atol=1e-6)


@pytest.mark.parametrize(
    ("done", "rate"),
    [(0, 1 / 4000), (1999, 0.5), (3999, 1.0), (50_000, 1.0), (65_000, 1.0), (82_500, 0.5),
     (93_000, 0.2), (100_000, 0.0), (100_500, 0.0)],
)  # fmt: skip
def test_the_rate_goes_up_stays_and_goes_down_to_0(done: int, rate: float) -> None:
    assert find_rate(done, 100_000) == pytest.approx(rate, abs=1e-12)


def test_a_short_training_goes_down_before_it_is_all_up() -> None:
    assert find_rate(999, 2000) == 0.25
    assert find_rate(1900, 2000) == pytest.approx(100 / 700)


# Attention and bases


@pytest.mark.parametrize("scaling", [None, 0.3])
@pytest.mark.parametrize("masked", [False, True])
def test_attention_is_torch_s(scaling: float | None, masked: bool) -> None:
    generator = torch.Generator().manual_seed(3)
    query, key, value = (torch.randn(2, 3, 7, 5, generator=generator) for _ in range(3))
    mask = torch.zeros(2, 1, 7, 7)
    mask[0, :, :, 5:] = mask[1, :, :, 2:] = torch.finfo(torch.float32).min
    given_mask = mask if masked else None
    found, weights = attend(None, query, key, value, given_mask, scaling=scaling)
    wanted = torch.nn.functional.scaled_dot_product_attention(
        query, key, value, attn_mask=given_mask, scale=scaling
    )
    assert weights is None
    assert found.shape == (2, 7, 3, 5)
    assert torch.allclose(found, wanted.transpose(1, 2), atol=1e-6)


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("base")
    write_tiny_model(folder, dropout=0.1)
    return folder


def make_batch(lengths: Sequence[int]) -> Batch:
    """Rows of random pieces, padded; each is a question of its own, with its answer at 4 to 5."""
    random = np.random.default_rng(1)
    rows, width = len(lengths), max(lengths)
    places = np.arange(width)[None]
    mask = (places < np.array(lengths)[:, None]).astype(np.int64)
    return Batch(
        ids=random.integers(5, 200, (rows, width)) * mask,
        segments=((places >= 3) * mask).astype(np.int64),
        mask=mask,
        passage=((places >= 3) & (places < np.array(lengths)[:, None] - 1)),
        start=np.full(rows, 4),
        end=np.full(rows, 5),
        group=np.arange(rows),
    )


def test_a_passage_s_loss_does_not_depend_on_the_padding_behind_it(base: Path) -> None:
    model = load_base(base, device="cpu")
    together = make_batch([9, 20, 14])
    losses = []
    for row, length in enumerate([9, 20, 14]):
        cut = {
            name: getattr(together, name)[row : row + 1, :length]
            for name in ("ids", "segments", "mask", "passage")
        }
        alone = Batch(**cut, start=np.array([4]), end=np.array([5]), group=np.array([0]))
        losses.append(find_loss(model, alone, device="cpu", low=False).item())
    whole = find_loss(model, together, device="cpu", low=False).item()
    assert whole == pytest.approx(sum(losses) / 3, abs=1e-4)


def test_a_base_scores_as_it_does_elsewhere(base: Path) -> None:
    from transformers import BertForQuestionAnswering

    plain = BertForQuestionAnswering.from_pretrained(base).train(False)
    lean = load_base(base, device="cpu")  # in training: nothing may be left out at random
    batch = make_batch([12, 12])
    ids, segments = torch.from_numpy(batch.ids), torch.from_numpy(batch.segments)
    with torch.no_grad():
        wanted = plain(input_ids=ids, token_type_ids=segments)
        found = lean.train()(input_ids=ids, token_type_ids=segments)
    assert torch.allclose(found.start_logits, wanted.start_logits, atol=1e-4)
    assert torch.allclose(found.end_logits, wanted.end_logits, atol=1e-4)


def test_the_loss_of_a_batch_is_the_mean_of_starts_and_ends(base: Path) -> None:
    model = load_base(base, device="cpu")
    batch = make_batch([12, 12, 12])
    ids, segments = torch.from_numpy(batch.ids), torch.from_numpy(batch.segments)
    with torch.no_grad():
        scores = model(input_ids=ids, token_type_ids=segments)
        loss = float(find_loss(model, batch, device="cpu", low=False))
    both = [
        lose_slowly(logits.double().tolist(), gold.tolist(), batch.passage.tolist(), [0, 1, 2])
        for logits, gold in ((scores.start_logits, batch.start), (scores.end_logits, batch.end))
    ]
    assert loss == pytest.approx(sum(both) / 2, rel=1e-5)


def test_a_folder_that_is_no_model_can_not_be_trained(tmp_path: Path) -> None:
    with pytest.raises(TrainingError, match=f"base {tmp_path} can't be trained") as caught:
        load_base(tmp_path, device="cpu")
    assert "AutoModelForQuestionAnswering" in caught.value.hint


def test_inputs_have_one_name_whatever_their_order() -> None:
    assert hash_inputs(a=1, b=[2]) == hash_inputs(b=[2], a=1)
    assert len({hash_inputs(a=1), hash_inputs(a=2), hash_inputs(b=1), hash_inputs()}) == 4


# Training, stopped and gone on with


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Learn fast, and save after every block."""
    monkeypatch.setattr(loop, "WARM_QUESTIONS", 1)
    monkeypatch.setattr(loop, "PEAK_RATE", 3e-3)
    monkeypatch.setattr(loop, "SAVE_SECONDS", -1)


class KilledError(Exception):
    pass


def weights_of(model: torch.nn.Module) -> dict[str, bytes]:
    return {name: w.detach().numpy().tobytes() for name, w in model.state_dict().items()}


@pytest.mark.usefixtures("quick")
def test_training_lowers_the_loss_and_one_that_was_killed_ends_the_same(
    base: Path, make_examples: MakeExamples, tmp_path: Path
) -> None:
    files = ((make_paragraphs(6), 1.0),)
    plan = Plan(base, 128, 0, "these")
    told: list[tuple[int, float]] = []
    whole = train(
        plan, make_examples(*files), tmp_path / "whole", progress=lambda *one: told.append(one)
    )
    assert [done for done, _ in told] == list(range(16, 129, 16))
    assert told[-1][1] < 0.7 * told[0][1]

    again: list[tuple[int, float]] = []

    def die(done: int, loss: float) -> None:
        again.append((done, loss))
        if len(again) in (3, 6):
            raise KilledError

    for _ in range(2):
        with pytest.raises(KilledError):
            train(plan, make_examples(*files), tmp_path / "killed", progress=die)
    ended = train(plan, make_examples(*files), tmp_path / "killed", progress=die)
    # The third and the fifth block were done twice: they were not yet saved.
    assert again == [*told[:3], *told[2:5], *told[4:]]
    assert weights_of(ended) == weights_of(whole)
    names = [path.name for path in (tmp_path / "killed").iterdir()]
    assert names == [CHECKPOINT]


@pytest.mark.usefixtures("quick")
def test_a_training_that_ended_is_not_gone_on_with_unless_more_is_asked(
    base: Path, make_examples: MakeExamples, tmp_path: Path
) -> None:
    examples = make_examples((make_paragraphs(6), 1.0))
    first = weights_of(train(Plan(base, 32, 0, "these"), examples, tmp_path))
    told: list[int] = []

    def tell(done: int, _loss: float) -> None:
        told.append(done)

    same = train(Plan(base, 32, 0, "these"), examples, tmp_path, progress=tell)
    assert (weights_of(same), told) == (first, [])
    more = train(Plan(base, 48, 0, "these"), examples, tmp_path, progress=tell)
    assert told == [48]
    assert weights_of(more) != first


@pytest.mark.usefixtures("quick")
def test_a_checkpoint_of_other_inputs_or_a_cut_one_is_refused_and_kept(
    base: Path, make_examples: MakeExamples, tmp_path: Path
) -> None:
    examples = make_examples((make_paragraphs(6), 1.0))
    train(Plan(base, 16, 0, "these"), examples, tmp_path)
    path = tmp_path / CHECKPOINT
    stored = path.read_bytes()

    def refuse(inputs: str, message: str, hint: str) -> None:
        before = path.read_bytes()
        with pytest.raises(TrainingError) as caught:
            train(Plan(base, 32, 0, inputs), examples, tmp_path)
        assert caught.value.message.startswith(message)
        assert caught.value.hint == hint
        assert path.read_bytes() == before

    refuse(
        "others",
        f"checkpoint {path} is of other files, weights, base or seed",
        "remove it to begin anew, or give another --checkpoints",
    )
    for broken in (stored[: len(stored) // 2], stored[:20], b"", b"{}"):
        path.write_bytes(broken)
        refuse("these", f"checkpoint {path} can't be read (", "remove it to begin anew")
