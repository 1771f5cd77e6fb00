"""A reader of spans: of a tiny model beside an oracle, and one that finds one word."""

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from assistant.errors import ReaderError
from assistant.read.export import export_reader
from assistant.read.span import (
    LONGEST_SPAN,
    MODEL,
    QUESTION_PIECES,
    SETTINGS,
    SPANS,
    STRIDE,
    TOKENIZER,
    SpanReader,
    widen,
)
from assistant.records import Passage, Reading, trim
from tests.conftest import AWKWARD_TEXT, make_tiny_tokenizer, write_tiny_model
from tests.passages import LONG, QUESTION, STORY, make_passage

Scores = NDArray[np.float32]
Score = Callable[[list[int], list[int]], tuple[Scores, Scores]]


# A reader of a tiny model, beside an oracle


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("tiny")
    write_tiny_model(folder)
    return folder


@pytest.fixture(scope="module", params=[False, True], ids=["exact", "quantised"])
def folder(
    request: pytest.FixtureRequest, source: Path, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """The reader of the tiny model, exported: its folder."""
    folder = tmp_path_factory.mktemp("reader")
    export_reader(source, folder, name="tiny", quantise=request.param)
    return folder


@pytest.fixture(scope="module")
def reader(folder: Path) -> SpanReader:
    return SpanReader(folder)


@pytest.fixture(scope="module")
def score(source: Path, folder: Path) -> Score:
    """The scores of a window: by torch from the model, by onnxruntime for its int8 twin."""
    import onnxruntime
    import torch
    from transformers import BertForQuestionAnswering

    model = BertForQuestionAnswering.from_pretrained(source).train(False)
    session = onnxruntime.InferenceSession(folder / MODEL, providers=["CPUExecutionProvider"])
    quantised = (folder / MODEL).stat().st_size < 200_000

    def find(ids: list[int], types: list[int]) -> tuple[Scores, Scores]:
        if quantised:
            rows = np.array([ids]), np.ones((1, len(ids)), dtype=np.int64), np.array([types])
            names = "input_ids attention_mask token_type_ids".split()
            starts, ends = session.run(None, dict(zip(names, rows, strict=True)))
            return starts[0], ends[0]
        with torch.inference_mode():
            given = {"input_ids": torch.tensor([ids]), "token_type_ids": torch.tensor([types])}
            scores = model(**given)
        return scores.start_logits[0].numpy(), scores.end_logits[0].numpy()

    return find


def list_windows(question: str, text: str, size: int = 256) -> list[tuple[list[int], int, int]]:
    """The pieces of each window, with the first and last place of the passage in them."""
    tokenizer = make_tiny_tokenizer()
    asked = tokenizer.encode(question, add_special_tokens=False).ids[:QUESTION_PIECES]
    pieces = tokenizer.encode(text, add_special_tokens=False).ids
    start, end = tokenizer.encode("").ids
    opening = [start, *asked, end]
    room = size - len(opening) - 1
    windows, place = [], 0
    while True:
        windows.append(([*opening, *pieces[place : place + room], end], place, len(opening)))
        if place + room >= len(pieces):
            return windows
        place += room - STRIDE


def read_slowly(question: str, passage: Passage, score: Score) -> list[tuple[int, int, float]]:
    """What a reader is to find, by plain loops."""
    offsets = make_tiny_tokenizer().encode(passage.text, add_special_tokens=False).offsets
    found = set()
    for ids, first, opening in list_windows(question, passage.text):
        starts, ends = score(ids, [0] * opening + [1] * (len(ids) - opening))
        spans = []
        for left in range(opening, len(ids) - 1):
            for right in range(left, min(left + LONGEST_SPAN, len(ids) - 1)):
                value = (starts[left] - starts[0]) + (ends[right] - ends[0])
                spans.append((-float(value), left - opening + first, right - opening + first))
        for value, left, right in sorted(spans)[: 4 * SPANS]:
            stretch = widen(passage.text, offsets[left][0], offsets[right][1])
            begin, end = trim(passage.text, *stretch)
            found.add((round(value, 4), passage.start + begin, passage.start + end))
    kept: list[tuple[int, int, float]] = []
    for value, begin, end in sorted(found):
        if len(kept) < SPANS and not any(begin < b and a < end for a, b, _ in kept):
            kept.append((begin, end, -value))
    return kept


PASSAGES = {
    "story": (STORY, 0, None),
    "awkward": (AWKWARD_TEXT, 0, None),
    "inside": (AWKWARD_TEXT + STORY + AWKWARD_TEXT, 17, len(AWKWARD_TEXT) + 90),
    "long": (LONG, 0, None),
    "long inside": (LONG, 100, len(LONG) - 55),
    "one": ("Quark", 0, None),
}


@pytest.mark.parametrize("which", PASSAGES)
@pytest.mark.parametrize("question", [QUESTION, AWKWARD_TEXT[15:60], "price " * 80 + "?"])
def test_a_reader_finds_what_plain_loops_over_the_windows_find(
    reader: SpanReader, score: Score, question: str, which: str
) -> None:
    text, start, end = PASSAGES[which]
    passage = make_passage(text, start, end)
    (reading,) = reader.read(question, [passage])
    expected = read_slowly(question, passage, score)
    assert [(span.start, span.end) for span in reading.spans] == [(a, b) for a, b, _ in expected]
    assert [span.score for span in reading.spans] == pytest.approx(
        [value for _, _, value in expected], abs=2e-4
    )
    assert (reading.passage, reading.no_answer) == (passage, 0.0)
    assert reading.relevance == reading.spans[0].score


def test_a_long_passage_has_windows_that_reach_its_end() -> None:
    windows = list_windows(QUESTION, LONG)
    pieces = make_tiny_tokenizer().encode(LONG, add_special_tokens=False).ids
    assert len(windows) > 3
    ids, first, opening = windows[-1]
    assert pieces[first:] == ids[opening:-1]


# A reader that finds one word


@pytest.fixture(scope="module")
def finder(tmp_path_factory: pytest.TempPathFactory) -> SpanReader:
    """A reader whose score of a span is high where it is the one piece "needle", else under 0."""
    import torch

    source, folder = (tmp_path_factory.mktemp(name) for name in ("source", "finder"))
    model = write_tiny_model(source)
    tokenizer = make_tiny_tokenizer()
    with torch.no_grad():
        # Layers and places add nothing: a piece's scores are those of its word alone.
        for name, weights in model.named_parameters():
            if "output.dense" in name or "position_embeddings" in name or "token_type" in name:
                weights.zero_()
        words = model.bert.embeddings.word_embeddings.weight
        words[:] = torch.randn(words.shape) * 0.01
        words[:, 1] = 1.0
        words[tokenizer.token_to_id("needle")] = 0.0
        words[tokenizer.token_to_id("needle"), 0] = 1.0
        words[tokenizer.token_to_id("[CLS]")] = 0.0
        words[tokenizer.token_to_id("[CLS]"), 2] = 1.0
        model.qa_outputs.weight.zero_()
        model.qa_outputs.weight[:, 0] = 1.0
        model.qa_outputs.weight[:, 1] = -1.0
        model.qa_outputs.bias.zero_()
    model.save_pretrained(source)
    export_reader(source, folder, name="finder")
    return SpanReader(folder)


@pytest.mark.parametrize("words", [0, 150, 180, 230, 400, 1000, 3000])
def test_an_answer_is_found_however_far_back_it_stands(finder: SpanReader, words: int) -> None:
    text = "glasses " * words + "needle " + "glasses " * (words // 9)
    (reading,) = finder.read("Where is it?", [make_passage(text.strip())])
    best, *others = reading.spans
    assert (best.text, best.start) == ("needle", 8 * words)
    assert best.score > 5
    assert all(span.score < best.score - 5 for span in others)


def test_a_word_of_the_question_or_outside_the_passage_is_no_answer(finder: SpanReader) -> None:
    text = "A needle. The glasses cost money. A needle."
    (outside,) = finder.read("What is the needle?", [make_passage(text, 10, 33)])
    assert outside.spans
    assert all(10 <= span.start < span.end <= 33 for span in outside.spans)
    assert outside.relevance < 0
    (inside,) = finder.read("What is the needle?", [make_passage(text, 10)])
    assert (inside.spans[0].start, inside.spans[0].end) == (36, 42)


@pytest.mark.parametrize("text", ["\u200b\u200b", "\u0301", " \n "])
def test_a_passage_without_pieces_has_no_span(reader: SpanReader, text: str) -> None:
    passage = make_passage(text)
    assert reader.read(QUESTION, [passage]) == [Reading(passage, 0.0, 0.0, ())]


def test_a_passage_reads_the_same_among_others_and_in_any_order(reader: SpanReader) -> None:
    passages = [make_passage(*PASSAGES[which]) for which in PASSAGES]
    together = reader.read(QUESTION, passages)
    assert [reading.passage for reading in together] == passages
    assert reader.read(QUESTION, passages[::-1]) == together[::-1]
    assert [reader.read(QUESTION, [passage])[0] for passage in passages] == together
    assert reader.read(QUESTION, []) == []


def test_threads_change_nothing(folder: Path, reader: SpanReader) -> None:
    passages = [make_passage(*PASSAGES[which]) for which in PASSAGES]
    expected = reader.read(QUESTION, passages)
    for threads in (1, 2):
        assert SpanReader(folder, threads=threads).read(QUESTION, passages) == expected


@pytest.mark.parametrize(
    "question", ["price " * 333 + "?!", "x y " * 500, "x" * 2000, "眼" * 2000, "?!" * 1000]
)
def test_a_question_of_2000_characters_is_read_by_its_first_pieces(
    reader: SpanReader, question: str
) -> None:
    assert len(question) == 2000
    passages = [make_passage(STORY), make_passage(LONG)]
    # Of what is beyond the first pieces, nothing changes the answer.
    offsets = make_tiny_tokenizer().encode(question, add_special_tokens=False).offsets
    kept = question[: offsets[:QUESTION_PIECES][-1][1]]
    assert reader.read(question, passages) == reader.read(kept, passages)


def test_a_reader_says_what_it_is(reader: SpanReader, folder: Path) -> None:
    from assistant.embed.model import hash_file

    stored = json.loads((folder / SETTINGS).read_text(encoding="utf-8"))
    assert stored == {
        "name": "tiny",
        "sha256": hash_file(folder / MODEL),
        "max_pieces": 256,
        "threshold": 0.0,
        "weighing": None,
    }
    assert (reader.name, reader.threshold, reader.weighing) == ("tiny", 0.0, None)
    assert sorted(path.name for path in folder.iterdir()) == [SETTINGS, MODEL, TOKENIZER]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        (None, None),
        (SETTINGS, None),
        (SETTINGS, b"{"),
        (SETTINGS, b"{}"),
        (SETTINGS, b"[]"),
        (SETTINGS, b'{"weighing": null, "name": "x"}'),
        (SETTINGS, b"\xff\xfe"),
        (TOKENIZER, None),
        (TOKENIZER, b"{}"),
        (MODEL, None),
        (MODEL, b"not onnx"),
        (MODEL, b""),
    ],
)
def test_a_broken_reader_is_refused_by_its_folder(
    folder: Path, tmp_path: Path, name: str | None, content: bytes | None
) -> None:
    if name is not None:
        for path in folder.iterdir():
            if path.name != name:
                (tmp_path / path.name).write_bytes(path.read_bytes())
        if content is not None:
            (tmp_path / name).write_bytes(content)
    with pytest.raises(ReaderError) as caught:
        SpanReader(tmp_path)
    assert str(caught.value).startswith(f"the reader in {tmp_path} can't be opened (")
    assert "run `assistant index --rebuild`" in caught.value.hint
