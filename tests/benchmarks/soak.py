"""Memory and open files of a server that 8 clients use: `python -m tests.benchmarks.soak SECONDS`.

The clients ask questions, follow-ups and questions within documents, as JSON, pages, streams and
batches, read documents and lists, and close connections before their answer has come. The index is
built again every `BUILD_SECONDS`.
"""

import json
import random
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple
from urllib.parse import urlencode, urlsplit

import httpx2

CLIENTS = 8
BUILD_SECONDS = 30.0
SAMPLES = 20
COMMAND = sys.executable, "-m", "assistant.cli"
CORPUS = Path(__file__).parents[2] / "corpus"
QUESTIONS = (
    "How much do the Quark AI glasses cost?",
    "Who makes the Ray-Ban Meta glasses?",
    "Compare the prices of Xiaomi and Quark.",
    "How did shipments change from 2024 to 2025?",
    "Why do glasses need a battery?",
    "Which companies sell AI glasses?",
    "Did Huawei cancel its glasses?",
)
NOTES = 24  # small documents, so that filters differ


class Sample(NamedTuple):
    """After some seconds: memory in MB, open files, and answers so far."""

    seconds: int
    resident: int
    files: int
    answers: int


class Client:
    """Sends requests until it is stopped; `unexpected` are statuses other than 200."""

    def __init__(self, address: str, number: int, stop: threading.Event) -> None:
        self._address, self._stop = address, stop
        self._dice = random.Random(number)
        self.answers = 0
        self.unexpected: list[str] = []

    def run(self) -> None:
        with httpx2.Client(base_url=self._address, timeout=60) as http:
            while not self._stop.is_set():
                send = self._dice.choice([self.ask, self.ask, self.ask, self.read, self.leave])
                send(http)
                self.answers += 1

    def ask(self, http: httpx2.Client) -> None:
        dice = self._dice
        query: dict[str, object] = {"question": f"{dice.choice(QUESTIONS)[:-1]} {dice.random()}?"}
        if dice.random() < 0.3:
            query["previous"] = [{"question": dice.choice(QUESTIONS)}]
        if dice.random() < 0.3:
            query["documents"] = [f"note-{dice.randrange(NOTES)}.txt"]
        how = dice.choice(["json", "stream", "page", "batch"])
        if how == "batch":
            self._check(http.post("/api/v1/batch", content=f"{json.dumps(query)}\n" * 2))
        elif how == "page":
            self._check(http.get("/", params={"question": str(query["question"])}))
        else:
            accept = "text/event-stream" if how == "stream" else "application/json"
            self._check(http.post("/api/v1/query", json=query, headers={"Accept": accept}))

    def read(self, http: httpx2.Client) -> None:
        number = self._dice.randrange(NOTES)
        address = self._dice.choice(
            ["/", "/documents", f"/documents/note-{number}.txt", "/players", "/api/v1/health",
             f"/api/v1/documents/note-{number}.txt", "/api/v1/figures"]
        )  # fmt: skip
        self._check(http.get(address))

    def leave(self, _http: httpx2.Client) -> None:
        """Ask, and close the connection at once."""
        parts = urlsplit(self._address)
        path = f"/api/v1/query?{urlencode({'question': self._dice.choice(QUESTIONS)})}"
        with socket.create_connection((str(parts.hostname), int(parts.port or 80))) as connection:
            connection.sendall(f"GET {path} HTTP/1.1\r\nHost: {parts.netloc}\r\n\r\n".encode())

    def _check(self, response: httpx2.Response) -> None:
        if response.status_code != 200:
            self.unexpected.append(f"{response.request.url.path}: {response.status_code}")


def soak(seconds: float, folder: Path) -> tuple[list[Sample], list[str]]:
    """The samples of a server, evenly over the time, and what it refused."""
    corpus = folder / "corpus"
    corpus.mkdir()
    for number in range(NOTES):
        note = f"Lens {number} costs {number + 100} yuan. Quark sells it since May 2025."
        (corpus / f"note-{number}.txt").write_text(note)
    for path in CORPUS.glob("*.txt"):
        (corpus / path.name).write_bytes(path.read_bytes())
    places = ("--corpus", str(corpus), "--indexes", str(folder / "indexes"))
    subprocess.run([*COMMAND, "index", *places], check=True, capture_output=True)
    server = subprocess.Popen(
        [*COMMAND, "serve", "--port", "0", *places], stdout=subprocess.PIPE, text=True
    )
    stop = threading.Event()
    try:
        assert server.stdout is not None
        address = server.stdout.readline().split()[1]
        clients = [Client(address, number, stop) for number in range(CLIENTS)]
        threads = [threading.Thread(target=client.run) for client in clients]
        for thread in threads:
            thread.start()
        samples: list[Sample] = []
        begun = built = time.monotonic()
        while (passed := time.monotonic() - begun) < seconds:
            if time.monotonic() - built > BUILD_SECONDS:
                (corpus / "changing.txt").write_text(f"The ferry costs {passed:.0f} euros.")
                subprocess.run([*COMMAND, "index", *places], check=True, capture_output=True)
                built = time.monotonic()
            if passed >= len(samples) * seconds / SAMPLES:
                answers = sum(client.answers for client in clients)
                samples.append(Sample(int(passed), *measure(server.pid), answers))
                print(*samples[-1], sep="\t", flush=True)
            time.sleep(0.2)
        stop.set()
        for thread in threads:
            thread.join()
        return samples, [refused for client in clients for refused in client.unexpected]
    finally:
        stop.set()
        server.terminate()
        server.wait(30)


def measure(process: int) -> tuple[int, int]:
    """The resident memory of a process in MB, and how many files it has open."""
    folder = Path("/proc", str(process))
    lines = (folder / "smaps_rollup").read_text().splitlines()
    resident = next(int(line.split()[1]) for line in lines if line.startswith("Rss:"))
    return resident // 1024, sum(1 for _ in (folder / "fd").iterdir())


def main() -> None:
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 3600.0
    print("seconds", "MB", "files", "requests", sep="\t")
    with TemporaryDirectory() as folder:
        samples, refused = soak(seconds, Path(folder))
    first, last = samples[len(samples) // 4], samples[-1]
    print(f"from {first.resident} to {last.resident} MB: {last.resident / first.resident - 1:+.1%}")
    print(f"refused: {len(refused)}", *sorted(set(refused)), sep="\n")


if __name__ == "__main__":
    main()
