"""The packaged reader."""

import hashlib
import shutil
from pathlib import Path

import pytest

from assistant.answer import Assistant
from assistant.errors import ReaderError
from assistant.read import PACKAGED, PACKAGED_FOLDER, PACKAGED_SHA256, open_model
from assistant.read.span import MODEL


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
