"""When something was: the words that tell a stretch of time, and its first and last day."""

import re
from bisect import insort
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from dateutil.parser import ParserError, parse
from dateutil.relativedelta import relativedelta

from assistant.figures.names import is_year
from assistant.records import Offsets, covers

Days = tuple[date, date]


@dataclass(frozen=True, slots=True)
class Period:
    """A stretch of time from its first day to its last, in the words of a document."""

    start: date
    end: date
    words: str


_MONTHS = (
    "january february march april may june july august september october november december".split()
)
_MONTH = (  # by its capital: "may" and "march" are words
    r"(?-i:January|February|March|April|May|June|July|August|September|October|November|December"
    r"|(?:Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec)\b\.?)"
)
_YEAR = r"(?:1\d|20)\d{2}"
_WEEKDAYS = "monday tuesday wednesday thursday friday saturday sunday".split()
_ORDINALS = {"first": 1, "second": 2, "third": 3, "fourth": 4, "last": 4}
_WHICH = r"(?P<which>this|last|next|the|the same|the previous|the current|the coming)"
_OF_YEAR = (
    rf"(?:(?:,?\s(?:of|in)\s|\s|,\s)(?:(?:fiscal\s)?(?P<year>{_YEAR})\b"
    rf"|{_WHICH}\syear\b))"
)
_LENGTHS = {"day": "days", "week": "weeks", "month": "months", "year": "years"}
_NUMBERS = "two three four five six seven eight nine ten eleven twelve".split()


def _find_year(match: re.Match[str], published: date | None) -> int | None:
    """The year that a match names, in digits or as seen from the day of publishing."""
    groups = match.groupdict()
    if groups.get("year"):
        return int(groups["year"])
    if published is None:
        return None
    return published.year + {"last": -1, "the previous": -1, "next": 1, "the coming": 1}.get(
        (groups.get("which") or "this").lower(), 0
    )


def _span_months(year: int, month: int, count: int) -> Days:
    first = date(year, month, 1)
    return first, first + relativedelta(months=count, days=-1)


def _read_part(match: re.Match[str], published: date | None) -> Days | None:
    """A quarter or half: "the first quarter of 2025", "Q1 2025", "H2"."""
    year = _find_year(match, published)
    if year is None:
        return None
    groups = match.groupdict()
    place = int(groups["digit"]) if groups.get("digit") else _ORDINALS[match["ordinal"].lower()]
    months = 6 if (match["part"].lower() in ("half", "h")) else 3
    place = min(place, 12 // months)
    days = _span_months(year, (place - 1) * months + 1, months)
    named = groups.get("year") or groups.get("which")
    if not named and published and days[0] > published:  # the latest that has begun
        return _span_months(year - 1, (place - 1) * months + 1, months)
    return days


def _read_edge(match: re.Match[str], published: date | None) -> Days | None:
    """The first or last day of a year: "by the end of this year", "the beginning of 2024"."""
    year = _find_year(match, published)
    if year is None:
        return None
    day = date(year, 12, 31) if match["edge"].lower() in ("end", "close") else date(year, 1, 1)
    return day, day


def _read_year(match: re.Match[str], published: date | None) -> Days | None:
    year = _find_year(match, published)
    return None if year is None else (date(year, 1, 1), date(year, 12, 31))


def _read_years(match: re.Match[str], _: date | None) -> Days | None:
    first, short = match["first"], match["short"]
    until = int(first[:2] + short if short else match["last"])
    return (date(int(first), 1, 1), date(until, 12, 31)) if int(first) < until else None


def _read_since(match: re.Match[str], published: date | None) -> Days | None:
    first = date(int(match["year"]), 1, 1)
    return (first, published) if published and first <= published else None


def _read_decade(match: re.Match[str], _: date | None) -> Days:
    first = int(match["decade"])
    return date(first, 1, 1), date(first + 9, 12, 31)


def _read_month(match: re.Match[str], published: date | None) -> Days | None:
    month = next(
        place
        for place, name in enumerate(_MONTHS, 1)
        if name.startswith(match["month"].lower().rstrip(".")[:3])
    )
    if match["year"] or match["which"]:
        year = _find_year(match, published)
        return None if year is None else _span_months(year, month, 1)
    if published is None:
        return None
    return min(
        (_span_months(published.year + shift, month, 1) for shift in (-1, 0, 1)),
        key=lambda days: _distance(days[0], published),
    )


def _read_date(match: re.Match[str], published: date | None) -> Days | None:
    """A day with its month; without a year it is the one near the day of publishing."""
    if match["year"] is None and published is None:
        return None
    words = match[0].rstrip(".")
    try:
        if match["year"]:
            day = parse(words).date()
            return day, day
        assert published is not None
        days = [
            parse(words, default=datetime(published.year + shift, 1, 1)).date()
            for shift in (-1, 0, 1)
        ]
    except (ParserError, ValueError, OverflowError):
        return None
    day = min(days, key=lambda day: _distance(day, published))
    return day, day


def _distance(day: date, published: date) -> timedelta:
    """How far a day is from that of publishing; what was counts nearer than what is to come."""
    return published - day if day <= published else 2 * (day - published)


def _read_relative(match: re.Match[str], published: date | None) -> Days | None:
    """A month, week or quarter as seen from the day of publishing."""
    if published is None:
        return None
    shift = {"last": -1, "next": 1}.get(match["which"].lower(), 0)
    if match["length"].lower() == "month":
        first = published.replace(day=1) + relativedelta(months=shift)
        return first, first + relativedelta(months=1, days=-1)
    if match["length"].lower() == "week":
        first = published + relativedelta(days=-published.weekday(), weeks=shift)
        return first, first + relativedelta(days=6)
    first = published.replace(month=(published.month - 1) // 3 * 3 + 1, day=1)
    first += relativedelta(months=3 * shift)
    return first, first + relativedelta(months=3, days=-1)


def _read_past(match: re.Match[str], published: date | None) -> Days | None:
    """The stretch up to the day of publishing, or from it: "the past five years"."""
    if published is None:
        return None
    word = (match["count"] or "one").lower()
    count = int(word) if word.isdigit() else ["one", *_NUMBERS].index(word) + 1
    if count > 200:
        return None
    length = relativedelta(**{_LENGTHS[match["length"].lower()]: count})  # type: ignore[arg-type]
    if match["way"].lower() in ("next", "coming"):
        return published, published + length
    return published - length, published


def _read_day(match: re.Match[str], published: date | None) -> Days | None:
    if published is None:
        return None
    day = published + relativedelta(days={"yesterday": -1, "tomorrow": 1}.get(match[0].lower(), 0))
    return day, day


def _read_weekday(match: re.Match[str], published: date | None) -> Days | None:
    """The latest day of that name, the day of publishing included."""
    if published is None:
        return None
    back = (published.weekday() - _WEEKDAYS.index(match["weekday"].lower())) % 7
    day = published - relativedelta(days=back)
    return day, day


# The first form that fits a place is taken, so the longer ones stand first.
_FORMS: tuple[tuple[str, Callable[[re.Match[str], date | None], Days | None]], ...] = (
    (rf"(?:the\s)?(?P<ordinal>first|second|third|fourth|last)[\s-]"
     rf"(?P<part>quarter|half(?=\sof\s|\s\d|\sin\s\d))(?:{_OF_YEAR})?(?!\sof\b)", _read_part),
    (rf"\b(?P<part>(?-i:Q|H))(?P<digit>[1-4])(?:{_OF_YEAR})?\b", _read_part),
    (rf"\b(?:the\s)?(?P<edge>end|close|beginning|start)\sof\s(?:(?:fiscal\s)?(?P<year>{_YEAR})\b"
     rf"|{_WHICH}\syear\b)", _read_edge),
    (r"\b(?P<year>\d{4})[-/]\d{1,2}[-/]\d{1,2}\b", _read_date),
    (rf"\b(?:from\s|between\s)?(?P<first>{_YEAR})(?:\s?(?:--|[-–/])\s?(?P<short>\d\d\b)?"
     rf"|\s(?:to|and)\s)(?P<last>(?(short)|{_YEAR}))(?!\d)", _read_years),
    (rf"\b(?:{_MONTH})\s\d{{1,2}}(?:st|nd|rd|th)?\b(?![,.]?\d|\s?%|\sper\s?cent|\smillion)"
     rf"(?:,?\s(?P<year>{_YEAR})\b)?", _read_date),
    (rf"\b\d{{1,2}}(?:st|nd|rd|th)?\s(?:{_MONTH})(?:,?\s(?P<year>{_YEAR})\b)?", _read_date),
    (rf"\b(?P<month>{_MONTH}),?\s(?P<year>{_YEAR})\b(?P<which>)", _read_month),
    (rf"\b(?P<month>{_MONTH})(?P<year>)\s(?:of\s)?(?P<which>this|last|next)\syear\b", _read_month),
    (rf"(?<=\bin )(?P<month>{_MONTH})(?P<year>)(?P<which>)(?!\s\d)", _read_month),
    (rf"(?:\bsince\s)(?P<year>{_YEAR})\b", _read_since),
    (r"\b(?:the\s)?(?P<decade>(?:1[5-9]|20)\d0)s\b", _read_decade),
    (r"\b(?:the\s)?(?P<way>past|last|next|coming|previous)\s"
     rf"(?:(?P<count>\d+|{'|'.join(_NUMBERS)})\s)(?P<length>day|week|month|year)s?\b", _read_past),
    (r"\bthe\s(?P<way>past)(?P<count>)\s(?P<length>week|month|year)\b", _read_past),
    (r"\b(?P<which>this|last|next)\s(?P<length>month|week|quarter)\b", _read_relative),
    (r"\b(?P<which>this|last|next)\syear\b", _read_year),
    (rf"(?<![\d.,$£€¥#/-])\b(?P<year>{_YEAR})\b(?P<plain>)(?![\d%-]|[.,]\d)", _read_year),
    (r"(?P<year>(?:19|20)\d{2})年", _read_year),
    (r"\b(?:yesterday|today|tomorrow)\b", _read_day),
    (rf"\bon\s(?P<weekday>{'|'.join(_WEEKDAYS)})\b", _read_weekday),
)  # fmt: skip
_COMPARES = re.compile(
    r"\b(?:\w+est|most|least|worst|best|record|first(?:\stime)?)\b[^,;]*\bsince\s[^,;]*$",
    re.IGNORECASE,
)
_LOOK_BACK = 60  # characters
_COMPILED = [(re.compile(words, re.IGNORECASE), read) for words, read in _FORMS]
# A sentence without any of these has no period.
_HINT = re.compile(
    r"\b(?:1\d|20)\d\d|年|year|month|week|quarter|day|\b[QH][1-4]\b"
    rf"|\b{_MONTH}",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Time:
    """Words of a sentence that tell a time; `period` is None where nobody can say which.

    `compares` where they do not say when: "the biggest rise since 1994".
    """

    start: int
    end: int
    period: Period | None
    compares: bool = False


def find_times(sentence: str, published: date | None) -> list[Time]:
    """The times of a sentence, in order and apart; `published` is what "this year" counts from.

    >>> find_times("It sold well in the first half of 2025.", None)[0].period.end
    datetime.date(2025, 6, 30)
    """
    if not _HINT.search(sentence):
        return []
    times: list[Time] = []
    taken: list[Offsets] = []  # in order and apart
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
    read: Callable[[re.Match[str], date | None], Days | None],
    match: re.Match[str],
    published: date | None,
) -> Days | None:
    try:
        return read(match, published)
    except (ValueError, OverflowError):  # a day that no calendar has
        return None
