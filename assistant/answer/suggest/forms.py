"""A sentence becomes the question that it answers, by a handful of plain forms.

Only sentences of a simple shape are used: a short subject, a verb, and what is asked for.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from typing import Literal, NamedTuple

from assistant.answer.suggest import wordlists as lists
from assistant.text import STOP_WORDS

QuestionForm = Literal[
    "when", "count", "price", "duration", "why", "who", "where", "what", "did", "quantity",
    "allowed", "table", "heading",
]  # fmt: skip
Match = re.Match[str]

MOST_WORDS = 16  # of a question
_MOST_SUBJECT_WORDS = 8
_LONGEST_SENTENCE = 300  # characters


class Asked(NamedTuple):
    """A question and its form."""

    form: QuestionForm
    text: str


class _Form(NamedTuple):
    """A sentence that matches `pattern` answers the question that `ask` makes of its subject."""

    form: QuestionForm
    pattern: re.Pattern[str]
    ask: Callable[[Match, str], str]


def ask_sentence(sentence: str, begin_inside: Callable[[str], str]) -> Iterator[Asked]:
    """The questions that a sentence answers; `begin_inside` writes its first words as they are
    inside of a sentence.

    >>> list(ask_sentence("The old bridge was closed in May 2019.", str.lower))
    [Asked(form='when', text='When was the old bridge closed?')]
    """
    words = " ".join(sentence.split()).rstrip(".")
    if len(words) > _LONGEST_SENTENCE or words.endswith(("?", "!", ":")):
        return
    opening, main = split_opening(words)
    period = _PERIOD.search(opening)
    for form, pattern, ask in _FORMS:
        found = pattern.fullmatch(main[:1].upper() + main[1:])
        if found is None:
            continue
        subject = found.groupdict().get("subject") or ""
        if subject and not _is_subject(subject):
            continue
        if main[:1].islower():
            subject = subject[:1].lower() + subject[1:]
        question = ask(found, begin_inside(subject))
        if period and form == "quantity":
            question = f"{question[:-1]} {period[0][:1].lower()}{period[0][1:]}?"
        if question and _is_plain(question) and _is_specific(question, form):
            yield Asked(form, question)


def split_opening(sentence: str) -> tuple[str, str]:
    """The adverbials before a sentence's subject, and the rest.

    >>> split_opening("However, in 2024, the rate was 4 %")
    ('However, in 2024, ', 'the rate was 4 %')
    """
    opening = _OPENING.match(sentence)
    at = opening.end() if opening else 0
    return sentence[:at], sentence[at:]


def any_of(words: Iterable[str]) -> str:
    """A pattern of whole words."""
    return f"(?:{'|'.join(map(re.escape, words))})"


def _is_subject(subject: str) -> bool:
    words = subject.split()
    return (
        len(words) <= _MOST_SUBJECT_WORDS
        and words[0].lower() not in lists.NO_SUBJECTS
        and words[-1].lower() not in lists.NO_SUBJECTS
        and not words[0].lower().endswith(("ing", "ly"))
        and not _AUXILIARY.search(subject)
    )


def _is_plain(question: str) -> bool:
    return len(question.split()) <= MOST_WORDS and not _POINTING.search(question)


def _is_specific(question: str, form: QuestionForm) -> bool:
    """Whether a question can be understood alone: it has a name, or enough words that say what it
    is about.
    """
    words = re.findall(r"[\w’'-]+", question)[1:]
    if any(not word.islower() for word in words):
        return True
    least = 2 if form in ("price", "duration", "did") else 3
    return sum(word not in STOP_WORDS | lists.FILLERS for word in words) >= least


def _ask_verb(opening: str, infinitives: dict[str, str]) -> Callable[[Match, str], str]:
    """A question of an opening, an auxiliary, the subject and the infinitive of its verb."""

    def ask(found: Match, subject: str) -> str:
        verb = found["verb"]
        does = "did" if verb in lists.PAST else "does" if verb.endswith("s") else "do"
        noun = f" {found['noun']}" if "noun" in found.groupdict() else ""
        return f"{opening}{noun} {does} {subject} {infinitives[verb]}?"

    return ask


def _ask_quantity(found: Match, subject: str) -> str:
    is_past = found["verb"] not in ("is", "are", "may be", "will be")
    return f"What {'was' if is_past else 'is'} {subject}?"


def _ask_allowed(found: Match, subject: str) -> str:
    auxiliary = "Can" if found["verb"] in ("may", "can") else found["verb"].capitalize()
    return f"{auxiliary} {subject} {found['rest']}?"


def _ask_why(found: Match, subject: str) -> str:
    if " and " in found["rest"]:  # two statements, and the reason may be of one
        return ""
    return f"Why {found['verb']} {subject} {found['rest']}?"


def _ask_who_did(found: Match, subject: str) -> str:
    return f"Who {lists.IRREGULAR.get(found['verb'], found['verb'])} {subject}?"


def _ask_cost(found: Match, subject: str) -> str:
    return f"How much {'does' if found['verb'] == 'is' else 'do'} {subject} cost?"


_AUXILIARY = re.compile(rf"\b{any_of(lists.AUXILIARIES)}\b")
_POINTING = re.compile(rf"\b{any_of(lists.POINTING)}\b", re.IGNORECASE)
_OPENING = re.compile(rf"(?:{any_of(lists.OPENINGS)}\b[^,;:]{{0,50}}, ){{1,3}}", re.IGNORECASE)
_PERIOD = re.compile(r"\b(?:in|during) (?:the )?[\w ]*\b[12]\d{3}\b", re.IGNORECASE)

_MONTH = any_of(lists.MONTHS)
_PARTS = {
    "ABOUT": f"(?:{any_of(lists.APPROXIMATE)} )?",
    "DAY": rf"(?:(?:\d{{1,2}} )?{_MONTH}(?: \d{{1,2}},)?(?: \d{{4}})?|"
    r"(?:spring|summer|autumn|winter) (?:of )?\d{4}|[12]\d{3})\b",
    "DONE": f"(?P<verb>[a-z]+ed|{any_of(lists.IRREGULAR)})",
    "MONEY": rf"(?:[$€£¥] ?\d|\d[\d,.]* ?{any_of(lists.CURRENCIES)})",
    "NAME": r"[A-Z][\w’'-]+(?: [A-Z][\w’'.-]*){0,3}",
    "NUMBER": rf"(?:\d[\d,. ]*(?:million|billion)?|{any_of(lists.NUMBER_WORDS)})",
    "PARTLY": any_of(lists.PARTLY),
    "QUANTITY": rf"(?i:{any_of(lists.QUANTITIES)})",
    "ROLE": any_of(lists.ROLES),
    "SUBJECT": r"(?P<subject>[A-Z0-9][^,;:()“”\"]{1,58}?)",
    "THINGS": r"(?P<noun>[a-z][a-z-]+(?: [a-z-]+)?s)\b(?! of)",
    "TIME": r"(?:seconds|minutes|hours|days|weeks|months|years)\b",
    "WORDS": r"[a-z][^,;:()]{2,60}",
    "BEGINNING": any_of(lists.BEGINNING),
    "LASTING": any_of(lists.LASTING),
    "COSTING": any_of(lists.COSTING),
    "HAVING": any_of(lists.HAVING),
    "DOING": any_of(lists.DOING),
}


def _compile(pattern: str) -> re.Pattern[str]:
    """A pattern with the _PARTS that it names in capitals; `_` joins two without a space."""
    return re.compile(re.sub(r"([A-Z]{3,})_?", lambda name: _PARTS[name[1]], pattern))


_FORMS: tuple[_Form, ...] = (
    _Form(
        "why",
        _compile(
            r"SUBJECT (?P<verb>was|were|is|are|had|has|have|will|can|must|should) "
            r"(?P<rest>(?!PARTLY\b)WORDS?),?(?: PARTLY)? "
            r"(?:because|due to|owing to) .{8,}"
        ),
        _ask_why,
    ),
    _Form("price", _compile(r"SUBJECT (?P<verb>is|are) priced at ABOUT_MONEY.*"), _ask_cost),
    _Form(
        "price",
        _compile(r"SUBJECT (?P<verb>COSTING) ABOUT_MONEY.*"),
        _ask_verb("How much", lists.COSTING),
    ),
    _Form(
        "duration",
        _compile(r"SUBJECT (?P<verb>LASTING) ABOUT_NUMBER TIME.*"),
        _ask_verb("How long", lists.LASTING),
    ),
    _Form(
        "when",
        _compile(r"SUBJECT (?P<was>was|were|is|are) DONE(?P<rest>(?: WORDS?)?) (?:in|on) DAY.*"),
        lambda found, subject: f"When {found['was']} {subject} {found['verb']}{found['rest']}?",
    ),
    _Form(
        "when",
        _compile(r"SUBJECT (?P<verb>BEGINNING) (?:in|on) DAY.*"),
        _ask_verb("When", lists.BEGINNING),
    ),
    _Form(
        "count",
        _compile(r"SUBJECT (?P<verb>HAVING) ABOUT_NUMBER THINGS.*"),
        _ask_verb("How many", lists.HAVING),
    ),
    _Form(
        "count",
        _compile(r"(?i:ABOUT_NUMBER) THINGS (?P<rest>(?:were|are|have been|will be) WORDS)"),
        lambda found, _: f"How many {found['noun']} {found['rest']}?",
    ),
    _Form("who", _compile(r"SUBJECT (?:was|were|is|are) DONE by NAME"), _ask_who_did),
    _Form(
        "who",
        _compile(r"(?=NAME,)SUBJECT, (?:the |an? )?(?:[a-z -]{0,30} )?ROLE\b.+"),
        lambda _, subject: f"Who is {subject}?" if " " in subject else "",
    ),
    _Form(
        "where",
        _compile(
            r"SUBJECT (?P<was>is|are|was|were) (?P<verb>located|based|held|built|stored|kept) "
            r"(?:in|at|on) (?!DAY|\d)(?:the )?[A-Z].*"
        ),
        lambda found, subject: f"Where {found['was']} {subject} {found['verb']}?",
    ),
    _Form(
        "quantity",
        _compile(
            r"(?=.*QUANTITY\b.* (?:is|are|was|were|reached|totalled|rose|fell|grew|may|will) )"
            r"SUBJECT (?P<verb>is|are|was|were|reached|totalled|rose to|fell to|grew to|may be|"
            r"will be) (?:as (?:high|low) as )?ABOUT(?:[$€£¥] ?)?\d.*"
        ),
        lambda found, subject: _ask_quantity(found, subject) if " " in subject else "",
    ),
    _Form(
        "allowed",
        _compile(r"SUBJECT (?P<verb>can|may|will|must) not (?P<rest>WORDS)"),
        _ask_allowed,
    ),
    _Form(
        "allowed",
        _compile(r"SUBJECT (?P<verb>is|are) not (?P<rest>[a-z]+ed\b[^,;:()]{0,60})"),
        _ask_allowed,
    ),
    _Form(
        "did",
        _compile(
            r"SUBJECT (?:(?:has|have|also|recently|later|first|previously) )*(?P<verb>DOING) "
            r"(?!(?:by|in|on|at|to|as|with)\b).{12,}"
        ),
        _ask_verb("What", lists.DOING),
    ),
    _Form(
        "what",
        _compile(r"(?=NAME (?:is|was) )SUBJECT (?P<verb>is|was) an? .{12,}"),
        lambda found, subject: f"What {found['verb']} {subject}?",
    ),
)
