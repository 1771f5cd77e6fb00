"""Pages of PDFs as images, with what a link cites outlined."""

import time
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from queue import Empty, LifoQueue
from threading import Lock
from typing import TYPE_CHECKING, NamedTuple

from assistant.embed.model import hash_file
from assistant.errors import PageImageError
from assistant.index.catalog import Catalog
from assistant.records import Document, Offsets, Place

if TYPE_CHECKING:
    from assistant.load.renderer import Original, PageSizes, Renderer

DPI = 110  # of an image; twice as many for screens with small pixels
POINTS = 72  # an inch
PAGES_SHOWN = 4  # at once
MOST_RENDERERS = 2  # processes that draw
PATIENCE_SECONDS = 20.0  # while all of them draw for others
CACHED_BYTES = 64 * 2**20
FAILED_SECONDS = 600  # before a page that could not be drawn is tried again
MOST_FAILURES = 1000
BEYOND = 1.5  # points: how far a box is outside its line


class Box(NamedTuple):
    """A rectangle in points from the top left."""

    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class ShownPage:
    """A page: its size in points and in pixels, and the boxes of what is cited on it."""

    number: int
    points: tuple[float, float]
    pixels: tuple[int, int]
    boxes: list[Box]
    is_first: bool  # of the pages with boxes


class Image(NamedTuple):
    content: bytes
    media_type: str


class PageImages:
    """Draws pages of the files in a corpus folder; keeps the images that were used last."""

    def __init__(self, corpus: Path) -> None:
        self.corpus = corpus
        self._renderers: LifoQueue[Renderer | None] = LifoQueue()
        for _ in range(MOST_RENDERERS):
            self._renderers.put(None)  # started when they are needed
        self._lock = Lock()
        self._images: OrderedDict[tuple[str, int, int], Image] = OrderedDict()
        self._bytes = 0
        self._failures: dict[tuple[str, int], tuple[float, str]] = {}
        self._digests: dict[Path, tuple[tuple[int, ...], str]] = {}

    def find_original(self, catalog: Catalog, document: Document) -> "Original | None":
        """The PDF of a document as it was indexed; None if it is gone, or was changed."""
        found = catalog.file_of(document.id) if document.format == "pdf" else None
        return None if found is None else self.find_file(catalog, found[1])

    def find_file(self, catalog: Catalog, digest: str) -> "Original | None":
        """The PDF with a SHA-256, which is one of the index; None if no file has it now."""
        from assistant.load.files import is_inside  # the loaders, which asking does not need
        from assistant.load.renderer import Original

        for name in catalog.files_of(digest):
            path = self.corpus / name
            is_pdf = path.suffix.lower() == ".pdf" and path.is_file()
            if is_pdf and is_inside(path, self.corpus) and self._hash(path) == digest:
                return Original(path.absolute(), digest)
        return None

    def draw(self, original: "Original", page: int, *, dpi: int = DPI) -> Image:
        """The image of a page, counted from 1. Raises PageImageError."""
        key = (original.digest, page, dpi)
        with self._lock:
            if key in self._images:
                self._images.move_to_end(key)
                return self._images[key]
        self._check_failure(original.digest, page)
        with _Borrowed(self._renderers) as renderer:
            try:
                image = Image(*renderer.draw(original, page, dpi))
            except PageImageError as error:
                self._note_failure(original.digest, page, error)
                raise
        with self._lock:
            if key not in self._images:
                self._images[key] = image
                self._bytes += len(image.content)
            while self._bytes > CACHED_BYTES:
                _, oldest = self._images.popitem(last=False)
                self._bytes -= len(oldest.content)
        return image

    def measure(self, original: "Original", first: int) -> "PageSizes":
        """The sizes of some pages from `first` on. Raises PageImageError."""
        self._check_failure(original.digest, 0)
        with _Borrowed(self._renderers) as renderer:
            try:
                return renderer.measure(original, first, PAGES_SHOWN)
            except PageImageError as error:
                self._note_failure(original.digest, 0, error)
                raise

    def _hash(self, path: Path) -> str:
        """SHA-256 of a file; it is read again only if its size or time is another."""
        try:
            status = path.stat()
            state = (status.st_ino, status.st_size, status.st_mtime_ns)
            known = self._digests.get(path)
            if known is None or known[0] != state:
                known = self._digests[path] = (state, hash_file(path))
        except OSError:
            return ""
        return known[1]

    def _check_failure(self, digest: str, page: int) -> None:
        """Raise PageImageError for what failed lately."""
        when, message = self._failures.get((digest, page), (0.0, ""))
        if message and time.monotonic() - when < FAILED_SECONDS:
            raise PageImageError(message)

    def _note_failure(self, digest: str, page: int, error: PageImageError) -> None:
        if len(self._failures) >= MOST_FAILURES:
            self._failures.clear()
        self._failures[digest, page] = (time.monotonic(), error.message)


class _Borrowed:
    """A renderer that no other thread uses meanwhile."""

    def __init__(self, renderers: "LifoQueue[Renderer | None]") -> None:
        self._renderers = renderers

    def __enter__(self) -> "Renderer":
        from assistant.load.renderer import Renderer

        try:
            found = self._renderers.get(timeout=PATIENCE_SECONDS)
        except Empty:
            raise PageImageError("too many pages are being drawn", hint="try again") from None
        self._renderer = found or Renderer()
        return self._renderer

    def __exit__(self, *_: object) -> None:
        self._renderers.put(self._renderer)


def find_places(places: Sequence[Place], quote: Offsets | None) -> list[Place]:
    """The lines that a quote is in."""
    if quote is None:
        return []
    return [place for place in places if place.start < quote[1] and quote[0] < place.end]


def list_pages(first: int, sizes: "PageSizes", cited: Sequence[Place]) -> list[ShownPage]:
    """The pages from `first` on, with the boxes of what is cited."""
    return [
        ShownPage(
            number,
            (width, height),
            (max(round(width * DPI / POINTS), 1), max(round(height * DPI / POINTS), 1)),
            [_make_box(place, height) for place in cited if place.page == number],
            bool(cited) and cited[0].page == number,
        )
        for number, (width, height) in enumerate(sizes.sizes, start=first)
    ]


def _make_box(place: Place, height: float) -> Box:
    """The rectangle of a line on a page of a height."""
    return Box(
        round(place.left - BEYOND, 1),
        round(height - place.top - BEYOND, 1),
        round(place.right - place.left + 2 * BEYOND, 1),
        round(place.top - place.bottom + 2 * BEYOND, 1),
    )
