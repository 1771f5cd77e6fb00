"""What a server does under load, over the index in indexes/default: `make bench-load`.

Clients and server share the machine, and every question is asked once: none is remembered. A
request is lost if it was sent in full and got no full response.
"""

import asyncio
import contextlib
import itertools
import signal
from collections import Counter
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from time import perf_counter
from urllib.parse import quote, urlsplit

import numpy as np

from assistant.questions.index_questions import read_index_questions
from tests.benchmarks.asking import QUESTIONS, Server

CLIENTS, SECONDS = 8, 15.0
MANY = 64  # clients that ask all the time, more than the queue has room for
FLOOD = 500  # questions at the same time
SLOW = 200  # connections on which little or nothing comes
STOPPED = 16  # clients that ask while the server is stopped
PROBE_SECONDS = 0.02  # between two requests for health
HEAD = "GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n"
# What is sent of a request, and whether a byte more follows each second.
PARTS = (
    (b"", False),
    (b"GET /api/v1/query?question=", True),
    (b"POST /api/v1/query HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 900\r\n\r\n{", True),
    (b"GET /static/guide/trends.png HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n" * 20, False),
)


@dataclass(frozen=True, slots=True)
class Reply:
    """`status` is 0 where a request was lost, -1 where the server took no connection."""

    status: int
    seconds: float
    has_retry: bool = False


async def request(port: int, path: str) -> Reply:
    """GET a path on a connection of its own, which is read to its end."""
    began = perf_counter()
    try:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
    except OSError:
        return Reply(-1, perf_counter() - began)
    content = b""
    with contextlib.suppress(OSError):
        writer.write(HEAD.format(path=path).encode())
        await writer.drain()
        content = await reader.read()
    writer.close()
    head, separator, body = content.partition(b"\r\n\r\n")
    lines = head.lower().split(b"\r\n")
    length = next((line for line in lines if line.startswith(b"content-length:")), b":-1")
    is_whole = bool(separator) and int(length.partition(b":")[2]) == len(body)
    status = int(head.split(b" ")[1]) if is_whole else 0
    has_retry = any(line.startswith(b"retry-after:") for line in lines)
    return Reply(status, perf_counter() - began, has_retry)


def make_paths() -> Iterator[str]:
    """The paths of endless questions, each asked once."""
    texts = [question.question for question in read_index_questions(QUESTIONS)]
    for number in itertools.count(1):
        for text in texts:
            yield f"/api/v1/query?question={quote(f'{text} {number}')}"


async def ask_for(port: int, paths: Iterator[str], clients: int, seconds: float) -> list[Reply]:
    """The replies to clients that each ask the next question when they have an answer."""
    ends = perf_counter() + seconds

    async def ask() -> list[Reply]:
        replies = []
        while perf_counter() < ends:
            replies.append(await request(port, next(paths)))
            if replies[-1].status != 200:  # a client that is refused does not insist
                await asyncio.sleep(0.1)
        return replies

    return [*itertools.chain(*await asyncio.gather(*(ask() for _ in range(clients))))]


async def flood(port: int, paths: Iterator[str]) -> list[Reply]:
    return await asyncio.gather(*(request(port, next(paths)) for _ in range(FLOOD)))


@asynccontextmanager
async def probing(port: int) -> AsyncIterator[list[float]]:
    """The seconds that requests for health take meanwhile."""
    took: list[float] = []

    async def probe() -> None:
        while True:
            reply = await request(port, "/api/v1/health")
            assert reply.status == 200, reply
            took.append(reply.seconds)
            await asyncio.sleep(PROBE_SECONDS)

    task = asyncio.create_task(probe())
    yield took
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task


@asynccontextmanager
async def holding(port: int) -> AsyncIterator[None]:
    """Hold connections with parts of requests, and open new ones for those that are closed."""

    async def hold(part: bytes, has_more: bool) -> None:
        while True:
            with contextlib.suppress(OSError):
                reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=1)
                writer.write(part)
                while not writer.is_closing() and not reader.at_eof():
                    await asyncio.sleep(1)
                    if has_more:
                        writer.write(b"x")
                writer.close()

    kinds = itertools.islice(itertools.cycle(PARTS), SLOW)
    tasks = [asyncio.create_task(hold(*kind)) for kind in kinds]
    await asyncio.sleep(2)
    yield
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


async def stop_under_load(server: Server, port: int, paths: Iterator[str]) -> list[Reply]:
    """The replies to clients that ask before, while and after a server is stopped."""
    asking = asyncio.create_task(ask_for(port, paths, STOPPED, 6.0))
    await asyncio.sleep(2)
    server.process.send_signal(signal.SIGTERM)
    return await asking


def count(replies: Sequence[Reply]) -> str:
    """Replies in words."""
    found = Counter(reply.status for reply in replies)
    retries = sum(reply.has_retry for reply in replies if reply.status == 503)
    others = sorted(set(found) - {200, 503, 0, -1})
    return (
        f"{found[200]} answered, {found[503]} got 503 ({retries} with Retry-After), "
        f"{found[0]} lost" + "".join(f", {found[status]} got {status}" for status in others)
    )


def find_rate(replies: Sequence[Reply], seconds: float) -> float:
    return sum(reply.status == 200 for reply in replies) / seconds


def milliseconds(took: Sequence[float]) -> str:
    middle, high = np.percentile(took, [50, 95])
    return f"median {1000 * middle:.0f} ms, p95 {1000 * high:.0f} ms"


async def measure(server: Server, port: int, paths: Iterator[str]) -> None:
    async with probing(port) as took:
        usual = await ask_for(port, paths, CLIENTS, SECONDS)
    rate = find_rate(usual, SECONDS)
    print(f"{CLIENTS} clients: {rate:.1f} answers per second; {count(usual)}")
    print(f"  answers: {milliseconds([reply.seconds for reply in usual if reply.status == 200])}")
    print(f"  health: {milliseconds(took)}")

    async with probing(port) as took:
        many = await ask_for(port, paths, MANY, SECONDS)
    ratio = find_rate(many, SECONDS) / rate
    print(f"{MANY} clients: {ratio:.2f} of the answers per second; {count(many)}")
    print(f"  health: {milliseconds(took)}")

    async with probing(port) as took:
        began = perf_counter()
        replies = await flood(port, paths)
        ratio = find_rate(replies, perf_counter() - began) / rate
    refused = [reply.seconds for reply in replies if reply.status == 503]
    print(f"{FLOOD} questions at once: {ratio:.2f} of the answers per second; {count(replies)}")
    print(f"  503: {milliseconds(refused)}" if refused else "  no 503")
    print(f"  health: {milliseconds(took)}")

    before = await ask_for(port, paths, CLIENTS, SECONDS)
    async with holding(port), probing(port) as took:
        held = await ask_for(port, paths, CLIENTS, SECONDS)
    after = await ask_for(port, paths, CLIENTS, SECONDS)
    ratio = find_rate(held, SECONDS) / find_rate([*before, *after], 2 * SECONDS)
    print(f"{SLOW} slow connections: {ratio:.2f} of the answers per second; {count(held)}")
    print(f"  health: {milliseconds(took)}")

    stopped = await stop_under_load(server, port, paths)
    print(f"SIGTERM, {STOPPED} clients: {count(stopped)}; exit status {server.process.wait()}")


def main() -> None:
    server = Server()
    port = urlsplit(server.address).port
    assert port is not None
    asyncio.run(measure(server, port, make_paths()))


if __name__ == "__main__":
    main()
