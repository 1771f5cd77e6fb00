import io
import json
import os
import signal
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, strategies as st

from assistant.errors import LoadError
from assistant.load import load_corpus
from assistant.load.child import _answer
from assistant.load.limits import MIB
from assistant.load.worker import ReplyError, Worker, decode_reply, encode_reply, read_line
from assistant.records import Document, Heading
from tests.office import make_pdf, make_xlsx, set_lines

DOCUMENT = Document(
    "a/b.pdf", "Title 👍", "Zoe\u0308 👨‍👩‍👧 paid.\r\n9 yuan.", date(2025, 9, 9), "https://e.org",
    headings=(Heading(0, 4, "Zoe\u0308", 2),), boilerplate=((5, 6), (9, 12)), page_starts=(0, 0, 9),
    extra={"week": "3"},
)  # fmt: skip
HEADING: dict[str, object] = {"start": 0, "end": 4, "text": "x", "level": 1}


def write(folder: Path, name: str, content: str | bytes) -> Path:
    (folder / name).write_bytes(content.encode() if isinstance(content, str) else content)
    return folder / name


def reason(loaded: list[Document | LoadError]) -> str:
    (refusal,) = loaded
    assert isinstance(refusal, LoadError)
    return refusal.message


def test_documents_and_refusals_go_through_a_line_unchanged() -> None:
    stream = io.BytesIO(encode_reply([DOCUMENT, LoadError("x is bad", hint="fix it")]) + b"\n")
    document, refusal = decode_reply(read_line(stream, 10_000))
    assert document == DOCUMENT
    assert isinstance(refusal, LoadError)
    assert (refusal.message, refusal.hint) == ("x is bad", "fix it")
    with pytest.raises(ReplyError, match="no reply"):
        read_line(stream, 10_000)


def test_a_line_cut_off_or_too_long_is_refused() -> None:
    for content, most in ((b"12345\n", 5), (b"12345", 6)):
        with pytest.raises(ReplyError):
            read_line(io.BytesIO(content), most)


@pytest.mark.parametrize(
    "change",
    [
        {"text": 1}, {"text": "\ud800"}, {"title": None}, {"published": "soon"}, {"source": 3},
        {"headings": [HEADING | {"end": 999}]}, {"headings": [HEADING | {"text": 2}]},
        {"headings": [{"start": 0, "end": 4}]}, {"headings": [HEADING | {"level": "1"}]},
        {"boilerplate": [[2, 2]]}, {"boilerplate": [[-1, 2]]}, {"boilerplate": [[0, "1"]]},
        {"boilerplate": 1}, {"page_starts": [3, 1]}, {"page_starts": [-1]}, {"page_starts": [999]},
        {"page_starts": [True]}, {"extra": []}, {"extra": {"a": 1}}, {"message": "x"},
        {"copies": ["c.txt"]},
    ],
)  # fmt: skip
def test_a_reply_that_breaks_a_promise_is_refused(change: dict[str, object]) -> None:
    (fields,) = json.loads(encode_reply([DOCUMENT]))
    with pytest.raises(ReplyError):
        decode_reply(json.dumps([fields | change]).encode())


@given(
    st.recursive(
        st.none() | st.integers() | st.text(max_size=3),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(st.sampled_from(["message", "hint", "text", "id"]), inner, max_size=3)
        ),
    )
)
def test_no_reply_crashes_the_reader(reply: object) -> None:
    try:
        decode_reply(json.dumps(reply).encode())
    except ReplyError:
        return


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The ids of the started processes, in order."""
    ids: list[int] = []
    start = Worker._start

    def spy(worker: Worker) -> "subprocess.Popen[bytes]":
        process = start(worker)
        ids.append(process.pid)
        return process

    monkeypatch.setattr(Worker, "_start", spy)
    return ids


def test_one_process_reads_many_files_and_starts_only_if_needed(
    tmp_path: Path, started: list[int]
) -> None:
    page = write(tmp_path, "a.html", "<h1>A</h1><p>Text.</p>")
    with Worker() as worker:
        assert started == []
        for _ in range(3):
            (document,) = worker.load(page, "a.html")
            assert isinstance(document, Document)
            assert document.title == "A"
        assert len(started) == 1


def test_text_files_start_no_process(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path, "a.txt", "Text.")
    write(tmp_path, "b.csv", "a,b\nx,y")
    monkeypatch.setattr("subprocess.Popen", None)
    assert len(load_corpus(tmp_path).documents) == 2


def test_a_file_that_takes_too_long_costs_only_itself(tmp_path: Path, started: list[int]) -> None:
    page = write(tmp_path, "a.html", "<p>Text.</p>")
    with Worker(seconds=0.01) as worker:  # less than the process needs to start
        assert reason(worker.load(page, "a.html")) == "a.html took longer than 0.01 seconds to read"
        worker.seconds = 60
        (document,) = worker.load(page, "a.html")
        assert isinstance(document, Document)
        assert len(started) == 2


def test_a_file_that_takes_too_much_memory_costs_only_itself(
    tmp_path: Path, started: list[int]
) -> None:
    large = write(tmp_path, "large.html", "<p>Words of text.</p>" * (24 * MIB // 21))
    small = write(tmp_path, "small.html", "<p>Text.</p>")
    with Worker(memory_bytes=384 * MIB) as worker:
        assert isinstance(worker.load(small, "small.html")[0], Document)
        assert (
            reason(worker.load(large, "large.html")) == "large.html took more than 384 MiB to read"
        )
        assert isinstance(worker.load(small, "small.html")[0], Document)
        assert len(started) == 3  # the large one was tried in a fresh process too


def test_a_library_that_crashes_loses_only_its_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    library = tmp_path / "library"
    library.mkdir()
    write(library, "pypdfium2.py", "import os\nos.abort()\n")
    monkeypatch.syspath_prepend(library)  # the worker process takes it over
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    write(corpus, "a.xlsx", make_xlsx({"S": [["Name", "Price"], ["Rokid", 3]]}))
    write(corpus, "b.pdf", make_pdf(set_lines("Fine.")))
    write(corpus, "c.html", "<p>Text.</p>")
    loaded = load_corpus(corpus)
    assert [document.id for document in loaded.documents] == ["a.xlsx", "c.html"]
    (refusal,) = loaded.skipped
    assert refusal.path == "b.pdf"
    assert refusal.reason.startswith("b.pdf crashed the program that reads it (status -")
    assert refusal.reason.endswith("): leave it out, or save it again as text")


def test_a_reply_of_too_many_bytes_is_refused(tmp_path: Path) -> None:
    page = write(tmp_path, "a.html", "<p>" + "Text. " * 100)
    with Worker(reply_bytes=200) as worker:
        assert "gave too much" in reason(worker.load(page, "a.html"))


def test_a_process_that_was_killed_between_files_is_replaced(
    tmp_path: Path, started: list[int]
) -> None:
    page = write(tmp_path, "a.html", "<p>Text.</p>")
    with Worker() as worker:
        worker.load(page, "a.html")
        assert worker._process is not None
        os.kill(worker._process.pid, signal.SIGKILL)
        assert isinstance(worker.load(page, "a.html")[0], Document)
        assert len(started) == 2


def test_the_process_ends_with_its_parent_and_has_no_secrets(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ASSISTANT_TOKEN", "secret-of-the-owner")
    page = write(tmp_path, "a.html", "<p>Text.</p>")
    with Worker() as worker:
        worker.load(page, "a.html")
        process = worker._process
        assert process is not None
        environment = Path(f"/proc/{process.pid}/environ")
        if environment.exists():
            assert b"PYTHONPATH" in environment.read_bytes()
            assert b"secret" not in environment.read_bytes()
    assert process.poll() is not None


def test_the_process_writes_no_file_and_loads_no_model() -> None:
    code = (
        "import resource, sys\n"
        "import assistant.load.child as child\n"
        "assert not {'torch', 'faiss', 'numpy', 'onnxruntime'} & set(sys.modules)\n"
        "child.limit_process(2**31)\n"
        "assert resource.getrlimit(resource.RLIMIT_FSIZE) == (0, 0)\n"
        "assert resource.getrlimit(resource.RLIMIT_CORE) == (0, 0)\n"
        "assert resource.getrlimit(resource.RLIMIT_AS) == (2**31, 2**31)\n"
    )
    if os.name == "posix":
        subprocess.run([sys.executable, "-c", code], check=True)


def test_another_document_than_was_asked_for_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write(tmp_path, "a.html", "<p>Text.</p>")
    monkeypatch.setattr("assistant.load.worker.decode_reply", lambda _: [DOCUMENT])
    with Worker() as worker:
        assert "another document" in reason(worker.load(path, "a.html"))


def test_half_a_character_is_refused_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    broken = Document("a.html", "A", "\ud800")
    monkeypatch.setattr("assistant.load.child._load", lambda *_: [broken])
    (refusal,) = decode_reply(_answer(Path("a.html"), "a.html"))
    assert isinstance(refusal, LoadError)
    assert refusal.message == "a.html contains half of a character"
