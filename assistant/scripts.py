"""The script of a text, from the Unicode names of its letters, and what to call it."""

import unicodedata
from collections import Counter
from functools import lru_cache

# Scripts that are called by a language; the others are called scripts.
_LANGUAGES = {
    "LATIN": "English",
    "CJK": "Chinese",
    "HIRAGANA": "Japanese",
    "KATAKANA": "Japanese",
    "HANGUL": "Korean",
    "GREEK": "Greek",
    "HEBREW": "Hebrew",
    "THAI": "Thai",
}
_SAMPLE = 20_000  # characters of a text that are counted


@lru_cache(maxsize=4096)
def find_script(character: str) -> str:
    """The script of a letter: "LATIN", "CJK", "HANGUL", ..."""
    return unicodedata.name(character, "UNKNOWN").split()[0].split("-")[0]


def count_scripts(text: str) -> Counter[str]:
    """The letters of each script, in the first characters of a text."""
    sample = text[:_SAMPLE]
    if sample.isascii():
        return Counter({"LATIN": 1}) if sample else Counter()
    return Counter(find_script(character) for character in sample if character.isalpha())


def is_mainly(script: str, text: str) -> bool:
    """Whether half of the letters of a text, or more, belong to a script."""
    scripts = count_scripts(text)
    return 2 * scripts[script] >= scripts.total()


def name_language(text: str) -> str:
    """What to call the language of a text: "Chinese", "the Cyrillic script".

    >>> name_language("图书馆的闭馆时间"), name_language("これは本です")
    ('Chinese', 'Japanese')
    """
    scripts = count_scripts(text)
    if not scripts:
        return "no letters"
    kana = scripts["HIRAGANA"] + scripts["KATAKANA"]
    script = "HIRAGANA" if 5 * kana > scripts["CJK"] > 0 else scripts.most_common(1)[0][0]
    return _LANGUAGES.get(script, f"the {script.capitalize()} script")
