"""Dates as pages write them: 2025-09-09, 2025/9/9, 9 September 2025, September 9, 2025."""

import re
from datetime import date, datetime

_MONTH = (
    r"(?:Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?"
    r"|Sep(?:t(?:ember)?)?|Oct(?:ober)?|Nov(?:ember)?|Dec(?:ember)?)\.?"
)
DATE = re.compile(
    rf"(?<!\d)(?:(?P<year>\d{{4}})[-/.](?P<month>\d{{1,2}})[-/.](?P<day>\d{{1,2}})(?!\d)"
    rf"|(?P<day_first>\d{{1,2}}\s+{_MONTH},?\s+\d{{4}})(?!\d)"
    rf"|(?P<month_first>{_MONTH}\s+\d{{1,2}},?\s+\d{{4}})(?!\d))",
    re.IGNORECASE,
)


def find_date(text: str) -> date | None:
    """The first date written in a text, or None. A date that no calendar has is passed over."""
    for match in DATE.finditer(text):
        try:
            if match["year"]:
                return date(int(match["year"]), int(match["month"]), int(match["day"]))
            return _parse_words(match[0])
        except ValueError:
            continue
    return None


def _parse_words(text: str) -> date:
    words = re.findall(r"\d+|[A-Za-z]+", text)
    month = next(word for word in words if word.isalpha())[:3].title()
    day, year = (word for word in words if word.isdigit())
    return datetime.strptime(f"{day} {month} {year}", "%d %b %Y").date()
