"""Documents are added, replaced and deleted by the API; whoever may not is refused."""

import asyncio
import hashlib
import threading
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from starlette.types import Message

from assistant.api.adding import MOST_TRIALS, Corpus
from assistant.api.rebuilding import Rebuilding
from assistant.api.reloading import CurrentAssistant
from assistant.load.trial import Trial
from assistant.settings import Settings
from tests.answers import read_page
from tests.changing import BELL, FERRY, TOKEN, WITH_TOKEN, client_of, make_site, wait_for_build
from tests.office import make_zip

pytestmark = pytest.mark.usefixtures("fake_models", "terms_reader")
DOCUMENTS = "/api/v1/documents"


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    return tmp_path / "corpus"


@pytest.fixture
def client(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fake_models: None) -> TestClient:
    del fake_models
    return client_of(make_site(tmp_path, monkeypatch))


def names(corpus: Path) -> list[str]:
    return sorted(path.name for path in corpus.iterdir())


def ids(client: TestClient) -> list[str]:
    return [each["id"] for each in client.get(DOCUMENTS).json()["documents"]]


def error(response: object) -> tuple[int, str]:
    assert hasattr(response, "status_code")
    assert hasattr(response, "json")
    return response.status_code, response.json()["error"]["code"]


def etag(text: str) -> str:
    return f'"{hashlib.sha256(text.encode()).hexdigest()}"'


def test_a_document_is_added_asked_replaced_and_deleted(client: TestClient, corpus: Path) -> None:
    added = client.put(f"{DOCUMENTS}/bell.txt", content=BELL, headers=WITH_TOKEN)
    assert added.status_code == 201
    assert added.json() == {
        "name": "bell.txt", "sha256": etag(BELL).strip('"'), "bytes": len(BELL), "replaced": False,
        "documents": 1, "notices": [], "unread": [], "build": 1,
    }  # fmt: skip
    wait_for_build(client)
    assert ids(client) == ["bell.txt", "ferry.txt"]

    taken = client.put(f"{DOCUMENTS}/bell.txt", content="Other.", headers=WITH_TOKEN)
    assert (*error(taken), taken.headers["ETag"]) == (409, "file_exists", etag(BELL))
    wrong = client.put(
        f"{DOCUMENTS}/bell.txt", content="x", headers={**WITH_TOKEN, "If-Match": etag("x")}
    )
    assert error(wrong) == (412, "file_changed")
    assert (corpus / "bell.txt").read_text() == BELL
    right = {**WITH_TOKEN, "If-Match": taken.headers["ETag"]}
    replaced = client.put(f"{DOCUMENTS}/bell.txt", content="The bell is new.", headers=right)
    assert (replaced.status_code, replaced.json()["replaced"]) == (201, True)

    wait_for_build(client)
    asks = client.delete(f"{DOCUMENTS}/bell.txt", headers=WITH_TOKEN)
    assert (*error(asks), asks.headers["ETag"]) == (409, "file_exists", etag("The bell is new."))
    stale = client.delete(f"{DOCUMENTS}/bell.txt", headers=right)
    assert error(stale) == (412, "file_changed")
    right["If-Match"] = asks.headers["ETag"]
    deleted = client.delete(f"{DOCUMENTS}/bell.txt", headers=right)
    assert (deleted.status_code, deleted.json()["documents"]) == (202, ["bell.txt"])
    wait_for_build(client)
    assert ids(client) == ["ferry.txt"]
    assert client.get(f"{DOCUMENTS}/bell.txt").status_code == 404
    assert names(corpus) == ["ferry.txt"]


def test_after_the_last_document_is_deleted_nothing_answers(
    client: TestClient, corpus: Path
) -> None:
    assert client.get("/", params={"question": "What does the ferry cost?"}).status_code == 200
    right = {**WITH_TOKEN, "If-Match": etag(FERRY)}
    assert client.delete(f"{DOCUMENTS}/ferry.txt", headers=right).status_code == 202
    wait_for_build(client)
    asked = client.get("/api/v1/query", params={"question": "What does the ferry cost?"})
    assert error(asked) == (503, "no_index")
    page = client.get("/documents")
    assert page.status_code == 503
    assert {"This folder is empty.", "Add documents"} <= set(read_page(page.text))
    assert client.put(f"{DOCUMENTS}/bell.txt", content=BELL, headers=WITH_TOKEN).status_code == 201
    wait_for_build(client)
    assert ids(client) == ["bell.txt"]
    assert names(corpus) == ["bell.txt"]


def test_a_file_of_many_documents_is_deleted_as_a_file(client: TestClient, corpus: Path) -> None:
    lines = f'{{"id": "one", "text": "{BELL}"}}\n{{"id": "two", "text": "Two."}}\n'
    added = client.put(f"{DOCUMENTS}/many.jsonl", content=lines, headers=WITH_TOKEN).json()
    assert added["documents"] == 2
    wait_for_build(client)
    for name in ("many.jsonl/one", "many.jsonl"):
        asks = client.delete(f"{DOCUMENTS}/{name}", headers=WITH_TOKEN)
        assert asks.headers["ETag"] == etag(lines)
    page = client.get("/delete/many.jsonl/one").text
    assert "It holds 2 documents, which are all deleted:" in read_page(page)
    right = {**WITH_TOKEN, "If-Match": etag(lines)}
    deleted = client.delete(f"{DOCUMENTS}/many.jsonl/two", headers=right).json()
    assert deleted["name"] == "many.jsonl"
    assert deleted["documents"] == ["many.jsonl/one", "many.jsonl/two"]
    assert names(corpus) == ["ferry.txt"]


def test_a_file_of_which_a_part_was_not_read_is_deleted_too(
    client: TestClient, corpus: Path
) -> None:
    lines = f'{{"id": "one", "text": "{BELL}"}}\n{{"id": "two"}}\n'
    added = client.put(f"{DOCUMENTS}/many.jsonl", content=lines, headers=WITH_TOKEN).json()
    assert (added["documents"], len(added["unread"])) == (1, 1)
    wait_for_build(client)
    right = {**WITH_TOKEN, "If-Match": etag(lines)}
    deleted = client.delete(f"{DOCUMENTS}/many.jsonl/one", headers=right).json()
    assert (deleted["name"], deleted["documents"]) == ("many.jsonl", ["many.jsonl/one"])
    assert names(corpus) == ["ferry.txt"]


# Who may


REFUSED: list[tuple[dict[str, str], tuple[int, str]]] = [
    ({}, (401, "no_write_token")),
    ({"X-Write-Token": "wrong-wrong-wrong"}, (401, "no_write_token")),
    ({"X-Write-Token": TOKEN + "x"}, (401, "no_write_token")),
    ({"X-Write-Token": "ü"}, (400, "bad_request")),
    ({"X-Write-Token": "\1\2"}, (401, "no_write_token")),
    ({**WITH_TOKEN, "Host": "127.0.0.1:8000/x?"}, (421, "unknown_host")),  # not only a port
    ({"Authorization": f"Basic {TOKEN}"}, (401, "no_write_token")),
    ({**WITH_TOKEN, "Origin": "https://evil.example"}, (403, "foreign_site")),
    ({**WITH_TOKEN, "Origin": "null"}, (403, "foreign_site")),
    ({**WITH_TOKEN, "Origin": "http://127.0.0.1:9000"}, (403, "foreign_site")),
    ({**WITH_TOKEN, "Sec-Fetch-Site": "cross-site"}, (403, "foreign_site")),
    ({**WITH_TOKEN, "Sec-Fetch-Site": "same-site"}, (403, "foreign_site")),
    ({**WITH_TOKEN, "Host": "evil.example"}, (421, "unknown_host")),
]


def test_who_may_not_write_is_refused_before_the_size_and_the_file(
    client: TestClient, corpus: Path
) -> None:
    for headers, expected in REFUSED:
        sent = {name.encode(): value.encode() for name, value in headers.items()}
        for method, path in (("PUT", "bell.txt"), ("DELETE", "ferry.txt")):
            response = client.request(
                method, f"{DOCUMENTS}/{path}", headers={**sent, b"Content-Length": b"70000000"}
            )
            assert error(response) == expected, headers
            assert TOKEN not in response.text
    assert names(corpus) == ["ferry.txt"]


def test_without_a_write_token_nothing_can_be_changed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = client_of(make_site(tmp_path, monkeypatch, write_token=None))
    for headers in ({}, WITH_TOKEN):
        put = client.put(f"{DOCUMENTS}/bell.txt", content=BELL, headers=headers)
        assert error(put) == (403, "writing_off")
        assert "ASSISTANT_WRITE_TOKEN" in put.json()["error"]["hint"]
        assert error(client.delete(f"{DOCUMENTS}/ferry.txt", headers=headers))[0] == 403
    assert names(tmp_path / "corpus") == ["ferry.txt"]


def test_the_write_token_comes_on_top_of_the_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = client_of(make_site(tmp_path, monkeypatch, token="a-token-to-read-with"))
    reading = {"Authorization": "Bearer a-token-to-read-with"}
    url = f"{DOCUMENTS}/bell.exe"  # refused after the tokens were
    for headers, code in (
        (WITH_TOKEN, "no_token"),
        ({"Authorization": f"Bearer {TOKEN}"}, "no_token"),
        (reading, "no_write_token"),
        ({**reading, **WITH_TOKEN}, "unsupported_format"),
    ):
        assert error(client.put(url, content=BELL, headers=headers))[1] == code
    assert client.get("/api/v1/corpus").status_code == 401


def test_without_another_token_the_write_token_may_be_the_bearer(client: TestClient) -> None:
    bearer = {"Authorization": f"Bearer {TOKEN}", "Sec-Fetch-Site": "same-origin"}
    bearer["Origin"] = "http://127.0.0.1:8000"
    refused = client.put(f"{DOCUMENTS}/bell.exe", content=BELL, headers=bearer)
    assert error(refused) == (415, "unsupported_format")


# What may not be added


HOSTILE = [
    "..%2Fbell.txt", "..%2f..%2f..%2fetc%2fcron.d%2fx.txt", "%2Fetc%2Fx.txt",
    "a%5C..%5Cb.txt", ".adding%2Fx.txt", "%2e%2e.txt", "CON.txt", "a%E2%80%AEtxt.txt",
    "x" * 4096 + ".txt", "%EF%BC%8E%EF%BC%8E%EF%BC%8Fx.txt", "p%D0%B0ypal.txt",
]  # fmt: skip


def test_a_hostile_name_stores_and_deletes_nothing(
    client: TestClient, corpus: Path, tmp_path: Path
) -> None:
    (tmp_path / "bell.txt").write_text("secret")
    for path in HOSTILE:
        response = client.put(f"{DOCUMENTS}/{path}", content=BELL, headers=WITH_TOKEN)
        assert error(response) == (422, "bad_file"), path
        missing = client.delete(
            f"{DOCUMENTS}/{path}", headers={**WITH_TOKEN, "If-Match": etag("secret")}
        )
        assert error(missing) == (404, "unknown_file"), path
    assert names(tmp_path) == ["bell.txt", "corpus", "indexes"]
    assert names(corpus) == ["ferry.txt"]


def test_the_other_files_of_the_folder_are_out_of_reach(client: TestClient, corpus: Path) -> None:
    (corpus / "players.toml").write_text("")
    (corpus / "questions.txt").write_text("Why?")
    for name in ("players.toml", "questions.txt"):
        added = client.put(f"{DOCUMENTS}/{name}", content=BELL, headers=WITH_TOKEN)
        assert error(added) == (415, "unsupported_format")
        assert error(client.delete(f"{DOCUMENTS}/{name}", headers=WITH_TOKEN))[0] == 404


def test_macros_bombs_and_empty_files_are_refused(client: TestClient, corpus: Path) -> None:
    bomb = make_zip({"word/document.xml": b"<a/>" + b" " * 20_000_000})
    for name, content, expected, words in (
        ("macro.docm", b"PK", (415, "unsupported_format"), "save it as .docx"),
        ("bomb.docx", bomb, (422, "bad_file"), "unpacks to too much"),
        ("empty.txt", b"", (422, "bad_file"), "is empty"),
    ):
        response = client.put(f"{DOCUMENTS}/{name}", content=content, headers=WITH_TOKEN)
        assert error(response) == expected
        assert words in response.json()["error"]["message"]
    assert names(corpus) == ["ferry.txt"]


def test_a_page_with_a_script_is_only_text(client: TestClient) -> None:
    html = f"<h1>Bell</h1><script>alert(1)</script><p onclick='x()'>{BELL} &lt;b&gt;x&lt;/b&gt;</p>"
    assert client.put(f"{DOCUMENTS}/x.html", content=html, headers=WITH_TOKEN).status_code == 201
    wait_for_build(client)
    assert BELL in client.get(f"{DOCUMENTS}/x.html").json()["text"]
    page = client.get("/documents/x.html").text
    assert "alert(1)" not in page
    assert "onclick" not in page
    assert "&lt;b&gt;x&lt;/b&gt;" in page


def test_a_body_is_cut_at_the_limit_whatever_it_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = client_of(make_site(tmp_path, monkeypatch, largest_file=1))
    sent = 0

    def send() -> Iterator[bytes]:  # without a Content-Length
        nonlocal sent
        for _ in range(100):
            sent += 2**18
            yield b"x" * 2**18

    endless = client.put(f"{DOCUMENTS}/x.txt", content=send(), headers=WITH_TOKEN)
    assert error(endless) == (413, "too_large")
    large = client.put(f"{DOCUMENTS}/x.txt", content=b"x" * (2**20 + 1), headers=WITH_TOKEN)
    assert error(large) == (413, "too_large")
    assert "ASSISTANT_LARGEST_FILE" in large.json()["error"]["hint"]
    asked = client.post("/api/v1/query", content=b"x" * 70_000)
    assert error(asked) == (413, "too_large"), "only files may be large"
    digits = {"Content-Length": "9" * 5000}  # more than Python reads as a number
    for response in (
        client.put(f"{DOCUMENTS}/x.txt", content=b"x", headers={**WITH_TOKEN, **digits}),
        client.post("/api/v1/query", content=b"x", headers=digits),
    ):
        assert error(response) == (413, "too_large")
    assert names(tmp_path / "corpus") == ["ferry.txt"]


def test_the_state_of_the_corpus_names_its_limits(client: TestClient) -> None:
    assert client.get("/api/v1/corpus").json() == {
        "writing": True, "watching": False, "largest_file": 50 * 2**20, "most_files": 10_000,
        "state": "ready", "requested": 0, "finished": 0, "problem": "", "step": None,
    }  # fmt: skip


def test_a_browser_says_itself_where_a_request_comes_from(client: TestClient) -> None:
    url = f"{DOCUMENTS}/bell.exe"
    for headers in (
        {"Sec-Fetch-Site": "same-origin", "Origin": "null"},  # of a page without a referrer
        {"Sec-Fetch-Site": "same-origin"},
        {"Origin": "https://127.0.0.1:8000"},  # behind a proxy with TLS
    ):
        response = client.put(url, content=BELL, headers={**WITH_TOKEN, **headers})
        assert error(response) == (415, "unsupported_format")


def test_of_files_that_are_sent_at_once_few_are_read_at_a_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_site(tmp_path, monkeypatch)
    settings = Settings(corpus=tmp_path / "corpus", indexes=tmp_path / "indexes")
    current = CurrentAssistant(settings)
    corpus = Corpus(settings, current, Rebuilding(settings, current.index))
    read_now, most, both = 0, 0, threading.Barrier(MOST_TRIALS)
    counting = threading.Lock()

    def read(_path: Path, name: str, *, ocr: bool) -> Trial:
        nonlocal read_now, most
        del name, ocr
        with counting:
            read_now += 1
            most = max(most, read_now)
        both.wait(60)
        with counting:
            read_now -= 1
        return Trial(1)

    async def send() -> AsyncIterator[bytes]:
        yield BELL.encode()

    async def add_all() -> None:
        await asyncio.gather(*(corpus.add(f"{n}.txt", send()) for n in range(3 * MOST_TRIALS)))

    monkeypatch.setattr("assistant.api.adding.try_file", read)
    asyncio.run(add_all())
    corpus.rebuilding.stop()
    assert most == MOST_TRIALS
    assert len(names(tmp_path / "corpus")) == 1 + 3 * MOST_TRIALS


def test_of_two_files_of_one_name_sent_at_once_one_is_kept(
    client: TestClient, corpus: Path
) -> None:
    texts = (BELL, "Another bell.")

    def put(text: str) -> int:
        url = f"{DOCUMENTS}/bell.txt"
        return client.put(url, content=text, headers=WITH_TOKEN).status_code

    with ThreadPoolExecutor(2) as pool:
        statuses = list(pool.map(put, texts))
    assert sorted(statuses) == [201, 409]
    assert (corpus / "bell.txt").read_text() == texts[statuses.index(201)]
    assert names(corpus) == ["bell.txt", "ferry.txt"]


@pytest.mark.parametrize(
    ("method", "path", "kind"),
    [
        ("PUT", f"{DOCUMENTS}/bell.txt", "application/octet-stream"),
        ("POST", "/documents", "multipart/form-data; boundary=xx"),
        ("POST", "/delete/ferry.txt", "application/x-www-form-urlencoded"),
        ("POST", "/feedback", "application/x-www-form-urlencoded"),
    ],
)
def test_a_sender_who_goes_away_is_no_fault_of_the_server(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    method: str,
    path: str,
    kind: str,
) -> None:
    app = make_site(tmp_path, monkeypatch)
    headers = {"Host": "127.0.0.1:8000", "Content-Type": kind, **WITH_TOKEN}
    scope = {
        "type": "http", "method": method, "path": path, "query_string": b"", "scheme": "http",
        "headers": [(name.lower().encode(), value.encode()) for name, value in headers.items()],
    }  # fmt: skip
    sent: list[Message] = []

    async def receive() -> Message:
        return {"type": "http.disconnect"}

    async def send(message: Message) -> None:
        sent.append(message)

    asyncio.run(app(scope, receive, send))
    assert sent[0]["status"] == 400
    assert caplog.records == []
    assert names(tmp_path / "corpus") == ["ferry.txt"]
