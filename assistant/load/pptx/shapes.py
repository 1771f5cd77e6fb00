"""The shapes of a slide: their reading order, and what each says."""

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from lxml import etree

from assistant.load.drawings import A, list_references, read_drawing
from assistant.load.grids import Block, Cell, Grid
from assistant.load.package import parse_xml
from assistant.load.pptx.order import Box, sort_boxes
from assistant.load.pptx.text import read_paragraphs

if TYPE_CHECKING:
    from pptx.shapes.base import BaseShape

P = "{http://schemas.openxmlformats.org/presentationml/2006/main}"
MC = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"


def choose_alternatives(tree: etree._Element) -> None:
    """Replace alternatives by the first; python-pptx skips them, and the shapes in them."""
    for alternatives in [*tree.iter(f"{MC}AlternateContent")]:
        parent = alternatives.getparent()
        if parent is not None and len(alternatives):
            place = parent.index(alternatives)
            parent[place : place + 1] = [*alternatives[0]]


def list_shapes(shapes: "Iterable[BaseShape]") -> "Iterator[BaseShape]":
    """The shapes in reading order; those of a group follow each other."""
    for shape in sort_boxes([(_find_box(shape), shape) for shape in shapes]):
        if shape.element.tag == f"{P}grpSp":
            yield from list_shapes(shape.shapes)  # type: ignore[attr-defined]
        else:
            yield shape


def is_hidden(shape: "BaseShape") -> bool:
    """Whether a shape is hidden, or a group that it is in."""
    element = shape.element
    properties = (
        next(each.iter(f"{P}cNvPr"), None)
        for each in (element, *element.iterancestors(f"{P}grpSp"))
    )
    return any(each is not None and each.get("hidden") in ("1", "true") for each in properties)


def find_placeholder(shape: "BaseShape") -> str | None:
    """The kind of a placeholder, such as "title", or None for another shape."""
    found = next(shape.element.iter(f"{P}ph"), None)
    return None if found is None else found.get("type", "obj")


def read_shape(shape: "BaseShape", page_mark: str = "") -> Iterator[Block]:
    """The paragraphs of a shape, its table, or what its chart or diagram shows.

    `page_mark` is written for the number of the slide.
    """
    for box in shape.element.iterchildren(f"{P}txBody"):
        yield from read_paragraphs(box, page_mark)
    for table in shape.element.iter(f"{A}tbl"):
        yield _read_table(table)
    for reference in list_references(shape.element):
        if reference in shape.part.rels:
            yield from read_drawing(parse_xml(shape.part.related_part(reference).blob))


def _find_box(shape: "BaseShape") -> Box:
    left, top = shape.left or 0, shape.top or 0
    return Box(left, top, left + (shape.width or 0), top + (shape.height or 0))


def _read_table(table: etree._Element) -> Grid:
    rows = [
        [
            Cell(
                tuple(read_paragraphs(cell)),
                _get_span(cell, "gridSpan"),
                _get_span(cell, "rowSpan"),
            )
            for cell in row.iterchildren(f"{A}tc")
            if not any(cell.get(merged) in ("1", "true") for merged in ("hMerge", "vMerge"))
        ]
        for row in table.iterchildren(f"{A}tr")
    ]
    properties = table.find(f"{A}tblPr")
    is_marked = properties is not None and properties.get("firstRow") in ("1", "true")
    return Grid(rows, headers=int(is_marked))


def _get_span(cell: etree._Element, name: str) -> int:
    span = cell.get(name, "1")
    return int(span) if span.isdecimal() and len(span) < 9 else 1
