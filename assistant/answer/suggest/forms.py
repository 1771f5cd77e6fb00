"""A sentence becomes the question that it answers, by a handful of plain forms.

Only sentences of a simple shape are used: a short subject, a verb, and what is asked for.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from typing import Literal, NamedTuple

from assistant.answer.suggest import wordlists as lists
from assistant.answer.suggest.phrasing import (
    Match,
    ask_agent,
    ask_allowed,
    ask_amount,
    ask_cost,
    ask_day,
    ask_level,
    ask_number,
    ask_quantity,
    ask_rise,
    ask_roles,
    ask_sum,
    ask_verb,
    ask_who_did,
    ask_why,
    frame,
    frame_count,
)
from assistant.text import STOP_WORDS

QuestionForm = Literal[
    "when", "count", "price", "duration", "why", "who", "where", "what", "did", "quantity",
    "allowed", "table", "heading", "figure", "rise", "agent", "amount", "event", "about",
]  # fmt: skip

_LEAST_WORDS = 3  # that say what a question without a name is about
_TIMES = frozenset(
    [*lists.MONTHS, *"Monday Tuesday Wednesday Thursday Friday Saturday Sunday I".split()]
)
# A subject with one of them is a sentence of its own: "plotters held by planners".
_VERBS = frozenset([*lists.DOING, *lists.HAVING, *lists.MOVING, *lists.LASTING])
_WITHOUT_AUXILIARY: tuple[QuestionForm, ...] = ("agent", "count", "when", "amount")
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
    words = _NUMBERING.sub("", " ".join(sentence.split())).rstrip(".")
    if len(words) > _LONGEST_SENTENCE or words.endswith(("?", "!", ":")):
        return
    opening, main = split_opening(words)
    period = _PERIOD.search(opening)
    asked: dict[str, Asked] = {}
    for clause in dict.fromkeys((main, _AFTER.split(main)[0])):
        for form, question in _ask_clause(clause, begin_inside):
            if period and form in ("quantity", "rise"):
                question = f"{question[:-1]} {period[0][:1].lower()}{period[0][1:]}?"
            if _is_plain(question) and _is_specific(form, question):
                asked.setdefault(question, Asked(form, question))
    for question in ask_roles(words):
        asked.setdefault(question, Asked("who", question))
    yield from asked.values()


def _ask_clause(clause: str, begin_inside: Callable[[str], str]) -> Iterator[Asked]:
    """The questions of all forms that a clause has."""
    for form, pattern, ask in _FORMS:
        found = pattern.fullmatch(clause[:1].upper() + clause[1:])
        if found is None:
            continue
        groups = found.groupdict()
        subject, rest = groups.get("subject") or "", groups.get("rest") or ""
        if subject and not _is_subject(subject):
            continue
        if form in _WITHOUT_AUXILIARY and _AUXILIARY.search(rest.partition(" ")[2]):
            continue
        # With "and", two statements, and the answer may be of one.
        if re.match(r" ?(?:at |are enough|[a-z]+ing\b)", rest) or " and " in rest:
            continue
        if clause[:1].islower():
            subject = subject[:1].lower() + subject[1:]
        question = ask(found, begin_inside(subject))
        if question:
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
        and not words[0][0].isdigit()
        and not words[-1][0].isdigit()
        and not re.search(r" - |[A-Z][a-z]+day\b", subject)
        and _VERBS.isdisjoint(words[1:])
        and not re.search(r"[’'](?:ve|m|re|ll|d|t)\b|[’']s \w+est$", subject)
        and words[0].lower() not in {*lists.NO_SUBJECTS, *lists.AUXILIARIES}
        and words[-1].lower() not in lists.NO_SUBJECTS | lists.ADVERBS
        and not words[0].lower().endswith(("ing", "ly"))
        and not _AUXILIARY.search(subject)
    )


def _is_plain(question: str) -> bool:
    return len(question.split()) <= MOST_WORDS and not _POINTING.search(question)


def _is_specific(form: QuestionForm, question: str) -> bool:
    """Whether a question can be understood alone: it has a name, or enough words that say what it
    is about, and a number where the answer is the value of a time.
    """
    words = re.findall(r"[\w’'-]+", question)[1:]
    if any(word[0].isupper() and word not in _TIMES for word in words):
        return True
    content = [word for word in words if word not in STOP_WORDS | lists.FILLERS]
    if form in ("quantity", "rise", "amount") and not re.search(r"\d", question):
        return False
    return sum(not word[0].isdigit() for word in content) >= _LEAST_WORDS


_AUXILIARY = re.compile(rf"\b{any_of(lists.AUXILIARIES)}\b")
_POINTING = re.compile(rf"\b{any_of(lists.POINTING)}\b", re.IGNORECASE)
_OPENING = re.compile(rf"(?:{any_of(lists.OPENINGS)}\b[^,;:]{{0,50}}, ){{1,3}}", re.IGNORECASE)
_PERIOD = re.compile(r"\b(?:in|during) (?:the )?[\w ]*\b[12]\d{3}\b", re.IGNORECASE)

_NUMBERING = re.compile(r"^(?:\(?[\da-zA-Z]{1,2}[.)]|\d+(?:\.\d+)+\.?|[-–•*]) (?=\S)")
# Where a statement ends and another begins.
_AFTER = re.compile(
    r"; |, (?:and|but|while|whereas|although|though|which|who|where|with|so|as|up|down|compared) "
    r"| (?:–|—) "
)

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
    "THINGS": rf"(?P<noun>(?!(?:{any_of(lists.CURRENCIES)}|more|per|percent|million|billion)\b)"
    r"[a-z][a-z-]+(?: [a-z-]+)?s)\b(?! of)",
    "TIME": r"(?:seconds|minutes|hours|days|weeks|months|years)\b",
    "WORDS": r"[a-z][^,;:()]{2,60}",
    "BEGINNING": any_of(lists.BEGINNING),
    "MOVING": any_of(lists.MOVING),
    "SUMMING": any_of(lists.SUMMING),
    "PAYING": any_of(lists.PAYING),
    "EVENT": any_of(lists.EVENTS),
    "AGENT": r"(?:[A-Z][\w’'-]+(?: [A-Z][\w’'.-]*){0,3}"
    rf"|the (?:[\w-]+ ){{0,2}}{any_of(lists.AGENTS)})",
    "LASTING": any_of(lists.LASTING),
    "COSTING": any_of(lists.COSTING),
    "HAVING": any_of(lists.HAVING),
    "DOING": any_of(lists.DOING),
    "ASKED": any_of(form for form, verb in lists.DOING.items() if verb in lists.ASKED_ABOUT),
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
        ask_why,
    ),
    _Form("price", _compile(r"SUBJECT (?P<verb>is|are) priced at ABOUT_MONEY.*"), ask_cost),
    _Form(
        "price",
        _compile(r"SUBJECT (?P<verb>COSTING) ABOUT_MONEY(?!.* to [a-z]).*"),
        ask_verb("price", lists.COSTING),
    ),
    _Form(
        "duration",
        _compile(r"SUBJECT (?P<verb>LASTING) ABOUT_NUMBER TIME.*"),
        ask_verb("duration", lists.LASTING),
    ),
    _Form(
        "when",
        _compile(r"SUBJECT (?P<was>was|were|is|are) DONE(?P<rest>(?: WORDS?)?) (?:in|on) DAY.*"),
        lambda found, subject: frame(
            "when", f"{found['was']} {subject} {found['verb']}{found['rest']}"
        ),
    ),
    _Form(
        "when",
        _compile(r"SUBJECT (?P<verb>BEGINNING) (?:in|on) DAY.*"),
        ask_verb("when", lists.BEGINNING),
    ),
    _Form(
        "count",
        _compile(r"SUBJECT (?P<verb>HAVING) ABOUT_NUMBER THINGS.*"),
        ask_verb("count", lists.HAVING),
    ),
    _Form(
        "count",
        _compile(r"(?i:ABOUT_NUMBER) THINGS (?P<rest>(?:were|are|have been|will be|DOING) WORDS)"),
        lambda found, _: frame_count(found["noun"], found["rest"]),
    ),
    _Form("who", _compile(r"SUBJECT (?:was|were|is|are) DONE by AGENT"), ask_who_did),
    _Form(
        "agent",
        _compile(
            r"(?=NAME )SUBJECT (?:(?:has|have|also|later|first|previously) )*(?P<verb>DOING) "
            r"(?P<rest>(?!(?:by|from|to|as|that|in|on|at|for|with|after|before)\b)[^,;:()]{12,70})"
        ),
        ask_agent,
    ),
    _Form(
        "amount",
        _compile(
            r"SUBJECT (?P<verb>PAYING) ABOUT_MONEY(?: (?:m|bn|million|billion))?"
            r"(?P<rest>(?: (?:for|on|from|to) WORDS)?)"
        ),
        ask_amount,
    ),
    _Form(
        "count",
        _compile(
            r"SUBJECT (?P<verb>DOING) ABOUT_NUMBER THINGS"
            r"(?P<rest>(?: (?:in|on|at|to|for|from|during|between) [^,;:()]{3,40})?)"
        ),
        ask_number,
    ),
    _Form(
        "when",
        _compile(r"SUBJECT (?P<verb>DOING) (?P<rest>[^,;:()]{3,60}?) (?:in|on) DAY.*"),
        ask_day,
    ),
    _Form(
        "event",
        _compile(
            r"(?=.*EVENT\b)SUBJECT (?P<verb>is|was|will be) (?:held |set |scheduled )?"
            r"(?:(?:in|on|for) )?DAY.*"
        ),
        lambda found, subject: frame(
            "when", f"{found['verb'].split()[0]} {subject}{' be' if ' ' in found['verb'] else ''}"
        ),
    ),
    _Form(
        "rise",
        _compile(r"SUBJECT (?P<verb>MOVING) to ABOUT_(?:MONEY|NUMBER).*"),
        ask_level,
    ),
    _Form("amount", _compile(r"SUBJECT (?P<verb>SUMMING) ABOUT_(?:MONEY|NUMBER).*"), ask_sum),
    _Form(
        "rise",
        _compile(r"SUBJECT (?P<verb>MOVING) (?:by )?ABOUT_(?:MONEY|NUMBER).*"),
        ask_rise,
    ),
    _Form(
        "who",
        _compile(r"(?=NAME,)SUBJECT, (?:the |an? )?(?:[a-z -]{0,30} )?ROLE\b.+"),
        lambda _, subject: frame("who", f"is {subject}") if " " in subject else "",
    ),
    _Form(
        "where",
        _compile(
            r"SUBJECT (?P<was>is|are|was|were) (?P<verb>located|based|held|built|stored|kept) "
            r"(?:in|at|on) (?!DAY|\d)(?:the )?[A-Z].*"
        ),
        lambda found, subject: frame("where", f"{found['was']} {subject} {found['verb']}"),
    ),
    _Form(
        "quantity",
        _compile(
            r"(?=.*QUANTITY\b.* (?:is|are|was|were|reached|totalled|rose|fell|grew|may|will) )"
            r"SUBJECT (?P<verb>is|are|was|were|reached|totalled|rose to|fell to|grew to|may be|"
            r"will be) (?:as (?:high|low) as )?ABOUT(?:[$€£¥] ?)?\d.*"
        ),
        lambda found, subject: ask_quantity(found, subject) if " " in subject else "",
    ),
    _Form(
        "allowed",
        _compile(r"SUBJECT (?P<verb>can|may|will|must) not (?P<rest>WORDS)"),
        ask_allowed,
    ),
    _Form(
        "allowed",
        _compile(
            r"(?!.*\b(?:until|expected)\b)SUBJECT (?P<verb>is|are) not "
            r"(?P<rest>[a-z]+ed [^,;:()]{3,60})"
        ),
        ask_allowed,
    ),
    _Form(
        "did",
        _compile(
            r"SUBJECT (?:(?:has|have|also|recently|later|first|previously) )*(?P<verb>ASKED) "
            r"(?:an?|the|its|their|his|her|that|to) .{8,}"
        ),
        ask_verb("what", lists.DOING),
    ),
    _Form(
        "what",
        _compile(r"(?=NAME (?:is|was) )SUBJECT (?P<verb>is|was) an? .{12,}"),
        lambda found, subject: frame("what", f"{found['verb']} {subject}"),
    ),
)
