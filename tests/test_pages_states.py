"""What the pages say before there is an index, while one is built, and when something fails."""

import json
import re
import shutil
import time
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest
from fastapi.testclient import TestClient

from assistant.index.catalog import Catalog
from assistant.index.progress import FILE, ProgressFile
from assistant.pages.app import create_app
from assistant.pages.starting import (
    COMMAND_SETTINGS,
    WhatWasRead,
    count_read,
    look_at,
    write_command,
)
from assistant.records import Notice, Skipped
from assistant.settings import Settings
from tests.answers import ANSWERED, assistant_of, client_of, read_page
from tests.conftest import LOCAL
from tests.generations import FIRST, build


def client_without_index(folder: Path, **settings: object) -> TestClient:
    chosen = Settings.model_validate({"indexes": folder / "indexes", **settings})
    return TestClient(create_app(settings=chosen), base_url=LOCAL)


def fill(folder: Path, *names: str) -> Path:
    folder.mkdir()
    for name in names:
        (folder / name).write_text("text")
    return folder


# Before there is an index


@pytest.mark.parametrize(
    ("settings", "command"),
    [
        ({}, "assistant index"),
        ({"corpus": "my notes", "index": "notes"},
         "assistant index --corpus 'my notes' --index notes"),
        ({"indexes": "/srv/ix", "ocr": True}, "assistant index --indexes /srv/ix --ocr"),
        ({"embedder": "e5", "reader": "r"}, "assistant index --embedder e5 --reader r"),
    ],
)  # fmt: skip
def test_the_command_has_an_option_for_each_setting(
    settings: dict[str, object], command: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in COMMAND_SETTINGS:
        monkeypatch.delenv(f"ASSISTANT_{name.upper()}", raising=False)
    assert write_command(Settings.model_validate(settings)) == command
    rebuilt = write_command(Settings.model_validate(settings), rebuild=True)
    assert rebuilt == f"{command} --rebuild"


def test_the_page_says_which_files_it_found_and_how_to_index_them(tmp_path: Path) -> None:
    corpus = fill(tmp_path / "corpus", "a.pdf", "b.PDF", "c.docx", "d.tex", "README.md")
    page = client_without_index(tmp_path, corpus=corpus).get("/")
    assert page.status_code == 503
    lines = read_page(page.text)
    assert lines[0] == "There is no index yet"
    assert f"The folder of documents is {corpus}." in lines
    assert "3 files: 2 PDF and 1 DOCX." in lines
    assert "1 file has a format that is not read:" in lines
    assert f"assistant index --corpus {corpus} --indexes {tmp_path / 'indexes'}" in lines
    assert "Everything happens on this machine: no document and no question leaves it." in lines
    assert lines[-1] == f"Request {page.headers['X-Request-ID']}"


@pytest.mark.parametrize(
    ("names", "state", "line"),
    [
        (None, "missing", "This folder does not exist."),
        ((), "empty", "This folder is empty."),
        (("a.json", "b.tex"), "unsupported", "No file in this folder can be read."),
    ],
)
def test_a_folder_without_documents_is_said_to_be_so(
    tmp_path: Path, names: tuple[str, ...] | None, state: str, line: str
) -> None:
    corpus = tmp_path / "corpus" if names is None else fill(tmp_path / "corpus", *names)
    assert look_at(corpus).state == state
    lines = read_page(client_without_index(tmp_path, corpus=corpus).get("/").text)
    assert line in lines
    command = f"assistant index --corpus FOLDER --indexes {tmp_path / 'indexes'}"
    assert any(said.endswith(f"index another folder: {command}") for said in lines)
    assert not any(said == "Index them" for said in lines)


def test_a_file_in_place_of_the_folder_is_named(tmp_path: Path) -> None:
    (tmp_path / "corpus").write_text("text")
    page = client_without_index(tmp_path, corpus=tmp_path / "corpus").get("/zh/")
    assert "这是一个文件，不是文件夹。" in read_page(page.text)


def test_every_page_without_an_index_says_how_to_build_it(tmp_path: Path) -> None:
    client = client_without_index(tmp_path, corpus=fill(tmp_path / "corpus", "a.txt"))
    for path in ("/documents", "/trends", "/players", "/?question=x", "/documents/a"):
        page = client.get(path)
        assert page.status_code == 503
        assert read_page(page.text)[0] == "There is no index yet"
        assert f'href="{path}"' in page.text, "its link to check again keeps the address"


# While an index is built


def test_the_page_shows_how_far_the_first_index_is(tmp_path: Path) -> None:
    client = client_without_index(tmp_path, corpus=fill(tmp_path / "corpus", "a.txt"))
    index = tmp_path / "indexes" / "default"
    index.mkdir(parents=True)
    file = ProgressFile(index)
    file.begin("embedding", 2310)
    file.advance(412)
    file.write()
    page = client.get("/").text
    assert read_page(page)[:1] == ["The documents are being indexed"]
    assert "Making passages searchable 412 of 2,310" in read_page(page)
    assert '<progress aria-label="Progress of this step" value="412" max="2310">' in page
    assert "Index them" not in page
    stale = json.loads((index / FILE).read_text())
    (index / FILE).write_text(json.dumps({**stale, "written": time.time() - 60}))
    assert read_page(client.get("/").text)[0] == "There is no index yet"


def test_with_an_index_the_first_page_says_that_a_new_one_is_built(
    tmp_path: Path, fake_models: None, terms_reader: None
) -> None:
    del fake_models, terms_reader
    index = tmp_path / "indexes" / "default"
    build(index, FIRST)
    client = client_without_index(tmp_path)
    said = "A new index is being built. Until it is ready, answers come from the current one."
    assert said not in read_page(client.get("/").text)
    ProgressFile(index).write()
    page = client.get("/")
    assert page.status_code == 200
    assert said in read_page(page.text)
    assert "<progress" in page.text
    assert " value=" not in page.text[page.text.index("<progress") :].partition(">")[0]


# The index in use


def test_a_damaged_index_is_shown_on_the_pages_and_by_health(
    tmp_path: Path, fake_models: None, terms_reader: None
) -> None:
    del fake_models, terms_reader
    index = tmp_path / "indexes" / "default"
    build(index, FIRST)
    shutil.copytree(index / "000001", index / "000002")
    (index / "CURRENT").write_text(f"000002 {'0' * 64}\n")
    client = client_without_index(tmp_path)
    for path in ("/", "/documents"):
        lines = read_page(client.get(path).text)
        assert "The newest index can’t be used. Answers come from the previous one." in lines
        assert any("generation 000001 is used instead" in line for line in lines)
    assert "generation 000001 is used" in client.get("/api/v1/health").json()["warning"]


def test_the_first_page_counts_what_was_read() -> None:
    catalog = SimpleNamespace(
        documents=41,
        skipped=(Skipped("README.md", "describes"), Skipped("a.tex", "ends in .tex")),
        unread=("b.pdf",),
        notices={
            "b.pdf": (Notice("pages_without_text", "1 page has no text", (3,)),),
            "c.txt": (Notice("language", "the text is in Chinese"),),
        },
        count_copies=lambda: 2,
        formats=(),
        find_lines=lambda _: [],
        find_documents=lambda *_, **__: ([], 0),
        count_selected=lambda _: 41,
    )
    read = count_read(cast(Catalog, catalog))
    lines = ("b.pdf: 1 page has no text (page 3)", "a.tex: ends in .tex")
    assert read == WhatWasRead(38, 1, 2, 1, lines, 0)
    assistant = assistant_of(ANSWERED)
    catalog.sample_questions = ()
    assistant.generation.catalog = catalog  # type: ignore[assignment]
    client = TestClient(create_app(assistant), base_url=LOCAL)
    page = client.get("/")
    assert (
        "The index contains 2 documents and 3 passages. 38 documents were read completely, "
        "1 only partly, and 2 have the text of another. 1 file was not read. See the documents"
    ) in read_page(page.text)
    assert "What was not read, and why" in read_page(page.text)
    assert "Try a question" not in page.text


# Errors


def test_a_request_id_is_taken_over_or_made() -> None:
    client = client_of(ANSWERED)
    for given in ("check-17", "A.b_c-9", "x" * 64):
        for path in ("/", "/nothing", "/api/v1/nothing", "/static/page.js"):
            response = client.get(path, headers={"X-Request-ID": given})
            assert response.headers["X-Request-ID"] == given
    for given in ("", "x" * 65, "a b", "<b>", "a\tb"):
        made = client.get("/", headers={"X-Request-ID": given}).headers["X-Request-ID"]
        assert re.fullmatch("[0-9a-f]{16}", made)
    assert client.get("/").headers["X-Request-ID"] != client.get("/").headers["X-Request-ID"]


@pytest.mark.parametrize("path", ["/?question=x", "/zh/?question=x", "/api/v1/query?question=x"])
def test_the_log_of_a_fault_names_the_request(
    path: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("inside")

    assistant = assistant_of(ANSWERED)
    monkeypatch.setattr(type(assistant), "ask", fail)
    client = TestClient(create_app(assistant), base_url=LOCAL, raise_server_exceptions=False)
    response = client.get(path, headers={"X-Request-ID": "check-17"})
    assert (response.status_code, response.headers["X-Request-ID"]) == (500, "check-17")
    assert "check-17" in response.text
    assert "request check-17 failed: GET" in caplog.text
    assert ('<html lang="zh">' in response.text) is path.startswith("/zh")


ERRORS = [
    ("/nothing", 404, "Page not found", "找不到页面"),
    ("/documents/none", 404, "There is no such document", "没有这篇文档"),
    ("/players/none", 404, "There is no such player", "没有这个主体"),
    (f"/?question={'x' * 2001}", 422, "The question can’t be asked", "无法提交这个问题"),
    ("/?question=x&as_of=soon", 422, "This address can’t be read", "无法识别这个地址"),
]


@pytest.mark.parametrize(("path", "status", "english", "chinese"), ERRORS)
def test_an_error_page_says_what_happened_and_what_to_do(
    client: TestClient, path: str, status: int, english: str, chinese: str
) -> None:
    for base, title in (("/en", english), ("/zh", chinese)):
        page = client.get(base + path)
        lines = read_page(page.text)
        assert page.status_code == status
        assert lines[0] == title
        assert any(page.headers["X-Request-ID"] in line for line in lines)
        if base == "/zh":
            assert lines[1].endswith("。")  # what to do
            assert re.search(r'<div class="notice problem"[^>]* lang="en">', page.text)


def test_a_question_that_is_too_long_keeps_its_words(client: TestClient) -> None:
    page = client.get("/", params={"question": "word " * 500}).text
    assert f'value="{"word " * 500}"' in page
    assert 'aria-invalid="true" aria-describedby="problem"' in page


def test_a_wrong_method_and_refusals_are_pages_for_people() -> None:
    client = client_of(ANSWERED)
    wrong = client.delete("/documents")
    assert (wrong.status_code, read_page(wrong.text)[0]) == (405, "This page can only be read")
    host = client.get("/", headers={"Host": "evil.example"})
    assert (host.status_code, read_page(host.text)[0]) == (
        421,
        "This server does not answer to this address",
    )
    large = client.request("GET", "/zh/", headers={"Content-Length": "70000"})
    assert (large.status_code, read_page(large.text)[0]) == (413, "请求过大")


def test_the_api_has_no_address_with_a_language() -> None:
    client = client_of(ANSWERED)
    query = {"question": ANSWERED.question}
    assert client.get("/zh/api/v1/query", params=query).status_code == 404
    missing = client.get("/api/v1/nothing").json()
    assert missing["error"]["code"] == "not_found"


def test_an_error_is_never_shown_as_html_of_its_own(client: TestClient) -> None:
    page = client.get("/documents/<script>alert(1)</script>")
    assert "<script>alert" not in page.text


def test_the_command_names_a_program_that_can_be_started(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.argv", [".venv/bin/assistant", "serve"])
    monkeypatch.setattr("shutil.which", lambda _: None)
    assert write_command(Settings()).split()[0] == ".venv/bin/assistant"
    monkeypatch.setattr("shutil.which", lambda _: "/usr/bin/assistant")
    assert write_command(Settings()).split()[0] == "assistant"
    monkeypatch.setattr("sys.argv", ["/somewhere/pytest"])
    monkeypatch.setattr("shutil.which", lambda _: None)
    assert write_command(Settings()).split()[0] == "assistant"
