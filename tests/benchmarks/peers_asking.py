"""Asking and indexing next to two peers, from start to answer in one run: `make bench-peers`.

    python -m tests.benchmarks.peers_asking build/peers/reader

Haystack and txtai are released packages in an environment of their own, with the same embedder, the
same passages (ours) and the reader's weights of `peers_reader`; each question is answered from the
ten best passages. txtai is asked in two ways: its own route /extract joins the ten passages and
reads the first 512 word pieces of them; /answer, a route added to its app, reads each of the ten.
Haystack is a pipeline behind one route of FastAPI. Everything else is at their defaults.

The indexing of ours is all that `assistant index` does: terms, figures and suggestions too.
"""

import argparse
import http.client
import json
import os
import re
import resource
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from statistics import median, quantiles
from typing import Any, NamedTuple
from urllib.parse import quote

from tests.benchmarks.peers import PASSAGES, PEERS

OURS, TXTAI, HAYSTACK = "ours", "txtai", "haystack"
SYSTEMS = (OURS, TXTAI, HAYSTACK)
DOCUMENTS = 2000  # paragraphs, those with questions first
COLD_RUNS, CLIENTS = 3, 16
INDEX = "peers"  # of ours
ROWS, QUESTIONS = PEERS / "passages.jsonl", PEERS / "asked.json"
TXTAI_INDEX, TXTAI_CONFIG = PEERS / "txtai-index", PEERS / "txtai.yml"
HAYSTACK_STORE = PEERS / "haystack.json"
IMPORT = "import sentence_transformers"
ASSISTANT = [sys.executable, "-m", "assistant.cli"]

Post = tuple[str, bytes | None]  # path, and body of a POST


class Took(NamedTuple):
    """Seconds from a process's start to its end, and those of all its threads on a processor."""

    wall: float
    processor: float


class Served(NamedTuple):
    """Seconds of single questions; under load, questions a second and the processor's seconds of
    each; megabytes after.
    """

    alone: Sequence[float]
    rate: float
    processor: float
    megabytes: float


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("model", type=Path, help="folder written by tests.benchmarks.peers_reader")
    parser.add_argument("--alone", type=int, default=40, help="questions asked one by one")
    parser.add_argument("--seconds", type=float, default=15, help="under load")
    parser.add_argument("--keep", action="store_true", help="ask the indexes of the run before")
    parser.add_argument("--step", choices=("build", "ask", "serve"), help=argparse.SUPPRESS)
    parser.add_argument("--system", choices=SYSTEMS, help=argparse.SUPPRESS)
    parser.add_argument("--embedder", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--question", help=argparse.SUPPRESS)
    parser.add_argument("--port", type=int, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.step is not None:
        STEPS[given.system, given.step](given)
        return
    # Haystack reports its use to its makers unless this is set.
    os.environ |= {"HAYSTACK_TELEMETRY_ENABLED": "False", "HF_HUB_OFFLINE": "1"}
    os.environ |= {"ASSISTANT_INDEXES": str(PEERS / "indexes"), "ASSISTANT_INDEX": INDEX}
    if not given.keep:
        print_building({name: time_step(given, name, "build") for name in SYSTEMS})
    print_cold(given)
    print_served(given)


def make_command(given: argparse.Namespace, name: str, step: str, *more: str) -> list[str]:
    from assistant.embed.model import packaged_folder

    python = sys.executable if name == OURS else str(PEERS / "bin/python")
    options = [str(given.model), "--embedder", str(packaged_folder()), "--system", name, "--step"]
    return [python, "-m", "tests.benchmarks.peers_asking", *options, step, *more]


def time_step(given: argparse.Namespace, name: str, step: str, *more: str) -> Took:
    return time_command(make_command(given, name, step, *more))


def time_command(command: Sequence[str]) -> Took:
    began, used = time.perf_counter(), _processor_of_children()
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return Took(time.perf_counter() - began, _processor_of_children() - used)


def _processor_of_children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def print_building(seconds: dict[str, Took]) -> None:
    count = len(_read_passages())
    print(f"{count} passages, from starting the process to the index on disk:")
    for name, took in seconds.items():
        print(
            f"  {name}: {took.wall:.1f} s, {count / took.wall:.1f} passages a second; "
            f"{took.processor:.1f} s of the processor",
            flush=True,
        )


def print_cold(given: argparse.Namespace) -> None:
    """Print the seconds from starting a process to its first answer, turn by turn."""
    question = "How much did the console cost?"
    commands = {
        OURS: [*ASSISTANT, "ask", question],
        TXTAI: make_command(given, TXTAI, "ask", "--question", question),
        HAYSTACK: make_command(given, HAYSTACK, "ask", "--question", question),
        IMPORT: [sys.executable, "-c", IMPORT],
    }
    runs = [{name: time_command(one) for name, one in commands.items()} for _ in range(COLD_RUNS)]
    middle = {name: Took(*map(median, zip(*(run[name] for run in runs), strict=True)))
              for name in commands}  # fmt: skip
    print(f"start to first answer (median of {COLD_RUNS}):")
    for name, took in middle.items():
        wall, processor = (ours / it for ours, it in zip(middle[OURS], took, strict=True))
        print(f"  {name}: {took.wall:.2f} s; ours takes {wall:.2f} of it, {processor:.2f} of the "
              "processor's time", flush=True)  # fmt: skip


def print_served(given: argparse.Namespace) -> None:
    questions: list[str] = json.loads(QUESTIONS.read_text(encoding="utf-8"))
    ways: dict[str, tuple[str, Callable[[str], Post]]] = {
        OURS: (OURS, lambda text: (f"/api/v1/query?question={quote(text)}", None)),
        "txtai, /extract": (TXTAI, make_extract),
        "txtai, each passage": (TXTAI, lambda text: (f"/answer?question={quote(text)}", None)),
        HAYSTACK: (HAYSTACK, lambda text: (f"/answer?question={quote(text)}", None)),
    }
    print(f"served, {CLIENTS} clients for {given.seconds:.0f} s:")
    print(
        "| system | p50 ms | p95 ms | questions a second | ours : it | processor ms | memory MB |"
    )
    print("|---|---|---|---|---|---|---|")
    ours = 0.0
    for title, (name, make) in ways.items():
        found = measure_server(given, name, [make(text) for text in questions])
        ours = ours or found.rate
        p50, p95 = (1000 * quantiles(found.alone, n=100)[n - 1] for n in (50, 95))
        print(f"| {title} | {p50:.0f} | {p95:.0f} | {found.rate:.2f} | {ours / found.rate:.2f} | "
              f"{1000 * found.processor:.0f} | {found.megabytes:.0f} |", flush=True)  # fmt: skip


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


def build_ours(_: argparse.Namespace) -> None:
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
    generation = index_documents(documents[:DOCUMENTS], indexes, embedder="packaged", name=INDEX)
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
    """Let txtai's API read each of the best passages as well."""
    from txtai.api import app, application

    @app.get("/answer")  # type: ignore[untyped-decorator]
    def answer(question: str) -> str | None:
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
    """One question at a time: torch uses all cores for each."""
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
