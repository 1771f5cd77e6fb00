"""Steps, rates and checkpoints: what is learned, and what a stop leaves."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import torch

from assistant.errors import TrainingError
from assistant.train import batches as batches_module, loop
from assistant.train.batches import Batch, Batches
from assistant.train.loop import CHECKPOINT, Plan, find_rate, hash_inputs, load_base, train
from assistant.train.losses import Scores
from tests.tiny import write_tiny_model, write_tiny_reader
from tests.training import make_batches, make_examples


@pytest.fixture(autouse=True, scope="module")
def one_thread() -> Iterator[None]:
    """More threads wait for each other on a machine that is busy, and the model is tiny."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("base")
    write_tiny_model(folder)
    return folder


@pytest.fixture
def batches(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Batches:
    """Blocks of 16 questions."""
    monkeypatch.setattr(batches_module, "BLOCK", 16)
    return make_batches(make_examples(6, tmp_path / "lexical"), pieces=320)


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Warm at once, and save after every block."""
    monkeypatch.setattr(loop, "WARM_QUESTIONS", 1)
    monkeypatch.setattr(loop, "SAVE_SECONDS", -1)


def make_plan(base: Path, questions: int, inputs: str = "these") -> Plan:
    return Plan(base, questions, seed=0, rate=1e-2, inputs=inputs)


@pytest.mark.parametrize(
    ("done", "rate"),
    [(0, 1 / 4000), (1999, 0.5), (3999, 1.0), (50_000, 1.0), (65_000, 1.0), (82_500, 0.5),
     (93_000, 0.2), (100_000, 0.0), (100_500, 0.0)],
)  # fmt: skip
def test_the_rate_goes_up_stays_and_goes_down_to_0(done: int, rate: float) -> None:
    assert find_rate(done, 100_000) == pytest.approx(rate, abs=1e-12)


def test_a_short_training_decays_before_it_is_warm() -> None:
    assert find_rate(999, 2000) == 0.25
    assert find_rate(1900, 2000) == pytest.approx(100 / 700)


def test_an_encoder_gets_new_heads_and_a_reader_keeps_its_own(base: Path, tmp_path: Path) -> None:
    written = write_tiny_reader(tmp_path / "reader").state_dict()
    loaded = load_base(tmp_path / "reader").state_dict()
    assert written.keys() == loaded.keys()
    assert all(torch.equal(written[name], loaded[name]) for name in written)
    fresh = load_base(base)
    assert fresh.heads.weight.shape == (5, 32)
    assert fresh.cls.weight.shape == (11, 32)
    assert float(fresh.heads.weight.detach().abs().max()) < 0.1
    assert fresh.bert.config.hidden_dropout_prob == 0.1


def test_a_folder_without_a_model_can_not_be_trained(tmp_path: Path) -> None:
    with pytest.raises(TrainingError, match=f"base {tmp_path} can't be trained") as caught:
        load_base(tmp_path)
    assert caught.value.hint == "give the folder of an encoder like BERT, or of a reader"


def test_the_hash_of_inputs_ignores_their_order() -> None:
    assert hash_inputs(a=1, b=[2]) == hash_inputs(b=[2], a=1)
    assert len({hash_inputs(a=1), hash_inputs(a=2), hash_inputs(b=1), hash_inputs()}) == 4


class KilledError(Exception):
    pass


def weights_of(model: torch.nn.Module) -> dict[str, bytes]:
    return {name: w.detach().numpy().tobytes() for name, w in model.state_dict().items()}


@pytest.mark.usefixtures("quick")
def test_training_lowers_the_loss_and_survives_being_killed(
    base: Path, batches: Batches, tmp_path: Path
) -> None:
    plan = make_plan(base, 80)
    seen: list[tuple[int, float]] = []
    whole = train(plan, batches, tmp_path / "whole", progress=lambda *one: seen.append(one))
    assert [done for done, _ in seen] == list(range(16, 81, 16))
    assert seen[-1][1] < 0.9 * seen[0][1]

    again: list[tuple[int, float]] = []

    def die(done: int, loss: float) -> None:
        again.append((done, loss))
        if len(again) in (2, 4):
            raise KilledError

    for _ in range(2):
        with pytest.raises(KilledError):
            train(plan, batches, tmp_path / "killed", progress=die)
    ended = train(plan, batches, tmp_path / "killed", progress=die)
    # The second and the third block were done twice: they were not yet saved.
    assert again == [*seen[:2], *seen[1:3], *seen[2:]]
    assert weights_of(ended) == weights_of(whole)
    assert [path.name for path in (tmp_path / "killed").iterdir()] == [CHECKPOINT]


@pytest.mark.usefixtures("quick")
def test_a_finished_training_continues_only_for_more_questions(
    base: Path, batches: Batches, tmp_path: Path
) -> None:
    first = weights_of(train(make_plan(base, 32), batches, tmp_path / "c"))
    seen: list[int] = []

    def note(done: int, _loss: float) -> None:
        seen.append(done)

    same = train(make_plan(base, 32), batches, tmp_path / "c", progress=note)
    assert (weights_of(same), seen) == (first, [])
    more = train(make_plan(base, 48), batches, tmp_path / "c", progress=note)
    assert seen == [48]
    assert weights_of(more) != first


@pytest.mark.usefixtures("quick")
def test_other_or_incomplete_checkpoints_are_refused_and_kept(
    base: Path, batches: Batches, tmp_path: Path
) -> None:
    train(make_plan(base, 16), batches, tmp_path / "c")
    path = tmp_path / "c" / CHECKPOINT
    stored = path.read_bytes()

    def refuse(inputs: str, message: str, hint: str) -> None:
        before = path.read_bytes()
        with pytest.raises(TrainingError) as caught:
            train(make_plan(base, 32, inputs), batches, tmp_path / "c")
        assert caught.value.message.startswith(message)
        assert caught.value.hint == hint
        assert path.read_bytes() == before

    refuse(
        "others",
        f"checkpoint {path} is from other files, weights, base, teacher, rate or seed",
        "remove it to start again, or give another --checkpoints",
    )
    for broken in (stored[: len(stored) // 2], stored[:20], b"", b"{}"):
        path.write_bytes(broken)
        refuse("these", f"checkpoint {path} can't be read (", "remove it to start again")


@pytest.mark.usefixtures("quick")
def test_a_student_becomes_like_its_teacher(
    base: Path, batches: Batches, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(loop, "DISTILLED_SHARE", 1.0)

    def teach(batch: Batch) -> Scores:
        """Everything is evidence, and every question asks for a comparison."""
        pieces = torch.zeros(*batch.ids.shape, 5)
        pieces[..., 4] = 3
        question = torch.zeros(len(batch.ids), 11)
        question[:, 3] = 3
        return pieces, question

    losses: list[float] = []
    student = train(
        make_plan(base, 96), batches, tmp_path / "c", teacher=teach,
        progress=lambda _done, loss: losses.append(loss),
    ).eval()  # fmt: skip
    assert losses[-1] < 0.5 * losses[0]
    batch = batches.make_block(0)[1][0]
    with torch.no_grad():
        pieces, question = student(batch.ids, batch.mask, batch.segments)
    assert float(pieces[..., 4][batch.passage].mean()) > 1
    assert question[:, :9].argmax(dim=1).tolist() == [3] * len(batch.ids)
