"""Text that nobody sees on its page is left out, unless it was recognised from the page's picture.

Text off the page, of tiny letters or drawn in mode 3 is known by that. Whether text in pale letters
or below a picture is seen depends on what is around it: the page is drawn with and without it.
"""

import ctypes
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from assistant.load.pdf.characters import DrawnWord, Frame, read_address
from assistant.load.pdf.words import Box, Word

if TYPE_CHECKING:
    from pypdfium2 import PdfPage

LEAST_SIZE = 2.0  # points
INVISIBLE = (3, 7)  # modes that fill and outline nothing
PALE = 0xC0  # the least of red, green and blue
LEAST_ALPHA = 0x40
PICTURE_SHARE = 0.5  # of a page is covered by the picture of a scan
LEAST_CONTRAST = 8  # of 255
MOST_PIXELS = 1500  # of a side of the page
MOST_OBJECTS = 20_000  # of a page are looked at
DEEPEST = 4  # forms inside forms


def find_visible(
    page: "PdfPage", words: Sequence[DrawnWord], frame: Frame
) -> tuple[list[Word], bool]:
    """The words that can be seen or were recognised, and whether there are others."""
    pictures, covers = _find_shapes(page, words, frame)
    is_scan = sum(box.width * box.height for box in pictures) >= PICTURE_SHARE * (
        frame.size[0] * frame.size[1]
    )
    kept: list[DrawnWord | None] = []
    doubtful: list[DrawnWord] = []
    for drawn in words:
        if _is_off(drawn.word, frame):
            kept.append(None)
        elif drawn.style.mode in INVISIBLE:
            kept.append(_recognise(drawn) if is_scan else None)
        else:
            kept.append(drawn)
            is_covered = any(box.holds(drawn.word.shown) for box in covers)
            if is_covered or _is_pale(drawn):
                doubtful.append(drawn)
    unseen = _find_unseen(page, doubtful, frame) if doubtful else set()
    visible: list[Word] = []
    for drawn in filter(None, kept):
        if drawn.word.order not in unseen:
            visible.append(drawn.word)
        elif is_scan and any(box.holds(drawn.word.shown) for box in pictures):
            visible.append(_recognise(drawn).word)  # text below the picture of a scan
    return visible, len(visible) < len(words)


def _recognise(drawn: DrawnWord) -> DrawnWord:
    return drawn._replace(word=drawn.word._replace(is_recognised=True))


def _is_off(word: Word, frame: Frame) -> bool:
    """Whether a word is off the page, or too small to be read."""
    box, (width, height) = word.shown, frame.size
    x, y = (box.left + box.right) / 2, (box.bottom + box.top) / 2
    return not (0 <= x <= width and 0 <= y <= height) or max(word.size, box.height) < LEAST_SIZE


def _is_pale(drawn: DrawnWord) -> bool:
    *parts, alpha = drawn.style.colour
    return min(parts) >= PALE or alpha < LEAST_ALPHA


def _find_shapes(
    page: "PdfPage", words: Sequence[DrawnWord], frame: Frame
) -> tuple[list[Box], list[Box]]:
    """Where the page has pictures, and where something is drawn over its text."""
    from pypdfium2 import raw

    texts = {read_address(drawn.style.object) for drawn in words if drawn.style.object}
    pictures, covers = [], []
    is_over_text = False
    for number in range(min(raw.FPDFPage_CountObjects(page), MOST_OBJECTS)):
        drawn = raw.FPDFPage_GetObject(page, number)
        kind = raw.FPDFPageObj_GetType(drawn)
        if kind == raw.FPDF_PAGEOBJ_TEXT:
            is_over_text = is_over_text or read_address(drawn) in texts
            continue
        is_picture = kind == raw.FPDF_PAGEOBJ_IMAGE or (
            kind == raw.FPDF_PAGEOBJ_FORM and _has_picture(drawn)
        )
        if not (is_picture or (is_over_text and _is_filled(drawn, kind))):
            continue
        box = _read_bounds(drawn, frame)
        if is_picture:
            pictures.append(box)
        if is_over_text:
            covers.append(box)
    return pictures, covers


def _has_picture(form: object, depth: int = 0) -> bool:
    from pypdfium2 import raw

    for number in range(min(raw.FPDFFormObj_CountObjects(form), 100)):
        drawn = raw.FPDFFormObj_GetObject(form, number)
        kind = raw.FPDFPageObj_GetType(drawn)
        if kind == raw.FPDF_PAGEOBJ_IMAGE:
            return True
        if kind == raw.FPDF_PAGEOBJ_FORM and depth < DEEPEST and _has_picture(drawn, depth + 1):
            return True
    return False


def _is_filled(drawn: object, kind: int) -> bool:
    from pypdfium2 import raw

    if kind != raw.FPDF_PAGEOBJ_PATH:
        return bool(kind == raw.FPDF_PAGEOBJ_SHADING)
    fill, stroke = ctypes.c_int(), ctypes.c_int()
    return bool(raw.FPDFPath_GetDrawMode(drawn, fill, stroke) and fill.value)


def _read_bounds(drawn: object, frame: Frame) -> Box:
    """Where an object is, as far as it is on the page."""
    from pypdfium2 import raw

    sides = [ctypes.c_float() for _ in range(4)]
    raw.FPDFPageObj_GetBounds(drawn, *sides)
    box, (width, height) = frame.show(Box(*(side.value for side in sides))), frame.size
    left, bottom = max(0.0, box.left), max(0.0, box.bottom)
    return Box(left, bottom, max(left, min(width, box.right)), max(bottom, min(height, box.top)))


def _find_unseen(page: "PdfPage", words: Sequence[DrawnWord], frame: Frame) -> set[int]:
    """The order of those words without which the page looks the same."""
    from pypdfium2 import raw

    width, height = frame.size
    scale = min(1.5, MOST_PIXELS / max(width, height, 1.0))
    objects = {read_address(drawn.style.object): drawn.style.object for drawn in words}
    with_text = list(_draw_rows(page, scale))
    for each in objects.values():
        raw.FPDFPageObj_SetIsActive(each, False)
    without = list(_draw_rows(page, scale))
    for each in objects.values():
        raw.FPDFPageObj_SetIsActive(each, True)
    unseen = set()
    for drawn in words:
        box = drawn.word.shown
        left, right = max(0, int(box.left * scale)), int(box.right * scale) + 2
        top, bottom = (
            max(0, int((height - box.top) * scale)),
            int((height - box.bottom) * scale) + 2,
        )
        if not any(
            abs(a - b) >= LEAST_CONTRAST
            for one, other in zip(with_text[top:bottom], without[top:bottom], strict=True)
            if one[left:right] != other[left:right]
            for a, b in zip(one[left:right], other[left:right], strict=True)
        ):
            unseen.add(drawn.word.order)
    return unseen


def _draw_rows(page: "PdfPage", scale: float) -> Iterator[bytes]:
    """The rows of pixels of a page from the top, a byte of grey for each."""
    bitmap = page.render(scale=scale, grayscale=True, may_draw_forms=False)
    pixels = bytes(bitmap.buffer)
    for row in range(bitmap.height):
        yield pixels[row * bitmap.stride : row * bitmap.stride + bitmap.width]
    bitmap.close()
