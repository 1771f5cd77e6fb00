from pathlib import Path

import pytest

from assistant.errors import IndexMismatchError, ReaderError
from assistant.read import FOLDER, open_reader
from assistant.read.export import export_reader
from assistant.read.span import SpanReader
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
