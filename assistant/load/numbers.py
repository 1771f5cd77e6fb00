"""Numbers of spreadsheets as their number formats show them (ECMA-376 part 1, 18.8.30-31).

Dates are ISO dates, unless the format names the month: 15 Dec 2023. The library that formats
numbers best (`ssf` for Python) is no longer kept; the parts of a format that change what a number
says are few.
"""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache

# Formats that files name by number only; dates are those of the United States.
BUILT_IN = {
    1: "0", 2: "0.00", 3: "#,##0", 4: "#,##0.00", 9: "0%", 10: "0.00%", 11: "0.00E+00",
    14: "yyyy-mm-dd", 15: "d-mmm-yy", 16: "d-mmm", 17: "mmm-yy", 18: "h:mm", 19: "h:mm:ss",
    20: "h:mm", 21: "h:mm:ss", 22: "yyyy-mm-dd h:mm", 37: "#,##0", 38: "#,##0", 39: "#,##0.00",
    40: "#,##0.00", 41: "#,##0", 42: "#,##0", 43: "#,##0.00", 44: "#,##0.00", 45: "mm:ss",
    46: "[h]:mm:ss", 47: "mm:ss", 48: "0.0E+0",
}  # fmt: skip
LAST_DAY = 2_958_466  # after 9999-12-31, in days
MOST_DECIMALS = 15  # digits a spreadsheet knows

_TOKEN = re.compile(
    r'"([^"]*)"?|\\(.)|_.|\*.|\[\$([^\]-]*)[^\]]*\]|(\[[hms]+\])|\[[^\]]*\]'
    r"|(AM/PM|A/P|General|E[+-]|[ymdhs]+|[0#?]+|.)",
    re.IGNORECASE | re.DOTALL,
)
_SECTION_END = re.compile(r';(?=(?:[^"]*"[^"]*")*[^"]*$)')


@dataclass(frozen=True, slots=True)
class NumberFormat:
    """One section of a format: words before and after the digits, and how these are written.

    `clock` are the letters of a date or time in order ("ymd", "hm", "[h]m"); "" for a number.
    """

    before: str = ""
    after: str = ""
    least_digits: int = 0
    least_decimals: int = 0
    most_decimals: int = 0
    has_groups: bool = False
    thousands: int = 0
    is_percent: bool = False
    is_general: bool = False
    has_digits: bool = False
    clock: str = ""


GENERAL = NumberFormat(is_general=True, has_digits=True)


def write_number(value: float, code: str, *, since_1904: bool = False) -> str:
    """A number in a format: 0.25 as "25 %", 1234.5 as "1,234.50", 45909 as "2025-09-09".

    >>> write_number(1234.5, '#,##0.00 "EUR"')
    '1,234.50 EUR'
    """
    positive, *others = _read_format(code)
    if positive.clock:
        return _write_moment(value, positive.clock, since_1904) or f"{value:.15g}"
    shown, sign = positive, "-" if value < 0 else ""
    if value < 0 and others:
        shown, sign = others[0], ""
    elif value == 0 and len(others) > 1:
        shown = others[1]
    digits = _write_digits(abs(value), shown)
    if sign and not re.search(r"[1-9]", digits):
        sign = ""
    return " ".join(f"{shown.before}{sign}{digits}{shown.after}".split())


def _write_digits(value: float, shown: NumberFormat) -> str:
    if not shown.has_digits:
        return ""
    if shown.is_general:
        return f"{value:.15g}"
    value = value * 100 if shown.is_percent else value / 1000**shown.thousands
    # As spreadsheets do: 2.675 is stored as 2.67499999999999982 and shown as 2.68.
    value = float(f"{value:.15g}")
    written = f"{_round_half_up(value, shown.most_decimals):,.{shown.most_decimals}f}"
    if not shown.has_groups:
        whole, point, decimals = written.replace(",", "").partition(".")
        written = whole.zfill(shown.least_digits) + point + decimals
    spare = shown.most_decimals - shown.least_decimals
    if spare:
        kept = written.rstrip("0")
        written = written[: max(len(kept), len(written) - spare)].rstrip(".")
    return f"{written} %" if shown.is_percent else written


def _round_half_up(value: float, decimals: int) -> float:
    from decimal import ROUND_HALF_UP, Context, Decimal

    step = Decimal(1).scaleb(-decimals)
    try:
        return float(Decimal(repr(value)).quantize(step, ROUND_HALF_UP, Context(prec=400)))
    except ArithmeticError:  # infinite
        return value


@lru_cache(maxsize=4096)
def _read_format(code: str) -> tuple[NumberFormat, ...]:
    """The sections of a format: for positive numbers, negative ones, zero."""
    sections = tuple(_read_section(section) for section in _SECTION_END.split(code[:1000])[:3])
    return sections or (GENERAL,)


def _read_section(section: str) -> NumberFormat:
    before = after = digits = clock = ""
    general = percent = False
    for quoted, escaped, currency, elapsed, other in _TOKEN.findall(section):
        lower = other.lower()
        words = quoted or escaped or currency
        if elapsed or (lower and not lower.strip("ymdhs")):
            clock += elapsed.lower() or lower
        elif lower in ("am/pm", "a/p"):
            clock += "p"
        elif lower in ("general", "@", "e+", "e-") or (other == "/" and digits):
            general = True  # also powers and fractions, which say the same
        elif other and (other.strip("0#?") == "" or (other in ".," and (digits or other == "."))):
            digits += other
        elif other == "%":
            percent = True
        elif other and other not in "/:" and (not clock or other in "-+() "):
            words = other
        if not words:
            continue
        if digits or general:
            after += words
        else:
            before += words
    if clock and not digits.strip(".0"):
        return NumberFormat(clock=clock)
    if general or not (digits or percent or before or after):
        kept = general and not digits
        return NumberFormat(
            before if kept else "", after if kept else "", is_general=True, has_digits=True
        )
    whole, _, decimals = digits.rstrip(",").partition(".")
    return NumberFormat(
        before,
        after,
        min(whole.count("0"), MOST_DECIMALS),
        min(decimals.count("0"), MOST_DECIMALS),
        min(len(decimals.replace(",", "")), MOST_DECIMALS),
        has_groups="," in whole,
        thousands=len(digits) - len(digits.rstrip(",")),
        is_percent=percent,
        has_digits=bool(digits.strip("?")),
    )


def _write_moment(days: float, clock: str, since_1904: bool) -> str:
    """A date, a time or a length of time; "" for a number that is none."""
    if not 0 <= days < LAST_DAY - 1462 * since_1904:
        return ""
    seconds = round(days * 86400)
    if clock.startswith("["):
        hours, rest = divmod(seconds, 3600)
        tail = f":{rest % 60:02}" if "s" in clock else ""
        return f"{hours}:{rest // 60:02}{tail}"
    # Spreadsheets have a 29 February 1900.
    first = datetime(1904, 1, 1) if since_1904 else datetime(1899, 12, 30 if days >= 60 else 31)
    moment = first + timedelta(seconds=seconds)
    has_day, has_year = "d" in clock, "y" in clock
    hour = str(moment.hour % 12 or 12) if "p" in clock else str(moment.hour)
    minutes = moment.strftime(":%M:%S" if "s" in clock else ":%M")
    time = hour.zfill(2 if "hh" in clock else 1) + minutes
    time += moment.strftime(" %p") if "p" in clock else ""
    if not (has_day or has_year or "mmm" in clock or ("h" not in clock and "s" not in clock)):
        return time
    if has_day and has_year and "mmm" in clock:
        month = moment.strftime("%B" if "mmmm" in clock else "%b")
        date = f"{moment.day} {month} {moment.year}"
    elif has_day:
        date = moment.date().isoformat()
    elif has_year:
        date = f"{moment.year:04}-{moment.month:02}" if "m" in clock else f"{moment.year:04}"
    else:
        date = moment.strftime("%B")
    return f"{date} {time}" if "h" in clock else date
