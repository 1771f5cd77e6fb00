"""The styles and list numbers of an ODT file."""

import re
from typing import NamedTuple

from lxml import etree

from assistant.load.numerals import write_numeral

OFFICE, STYLE, TEXT, TABLE, DRAW, CHART = (
    f"{{urn:oasis:names:tc:opendocument:xmlns:{name}:1.0}}"
    for name in ("office", "style", "text", "table", "drawing", "chart")
)
_ENCODED = re.compile(r"_([0-9a-f]{2,4})_")  # "Text_20_body"
_PLACE = re.compile(r"%(\d{1,2})%")
_LONGEST = 9  # digits of a number


class Style(NamedTuple):
    """What a style says of its text; `names` are its own, then those of what it is based on."""

    names: tuple[str, ...]
    is_raised: bool = False
    is_hidden: bool = False


class Styles:
    """The styles of a document that one of its parts uses: those of all, and its own."""

    def __init__(self, common: etree._Element | None, part: etree._Element) -> None:
        roots = [(common, "styles"), (part, "automatic-styles")]
        groups = [
            group
            for root, kind in roots
            if root is not None
            for group in root.iterchildren(f"{OFFICE}{kind}")
        ]
        self._elements: dict[tuple[str, str], etree._Element] = {}
        self._lists: dict[str, etree._Element] = {}
        for element in (each for group in groups for each in group):
            name = element.get(f"{STYLE}name", "")
            if element.tag == f"{STYLE}style":
                self._elements[element.get(f"{STYLE}family", ""), name] = element
            elif element.tag in (f"{TEXT}list-style", f"{TEXT}outline-style"):
                self._lists["" if element.tag == f"{TEXT}outline-style" else name] = element
        self._found: dict[tuple[str, str], Style] = {}

    def find(self, family: str, name: str) -> Style:
        """A style of the family "paragraph" or "text"."""
        if (family, name) not in self._found:
            self._found[family, name] = self._resolve(family, name)
        return self._found[family, name]

    def find_level(self, list_name: str, level: int) -> etree._Element | None:
        """How a level, from 1, of a list is numbered; the list "" is that of the headings."""
        for each in self._lists.get(list_name, ()):
            if each.get(f"{TEXT}level") == str(level):
                return each
        return None

    def _resolve(self, family: str, name: str) -> Style:
        chain: list[str] = []
        position = display = ""
        while name and name not in chain:
            chain.append(name)
            element = self._elements.get((family, name))
            if element is None:
                break
            for properties in element.iterchildren(f"{STYLE}text-properties"):
                position = position or properties.get(f"{STYLE}text-position", "")
                display = display or properties.get(f"{TEXT}display", "")
            name = element.get(f"{STYLE}parent-style-name", "")
        raised = position.split(" ")[0]
        return Style(
            tuple(_ENCODED.sub(lambda code: chr(int(code[1], 16)), each) for each in chain),
            is_raised=raised == "super" or re.fullmatch(r"[1-9]\d*(?:\.\d+)?%", raised) is not None,
            is_hidden=display == "none",
        )


def read_number(element: etree._Element, attribute: str, default: int = 1) -> int:
    """An attribute that counts something."""
    value = element.get(attribute, "")
    return int(value) if value.isdecimal() and len(value) <= _LONGEST else default


class ListCounts:
    """Counts the items of lists; a list may go on where one above ended."""

    def __init__(self, styles: Styles) -> None:
        self._styles = styles
        self._by_style: dict[str, dict[int, int]] = {}
        self._by_id: dict[str, dict[int, int]] = {}

    def start(self, element: etree._Element, style: str) -> dict[int, int]:
        """The last number of each level for a list that begins."""
        counts: dict[int, int] = {}
        if element.get(f"{TEXT}continue-numbering") == "true":
            counts = self._by_style.get(style, counts)
        counts = self._by_id.get(element.get(f"{TEXT}continue-list", ""), counts)
        self._by_style[style] = counts
        for name in ("{http://www.w3.org/XML/1998/namespace}id", f"{TEXT}id"):
            if element.get(name):
                self._by_id[element.get(name, "")] = counts
        return counts

    def count(
        self, counts: dict[int, int], style: str, level: int, start: int | None = None
    ) -> str:
        """The number of the next item on a level, from 1, of a list; or its bullet, or ""."""
        definition = self._styles.find_level(style, level)
        if definition is None:
            return ""
        first = read_number(definition, f"{TEXT}start-value")
        counts[level] = counts.get(level, first - 1) + 1 if start is None else start
        for below in [below for below in counts if below > level]:
            del counts[below]
        if not definition.tag.endswith(("style-number", "outline-level-style")):
            return "•"
        return self._write(counts, style, level, definition)

    def _write(
        self, counts: dict[int, int], style: str, level: int, definition: etree._Element
    ) -> str:
        def write(at: int) -> str:
            found = self._styles.find_level(style, at)
            if found is None:
                return ""
            number = counts.get(at, read_number(found, f"{TEXT}start-value"))
            return write_numeral(number, found.get(f"{STYLE}num-format", ""))

        if not definition.get(f"{STYLE}num-format"):
            return ""
        pattern = definition.get(f"{STYLE}num-list-format")
        if pattern:
            return _PLACE.sub(lambda place: write(int(place[1])), pattern).strip()
        shown = min(read_number(definition, f"{TEXT}display-levels"), level)
        numbers = ".".join(filter(None, map(write, range(level - shown + 1, level + 1))))
        prefix, suffix = (definition.get(f"{STYLE}num-{end}", "") for end in ("prefix", "suffix"))
        return f"{prefix}{numbers}{suffix}".strip()
