"""Figures as they are shown: "1,487,000 units", "$299", "82.3%", "about 40 g"."""

from decimal import Decimal

from babel.numbers import get_currency_symbol, is_currency

from assistant.figures import Figure
from assistant.figures.numbers import plain

_LOCALE = "en"
_RELATIONS = {
    "exactly": "",
    "about": "about ",
    "over": "over ",
    "under": "under ",
    "at least": "at least ",
    "at most": "at most ",
    "between": "",
}
_WORDS = {"CNY": "yuan"}  # "CN¥" is what a currency table has, not what people write
# Short names take no plural; words do.
_SHORT = frozenset(
    "ms s min h g kg mg µg lb oz mm cm m km ft km2 m2 m3 ft2 mile2 ha L mL W kW MW GW TW Wh kWh "
    "MWh GWh TWh V kV mAh Hz kHz MHz GHz KB MB GB TB PB Mbps Gbps mph km/h m/s °C °F ppm dB nm "
    "MP".split()
)
_PLURALS = {"person": "people", "man": "men", "woman": "women", "child": "children"}
_PLURALS |= {"inch": "inches", "century": "centuries", "times": "times", "life": "lives"}
_UNCHANGED = frozenset("aircraft spacecraft species series sheep fish staff crew police".split())


def render_value(figure: Figure) -> str:
    """A figure's relation, value and unit, as a person would write them."""
    number = render_number(figure.value)
    if figure.highest is not None:
        number = f"{number} to {render_number(figure.highest)}"
    return _RELATIONS[figure.relation] + render_unit(number, figure.unit, one=number == "1")


def render_number(value: Decimal) -> str:
    """A number with its thousands apart and no digit lost.

    >>> render_number(Decimal("1487000")), render_number(Decimal("8.60"))
    ('1,487,000', '8.6')
    """
    return f"{plain(value):,f}"


def render_unit(number: str, unit: str, *, one: bool) -> str:
    """A number with its unit behind it, or its currency before it."""
    if unit == "%":
        return f"{number}%"
    if unit in _WORDS:
        return f"{number} {_WORDS[unit]}"
    if len(unit) == 3 and unit.isupper() and is_currency(unit):
        symbol = get_currency_symbol(unit, locale=_LOCALE)
        return f"{symbol} {number}" if symbol.isalpha() else symbol + number
    if not unit or unit in _SHORT:
        return f"{number} {unit}".strip()
    return f"{number} {unit if one else _to_plural(unit)}"


def _to_plural(noun: str) -> str:
    if noun in _PLURALS or noun in _UNCHANGED:
        return _PLURALS.get(noun, noun)
    if noun.endswith("y") and noun[-2:-1] not in "aeiou":
        return f"{noun[:-1]}ies"
    return f"{noun}es" if noun.endswith(("s", "x", "sh", "ch")) else f"{noun}s"
