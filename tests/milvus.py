"""Stores in Milvus for tests: a server of Milvus Lite that can be stopped, frozen and killed."""

import os
import signal
import socket
import subprocess
import sys
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
