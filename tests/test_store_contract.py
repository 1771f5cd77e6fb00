"""What every store gives is the same: the local disk, Milvus Lite, and a Milvus server if there is
one (ASSISTANT_TEST_MILVUS=milvus://host:port).
"""

import inspect
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import numpy as np
import pytest

from assistant.build import build_index
from assistant.embed import Vectors
from assistant.index.catalog import Catalog
from assistant.index.generation import Generation
from assistant.index.local import LocalStore
from assistant.index.milvus.store import MilvusStore
from assistant.index.store import Store, open_store
from assistant.records import DocumentFilter
from tests.conftest import ROOT, use_fake_models
from tests.milvus import STANDALONE, make_settings

KINDS = ["local", "lite", "standalone"]
WORDS = (
    "ferry",
    "bus review",
    "the committee of the cooperative",
    "kelp 2024",
    "What was recalled?",
)


class Kept:
    """A generation of the test files, on the local disk and in a store."""

    def __init__(self, local: Generation, store: Store) -> None:
        self.local, self.store = local, store
        self.stored = store.open()


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """An index of files of every format, two of them the same and one of many equal paragraphs."""
    folder = tmp_path_factory.mktemp("contract")
    corpus = folder / "corpus"
    corpus.mkdir()
    for path in sorted((ROOT / "tests" / "data" / "files").iterdir()):
        (corpus / path.name).write_bytes(path.read_bytes())
    for name in ("ferry.txt", "2025-03-01 ferry.txt"):
        (corpus / name).write_text("The ferry to Sorrel costs 12 euros. It leaves at noon.")
    for number in range(40):
        (corpus / f"same-{number}.txt").write_text("Gulls nest on the pier." + " " * number)
    (corpus / "broken.pdf").write_bytes(b"%PDF-1.7 broken")
    with pytest.MonkeyPatch.context() as patch:
        use_fake_models(patch)
        build_index(corpus, folder / "indexes" / "default", embedder="fake")
        yield folder / "indexes" / "default"


@pytest.fixture(scope="module", params=KINDS)
def kept(request: pytest.FixtureRequest, index: Path) -> Iterator[Kept]:
    local = Generation.open(index)
    if request.param == "local":
        yield Kept(local, LocalStore(index))
        return
    address = f"milvus://{index.parent}/contract.db"
    if request.param == "standalone":
        if STANDALONE is None:
            pytest.skip("not run: ASSISTANT_TEST_MILVUS names no Milvus server")
        address = f"{STANDALONE}/test_{uuid4().hex[:8]}"
    store = open_store(make_settings(index.parent, address))
    assert isinstance(store, MilvusStore)
    store.publish(local.folder, local.manifest)
    yield Kept(local, store)
    store.withdraw()
    store.close()


def embed(kept: Kept, words: str) -> Vectors:
    return kept.local.encoder.embed_questions([words])


def read_rows(generation: Generation) -> Vectors:
    """The vectors of all passages, as the local disk has them."""
    rows: Vectors = np.array(generation.vectors.rows)  # type: ignore[attr-defined]
    return rows


def test_the_generation_in_use_is_the_one_that_opens(kept: Kept) -> None:
    assert kept.store.find_in_use() == kept.stored.manifest.generation
    assert kept.stored.is_kept
    assert kept.stored.manifest.inputs == kept.local.manifest.inputs


@pytest.mark.parametrize("words", WORDS)
@pytest.mark.parametrize("k", [1, 7, 30, 1000])
def test_the_nearest_passages_are_those_of_the_vectors_ties_by_number(
    kept: Kept, words: str, k: int
) -> None:
    question = embed(kept, words)
    cosines = read_rows(kept.local).astype(np.float64) @ question[0].astype(np.float64)
    expected = np.sort(cosines)[::-1][:k]
    found = kept.stored.vectors.search(question, k)
    assert found.tolist() == kept.local.vectors.search(question, k).tolist()
    assert cosines[found].tolist() == pytest.approx(expected.tolist(), abs=1e-6)


def test_equal_vectors_are_found_in_order_of_their_passages(kept: Kept) -> None:
    question = embed(kept, "Gulls nest on the pier.")
    found = kept.stored.vectors.search(question, 12).tolist()
    texts = [kept.stored.catalog.passage(n).text for n in found]
    assert texts[0] == "Gulls nest on the pier."
    same = [n for n, text in zip(found, texts, strict=True) if text == texts[0]]
    assert same == sorted(same)


def test_cosines_are_the_same_to_the_last_bit(kept: Kept) -> None:
    numbers = np.arange(0, kept.local.manifest.passages, 3)
    for words in WORDS:
        expected = kept.local.vectors.cosines(embed(kept, words), numbers)
        assert kept.stored.vectors.cosines(embed(kept, words), numbers).tobytes() == (
            expected.tobytes()
        )


@pytest.mark.parametrize("k", [1, 5, 100])
@pytest.mark.parametrize("words", [*WORDS, "ferry ferry ferry bus", "zzzz", "", "of the and"])
def test_the_term_search_finds_the_same_with_the_same_scores(
    kept: Kept, words: str, k: int
) -> None:
    expected = kept.local.lexical.search(words, k)
    found = kept.stored.lexical.search(words, k)
    assert [n for n, _ in found] == [n for n, _ in expected]
    assert [s for _, s in found] == pytest.approx([s for _, s in expected], abs=1e-5)


def test_passages_with_a_term_are_counted(kept: Kept) -> None:
    terms = ["ferri", "bus", "pier", "zzzz", "the", "it's", "a'b\"c"]
    expected = kept.local.lexical.count_passages_with(terms)
    assert expected[:2] != [0, 0]
    assert kept.stored.lexical.count_passages_with(terms) == expected


FILTERS = (
    DocumentFilter(documents=("ferry.txt",)),
    DocumentFilter(documents=("2025-03-01 ferry.txt", "harrowmere_bus_review.pdf")),
    DocumentFilter(formats=("txt",)),
    DocumentFilter(formats=("pdf", "docx")),
)


@pytest.mark.parametrize("within", FILTERS, ids=["one", "copy", "txt", "two formats"])
def test_a_filter_leaves_the_same(kept: Kept, within: DocumentFilter) -> None:
    expected, part = kept.local.restrict(within), kept.stored.restrict(within)
    assert list(part.catalog.terms()) == list(expected.catalog.terms())
    assert part.catalog.list_documents() == expected.catalog.list_documents()
    for words in WORDS:
        question = embed(kept, words)
        found = part.vectors.search(question, 20)
        assert found.tolist() == expected.vectors.search(question, 20).tolist()
        assert (
            part.vectors.cosines(question, found) == expected.vectors.cosines(question, found)
        ).all()
        assert part.lexical.search(words, 20) == expected.lexical.search(words, 20)


def list_calls(catalog: Catalog) -> dict[str, Callable[[Catalog], Any]]:
    """A call of each public method of the catalog, or of each of its documents and passages."""
    ids = [line.id for line in catalog.list_documents()]
    numbers = range(catalog.passages)
    hashes = [catalog.text_hash(n) for n in numbers]
    sources = [found for i in ids if (found := catalog.file_of(i)) is not None]
    names = [name for name, _ in sources]
    digests = [digest for _, digest in sources]
    players = [player.id for player in catalog.players]
    return {
        "document": lambda c: [c.document(i) for i in ids],
        "places_of": lambda c: [c.places_of(i) for i in ids],
        "passage": lambda c: [c.passage(n) for n in numbers],
        "passages_holding": lambda c: [c.passages_holding(i, 5, 60) for i in ids],
        "suggestions_of": lambda c: c.suggestions_of(list(numbers)),
        "suggestions_in": lambda c: [c.suggestions_in(i) for i in ids],
        "find_passage": lambda c: [c.find_passage(h) for h in hashes],
        "text_hash": lambda c: [c.text_hash(n) for n in numbers],
        "terms": lambda c: [list(c.terms()), list(c.terms(3, 4))],
        "mentions": lambda c: [c.mentions(i) for i in ids],
        "mentions_of": lambda c: c.mentions_of(players),
        "documents_mentioning": lambda c: [c.documents_mentioning(p, most=2) for p in players],
        "documents_with_tables": lambda c: c.documents_with_tables(),
        "count_mentions": lambda c: c.count_mentions(),
        "figures_of": lambda c: [c.figures_of(i) for i in ids],
        "sentences_of": lambda c: [c.sentences_of(i) for i in ids],
        "list_documents": lambda c: c.list_documents(),
        "find_documents": lambda c: c.find_documents(_listing(), first=1, most=3),
        "find_lines": lambda c: c.find_lines([*ids[:3], "none"]),
        "count_selected": lambda c: [c.count_selected(within) for within in FILTERS],
        "file_of": lambda c: [c.file_of(i) for i in ids],
        "find_source": lambda c: [c.find_source(n) for n in [*names, "none"]],
        "documents_in": lambda c: [c.documents_in(n) for n in names],
        "files_of": lambda c: [c.files_of(d) for d in digests],
        "contents": lambda c: c.contents(),
        "passages_by_content": lambda c: c.passages_by_content(),
        "count_copies": lambda c: c.count_copies(),
        "find_faults": lambda c: c.find_faults(),
    }


def _listing() -> Any:
    from assistant.index.listing import Listing

    return Listing()


FIELDS = (
    "documents passages sample_questions players notices unread figures formats skipped".split()
)


def test_the_catalog_is_the_same_method_by_method(kept: Kept) -> None:
    expected, found = kept.local.catalog, kept.stored.catalog
    calls = list_calls(expected)
    methods = {
        name
        for name, value in inspect.getmembers(Catalog, inspect.isfunction)
        if not name.startswith("_")
    }
    assert methods - {"open", "restrict", "close"} == calls.keys()
    for name, call in calls.items():
        assert call(found) == call(expected), name
    for name in FIELDS:
        assert getattr(found, name) == getattr(expected, name), name
    assert expected.count_copies() == 1
    assert expected.documents_with_tables()
    assert expected.notices
    assert expected.skipped
    assert expected.figures


def test_the_files_of_the_encoder_are_the_same(kept: Kept) -> None:
    for name in ("encoder.onnx", "encoder.json", "tokenizer.json"):
        stored, local = kept.stored.folder / name, kept.local.folder / name
        assert stored.read_bytes() == local.read_bytes()
