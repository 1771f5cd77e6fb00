"""The part of a generation that a filter leaves, next to an index built of only these documents."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from typing import Any

import numpy as np
import pytest

from assistant.answer import Assistant
from assistant.api.rendering import render_answer
from assistant.errors import FilterError
from assistant.index.generation import Generation
from assistant.index.store import Store
from assistant.records import ALL_DOCUMENTS, Document, DocumentFilter, Player, QuestionKind
from assistant.retrieve import retrieve
from assistant.settings import Settings
from tests.conftest import Maker
from tests.reading import TermsReader

QUARK = Player("quark", "Quark", "product")
META = Player("meta", "Meta", "company", roles=("maker",))
ROKID = Player("rokid", "Rokid", "company", roles=("maker",))
PLAYERS = (QUARK, META, ROKID)
SAME = "Meta sold 12 cases last year. A case costs 4 yuan."
NEWS = Document(
    "a-news.html", "News", "Quark glasses cost 9 yuan. Meta sold 70 lenses in May.\n\nIt rained.",
    published=date(2025, 3, 1),
)  # fmt: skip
OLD = Document("b-2023-05-01 cases.txt", "b-2023-05-01 cases", SAME, published=date(2023, 5, 1))
PLAIN = Document("c.txt", "Notes", "Rokid glasses cost 8 yuan. Quark and Rokid are makers.")
PRICES = Document(
    "d.pdf", "Prices", "Quark glasses cost 9 dollars. Quark lenses cost 7 yuan.",
    published=date(2024, 1, 1), dated="2024",
)  # fmt: skip
NEW = Document("e-2025-05-01 cases.md", "e-2025-05-01 cases", SAME, published=date(2025, 5, 1))
LATER = Document("f-cases.TXT", "f-cases", SAME)
EDITED = Document(
    "g.html", "News", "Quark glasses cost 6 yuan. Meta sold 70 lenses in May.\n\nIt rained.",
    published=date(2025, 6, 1),
)  # fmt: skip
# Nearer to every question than what is asked: they must never show.
LOUD = tuple(
    Document(
        f"loud/{n}.txt", "Quark Rokid Meta glasses cost", f"Quark glasses cost {n} pounds. " * 3
    )
    for n in range(10, 22)
)
EMPTY = Document("z.txt", "Nothing", "")
EVERY = (NEWS, OLD, PLAIN, PRICES, NEW, LATER, EDITED, *LOUD, EMPTY)
QUESTIONS = (
    "What do Quark glasses cost?",
    "Which companies are makers?",
    "How many cases did Meta sell last year?",
    "What do Qark glasses cost?",
    "How many pounds do Rokid glasses cost?",
    "Where does Song Gang live?",
    "cases 2025-05-01",
    "夸克眼镜多少钱？",
)
CHOSEN: tuple[tuple[Document, ...], ...] = (
    (NEWS,),
    (OLD,),
    (NEW,),
    (LATER, OLD),
    (NEWS, EDITED),
    (NEWS, OLD, PLAIN, PRICES),
    (PLAIN, PRICES, LATER, EDITED, EMPTY),
    (LOUD[3], NEWS, OLD, NEW, LATER, EMPTY),
    EVERY,
)
TABLES = {
    "documents": "* FROM documents ORDER BY number",
    "passages": "* FROM passages ORDER BY number",
    "mentions": 'document, player, start, "end" FROM mentions ORDER BY document, number',
    "figures": "document, fields FROM figures ORDER BY document, number",
    "players": "* FROM players ORDER BY number",
}


def choose(*documents: Document) -> DocumentFilter:
    return DocumentFilter(tuple(document.id for document in documents))


def read_tables(store: Store) -> dict[str, list[tuple[Any, ...]]]:
    return {
        table: store._connection.execute(f"SELECT {columns}").fetchall()
        for table, columns in TABLES.items()
    }


@pytest.fixture(scope="module")
def whole(shared_make: Maker) -> Generation:
    return shared_make.generation(*EVERY, players=PLAYERS)


@pytest.fixture(scope="module", params=CHOSEN, ids=lambda documents: str(len(documents)))
def pair(
    request: pytest.FixtureRequest, whole: Generation, shared_make: Maker
) -> tuple[Generation, Generation]:
    """A part, and an index of only its documents."""
    documents: Sequence[Document] = request.param
    ordered = sorted(documents, key=EVERY.index)
    return whole.restrict(choose(*documents)), shared_make.generation(*ordered, players=PLAYERS)


def test_the_records_are_those_of_an_index_of_only_these_documents(
    pair: tuple[Generation, Generation],
) -> None:
    part, alone = pair
    assert read_tables(part.store) == read_tables(alone.store)
    assert (part.store.documents, part.store.passages) == (
        alone.store.documents, alone.store.passages,
    )  # fmt: skip
    assert part.store.list_documents() == alone.store.list_documents()
    assert part.store.count_mentions() == alone.store.count_mentions()
    assert part.store.figures == alone.store.figures
    assert part.store.count_copies() == alone.store.count_copies()
    for line in alone.store.list_documents():
        assert part.store.document(line.id) == alone.store.document(line.id)
        assert part.store.mentions(line.id) == alone.store.mentions(line.id)
        assert part.store.sentences_of(line.id) == alone.store.sentences_of(line.id)


def test_hits_and_scores_are_those_of_an_index_of_only_these_documents(
    pair: tuple[Generation, Generation],
) -> None:
    part, alone = pair
    for question in QUESTIONS:
        assert retrieve(question, part, k=50) == retrieve(question, alone, k=50)
        assert part.lexical.search(question, 50) == alone.lexical.search(question, 50)
    terms = ["quark", "cost", "pound", "case", "absent", "loud", "2025"]
    assert part.lexical.count_passages_with(terms) == alone.lexical.count_passages_with(terms)


@pytest.mark.parametrize("kind", ["fact", "list", "compare", "passage"])
def test_answers_are_those_of_an_index_of_only_these_documents(
    pair: tuple[Generation, Generation], kind: QuestionKind
) -> None:
    part, alone = pair
    for threshold in (-9.0, 9.0):
        reader = TermsReader(kind, threshold=threshold)
        one, other = (Assistant.of(generation, reader, Settings()) for generation in pair)
        for question in QUESTIONS:
            answers = [
                assistant.ask(question, as_of=date(2026, 1, 1)) for assistant in (one, other)
            ]
            bodies = [
                render_answer(answer).model_dump(
                    exclude={"index": {"generation", "name"}, "timing_ms": True}
                )
                for answer in answers
            ]
            bodies[0]["coverage"]["all_documents"] = None
            assert bodies[0] == bodies[1]
            ids = {passage["document_id"] for passage in bodies[0]["passages"]}
            assert ids <= {line.id for line in alone.store.list_documents()}
