"""Which reader is opened, and what it is."""

import hashlib
import shutil
from pathlib import Path

import pytest

from assistant.answer import open_reader
from assistant.answer.confidence import GROUP_NAMES, VERDICT
from assistant.answer.following import FOLLOWUP
from assistant.errors import IndexMismatchError, ReaderError
from assistant.read import (
    FOLDER,
    PACKAGED,
    PACKAGED_FOLDER,
    PACKAGED_SHA256,
    open_model,
)
from assistant.read.export import export_reader
from assistant.read.span import MODEL, SpanReader
from assistant.records import QUESTION_KINDS, Document, Passage
from tests.conftest import Maker, write_tiny_model
from tests.reading import TermsReader

TEXT = "Quark glasses cost 2,999 yuan. Nobody makes money. Xiaomi glasses are cheaper."
SENTENCES = (0, 30), (31, 50), (51, 78)


def test_the_reader_of_the_tests_scores_sentences_by_the_terms_of_the_question() -> None:
    passage = Passage(Document("a.txt", "Prices", TEXT), 0, 0, 78, "Summer", SENTENCES)
    (reading,) = TermsReader().read("What do Quark glasses cost in summer?", [passage])
    # The heading has "summer"; the first sentence has the rest, the last has "glasses".
    assert reading.evidence == (1.0, 0.25, 0.5)
    found = [(span.start, span.end, span.score) for span in reading.spans]
    assert found == [(0, 30, 5.0), (51, 78, 0.0), (31, 50, -2.5)]
    assert (reading.items, reading.kind, reading.verdict) == ((), None, None)
    (reading,) = TermsReader(kind="list").read("?", [passage])
    assert reading.kind == {**dict.fromkeys(QUESTION_KINDS, 0.0), "list": 5.0}
    assert reading.evidence == (0.0, 0.0, 0.0), "a question without terms"


@pytest.mark.parametrize("held", [None, "another"])
def test_a_reader_that_is_not_in_the_index_is_refused_with_a_hint(
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


def test_a_reader_is_opened_from_its_index(make: Maker, tmp_path: Path) -> None:
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
    passage = generation.catalog.passage(0)
    (reading,) = reader.read("What does Quark cost?", [passage])
    assert reading.passage == passage
    assert reading.spans


def test_the_packaged_reader_is_the_one_that_was_measured() -> None:
    found = hashlib.sha256((PACKAGED_FOLDER / MODEL).read_bytes()).hexdigest()
    assert found == PACKAGED_SHA256
    assert found in (PACKAGED_FOLDER / "MODEL_CARD.md").read_text(encoding="utf-8")
    reader = open_model(PACKAGED)
    assert 0 < reader.threshold < 1
    assert reader.calibration is not None
    assert set(reader.calibration.weights) == {*GROUP_NAMES, VERDICT, FOLLOWUP}
    assert all("bias" in weights for weights in reader.calibration.weights.values())


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
