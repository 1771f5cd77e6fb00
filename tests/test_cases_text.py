"""Sentences, repetition, versions and deletion, asked as served: real embedder and reader."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from assistant.answer import Assistant
from assistant.build import build_index
from assistant.pages.app import create_app
from assistant.records import Answer
from assistant.settings import Settings
from tests.conftest import LOCAL, ROOT

CASES = ROOT / "tests" / "data" / "cases"

OpenCase = Callable[[str], Assistant]


@pytest.fixture(scope="module")
def open_case(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OpenCase]:
    """Opens an index of a case, built once."""
    opened: dict[str, Assistant] = {}

    def open_once(case: str) -> Assistant:
        if case not in opened:
            index = tmp_path_factory.mktemp("indexes") / "case"
            build_index(CASES / case, index, embedder="packaged")
            opened[case] = Assistant.open(index)
        return opened[case]

    yield open_once
    for assistant in opened.values():
        assistant.generation.close()


def list_citations(answer: Answer) -> list[tuple[str, str]]:
    return [(citation.document.id, citation.quote) for citation in answer.citations]


@pytest.mark.parametrize(
    ("case", "question", "text", "quote"),
    [
        ("sentences-after-enumeration/corpus", "When was the house built?",
         "1911", "The house was built in 1911."),
        ("contract/corpus", "When was the oldest loom made?",
         "1874", "The oldest loom was made in 1874."),
        ("contract/corpus", "How much does the oldest loom weigh?",
         "approx. 310 kg", "It weighs approx. 310 kg."),
    ],
)  # fmt: skip
def test_the_citation_is_one_sentence(
    open_case: OpenCase, case: str, question: str, text: str, quote: str
) -> None:
    answer = open_case(case).ask(question)
    assert (answer.text, answer.citations[0].quote) == (text, quote)


@pytest.mark.parametrize(
    ("case", "question", "text", "name", "next_name"),
    [
        ("repeated-sentences/corpus", "How many volts does the battery of station Brim hold?",
         "12 volts", "Brim", "Crag"),
        ("repeated-sentences/corpus", "How many volts does the battery hold at Dune?",
         "14 volts", "Dune", None),
        ("records/corpus", "How many volts does the battery of Alba hold?",
         "11 volts", "Alba", "Brim"),
        ("records/corpus", "When was Alba's lamp changed?", "in March", "Alba", "Brim"),
        ("records/corpus", "When was the lamp of station Crag changed?", "June", "Crag", None),
        ("records/corpus", "What is the rent of plot 9?", "55 crowns a year", "Plot 9", "Plot 12"),
        ("records/corpus", "What rent does Ida Holm pay?", "60 crowns a year", "Plot 12", None),
        ("records/corpus", "What is Olaf Rask's shed made of?", "pine", "Plot 9", "Plot 12"),
    ],
)  # fmt: skip
def test_of_repeated_sentences_that_of_the_named_record_answers(
    open_case: OpenCase, case: str, question: str, text: str, name: str, next_name: str | None
) -> None:
    answer = open_case(case).ask(question)
    assert answer.text == text
    citation = answer.citations[0]
    whole = citation.document.text
    end = whole.index(next_name) if next_name is not None else len(whole)
    assert whole.index(name) < citation.start < citation.end <= end


FEES = [
    ("prices-2024.txt", "Entrance is 11 francs."),
    ("prices-2019.txt", "Entrance is 9 francs."),
]


@pytest.mark.parametrize(
    "question",
    ["What is the entrance fee of the observatory?", "How much does it cost to get in?",
     "How much is the entrance to the observatory on Mount Fell?"],
)  # fmt: skip
def test_both_versions_are_cited_with_their_dates_newest_first(
    open_case: OpenCase, question: str
) -> None:
    answer = open_case("two-versions/corpus").ask(question)
    assert answer.text == "11 francs (2024); 9 francs (2019)"
    assert list_citations(answer)[:2] == FEES
    assert answer.conflict == (1, 2)


def test_a_question_for_yes_or_no_has_a_note_of_the_other_version(open_case: OpenCase) -> None:
    answer = open_case("two-versions/corpus").ask("Is the entrance 9 francs?")
    assert [list_citations(answer)[number - 1] for number in answer.conflict] == FEES


def test_a_copy_is_indexed_once_and_a_document_of_another_harbour_is_no_version(
    open_case: OpenCase,
) -> None:
    assistant = open_case("edited-copies/corpus")
    assert (assistant.generation.manifest.documents, assistant.generation.manifest.passages) == (
        5, 4,
    )  # fmt: skip
    answer = assistant.ask("What does one pay for a night at Skarv?")
    assert answer.text == "310 crowns (2025); 240 crowns (2022); 200 crowns (Harbour tariff)"
    assert [citation.document.id for citation in answer.citations] == [
        "tariff 2025.txt", "tariff 2022.txt", "tariff old.txt",
    ]  # fmt: skip
    assert answer.citations[0].document.copies == ("copy of tariff.txt",)
    brant = assistant.ask("What does a berth cost in Brant?")
    assert (brant.text, brant.conflict) == ("150 crowns a night", ())


def test_one_passage_alone_is_answered_as_next_to_others(open_case: OpenCase) -> None:
    one, two = (
        open_case(f"one-passage-index/{number}/corpus").ask(
            "What is the quarterly dividend of Morrow Mills?"
        )
        for number in ("one", "two")
    )
    assert one.text == two.text == "17 cents"
    assert one.confidence == pytest.approx(two.confidence, abs=0.001)
    assert one.status == two.status == "answered"


def test_a_server_never_answers_from_a_deleted_document(tmp_path: Path) -> None:
    corpus, index = tmp_path / "corpus", tmp_path / "case"
    shutil.copytree(CASES / "deleted-still-answers" / "corpus", corpus)
    build_index(corpus, index, embedder="packaged")
    settings = Settings(indexes=tmp_path, index="case")
    app = create_app(Assistant.open(settings=settings), settings=settings)
    question = {"question": "When was the tide bell of Sorrel pier cast?"}
    with TestClient(app, base_url=LOCAL) as client:
        first = client.post("/api/v1/query", json=question).json()
        assert (first["status"], first["answer"]["text"]) == ("answered", "1911")
        (corpus / "bell.txt").unlink()
        build_index(corpus, index, embedder="packaged")
        then = client.post("/api/v1/query", json=question).json()
        assert (then["status"], then["index"]["generation"]) == ("abstained", "000002")
        assert client.get("/api/v1/documents/bell.txt").status_code == 404
