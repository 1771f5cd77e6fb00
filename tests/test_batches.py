"""Batches: the same for the same seed, each row as its labels say."""

from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from assistant.train import batches as module
from assistant.train.batches import Batch, Batches
from assistant.train.examples import Example
from assistant.train.marking import MarkedPassage, prepare_paragraph
from assistant.train.pieces import UNKNOWN
from tests.tiny import make_tiny_tokenizer
from tests.training import make_batches, make_examples

TOKENIZER = make_tiny_tokenizer()


@pytest.fixture(autouse=True)
def blocks_of_16(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "BLOCK", 16)


@pytest.fixture
def undisturbed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is dropped at random."""
    monkeypatch.setattr(module, "PREFIX_DROP", 0.0)
    monkeypatch.setattr(module, "WORD_DROP", 0.0)


@pytest.fixture
def examples(tmp_path: Path) -> list[Example]:
    return make_examples(20, tmp_path / "lexical")


def list_bytes(batches: Batches, block: int) -> list[bytes]:
    asked, made = batches.make_block(block)
    assert asked == 16
    assert sum(len(batch.spanned) for batch in made) == asked
    return [tensor.numpy().tobytes() for batch in made for tensor in batch]


def test_the_same_seed_makes_the_same_blocks_in_any_order(examples: list[Example]) -> None:
    batches, again = make_batches(examples), make_batches(examples)
    blocks = [list_bytes(batches, n) for n in range(9)]  # more than two passes of 60 questions
    assert [list_bytes(again, n) for n in reversed(range(9))] == blocks[::-1]
    assert len({b"".join(block) for block in blocks}) == 9
    others = [list_bytes(make_batches(examples, seed=1), n) for n in range(9)]
    assert not {b"".join(block) for block in blocks} & {b"".join(block) for block in others}


def read_questions(batch: Batch) -> list[str]:
    """The question of each group of a batch."""
    found = {}
    for row, number in enumerate(batch.group):
        ids = batch.ids[row].tolist()
        found[int(number)] = TOKENIZER.decode(ids[1 : ids.index(TOKENIZER.token_to_id("[SEP]"))])
    return [found[number] for number in sorted(found)]


@pytest.mark.usefixtures("undisturbed")
def test_a_pass_repeats_each_question_by_its_weight() -> None:
    weights = {"cost": 1.0, "price": 0.5, "money": 2.25, "paid": 0.0}
    examples = [
        Example(f"{name} {n}", (prepare_paragraph("T", "It was 9."),), weight=weight)
        for name, weight in weights.items()
        for n in range(64)
    ]
    batches = make_batches(examples, seed=5)
    counts: Counter[str] = Counter()
    for block in range(14):  # 224 questions: less than one pass of about 240
        for batch in batches.make_block(block)[1]:
            counts.update(read_questions(batch))
    assert max(n for question, n in counts.items() if question.startswith("cost")) == 1
    assert max(n for question, n in counts.items() if question.startswith("price")) == 1
    assert {n for question, n in counts.items() if question.startswith("money")} <= {1, 2, 3}
    shares = Counter({w: sum(n for q, n in counts.items() if q.startswith(w)) for w in weights})
    assert shares["paid"] == 0
    assert 52 <= shares["cost"] <= 64
    assert 18 <= shares["price"] <= 45
    assert 115 <= shares["money"] <= 150


@pytest.mark.usefixtures("undisturbed")
def test_a_row_is_laid_out_and_labelled_as_its_example_says() -> None:
    text = "Meta sold lenses. Xiaomi and Quark paid."
    sentences = prepare_paragraph("", text).sentences
    items = ((18, 24), (29, 34))
    gold = MarkedPassage("Glasses", text, sentences, spans=(items[0],), items=items, evidence=(1,))
    example = Example(
        "Who paid?",
        (gold, prepare_paragraph("", "Nobody.")),
        kind="yesno",
        verdict="yes",
        spanned=False,
    )
    batch = make_batches([example]).make_block(0)[1][0]
    pieces = [[str(TOKENIZER.id_to_token(int(n))) for n in row] for row in batch.ids[:2]]
    assert pieces[0] == (
        "[CLS] who paid ? [SEP] glasses meta sold lenses . xiaomi and quark paid . [SEP]".split()
    )
    assert pieces[1][:8] == "[CLS] who paid ? [SEP] nobody . [SEP]".split()

    def words(row: int, flags: object) -> list[str]:
        return [piece for piece, flag in zip(pieces[row], np.asarray(flags), strict=True) if flag]

    assert words(0, batch.segments[0]) == words(0, batch.mask[0])[5:]
    assert words(0, batch.passage[0]) == words(0, batch.mask[0])[6:-1]
    assert words(0, batch.start[0]) == words(0, batch.end[0]) == ["xiaomi"]
    assert words(0, batch.begin[0]) == words(0, batch.inside[0]) == ["xiaomi", "quark"]
    assert words(0, batch.sentence[0] == 0) == ["meta", "sold", "lenses", "."]
    assert words(0, batch.sentence[0] == 1) == ["xiaomi", "and", "quark", "paid", "."]
    assert words(1, batch.sentence[1] == 2) == ["nobody", "."]
    assert batch.evidence[:3].tolist() == [False, True, False]
    assert batch.sentence[0].tolist()[:6] == [-1] * 6
    for flags in (batch.start, batch.end, batch.begin, batch.inside):
        assert not flags[1].any()
    assert batch.group[:3].tolist() == [0, 0, 1]
    assert batch.kind[:2].tolist() == [6, 6]
    assert batch.verdict[:2].tolist() == [1, UNKNOWN]  # only evidence decides
    assert batch.spanned.tolist() == [False] * len(batch.spanned)
    padded = words(1, batch.mask[1] == 0)
    assert padded
    assert set(padded) == {"[PAD]"}


@pytest.mark.usefixtures("undisturbed")
def test_an_item_of_several_pieces_begins_once() -> None:
    text = "It was Song Gang."
    gold = MarkedPassage("", text, ((0, len(text)),), ((7, 16),), ((7, 16),), (0,))
    batch = make_batches([Example("Who?", (gold,))]).make_block(0)[1][0]
    where = np.flatnonzero(batch.inside[0].numpy())
    assert TOKENIZER.decode(batch.ids[0][where].tolist()) == "song gang"
    assert np.flatnonzero(batch.begin[0].numpy()).tolist() == [where[0]]
    assert np.flatnonzero(batch.start[0].numpy()).tolist() == [where[0]]
    assert np.flatnonzero(batch.end[0].numpy()).tolist() == [where[-1]]


@pytest.mark.usefixtures("undisturbed")
@pytest.mark.parametrize(("gold", "others", "shown"), [(2, 6, 5), (0, 6, 4), (4, 0, 4), (1, 2, 3)])
def test_all_evidence_is_shown_and_some_of_the_rest(gold: int, others: int, shown: int) -> None:
    text = "Meta paid."
    answers = MarkedPassage("", text, ((0, 10),), ((0, 4),), ((0, 4),), (0,))
    rest = [prepare_paragraph("", f"It was {n}.") for n in range(others)]
    example = Example("Who?", (*[answers] * gold, *rest))
    seen: set[str] = set()
    for block in range(4):
        for batch in make_batches([example]).make_block(block)[1]:
            for number in range(len(batch.spanned)):
                rows = batch.group == number
                assert rows.sum() == shown
                assert batch.start[rows].any(dim=1).sum() == gold
                seen.update(TOKENIZER.decode(ids.tolist()) for ids in batch.ids[rows])
    assert len(seen) == others + bool(gold)


def test_titles_and_words_are_sometimes_dropped(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    example = Example("money " * 20, (prepare_paragraph("Glasses", "It was."),))
    mask, title = TOKENIZER.token_to_id("[MASK]"), TOKENIZER.token_to_id("glasses")

    def count() -> tuple[float, float]:
        rows = [
            ids
            for block in range(20)
            for batch in make_batches([example]).make_block(block)[1]
            for ids in batch.ids
        ]
        masked = sum(int((ids == mask).sum()) for ids in rows) / len(rows) / 20
        return float(masked), sum(title in ids for ids in rows) / len(rows)

    masked, titled = count()
    assert 0.03 < masked < 0.07
    assert 0.63 < titled < 0.77
    monkeypatch.setattr(module, "WORD_DROP", 1.0)
    monkeypatch.setattr(module, "PREFIX_DROP", 1.0)
    assert count() == (1.0, 0.0)


def test_a_batch_has_few_enough_pieces_and_whole_questions(tmp_path: Path) -> None:
    batches = make_batches(make_examples(30, tmp_path / "long", long=20), pieces=700)
    sizes = []
    for block in range(4):
        for batch in batches.make_block(block)[1]:
            sizes.append(batch.ids.numel())
            assert batch.group.tolist() == sorted(batch.group.tolist())
            assert set(batch.group.tolist()) == set(range(len(batch.spanned)))
            width = int(batch.mask.sum(dim=1).max())
            assert batch.ids.shape[1] == width
    assert max(sizes) <= 700
    assert np.mean(sizes) > 350
