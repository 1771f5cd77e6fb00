"""Adding and deleting on the pages without JavaScript, and what they say without a write token."""

from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from httpx2 import Response

from assistant.api.writing import FORM_FILES
from tests.answers import read_page
from tests.changing import BELL, FERRY, TOKEN, client_of, make_site, wait_for_build

pytestmark = pytest.mark.usefixtures("fake_models", "terms_reader")
Parts = list[tuple[str, str | None, str]]


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    return tmp_path / "corpus"


@pytest.fixture
def client(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fake_models: None) -> TestClient:
    del fake_models
    return client_of(make_site(tmp_path, monkeypatch))


def post(client: TestClient, parts: Parts, **headers: str) -> Response:
    """Send a form as a browser does: its fields in their order, with name, file and content."""
    body = "".join(
        f'--xx\r\nContent-Disposition: form-data; name="{name}"'
        + (f'; filename="{file}"\r\nContent-Type: text/plain' if file is not None else "")
        + f"\r\n\r\n{content}\r\n"
        for name, file, content in parts
    )
    kind = {"Content-Type": "multipart/form-data; boundary=xx", **headers}
    return client.post("/documents", content=f"{body}--xx--\r\n".encode(), headers=kind)


def test_files_are_added_by_a_form(client: TestClient, corpus: Path) -> None:
    page = post(
        client,
        [
            ("token", None, TOKEN), ("files", "bell.txt", BELL), ("files", "../x.txt", BELL),
            ("files", "macro.docm", BELL), ("files", "ferry.txt", "Other."), ("files", "", ""),
        ],
    )  # fmt: skip
    assert page.status_code == 200
    lines = read_page(page.text)
    assert [line for line in lines if line.startswith(("bell", "../x", "macro", "ferry"))] == [
        "bell.txt Added. Answers include it once the index is rebuilt.", "../x.txt Not added",
        "macro.docm Not added", "macro.docm has a format that is not supported: save it as .docx",
        "ferry.txt Not added",
    ]  # fmt: skip
    assert (corpus / "ferry.txt").read_text() == FERRY
    wait_for_build(client)
    assert client.get("/documents/bell.txt").status_code == 200
    replaced = post(
        client,
        [("token", None, TOKEN), ("replace", None, "1"), ("files", "ferry.txt", "Other words.")],
    )
    assert "Not added" not in replaced.text
    assert (corpus / "ferry.txt").read_text() == "Other words."


def test_a_form_without_the_token_first_stores_nothing(client: TestClient, corpus: Path) -> None:
    right, wrong, file = ("token", None, TOKEN), ("token", None, "wrong"), ("files", "b.txt", BELL)
    parts: list[Parts] = [[file, right], [wrong, file], [file], [("token", None, ""), file]]
    for sent in parts:
        page = post(client, sent)
        assert page.status_code == 401
        assert TOKEN not in page.text
    assert post(client, [right, file], Origin="https://evil.example").status_code == 403
    assert post(client, [("token", None, "x" * 5000), file]).status_code == 422
    assert post(client, [right, file], **{"Content-Type": "text/plain"}).status_code == 422
    half = client.post(
        "/documents",
        content=f'--xx\r\nContent-Disposition: form-data; name="token"\r\n\r\n{TOKEN}'.encode(),
        headers={"Content-Type": "multipart/form-data; boundary=xx"},
    )
    assert half.status_code == 422
    assert [path.name for path in corpus.iterdir()] == ["ferry.txt"]


def test_a_form_has_a_limit_of_files(client: TestClient) -> None:
    files: Parts = [("files", "x.exe", "x")] * (FORM_FILES + 1)
    lines = read_page(post(client, [("token", None, TOKEN), *files]).text)
    assert sum(line.startswith("the form has more than 20 files") for line in lines) == 1


def test_a_document_is_deleted_after_a_question(client: TestClient, corpus: Path) -> None:
    assert 'href="/delete/ferry.txt"' in client.get("/documents").text
    assert 'href="/delete/ferry.txt"' in client.get("/documents/ferry.txt").text
    page = client.get("/zh/delete/ferry.txt").text
    assert read_page(page)[0] == "删除这篇文档？"
    digest = page.partition('name="digest" value="')[2][:64]
    wrong = client.post("/delete/ferry.txt", data={"digest": digest, "token": "wrong"})
    assert (wrong.status_code, read_page(wrong.text)[0]) == (401, "Delete this document?")
    (corpus / "ferry.txt").write_text("Changed.")
    right = {"digest": digest, "token": TOKEN}
    changed = client.post("/delete/ferry.txt", data=right)
    assert (changed.status_code, read_page(changed.text)[0]) == (412, "The file has changed")
    (corpus / "ferry.txt").write_text(FERRY)
    foreign = client.post("/delete/ferry.txt", data=right, headers={"Origin": "https://a.example"})
    assert foreign.status_code == 403
    deleted = client.post("/delete/ferry.txt", data=right)
    assert read_page(deleted.text)[:2] == [
        "The file was deleted", "ferry.txt is no longer in the folder of documents."
    ]  # fmt: skip
    assert list(corpus.iterdir()) == []
    assert client.get("/delete/ferry.txt").status_code == 404


def test_without_a_write_token_the_page_shows_the_command(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = client_of(make_site(tmp_path, monkeypatch, write_token=None))
    page = client.get("/documents").text
    assert f"assistant index --corpus {tmp_path / 'corpus'}" in page
    assert "ASSISTANT_WRITE_TOKEN" in page
    assert "/delete/" not in page
    assert 'type="file"' not in page
    assert "/delete/" not in client.get("/documents/ferry.txt").text
    for response in (client.get("/delete/ferry.txt"), post(client, [("token", None, TOKEN)])):
        assert response.status_code == 403
        assert read_page(response.text)[0] == "Documents can’t be changed here"


def test_a_build_that_failed_is_shown(
    client: TestClient, corpus: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("assistant.api.rebuilding.Rebuilding._build", lambda _: "a disk is full")
    post(client, [("token", None, TOKEN), ("files", "bell.txt", BELL)])
    wait_for_build(client)
    lines = read_page(client.get("/documents").text)
    assert "The index could not be rebuilt. Answers still come from the one before." in lines
    assert "a disk is full" in lines
    assert (corpus / "bell.txt").exists()
