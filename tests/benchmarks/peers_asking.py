"""Asking and indexing next to two peers, from start to answer in one run: `make bench-peers`.

    python -m tests.benchmarks.peers_asking build/peers/reader

Haystack and txtai are released packages in an environment of their own, with the same embedder, the
same passages (ours, those with questions first) and the reader's weights of `peers_reader`; each
question is answered from the ten best passages. txtai is asked in two ways: its own route /extract
joins the ten passages and reads the first 512 word pieces of them; /answer, a route added to its
app, reads each of the ten, which is what ours and Haystack do. Haystack is a pipeline behind one
route of FastAPI. Both routes have one question at a time: torch uses all cores for each. Everything
else is at the defaults.

The indexing of ours finds terms, mentions and figures too. Suggestions, which the others don't
have, are left out.
"""

import argparse
import http.client
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from statistics import median, quantiles
from textwrap import fill
from typing import Any, NamedTuple
from urllib.parse import quote

from tests.benchmarks.peers import PASSAGES, PEERS

OURS, TXTAI, HAYSTACK = "ours", "txtai", "haystack"
IMPORT = "import sentence_transformers"
SYSTEMS = (OURS, TXTAI, HAYSTACK)
EXTRACT = "extract"  # of txtai's own API
# The ways of asking, and their headings.
WAYS = {
    OURS: "ours",
    TXTAI: "txtai, each passage",
    EXTRACT: "txtai, joined",
    HAYSTACK: "Haystack",
    IMPORT: f"`{IMPORT}`",
}
COLD_RUNS, CLIENTS = 3, 16
INDEX = "peers"  # of ours
ROWS, QUESTIONS = PEERS / "passages.jsonl", PEERS / "asked.json"
TXTAI_INDEX, TXTAI_CONFIG = PEERS / "txtai-index", PEERS / "txtai.yml"
HAYSTACK_STORE = PEERS / "haystack.json"
MEASURED = PEERS / "measured.json"
SCALE = Path("web/guide/scale.md")
HEADING = "### Next to two peers"
OPENING = "Next to txtai"
ASSISTANT = [sys.executable, "-m", "assistant.cli"]

Post = tuple[str, bytes | None]  # path, and body of a POST


class Served(NamedTuple):
    """Seconds of single questions; under load, questions a second and the processor's seconds of
    each; megabytes after.
    """

    alone: Sequence[float]
    rate: float
    processor: float
    megabytes: float


class Measured(NamedTuple):
    """Passages indexed per second, seconds to the first answer, and what servers did, by way."""

    indexed: dict[str, float]
    cold: dict[str, float]
    served: dict[str, Served]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("model", type=Path, help="folder written by tests.benchmarks.peers_reader")
    parser.add_argument("--documents", type=int, default=2000, help="paragraphs to index")
    parser.add_argument("--alone", type=int, default=40, help="questions asked one by one")
    parser.add_argument("--seconds", type=float, default=15, help="under load")
    parser.add_argument("--index", action="store_true", help="only index")
    parser.add_argument("--keep", action="store_true", help="ask the indexes of the run before")
    parser.add_argument("--readme", action="store_true", help="only write the last run's figures")
    parser.add_argument("--step", choices=("build", "ask", "serve"), help=argparse.SUPPRESS)
    parser.add_argument("--system", choices=SYSTEMS, help=argparse.SUPPRESS)
    parser.add_argument("--embedder", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--question", help=argparse.SUPPRESS)
    parser.add_argument("--port", type=int, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.step is not None:
        STEPS[given.system, given.step](given)
        return
    if given.readme:
        write_tables(read_measured())
        return
    # Haystack reports its use to its makers unless this is set.
    os.environ |= {"HAYSTACK_TELEMETRY_ENABLED": "False", "HF_HUB_OFFLINE": "1"}
    os.environ |= {"ASSISTANT_INDEXES": str(PEERS / "indexes"), "ASSISTANT_INDEX": INDEX}
    measured = read_measured() if given.keep else Measured({}, {}, {})
    for _ in measure(given, measured):
        MEASURED.write_text(json.dumps(measured), encoding="utf-8")
    print(make_table(measured))


def measure(given: argparse.Namespace, measured: Measured) -> Iterator[None]:
    """Fill in what is measured, a part at a time."""
    if not given.keep:
        for name in SYSTEMS:
            command = make_command(given, name, "build", "--documents", str(given.documents))
            took = time_command(command)
            measured.indexed[name] = len(_read_passages()) / took
            yield
    if not given.index:
        measured.cold.update(time_cold(given))
        yield
        for way, found in measure_served(given):
            measured.served[way] = found
            yield


def make_command(given: argparse.Namespace, name: str, step: str, *more: str) -> list[str]:
    from assistant.embed.model import packaged_folder

    python = sys.executable if name == OURS else str(PEERS / "bin/python")
    options = [str(given.model), "--embedder", str(packaged_folder()), "--system", name, "--step"]
    return [python, "-m", "tests.benchmarks.peers_asking", *options, step, *more]


def time_command(command: Sequence[str]) -> float:
    """Seconds from a process's start to its end."""
    began = time.perf_counter()
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return time.perf_counter() - began


def time_cold(given: argparse.Namespace) -> dict[str, float]:
    """Seconds from starting a process to its first answer, turn by turn; medians."""
    question = "How much did the console cost?"
    commands = {
        OURS: [*ASSISTANT, "ask", question],
        TXTAI: make_command(given, TXTAI, "ask", "--question", question),
        HAYSTACK: make_command(given, HAYSTACK, "ask", "--question", question),
        IMPORT: [sys.executable, "-c", IMPORT],
    }
    runs = [{name: time_command(one) for name, one in commands.items()} for _ in range(COLD_RUNS)]
    return {name: median(run[name] for run in runs) for name in commands}


def measure_served(given: argparse.Namespace) -> Iterator[tuple[str, Served]]:
    questions: list[str] = json.loads(QUESTIONS.read_text(encoding="utf-8"))
    ways: dict[str, tuple[str, Callable[[str], Post]]] = {
        OURS: (OURS, lambda text: (f"/api/v1/query?question={quote(text)}", None)),
        EXTRACT: (TXTAI, make_extract),
        TXTAI: (TXTAI, lambda text: (f"/answer?question={quote(text)}", None)),
        HAYSTACK: (HAYSTACK, lambda text: (f"/answer?question={quote(text)}", None)),
    }
    for way, (name, make) in ways.items():
        yield way, measure_server(given, name, [make(text) for text in questions])


def read_measured() -> Measured:
    indexed, cold, served = json.loads(MEASURED.read_text(encoding="utf-8"))
    return Measured(indexed, cold, {way: Served(*found) for way, found in served.items()})


def make_table(measured: Measured) -> str:
    """A column for each way of asking, a line for each figure that was measured."""
    lines: list[tuple[str, dict[str, str]]] = []
    if measured.indexed:
        shown = {name: f"{rate:.1f}" for name, rate in measured.indexed.items()}
        lines.append(("passages indexed per second", shown))
    if measured.cold:
        shown = {name: f"{took:.1f} s" for name, took in measured.cold.items()}
        lines.append(("start to first answer", shown))
    served = measured.served
    if served:
        alone = {way: quantiles(found.alone, n=100) for way, found in served.items()}
        times = {way: f"{1000 * q[49]:.0f} / {1000 * q[94]:.0f} ms" for way, q in alone.items()}
        rates = {way: f"{found.rate:.1f}" for way, found in served.items()}
        ratios = {way: f"{served[OURS].rate / found.rate:.1f}" for way, found in served.items()}
        used = {way: f"{1000 * found.processor:.0f} ms" for way, found in served.items()}
        memory = {way: f"{found.megabytes:.0f} MB" for way, found in served.items()}
        lines += [
            ("question, one client: p50 / p95", times),
            (f"questions per second, {CLIENTS} clients", rates),
            ("ours to it", ratios),
            ("processor's time of a question", used),
            ("resident memory after", memory),
        ]
    rows = [_join(["", *WAYS.values()]), "|---" * (len(WAYS) + 1) + "|"]
    return "\n".join([*rows, *(_join([words, *map(shown.get, WAYS)]) for words, shown in lines)])


def _join(cells: Iterable[str | None]) -> str:
    return f"| {' | '.join(cell or '' for cell in cells)} |"


def make_paragraph(measured: Measured) -> str:
    """The README's: ours next to txtai, each passage read, and Haystack."""
    served, ours = measured.served, measured.served[OURS]
    rate, joined, other_rate = (
        f"{ours.rate / served[way].rate:.1f}" for way in (TXTAI, EXTRACT, HAYSTACK)
    )
    text = (
        f"{OPENING} (reading each passage) and Haystack (`make bench-peers`) it answers {rate} and "
        f"{other_rate} times the questions per second; {joined} times those of txtai's own route, "
        f"which reads a third as much. More: [Scale](web/guide/scale.md)."
    )
    return fill(text, 100, break_on_hyphens=False)


def write_tables(measured: Measured) -> None:
    """Write the table of the guide and the paragraph of README."""
    from tests.benchmarks.readme import README, put_table

    text = SCALE.read_text(encoding="utf-8")
    SCALE.write_text(put_table(text, HEADING, make_table(measured)), encoding="utf-8")
    before, opening, after = README.read_text(encoding="utf-8").partition(OPENING)
    assert opening, f"README has no paragraph that begins {OPENING!r}"
    rest = after.partition("\n\n")[2]
    README.write_text(f"{before}{make_paragraph(measured)}\n\n{rest}", encoding="utf-8")


def make_extract(text: str) -> Post:
    asked = {"name": "answer", "query": text, "question": text}
    return "/extract", json.dumps({"queue": [asked]}).encode()


def measure_server(given: argparse.Namespace, name: str, requests: Sequence[Post]) -> Served:
    """Ask a new server first alone, then with all clients; every question once."""
    with _serving(given, name) as (process, port):
        for one in requests[:3]:
            send(port, one)
        alone = [send(port, one) for one in requests[3 : 3 + given.alone]]
        rest = iter(requests[3 + given.alone :])
        used = _processor_of(process.pid)
        ends = time.perf_counter() + given.seconds

        def ask_on() -> int:
            count = 0
            while time.perf_counter() < ends:
                send(port, next(rest))
                count += 1
            return count

        began = time.perf_counter()

        with ThreadPoolExecutor(CLIENTS) as clients:
            asked = sum(one.result() for one in [clients.submit(ask_on) for _ in range(CLIENTS)])
        took, used = time.perf_counter() - began, _processor_of(process.pid) - used
        status = Path(f"/proc/{process.pid}/status").read_text()
        found = re.search(r"VmRSS:\s+(\d+) kB", status)
        assert found
        return Served(alone, asked / took, used / asked, int(found[1]) / 1024)


def _processor_of(process: int) -> float:
    """Seconds that a process has used so far."""
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def send(port: int, request: Post) -> float:
    """Seconds of one request. txtai fails (500) where "no answer" is its best span."""
    path, body = request
    began = time.perf_counter()
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
    headers = {"Content-Type": "application/json"} if body is not None else {}
    connection.request("GET" if body is None else "POST", path, body, headers)
    response = connection.getresponse()
    content = response.read()
    connection.close()
    assert response.status in (200, 500), content
    return time.perf_counter() - began


@contextmanager
def _serving(
    given: argparse.Namespace, name: str
) -> Iterator[tuple["subprocess.Popen[bytes]", int]]:
    """The process and port of a server that takes connections."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = make_command(given, name, "serve", "--port", str(port))
    if name == OURS:
        command = [*ASSISTANT, "serve", "--port", str(port)]
    with (PEERS / f"{name}.log").open("wb") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log)
    try:
        while process.poll() is None:
            try:
                socket.create_connection(("127.0.0.1", port)).close()
                break
            except OSError:
                time.sleep(0.05)
        yield process, port
    finally:
        process.terminate()
        process.wait()


# In the environment of ours


def build_ours(given: argparse.Namespace) -> None:
    """Index the paragraphs, and write the passages for the others."""
    from assistant.evaluate.indexing import index_documents
    from assistant.questions.handwritten import QUESTIONS_FOLDER, read_set_paragraphs
    from assistant.records import Document
    from assistant.settings import Settings
    from tests.benchmarks.peers import read_paragraphs

    documents, asked = read_paragraphs()
    others = read_set_paragraphs(QUESTIONS_FOLDER, split="train")
    documents += [Document(one.id, one.title, one.text) for one in others]
    indexes = Settings().indexes
    shutil.rmtree(indexes / INDEX, ignore_errors=True)
    generation = index_documents(
        documents[: given.documents], indexes, embedder="packaged", name=INDEX
    )
    catalog = generation.catalog
    rows = [
        {"id": number, "text": catalog.passage(number).text} for number in range(catalog.passages)
    ]
    ROWS.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    QUESTIONS.write_text(json.dumps([question for question, *_ in asked]), encoding="utf-8")


# In the environment of the peers


def build_txtai(given: argparse.Namespace) -> None:
    from txtai import Embeddings

    embeddings = Embeddings(path=str(given.embedder), content=True, gpu=False)
    embeddings.index((one["id"], one["text"], None) for one in _read_passages())
    embeddings.save(str(TXTAI_INDEX))


def _write_txtai_config(model: Path) -> None:
    reader = {"path": str(model), "task": "question-answering", "context": PASSAGES, "gpu": False}
    # YAML has JSON in it.
    TXTAI_CONFIG.write_text(json.dumps({"path": str(TXTAI_INDEX), "extractor": reader}))


def ask_txtai(given: argparse.Namespace) -> None:
    from txtai import Application

    _write_txtai_config(given.model)
    application = Application(str(TXTAI_CONFIG))
    print(_answer_each(application, given.question))


def serve_txtai(given: argparse.Namespace) -> None:
    import uvicorn

    _write_txtai_config(given.model)
    os.environ["CONFIG"] = str(TXTAI_CONFIG)
    add_answer_route()
    uvicorn.run("txtai.api:app", port=given.port, log_level="error")


def add_answer_route() -> None:
    """Let txtai's API read each of the best passages as well, for one question at a time."""
    from threading import Lock

    from txtai.api import app, application

    lock = Lock()

    @app.get("/answer")  # type: ignore[untyped-decorator]
    def answer(question: str) -> str | None:
        with lock:
            return _answer_each(application.get(), question)


def _answer_each(application: Any, question: str) -> str | None:
    """The answer in the best passage that has one."""
    read = application.pipelines["extractor"].model
    found = application.embeddings.search(question, PASSAGES)
    answers = []
    for one in found:
        try:
            answers += read([question], [one["text"]])
        except TypeError:  # raised where "no answer" is the best span
            answers.append(None)
    return next((one for one in answers if one is not None), None)


def build_haystack(given: argparse.Namespace) -> None:
    from haystack import Document
    from haystack.document_stores.in_memory import InMemoryDocumentStore
    from haystack_integrations.components.embedders.sentence_transformers import (
        SentenceTransformersDocumentEmbedder,
    )

    embedder = SentenceTransformersDocumentEmbedder(model=str(given.embedder), progress_bar=False)
    embedder.warm_up()
    documents = [Document(id=str(one["id"]), content=one["text"]) for one in _read_passages()]
    store = InMemoryDocumentStore()
    store.write_documents(embedder.run(documents)["documents"])
    store.save_to_disk(str(HAYSTACK_STORE))


def _open_haystack(given: argparse.Namespace) -> Callable[[str], str | None]:
    from haystack import Pipeline
    from haystack.components.retrievers.in_memory import InMemoryEmbeddingRetriever
    from haystack.document_stores.in_memory import InMemoryDocumentStore
    from haystack_integrations.components.embedders.sentence_transformers import (
        SentenceTransformersTextEmbedder,
    )
    from haystack_integrations.components.readers.transformers import TransformersExtractiveReader

    store = InMemoryDocumentStore.load_from_disk(str(HAYSTACK_STORE))
    embedder = SentenceTransformersTextEmbedder(model=str(given.embedder), progress_bar=False)
    pipeline = Pipeline()
    pipeline.add_component("embedder", embedder)
    pipeline.add_component("retriever", InMemoryEmbeddingRetriever(store, top_k=PASSAGES))
    pipeline.add_component("reader", TransformersExtractiveReader(model=str(given.model), top_k=1))
    pipeline.connect("embedder.embedding", "retriever.query_embedding")
    pipeline.connect("retriever.documents", "reader.documents")
    pipeline.warm_up()

    def answer(question: str) -> str | None:
        found = pipeline.run({"embedder": {"text": question}, "reader": {"query": question}})
        best = max(found["reader"]["answers"], key=lambda one: one.score)
        text: str | None = best.data
        return text

    return answer


def ask_haystack(given: argparse.Namespace) -> None:
    print(_open_haystack(given)(given.question))


def serve_haystack(given: argparse.Namespace) -> None:
    from threading import Lock

    import uvicorn
    from fastapi import FastAPI

    app, read, lock = FastAPI(), _open_haystack(given), Lock()

    @app.get("/answer")
    def answer(question: str) -> str | None:
        with lock:
            return read(question)

    uvicorn.run(app, port=given.port, log_level="error")


STEPS: dict[tuple[str, str], Callable[[argparse.Namespace], None]] = {
    (OURS, "build"): build_ours,
    (TXTAI, "build"): build_txtai,
    (TXTAI, "ask"): ask_txtai,
    (TXTAI, "serve"): serve_txtai,
    (HAYSTACK, "build"): build_haystack,
    (HAYSTACK, "ask"): ask_haystack,
    (HAYSTACK, "serve"): serve_haystack,
}


def _read_passages() -> list[dict[str, Any]]:
    return [json.loads(line) for line in ROWS.read_text(encoding="utf-8").splitlines()]


if __name__ == "__main__":
    main()
