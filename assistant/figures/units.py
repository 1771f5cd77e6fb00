"""Reads units: currencies, measures, and counted nouns in the document's words.

Babel 2.17 has 76 of the 87 spellings of measures and 39 of the 57 symbols below, but only to write
them. inflect 7.6 takes 1 to 4 seconds to import and any word for a plural ("was", "plus"): of 3,102
words after a number it reads 88 in another way than `to_singular`, about half of them better.
"""

import re
from dataclasses import dataclass
from typing import Literal

from assistant.figures.numbers import NUMBER_WORDS, any_of

UnitKind = Literal["currency", "percent", "measure", "time", "times", "counted", "none"]

# Currencies before a number.
_SIGNS = {
    "US$": "USD", "A$": "AUD", "AU$": "AUD", "C$": "CAD", "CA$": "CAD", "HK$": "HKD",
    "NZ$": "NZD", "S$": "SGD", "NT$": "TWD", "R$": "BRL", "$": "USD", "£": "GBP", "€": "EUR",
    "¥": "JPY", "CN¥": "CNY", "₹": "INR", "₩": "KRW", "₽": "RUB", "₺": "TRY", "₦": "NGN",
    "₴": "UAH", "₪": "ILS", "Rs": "INR", "Rs.": "INR", "RMB": "CNY",
}  # fmt: skip
_CODES = "USD EUR GBP JPY CNY INR AUD CAD CHF HKD SGD KRW BRL RUB TRY ZAR MXN SEK NOK DKK".split()
_SIGNS |= {code: code for code in _CODES}
_CURRENCY_WORDS = {
    "USD": "US dollar, U.S. dollar, dollar, 美元", "CAD": "Canadian dollar",
    "AUD": "Australian dollar", "HKD": "Hong Kong dollar, 港元", "SGD": "Singapore dollar",
    "CNY": "yuan, renminbi, 元, 人民币", "EUR": "euro, 欧元", "GBP": "pounds sterling",
    "JPY": "yen, 日元", "INR": "rupee", "RUB": "rouble, ruble", "CHF": "Swiss franc",
    "THB": "baht", "MYR": "ringgit", "ILS": "shekel", "NGN": "naira", "UAH": "hryvnia",
    "AED": "dirham", "PLN": "zloty",
}  # fmt: skip
# Short names with their spellings in the singular, and irregular plurals.
_MEASURE_WORDS = {
    "ms": "millisecond", "g": "gram, gramme, 克", "kg": "kilogram, kilogramme, kilo, 公斤",
    "mg": "milligram", "tonne": "tonne, metric ton", "ton": "ton", "lb": "pound", "oz": "ounce",
    "mm": "millimeter, millimetre", "cm": "centimeter, centimetre", "m": "meter, metre",
    "km": "kilometer, kilometre", "inch": "inch, 英寸", "ft": "foot, feet", "yard": "yard",
    "mile": "mile", "km2": "square kilometer, square kilometre", "mile2": "square mile",
    "m2": "square meter, square metre", "ft2": "square foot, square feet",
    "m3": "cubic meter, cubic metre", "acre": "acre", "ha": "hectare", "L": "liter, litre",
    "mL": "milliliter, millilitre", "gallon": "gallon", "degree": "degree", "W": "watt",
    "kW": "kilowatt", "MW": "megawatt", "GW": "gigawatt", "kWh": "kilowatt hour, kilowatt-hour",
    "V": "volt", "Hz": "hertz", "MHz": "megahertz", "GHz": "gigahertz", "GB": "gigabyte",
    "MB": "megabyte", "TB": "terabyte", "mph": "miles per hour, miles an hour",
    "km/h": "kilometers per hour, kilometres per hour",
    "°C": "degree Celsius, degrees Celsius, degrees C, degrees centigrade",
    "°F": "degree Fahrenheit, degrees Fahrenheit, degrees F",
    "percentage point": "percentage point", "basis point": "basis point",
    "light-year": "light-year, light year",
    # Chinese words that count
    "h": "小时", "min": "分钟", "day": "天", "unit": "台, 部", "pair": "副", "person": "人",
    "company": "家", "type": "款",
}  # fmt: skip
_TIME_WORDS = {
    "s": "second, sec", "min": "minute, min", "h": "hour, hr", "day": "day", "night": "night",
    "week": "week, wk", "month": "month", "year": "year, yr", "decade": "decade",
    "century": "century, centuries", "fortnight": "fortnight",
}  # fmt: skip
# Symbols are case-sensitive; those of the second group have to touch their number.
_SYMBOLS = (
    "g kg mg µg mm cm m km ft ms W kW MW GW TW kWh MWh GWh TWh Wh V kV mAh Hz kHz MHz GHz KB MB GB "
    "TB PB Mbps Gbps mph km/h m/s °C °F ha km2 m2 m3 ppm dB nm MP lb oz"
).split()
_TOUCHING = {"in": "inch", "C": "°C", "F": "°F", "°": "degree", "L": "L", "mi": "mile"}
_OTHER_SYMBOLS = {
    "kph": "km/h", "km²": "km2", "m²": "m2", "m³": "m3", "lbs": "lb", "bps": "basis point",
    "ml": "mL",
}  # fmt: skip

# Words that are not part of a group of nouns.
NO_NOUNS = frozenset(
    "a an the of in on at to for from by with without within into onto over under about above "
    "after before between during since until till through across against among around as than "
    "that which who whom whose where when while if because but or nor so yet not no and is are was "
    "were be been being am do does did has have had can could may might must shall should will "
    "would it its he she they them his her their our your my we you i this these those there here "
    "per each every some any all both either said says together more less also only however then "
    "again off out up down back away".split()
)
_IRREGULAR = {
    "people": "person", "persons": "person", "men": "man", "women": "woman", "children": "child",
    "feet": "foot", "teeth": "tooth", "mice": "mouse", "geese": "goose", "lives": "life",
    "leaves": "leaf", "halves": "half", "wolves": "wolf", "loaves": "loaf", "shelves": "shelf",
    "analyses": "analysis", "movies": "movie", "calories": "calorie", "shoes": "shoe",
    "criteria": "criterion", "buses": "bus", "viruses": "virus", "bonuses": "bonus",
    "lenses": "lens",
} | {
    word: word
    for word in "aircraft spacecraft species series sheep fish salmon bison deer staff crew police "
    "cattle goods".split()
}  # fmt: skip
_NO_PLURALS = frozenset("always sometimes perhaps besides overseas towards afterwards news".split())
# Plurals that may precede the noun they describe: "glasses stores", "sports cars".
_MODIFYING = frozenset(
    "aircraft arms cattle crew earnings fish games glasses goods news operations parts police "
    "sales savings services sheep sports staff systems".split()
)
_HYPHEN = r"\s?-\s?"
_WORD = re.compile(r"\s([^\W\d_]+(?:['’-][^\W\d_]+)*)")
_JOINED = re.compile(rf"{_HYPHEN}([a-z]+)(?![\w])(?:{_HYPHEN}(?:long|old|high|wide|deep)\b)?")
# "two of the victims", "14 of 20 seats", "two of its three ships"
_PARTITIVE = re.compile(
    rf"\sof(?:\s(?:the|its|his|her|their|our|those|these))?(?P<whole>\s(?:\d+|{NUMBER_WORDS}))?"
    r"(?<!\sof)(?=\s)",
    re.IGNORECASE,
)
_MOST_WORDS = 5  # of a group of nouns: "offline glasses stores"


@dataclass(frozen=True, slots=True)
class Unit:
    """The unit of a number ("" for none) and where its words end."""

    name: str
    kind: UnitKind
    end: int


def _list_units() -> dict[str, tuple[str, UnitKind]]:
    """Every word and sign that may follow a number, in lower case, with its unit."""
    units: dict[str, tuple[str, UnitKind]] = dict.fromkeys(
        ("%", "percent", "per cent", "pct", "percents"), ("%", "percent")
    )
    kinds: tuple[tuple[UnitKind, dict[str, str]], ...] = (
        ("currency", _CURRENCY_WORDS), ("measure", _MEASURE_WORDS), ("time", _TIME_WORDS)
    )  # fmt: skip
    for kind, words in kinds:
        for name, spellings in words.items():
            for word in spellings.lower().split(", "):
                units |= dict.fromkeys((word, f"{word}s", f"{word}es"), (name, kind))
    return units | dict.fromkeys(("times", "fold", "x", "倍"), ("times", "times"))


_UNITS = _list_units()
_EXACT: dict[str, tuple[str, UnitKind]] = {symbol: (symbol, "measure") for symbol in _SYMBOLS}
_EXACT |= {symbol: (name, "measure") for symbol, name in _OTHER_SYMBOLS.items()}
_EXACT |= {code: (_SIGNS[code], "currency") for code in [*_CODES, "RMB"]} | {"h": ("h", "time")}
_TOUCHING_UNITS: dict[str, tuple[str, UnitKind]] = {
    symbol: (name, "measure") for symbol, name in _TOUCHING.items()
}
_TOUCHING_UNITS |= {"s": ("s", "time"), "x": ("times", "times")}
_END = r"(?![^\W_]|['’]\w)"
_UNIT = re.compile(
    rf"(?:{_HYPHEN}|\s?)"
    rf"(?:(?P<word>{any_of(word for word in _UNITS if word.isascii() and word not in '%x')}){_END}"
    rf"|(?P<sign>%|{any_of(word for word in _UNITS if not word.isascii())}))"
    rf"(?P<age>{_HYPHEN}(?:olds?|long)\b|\sold\b)?",
    re.IGNORECASE,
)
_SYMBOL = re.compile(rf"\s?(?P<any>{any_of(_EXACT)}){_END}")
_TOUCHING_SYMBOL = re.compile(rf"-?(?P<any>{any_of(_TOUCHING_UNITS)}){_END}")
_LONGEST_SIGN = 5  # characters, with a space
_SIGN_BEFORE = re.compile(rf"(?<![^\W\d_])(?P<sign>{any_of(_SIGNS)})\s?$")


def find_sign(text: str, position: int) -> tuple[str, int] | None:
    """The currency directly before a position, and where its sign begins."""
    before = max(0, position - _LONGEST_SIGN)
    sign = _SIGN_BEFORE.search(text[before:position])
    return (_SIGNS[sign["sign"]], before + sign.start()) if sign else None


def read_unit(text: str, position: int, *, single: bool = False) -> Unit:
    """The unit directly after a number; `single` if the number is one.

    >>> read_unit("10 types of glasses", 2)
    Unit(name='type', kind='counted', end=8)
    """
    symbol = _SYMBOL.match(text, position) or _TOUCHING_SYMBOL.match(text, position)
    if symbol:
        return Unit(*(_EXACT.get(symbol["any"]) or _TOUCHING_UNITS[symbol["any"]]), symbol.end())
    unit = _UNIT.match(text, position)
    if unit:
        name, kind = _UNITS[(unit["word"] or unit["sign"]).lower()]
        age = len(unit["age"] or "") if kind != "time" else 0
        return Unit(name, kind, unit.end() - age)
    joined = _JOINED.match(text, position)  # "three-bedroom"
    if joined and joined[1] not in NO_NOUNS and not joined[1].endswith("ed"):
        return Unit(to_singular(joined[1]) or joined[1], "counted", joined.end())
    return _read_counted(text, position, single) or Unit("", "none", position)


def _read_counted(text: str, position: int, single: bool) -> Unit | None:
    """The counted noun after a number: the first plural that does not describe another."""
    partitive = _PARTITIVE.match(text, position)
    of_number = partitive is not None and partitive["whole"] is not None
    noun: Unit | None = None
    end = partitive.end() if partitive else position
    for _ in range(_MOST_WORDS):
        word = _WORD.match(text, end)
        if word is None or word[1].lower() in NO_NOUNS:
            break
        end = word.end()
        singular = to_singular(word[1])
        if single and not partitive:
            return Unit(singular or word[1].lower(), "counted", end)
        if singular:
            noun = Unit(singular, "counted", position if of_number else end)
        if noun and word[1].lower() not in _MODIFYING:
            break
    return noun


def to_singular(word: str) -> str | None:
    """The singular of a plural noun, in lower case; None if a word does not look like a plural.

    >>> to_singular("Stores"), to_singular("countries"), to_singular("glass")
    ('store', 'country', None)
    """
    lower = word.lower().rpartition("-")[2]
    if lower in _IRREGULAR:
        return _IRREGULAR[lower]
    if lower.endswith("men") and len(lower) > 4:
        return f"{lower[:-2]}an"
    if len(lower) < 4 or not lower.endswith("s") or lower in _NO_PLURALS:
        return None
    if lower.endswith(("ss", "us", "is", "'s", "’s")):
        return None
    if lower.endswith("ies"):
        return f"{lower[:-3]}y"
    if lower.endswith(("sses", "shes", "ches", "xes", "zzes", "oes")):
        return lower[:-2]
    return lower[:-1]
