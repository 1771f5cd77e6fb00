"""The characters of a page, with their places and sizes, become words.

pdfium gives characters in the order in which they are drawn, and adds the spaces and line ends that
it sees. A call per character takes a microsecond: two are made for each character (what it is,
where it is), the others once for each word.
"""

import ctypes
import math
import re
from collections.abc import Iterator
from ctypes import c_double, c_uint
from typing import TYPE_CHECKING, NamedTuple

from assistant.load.pdf.words import Box, Word

if TYPE_CHECKING:
    from pypdfium2 import PdfPage, PdfTextPage

SAME_LINE = 0.05  # of the letters' height: how far those of a word are up or down
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
_BOLD = re.compile(rb"bold|black|heavy|demi|medi(?!um)|(?:cm|sf|ec|lm)[a-z]*bx", re.IGNORECASE)
LONGEST_FONT_NAME = 100
OUTLINED = 2  # the mode in which programs draw letters bold without a bold font
_NONCHARACTERS = frozenset((0xFEFF, 0xFFFF, 0xFFFD, 0xAD))


class Style(NamedTuple):
    """How a text object is drawn; `object` is pdfium's handle. `mode` 3 draws nothing.

    `turned` is its direction in the page's own coordinates, in steps of 90 degrees; `slant` how far
    it is turned beyond that, 0 for hardly. `size` is that of its letters.
    """

    object: object
    mode: int
    turned: int
    size: float
    colour: tuple[int, int, int, int]
    slant: int = 0
    is_bold: bool = False


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
    # Not `get_cropbox`: it knows no inherited box, and may be larger than the page.
    return Frame(Box(*page.get_bbox()), page.get_rotation())


def read_words(page: "PdfPage") -> list[DrawnWord]:
    """The words of a page in the order in which they are drawn."""
    textpage = page.get_textpage()
    try:
        return list(_WordReader(textpage, read_frame(page)).read())
    finally:
        textpage.close()


class _WordReader:
    """Reads the characters of a page one by one; a word grows until the next does not go on."""

    def __init__(self, textpage: "PdfTextPage", frame: Frame) -> None:
        from pypdfium2 import raw

        self.handle, self.count, self.frame = textpage.raw, textpage.count_chars(), frame
        self.is_plain = not frame.rotation and frame.crop[:2] == (0, 0)
        self.style = Style(None, 0, 0, 0.0, (0, 0, 0, 255))
        self.order, self.is_spaced = 0, True
        self.x, self.y, self.matrix = c_double(), c_double(), raw.FS_MATRIX()
        self.address: int | None = None
        self.are_bold = {0: False}  # by the address of a font

    def read(self) -> Iterator[DrawnWord]:
        from pypdfium2 import raw

        handle, area = self.handle, raw.FS_RECTF()
        get_unicode, get_box = raw.FPDFText_GetUnicode, raw.FPDFText_GetLooseCharBox
        pieces: list[str] = []
        first = bottom = right = top = 0.0
        for place in range(self.count):
            code = get_unicode(handle, place)
            get_box(handle, place, area)
            sides = area.left, area.bottom, area.right, area.top
            text = chr(code) if 0x20 < code < 0x7F else _read_character(code, Box(*sides))
            if not text:
                continue
            if pieces:
                turned = sides if not self.style.turned else Box(*sides).turn(-self.style.turned)
                height = top - bottom
                if text != " " and (
                    self.style.slant
                    or (
                        abs(turned[1] - bottom) <= SAME_LINE * height
                        and abs(turned[3] - top) <= SAME_LINE * height
                        and -height < turned[0] - right <= WORD_GAP * (self.style.size or height)
                    )
                ):
                    pieces.append(text)
                    first, right = min(first, turned[0]), turned[2]
                    if self.style.slant:
                        bottom, top = min(bottom, turned[1]), max(top, turned[3])
                    continue
                yield self._finish("".join(pieces), Box(first, bottom, max(first, right), top))
                pieces = []
            if text == " ":
                self.is_spaced = True
                continue
            self._read_style(place)
            first, bottom, right, top = Box(*sides).turn(-self.style.turned)
            pieces.append(text)
        if pieces:
            yield self._finish("".join(pieces), Box(first, bottom, max(first, right), top))

    def _read_style(self, place: int) -> None:
        """Read how a character is drawn, where its object is another than that of the last word."""
        from pypdfium2 import raw

        raw.FPDFText_GetCharOrigin(self.handle, place, self.x, self.y)
        drawn = raw.FPDFText_GetTextObject(self.handle, place)
        address = read_address(drawn)
        if address == self.address:
            return
        self.address = address
        raw.FPDFText_GetMatrix(self.handle, place, self.matrix)
        matrix = self.matrix
        mode, parts = 0, (c_uint(), c_uint(), c_uint(), c_uint(255))
        if address:
            mode = raw.FPDFTextObj_GetTextRenderMode(drawn)
            raw.FPDFPageObj_GetFillColor(drawn, *parts)
        size = raw.FPDFText_GetFontSize(self.handle, place) * math.hypot(matrix.c, matrix.d)
        angle = math.degrees(math.atan2(matrix.b, matrix.a))
        turned = round(angle / 90) * 90
        slant = round(angle - turned)
        red, green, blue, alpha = (part.value for part in parts)
        self.style = Style(
            drawn,
            mode,
            turned % 360,
            size,
            (red, green, blue, alpha),
            slant if abs(slant) > DIRECTION_TOLERANCE else 0,
            mode == OUTLINED or self._is_bold(drawn),
        )

    def _is_bold(self, drawn: object) -> bool:
        """Whether the font of a text object is bold by its name; its weight is often wrong."""
        from pypdfium2 import raw

        font = raw.FPDFTextObj_GetFont(drawn) if drawn else None
        address = read_address(font) if font else 0
        if address not in self.are_bold:
            name = ctypes.create_string_buffer(LONGEST_FONT_NAME)
            raw.FPDFFont_GetBaseFontName(font, name, LONGEST_FONT_NAME)
            self.are_bold[address] = _BOLD.search(name.value) is not None
        return self.are_bold[address]

    def _finish(self, text: str, box: Box) -> DrawnWord:
        """The word of a text and its rectangle, which is turned so that x runs along it."""
        frame, style = self.frame, self.style
        direction = (style.turned - frame.rotation) % 360
        baseline = self.y.value
        if not self.is_plain or style.turned or style.slant:
            x, y = self.x.value, self.y.value
            shown, place = frame.show(box.turn(style.turned)), frame.show(Box(x, y, x, y))
            if style.slant:
                direction += style.slant
                angle = math.radians(direction)
                box = shown
                baseline = place.bottom * math.cos(angle) - place.left * math.sin(angle)
            else:
                box, baseline = shown.turn(-direction), place.turn(-direction).bottom
        word = Word(
            text,
            box,
            baseline,
            style.size or box.height,
            self.order,
            self.is_spaced,
            direction,
            is_bold=style.is_bold,
        )
        self.order, self.is_spaced = self.order + 1, False
        return DrawnWord(word, style)


def read_address(handle: object) -> int:
    """The address in a handle of pdfium, 0 for none."""
    return ctypes.cast(handle, ctypes.c_void_p).value or 0  # type: ignore[arg-type]


def _read_character(code: int, box: Box) -> str:
    """The text of a code of pdfium: " " for what is no letter, "" for what is nothing."""
    if code in _SPACES or code in _HYPHENS:
        return "-" if code in _HYPHENS else " "
    if code < 0x20:  # what pdfium adds has no width
        return _TEX.get(code, " ") if box.width > 0 and box.height > 0 else " "
    if 0xD800 <= code < 0xE000 or code in _NONCHARACTERS or 0x7F <= code < 0xA0:
        return "\xad" if code == 0xAD else ""
    return _LIGATURES.get(code) or chr(code)
