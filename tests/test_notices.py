"""What was not read is reported: by the index, in the documents, and under every answer."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from assistant.answer import Assistant
from assistant.api.explanation import ask
from assistant.api.query import QueryBody
from assistant.api.text import render_text
from assistant.build import build_from
from assistant.build.doctor import examine
from assistant.cli import main
from assistant.index.stored import StoredRecords
from assistant.load import Corpus
from assistant.load.builder import DocumentBuilder
from assistant.load.formats import TEXT_LOADERS
from assistant.load.tables import LoadedTable
from assistant.pages.app import create_app
from assistant.records import Document, Notice, Place, Skipped
from assistant.settings import Settings
from tests.answers import strip_tags
from tests.conftest import LOCAL

SCAN = Notice("pages_without_text", "3 pages have no text: scans or drawings", (2, 3, 5))
RECOGNISED = Notice("recognised", "1 page was recognised from a picture", (1,))
DOCUMENTS = (
    Document("lease.pdf", "Lease", "The flat has two rooms.", notices=(SCAN, RECOGNISED),
             page_starts=(0,), places=(Place(0, 23, 1, 72.0, 700.0, 200.0, 711.5),)),
    Document("note.pdf", "Note", "The note is complete.", notices=(RECOGNISED,)),
    Document("plan.txt", "Plan", "The plan is complete."),
)  # fmt: skip
SKIPPED = (
    Skipped("README.md", "README.md describes its folder: rename it if it is a document"),
    Skipped("x.json", "x.json has a format that is not supported: save it as .jsonl"),
)
UNREAD = "1 of 3 documents was only partly read. 1 file was not read."


@pytest.fixture
def index(tmp_path: Path, fake_models: None) -> Path:
    del fake_models
    build_from(Corpus(DOCUMENTS, SKIPPED, "x"), tmp_path / "default", embedder="fake")
    return tmp_path / "default"


@pytest.fixture
def client(index: Path) -> Iterator[TestClient]:
    settings = Settings(indexes=index.parent)
    with TestClient(create_app(Assistant.open(index), settings=settings), base_url=LOCAL) as client:
        yield client


def test_an_index_keeps_what_was_not_read(index: Path) -> None:
    with closing(StoredRecords.open(index / "000001")) as catalog:
        assert catalog.notices == {"lease.pdf": (SCAN, RECOGNISED), "note.pdf": (RECOGNISED,)}
        assert catalog.unread == ("lease.pdf",)
        assert catalog.skipped == SKIPPED
        assert catalog.documents_at(0, 3) == list(DOCUMENTS)


def test_places_are_read_only_where_they_are_asked_for(index: Path) -> None:
    with closing(StoredRecords.open(index / "000001")) as catalog:
        assert catalog.document("lease.pdf").places == ()
        assert catalog.places_of("lease.pdf") == DOCUMENTS[0].places
        assert catalog.places_of("plan.txt") == ()


def test_every_refusal_says_what_was_not_read(index: Path) -> None:
    body = ask(Assistant.open(index), QueryBody(question="How much is the deposit?"))
    assert body.answer is None
    assert (body.coverage.unread, body.coverage.skipped) == (["lease.pdf"], 1)
    assert render_text(body).endswith(f"passages in 3 documents. {UNREAD}")


def test_the_doctor_lists_what_was_not_read(index: Path) -> None:
    notes = [finding.text for finding in examine(index) if finding.is_note]
    assert notes == [
        "lease.pdf: 3 pages have no text: scans or drawings (pages 2-3 and 5)",
        "lease.pdf: 1 page was recognised from a picture (page 1)",
        "note.pdf: 1 page was recognised from a picture (page 1)",
        "skipped: README.md describes its folder: rename it if it is a document",
        "skipped: x.json has a format that is not supported: save it as .jsonl",
    ]


def test_the_api_gives_the_notices_of_documents(client: TestClient) -> None:
    notices = [
        {"code": "pages_without_text", "message": SCAN.message, "pages": [2, 3, 5]},
        {"code": "recognised", "message": RECOGNISED.message, "pages": [1]},
    ]
    body = client.get("/api/v1/documents").json()
    assert [document["notices"] for document in body["documents"]] == [notices, notices[1:], []]
    assert body["skipped"] == [{"path": file.path, "reason": file.reason} for file in SKIPPED]
    assert client.get("/api/v1/documents/lease.pdf").json()["notices"] == notices


def test_the_pages_say_what_was_not_read(client: TestClient) -> None:
    listed = strip_tags(client.get("/documents").text)
    assert f"The index contains 3 documents. {UNREAD}" in listed
    assert "Pages without text" in listed
    assert SKIPPED[1].reason in listed
    document = client.get("/documents/lease.pdf").text
    assert f'<p lang="en">{SCAN}</p>' in document
    abstained = strip_tags(client.get("/", params={"question": "How much is the deposit?"}).text)
    assert UNREAD in abstained


@pytest.mark.usefixtures("fake_models")
def test_index_ends_with_what_was_not_read(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def load_partly(content: str, name: str) -> Document:
        builder = DocumentBuilder(name)
        builder.add(content)
        builder.report("truncated", "only the first part was read")
        if name == "07.part":
            builder.report("recognised", "1 page was recognised")
        return builder.build()

    monkeypatch.setitem(TEXT_LOADERS, ".part", load_partly)
    (tmp_path / "a.txt").write_text("Some text.")
    for number in range(25):
        (tmp_path / f"{number:02}.part").write_text(f"Text {number}.")
    (tmp_path / "b.json").write_text("{}")
    arguments = ["index", "--corpus", str(tmp_path), "--indexes", str(tmp_path / ".indexes")]
    for _ in range(2):  # built, then up to date
        assert main(arguments) == 0
        printed = capsys.readouterr().out
        assert (
            "\npartly read       25\n  00.part: only the first part was read\n  01.part" in printed
        )
        assert "  19.part: only the first part was read\n  and 5 more, which `assistant" in printed
        assert "\nskipped            1\n  b.json has a format" in printed
        assert "\nnotes              1\n  07.part: 1 page was recognised\n" in printed
    assert main([*arguments, "--json"]) == 0
    assert "25\n  00.part: only the first part was read\n" in capsys.readouterr().err


@pytest.mark.usefixtures("fake_models")
def test_the_report_of_a_build_has_the_notices(tmp_path: Path) -> None:
    corpus = Corpus(DOCUMENTS, SKIPPED, "x")
    for built in (True, False):
        report = build_from(corpus, tmp_path / "default", embedder="fake")
        assert report.built is built
        assert list(report.notices) == ["lease.pdf", "note.pdf"]
        assert tuple(report.notices["lease.pdf"]) == (SCAN, RECOGNISED)


def test_a_builder_places_the_cells_of_a_table() -> None:
    builder = DocumentBuilder("a.txt")
    builder.add_heading("Fares", 1)
    body = [(None, ["A", " 2.40\n"]), (None, ["", ""]), (7, ["B", "1.20"])]
    builder.add_table(LoadedTable([["Zone", "Adult"], ["Zone", "(euros)"]], body, ["In 2024"]))
    builder.add_boilerplate("Page 1", gap="\n")
    document = builder.build()
    assert document.text == (
        "Fares\n\nIn 2024\n\nZone: A; Adult (euros): 2.40\n\nZone: B; Adult (euros): 1.20\nPage 1"
    )
    (table,) = document.tables
    assert table.labels == ("Zone", "Adult (euros)")
    words = [[document.text[a:b] for a, b in row.cells] for row in table.rows]
    assert (words, [row.number for row in table.rows]) == (
        [["A", "2.40"], ["B", "1.20"]],
        [None, 7],
    )
    assert [document.text[a:b] for a, b in document.boilerplate] == ["Page 1"]
    assert (document.title, document.headings[0].text) == ("Fares", "Fares")
