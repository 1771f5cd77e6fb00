"""The styles of a DOCX file, with what each inherits."""

import re
from typing import NamedTuple

from lxml import etree

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_HEADING = re.compile(r"heading ?([1-9])")
_NO_HEADING = 9  # the outline level of body text


class ListItem(NamedTuple):
    """The list of a paragraph ("0" for none) and its level from 0; None for what is not given."""

    list_id: str | None = None
    level: int | None = None


class Style(NamedTuple):
    """What a style says of its text; `level` as in Paragraph."""

    id: str
    name: str
    level: int | None
    item: ListItem
    is_hidden: bool


def get_value(properties: etree._Element | None, name: str) -> str | None:
    """The value of a property, "" for one without a value, or None if it is not there."""
    found = None if properties is None else properties.find(f"{W}{name}")
    return None if found is None else found.get(f"{W}val", "")


def get_number(properties: etree._Element | None, name: str) -> int | None:
    """The value of a property as a number of at most 9 digits, or None."""
    value = get_value(properties, name)
    return int(value) if value and re.fullmatch(r"-?[0-9]{1,9}", value) else None


def is_on(properties: etree._Element | None, name: str) -> bool | None:
    """Whether a property is switched on, or None if it is not there."""
    value = get_value(properties, name)
    return None if value is None else value not in ("0", "false", "off", "none")


def read_item(properties: etree._Element | None) -> ListItem:
    """The list item of a paragraph's properties."""
    numbering = None if properties is None else properties.find(f"{W}numPr")
    return ListItem(get_value(numbering, "numId"), get_number(numbering, "ilvl"))


class Styles:
    """The styles of a document by their ids."""

    def __init__(self, root: etree._Element | None) -> None:
        styles = () if root is None else root.iterfind(f"{W}style")
        self._elements = {each.get(f"{W}styleId", ""): each for each in styles}
        self._found: dict[str, Style] = {}

    def find(self, style_id: str) -> Style:
        """A style; one that is not defined goes by its id."""
        if style_id not in self._found:
            self._found[style_id] = self._resolve(style_id)
        return self._found[style_id]

    def _resolve(self, style_id: str) -> Style:
        """A style whose properties are the first of it, of the style it is based on, and so on."""
        chain: list[etree._Element] = []
        following: str | None = style_id
        while following in self._elements and self._elements[following] not in chain:
            chain.append(self._elements[following])
            following = get_value(chain[-1], "basedOn")
        names = [(get_value(each, "name") or "").lower() for each in chain] or [style_id.lower()]
        properties = [each.find(f"{W}pPr") for each in chain]
        levels = [
            _find_level(name, get_number(each, "outlineLvl"))
            for name, each in zip(names, properties or [None], strict=True)
        ]
        level = next((level for level in levels if level is not None), _NO_HEADING + 1)
        lists = [item.list_id for item in map(read_item, properties) if item.list_id]
        depths = [item.level for item in map(read_item, properties) if item.level is not None]
        hidden = [is_on(each.find(f"{W}rPr"), "vanish") for each in chain]
        return Style(
            id=style_id,
            name=names[0],
            level=level if level <= _NO_HEADING else None,
            item=ListItem(next(iter(lists), None), next(iter(depths), None)),
            is_hidden=next((bool(each) for each in hidden if each is not None), False),
        )


def _find_level(name: str, outline: int | None) -> int | None:
    """The level of headings by the name of their style (the same in all languages of Word), or by
    its outline level.
    """
    heading = _HEADING.fullmatch(name)
    if name == "title":
        return 0
    return int(heading[1]) if heading else None if outline is None else outline + 1
