"""The characters of a page, with their places and sizes, become words.

pdfium gives characters in the order in which they are drawn, and adds the spaces and line ends that
it sees. A call per character takes a microsecond: two are made for each character (what it is,
where it is), the others once for each word.
"""

import math
from collections.abc import Iterator
from ctypes import c_double, c_uint
from typing import TYPE_CHECKING, NamedTuple

from assistant.load.pdf.words import ASKEW, Box, Word

if TYPE_CHECKING:
    from pypdfium2 import PdfPage, PdfTextPage

WORD_GAP = 0.2  # of the letters' size: a wider gap is a space, or ends a column
DIRECTION_TOLERANCE = 10  # degrees: a page that was scanned askew is still upright
_HYPHENS = frozenset((0x02, 0xFFFE))  # pdfium's signs for a hyphen at the end of a line
_LIGATURES = {0xFB00: "ff", 0xFB01: "fi", 0xFB02: "fl", 0xFB03: "ffi", 0xFB04: "ffl",
              0xFB05: "st", 0xFB06: "st"}  # fmt: skip
# TeX's bitmap fonts do not say what their characters are; these codes are no letters elsewhere.
_TEX = {0x0B: "ff", 0x0E: "ffi", 0x0F: "ffl", 0x10: "“", 0x11: "”", 0x15: "–", 0x16: "—",
        0x1B: "ff", 0x1C: "fi", 0x1D: "fl", 0x1E: "ffi", 0x1F: "ffl"}  # fmt: skip
_SPACES = frozenset((0x09, 0x0A, 0x0D, 0x20, 0xA0, 0x1680, *range(0x2000, 0x200C), 0x202F,
                     0x205F, 0x3000))  # fmt: skip
_NONCHARACTERS = frozenset((0xFEFF, 0xFFFF, 0xFFFD, 0xAD))


class Style(NamedTuple):
    """How a text object is drawn; `object` is pdfium's handle. `mode` 3 draws nothing."""

    object: object
    mode: int
    colour: tuple[int, int, int, int]


class DrawnWord(NamedTuple):
    """A word and how it is drawn."""

    word: Word
    style: Style


class Frame(NamedTuple):
    """How a page is shown: turned clockwise by `rotation`, cut to `crop` (in its own points)."""

    crop: Box
    rotation: int

    @property
    def size(self) -> tuple[float, float]:
        """The width and height of the page as it is shown."""
        box = self.crop.turn(-self.rotation)
        return box.width, box.height

    def show(self, box: Box) -> Box:
        """A rectangle of the page's own coordinates as it is shown."""
        turned, corner = box.turn(-self.rotation), self.crop.turn(-self.rotation)
        return Box(
            turned.left - corner.left,
            turned.bottom - corner.bottom,
            turned.right - corner.left,
            turned.top - corner.bottom,
        )


def read_frame(page: "PdfPage") -> Frame:
    return Frame(Box(*page.get_cropbox()), page.get_rotation())


def read_words(page: "PdfPage") -> list[DrawnWord]:
    """The words of a page in the order in which they are drawn."""
    textpage = page.get_textpage()
    try:
        return list(_read_words(textpage, read_frame(page)))
    finally:
        textpage.close()


def _read_words(textpage: "PdfTextPage", frame: Frame) -> Iterator[DrawnWord]:
    from pypdfium2 import raw

    handle, area = textpage.raw, raw.FS_RECTF()
    get_unicode, get_box = raw.FPDFText_GetUnicode, raw.FPDFText_GetLooseCharBox
    order, is_spaced = 0, True
    growing: _GrowingWord | None = None
    for place in range(textpage.count_chars()):
        code = get_unicode(handle, place)
        get_box(handle, place, area)
        box = Box(area.left, area.bottom, area.right, area.top)
        text = _read_character(code, box)
        if text == " ":
            is_spaced = True
            if growing:
                yield growing.finish(order)
                order, growing = order + 1, None
            continue
        if not text:
            continue
        if growing and not growing.takes(box):
            yield growing.finish(order)
            order, growing = order + 1, None
        if growing is None:
            growing = _start_word(handle, place, frame, is_spaced)
            is_spaced = False
        growing.add(text, box)
    if growing:
        yield growing.finish(order)


def _read_character(code: int, box: Box) -> str:
    """The text of a code of pdfium: " " for what is no letter, "" for what is nothing."""
    if code in _SPACES or code in _HYPHENS:
        return "-" if code in _HYPHENS else " "
    if code < 0x20:  # what pdfium adds has no width
        return _TEX.get(code, " ") if box.width > 0 and box.height > 0 else " "
    if 0xD800 <= code < 0xE000 or code in _NONCHARACTERS or 0x7F <= code < 0xA0:
        return "\xad" if code == 0xAD else ""
    return _LIGATURES.get(code) or chr(code)


def _start_word(handle: object, place: int, frame: Frame, is_spaced: bool) -> "_GrowingWord":
    from pypdfium2 import raw

    x, y, matrix = c_double(), c_double(), raw.FS_MATRIX()
    raw.FPDFText_GetCharOrigin(handle, place, x, y)
    raw.FPDFText_GetMatrix(handle, place, matrix)
    size = raw.FPDFText_GetFontSize(handle, place) * math.hypot(matrix.c, matrix.d)
    drawn = raw.FPDFText_GetTextObject(handle, place)
    mode, parts = 0, (c_uint(), c_uint(), c_uint(), c_uint(255))
    if drawn:
        mode = raw.FPDFTextObj_GetTextRenderMode(drawn)
        raw.FPDFPageObj_GetFillColor(drawn, *parts)
    red, green, blue, alpha = (part.value for part in parts)
    angle = math.degrees(math.atan2(matrix.b, matrix.a))
    style = Style(drawn, mode, (red, green, blue, alpha))
    return _GrowingWord(frame, angle, (x.value, y.value), size, style, is_spaced)


class _GrowingWord:
    """A word while its characters are added; coordinates are turned so that x runs along it."""

    def __init__(
        self,
        frame: Frame,
        angle: float,
        origin: tuple[float, float],
        size: float,
        style: Style,
        is_spaced: bool,
    ) -> None:
        self.frame, self.origin, self.size = frame, origin, size
        self.style, self.is_spaced = style, is_spaced
        self.turned = round(angle / 90) * 90 % 360
        self.is_askew = abs(angle / 90 - round(angle / 90)) * 90 > DIRECTION_TOLERANCE
        self.pieces: list[str] = []
        self.box = self.last = Box(0, 0, 0, 0)

    def takes(self, box: Box) -> bool:
        """Whether a character at a place goes on with this word."""
        if self.is_askew:
            return True
        upright = box.turn(-self.turned) if self.turned else box
        last, height = self.last, self.last.height
        tolerance = 0.05 * height
        return (
            abs(upright.bottom - last.bottom) <= tolerance
            and abs(upright.top - last.top) <= tolerance
            and -height < upright.left - last.right <= WORD_GAP * (self.size or height)
        )

    def add(self, text: str, box: Box) -> None:
        upright = box.turn(-self.turned) if self.turned else box
        if not self.pieces:
            self.box = upright
        elif upright.left < self.box.left or upright.right > self.box.right:
            left, bottom, right, top = self.box
            self.box = Box(min(left, upright.left), bottom, max(right, upright.right), top)
        self.last = upright
        self.pieces.append(text)

    def finish(self, order: int) -> DrawnWord:
        frame = self.frame
        direction = (self.turned - frame.rotation) % 360
        x, y = self.origin
        shown = frame.show(self.box.turn(self.turned))
        baseline = frame.show(Box(x, y, x, y)).turn(-direction).bottom
        box = shown.turn(-direction)
        size = self.size or box.height
        direction = ASKEW if self.is_askew else direction
        text = "".join(self.pieces)
        return DrawnWord(
            Word(text, box, baseline, size, order, self.is_spaced, direction), self.style
        )
