"""Metadata: names of fields, titles that a person gave, dates in several forms.

2025-09-09, 2025/9/9, 9 September 2025, September 9, 2025.
"""

import re
from datetime import date

from dateutil.parser import parse

DATES = ("published", "publish_date", "date")
SOURCES = ("source", "url")

_MONTH = (
    r"(?:Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?"
    r"|Sep(?:t(?:ember)?)?|Oct(?:ober)?|Nov(?:ember)?|Dec(?:ember)?)\.?"
)
# What programs write where nobody gave a title, and file names.
_NO_TITLE = re.compile(
    r"(?:untitled|unbenannt|(?:microsoft )?\w+ - .*\.\w{2,5}|microsoft \w+ - .*"
    r"|powerpoint presentation|(?:document|presentation|slide|page|title|book)\W*\d*"
    r"|.*\.[a-z]\w{1,3}|[\W\d_]*)",
    re.IGNORECASE,
)
DATE = re.compile(
    r"(?<!\d)(?:\d{4}[-/.]\d{1,2}[-/.]\d{1,2}"
    rf"|\d{{1,2}}\s+{_MONTH},?\s+\d{{4}}|{_MONTH}\s+\d{{1,2}},?\s+\d{{4}})(?!\d)",
    re.IGNORECASE,
)


def find_title(*titles: str) -> str:
    """The first of some titles that a person may have given, or ""."""
    cleaned = (" ".join(title.split()) for title in titles)
    return next((title for title in cleaned if not _NO_TITLE.fullmatch(title)), "")


def find_date(*texts: str) -> date | None:
    """The first valid date in some texts, or None."""
    for text in texts:
        for match in DATE.finditer(text):
            try:
                return parse(match[0]).date()
            except (ValueError, OverflowError):
                continue
    return None
