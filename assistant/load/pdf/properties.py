"""The title and the date that a PDF says of itself, where they can be believed."""

import re
from collections.abc import Mapping
from datetime import date

from assistant.text import has_word
from assistant.text.dates import find_date

_DATE = re.compile(r"^D?:?(\d{4})(\d\d)(\d\d)")  # D:20250909151900+08'00'
_NO_TITLE = re.compile(
    r"\(?(?:anonymous|untitled|unknown|unspecified|no ?title|title|none|null|document|presentation|"
    r"powerpoint presentation|slide|layout|print|about:blank|pdf|scan(?:ned)?(?: document)?)\)?"
    r"[\s_-]*\d*"
    r"|microsoft \w+ - .*|(?:https?|file)://.*|.*[\\/][^\\/ ]+\.\w{2,5}"
    r"|.*\.\w{3,4}|.*\.(?:md|py|ps)",
    re.IGNORECASE,
)
# What browsers and "print to PDF" write: the day of printing says nothing about the text.
_PRINT = re.compile(
    r"skia|chrom|mozilla|firefox|safari|cairo|webkit|wkhtmltopdf|microsoft: print to pdf|cups",
    re.IGNORECASE,
)
# Dates that programs write if they are asked to leave out the real one.
_NO_DATES = frozenset((date(1970, 1, 1), date(1980, 1, 1), date(2000, 1, 1)))


def find_title(properties: Mapping[str, str]) -> str:
    """The title, or "" if it is no title: a file name, or what a program writes by itself."""
    title = " ".join(properties.get("Title", "").split())
    return "" if _NO_TITLE.fullmatch(title) or not _has_word(title) else title


def find_creation_date(properties: Mapping[str, str]) -> date | None:
    """The day on which the text was written: when its file was made, unless that was by printing.

    A text processor makes its file when the text is finished.
    """
    if _PRINT.search(f"{properties.get('Producer', '')} {properties.get('Creator', '')}"):
        return None
    day = find_date(_DATE.sub(r"\1-\2-\3 ", properties.get("CreationDate", "")))
    return None if day in _NO_DATES else day


def _has_word(title: str) -> bool:
    """Whether a title has two letters in a row, or an ideograph."""
    return has_word(title) and bool(re.search(r"[^\W\d_]{2}|[\u2e80-\uffef]", title))
