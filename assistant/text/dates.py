"""Dates in fields, bylines and the names of files.

Days: 2025-09-09, 2025/9/9, 9 September 2025, 9th of September 2025, September 9, 2025,
2025年9月9日, with a time or without. In names of files also 20250909, and dates without a day:
2025, September 2025, 2025-09, 2025Q3.
"""

import re
from collections.abc import Iterator
from datetime import date
from pathlib import PurePosixPath
from typing import NamedTuple

from dateutil.parser import parse

from assistant.records import Document

_MONTH = (
    r"(?:Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?"
    r"|Sep(?:t(?:ember)?)?|Oct(?:ober)?|Nov(?:ember)?|Dec(?:ember)?)\.?"
)
_ORDINAL = r"(?:st|nd|rd|th)?"
DATE = re.compile(
    r"(?<!\d)(?:\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{4}年\d{1,2}月\d{1,2}日"
    rf"|\d{{1,2}}{_ORDINAL}\s+(?:of\s+)?{_MONTH},?\s+\d{{4}}"
    rf"|{_MONTH}\s+\d{{1,2}}{_ORDINAL},?\s+\d{{4}})(?!\d)",
    re.IGNORECASE,
)
_CHINESE = str.maketrans({"年": "-", "月": "-", "日": None})

_YEAR = r"(?:19\d\d|20\d\d|2100)"
_COMPACT = re.compile(rf"(?<!\d)({_YEAR})(\d\d)(\d\d)(?!\d)")
_DAY_FIRST = re.compile(rf"(?<!\d)(\d{{1,2}})[-. ](\d{{1,2}})[-. ]({_YEAR})(?!\d)")
_QUARTER = re.compile(
    rf"(?<!\d)({_YEAR})[-. ]?([QH][1-4])(?!\w)|(?<![^\W_])([QH][1-4])[-. ]?({_YEAR})(?!\w)", re.I
)
_NAMED_MONTH = re.compile(
    rf"(?<![^\W_])(?P<month>{_MONTH})[-, ]{{0,2}}(?P<year>{_YEAR})(?!\w)"
    rf"|(?<!\d)(?P<year2>{_YEAR})[- ]?(?P<month2>{_MONTH})(?![^\W_])",
    re.IGNORECASE,
)
_NUMBERED_MONTH = re.compile(rf"(?<![\d-])({_YEAR})[-年](0[1-9]|1[0-2]|[1-9]月)(?!\d|-\d)")
# Not the first digits of "1999mm", the last of "RTX2080", or between others as in a phone number.
_ALONE = re.compile(
    rf"(?<![\d.,+A-Z$€£])(?<!\d\d\d[-. ])(?:FY)?({_YEAR})(?![^\W\d_年]|\d|[.,]\d)(?P<rest>-\d+)?"
    rf"|(?<=FY)({_YEAR})(?!\w)"
)
MOST_MONTHS = 12
FIRST_YEAR, LAST_YEAR = 1900, 2100


class Issued(NamedTuple):
    """When a document was published: the first day that it may be, and the date in words where it
    has no day ("2024", "May 2024", "Q3 2024"), else "".
    """

    day: date
    words: str = ""


def find_date(*texts: str) -> date | None:
    """The first valid day in some texts, or None."""
    for text in texts:
        for match in DATE.finditer(text):
            try:
                words = re.sub(r"(?<=\d)(?:st|nd|rd|th)\b|\bof\b", "", match[0], flags=re.I)
                return parse(words.translate(_CHINESE)).date()
            except (ValueError, OverflowError):
                continue
    return None


def find_issued(name: str) -> Issued | None:
    """The date in the name of a file or in a title, as exact as it is; of several years the last.

    >>> find_issued("prices-2024.txt")
    Issued(day=datetime.date(2024, 1, 1), words='2024')
    """
    words = PurePosixPath(name).name.replace("_", " ")
    day = find_date(words) or next(_find_days(words), None)
    if day is not None:
        return Issued(day) if FIRST_YEAR <= day.year <= LAST_YEAR else None
    if match := _QUARTER.search(words):
        part = (match[2] or match[3]).upper()
        year, months = int(match[1] or match[4]), 3 if part[0] == "Q" else 6
        if int(part[1]) * months <= MOST_MONTHS:
            return Issued(date(year, (int(part[1]) - 1) * months + 1, 1), f"{part} {year}")
    return _find_month(words) or _find_year(words)


def is_dated_by_name(document: Document) -> bool:
    """Whether the date of a document may be no more than that in the name of its file."""
    issued = find_issued(PurePosixPath(document.id).stem)
    return issued is not None and (document.published, document.dated) == issued


def _find_days(words: str) -> Iterator[date]:
    for match in _COMPACT.finditer(words):
        yield from _make_day(match[1], match[2], match[3])
    for match in _DAY_FIRST.finditer(words):
        first, second = int(match[1]), int(match[2])
        if first > MOST_MONTHS or first == second:
            yield from _make_day(match[3], match[2], match[1])
        elif second > MOST_MONTHS:
            yield from _make_day(match[3], match[1], match[2])


def _make_day(year: str, month: str, day: str) -> Iterator[date]:
    try:
        yield date(int(year), int(month), int(day))
    except ValueError:
        return


def _find_month(words: str) -> Issued | None:
    if match := _NAMED_MONTH.search(words):
        month = parse(f"1 {match['month'] or match['month2']} 2000").month
        first = date(int(match["year"] or match["year2"]), month, 1)
    elif match := _NUMBERED_MONTH.search(words):
        year, month = int(match[1]), int(match[2].rstrip("月"))
        if month == (year + 1) % 100:  # "2011-12" may be two years
            return Issued(date(year, 1, 1), f"{year}")
        first = date(year, month, 1)
    else:
        return None
    return Issued(first, f"{first:%B} {first.year}")


def _find_year(words: str) -> Issued | None:
    years = []
    for match in _ALONE.finditer(words):
        year, rest = int(match[1] or match[3]), match["rest"]
        later = int(rest[1:]) if rest is not None else 0
        if later <= MOST_MONTHS or later == (year + 1) % 100:  # a part, or as in "2023-24"
            years.append(year)
        elif year < later <= LAST_YEAR:
            years.append(later)
    return Issued(date(max(years), 1, 1), f"{max(years)}") if years else None
