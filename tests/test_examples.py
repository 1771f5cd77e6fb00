import hashlib
from collections import Counter
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from random import Random

import pytest
from tokenizers import Tokenizer

from assistant.evaluate.squad import SquadParagraph
from assistant.read.span import MOST_PIECES, QUESTION_PIECES
from assistant.train import examples as examples_module
from assistant.train.examples import BATCH_PIECES, Batch, Examples, is_held_out
from tests.conftest import MakeExamples, make_paragraph, make_paragraphs


def list_blocks(examples: Examples, count: int, first: int = 0) -> list[list[bytes]]:
    """The bytes of the batches of some blocks."""
    found = []
    for asked, batches in islice(examples.blocks(first), count):
        assert asked == 16
        assert sum(int(batch.group.max()) + 1 for batch in batches) == asked
        found.append(
            [getattr(batch, name).tobytes() for batch in batches for name in Batch.__slots__]
        )
    return found


def test_the_same_seed_makes_the_same_batches_and_another_others(
    make_examples: MakeExamples,
) -> None:
    files = ((make_paragraphs(20), 1.0), (make_paragraphs(9, title="O"), 1.5))
    blocks = list_blocks(make_examples(*files), 8)  # more than one round of all questions
    assert len({b"".join(block) for block in blocks}) == 8
    assert list_blocks(make_examples(*files), 8) == blocks
    others = list_blocks(make_examples(*files, seed=1), 8)
    assert not {b"".join(block) for block in blocks} & {b"".join(block) for block in others}


@pytest.mark.parametrize("first", [1, 3, 4, 7])
def test_going_on_at_a_block_gives_what_was_to_come(
    make_examples: MakeExamples, first: int
) -> None:
    examples = make_examples((make_paragraphs(20), 1.0))
    assert list_blocks(examples, 3, first) == list_blocks(examples, first + 3)[first:]


def list_rows(examples: Examples, blocks: int) -> Iterator[tuple[int, Batch, int]]:
    """The rows of some blocks: a number for each question, the batch, the row."""
    number = 0
    for _, batches in islice(examples.blocks(), blocks):
        for batch in batches:
            for row in range(len(batch.ids)):
                yield number + int(batch.group[row]), batch, row
            number += int(batch.group.max()) + 1


def read_row(tokenizer: Tokenizer, batch: Batch, row: int) -> tuple[str, str, str]:
    """The question, passage and answer of a row; "" where it has no answer."""
    ids, places = batch.ids[row].tolist(), batch.passage[row].nonzero()[0]
    start, end = int(batch.start[row]), int(batch.end[row])
    answer = tokenizer.decode(ids[start : end + 1]) if start else ""
    question = tokenizer.decode(ids[1 : places[0] - 1])
    return question, tokenizer.decode(ids[places[0] : places[-1] + 1]), answer


def test_the_pieces_of_an_answer_are_the_answer(
    make_examples: MakeExamples, tokenizer: Tokenizer
) -> None:
    paragraphs = make_paragraphs(20)

    def clean(text: str) -> str:
        return tokenizer.decode(tokenizer.encode(text, add_special_tokens=False).ids)

    answers = {
        clean(question.question): (clean(paragraph.text), [clean(a) for a in question.texts])
        for paragraph in paragraphs
        for question in paragraph.questions
    }
    kinds: Counter[str] = Counter()
    rows: dict[int, list[str]] = {}
    for number, batch, row in list_rows(make_examples((paragraphs, 1.0)), 12):
        question, text, answer = read_row(tokenizer, batch, row)
        rows.setdefault(number, []).append(answer)
        own, golds = answers.get(question, ("", []))
        if answer:
            assert (text, [answer]) == (own, golds)
            kinds["answered"] += 1
        elif text == own:
            assert golds == []
            kinds["impossible"] += 1
        else:
            assert not any(gold in text for gold in golds)
            kinds["removed or beside"] += 1
    assert set(kinds) == {"answered", "impossible", "removed or beside"}
    assert min(kinds.values()) > 5
    # The second passage of a question is never one that answers it.
    assert {tuple(map(bool, one)) for one in rows.values()} == {(True,), (False,), (True, False)}


def test_a_batch_has_few_enough_pieces_and_marks_what_is_what(
    make_examples: MakeExamples, tokenizer: Tokenizer
) -> None:
    examples = make_examples((make_paragraphs(30, long=20), 1.0))
    end = tokenizer.token_to_id("[SEP]")
    padded = 0
    sizes = []
    for _, batches in islice(examples.blocks(), 4):
        for batch in batches:
            rows, width = batch.ids.shape
            sizes.append(rows * width)
            assert rows * width <= BATCH_PIECES
            assert width <= MOST_PIECES
            assert batch.group.tolist() == sorted(batch.group.tolist())
            assert set(batch.group.tolist()) == set(range(int(batch.group.max()) + 1))
            for row in range(rows):
                length = int(batch.mask[row].sum())
                padded += width - length
                ids = batch.ids[row].tolist()
                assert batch.mask[row].tolist() == [1] * length + [0] * (width - length)
                assert ids[length:] == [0] * (width - length)
                assert ids[0] == tokenizer.token_to_id("[CLS]")
                first, last = (n for n, piece in enumerate(ids) if piece == end)
                assert last == length - 1
                inside = [first < place < last for place in range(width)]
                assert batch.passage[row].tolist() == inside
                assert batch.segments[row].tolist() == [
                    int(first < place <= last) for place in range(width)
                ]
                gold = (int(batch.start[row]), int(batch.end[row]))
                assert gold == (0, 0) or first < gold[0] <= gold[1] < last
    assert padded > 0
    assert max(sizes) > BATCH_PIECES / 2


def encode(tokenizer: Tokenizer, folder: Path, text: str, answer: str) -> tuple[str, str, str]:
    """The one row that a question with an answer becomes, where nothing is changed."""
    paragraph = make_paragraph(text, ("who is it?", answer))
    examples = Examples([([paragraph], 1.0)], tokenizer, folder, seed=0)
    ((_, batch, row),) = islice(list_rows(examples, 1), 1)
    return read_row(tokenizer, batch, row)


@pytest.mark.parametrize("before", [0, 100, 250, 368, 370, 372, 375, 400, 900])
def test_the_window_of_a_long_passage_holds_its_answer(
    tokenizer: Tokenizer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, before: int
) -> None:
    monkeypatch.setattr(examples_module, "NEGATIVE_SHARE", 0)
    monkeypatch.setattr(examples_module, "BLOCK", 1)
    text = "money " * before + "Song Gang, Quark, Xiaomi and Meta of 2025 " + "yuan " * 500
    question, passage, answer = encode(
        tokenizer, tmp_path, text, "Song Gang, Quark, Xiaomi and Meta of 2025"
    )
    assert question == "who is it?"
    assert answer == "song gang, quark, xiaomi and meta of 2025"
    assert answer in passage


def test_an_answer_longer_than_a_window_is_none(
    tokenizer: Tokenizer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(examples_module, "NEGATIVE_SHARE", 0)
    monkeypatch.setattr(examples_module, "BLOCK", 1)
    text = "money " + "yuan " * 400 + "glasses"
    _, passage, answer = encode(tokenizer, tmp_path, text, "yuan " * 399 + "yuan")
    assert (passage[:10], answer) == ("money yuan", "")


@pytest.mark.parametrize("question", ["x y " * 100, "x y " * 500, "x" * 2000])
def test_a_long_question_is_cut_to_its_first_pieces(
    tokenizer: Tokenizer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, question: str
) -> None:
    monkeypatch.setattr(examples_module, "NEGATIVE_SHARE", 0)
    monkeypatch.setattr(examples_module, "BLOCK", 1)
    paragraph = make_paragraph("It cost 9 yuan.", (question, "9 yuan"))
    examples = Examples([([paragraph], 1.0)], tokenizer, tmp_path, seed=0)
    ((_, batch, row),) = islice(list_rows(examples, 1), 1)
    asked = batch.passage[row].nonzero()[0][0] - 2
    assert 1 <= asked <= QUESTION_PIECES
    assert read_row(tokenizer, batch, row)[1:] == ("it cost 9 yuan.", "9 yuan")


def test_a_file_is_asked_as_often_as_its_weight_says(
    make_examples: MakeExamples, tokenizer: Tokenizer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(examples_module, "NEGATIVE_SHARE", 0)
    monkeypatch.setattr(examples_module, "PAIRED_SHARE", 0)
    files = [
        ([make_paragraph("x 9", *((f"{name}{n}?", "9") for n in range(40)), id_=name)], weight)
        for name, weight in (("once", 1.0), ("half", 0.5), ("more", 2.25), ("none", 0.0))
    ]
    random = Random("5 epoch 0")
    expected = [
        question.question
        for (paragraph,), weight in files
        for question in paragraph.questions
        for _ in range(int(weight + random.random()))
    ]
    monkeypatch.setattr(examples_module, "BLOCK", len(expected))
    counts: Counter[str] = Counter()
    for _, batch, row in list_rows(make_examples(*files, seed=5), 1):
        counts[read_row(tokenizer, batch, row)[0].replace(" ", "")] += 1
    assert counts == Counter(expected)
    shares = Counter(question[:4] for question in expected)
    assert (shares["once"], shares["none"]) == (40, 0)
    assert 12 <= shares["half"] <= 28
    assert 82 <= shares["more"] <= 98


def test_1_article_in_20_is_held_out_whole() -> None:
    paragraphs = [SquadParagraph(f"Title {n}", "x", ()) for n in range(4000)]
    held = [paragraph for paragraph in paragraphs if is_held_out(paragraph)]
    assert held == [
        paragraph
        for paragraph in paragraphs
        if int(hashlib.sha256(paragraph.title.encode()).hexdigest()[:2], 16) < 13
    ]
    assert 0.04 < len(held) / len(paragraphs) < 0.06
    title = held[0].title
    assert is_held_out(SquadParagraph(title, "y", ()))
