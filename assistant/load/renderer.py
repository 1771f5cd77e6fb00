"""Draws pages of PDFs in another process, which is killed at its limits."""

import json
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from assistant.errors import PageImageError
from assistant.load import limits
from assistant.load.process import Deadline, start_program, stop_program

_HEADER_BYTES = 2**20
_SIGNATURES = {b"\x89PNG\r\n\x1a\n": "image/png", b"\xff\xd8\xff": "image/jpeg"}
_Points = Annotated[float, Field(gt=0, lt=10**6)]


@dataclass(frozen=True, slots=True)
class Original:
    """The file of a document, by its path and SHA-256."""

    path: Path
    digest: str


class PageSizes(BaseModel):
    """How many pages a PDF has, and the widths and heights of some in points."""

    pages: int = Field(ge=1)
    sizes: list[tuple[_Points, _Points]]


class _Reply(BaseModel):
    model_config = ConfigDict(extra="allow")

    error: str = ""
    bytes: int = Field(ge=0, le=limits.IMAGE_BYTES)


class Renderer:
    """Draws pages in a process that is started for the first and again after a failure.

    It ends by itself when nothing is asked for a while. One request at a time.
    """

    def __init__(
        self,
        *,
        seconds: float = limits.DRAWING_SECONDS,
        memory_bytes: int = limits.DRAWING_MEMORY_BYTES,
    ) -> None:
        self.seconds, self.memory_bytes = seconds, memory_bytes
        self._process: subprocess.Popen[bytes] | None = None

    def draw(self, original: Original, page: int, dpi: int) -> tuple[bytes, str]:
        """The image of a page (counted from 1) and its media type. Raises PageImageError."""
        _, image = self._request(original, page=page - 1, dpi=dpi)
        for signature, media_type in _SIGNATURES.items():
            if image.startswith(signature):
                return image, media_type
        raise PageImageError(f"page {page} of {original.path.name} gave no image")

    def measure(self, original: Original, first: int, most: int) -> PageSizes:
        """The sizes of `most` pages from `first` on (counted from 1). Raises PageImageError."""
        header, _ = self._request(original, page=first - 1, most=most)
        try:
            return PageSizes.model_validate_json(header)
        except ValidationError:
            raise PageImageError(f"the pages of {original.path.name} can't be measured") from None

    def close(self) -> None:
        process, self._process = self._process, None
        if process is not None:
            stop_program(process, patience_seconds=0)

    def _request(self, original: Original, **wanted: int) -> tuple[bytes, bytes]:
        process = self._find_process()
        deadline = Deadline(process)
        deadline.set(self.seconds)
        request = {"path": str(original.path), "digest": original.digest, **wanted}
        try:
            return _exchange(process, json.dumps(request).encode(), original.path.name)
        except (OSError, ValueError):
            self.close()
            reason = f"took longer than {self.seconds:g} seconds" if deadline.is_over else "failed"
            raise PageImageError(f"drawing a page of {original.path.name} {reason}") from None
        finally:
            deadline.cancel()

    def _find_process(self) -> "subprocess.Popen[bytes]":
        if self._process is not None and self._process.poll() is not None:
            self.close()
        if self._process is None:
            self._process = start_program(
                "assistant.load.drawing", str(self.memory_bytes), str(self.seconds)
            )
        return self._process


def _exchange(process: "subprocess.Popen[bytes]", request: bytes, name: str) -> tuple[bytes, bytes]:
    """The header and the body of a reply. Raises ValueError or OSError if there is none."""
    if process.stdin is None or process.stdout is None:
        raise ValueError("the process has no pipes")
    process.stdin.write(request + b"\n")
    process.stdin.flush()
    header = process.stdout.readline(_HEADER_BYTES)
    reply = _Reply.model_validate_json(header)
    if reply.error:
        raise PageImageError(f"{name} can't be drawn ({reply.error})")
    body = process.stdout.read(reply.bytes)
    if len(body) != reply.bytes:
        raise ValueError("the reply is cut off")
    return header, body
