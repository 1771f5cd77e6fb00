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


def ask(assistant: Assistant, question: str) -> tuple[str | None, str]:
    """The answer to a question, and the row that it cites."""
    answer = assistant.ask(question)
    return answer.text, answer.citations[0].quote


def test_a_cell_answers_and_its_row_is_cited(tariff: Assistant) -> None:
    assert ask(tariff, "How long is a ticket for zone B valid?") == (
        "90 minutes",
        "Zone: B; Adult: 3.10; Child: 1.55; Valid for: 90 minutes",
    )
    assert ask(tariff, "What is the price for a child in zone C?") == (
        "2.35",
        "Zone: C; Adult: 4.75; Child: 2.35; Valid for: a whole day",
    )


def test_a_cell_of_a_sheet_answers_with_the_label_of_its_own_table(theatre: Assistant) -> None:
    assert ask(theatre, "What were the sales of North in 2022?") == (
        "12138",
        "Zone: North; 2022 Sales: 12138; 2022 Profit: 2284",
    )
    assert ask(theatre, "What does a year ticket cost?") == (
        "42.00 EUR",
        "Ticket: Year; Price: 42.00 EUR; Discount: 10 %",
    )
    assert ask(theatre, "Since when is Tom Okoro a guide?") == (
        "30 Nov 2021",
        "Guide: Tom Okoro; Since: 30 Nov 2021",
    )
    # 5500 is her fee; the table of plays, which has the nights, is another.
    assert theatre.ask("How many nights did Ida Moen play?").status == "abstained"
