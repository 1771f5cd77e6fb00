import math
from pathlib import Path

import numpy as np
import pytest

from assistant.errors import IndexMismatchError, ReaderError
from assistant.read import FOLDER, open_reader
from assistant.read.export import export_reader
from assistant.read.sentence import SentenceReader
from assistant.read.span import SpanReader
from assistant.records import Document, Heading
from tests.conftest import Maker, hash_embed, write_tiny_model

TEXT = "Quark glasses cost 2,999 yuan. Nobody makes money. Xiaomi glasses are cheaper."


def test_a_score_is_half_nearness_half_rare_words(make: Maker) -> None:
    others = Document("b.txt", "B", "Other glasses. Of other makers.")
    generation = make.generation(Document("a.txt", "A", TEXT), others)
    passage = generation.store.passage(0)
    question = "What do Quark glasses cost?"
    (reading,) = SentenceReader(generation).read(question, [passage])
    best = reading.spans[0]
    assert best.text == "Quark glasses cost 2,999 yuan."
    # quark and cost stand in one of two passages, glass in both
    rare, common = math.log(1 + 1.5 / 1.5), math.log(1 + 0.5 / 2.5)
    cosine = float((hash_embed([best.text]).astype(np.float16).astype(np.float32)
                    @ hash_embed([question])[0]).item())  # fmt: skip
    assert best.score == round(0.5 * cosine + 0.5, 4)
    last = next(span for span in reading.spans if span.text == "Xiaomi glasses are cheaper.")
    cosine = float((hash_embed([last.text]) @ hash_embed([question])[0]).item())
    share = common / (2 * rare + common)
    assert last.score == pytest.approx(0.5 * cosine + 0.5 * share, abs=2e-4)
    assert reading.relevance == best.score


@pytest.mark.parametrize(
    ("title", "text", "heading", "run", "share"),
    [
        ("A", "They cost 9 yuan. Quark knows.", "", "They cost 9 yuan.", 0.5),
        ("A", "Quark is new. They cost 9 yuan.", "", "They cost 9 yuan.", 1),
        ("A", "Quark is new. Buy. They cost 9 yuan.", "", "They cost 9 yuan.", 0.5),
        ("Quark", "They cost 9 yuan. Nobody knows.", "", "They cost 9 yuan.", 1),
        ("A", "Quark\nThey are new. They cost 9 yuan.", "Quark", "They cost 9 yuan.", 1),
        ("A", "They cost 9 yuan. It is open. Quark!", "", "They cost 9 yuan. It is open.", 0.5),
    ],
    ids=["own", "the sentence before", "not two before", "title", "heading", "mean of two"],
)
def test_words_near_a_run_count_and_its_nearness_is_the_mean(
    make: Maker, title: str, text: str, heading: str, run: str, share: float
) -> None:
    headings = (Heading(0, len(heading), heading, 1),) if heading else ()
    generation = make.generation(Document("a.txt", title, text, headings=headings))
    question = "What does Quark cost?"  # both its terms are in the one passage: equally rare
    passage = generation.store.passage(0)
    (reading,) = SentenceReader(generation).read(question, [passage])
    sentences = [text[start:end] for start, end in passage.sentences]
    (span,) = (span for span in reading.spans if span.text == run)
    cosines = hash_embed([one for one in sentences if one in run]) @ hash_embed([question])[0]
    assert len(cosines) == run.count(".")
    assert span.score == pytest.approx(0.5 * float(cosines.mean()) + 0.5 * share, abs=2e-4)


def test_equal_spans_go_by_place_the_shorter_first(make: Maker) -> None:
    generation = make.generation(Document("a.txt", "A", "Same words. Same words. Same words."))
    (reading,) = SentenceReader(generation).read("Same?", [generation.store.passage(0)])
    assert len({span.score for span in reading.spans}) == 1
    assert [(span.start, span.end) for span in reading.spans] == [
        (0, 11), (0, 23), (12, 23), (12, 35), (24, 35),
    ]  # fmt: skip


def test_spans_are_runs_of_sentences_best_first(make: Maker) -> None:
    generation = make.generation(Document("a.txt", "A", TEXT))
    (reading,) = SentenceReader(generation).read("Quark?", [generation.store.passage(0)])
    scores = [span.score for span in reading.spans]
    assert scores == sorted(scores, reverse=True)
    assert {(span.start, span.end) for span in reading.spans} == {
        (0, 30), (0, 50), (31, 50), (31, 78), (51, 78),
    }  # fmt: skip


def test_a_reading_for_each_passage_in_their_order(make: Maker) -> None:
    documents = [Document(f"{n}.txt", f"T{n}", f"Text {n} of many. More.") for n in range(4)]
    generation = make.generation(*documents)
    passages = [generation.store.passage(number) for number in (2, 0, 3)]
    readings = SentenceReader(generation).read("Text?", passages)
    assert [reading.passage.number for reading in readings] == [2, 0, 3]
    assert SentenceReader(generation).read("Text?", []) == []


def test_an_index_without_sentence_vectors_is_refused(make: Maker) -> None:
    generation = make.generation(Document("a.txt", "A", TEXT))
    generation.sentence_vectors = None
    with pytest.raises(IndexMismatchError, match="holds no sentence vectors"):
        SentenceReader(generation)


def test_the_reader_of_sentences_is_opened_by_its_name(make: Maker) -> None:
    reader = open_reader("sentence", make.generation(Document("a.txt", "A", TEXT)))
    assert isinstance(reader, SentenceReader)
    assert (reader.name, reader.threshold, reader.weighing) == ("sentence", 0.6, None)


@pytest.mark.parametrize("held", [None, "another"])
def test_a_reader_that_the_index_does_not_hold_is_refused_with_the_way_out(
    make: Maker, held: str | None
) -> None:
    generation = make.generation(Document("a.txt", "A", TEXT))
    generation.manifest = generation.manifest.model_copy(update={"reader": held})
    with pytest.raises(IndexMismatchError) as caught:
        open_reader("org/mine", generation)
    assert str(caught.value) == (
        f"index {generation.name} was built without reader org/mine: "
        "run `assistant index --reader org/mine`"
    )


def test_a_reader_is_opened_from_the_index_that_holds_it(make: Maker, tmp_path: Path) -> None:
    generation = make.generation(Document("a.txt", "A", TEXT))
    generation.manifest = generation.manifest.model_copy(update={"reader": "org/mine"})
    with pytest.raises(ReaderError) as caught:
        open_reader("org/mine", generation)
    assert str(generation.folder / FOLDER) in str(caught.value)
    write_tiny_model(tmp_path / "model")
    (generation.folder / FOLDER).mkdir()
    export_reader(tmp_path / "model", generation.folder / FOLDER, name="org/mine")
    reader = open_reader("org/mine", generation)
    assert isinstance(reader, SpanReader)
    assert reader.name == "org/mine"
    passage = generation.store.passage(0)
    (reading,) = reader.read("What does Quark cost?", [passage])
    assert reading.passage == passage
    assert reading.spans
