"""Names of files that are added to a corpus folder are checked: on every system they are the name
of one file in that folder, and show what they are.
"""

import re
import unicodedata
from collections.abc import Iterable
from pathlib import PurePath

from assistant.errors import FileFormatError, FileTakenError, UploadError
from assistant.load.files import QUESTIONS, describe_format, is_leftover

LONGEST_NAME = 200  # bytes of UTF-8; file systems allow 255
_SEPARATORS = "/\\:"
_FORBIDDEN = frozenset(f'{_SEPARATORS}<>"|?*')  # Windows allows none of them
# Characters that look like separators and are not changed to them by NFKC.
_LIKE_SEPARATORS = frozenset("\u2044\u2215\u2216\u29f5\u29f8\u29f9\u2571\u2572\u2236\ua789")
_RESERVED = re.compile(
    r"(?:con|prn|aux|nul|conin\$|conout\$|com[0-9¹²³]|lpt[0-9¹²³])(?:\..*)?", re.I
)
# Greek letters that look like Latin ones; Cyrillic ones are not listed, as most do.
_LIKE_LATIN = frozenset("ΑΒΕΖΗΙΚΜΝΟΡΤΥΧαικνορτυχ")
_RUN = re.compile(r"[^\W\d_]+")


def check_name(given: str) -> str:
    """A name as it is stored: in NFC, with ordinary spaces.

    Raises UploadError, and FileFormatError for its ending.
    """
    name = unicodedata.normalize("NFC", given)
    name = "".join(" " if unicodedata.category(c) == "Zs" else c for c in name)
    problem = _find_problem(name)
    if problem:
        shown = given[:100].encode("unicode_escape").decode() if not given.isprintable() else given
        shown = shown if len(shown) <= 100 else f"{shown[:100]}…"
        raise UploadError(f"the name {shown!r} {problem}", hint="rename the file")
    reason = describe_format(PurePath(name))
    if name == QUESTIONS:
        reason = "holds the sample questions of the folder: rename it if it is a document"
    if reason:
        raise FileFormatError(f"{name} {reason}")
    return name


def check_free(name: str, others: Iterable[str]) -> None:
    """Raise FileTakenError if another name in the same folder differs only in case or form."""
    key = _fold(name)
    for other in others:
        if other != name and _fold(other) == key:
            raise FileTakenError(
                f"{name} differs from {other!a} only in capitals or accents",
                hint="rename the file, or delete the other",
            )


def _fold(name: str) -> str:
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold())


def _find_problem(name: str) -> str:
    """What is wrong with a name; "" for nothing."""
    try:
        size = len(name.encode())
    except UnicodeEncodeError:
        return "is not UTF-8"
    compatible = unicodedata.normalize("NFKC", name)
    if not name.strip():
        return "is empty"
    if size > LONGEST_NAME:
        return f"is longer than {LONGEST_NAME} bytes"
    # Control characters, those that turn the direction of text, and those without a form.
    if not name.isprintable() or unicodedata.category(name[0]).startswith("M"):
        return "has a character that can't be seen"
    if _FORBIDDEN & set(compatible) or _LIKE_SEPARATORS & set(name):
        return "has a character that is not allowed in a name, or looks like one"
    if compatible.startswith((".", "~$", " ")) or compatible.endswith((".", " ")):
        return "begins or ends with a dot or a space"
    if is_leftover(compatible) or _RESERVED.fullmatch(compatible):
        return "is reserved by a system"
    if any(map(_mixes_alphabets, _RUN.findall(name))):
        return "mixes letters of two alphabets that look alike in one word"
    return ""


def _mixes_alphabets(word: str) -> bool:
    latin = any("LATIN" in unicodedata.name(c, "") for c in word)
    like = any(c in _LIKE_LATIN or "CYRILLIC" in unicodedata.name(c, "") for c in word)
    return latin and like
