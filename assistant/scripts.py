"""The script of a text, from the Unicode names of its letters, and its language."""

import unicodedata
from collections import Counter
from functools import lru_cache

# Scripts that are called by a language; the others are called scripts.
_LANGUAGES = {
    "LATIN": "en",
    "CJK": "zh",
    "HIRAGANA": "ja",
    "KATAKANA": "ja",
    "HANGUL": "ko",
    "GREEK": "el",
    "HEBREW": "he",
    "THAI": "th",
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


def identify_language(text: str) -> str:
    """The language of a text as a tag, or its script in English, or "" without letters.

    >>> [identify_language(text) for text in ("闭馆时间", "これは本です", "Это книга")]
    ['zh', 'ja', 'Cyrillic']
    """
    scripts = count_scripts(text)
    if not scripts:
        return ""
    kana = scripts["HIRAGANA"] + scripts["KATAKANA"]
    script = "HIRAGANA" if 5 * kana > scripts["CJK"] > 0 else scripts.most_common(1)[0][0]
    return _LANGUAGES.get(script, script.capitalize())
