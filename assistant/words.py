"""The words of the interface, one file per language: `web/words/en.toml`, `web/words/zh.toml`.

A message is a string with named fields, `"About {name}"`, under its section and name:
`answer.about`. One that depends on a number is a table of CLDR plural forms, chosen by the field
`n`: `{one = "{n} passage", other = "{n} passages"}`.
"""

import tomllib
from collections.abc import Iterable, Mapping
from datetime import date
from functools import cache
from typing import Any, cast

from babel import Locale
from babel.dates import format_date, format_skeleton
from babel.lists import format_list
from babel.numbers import format_decimal
from markupsafe import Markup, escape

from assistant.settings import web_folder

ENGLISH = "en"  # of the terminal and the API
LANGUAGES = (ENGLISH, "zh")  # the first is used where a reader's own is not among them
_PLURALS = frozenset({"zero", "one", "two", "few", "many", "other"})


class Words:
    """The messages of one language, and its way to write numbers, days and lists."""

    def __init__(self, language: str, messages: Mapping[str, Any]) -> None:
        self.language = language
        self.locale = Locale.parse(language)
        self.messages = dict(_flatten(messages))

    def __call__(self, key: str, **fields: object) -> str:
        """A message with its fields: numbers as the language writes them, other values as text.

        Markup if a field is; the others are then escaped. Raises KeyError for an unknown key.
        """
        message = self.messages[key]
        if not isinstance(message, str):
            message = message[self.locale.plural_form(cast("float", fields["n"]))]
        shown = {name: self._show(value) for name, value in fields.items()}
        if any(hasattr(value, "__html__") for value in shown.values()):
            return Markup(escape(message)).format(**shown)
        filled: str = message.format(**shown)
        return filled

    def __contains__(self, key: str) -> bool:
        return key in self.messages

    def number(self, value: float) -> str:
        """
        >>> read_words("en").number(1200)
        '1,200'
        """
        return format_decimal(value, locale=self.locale)

    def day(self, day: date) -> str:
        """
        >>> read_words("en").day(date(2025, 9, 3)), read_words("zh").day(date(2025, 9, 3))
        ('3 September 2025', '2025年9月3日')
        """
        return format_date(day, self.messages["site.day_format"], locale=self.locale)

    def part_of_year(self, start: date, part: str) -> str:
        """A month, a quarter ("Q3"), a half ("H1") or, for "", the year that begins on a day.

        >>> words = read_words("zh")
        >>> [words.part_of_year(date(2024, 7, 1), part) for part in ("July", "Q3", "H2", "")]
        ['2024年7月', '2024年第3季度', '2024年下半年', '2024年']
        """
        if part[:1] == "H":
            half = "site.half_1" if part == "H1" else "site.half_2"
            return self(half, year=f"{start.year}")
        skeleton = "y" if not part else "yQQQ" if part[0] == "Q" else "yMMMM"
        return format_skeleton(skeleton, start, locale=self.locale)

    def join(self, items: Iterable[str]) -> str:
        """
        >>> read_words("en").join(["Xiaomi", "Meta", "Rokid"])
        'Xiaomi, Meta, and Rokid'
        """
        return format_list(list(items), locale=self.locale)

    def name_language(self, found: str) -> str:
        """What to call a language, given as a tag, or a script, by its English name; "" is neither.

        >>> [read_words(one).name_language("ja") for one in LANGUAGES]
        ['Japanese', '日语']
        >>> [read_words(one).name_language("Cyrillic") for one in LANGUAGES]
        ['the Cyrillic script', '西里尔文']
        """
        if not found:
            return self("language.none")
        if found in self.locale.languages:
            return str(self.locale.languages[found])
        codes = {name: code for code, name in Locale.parse(ENGLISH).scripts.items()}
        script = self.locale.scripts.get(codes.get(found, ""), found)
        return self("language.script", script=script)

    def _show(self, value: object) -> object:
        return self.number(value) if isinstance(value, int | float) else value


@cache
def read_words(language: str) -> Words:
    """The words of one of LANGUAGES."""
    path = web_folder() / "words" / f"{language}.toml"
    return Words(language, tomllib.loads(path.read_text(encoding="utf-8")))


def _flatten(messages: Mapping[str, Any], section: str = "") -> Iterable[tuple[str, Any]]:
    """Each message by its full name; a table of plural forms is one message."""
    for name, message in messages.items():
        key = f"{section}.{name}" if section else name
        if isinstance(message, str) or message.keys() <= _PLURALS:
            yield key, message
        else:
            yield from _flatten(message, key)
