"""Stores in Milvus for tests: a server of Milvus Lite that can be stopped, frozen and killed, and a
network that is slow and cuts connections.
"""

import os
import random
import signal
import socket
import subprocess
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path
from uuid import uuid4

from assistant.settings import Settings

STANDALONE = os.environ.get("ASSISTANT_TEST_MILVUS")  # such as milvus://127.0.0.1:19530


class Server:
    """A server of Milvus Lite in a process of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port: int = free.getsockname()[1]
        self.start()

    def start(self) -> None:
        """Start it, and wait until it listens."""
        self._process = subprocess.Popen(
            [sys.executable, "-u", "-m", "milvus_lite", "server", "--data-dir", str(self.folder),
             "--host", "127.0.0.1", "--port", str(self.port)],
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        assert self._process.stdout is not None
        assert b"listening" in self._process.stdout.readline()

    def kill(self) -> None:
        self._process.kill()
        self._process.wait()
        assert self._process.stdout is not None
        self._process.stdout.close()

    def freeze(self) -> None:
        self._process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        self._process.send_signal(signal.SIGCONT)

    def name_store(self) -> str:
        """The setting for an index of its own."""
        return f"milvus://127.0.0.1:{self.port}/test_{uuid4().hex[:8]}"


def make_settings(indexes: Path, store: str) -> Settings:
    return Settings(indexes=indexes, store=store)


class Proxy:
    """Stands between a client and a server: it forwards late, and cuts connections.

    `delay` is the longest that a piece of a reply waits, in seconds; of `cut` pieces, one is lost
    with its connection: what was asked is done, the reply never comes. 0 for none.
    """

    def __init__(self, port: int, *, seed: int = 0) -> None:
        self.delay, self.cut = 0.0, 0
        self.cuts = 0
        self._to, self._dice = port, random.Random(seed)
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listening.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        self._listening.close()

    def name_store(self) -> str:
        return f"milvus://127.0.0.1:{self.port}/test_{uuid4().hex[:8]}"

    def _accept(self) -> None:
        with suppress(OSError):  # closed
            while True:
                client, _ = self._listening.accept()
                try:
                    server = socket.create_connection(("127.0.0.1", self._to))
                except OSError:  # it is away
                    client.close()
                    continue
                for pair in ((client, server, False), (server, client, True)):
                    threading.Thread(target=self._forward, args=pair, daemon=True).start()

    def _forward(self, source: socket.socket, to: socket.socket, is_reply: bool) -> None:
        with suppress(OSError):
            while piece := source.recv(1 << 16):
                if is_reply and self.cut and self._dice.randrange(self.cut) == 0:
                    self.cuts += 1
                    break
                if is_reply and self.delay:
                    time.sleep(self._dice.uniform(0, self.delay))
                to.sendall(piece)
        for end in (source, to):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()
