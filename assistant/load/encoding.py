"""Bytes become text: by byte order mark, as UTF-8, as declared, or as detected.

charset-normalizer chooses among `ENCODINGS` only: among all of its encodings, it takes Western
text for Baltic or Central European.
"""

import codecs
import re
from contextlib import suppress

from assistant.errors import LoadError

# UTF-32 first: its mark begins with that of UTF-16.
MARKS = {
    codecs.BOM_UTF8: "utf-8",
    codecs.BOM_UTF32_LE: "utf-32",
    codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
ENCODINGS = ("gb18030", "big5", "cp932", "euc_jp", "cp949", "cp1251", "cp1252")
WIDE = ("utf_16_le", "utf_16_be", "utf_32_le", "utf_32_be")  # for texts with zero bytes
LEAST_BYTES = 32  # to detect an encoding
SAMPLE_BYTES = 65_536
# Encodings that a page may declare, and wider ones that browsers use instead.
_DECLARED = re.compile(
    rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*"
    rb"(windows-12\d\d|iso-8859-\d{1,2}|gb2312|gbk|gb18030|big5|euc-(?:jp|kr)|shift_jis|koi8-[ru])"
    rb"[\s\"'/>;]",
    re.IGNORECASE,
)
_WIDER = {"iso-8859-1": "cp1252", "gb2312": "gb18030", "gbk": "gb18030", "shift_jis": "cp932"}


def decode(content: bytes, name: str, *, declared: str | None = None) -> tuple[str, str | None]:
    """A file's text, and its encoding if it was detected from the bytes.

    `declared` is tried if the bytes are not UTF-8. Raises LoadError if no encoding fits.
    """
    marked = next((MARKS[mark] for mark in MARKS if content.startswith(mark)), None)
    bad = 0
    try:
        text = content.decode(marked or "utf-8")
        if marked or "\0" not in text:
            return text.removeprefix("\ufeff"), None
    except UnicodeDecodeError as error:
        bad = error.start
        if marked:
            problem = f"{name} is not {marked.upper()} (byte {bad}), as its first bytes say"
            raise LoadError(problem, hint="save it as UTF-8") from None
        if declared:
            with suppress(UnicodeDecodeError, LookupError):
                return content.decode(declared), None
    has_nul = b"\0" in content
    encoding = None
    if has_nul:
        encoding = _detect(content[:SAMPLE_BYTES], WIDE)
    elif len(content) >= LEAST_BYTES:
        encoding = _detect(_cut_sample(content, bad), ENCODINGS)
    if encoding:
        with suppress(UnicodeDecodeError):
            text = content.decode(encoding)
            if "\0" not in text:
                return text, encoding
    if has_nul:
        raise LoadError(f"{name} contains a NUL character", hint="save it as text")
    raise LoadError(f"{name} is not UTF-8 (byte {bad})", hint="save it as UTF-8")


def find_declared_encoding(page: bytes) -> str | None:
    """The encoding that an HTML page declares, if browsers know it."""
    declared = _DECLARED.search(page, 0, 4096)
    name = declared[1].decode().lower() if declared else None
    return _WIDER.get(name, name) if name else None


def _cut_sample(content: bytes, place: int) -> bytes:
    """Whole lines around a place, so that no character is cut."""
    start = max(content.rfind(b"\n", 0, place) + 1, place - SAMPLE_BYTES)
    sample = content[start : start + 2 * SAMPLE_BYTES]
    end = sample.rfind(b"\n")
    return sample if start + len(sample) == len(content) or end < 0 else sample[:end]


def _detect(sample: bytes, encodings: tuple[str, ...]) -> str | None:
    from charset_normalizer import from_bytes  # 50 ms, for the few files that are not UTF-8

    best = from_bytes(sample, cp_isolation=list(encodings), preemptive_behaviour=False).best()
    return best.encoding if best else None
