"""The numbers of the lists of a DOCX file, counted as Word counts them."""

import re
from collections import defaultdict
from collections.abc import Callable
from typing import NamedTuple

from lxml import etree

from assistant.load.docx.styles import ListItem, Style, W, get_number, get_value, is_on
from assistant.load.numerals import write_numeral

_MOST_LINKS = 8
_LONGEST_LABEL = 100  # characters of the number of an item
_PLACE = re.compile(r"%([1-9])")
_BULLETS = ("-", "–", "*")  # others are letters of fonts such as Wingdings
_DECIMAL = "1"
_NUMERALS = {
    "decimalZero": "01", "lowerLetter": "a", "upperLetter": "A", "lowerRoman": "i",
    "upperRoman": "I", "none": "", "chineseCounting": "一", "chineseCountingThousand": "一",
    "japaneseCounting": "一", "taiwaneseCountingThousand": "一", "ideographDigital": "一",
}  # fmt: skip


class _Level(NamedTuple):
    """How a level of a list is numbered: `text` is such as "%1.%2."."""

    start: int
    kind: str
    text: str
    is_decimal: bool
    restarts_after: int
    style_id: str | None


def write_number(number: int, kind: str) -> str:
    """A number in one of the formats of Word; one that is not known is decimal."""
    return write_numeral(number, _NUMERALS.get(kind, _DECIMAL))


class Numbering:
    """Counts the items of all lists of a document, in its order."""

    def __init__(self, root: etree._Element | None, find_style: Callable[[str], Style]) -> None:
        self._find_style = find_style
        self._abstract: dict[str, etree._Element] = {}
        self._lists: dict[str, etree._Element] = {}
        for each in () if root is None else root:
            if each.tag == f"{W}abstractNum":
                self._abstract[each.get(f"{W}abstractNumId", "")] = each
            elif each.tag == f"{W}num":
                self._lists[each.get(f"{W}numId", "")] = each
        self._levels: dict[str, tuple[str, dict[int, _Level]]] = {}
        # By the abstract list, which several lists share: the last number of each level.
        self._counts: dict[str, dict[int, int]] = defaultdict(dict)
        self._started: set[tuple[str, int]] = set()

    def count(self, own: ListItem, style: Style) -> str:
        """The number of the next item, such as "2.1.", "•", or "" for a paragraph in no list."""
        list_id = style.item.list_id if own.list_id is None else own.list_id
        if list_id is None or list_id == "0":
            return ""
        shared_id, levels = self._find_levels(list_id)
        at = own.level
        if at is None:  # headings have their level from the list, which names their style
            named = [n for n, level in levels.items() if level.style_id == style.id]
            at = named[0] if named and own.list_id is None else style.item.level or 0
        level = levels.get(at)
        if level is None:
            return ""
        self._advance(list_id, shared_id, at, level, levels)
        return self._write(self._counts[shared_id], at, levels)

    def _advance(
        self, list_id: str, shared_id: str, at: int, level: _Level, levels: dict[int, _Level]
    ) -> None:
        counts = self._counts[shared_id]
        overrides = self._find_override(list_id, at)
        if overrides is not None and (list_id, at) not in self._started:
            counts[at] = overrides
        else:
            counts[at] = counts[at] + 1 if at in counts else level.start
        self._started.add((list_id, at))
        for below in [below for below in counts if below > at]:
            if below in levels and at < levels[below].restarts_after:
                del counts[below]

    def _write(self, counts: dict[int, int], at: int, levels: dict[int, _Level]) -> str:
        level = levels[at]
        if level.kind == "bullet":
            return level.text if level.text in _BULLETS else "•"

        def write(match: re.Match[str]) -> str:
            other = levels.get(int(match[1]) - 1, level)
            number = counts.get(int(match[1]) - 1, other.start)
            return write_number(number, "decimal" if level.is_decimal else other.kind)

        return _PLACE.sub(write, level.text).strip()

    def _find_override(self, list_id: str, at: int) -> int | None:
        for override in self._list_overrides(list_id):
            if _find_place(override) == at:
                return get_number(override, "startOverride")
        return None

    def _find_levels(self, list_id: str) -> tuple[str, dict[int, _Level]]:
        """The id of the abstract list, and its levels with those that the list replaces."""
        if list_id not in self._levels:
            shared_id = self._follow_links(list_id)
            found = [self._abstract.get(shared_id), *self._list_overrides(list_id)]
            elements = [e for each in found if each is not None for e in each.iterfind(f"{W}lvl")]
            levels = {_find_place(e): _read_level(e) for e in elements}
            self._levels[list_id] = shared_id, levels
        return self._levels[list_id]

    def _list_overrides(self, list_id: str) -> list[etree._Element]:
        element = self._lists.get(list_id)
        return [] if element is None else element.findall(f"{W}lvlOverride")

    def _follow_links(self, list_id: str) -> str:
        """The id of a list's abstract list, which may be that of a style."""
        shared_id = ""
        for _ in range(_MOST_LINKS):
            shared_id = get_value(self._lists.get(list_id), "abstractNumId") or ""
            link = get_value(self._abstract.get(shared_id), "numStyleLink")
            linked = self._find_style(link).item.list_id if link else None
            if linked is None:
                break
            list_id = linked
        return shared_id


def _find_place(element: etree._Element) -> int:
    written = element.get(f"{W}ilvl", "")
    return int(written) if re.fullmatch("[0-8]", written) else 0


def _read_level(element: etree._Element) -> _Level:
    at = _find_place(element)
    restart = get_number(element, "lvlRestart")
    return _Level(
        start=1 if (start := get_number(element, "start")) is None else start,
        kind=get_value(element, "numFmt") or "decimal",
        text=(get_value(element, "lvlText") or "")[:_LONGEST_LABEL],
        is_decimal=bool(is_on(element, "isLgl")),
        restarts_after=at if restart is None else restart,
        style_id=get_value(element, "pStyle"),
    )
