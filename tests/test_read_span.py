"""The readers of a tiny model, full and of another maker, compared with plain loops."""

import json
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from assistant.errors import ReaderError
from assistant.read.decode import balance_brackets, expand_to_words, find_items, sigmoid
from assistant.read.export import export_reader
from assistant.read.span import (
    MODEL,
    PREFIX_PIECES,
    QUESTION_PIECES,
    SETTINGS,
    STRIDE,
    TOKENIZER,
    SpanReader,
)
from assistant.records import QUESTION_KINDS, Document, Passage, Reading, trim
from assistant.text import find_sentences
from tests.conftest import AWKWARD_TEXT, make_tiny_tokenizer, write_tiny_model
from tests.passages import LONG, QUESTION, STORY, make_passage
from tests.tiny import write_tiny_reader

Scores = NDArray[np.float32]
Place = tuple[int, int, float]  # start and end in the document, score
LONGER = f"{LONG} {LONG}"


def cut(text: str, start: int = 0, end: int | None = None) -> Passage:
    """A passage with its sentences."""
    stop = len(text) if end is None else end
    sentences = tuple(find_sentences(text, start, stop))
    return Passage(Document("a.txt", "Glasses", text), 0, start, stop, "Price", sentences)


PASSAGES = {
    "story": cut(STORY),
    "awkward": cut(AWKWARD_TEXT),
    "inside": cut(AWKWARD_TEXT + STORY + AWKWARD_TEXT, 17, len(AWKWARD_TEXT) + 90),
    "long": cut(LONGER),
    "long inside": cut(LONGER, 100, len(LONGER) - 55),
    "one": cut("Quark"),
}


# Readers of tiny models, compared with plain loops


@pytest.fixture(scope="module", params=["full", "full quantised", "other", "other quantised"])
def folder(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tiny model, exported: of ours, or of another maker with starts and ends alone."""
    source, folder = (tmp_path_factory.mktemp(name) for name in ("source", "reader"))
    (write_tiny_reader if "full" in request.param else write_tiny_model)(source)
    export_reader(source, folder, name="tiny", quantise="quantised" in request.param)
    return folder


@pytest.fixture(scope="module")
def reader(folder: Path) -> SpanReader:
    return SpanReader(folder)


@pytest.fixture(scope="module")
def full(tmp_path_factory: pytest.TempPathFactory) -> SpanReader:
    source = tmp_path_factory.mktemp("full")
    write_tiny_reader(source)
    export_reader(source, source, name="tiny")
    return SpanReader(source)


@dataclass
class Found:
    """What plain loops find in a passage."""

    spans: list[Place] = field(default_factory=list)
    items: list[Place] = field(default_factory=list)
    evidence: list[float] = field(default_factory=list)
    kind: list[float] = field(default_factory=list)
    verdict: float = 0.0


@dataclass
class Oracle:
    """Scores windows with onnxruntime and decodes them with plain loops."""

    folder: Path

    def __post_init__(self) -> None:
        import onnxruntime

        path = self.folder / MODEL
        self.session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
        self.full = self.session.get_outputs()[0].name == "tokens"
        self.most = json.loads((self.folder / SETTINGS).read_text())["max_pieces"]

    def list_windows(self, question: str, text: str) -> Iterator[tuple[list[int], int, int, int]]:
        """The pieces of each window, where the second segment and the passage begin in them, and
        the number of the passage's first piece.
        """
        asked = encode(question)[0][:QUESTION_PIECES]
        before = encode("Glasses / Price")[0][:PREFIX_PIECES] if self.full else []
        pieces, start, end = encode(text)[0], *make_tiny_tokenizer().encode("").ids
        room = min(400, self.most - len(asked) - len(before) - 3)
        opening = [start, *asked, end]
        place = 0
        while True:
            window = [*opening, *before, *pieces[place : place + room], end]
            yield window, len(opening), len(opening) + len(before), place
            if place + room >= len(pieces):
                return
            place += room - STRIDE

    def score(self, window: list[int], segment: int) -> list[Scores]:
        types = [0] * segment + [1] * (len(window) - segment)
        rows = np.array([window]), np.ones((1, len(window)), dtype=np.int64), np.array([types])
        names = "input_ids attention_mask token_type_ids".split()
        return [found[0] for found in self.session.run(None, dict(zip(names, rows, strict=True)))]

    def read(self, question: str, passage: Passage) -> Found:
        offsets = encode(passage.text)[1]
        begins = [start - passage.start for start, _ in passage.sentences]
        of_piece = [max([n for n, a in enumerate(begins) if a <= p] or [0]) for p, _ in offsets]
        spans, items = set(), set()
        logits: dict[int, list[float]] = {n: [] for n in range(len(begins))}
        firsts = []
        for ids, segment, opening, place in self.list_windows(question, passage.text):
            outputs = self.score(ids, segment)
            scores = outputs[0] if self.full else np.stack(outputs, axis=1)
            own = scores[opening:-1]
            numbers = of_piece[place : place + len(own)]
            best = []
            for left in range(len(own)):
                for right in range(left, min(left + 40, len(own))):
                    if numbers[left] == numbers[right]:
                        value = (own[left, 0] - scores[0, 0]) + (own[right, 1] - scores[0, 1])
                        best.append((-float(value), left + place, right + place))
            for value, left, right in sorted(best)[:20]:
                spans |= self.make(passage, offsets[left][0], offsets[right][1], -value)
            if not self.full:
                continue
            firsts.append(outputs[1])
            begin, inside = sigmoid(own[:, 2]), sigmoid(own[:, 3])
            for left, right, value in find_items(begin, inside):
                start, end = offsets[left + place][0], offsets[right + place][1]
                items |= self.make(passage, start, end, value)
            for number in set(numbers):
                of_sentence = [own[n, 4] for n, one in enumerate(numbers) if one == number]
                logits[number].append(float(np.mean(of_sentence)))
        found = Found(pick_slowly(spans)[:5], sorted(pick_slowly(items)))
        if self.full:
            mean = np.mean(firsts, axis=0)
            found.kind, found.verdict = mean[:-2].tolist(), float(mean[-1] - mean[-2])
            found.evidence = [1 / (1 + np.exp(-max(logits[n] or [-20.0]))) for n in logits]
        return found

    @staticmethod
    def make(passage: Passage, start: int, end: int, value: float) -> set[tuple[float, int, int]]:
        words = expand_to_words(passage.text, start, end)
        a, b = trim(passage.text, *balance_brackets(passage.text, *words))
        shift = passage.start
        word = any(character.isalnum() for character in passage.text[a:b])
        return {(-round(float(value), 4), shift + a, shift + b)} if word else set()


def encode(text: str) -> tuple[list[int], list[tuple[int, int]]]:
    encoded = make_tiny_tokenizer().encode(text, add_special_tokens=False)
    return encoded.ids, encoded.offsets


def pick_slowly(spans: set[tuple[float, int, int]]) -> list[Place]:
    """The best that share no text, best first."""
    kept: list[Place] = []
    for value, start, end in sorted(spans):
        if not any(start < b and a < end for a, b, _ in kept):
            kept.append((start, end, -value))
    return kept


def list_places(spans: Sequence[Any]) -> list[Any]:
    return [(span.start, span.end, pytest.approx(span.score, abs=2e-4)) for span in spans]


@pytest.fixture(scope="module")
def oracle(folder: Path) -> Oracle:
    return Oracle(folder)


@pytest.mark.parametrize("which", PASSAGES)
@pytest.mark.parametrize("question", [QUESTION, AWKWARD_TEXT[15:60], "price " * 80 + "?"])
def test_a_reader_finds_what_plain_loops_over_the_windows_find(
    reader: SpanReader, oracle: Oracle, question: str, which: str
) -> None:
    passage = PASSAGES[which]
    (reading,) = reader.read(question, [passage])
    expected = oracle.read(question, passage)
    assert reading.passage == passage
    assert list_places(reading.spans) == expected.spans
    if not oracle.full:
        assert (reading.items, reading.evidence, reading.kind) == (None, None, None)
        assert reading.verdict is None
        return
    assert list_places(reading.items or ()) == expected.items
    assert reading.evidence == pytest.approx(expected.evidence, abs=2e-4)
    assert list((reading.kind or {}).values()) == pytest.approx(expected.kind, abs=2e-4)
    assert tuple(reading.kind or {}) == QUESTION_KINDS
    assert reading.verdict == pytest.approx(expected.verdict, abs=2e-4)


def test_a_long_passage_has_windows_that_reach_its_end(oracle: Oracle) -> None:
    windows = list(oracle.list_windows(QUESTION, LONGER))
    pieces = encode(LONGER)[0]
    assert len(windows) > 2
    for (ids, _, opening, first), (_, _, _, after) in pairwise(windows):
        assert after - first == len(ids) - opening - 1 - STRIDE
    ids, _, opening, first = windows[-1]
    assert pieces[first:] == ids[opening:-1]


# What the model is given


class Recording:
    """A session that remembers what it is given."""

    def __init__(self, session: Any) -> None:
        self.session = session
        self.given: list[dict[str, NDArray[np.int64]]] = []

    def run(self, names: list[str], given: dict[str, NDArray[np.int64]]) -> Any:
        self.given.append(given)
        return self.session.run(names, given)


def record(reader: SpanReader, question: str, passage: Passage) -> list[tuple[list[str], int]]:
    """The pieces of each window that a reader gives its model, and where its second segment is."""
    recording = Recording(reader._session)
    fresh = SpanReader.__new__(SpanReader)
    fresh.__dict__.update(reader.__dict__, _session=recording)
    fresh.read(question, [passage])
    tokenizer = make_tiny_tokenizer()
    windows = []
    for given in recording.given:
        assert given["attention_mask"].min() == 1
        types: list[int] = given["token_type_ids"][0].tolist()
        assert types == sorted(types)
        windows.append(
            ([tokenizer.id_to_token(n) or "" for n in given["input_ids"][0]], types.index(1))
        )
    return windows


def test_a_full_reader_is_given_the_question_and_the_passage_under_its_title_and_heading(
    full: SpanReader,
) -> None:
    document = Document("a.txt", "Quark", "Song made lenses. Meta sold 19.")
    passage = Passage(document, 0, 18, 31, "Price", ((18, 31),))
    assert record(full, "What is it?", passage) == [
        ("[CLS] what is it ? [SEP] quark / price meta sold 19 . [SEP]".split(), 6)
    ]
    untitled = Passage(Document("a.txt", "", document.text), 0, 18, 31, "", ((18, 31),))
    assert record(full, "What is it?", untitled) == [
        ("[CLS] what is it ? [SEP] meta sold 19 . [SEP]".split(), 6)
    ]


def test_a_long_question_and_a_long_heading_are_cut(full: SpanReader) -> None:
    document = Document("a.txt", "quark " * 20, "Meta sold it.")
    passage = Passage(document, 0, 0, 13, "price " * 20, ((0, 13),))
    expected = ["[CLS]", *["who"] * 60, "[SEP]", *["quark"] * 20, "/", *["price"] * 7]
    assert record(full, "who " * 80, passage) == [
        ([*expected, *"meta sold it . [SEP]".split()], 62)
    ]


def test_windows_of_400_pieces_share_128_and_reach_the_end(full: SpanReader) -> None:
    document = Document("a.txt", "Quark", " ".join(["lenses"] * 944 + ["glasses"]))
    passage = Passage(document, 0, 0, len(document.text), "", ((0, len(document.text)),))
    windows = record(full, "who?", passage)
    sizes = [len(pieces) - 6 for pieces, _ in windows]  # [CLS] who ? [SEP] quark ... [SEP]
    assert sizes == [400, 400, 400, 945 - 3 * (400 - 128)]
    assert ["glasses" in pieces for pieces, _ in windows] == [False, False, False, True]


@pytest.mark.parametrize("pieces", [1, 399, 400, 401])
def test_a_window_more_is_read_only_where_pieces_are_left(full: SpanReader, pieces: int) -> None:
    text = " ".join(["lenses"] * pieces)
    passage = Passage(Document("a.txt", "", text), 0, 0, len(text), "", ((0, len(text)),))
    assert len(record(full, "who?", passage)) == (2 if pieces > 400 else 1)


def test_other_models_get_no_heading(finder: SpanReader) -> None:
    document = Document("a.txt", "Quark", "Meta sold it.")
    passage = Passage(document, 0, 0, 13, "Price", ((0, 13),))
    assert record(finder, "who?", passage) == [
        ("[CLS] who ? [SEP] meta sold it . [SEP]".split(), 4)
    ]


def test_probabilities_of_far_logits_do_not_overflow() -> None:
    with np.errstate(all="raise"):
        found = sigmoid(np.array([-1e4, 0.0, np.log(3), 1e4], dtype=np.float32))
    assert found.tolist() == pytest.approx([0.0, 0.5, 0.75, 1.0], abs=1e-6)
    assert found.dtype == np.float32


# A reader that finds one word


@pytest.fixture(scope="module")
def finder(tmp_path_factory: pytest.TempPathFactory) -> SpanReader:
    """A reader by which a span scores high where it is the one piece "needle", else under 0."""
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
def test_an_answer_is_found_at_the_end_of_a_long_passage(finder: SpanReader, words: int) -> None:
    text = "glasses " * words + "needle " + "glasses " * (words // 9)
    (reading,) = finder.read("Where is it?", [make_passage(text.strip())])
    best, *others = reading.spans
    assert (best.text, best.start) == ("needle", 8 * words)
    assert best.score > 5
    assert all(span.score < best.score - 5 for span in others)


def test_words_of_the_question_or_outside_the_passage_are_not_answers(finder: SpanReader) -> None:
    text = "A needle. The glasses cost money. A needle."
    (outside,) = finder.read("What is the needle?", [make_passage(text, 10, 33)])
    assert outside.spans
    assert all(10 <= span.start < span.end <= 33 for span in outside.spans)
    assert outside.spans[0].score < 0
    (inside,) = finder.read("What is the needle?", [make_passage(text, 10)])
    assert (inside.spans[0].start, inside.spans[0].end) == (36, 42)


@pytest.mark.parametrize("text", ["\u200b\u200b", "\u0301", " \n "])
def test_a_passage_without_pieces_has_no_reading(reader: SpanReader, text: str) -> None:
    passage = make_passage(text)
    assert reader.read(QUESTION, [passage]) == [Reading(passage, ())]


def test_a_span_has_a_word(reader: SpanReader) -> None:
    (reading,) = reader.read(QUESTION, [make_passage("?! . - (,)")])
    assert reading.spans == ()
    assert reading.items in ((), None)


def test_a_passage_reads_the_same_among_others_and_in_any_order(reader: SpanReader) -> None:
    passages = list(PASSAGES.values())
    together = reader.read(QUESTION, passages)
    assert [reading.passage for reading in together] == passages
    assert reader.read(QUESTION, passages[::-1]) == together[::-1]
    assert [reader.read(QUESTION, [passage])[0] for passage in passages] == together
    assert reader.read(QUESTION, []) == []


def test_threads_change_nothing(folder: Path, reader: SpanReader) -> None:
    passages = list(PASSAGES.values())
    expected = reader.read(QUESTION, passages)
    for threads in (1, 2):
        assert SpanReader(folder, threads=threads).read(QUESTION, passages) == expected


def test_the_longest_passages_are_read_first(folder: Path) -> None:
    reader = SpanReader(folder, threads=1)
    recording = Recording(reader._session)
    reader.__dict__["_session"] = recording
    passages = [make_passage("glasses " * words) for words in (3, 90, 20, 90, 1)]
    readings = reader.read(QUESTION, passages)
    assert [reading.passage for reading in readings] == passages
    sizes = [given["input_ids"].size for given in recording.given]
    assert len(set(sizes)) == 4
    assert sizes == sorted(sizes, reverse=True)


def test_questions_at_the_same_time_are_read_as_one_by_one(folder: Path) -> None:
    reader = SpanReader(folder, threads=2)
    passages = list(PASSAGES.values())
    questions = [f"{QUESTION} {'price ' * number}" for number in range(16)]
    alone = [reader.read(question, passages) for question in questions]
    with ThreadPoolExecutor(16) as clients:
        together = list(clients.map(lambda question: reader.read(question, passages), questions))
    assert together == alone


@pytest.mark.parametrize(
    "question", ["price " * 333 + "?!", "x y " * 500, "x" * 2000, "眼" * 2000, "?!" * 1000]
)
def test_a_question_of_2000_characters_is_read_by_its_first_pieces(
    reader: SpanReader, question: str
) -> None:
    assert len(question) == 2000
    passages = [PASSAGES["story"], PASSAGES["long"]]
    # Of what is beyond the first pieces, nothing changes the answer.
    offsets = make_tiny_tokenizer().encode(question, add_special_tokens=False).offsets
    kept = question[: offsets[:QUESTION_PIECES][-1][1]]
    assert reader.read(question, passages) == reader.read(kept, passages)


def test_a_reader_has_its_name_threshold_and_calibration(reader: SpanReader, folder: Path) -> None:
    from assistant.embed.model import hash_file

    stored = json.loads((folder / SETTINGS).read_text(encoding="utf-8"))
    assert stored == {
        "name": "tiny",
        "sha256": hash_file(folder / MODEL),
        "max_pieces": 510 if Oracle(folder).full else 256,
        "threshold": 0.0,
        "calibration": None,
    }
    assert (reader.name, reader.threshold, reader.calibration) == ("tiny", 0.0, None)
    assert sorted(path.name for path in folder.iterdir()) == [SETTINGS, MODEL, TOKENIZER]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        (None, None),
        (SETTINGS, None),
        (SETTINGS, b"{"),
        (SETTINGS, b"{}"),
        (SETTINGS, b"[]"),
        (SETTINGS, b'{"calibration": null, "name": "x"}'),
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
