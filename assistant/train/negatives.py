"""Questions that a passage does not answer, made by rule from questions that it does.

People ask about the wrong thing: another person, place, year, number, opposite or role. Each rule
changes one such thing in a question, to one that its paragraph does not hold; or it takes the
sentence with the answer out of the paragraph. Jia and Liang 2017, https://arxiv.org/abs/1707.07328,
change questions alike, to attack readers with.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from random import Random

from assistant.evaluate.squad import SquadParagraph, SquadQuestion
from assistant.sentences import find_sentences
from assistant.terms import find_question_terms, find_terms

# One word of each line is put for another of it.
_ALTERNATIVES = """
first|last
largest|smallest
biggest|smallest
highest|lowest
oldest|youngest
earliest|latest
longest|shortest
best|worst
fastest|slowest
northern|southern|eastern|western
north|south|east|west
northeast|southwest
increase|decrease
increased|decreased
maximum|minimum
male|female
mother|father
king|queen
won|lost
started|stopped
import|export
imports|exports
internal|external
upper|lower
rural|urban
summer|winter|spring|autumn
positive|negative
advantages|disadvantages
strongest|weakest
supported|opposed
richest|poorest
winner|loser
founded|dissolved
established|abolished
opened|closed
built|demolished
elected|impeached
signed|cancelled
adopted|repealed
directed|composed|edited|painted|choreographed
director|composer|editor|choreographer
guitarist|drummer|pianist
president|vice president|prime minister|governor|mayor
brother|sister|cousin|uncle
wife|daughter|son|nephew
heaviest|lightest
tallest|shortest
red|blue|green|yellow|white|black
"""
_PROPER_ALTERNATIVES = """
january|february|march|april|may|june|july|august|september|october|november|december
monday|tuesday|wednesday|thursday|friday|saturday|sunday
french|german|italian|spanish|russian|chinese|japanese|indian|dutch|polish|turkish|swedish|greek
france|germany|italy|spain|russia|china|japan|india|poland|turkey|sweden|greece|brazil|canada
europe|asia|africa|south america|australia
"""
_PROPER = frozenset(re.findall(r"[a-z ]+", _PROPER_ALTERNATIVES))
_GROUPS: dict[str, tuple[str, ...]] = {}
for _line in (_ALTERNATIVES + _PROPER_ALTERNATIVES).split("\n"):
    for _word in _line.split("|") if _line else ():
        _GROUPS.setdefault(_word, tuple(w for w in _line.split("|") if w != _word))
_ALTERNATIVE = re.compile(
    r"\b(" + "|".join(sorted(map(re.escape, _GROUPS), key=len, reverse=True)) + r")\b(?!['’]t)",
    re.IGNORECASE,
)

_YEAR = re.compile(r"(?<![-–/:\d])\b(?:1[2-9][0-9]{2}|20[0-2][0-9])\b(?!['’\-–/:])")
# A year after these words bounds a time: another bound may have the same answer.
_BOUND = re.compile(
    r"\b(?:after|before|since|until|till|between|from|to|and|by|than|section|resolution)\s+$", re.I
)
_NUMBER = re.compile(
    r"(?<![\w.,:$£€/-])(?<!\band )(?:\d{1,3}(?:,\d{3})+|\d{1,3}(?:\.\d+)?)\b"
    r"(?![-/.,:]?\d|['’/-]|,? and |(?:st|nd|rd|th|s)\b"
    r"| (?:jan|feb|mar|apr|may|june?|july?|aug|sep|oct|nov|dec)\w*\b)",
    re.IGNORECASE,
)
_PERCENT = re.compile(r" ?%| per ?cent")
# "What 3 features ..." asks the same with another number; a day of a month is no such number.
_NO_NUMBER = re.compile(
    r"(?:\b(?:what|which|these|three|the|jan\w*|feb\w*|mar\w*|apr\w*|may|june?|july?|aug\w*|sep\w*|"
    r"oct\w*|nov\w*|dec\w*)\s|^)$",
    re.IGNORECASE,
)
_DEMONYM = re.compile(r"(?:an|ish|ese|eli|ch|Arab)$")
_NAME = re.compile(r"\b[A-Z][\w’.-]*\w(?: [A-Z][\w’.-]*\w)*")
_KINDS = {
    "person": re.compile(r"^who(?:m|se)?\b", re.IGNORECASE),
    "city": re.compile(r"^(?:in |to |from )?(?:what|which) (?:city|town)\b", re.IGNORECASE),
    "country": re.compile(r"^(?:in |to |from )?(?:what|which) (?:country|nation)\b", re.IGNORECASE),
    "state": re.compile(
        r"^(?:in |to |from )?(?:what|which) (?:us |u\.s\. )?state\b", re.IGNORECASE
    ),
    "company": re.compile(r"^(?:what|which) company\b", re.IGNORECASE),
    "university": re.compile(r"^(?:what|which) (?:university|college)\b", re.IGNORECASE),
}
_PERSON = re.compile(r"[A-Z][a-zé’-]+(?: [A-Z]\.)?(?: [A-Z][\w’-]+){1,2}")
_OTHER_KIND = re.compile(
    r"(?:University|College|Party|Fund|Group|Company|Corporation|Inc|Club|Council|Army|Church|City|"
    r"Association|Society|Institute|League|Empire|Kingdom|Republic|States?|Union|Court|Congress|"
    r"Senate|Parliament|Act|Bank|School|House|Records|Times|Network|Airlines|Navy|Force|Department|"
    r"Committee|Commission|Agency|Office|Center|Team|Band|Orchestra|Foundation|Indians?|Peoples?|"
    r"Christians?|Jews|Muslims|Catholics?|Nations?|Kingdom|Dynasty|Government|Mountains?|River|"
    r"Islands?|Museum|Press|Post|News|Brothers|Sisters)\b"
)
# Where a name stands alone: what comes before it and after it.
_BEFORE_SUBJECT = re.compile(r"\b(?:did|does|was|is|would|could|had|has)\s$", re.IGNORECASE)
_BEFORE_OBJECT = re.compile(
    r"\b(?:of|by|with|to|from|for|in|at|about|against|under|near|outside|meet|marry|join)\s$",
    re.IGNORECASE,
)
_AFTER_SUBJECT = re.compile(r"\s[a-z]|\?")
_AFTER_OBJECT = re.compile(
    r"\s(?:in|on|at|to|for|by|during|was|is|has|have|had|did|from|with|as|when|after|before|because|"
    r"if|would|could)\b|[?,]|['’]s\b"
)


@dataclass(frozen=True, slots=True)
class Negative:
    """A question that a passage does not answer, and the rule that made it."""

    rule: str
    question: str
    text: str


class Names:
    """Names by kind, found as the answers to who, which city, which company, and so on."""

    def __init__(self, paragraphs: Sequence[SquadParagraph]) -> None:
        kinds: dict[str, set[str]] = {}
        places: dict[tuple[str, str], None] = {}
        for paragraph in paragraphs:
            for question in paragraph.questions:
                kind = _find_kind(question.question)
                for text in question.texts:
                    if kind is not None and _is_name(text, kind):
                        kinds.setdefault(text, set()).add(kind)
                        places[paragraph.title, text] = None
        # A name that answers questions of two kinds is of neither for sure.
        self.kind = {text: min(found) for text, found in kinds.items() if len(found) == 1}
        self._of_article: dict[tuple[str, str], list[str]] = {}
        for title, text in places:
            if text in self.kind:
                self._of_article.setdefault((title, self.kind[text]), []).append(text)

    def others(self, name: str, title: str) -> list[str]:
        """Names of the same kind from the same article, that share no word with a name."""
        alike = self._of_article.get((title, self.kind[name]), [])
        words = set(name.split())
        return [other for other in alike if not words & set(other.split())]


def _find_kind(question: str) -> str | None:
    return next((kind for kind, pattern in _KINDS.items() if pattern.search(question)), None)


def _is_name(text: str, kind: str) -> bool:
    shape = _PERSON if kind == "person" else _NAME
    if not shape.fullmatch(text) or (kind == "country" and _DEMONYM.search(text)):
        return False
    return kind != "person" or not _OTHER_KIND.search(text)


def make_negatives(
    question: SquadQuestion, paragraph: SquadParagraph, names: Names, random: Random
) -> list[Negative]:
    """At most one negative by each rule that the question allows."""
    made = []
    for rule, change in _RULES.items():
        changed = change(question, paragraph, names, random)
        if changed is not None:
            made.append(Negative(rule, changed, paragraph.text))
    shortened = _take_answer_out(question, paragraph)
    if shortened is not None:
        made.append(Negative("removed", question.question, shortened))
    return made


def _change_year(
    question: SquadQuestion, paragraph: SquadParagraph, _names: Names, random: Random
) -> str | None:
    match = _YEAR.search(question.question)
    if match is None or _BOUND.search(question.question[: match.start()]):
        return None
    year = int(match[0])
    near = [str(year + step) for step in range(-9, 10) if step and year + step < 2030]
    return _put(question.question, match, [y for y in near if y not in paragraph.text], random)


def _change_number(
    question: SquadQuestion, paragraph: SquadParagraph, _names: Names, random: Random
) -> str | None:
    match = _NUMBER.search(question.question)
    if (
        match is None
        or match[0] in ("0", "1")
        or _NO_NUMBER.search(question.question[: match.start()])
    ):
        return None
    digits = match[0].replace(",", "")
    if "." in digits:
        others = [f"{float(digits) * factor:.1f}" for factor in (0.5, 1.5, 2, 3)]
    else:
        value = int(digits)
        others = [str(value + step) for step in (1, 2, 3, 5)] if value < 100 else []
        others += [str(value * factor) for factor in (2, 3, 4)]
        others = [f"{int(o):,}" if "," in match[0] else o for o in others]
    if _PERCENT.match(question.question, match.end()):
        others = [other for other in others if float(other.replace(",", "")) <= 100]
    return _put(question.question, match, [o for o in others if o not in paragraph.text], random)


def _change_word(
    question: SquadQuestion, paragraph: SquadParagraph, _names: Names, random: Random
) -> str | None:
    matches = [
        match
        for match in _ALTERNATIVE.finditer(question.question)
        # With a capital "First" or "North" is part of a name; a month or a country never is not.
        if match[0][0].isupper() == (match[0].lower() in _PROPER)
    ]
    if not matches:
        return None
    match = random.choice(matches)
    lowered = paragraph.text.lower()
    others = [w for w in _GROUPS[match[0].lower()] if not re.search(rf"\b{w}", lowered)]
    if match[0][0].isupper():
        others = [word.title() for word in others]
    return _put(question.question, match, others, random)


def _change_name(
    question: SquadQuestion, paragraph: SquadParagraph, names: Names, random: Random
) -> str | None:
    match = _find_name(question.question, names)
    if match is None:
        return None
    others = names.others(match[0], paragraph.title)
    absent = [o for o in others if all(w not in paragraph.text for w in o.split() if len(w) > 2)]
    return _put(question.question, match, [o for o in absent if o not in question.texts], random)


def _change_name_to_near(
    question: SquadQuestion, paragraph: SquadParagraph, names: Names, random: Random
) -> str | None:
    """Put a name in the question that stands in the paragraph, but away from what is asked."""
    match = _find_name(question.question, names)
    if match is None or names.kind[match[0]] not in ("person", "university"):
        return None  # what is said of a country is often true of its neighbour
    text = paragraph.text
    sentences = [text[a:b] for a, b in find_sentences(text, 0, len(text))]
    asked = set(find_question_terms(question.question)) - set(find_terms(match[0]))
    near = [
        other
        for other in names.others(match[0], paragraph.title)
        if other in text
        and other not in question.texts
        and other not in question.question
        and all(not asked & set(find_terms(s)) for s in sentences if other in s)
    ]
    return _put(question.question, match, near, random)


def _take_answer_out(question: SquadQuestion, paragraph: SquadParagraph) -> str | None:
    """The paragraph without the sentence that answers, where no other says the same."""
    answer, start = question.answers[0]
    text = paragraph.text
    sentences = find_sentences(text, 0, len(text))
    kept = [(a, b) for a, b in sentences if not a < start + len(answer) or not start < b]
    left = " ".join(text[a:b] for a, b in kept)
    wanted = set(find_terms(answer))
    if len(kept) < 2 or len(kept) == len(sentences) or wanted & set(find_terms(left)):
        return None
    return left


_Change = Callable[[SquadQuestion, SquadParagraph, Names, Random], str | None]
_RULES: dict[str, _Change] = {
    "year": _change_year,
    "number": _change_number,
    "word": _change_word,
    "name": _change_name,
    "near name": _change_name_to_near,
}


def _find_name(question: str, names: Names) -> re.Match[str] | None:
    """A name in a question that stands alone there and of which the kind is known."""
    for match in _NAME.finditer(question):
        before, after = question[: match.start()], question[match.end() :]
        alone = (_BEFORE_SUBJECT.search(before) and _AFTER_SUBJECT.match(after)) or (
            _BEFORE_OBJECT.search(before) and _AFTER_OBJECT.match(after)
        )
        if alone and match[0] in names.kind:
            return match
    return None


def _put(question: str, match: re.Match[str], others: Sequence[str], random: Random) -> str | None:
    if not others:
        return None
    return question[: match.start()] + random.choice(others) + question[match.end() :]
