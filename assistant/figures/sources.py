"""Who says a figure, in the words of the document."""

import re
from dataclasses import dataclass

_NAME = r"[A-Z][\w’&-]*(?:\.\w+)*(?:(?:\s|\s?-\s?|\s&\s|\sof\s)[A-Z][\w’&-]*(?:\.\w+)*)*"
_SAYS = (
    r"said|says?|told|predict(?:s|ed)|forecast(?:s|ed)?|estimat(?:es|ed)|expect(?:s|ed)"
    r"|report(?:s|ed)|claim(?:s|ed)|announc(?:es|ed)|stat(?:es|ed)|not(?:es|ed)|added|believ(?:es|ed)"
    r"|judg(?:es|ed)|mention(?:s|ed)|show(?:s|ed)|reveal(?:s|ed)|warn(?:s|ed)|confirm(?:s|ed)"
    r"|suggest(?:s|ed)?|found|finds|disclosed|argu(?:es|ed)"
)
_STUDIES = r"data|figures|statistics|research|survey|poll|study|report|analysis|estimates?"
_SOME = (
    r"police|officials?|authorities|prosecutors?|researchers?|scientists?|analysts?|economists?"
    r"|experts?|doctors|investigators|rescuers|organisers|organizers|company|government|ministry"
    r"|report|study|survey|poll|agency"
)
_ACCORDING = re.compile(r"\baccording\sto\s(?P<who>[^,;]+)", re.IGNORECASE)
_PLANNED = re.compile(r"\b(?:plans?|schedule|law|rules)\b", re.IGNORECASE)
_FROM = re.compile(rf"\b(?:by|from|of|media)\s(?:the\s(?:[a-z]+\s)*)?(?P<name>{_NAME})")
_ANY_NAME = re.compile(_NAME)
_LEADING = re.compile(r"(?:the|an?|its|their|his|her)\s", re.IGNORECASE)
_STUDY = re.compile(rf"(?P<name>{_NAME})(?:['’]s)?\s(?:{_STUDIES})\s(?:{_SAYS}|indicates?)\b")
_SPEAKER = re.compile(
    rf"(?:^|(?<=[\s\"“]))(?P<name>{_NAME}|(?-i:{_SOME}))(?:,\s[^,]{{2,80}}(?:,\s[^,]{{2,40}})?,)?"
    rf"\s(?:also\s|later\s|has\s|had\s|previously\s|earlier\s|recently\s|now\s){{0,2}}(?:{_SAYS})\b"
)
_SAID_BY = re.compile(rf"\b(?:said|says)\s(?P<name>{_NAME})")
_UNSAID = re.compile(
    r"\W*it (?:is|was) (?:also )?(?:predict|expect|forecast|estimat|project)ed\b", re.I
)
_NO_NAMES = frozenset(
    "it he she they we i who that this the but and in a as there these january february march "
    "april may june july august september october november december".split()
)
_HINT = re.compile(rf"\baccording|\b(?:{_SAYS}|indicates?)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Voice:
    """Who says what a sentence says; offsets in it. `speaks` where it is not only his data."""

    start: int
    end: int
    words: str
    speaks: bool

    def move(self, shift: int) -> "Voice":
        return Voice(self.start + shift, self.end + shift, self.words, self.speaks)


def find_voice(sentence: str) -> Voice | None:
    """Who says what a sentence says, or None where it does not tell.

    >>> find_voice("According to relevant data from IDC, sales rose by 5%.").words
    'IDC'
    """
    if not _HINT.search(sentence):
        return None
    according = _ACCORDING.search(sentence)
    if according:
        return _read_according(according)
    study = _STUDY.search(sentence)
    if study:
        return _voice(study, speaks=False)
    for words in (_SPEAKER, _SAID_BY):
        for match in words.finditer(sentence):
            if match["name"].lower() not in _NO_NAMES:
                return _voice(match, speaks=True)
    return None


def is_unsaid(sentence: str) -> bool:
    """Whether a sentence says that something is predicted, not by whom: by who spoke before."""
    return _UNSAID.match(sentence) is not None


def _voice(match: re.Match[str], *, speaks: bool) -> Voice:
    return Voice(match.start("name"), match.end("name"), match["name"], speaks)


def _read_according(according: re.Match[str]) -> Voice | None:
    words, start = according["who"], according.start("who")
    if _PLANNED.search(words):
        return None
    name = _FROM.search(words) or _ANY_NAME.search(words)
    if name and name[0].rpartition(" ")[2].lower() not in _NO_NAMES:
        group = "name" if "name" in name.re.groupindex else 0
        return Voice(start + name.start(group), start + name.end(group), name[group], False)
    leading = _LEADING.match(words)
    skipped = leading.end() if leading else 0
    return Voice(start + skipped, start + len(words), words[skipped:].strip(), False)
