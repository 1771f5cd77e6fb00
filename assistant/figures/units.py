"""What a number counts or measures: currencies, measures, and nouns in the document's own words."""

import re
from dataclasses import dataclass
from typing import Literal

from assistant.figures.numbers import NUMBER_WORDS, choose

Kind = Literal["currency", "percent", "measure", "time", "times", "counted", "none"]

# How a currency stands before its number.
_SIGNS = {
    "US$": "USD", "A$": "AUD", "AU$": "AUD", "C$": "CAD", "CA$": "CAD", "HK$": "HKD",
    "NZ$": "NZD", "S$": "SGD", "NT$": "TWD", "R$": "BRL", "$": "USD", "£": "GBP", "€": "EUR",
    "¥": "JPY", "CN¥": "CNY", "₹": "INR", "₩": "KRW", "₽": "RUB", "₺": "TRY", "₦": "NGN",
    "₴": "UAH", "₪": "ILS", "Rs": "INR", "Rs.": "INR", "RMB": "CNY",
}  # fmt: skip
_CODES = "USD EUR GBP JPY CNY INR AUD CAD CHF HKD SGD KRW BRL RUB TRY ZAR MXN SEK NOK DKK".split()
_SIGNS |= {code: code for code in _CODES}

# How it stands behind its number, in lower case.
_CURRENCY_WORDS = {
    "US dollar": "USD", "U.S. dollar": "USD", "Canadian dollar": "CAD", "Australian dollar": "AUD",
    "Hong Kong dollar": "HKD", "Singapore dollar": "SGD", "dollar": "USD", "yuan": "CNY",
    "renminbi": "CNY", "元": "CNY", "人民币": "CNY", "美元": "USD", "欧元": "EUR", "日元": "JPY",
    "港元": "HKD", "euro": "EUR", "pounds sterling": "GBP", "yen": "JPY", "rupee": "INR",
    "rouble": "RUB", "ruble": "RUB", "Swiss franc": "CHF", "baht": "THB", "ringgit": "MYR",
    "shekel": "ILS", "naira": "NGN", "hryvnia": "UAH", "dirham": "AED", "zloty": "PLN",
}  # fmt: skip

_PERCENT = ["%", "percent", "per cent", "pct", "percents"]

# Measures in words: short name, then its spellings in the singular, or with a plural of their own.
_MEASURE_WORDS = {
    "ms": "millisecond", "g": "gram, gramme", "kg": "kilogram, kilogramme, kilo", "mg": "milligram",
    "tonne": "tonne, metric ton", "ton": "ton", "lb": "pound", "oz": "ounce",
    "mm": "millimeter, millimetre", "cm": "centimeter, centimetre", "m": "meter, metre",
    "km": "kilometer, kilometre", "inch": "inch", "ft": "foot, feet", "yard": "yard",
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
}  # fmt: skip
_TIME_WORDS = {
    "s": "second, sec", "min": "minute, min", "h": "hour, hr", "day": "day", "night": "night",
    "week": "week, wk", "month": "month", "year": "year, yr", "decade": "decade",
    "century": "century, centuries", "fortnight": "fortnight",
}  # fmt: skip
# Symbols mean what they mean in this case only; the second row needs to touch its number.
_SYMBOLS = (
    "g kg mg µg mm cm m km ft ms h ml W kW MW GW TW kWh MWh GWh TWh Wh V kV mAh Hz kHz MHz GHz KB "
    "MB GB TB PB Mbps Gbps mph kph km/h m/s °C °F ha km2 km² m2 m² m3 m³ bps ppm dB nm MP lb lbs oz"
).split()
_TOUCHING = {"s": "s", "in": "inch", "C": "°C", "F": "°F", "°": "degree", "L": "L", "mi": "mile"}
_SYMBOL_NAMES = {
    "kph": "km/h", "km²": "km2", "m²": "m2", "m³": "m3", "lbs": "lb", "bps": "basis point",
    "ml": "mL",
}  # fmt: skip
_CHINESE = {"克": "g", "公斤": "kg", "小时": "h", "分钟": "min", "英寸": "inch", "天": "day"}
_CHINESE |= {
    "台": "unit",
    "部": "unit",
    "副": "pair",
    "人": "person",
    "家": "company",
    "款": "type",
}
_TIMES = {"times": "times", "fold": "times", "x": "times", "倍": "times"}

# Words that end a group of nouns.
ENDS = frozenset(
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
    "wives": "wife", "knives": "knife", "leaves": "leaf", "halves": "half", "wolves": "wolf",
    "loaves": "loaf", "shelves": "shelf", "thieves": "thief", "crises": "crisis",
    "analyses": "analysis", "theses": "thesis", "movies": "movie", "cookies": "cookie",
    "calories": "calorie", "zombies": "zombie", "rookies": "rookie", "shoes": "shoe",
    "canoes": "canoe", "ties": "tie", "pies": "pie", "criteria": "criterion",
    "phenomena": "phenomenon", "buses": "bus", "viruses": "virus", "bonuses": "bonus",
    "campuses": "campus", "statuses": "status", "gases": "gas", "lenses": "lens",
    "aircraft": "aircraft", "spacecraft": "spacecraft", "species": "species", "series": "series",
    "sheep": "sheep", "fish": "fish", "deer": "deer", "staff": "staff", "crew": "crew",
    "troops": "troop",
    "personnel": "personnel", "offspring": "offspring", "police": "police", "cattle": "cattle",
    "axes": "axe", "aces": "ace", "bison": "bison", "salmon": "salmon", "goods": "goods",
}  # fmt: skip
_NO_PLURALS = frozenset(
    "this is was has us yes news always perhaps less plus minus versus across always sometimes "
    "besides overseas physics politics economics thus its various previous serious famous "
    "nowadays towards afterwards upwards".split()
)
# Plurals that stand before the noun they describe: "glasses stores", "sports cars".
_MODIFYING = frozenset(
    "aircraft arms cattle communications crew drugs earnings fish games glasses goods news "
    "operations parts police sales savings services sheep sports staff systems".split()
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


def _plurals(words: str) -> list[str]:
    """Each spelling of a measure, with its plural."""
    return [form for word in words.split(", ") for form in (word, f"{word}s", f"{word}es")]


def _spell() -> dict[str, tuple[str, Kind]]:
    """Every word and sign that may stand behind a number, lower case, with its unit."""
    units: dict[str, tuple[str, Kind]] = dict.fromkeys(_PERCENT, ("%", "percent"))
    for word, code in _CURRENCY_WORDS.items():
        units[word.lower()] = units[f"{word.lower()}s"] = (code, "currency")
    for name, words in _MEASURE_WORDS.items():
        units |= {form.lower(): (name, "measure") for form in _plurals(words)}
    for name, words in _TIME_WORDS.items():
        units |= dict.fromkeys(_plurals(words), (name, "time"))
    units |= {word: (name, "times") for word, name in _TIMES.items()}
    return units | {word: (name, "measure") for word, name in _CHINESE.items()}


_UNITS = _spell()
_EXACT: dict[str, tuple[str, Kind]] = {
    symbol: (_SYMBOL_NAMES.get(symbol, symbol), "measure") for symbol in _SYMBOLS
}
_EXACT |= {code: (_SIGNS[code], "currency") for code in [*_CODES, "RMB"]}
_EXACT["h"] = ("h", "time")


_END = r"(?![^\W_]|['’]\w)"
_ASCII_UNITS = choose(word for word in _UNITS if word.isascii() and word not in ("%", "x"))
_OTHER_UNITS = choose(word for word in _UNITS if not word.isascii())
_UNIT = re.compile(
    rf"(?P<join>{_HYPHEN}|\s?)(?:(?P<word>{_ASCII_UNITS}){_END}|(?P<sign>%|{_OTHER_UNITS}))"
    rf"(?P<age>{_HYPHEN}(?:olds?|long)\b|\sold\b)?",
    re.IGNORECASE,
)
_SYMBOL = re.compile(rf"\s?(?P<any>{choose(_EXACT)}){_END}")
_TOUCHING_SYMBOL = re.compile(rf"-?(?P<any>{choose(_TOUCHING)}|x){_END}")
_SIGN_BEFORE = re.compile(rf"(?<![^\W\d_])(?P<sign>{choose(_SIGNS)})\s?$")
LONGEST_SIGN = 5  # characters, with a space
# "the number of stores reached", "stores exceeded": what a number without a noun counts.
_COUNTED_BEFORE = re.compile(
    r"(?P<noun>[\w’'-]+)[\"”’]?\s"
    r"(?:(?:has|have|had|was|were|is|are|will|would|also|now|already|be|been)\s){0,3}"
    r"(?:(?:reach|exceed|total|number|r[io]se|increas|gr[eo]w|surpass|hit|jump|climb|f[ae]ll|drop"
    r"|st[oa]+n?d|top|hover)\w*\s)(?:(?:to|at|by|about|around|over|nearly|more\sthan)\s){0,2}$",
    re.IGNORECASE,
)
_LONGEST_SUBJECT = 80  # characters


@dataclass(frozen=True, slots=True)
class Unit:
    """The unit of a number and where its words end; "" where the document names none."""

    name: str
    kind: Kind
    end: int


def find_sign(text: str, place: int) -> tuple[str, int] | None:
    """The currency that stands right before a place and where its sign begins."""
    before = max(0, place - LONGEST_SIGN)
    sign = _SIGN_BEFORE.search(text[before:place])
    return (_SIGNS[sign["sign"]], before + sign.start()) if sign else None


def read_unit(text: str, place: int, *, single: bool = False) -> Unit:
    """The unit that begins right behind a number; `single` where the number is one.

    >>> read_unit("10 types of glasses", 2)
    Unit(name='type', kind='counted', end=8)
    """
    symbol = _SYMBOL.match(text, place) or _TOUCHING_SYMBOL.match(text, place)
    if symbol:
        found = symbol["any"]
        if found in _EXACT:
            return Unit(*_EXACT[found], symbol.end())
        if found == "x":
            return Unit("times", "times", symbol.end())
        return Unit(_TOUCHING[found], "time" if found == "s" else "measure", symbol.end())
    unit = _UNIT.match(text, place)
    if unit:
        name, kind = _UNITS[(unit["word"] or unit["sign"]).lower()]
        return Unit(
            name, kind, unit.end() if kind == "time" else unit.end() - len(unit["age"] or "")
        )
    return (
        _read_joined(text, place) or _read_counted(text, place, single) or Unit("", "none", place)
    )


def _read_joined(text: str, place: int) -> Unit | None:
    """The noun that a hyphen joins to a number: "three-bedroom"."""
    joined = _JOINED.match(text, place)
    if joined is None or joined[1] in ENDS or joined[1].endswith("ed"):
        return None
    return Unit(to_singular(joined[1]) or joined[1], "counted", joined.end())


def _read_counted(text: str, place: int, single: bool) -> Unit | None:
    """The head of the nouns behind a number: the first plural that only describes no other."""
    partitive = _PARTITIVE.match(text, place)
    whole = partitive is not None and partitive["whole"] is not None
    found: Unit | None = None
    end = partitive.end() if partitive else place
    for _ in range(_MOST_WORDS):
        word = _WORD.match(text, end)
        if word is None or word[1].lower() in ENDS:
            break
        end = word.end()
        singular = to_singular(word[1])
        if single and not partitive:
            return Unit(singular or word[1].lower(), "counted", end)
        if singular:
            found = Unit(singular, "counted", place if whole else end)
        if found and word[1].lower() not in _MODIFYING:
            break
    return found


def to_singular(word: str) -> str | None:
    """The singular of a plural noun, in lower case; None where a word does not look like one.

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
    if lower.endswith(("ss", "us", "is", "ous", "'s", "’s")):
        return None
    if lower.endswith("ies"):
        return f"{lower[:-3]}y"
    if lower.endswith(("sses", "shes", "ches", "xes", "zzes", "oes")):
        return lower[:-2]
    return lower[:-1]


def read_counted_before(before: str) -> str | None:
    """What a number without a noun counts: the plural before its verb, in the singular.

    >>> read_counted_before("the stores exceeded ")
    'store'
    """
    subject = _COUNTED_BEFORE.search(before[-_LONGEST_SUBJECT:])
    return to_singular(subject["noun"]) if subject else None
