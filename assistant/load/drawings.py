"""Charts and diagrams (SmartArt) of Office files."""

from collections.abc import Iterator

from lxml import etree

from assistant.load.grids import Cell, Grid, Paragraph
from assistant.load.limits import TABLE_ROWS

A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
C = "{http://schemas.openxmlformats.org/drawingml/2006/chart}"
_DIAGRAM = "{http://schemas.openxmlformats.org/drawingml/2006/diagram}"
R = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
# The elements that refer to a part, and the attribute with the id of the relationship.
_REFERENCES = {f"{C}chart": f"{R}id", f"{_DIAGRAM}relIds": f"{R}dm"}


def list_references(drawing: etree._Element) -> Iterator[str]:
    """The ids of the relationships to the charts and diagrams in a drawing."""
    for element in drawing.iter(*_REFERENCES):
        yield element.get(_REFERENCES[element.tag], "")


def read_drawing(root: etree._Element) -> Iterator[Paragraph | Grid]:
    """What the part of a chart or diagram shows: titles, points, a table of the numbers."""
    if root.tag == f"{C}chartSpace":
        title = root.find(f"{C}chart/{C}title")
        if title is not None:
            yield Paragraph(_join(title))
        for plot in root.iterfind(f"{C}chart/{C}plotArea/*"):
            yield from _read_plot(plot)
    for point in root.iterfind(f"{_DIAGRAM}ptLst/{_DIAGRAM}pt"):
        if point.get("type", "node") == "node":
            yield Paragraph(_join(point))


def _read_plot(plot: etree._Element) -> Iterator[Grid]:
    """The series of a plot as columns, its categories as rows."""
    series = plot.findall(f"{C}ser")
    if not series:
        return
    columns = [_read_points(each, "cat", "xVal") for each in series[:1]]
    columns += [_read_points(each, "val", "yVal") for each in series]
    names = ["", *("".join(_read_points(each, "tx").values()) for each in series)]
    rows = [[column.get(at, "") for column in columns] for at in sorted(set().union(*columns))]
    yield Grid([[Cell([Paragraph(text)]) for text in row] for row in [names, *rows]], headers=1)


def _read_points(series: etree._Element, *names: str) -> dict[int, str]:
    """The stored values of a series by their places."""
    points: dict[int, str] = {}
    for name in names:
        for point in series.iterfind(f"{C}{name}//{C}pt"):
            place = point.get("idx", "")
            if place.isdecimal() and len(place) < len(str(TABLE_ROWS)):
                # A category of several levels has a point in each.
                words = point.findtext(f"{C}v") or ""
                points[int(place)] = f"{words} {points.get(int(place), '')}".strip()
    return points


def _join(element: etree._Element) -> str:
    paragraphs = ("".join(t.text or "" for t in p.iter(f"{A}t")) for p in element.iter(f"{A}p"))
    return " ".join(" ".join(paragraphs).split())
