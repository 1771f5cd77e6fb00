"""Metadata: names of fields, and titles that a person gave."""

import re
from datetime import date

from assistant.text.dates import find_date, find_issued

DATES = ("published", "publish_date", "date")
SOURCES = ("source", "url")

LONGEST_DATE = 100  # characters of a field that says no day

# What programs write where nobody gave a title: their own words, or the name of a file.
_NO_TITLE = re.compile(
    r"untitled\W*\d*|microsoft \w+ - .*|powerpoint presentation"
    r"|(?:document|presentation|slide|page|title|book)\W*\d*"
    r"|.*\.(?:docx?|docm|xlsx?|xlsm|pptx?|od[tsp]|pdf|txt|html?|rtf|tex|dvi|indd|qxp|wpd|eps)"
    r"|[\W\d_]*",
    re.IGNORECASE,
)


def find_title(*titles: str) -> str:
    """The first of some titles that a person may have given, or ""."""
    cleaned = (" ".join(title.split()) for title in titles)
    return next((title for title in cleaned if not _NO_TITLE.fullmatch(title)), "")


def find_published(*texts: str) -> tuple[date | None, str]:
    """The first day in some texts and "", else the first date without a day and its words.

    >>> find_published("spring", "May 2024")
    (datetime.date(2024, 5, 1), 'May 2024')
    """
    day = find_date(*texts)
    if day is not None:
        return day, ""
    found = (find_issued(text) for text in texts if len(text) <= LONGEST_DATE)
    return next(((issued.day, issued.words) for issued in found if issued), (None, ""))
