"""The process that draws pages, and its limits."""

import hashlib
import os
import signal
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from assistant.errors import PageImageError
from assistant.load import limits
from assistant.load.renderer import Original, Renderer
from tests.pdfs import Page, draw, draw_picture, write_pdf

PATIENCE = 60.0  # seconds: a slow machine may need many to start a process
BOOK = write_pdf([Page(draw("One.", 60, 700)), Page(draw_picture(0, 0, 595, 842), rotation=90)])


def original_of(folder: Path, content: bytes) -> Original:
    path = folder / "a.pdf"
    path.write_bytes(content)
    return Original(path, hashlib.sha256(content).hexdigest())


@pytest.fixture(scope="module")
def renderer() -> Iterator[Renderer]:
    opened = Renderer(seconds=PATIENCE)
    yield opened
    opened.close()


def test_pages_are_measured_as_they_are_shown_and_drawn(renderer: Renderer, tmp_path: Path) -> None:
    original = original_of(tmp_path, BOOK)
    measured = renderer.measure(original, 1, 9)
    assert (measured.pages, measured.sizes) == (2, [(595, 842), (842, 595)])
    assert renderer.measure(original, 2, 1).sizes == [(842, 595)]
    image, kind = renderer.draw(original, 2, 72)
    assert kind == "image/png"
    assert Image.open(BytesIO(image)).size == (842, 595)


def test_a_file_that_was_changed_is_not_drawn(renderer: Renderer, tmp_path: Path) -> None:
    changed = Original(original_of(tmp_path, BOOK + b"\n").path, hashlib.sha256(BOOK).hexdigest())
    for original in (changed, Original(tmp_path / "none.pdf", "x")):
        renderer.measure(original_of(tmp_path, BOOK + b"\n%"), 1, 1)  # another is open
        with pytest.raises(PageImageError, match="can't be drawn"):
            renderer.draw(original, 1, 110)


@pytest.mark.parametrize("content", [b"", b"%PDF-1.4 nothing", BOOK[:400]])
def test_a_damaged_file_costs_an_error_and_no_more(
    renderer: Renderer, tmp_path: Path, content: bytes
) -> None:
    process = renderer._process
    with pytest.raises(PageImageError):
        renderer.draw(original_of(tmp_path, content), 1, 110)
    assert renderer.draw(original_of(tmp_path, BOOK), 1, 110)[1] == "image/png"
    assert renderer._process is process


def test_a_huge_page_is_drawn_smaller(renderer: Renderer, tmp_path: Path) -> None:
    huge = write_pdf([Page(draw("Huge.", 60, 700), box=(0, 0, 14400, 14400))])
    image, _ = renderer.draw(original_of(tmp_path, huge), 1, 220)
    width, height = Image.open(BytesIO(image)).size
    assert 0.9 * limits.IMAGE_PIXELS < width * height < 1.1 * limits.IMAGE_PIXELS


def test_what_takes_too_long_is_killed_and_the_next_page_drawn(tmp_path: Path) -> None:
    endless = "".join(draw_picture(n % 500, n % 700, 400, 400) for n in range(300_000))
    slow = original_of(tmp_path, write_pdf([Page(endless)]))
    renderer = Renderer(seconds=1.5)
    try:
        with pytest.raises(PageImageError, match=r"took longer than 1\.5 seconds"):
            renderer.draw(slow, 1, 220)
        renderer.seconds = PATIENCE
        assert renderer.draw(original_of(tmp_path, BOOK), 1, 110)[1] == "image/png"
    finally:
        renderer.close()


def test_what_takes_too_much_memory_is_an_error(tmp_path: Path) -> None:
    renderer = Renderer(memory_bytes=300 * limits.MIB)
    huge = write_pdf([Page(draw("Huge.", 60, 700), box=(0, 0, 14400, 14400))])
    try:
        with pytest.raises(PageImageError):
            renderer.draw(original_of(tmp_path, huge), 1, 220)
    finally:
        renderer.close()


def test_a_process_that_ended_is_replaced(tmp_path: Path) -> None:
    renderer = Renderer(seconds=PATIENCE)
    original = original_of(tmp_path, BOOK)
    try:
        renderer.measure(original, 1, 1)
        process = renderer._process
        assert process is not None
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
        assert renderer.measure(original, 1, 1).pages == 2
    finally:
        renderer.close()
    assert renderer._process is None
