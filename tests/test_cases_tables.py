"""Questions about cells of tables, asked as served: real embedder and reader."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from assistant.answer import Assistant
from assistant.build import build_index
from tests.conftest import ROOT

CASES = ROOT / "tests" / "data" / "cases"


def open_case(case: str, index: Path) -> Iterator[Assistant]:
    build_index(CASES / case, index, embedder="packaged")
    assistant = Assistant.open(index)
    yield assistant
    assistant.generation.close()


@pytest.fixture(scope="module")
def theatre(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Assistant]:
    yield from open_case("sheet-two-tables", tmp_path_factory.mktemp("theatre") / "case")


@pytest.fixture(scope="module")
def tariff(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Assistant]:
    yield from open_case("table-rows-without-header", tmp_path_factory.mktemp("tariff") / "case")


@pytest.mark.parametrize(
    ("question", "answer", "row"),
    [
        ("How long is a ticket for zone B valid?", "90 minutes", "Zone: B; "),
        ("What is the price for a child in zone C?", "2.35", "Zone: C; "),
    ],
)
def test_a_cell_answers_or_is_the_best_guess(
    tariff: Assistant, question: str, answer: str, row: str
) -> None:
    found = tariff.ask(question)
    guess = found.best_guess.text if found.best_guess else None
    assert (found.text or guess) == answer
    assert found.citations[0].quote.startswith(row)
    assert "\n" not in found.citations[0].quote


def test_no_label_of_another_table_is_an_answer(theatre: Assistant) -> None:
    found = theatre.ask("How many nights did Ida Moen play?")
    assert found.status == "abstained" or found.text != "5500"
    sales = theatre.ask("What were the sales of North in 2022?")
    assert sales.citations[0].quote == "Zone: North; 2022 Sales: 12138; 2022 Profit: 2284"
