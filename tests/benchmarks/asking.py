"""How fast and how large asking is, over the index in indexes/default: `make bench`.

The floor of a question is what can't be left out: encoding it and one FAISS search. It is measured
next to the whole question, turn by turn in one run, so that the ratio holds on any machine. Every
question is asked once: none is remembered. The reader alone is timed on ten passages of 150 pieces.
"""

import http.client
import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from statistics import median
from urllib.parse import quote

from assistant.answer import open_reader
from assistant.evaluate.reader_only import make_splitter
from assistant.index.generation import Generation
from assistant.questions.index_questions import read_index_questions
from assistant.records import Document, Passage
from assistant.settings import Settings

ROOT = Path(__file__).parents[2]
QUESTIONS = ROOT / "tests" / "data" / "article_questions.jsonl"
COLD_RUNS = 5
READ, PIECES, READER_QUESTIONS = 10, 150, 60
IMPORT = "import sentence_transformers"
ASSISTANT = [sys.executable, "-m", "assistant.cli"]


def cold_ask() -> tuple[float, float]:
    """Seconds from starting `assistant ask` to its end, and those of importing a library that loads
    torch, turn by turn; the medians of some runs.
    """
    commands = (
        [*ASSISTANT, "ask", "How much do the Quark AI glasses cost?"],
        [sys.executable, "-c", IMPORT],
    )
    times: tuple[list[float], list[float]] = ([], [])
    for _ in range(COLD_RUNS):
        for command, took in zip(commands, times, strict=True):
            began = time.perf_counter()
            subprocess.run(command, check=True, capture_output=True, cwd=ROOT)
            took.append(time.perf_counter() - began)
    return median(times[0]), median(times[1])


class Server:
    """`assistant serve` in a process of its own at `address`; `seconds` until its first answer."""

    def __init__(self) -> None:
        began = time.perf_counter()
        self.process = subprocess.Popen(
            [*ASSISTANT, "serve", "--port", "0"], cwd=ROOT, stdout=subprocess.PIPE, text=True,
            env={**os.environ, "PYTHONUNBUFFERED": "1"},
        )  # fmt: skip
        assert self.process.stdout is not None
        port = next(
            int(found[1])
            for line in self.process.stdout
            if (found := re.search(r"http://[^:]+:(\d+)", line))
        )
        self.address = f"http://127.0.0.1:{port}"
        self._connection = http.client.HTTPConnection("127.0.0.1", port)
        self.get("/api/v1/query?question=Who+is+Wu+Jia")
        self.seconds = time.perf_counter() - began

    def get(self, path: str) -> bytes:
        self._connection.request("GET", path)
        response = self._connection.getresponse()
        body = response.read()
        assert response.status == 200, body
        return body

    def resident_megabytes(self) -> float:
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        found = re.search(r"VmRSS:\s+(\d+) kB", status)
        assert found
        return int(found[1]) / 1024

    def stop(self) -> None:
        self._connection.close()
        self.process.terminate()
        self.process.wait()


def make_passages(document: Document) -> list[Passage]:
    """The first passages of a document that have exactly so many word pieces each."""
    splitter = make_splitter()
    words = [match.span() for match in re.finditer(r"\S+", document.text)]
    passages: list[Passage] = []
    first = last = 0
    while len(passages) < READ:
        start, end = words[first][0], words[last][1]
        if splitter.count_pieces([document.text[start:end]])[0] >= PIECES:
            passages.append(Passage(document, len(passages), start, end, "", ((start, end),)))
            first = last + 1
        last += 1
    return passages


def time_reader(generation: Generation, settings: Settings, questions: Sequence[str]) -> float:
    """The median of reading ten passages of 150 pieces, warm, another question each time."""
    reader = open_reader(settings.reader, generation)
    longest = max(generation.catalog.list_documents(), key=lambda line: line.characters)
    document = generation.catalog.document(longest.id)
    passages = make_passages(document)
    reader.read(questions[0], passages)
    times = []
    for question in questions[1:]:
        began = time.perf_counter()
        reader.read(question, passages)
        times.append(milliseconds(began))
    return median(times)


def milliseconds(began: float) -> float:
    return 1000 * (time.perf_counter() - began)


def main() -> None:
    settings = Settings()
    generation = Generation.open(settings.indexes / settings.index)
    questions = list(read_index_questions(QUESTIONS))
    texts = [question.question for question in questions]
    # Three questions of each, all of one length, so that no path gets a vector remembered.
    ways = {name: [f"{text} {number}" for text in texts] for number, name in
            enumerate(("floor", "JSON", "page"), start=1)}  # fmt: skip
    cold, imported = cold_ask()
    print(f"cold `assistant ask`: {cold:.2f} s (median of {COLD_RUNS})")
    print(f"  {cold / imported:.2f} of `{IMPORT}`, {imported:.2f} s")
    server = Server()
    print(f"server's first answer: {server.seconds:.2f} s after its start")
    times: dict[str, list[float]] = {name: [] for name in ways}
    inside = []
    for floor, by_json, by_page in zip(*ways.values(), strict=True):
        began = time.perf_counter()
        generation.vectors.search(generation.encoder.embed_questions([floor]), 100)
        times["floor"].append(milliseconds(began))
        began = time.perf_counter()
        body = server.get(f"/api/v1/query?question={quote(by_json)}")
        times["JSON"].append(milliseconds(began))
        inside.append(json.loads(body)["timing_ms"]["total"])
        began = time.perf_counter()
        server.get(f"/?question={quote(by_page)}")
        times["page"].append(milliseconds(began))
    bottom = median(times["floor"])
    print(f"floor (encode + FAISS): {bottom:.2f} ms (median of {len(texts)})")
    print(f"answer, without HTTP: {median(inside):.2f} ms, {median(inside) / bottom:.2f} x floor")
    for name in ("JSON", "page"):
        whole = median(times[name])
        print(f"whole question, {name}: {whole:.2f} ms, {whole / bottom:.2f} x floor")
    lists = [inside[n] for n, question in enumerate(questions) if question.kind == "list"]
    print(f"list question over {generation.catalog.passages} passages: {median(lists):.2f} ms")
    read = time_reader(generation, settings, texts[:READER_QUESTIONS])
    print(f"reader, {READ} passages of {PIECES} pieces: {read:.2f} ms")
    print(f"server's resident memory: {server.resident_megabytes():.0f} MB")
    server.stop()


if __name__ == "__main__":
    main()
