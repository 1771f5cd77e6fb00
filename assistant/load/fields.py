"""Metadata: names of fields, and titles that a person gave."""

import re

DATES = ("published", "publish_date", "date")
SOURCES = ("source", "url")

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
