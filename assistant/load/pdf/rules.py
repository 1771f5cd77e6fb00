"""The rules of a page: straight lines that are drawn, and the edges of boxes and backgrounds."""

from collections.abc import Iterable, Iterator, Sequence
from ctypes import c_float, c_int, c_uint
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from assistant.load.pdf.characters import Frame
from assistant.load.pdf.words import Box

if TYPE_CHECKING:
    from pypdfium2 import PdfMatrix, PdfObject, PdfPage

CLOSE = 2.5  # points: lines that are nearer to each other are one
SHORTEST = 8.0  # points
SLANT = 0.5  # points that a straight line may be off
MOST_LINES, MOST_RULES = 20_000, 600  # a page of more is a drawing
LIGHTEST = 250  # of 255: a background that is as good as white has no edges
DEEPEST = 4  # forms inside each other


class Rule(NamedTuple):
    """A line at a place of one axis, from a start to an end on the other, in points."""

    place: float
    start: float
    end: float


class Rules(NamedTuple):
    """The rules of a page, in order of their places."""

    horizontal: Sequence[Rule] = ()
    vertical: Sequence[Rule] = ()


def find_rules(page: "PdfPage", frame: Frame) -> Rules:
    """The rules of a page as it is shown; none on a page that is a drawing."""
    horizontal: list[Rule] = []
    vertical: list[Rule] = []
    for count, (x1, y1, x2, y2) in enumerate(_list_lines(page)):
        if count > MOST_LINES:
            return Rules()
        box = frame.show(Box(min(x1, x2), min(y1, y2), max(x1, x2), max(y1, y2)))
        x1, y1, x2, y2 = box
        if y2 - y1 <= SLANT < x2 - x1:
            horizontal.append(Rule((y1 + y2) / 2, x1, x2))
        elif x2 - x1 <= SLANT < y2 - y1:
            vertical.append(Rule((x1 + x2) / 2, y1, y2))
    rules = Rules(_join(horizontal), _join(vertical))
    return rules if max(map(len, rules)) <= MOST_RULES else Rules()


def _list_lines(page: "PdfPage") -> Iterator[tuple[float, float, float, float]]:
    """The ends of the straight lines of all paths that can be seen, in points of the file."""
    from pypdfium2 import raw

    for path in page.get_objects(filter=[raw.FPDF_PAGEOBJ_PATH], max_depth=DEEPEST):
        if not _is_seen(path):
            continue
        matrix = path.get_matrix()
        form = path.container
        while form is not None:
            matrix, form = matrix.multiply(form.get_matrix()), form.container
        yield from _follow(path, matrix)


def _is_seen(path: "PdfObject") -> bool:
    from pypdfium2 import raw

    fill, stroke = c_int(), c_int()
    raw.FPDFPath_GetDrawMode(path, fill, stroke)
    if stroke.value or not fill.value:
        return bool(stroke.value)
    red, green, blue, alpha = c_uint(), c_uint(), c_uint(), c_uint()
    raw.FPDFPageObj_GetFillColor(path, red, green, blue, alpha)
    return alpha.value > 0 and min(red.value, green.value, blue.value) < LIGHTEST


def _follow(path: "PdfObject", matrix: "PdfMatrix") -> Iterator[tuple[float, float, float, float]]:
    from pypdfium2 import raw

    x, y = c_float(), c_float()
    start = here = (0.0, 0.0)
    for number in range(min(raw.FPDFPath_CountSegments(path), MOST_LINES + 1)):
        segment = raw.FPDFPath_GetPathSegment(path, number)
        kind = raw.FPDFPathSegment_GetType(segment)
        raw.FPDFPathSegment_GetPoint(segment, x, y)
        point = matrix.on_point(x.value, y.value)
        if kind == raw.FPDF_SEGMENT_LINETO:
            yield (*here, *point)
        elif kind == raw.FPDF_SEGMENT_MOVETO:
            start = point
        here = point
        if raw.FPDFPathSegment_GetClose(segment):
            yield (*here, *start)
            here = start


def _join(rules: Iterable[Rule]) -> list[Rule]:
    """Rules at nearly the same place, and pieces of one rule, joined; short ones are left out."""
    joined = []
    for group in _group_places(rules):
        place = sum(rule.place for rule in group) / len(group)
        pieces = sorted((rule.start, rule.end) for rule in group)
        start, end = pieces[0]
        for next_start, next_end in pieces:
            if next_start > end + CLOSE:
                joined.append(Rule(place, start, end))
                start, end = next_start, next_end
            end = max(end, next_end)
        joined.append(Rule(place, start, end))
    return [rule for rule in joined if rule.end - rule.start >= SHORTEST]


def _group_places(rules: Iterable[Rule]) -> list[list[Rule]]:
    groups: list[list[Rule]] = []
    for rule in sorted(rules):
        if groups and rule.place - groups[-1][0].place <= CLOSE:
            groups[-1].append(rule)
        else:
            groups.append([rule])
    return groups


def snap(places: Iterable[float]) -> list[float]:
    """Places in order, those that are nearly the same only once.

    >>> snap([30, 10, 11])
    [10, 30]
    """
    ordered = sorted(places)
    return ordered[:1] + [b for a, b in pairwise(ordered) if b - a > CLOSE]
