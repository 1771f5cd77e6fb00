"""Pages of PDFs as images, with the quote outlined."""

import hashlib
import html
import re
import shutil
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest
from fastapi.testclient import TestClient
from PIL import Image

from assistant.answer import Assistant
from assistant.api.rendering import quote_href
from assistant.build import build_index
from assistant.errors import PageImageError
from assistant.index.generation import Generation
from assistant.load.renderer import Original, Renderer
from assistant.pages.app import create_app
from assistant.pages.images import DPI, POINTS, PageImages
from assistant.settings import Settings
from tests.conftest import LOCAL, use_fake_models
from tests.pdfs import Page, draw, draw_lines, write_pdf
from tests.reading import TermsReader

TURNED = {0: "1 0 0 1", 90: "0 1 -1 0", 180: "-1 0 0 -1", 270: "0 -1 1 0"}
CROP = (100, 150, 500, 750)
# One line on each page: upright or turned text, on pages that are turned or cut, or both.
PLACES = [
    (rotation, crop, turn)
    for rotation in (0, 90, 180, 270)
    for crop in (None, CROP)
    for turn in (0, rotation)
    if turn or not rotation or crop is None
]
LINES = [f"The kiln number {n} was fired at {900 + n} degrees." for n in range(len(PLACES))]
BOOK = write_pdf(
    [
        Page(draw(line, 300, 450, matrix=TURNED[turn]), rotation=rotation, crop=crop)
        for line, (rotation, crop, turn) in zip(LINES, PLACES, strict=True)
    ],
    title="Kilns",
)
WRAPPED = write_pdf(
    [
        Page(draw_lines(["The ferry carried 1,200 people in May, and", "3,400 in June."], 60, 700)),
        Page(draw("Nothing else was said.", 60, 700)),
    ]
)


class Served(NamedTuple):
    client: TestClient
    corpus: Path
    generation: Generation

    def link(self, document: str, words: str) -> str:
        text = self.generation.catalog.document(document).text
        start = text.index(words)
        return quote_href(document, start, start + len(words), words).partition("#")[0]


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("images")
    corpus = folder / "corpus"
    (corpus / "more").mkdir(parents=True)
    (corpus / "more/kilns.pdf").write_bytes(BOOK)
    (corpus / "wrapped.pdf").write_bytes(WRAPPED)
    (corpus / "changed.pdf").write_bytes(WRAPPED.replace(b"ferry", b"barge"))
    (corpus / "gone.pdf").write_bytes(WRAPPED.replace(b"ferry", b"train"))
    (corpus / "a.txt").write_text("Plain text.")
    with pytest.MonkeyPatch.context() as patch:
        use_fake_models(patch)
        build_index(corpus, folder / "index", embedder="fake")
        (corpus / "changed.pdf").write_bytes(b"%PDF-1.4 another")
        (corpus / "gone.pdf").unlink()
        generation = Generation.open(folder / "index")
        assistant = Assistant.of(generation, TermsReader(), Settings())
        app = create_app(assistant, settings=Settings(corpus=corpus))
        yield Served(TestClient(app, base_url=LOCAL), corpus, generation)
        generation.close()


def find_ink(image: bytes) -> tuple[int, int, int, int]:
    """The box around all that is dark: left, top, right, bottom in pixels."""
    dark = np.array(Image.open(BytesIO(image)).convert("L")) < 128
    rows, columns = np.flatnonzero(dark.any(axis=1)), np.flatnonzero(dark.any(axis=0))
    return int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1


@pytest.mark.parametrize("number", range(len(PLACES)), ids=[str(place) for place in PLACES])
def test_the_box_is_around_the_quote_on_turned_and_cut_pages(served: Served, number: int) -> None:
    page = served.client.get(f"{served.link('more/kilns.pdf', LINES[number])}&view=pages").text
    (figure,) = [
        figure
        for figure in re.findall(r"<figure.*?</figure>", page, re.DOTALL)
        if f">Page {number + 1}<" in figure
    ]
    (box,) = re.findall(
        r'<rect class="outlined" x="(.+?)" y="(.+?)" width="(.+?)" height="(.+?)"', figure
    )
    x, y, width, height = (float(value) * DPI / POINTS for value in box)
    (source,) = re.findall(r'<img src="([^"]+)"', figure)
    image = served.client.get(source).content
    left, top, right, bottom = find_ink(image)
    assert x <= left < right <= x + width
    assert y <= top < bottom <= y + height
    assert max(left - x, x + width - right) < 12  # pixels
    assert max(top - y, y + height - bottom) < 12
    shown = [int(value) for value in re.findall(r'(?:width|height)="(\d+)"', figure)[:2]]
    assert np.allclose(shown, Image.open(BytesIO(image)).size, atol=1)


def test_a_quote_over_two_lines_has_two_boxes_and_a_name(served: Served) -> None:
    words = "people in May, and 3,400 in June"
    page = served.client.get(f"{served.link('wrapped.pdf', words)}&view=pages").text
    assert page.count('<rect class="outlined"') == 2
    assert page.count('id="cited"') == 1
    assert f'aria-label="Outlined on page 1: {words}"' in page
    assert 'alt="Page 1 of wrapped"' in page
    assert page.count("<figure") == 2
    first, second = re.findall(r"<img [^>]*>", page)
    assert "loading" not in first
    assert 'loading="lazy"' in second


def test_only_the_pages_near_the_quote_are_shown_and_others_linked(served: Served) -> None:
    page = served.client.get(f"{served.link('more/kilns.pdf', LINES[5])}&view=pages").text
    assert re.findall(r">Page (\d+)<", page) == ["5", "6", "7", "8"]
    links = re.findall(r'rel="(?:prev|next)" href="([^"]+)"', page)
    shown = [
        re.findall(r">Page (\d+)<", served.client.get(html.unescape(link)).text) for link in links
    ]
    assert shown == [["1", "2", "3", "4"], [str(n) for n in range(9, len(PLACES) + 1)][:4]]
    part = served.client.get("/documents/more/kilns.pdf?view=pages-part&part=1").text
    assert part.strip().startswith("<figure")
    assert part.count("<figure") == 4
    pane = served.client.get("/documents/more/kilns.pdf?view=pane-pages").text
    assert pane.startswith('<article class="pane-document">')
    assert 'data-view="/documents/more/kilns.pdf?view=pane"' in pane


@pytest.mark.parametrize("name", ["changed.pdf", "gone.pdf"])
def test_where_the_file_is_gone_or_another_the_text_is_shown(served: Served, name: str) -> None:
    page = served.client.get(f"{served.link(name, '3,400 in June')}&view=pages").text
    assert "no longer in the corpus folder as it was indexed" in page
    assert ">3,400 in June</mark>" in page
    assert "<figure" not in page
    digest = served.generation.catalog.file_of(name)[1]  # type: ignore[index]
    assert served.client.get(f"/page-images/{digest}/1").status_code == 404


def test_only_pdfs_have_a_link_to_their_pages(served: Served) -> None:
    assert "Page images" in served.client.get("/documents/wrapped.pdf").text
    for page in ("/documents/a.txt", "/documents/a.txt?view=pages"):
        assert ">Page images<" not in served.client.get(page).text


def test_an_image_is_kept_by_browsers_and_has_a_sharper_form(served: Served) -> None:
    digest = hashlib.sha256(WRAPPED).hexdigest()
    first, sharp = (
        served.client.get(f"/page-images/{digest}/1{more}") for more in ("", "?scale=2")
    )
    assert first.headers["Content-Type"] == "image/png"
    assert first.headers["Cache-Control"] == "private, no-cache"
    assert "default-src 'none'" in first.headers["Content-Security-Policy"]
    sizes = [Image.open(BytesIO(image.content)).size for image in (first, sharp)]
    assert np.allclose(sizes[1], np.array(sizes[0]) * 2, atol=2)
    assert served.client.get("/documents").headers["Cache-Control"] == "no-cache"


def test_a_kept_image_is_asked_for_again_and_gone_with_its_document(served: Served) -> None:
    address = f"/page-images/{hashlib.sha256(WRAPPED).hexdigest()}/1"
    kept = {"If-None-Match": served.client.get(address).headers["ETag"]}
    known = served.client.get(address, headers=kept)
    assert (known.status_code, known.content) == (304, b"")
    assert served.client.get(f"{address}?scale=2", headers=kept).status_code == 200
    path = served.corpus / "wrapped.pdf"
    content = path.read_bytes()
    path.unlink()
    assert served.client.get(address, headers=kept).status_code == 404
    path.write_bytes(content)


@pytest.mark.parametrize(
    "place",
    ["x/1", f"{hashlib.sha256(WRAPPED).hexdigest()}/0", f"{hashlib.sha256(WRAPPED).hexdigest()}/3",
     f"{hashlib.sha256(WRAPPED).hexdigest()}/1?scale=9", "../../etc/passwd/1", "%2e%2e%2fa.txt/1",
     f"{hashlib.sha256(b'Plain text.').hexdigest()}/1"],
)  # fmt: skip
def test_what_is_no_page_of_an_indexed_pdf_is_not_found(served: Served, place: str) -> None:
    assert served.client.get(f"/page-images/{place}").status_code == 404


def test_a_link_out_of_the_corpus_is_not_followed(served: Served, tmp_path: Path) -> None:
    outside = tmp_path / "outside.pdf"
    shutil.copy(served.corpus / "wrapped.pdf", outside)
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    images, catalog = PageImages(corpus), served.generation.catalog
    digest = hashlib.sha256(WRAPPED).hexdigest()
    (corpus / "wrapped.pdf").symlink_to(outside)
    assert images.find_file(catalog, digest) is None
    (corpus / "wrapped.pdf").unlink()
    shutil.copy(outside, corpus / "wrapped.pdf")
    found = images.find_file(catalog, digest)
    assert found == Original(corpus / "wrapped.pdf", digest)


class FakeRenderer(Renderer):
    """Draws as many bytes as it is told to; a page over 100 can't be drawn."""

    drawn: list[int]

    def draw(self, original: Original, page: int, dpi: int) -> tuple[bytes, str]:
        assert original.digest == "d"
        self.drawn.append(page)
        if page > 100:
            raise PageImageError("hostile")
        return b"x" * 10 * dpi, "image/png"


def test_images_are_cached_and_failures_are_not_repeated(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("assistant.load.renderer.Renderer", FakeRenderer)
    monkeypatch.setattr(FakeRenderer, "drawn", [], raising=False)
    monkeypatch.setattr("assistant.pages.images.CACHED_BYTES", 25 * DPI)
    images, original = PageImages(tmp_path), Original(tmp_path / "a.pdf", "d")
    for page in (1, 2, 1, 3, 1, 2):
        assert images.draw(original, page).content == b"x" * 10 * DPI
    assert FakeRenderer.drawn == [1, 2, 3, 2]  # two fit; the one not used longest goes
    for _ in range(3):
        with pytest.raises(PageImageError, match="hostile"):
            images.draw(original, 101)
    assert FakeRenderer.drawn[4:] == [101]
