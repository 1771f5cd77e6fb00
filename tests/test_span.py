import hashlib
import json
import re
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from numpy.typing import NDArray

from assistant.answer import Assistant
from assistant.errors import ReaderError
from assistant.read import PACKAGED, PACKAGED_FOLDER, PACKAGED_SHA256, open_model, pick
from assistant.read.export import export_reader, write_settings
from assistant.read.span import (
    LONGEST_SPAN,
    MODEL,
    QUESTION_PIECES,
    SETTINGS,
    SPANS,
    STRIDE,
    TOKENIZER,
    ReaderSettings,
    SpanReader,
    find_best,
    read_settings_file,
    widen,
)
from assistant.records import Document, Passage, Reading, Span, Weighing, trim
from tests.conftest import AWKWARD_TEXT, make_tiny_tokenizer, write_tiny_model

Scores = NDArray[np.float32]
Score = Callable[[list[int], list[int]], tuple[Scores, Scores]]

STORY = (
    "Xiaomi sold 1,999 glasses in 2025; they weigh 40.5 grams. Ray-Ban Meta made money, and "
    "Song Gang did not. The price of Quark was 2,999 yuan."
)
QUESTION = "How many glasses did Xiaomi sell?"


def make_passage(text: str, start: int = 0, end: int | None = None, id_: str = "a.txt") -> Passage:
    stop = len(text) if end is None else end
    return Passage(Document(id_, "A", text), 0, start, stop, "", ((start, stop),))


# Which spans are best


floats = st.one_of(
    st.sampled_from([0.0, 0.25, 0.5, 1.0, -1.0, float("-inf")]),
    st.floats(-20, 20, width=32),
)


@given(
    pairs=st.lists(st.tuples(floats, floats), min_size=1, max_size=12),
    longest=st.integers(1, 14),
    count=st.integers(1, 200),
)
def test_the_best_spans_are_those_of_a_double_loop(
    pairs: list[tuple[float, float]], longest: int, count: int
) -> None:
    starts, ends = (np.array(column, dtype=np.float32) for column in zip(*pairs, strict=True))
    every = [
        (left, right, float(starts[left] + ends[right]))
        for left in range(len(pairs))
        for right in range(left, min(left + longest, len(pairs)))
        if np.isfinite(starts[left] + ends[right])
    ]
    every.sort(key=lambda span: (-span[2], span[0], span[1]))
    assert find_best(starts, ends, longest=longest, count=count) == every[:count]


def test_equal_spans_go_by_place_and_none_is_longer_than_the_longest() -> None:
    zeros = np.zeros(3, dtype=np.float32)
    assert find_best(zeros, zeros, longest=2, count=9) == [
        (0, 0, 0.0), (0, 1, 0.0), (1, 1, 0.0), (1, 2, 0.0), (2, 2, 0.0),
    ]  # fmt: skip
    assert find_best(zeros[:1], zeros[:1], longest=40, count=9) == [(0, 0, 0.0)]


# Where a span ends


@pytest.mark.parametrize(
    ("text", "stretch", "widened"),
    [
        ("It weighs 40.5 grams", "0.5 gr", "40.5 grams"),
        ("It weighs 40.5 grams", "40", "40.5"),
        ("It weighs 40.5 grams", "5", "40.5"),
        ("It weighs 40.5 grams", ".", "40.5"),
        ("sold 1,999 of them", "999", "1,999"),
        ("sold 1,999 of them", "1", "1,999"),
        ("sold 1,999,000.5 of them", "9,0", "1,999,000.5"),
        ("for 2,999 yuan, 40.", "40", "40"),
        ("for 2,999 yuan, 40.", "yuan", "yuan"),
        ("in 2024. 5 were sold", "2024", "2024"),
        ("v.5 of it", "5", "5"),
        ("a.b", "a", "a"),
        (".5 of it", "5", "5"),
        ("5, 6", "5", "5"),
        ("5,", "5", "5"),
        ("Ray-Ban Meta", "Ban", "Ban"),
        ("Meta's glasses", "Meta", "Meta"),
        ("12days", "12", "12days"),
        ("in １２ days", "１", "１２"),
        ("glasses", "lasse", "glasses"),
        ("夸克眼镜很贵", "眼镜", "眼镜"),
        ("夸克AI眼镜", "A", "AI"),
        ("ひらがな", "ら", "ら"),
        ("نظارات ذكية", "ظار", "نظارات"),
        ("a b", " ", " "),
        ("👨‍👩‍👧‍👦 paid", "👨", "👨"),
    ],
)
def test_a_stretch_is_widened_to_whole_words_and_numbers(
    text: str, stretch: str, widened: str
) -> None:
    start = text.index(stretch)
    begin, end = widen(text, start, start + len(stretch))
    assert text[begin:end] == widened


@pytest.mark.parametrize(
    ("text", "stretch", "widened"),
    [
        ("Cafe\u0301 Zoe\u0308", "Cafe", "Cafe\u0301"),
        ("Cafe\u0301s", "Caf", "Cafe\u0301s"),
        ("हिन्दी भाषा", "ह", "हिन्दी"),
        ("النَّظارات غالية", "ظار", "النَّظارات"),
    ],
)
def test_a_mark_is_of_its_letter_s_word(text: str, stretch: str, widened: str) -> None:
    start = text.index(stretch)
    begin, end = widen(text, start, start + len(stretch))
    assert text[begin:end] == widened


stretches = st.tuples(
    st.text(alphabet=st.sampled_from("ab1٣２.,-’ 眼ひéظ👍\u0301\u200d"), min_size=1, max_size=12),
    st.integers(0, 12),
    st.integers(0, 12),
)


@given(stretches)
def test_a_widened_stretch_is_never_less_and_needs_no_more_widening(
    stretch: tuple[str, int, int],
) -> None:
    text, a, b = stretch
    start, end = sorted((min(a, len(text)), min(b, len(text))))
    assume(start < end)
    begin, stop = widen(text, start, end)
    assert 0 <= begin <= start <= end <= stop <= len(text)
    assert widen(text, begin, stop) == (begin, stop)


@given(stretches)
def test_a_widened_stretch_of_plain_words_is_the_words_that_it_touches(
    stretch: tuple[str, int, int],
) -> None:
    text, a, b = stretch
    text = re.sub(r"[^ab1., -]", "b", text)
    start, end = sorted((min(a, len(text)), min(b, len(text))))
    assume(start < end)
    # The words and numbers of the text; whatever else stands there is a word of one character.
    words = [m.span() for m in re.finditer(r"(?:[ab1]|(?<=1)[.,](?=1))+|[., -]", text)]
    touched = [(left, right) for left, right in words if left < end and start < right]
    assert widen(text, start, end) == (touched[0][0], touched[-1][1])


def test_spans_with_text_in_common_are_not_both_picked() -> None:
    one, other = make_passage("x" * 30), make_passage("x" * 30, id_="b.txt")
    places = [(5, 10), (9, 12), (4, 6), (6, 8), (0, 30), (10, 12), (4, 5), (0, 4)]
    spans = [Span(one, *place, 1.0) for place in places]
    assert [(span.start, span.end) for span in pick(spans, 9)] == [
        (5, 10),
        (10, 12),
        (4, 5),
        (0, 4),
    ]
    assert [(span.start, span.end) for span in pick(spans, 2)] == [(5, 10), (10, 12)]
    elsewhere = Span(other, 5, 10, 0.5)
    assert list(pick([spans[0], elsewhere], 9)) == [spans[0], elsewhere]
    assert list(pick(spans, 0)) == list(pick([], 3)) == []


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


LONG = " ".join(f"{STORY} In {1900 + n} the company sold {n} glasses." for n in range(9))
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


def test_settings_are_read_as_they_were_written(tmp_path: Path) -> None:
    weighing = Weighing({"score": 0.5, "bias": -1.0}, {"logit": 1.0, "bias": 0.25}, {"bias": 2.0})
    for settings in (
        ReaderSettings("眼镜", "0f", 384, 0.25, weighing),
        ReaderSettings("tiny", "0f", 256, -1.5, None),
    ):
        write_settings(tmp_path, settings)
        assert read_settings_file(tmp_path / SETTINGS) == settings


# What is refused


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


def test_a_folder_that_is_no_model_is_refused_with_the_way_out(tmp_path: Path) -> None:
    with pytest.raises(ReaderError, match="reader mine can't be loaded") as caught:
        export_reader(tmp_path, tmp_path, name="mine")
    assert "download the model first" in caught.value.hint


def test_a_model_that_is_not_there_is_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(ReaderError, match="reader no/such-model can't be loaded"):
        export_reader("no/such-model", tmp_path, name="no/such-model")


def test_a_model_that_has_no_piece_for_no_answer_is_refused(tmp_path: Path) -> None:
    write_tiny_model(tmp_path, opening="[MASK]")
    with pytest.raises(ReaderError, match="does not begin with the piece that stands for no"):
        export_reader(tmp_path, tmp_path, name="mine")


def test_an_encoder_that_was_never_trained_to_answer_is_refused(tmp_path: Path) -> None:
    model = write_tiny_model(tmp_path / "model")
    model.bert.save_pretrained(tmp_path / "model")
    with pytest.raises(ReaderError):
        export_reader(tmp_path / "model", tmp_path, name="mine")


@pytest.mark.parametrize("positions", [64, 194])
def test_a_model_of_short_texts_is_refused_or_reads(tmp_path: Path, positions: int) -> None:
    write_tiny_model(tmp_path / "model", positions=positions)
    try:
        export_reader(tmp_path / "model", tmp_path, name="mine")
    except ReaderError:
        return
    reading, *_ = SpanReader(tmp_path).read("price " * 80, [make_passage(LONG)])
    assert reading.spans


def test_what_a_model_leaves_out_while_it_is_trained_is_not_left_out_of_its_reader(
    tmp_path: Path,
) -> None:
    for dropout in (0.0, 0.5):
        folder, reader = tmp_path / f"model {dropout}", tmp_path / f"reader {dropout}"
        write_tiny_model(folder, dropout=dropout)
        reader.mkdir()
        export_reader(folder, reader, name="tiny")
    passages = [make_passage(LONG)]
    readings = [SpanReader(folder).read(QUESTION, passages) for folder in tmp_path.glob("reader*")]
    assert len(readings) == 2
    assert readings[0] == readings[1]


def test_a_twin_that_scores_otherwise_is_refused(
    source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import onnxruntime

    class Apart(onnxruntime.InferenceSession):  # type: ignore[misc]
        def run(self, *given: object) -> Sequence[Scores]:
            starts, ends = super().run(*given)
            ends[0, 3] += 0.0015
            return starts, ends

    monkeypatch.setattr(onnxruntime, "InferenceSession", Apart)
    with pytest.raises(ReaderError, match=r"reader mine scores otherwise as ONNX \(by 0\.0015\)"):
        export_reader(source, tmp_path, name="mine")


def test_a_model_that_can_not_be_exported_is_refused_with_the_reason(
    source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("operator weird::thing is not known\nmore")

    monkeypatch.setattr("assistant.read.export._export_onnx", fail)
    with pytest.raises(ReaderError) as caught:
        export_reader(source, tmp_path, name="mine")
    assert caught.value.message == (
        "reader mine can't be exported to ONNX (operator weird::thing is not known)"
    )


# The packaged reader


def test_the_packaged_reader_is_the_one_that_was_measured() -> None:
    found = hashlib.sha256((PACKAGED_FOLDER / MODEL).read_bytes()).hexdigest()
    assert found == PACKAGED_SHA256
    assert found in (PACKAGED_FOLDER / "MODEL_CARD.md").read_text()
    reader = open_model(PACKAGED)
    assert reader.weighing is not None
    assert 0 < reader.threshold < 1


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("How much do the Quark AI glasses cost?", "2,999 yuan"),
        ("Who is in charge of Xiaomi's wearable device department?", "Li Chuangqi"),
        ("What is Rokid's shipment target for next year?", "1 million units"),
        ("What yield did Thunderbird reach for its MicroLED optical engine?", "92%"),
        ("Who founded XREAL?", None),
        ("What is the capital of France?", None),
    ],
)
def test_the_packaged_reader_answers_the_article_s_plain_questions(
    article_index: Path, question: str, answer: str | None
) -> None:
    found = Assistant.open(article_index).ask(question)
    assert found.text == answer
    if answer is None:  # France is named nowhere, so nothing was read for it
        assert (found.confidence is None) is ("France" in question)
    else:
        assert found.confidence is not None
        assert found.confidence >= Assistant.open(article_index).threshold
        citation = found.citations[0]
        assert citation.marked is not None
        assert citation.document.text[slice(*citation.marked)] == answer
        assert found.kind == "span"


def test_a_packaged_reader_with_other_weights_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "packaged"
    shutil.copytree(PACKAGED_FOLDER, folder)
    with (folder / MODEL).open("ab") as file:
        file.write(b"x")
    monkeypatch.setattr("assistant.read.PACKAGED_FOLDER", folder)
    with pytest.raises(ReaderError, match="has SHA-256"):
        open_model(PACKAGED)
    monkeypatch.setattr("assistant.read.PACKAGED_FOLDER", PACKAGED_FOLDER)
    monkeypatch.setattr("assistant.read.PACKAGED_SHA256", "0" * 64)
    with pytest.raises(ReaderError, match="is not the packaged one"):
        open_model(PACKAGED)
