"""Images of the pages of a PDF."""

from io import BytesIO
from typing import TYPE_CHECKING

from assistant.load.limits import IMAGE_PIXELS

if TYPE_CHECKING:
    from PIL.Image import Image
    from pypdfium2 import PdfDocument

POINTS = 72  # an inch
FEW_COLOURS = 4096  # text and diagrams have fewer, photographs more
SHADES = 64  # enough for the edges of letters
QUALITY = 80


def measure_pages(pdf: "PdfDocument", first: int, most: int) -> list[tuple[float, float]]:
    """The widths and heights in points of `most` pages as they are shown; `first` counts from 0."""
    return [pdf.get_page_size(number) for number in range(first, min(first + most, len(pdf)))]


def draw_page(pdf: "PdfDocument", number: int, dpi: int) -> bytes:
    """A page (counted from 0) as PNG, or as JPEG if it has many colours."""
    width, height = pdf.get_page_size(number)
    scale = dpi / POINTS
    scale *= min(1.0, (IMAGE_PIXELS / (width * height * scale**2)) ** 0.5)
    page = pdf[number]
    try:
        image: Image = page.render(scale=scale).to_pil().convert("RGB")
    finally:
        page.close()
    return _encode(image)


def _encode(image: "Image") -> bytes:
    from PIL.Image import Quantize

    written = BytesIO()
    if image.getcolors(FEW_COLOURS) is None:
        image.save(written, "JPEG", quality=QUALITY)
    else:
        image.quantize(SHADES, method=Quantize.FASTOCTREE).save(written, "PNG")
    return written.getvalue()
