"""Finds the words of a sentence that name a time, with its first and last day."""

import re
from bisect import insort
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial

from dateutil.parser import parse
from dateutil.relativedelta import relativedelta

from assistant.figures.scan import MONTH, is_year
from assistant.records import Offsets, covers

Days = tuple[date, date]


@dataclass(frozen=True, slots=True)
class Period:
    """A period from its first day to its last, in the words of a document."""

    start: date
    end: date
    words: str


@dataclass(frozen=True, slots=True)
class Time:
    """Words of a sentence that name a time; `period` is None if its days are unknown.

    `compares` if they only compare: "the biggest rise since 1994".
    """

    start: int
    end: int
    period: Period | None
    compares: bool = False


_YEAR = r"(?:1\d|20)\d{2}"
_WEEKDAYS = "monday tuesday wednesday thursday friday saturday sunday".split()
_ORDINALS = {"first": 1, "second": 2, "third": 3, "fourth": 4, "last": 4}
_SHIFTS = {"last": -1, "the previous": -1, "next": 1, "the coming": 1}
_NAMED_YEAR = (
    rf"(?:(?:fiscal\s)?(?P<year>{_YEAR})\b"
    r"|(?P<which>this|last|next|the|the same|the previous|the current|the coming)\syear\b)"
)
_OF_YEAR = rf"(?:(?:,?\s(?:of|in)\s|,?\s){_NAMED_YEAR})?"
_NUMBERS = "one two three four five six seven eight nine ten eleven twelve".split()


def _find_year(match: re.Match[str], published: date) -> int:
    """The year of a match, in digits or relative to the day of publishing."""
    groups = match.groupdict("")
    if groups.get("year"):
        return int(groups["year"])
    return published.year + _SHIFTS.get(groups.get("which", "").lower(), 0)


def _span(first: date, **length: int) -> Days:
    return first, first + relativedelta(**length) - timedelta(1)  # type: ignore[arg-type]


def _read_part(match: re.Match[str], published: date) -> Days:
    """A quarter or half: "the first quarter of 2025", "Q1 2025", "H2"."""
    number = match["number"].lower()
    months = 6 if match["part"].lower() in ("half", "h") else 3
    position = min(int(number) if number.isdigit() else _ORDINALS[number], 12 // months)
    first = date(_find_year(match, published), (position - 1) * months + 1, 1)
    if not (match["year"] or match["which"]) and first > published:  # the latest that has begun
        first -= relativedelta(years=1)
    return _span(first, months=months)


def _read_edge(match: re.Match[str], published: date) -> Days:
    """The first or last day of a year: "by the end of this year", "the beginning of 2024"."""
    first, last = _read_year(match, published)
    day = last if match["edge"].lower() in ("end", "close") else first
    return day, day


def _read_year(match: re.Match[str], published: date, years: int = 1) -> Days:
    return _span(date(_find_year(match, published), 1, 1), years=years)


def _read_years(match: re.Match[str], _: date) -> Days | None:
    first, short = match["year"], match["short"]
    last = first[:2] + short if short else match["last"]
    return (date(int(first), 1, 1), date(int(last), 12, 31)) if first < last else None


def _read_since(match: re.Match[str], published: date) -> Days | None:
    first = date(int(match["year"]), 1, 1)
    return (first, published) if first <= published else None


def _read_month(match: re.Match[str], published: date) -> Days:
    groups = match.groupdict()
    if groups.get("year") or groups.get("which"):
        first = parse(match["month"], default=datetime(_find_year(match, published), 1, 1)).date()
    else:
        first = _find_nearest(match["month"], published)
    return _span(first, months=1)


def _read_date(match: re.Match[str], published: date) -> Days:
    words = match[0].rstrip(".")
    day = parse(words).date() if match["year"] else _find_nearest(words, published)
    return day, day


def _find_nearest(words: str, published: date) -> date:
    """A day or month without a year: the one nearest to the day of publishing."""
    years = range(published.year - 1, published.year + 2)
    days = [parse(words, default=datetime(year, 1, 1)).date() for year in years]
    # The past counts as nearer than the future.
    return min(days, key=lambda day: published - day if day <= published else 2 * (day - published))


def _read_relative(match: re.Match[str], published: date) -> Days:
    """A week, month, quarter or year, relative to the day of publishing."""
    length = match["length"].lower()
    if length == "week":
        first = published - timedelta(published.weekday())
        step = {"weeks": 1}
    else:
        months = {"month": 1, "quarter": 3, "year": 12}[length]
        first = date(published.year, (published.month - 1) // months * months + 1, 1)
        step = {"months": months}
    shift = _SHIFTS.get(match["which"].lower(), 0)
    return _span(first + shift * relativedelta(**step), **step)  # type: ignore[arg-type]


def _read_past(match: re.Match[str], published: date) -> Days:
    """The time up to the day of publishing, or from it: "the past five years"."""
    word = (match["count"] or "one").lower()
    count = int(word) if word.isdigit() else _NUMBERS.index(word) + 1
    length = relativedelta(**{f"{match['length'].lower()}s": count})  # type: ignore[arg-type]
    if (match["way"] or "").lower() in ("next", "coming"):
        return published, published + length
    return published - length, published


def _read_day(match: re.Match[str], published: date) -> Days:
    """Yesterday, today or tomorrow; or the latest such weekday."""
    days_ago = {"yesterday": 1, "today": 0, "tomorrow": -1}
    days_ago |= {day: (published.weekday() - n) % 7 for n, day in enumerate(_WEEKDAYS)}
    day = published - timedelta(days_ago[match[0].lower().split()[-1]])
    return day, day


# The first form that matches a position is taken, so the longer ones come first.
_FORMS: tuple[tuple[str, Callable[[re.Match[str], date], Days | None]], ...] = (
    (r"(?:the\s)?(?P<number>first|second|third|fourth|last)[\s-]"
     rf"(?P<part>quarter|half(?=\sof\s|\s\d|\sin\s\d)){_OF_YEAR}(?!\sof\b)", _read_part),
    (rf"\b(?P<part>(?-i:Q|H))(?P<number>[1-4]){_OF_YEAR}\b", _read_part),
    (rf"\b(?:the\s)?(?P<edge>end|close|beginning|start)\sof\s{_NAMED_YEAR}", _read_edge),
    (r"\b(?P<year>\d{4})[-/]\d{1,2}[-/]\d{1,2}\b", _read_date),
    (rf"\b(?:from\s|between\s)?(?P<year>{_YEAR})(?:\s?(?:--|[-–/])\s?(?P<short>\d\d\b)?"
     rf"|\s(?:to|and)\s)(?P<last>(?(short)|{_YEAR}))(?!\d)", _read_years),
    (rf"\b(?:{MONTH})\s\d{{1,2}}(?:st|nd|rd|th)?\b(?![,.]?\d|\s?%|\sper\s?cent|\smillion)"
     rf"(?:,?\s(?P<year>{_YEAR})\b)?", _read_date),
    (rf"\b\d{{1,2}}(?:st|nd|rd|th)?\s(?:{MONTH})(?:,?\s(?P<year>{_YEAR})\b)?", _read_date),
    (rf"\b(?P<month>{MONTH})(?:,?\s(?P<year>{_YEAR})\b"
     r"|\s(?:of\s)?(?P<which>this|last|next)\syear\b)", _read_month),
    (rf"(?<=\bin )(?P<month>{MONTH})(?!\s\d)", _read_month),
    (rf"(?:\bsince\s)(?P<year>{_YEAR})\b", _read_since),
    (r"\b(?:the\s)?(?P<year>(?:1[5-9]|20)\d0)s\b", partial(_read_year, years=10)),
    (rf"\b(?:(?:the\s)?(?P<way>past|last|next|coming|previous)\s(?P<count>\d+|{'|'.join(_NUMBERS)})"
     r"|the\spast)\s(?P<length>day|week|month|year)s?\b", _read_past),
    (r"\b(?P<which>this|last|next)\s(?P<length>week|month|quarter|year)\b", _read_relative),
    (rf"(?<![\d.,$£€¥#/-])\b(?P<year>{_YEAR})\b(?P<plain>)(?![\d%-]|[.,]\d)", _read_year),
    (r"(?P<year>(?:19|20)\d{2})年", _read_year),
    (rf"\b(?:yesterday|today|tomorrow|on\s(?:{'|'.join(_WEEKDAYS)}))\b", _read_day),
)  # fmt: skip
_COMPILED = [(re.compile(words, re.IGNORECASE), read) for words, read in _FORMS]
_COMPARES = re.compile(
    r"\b(?:\w+est|most|least|worst|best|record|first(?:\stime)?)\b[^,;]*\bsince\s[^,;]*$",
    re.IGNORECASE,
)
_LOOK_BACK = 60  # characters
# A sentence without any of these has no period.
_HINT = re.compile(
    rf"\b(?:1\d|20)\d\d|年|year|month|week|quarter|day|tomorrow|\b[QH][1-4]\b|\b{MONTH}", re.I
)


def find_times(sentence: str, published: date | None) -> list[Time]:
    """The times of a sentence, in order, without overlaps; "this year" depends on `published`.

    >>> find_times("It sold well in the first half of 2025.", None)[0].period.end
    datetime.date(2025, 6, 30)
    """
    if not _HINT.search(sentence):
        return []
    times: list[Time] = []
    taken: list[Offsets] = []
    for words, read in _COMPILED:
        for match in words.finditer(sentence):
            start, end = match.span()
            if covers(taken, start, end):
                continue
            if "plain" in match.groupdict() and not is_year(sentence, start, end):
                continue
            days = _read(read, match, published)
            period = Period(*days, match[0]) if days else None
            compares = _COMPARES.search(sentence, max(0, start - _LOOK_BACK), end)
            times.append(Time(start, end, period, compares is not None))
            insort(taken, (start, end))
    return sorted(times, key=lambda time: time.start)


def _read(
    read: Callable[[re.Match[str], date], Days | None],
    match: re.Match[str],
    published: date | None,
) -> Days | None:
    if published is None and not match.groupdict().get("year"):
        return None
    try:
        return read(match, published or date.min)  # a year in digits needs no day of publishing
    except (ValueError, OverflowError):  # no such day
        return None
