"""The part of a generation that a filter leaves, next to an index built of only these documents."""

import shutil
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from assistant.answer import Assistant
from assistant.api.rendering import render_answer
from assistant.build import build_from
from assistant.errors import FilterError, IndexAbsentError
from assistant.index.catalog import Catalog
from assistant.index.generation import Generation
from assistant.index.vectors import PassageVectors, Search, write_vectors
from assistant.load import Corpus
from assistant.records import ALL_DOCUMENTS, Document, DocumentFilter, Player, QuestionKind, Skipped
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


def read_tables(catalog: Catalog) -> dict[str, list[tuple[Any, ...]]]:
    return {
        table: catalog._connection.execute(f"SELECT {columns}").fetchall()
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
    assert read_tables(part.catalog) == read_tables(alone.catalog)
    assert (part.catalog.documents, part.catalog.passages) == (
        alone.catalog.documents, alone.catalog.passages,
    )  # fmt: skip
    assert part.catalog.list_documents() == alone.catalog.list_documents()
    assert part.catalog.count_mentions() == alone.catalog.count_mentions()
    assert part.catalog.figures == alone.catalog.figures
    assert part.catalog.count_copies() == alone.catalog.count_copies()
    for line in alone.catalog.list_documents():
        assert part.catalog.document(line.id) == alone.catalog.document(line.id)
        assert part.catalog.mentions(line.id) == alone.catalog.mentions(line.id)
        assert part.catalog.sentences_of(line.id) == alone.catalog.sentences_of(line.id)


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
    _, alone = pair
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
            assert ids <= {line.id for line in alone.catalog.list_documents()}


def test_every_table_of_the_records_is_hidden_but_the_players(whole: Generation) -> None:
    part = whole.restrict(choose(NEWS))
    rows = part.catalog._connection.execute(
        "SELECT name FROM sqlite_master WHERE type IN ('table', 'view')"
    )
    hidden = part.catalog._connection.execute("SELECT name FROM sqlite_temp_master")
    # A new table has to be hidden too: its numbers are those of the whole.
    left = {name for (name,) in rows} - {name for (name,) in hidden}
    read_by_views = (
        "stored_documents document_order stored_passages passage_order stored_mentions"
        " stored_figures"
    ).split()
    assert left == {"players", *read_by_views}
    assert part.catalog.sample_questions == ()


@pytest.mark.parametrize("search", ["exact", "pq"])
def test_a_part_of_the_vectors_is_searched_as_if_there_were_no_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, search: Search
) -> None:
    dice = np.random.default_rng(0)
    rows = dice.normal(size=(1000, 16)).astype(np.float32)
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    write_vectors(tmp_path, rows, search)
    whole = PassageVectors(tmp_path)
    stored = np.array(whole.rows, dtype=np.float32)
    for count, most in ((10, 200_000), (1000, 200_000), (200, 100), (600, 100), (1000, 100)):
        monkeypatch.setattr("assistant.index.vectors.EXACT_MOST", most)
        chosen = dice.permutation(1000)[:count]
        part = whole.restrict(chosen)
        for question in rows[:20] + 0.05:
            cosines = stored[chosen] @ question
            found = part.search(question[None], 10)
            assert found.tolist() == np.argsort(-cosines, kind="stable")[:10].tolist()
            assert np.allclose(part.cosines(question[None], found), cosines[found], atol=1e-6)
        assert part.count == count == len(part.search(rows[:1], 5000))
        assert (whole.count, len(whole.search(rows[:1], 5000))) == (1000, 1000)


def test_a_part_of_an_index_of_codes_gives_the_same_hits(
    make: Maker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("assistant.index.vectors.EXACT_MOST", 1)
    whole = make.generation(*EVERY, players=PLAYERS)
    for documents in ((NEWS, PRICES), EVERY[:14]):
        alone = make.generation(*documents, players=PLAYERS)
        assert (whole.manifest.search, alone.manifest.search) == ("pq", "pq")
        part = whole.restrict(choose(*documents))
        for question in QUESTIONS:
            assert retrieve(question, part, k=50) == retrieve(question, alone, k=50)


def list_ids(generation: Generation) -> list[str]:
    return [line.id for line in generation.catalog.list_documents()]


JUNE, YEAR = date(2025, 6, 1), date(2024, 1, 1)


@pytest.mark.parametrize(
    ("within", "documents"),
    [
        (DocumentFilter(published_from=JUNE), [EDITED]),
        (DocumentFilter(published_to=YEAR), [OLD, PRICES]),  # "2024" counts as its first day
        (DocumentFilter(published_from=YEAR, published_to=YEAR), [PRICES]),
        (DocumentFilter(formats=("HTML", ".pdf")), [NEWS, PRICES, EDITED]),
        (DocumentFilter(published_to=JUNE, formats=("html",)), [NEWS, EDITED]),
        (DocumentFilter((NEWS.id, PLAIN.id), published_from=date(1990, 1, 1)), [NEWS]),
    ],
)
def test_a_document_left_meets_all_conditions(
    whole: Generation, within: DocumentFilter, documents: list[Document]
) -> None:
    part = whole.restrict(within)
    assert list_ids(part) == [document.id for document in documents]
    assert (part.manifest.documents, part.all_documents) == (len(documents), len(EVERY))
    assert (whole.all_documents, whole.catalog.documents) == (None, len(EVERY))


@pytest.mark.parametrize(
    ("within", "message"),
    [
        (DocumentFilter((NEWS.id, "x")), "no document 'x': see the list of documents"),
        (DocumentFilter(("\ud800",)), "no document '\\ud800': see the list of documents"),
        (DocumentFilter(tuple("abcde")), "no document 'a', 'b', 'c' and 2 more: see the list"),
        (
            DocumentFilter(published_from=JUNE, published_to=YEAR),
            "published_from is 2025-06-01, after published_to, 2024-01-01: swap the two days",
        ),
        (
            DocumentFilter(formats=("docx",)),
            "no document has the format 'docx': there are: html, md, pdf, txt",
        ),
        (
            DocumentFilter((NEWS.id,), published_from=JUNE, formats=("pdf",)),
            "no document meets documents 'a-news.html' and published_from 2025-06-01 and formats"
            " 'pdf': leave a condition out",
        ),
        (choose(EMPTY), "the chosen documents have no content: choose others"),
    ],
)
def test_a_filter_that_leaves_nothing_is_refused(
    whole: Generation, within: DocumentFilter, message: str
) -> None:
    with pytest.raises(FilterError) as caught:
        whole.restrict(within)
    assert str(caught.value).startswith(message)


def test_a_copy_stands_for_itself(whole: Generation) -> None:
    assistant = Assistant.of(whole, TermsReader(), Settings(threshold=-9.0))
    asked = "How many cases did Meta sell?"
    for documents, named, copies in (
        ((OLD, NEW, LATER), NEW, (OLD.id, LATER.id)),
        ((OLD, LATER), OLD, (LATER.id,)),
        ((LATER,), LATER, ()),
    ):
        answer = assistant.ask(asked, within=choose(*documents))
        assert {hit.passage.document.id for hit in answer.hits} == {named.id}
        assert [one.document.id for one in answer.citations] == [named.id]
        assert answer.citations[0].document.copies == copies
        assert answer.coverage.documents == len(documents)
    # Its own date decides what "last year" is.
    (figure,) = [
        figure
        for figure in whole.restrict(choose(OLD)).catalog.figures_of(OLD.id)
        if figure.period is not None
    ]
    assert figure.period is not None
    assert figure.period.start.year == 2022


def test_files_not_read_count_where_they_may_meet_the_filter(make: Maker, tmp_path: Path) -> None:
    del make  # for its models
    skipped = (Skipped("a.pdf", "it is damaged"), Skipped("b.docx", "it has a password"))
    build_from(Corpus((NEWS, PRICES), skipped, "skipped"), tmp_path / "i", embedder="fake")
    generation = Generation.open(tmp_path / "i")
    for within, expected in (
        (ALL_DOCUMENTS, skipped),
        (choose(NEWS, PRICES), ()),
        (DocumentFilter(published_from=YEAR), skipped),
        (DocumentFilter(formats=("pdf",)), skipped[:1]),
        (DocumentFilter(formats=("html",)), ()),
    ):
        assert generation.restrict(within).catalog.skipped == expected


def test_equal_filters_share_a_part(whole: Generation, monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[DocumentFilter] = []
    restrict = Generation.restrict

    def count(self: Generation, within: DocumentFilter) -> Generation:
        made.append(within)
        return restrict(self, within)

    monkeypatch.setattr(Generation, "restrict", count)
    assistant = Assistant.of(whole, TermsReader(), Settings())
    for within in (
        DocumentFilter((NEWS.id, PRICES.id), formats=("pdf", "html")),
        DocumentFilter((PRICES.id, NEWS.id, PRICES.id), formats=(".HTML", "PDF", "pdf")),
    ):
        answer = assistant.ask(QUESTIONS[0], within=within)
        assert answer.within.documents == (NEWS.id, PRICES.id)
    assert len(made) == 2  # the whole, and the part


def test_threads_share_parts(whole: Generation) -> None:
    assistant = Assistant.of(whole, TermsReader(), Settings())
    filters = [ALL_DOCUMENTS, *(choose(document) for document in EVERY[:6])]

    def ask(turn: int) -> tuple[object, ...]:
        within = filters[turn % len(filters)]
        answer = assistant.ask(QUESTIONS[turn % 4], within=within, as_of=JUNE)
        shown = {hit.passage.document.id for hit in answer.hits}
        assert shown <= {*within.documents} or within == ALL_DOCUMENTS
        return answer.text, answer.score, tuple(hit.score for hit in answer.hits)

    expected = list(map(ask, range(28)))
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(ask, range(28))) == expected


def test_a_part_of_a_removed_generation_is_refused(make: Maker) -> None:
    generation = make.generation(NEWS, PLAIN)
    kept = generation.restrict(choose(NEWS))
    shutil.rmtree(generation.folder)
    with pytest.raises(IndexAbsentError, match="was removed: open it again"):
        generation.restrict(choose(PLAIN))
    assert list_ids(kept) == [NEWS.id]
