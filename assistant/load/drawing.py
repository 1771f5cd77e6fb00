"""The program of the process that draws pages of PDFs, started by `assistant.load.renderer`.

A request is a line of JSON; the reply is a line of JSON, then as many bytes as its `bytes` says.
The PDF of the last request stays open.
"""

import hashlib
import json
import os
import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from assistant.errors import find_reason
from assistant.load.files import read_content
from assistant.load.pdf.images import draw_page, measure_pages
from assistant.load.process import OUT_OF_MEMORY, limit_process

if TYPE_CHECKING:
    from pypdfium2 import PdfDocument

IDLE_SECONDS = 60  # without a request; then the process ends and frees its memory


class _Pages:
    """The PDF that was opened last."""

    def __init__(self) -> None:
        self.digest, self.pdf = "", None

    def open(self, path: Path, digest: str) -> "PdfDocument":
        """A file whose SHA-256 is `digest`. Raises ValueError for another content."""
        from pypdfium2 import PdfDocument

        if self.pdf is None or self.digest != digest:
            content = read_content(path, path.name)
            if hashlib.sha256(content).hexdigest() != digest:
                raise ValueError("the file was changed")
            self.pdf = None
            self.pdf, self.digest = PdfDocument(content), digest
        return self.pdf


def main(memory_bytes: int, seconds: float) -> None:
    """Answer requests until the input ends."""
    limit_process(memory_bytes)
    alarm = getattr(signal, "alarm", lambda _: None)  # Windows has none
    requests, replies = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what a library prints is not a reply
    pages = _Pages()
    alarm(IDLE_SECONDS)
    for request in requests:
        alarm(int(seconds) + 1)
        try:
            described, body = _answer(pages, json.loads(request))
        except MemoryError:
            os._exit(OUT_OF_MEMORY)  # a normal exit would need memory
        except Exception as error:  # hostile files make the library raise anything
            described, body = {"error": find_reason(error)[:200]}, b""
        replies.write(json.dumps({**described, "bytes": len(body)}).encode() + b"\n" + body)
        replies.flush()
        alarm(IDLE_SECONDS)


def _answer(pages: _Pages, request: dict[str, object]) -> tuple[dict[str, object], bytes]:
    pdf = pages.open(Path(str(request["path"])), str(request["digest"]))
    page = int(str(request["page"]))
    if "dpi" in request:
        return {}, draw_page(pdf, page, int(str(request["dpi"])))
    sizes = measure_pages(pdf, page, int(str(request["most"])))
    return {"pages": len(pdf), "sizes": sizes}, b""


if __name__ == "__main__":
    main(int(sys.argv[1]), float(sys.argv[2]))
