"""Questions are phrased of the parts of a sentence: `found` has its verb, nouns and rest by name.

The frames are in `web/words`; the grammar of what fills them is here.
"""

import re
from collections.abc import Callable, Iterator

from assistant.answer.suggest import wordlists as lists
from assistant.text import STOP_WORDS
from assistant.words import ENGLISH, read_words

Match = re.Match[str]
# People whose roles a sentence names.
_PERSON = (
    r"(?P<name>[A-Z][a-z’'-]+(?: (?:[A-Z]\.|de|van|der|von|la|bin|al|[A-Z][a-z’'-]+))*?"
    r" [A-Z][A-Za-z’'-]+)"
)
_ROLE = rf"(?:{'|'.join(lists.ROLES)})"
_NAME_AND_ROLE = re.compile(
    rf"(?<![\w’'-] ){_PERSON}, (?:(?:the|an?|its|their) )?(?:[\w’'-]+ ){{0,3}}{_ROLE}\b"
)
_ROLE_AND_NAME = re.compile(
    rf"\b{_ROLE} (?:(?:executive|financial|operating|scientist|officer|engineer) )?{_PERSON}"
    r"(?![\w-])(?! [A-Z])"
)
LEAST_WORDS = 6  # of a question who did something that has no name or number


def is_plural(subject: str) -> bool:
    """Whether a subject is plural, by the noun before its first preposition."""
    head = re.split(r" (?:of|in|at|for|from|on|with|to|between) ", subject)[0]
    return (head.endswith("s") and not head.endswith(("ss", "us", "is"))) or " and " in head


def frame(form: str, clause: str) -> str:
    """The question of a form for a clause: an auxiliary, the subject, and the rest of it."""
    return read_words(ENGLISH)(f"suggestion.{form}", clause=clause)


def frame_count(things: str, clause: str) -> str:
    return read_words(ENGLISH)("suggestion.count", things=things, clause=clause)


def choose_auxiliary(verb: str, subject: str) -> str:
    if verb in lists.PAST or (verb == "cost" and not is_plural(subject)):
        return "did"
    return "does" if verb.endswith("s") else "do"


def ask_verb(form: str, infinitives: dict[str, str]) -> Callable[[Match, str], str]:
    """A question of an auxiliary, the subject and the infinitive of its verb."""

    def ask(found: Match, subject: str) -> str:
        verb = found["verb"]
        does = choose_auxiliary(verb, subject)
        clause = f"{does} {subject} {infinitives[verb]}"
        is_count = "noun" in found.groupdict()
        return frame_count(found["noun"], clause) if is_count else frame(form, clause)

    return ask


def ask_quantity(found: Match, subject: str) -> str:
    verb = found["verb"]
    if verb not in ("is", "are", "was", "were"):
        past = verb not in ("may be", "will be")
        plural, singular = ("were", "was") if past else ("are", "is")
        verb = plural if is_plural(subject) else singular
    return frame("what", f"{verb} {subject}")


def ask_allowed(found: Match, subject: str) -> str:
    auxiliary = "Can" if found["verb"] in ("may", "can") else found["verb"].capitalize()
    return frame("allowed", f"{auxiliary} {subject} {found['rest']}")


def ask_why(found: Match, subject: str) -> str:
    return frame("why", f"{found['verb']} {subject} {found['rest']}")


def ask_who_did(found: Match, subject: str) -> str:
    return frame("who", f"{lists.IRREGULAR.get(found['verb'], found['verb'])} {subject}")


def ask_cost(found: Match, subject: str) -> str:
    return frame("price", f"{'does' if found['verb'] == 'is' else 'do'} {subject} cost")


def ask_agent(found: Match, subject: str) -> str:
    """Who did something; only where the subject is a name."""
    question = frame("who", f"{found['verb']} {found['rest']}")
    is_specific = re.search(r" (?:[A-Z]|\d)", question) or len(question.split()) > LEAST_WORDS
    return question if subject[:1].isupper() and is_specific else ""


def ask_amount(found: Match, subject: str) -> str:
    verb = found["verb"]
    does = choose_auxiliary(verb, subject)
    return frame("price", f"{does} {subject} {lists.PAYING[verb]}{found['rest']}")


def ask_number(found: Match, subject: str) -> str:
    verb = found["verb"]
    does = choose_auxiliary(verb, subject)
    return frame_count(found["noun"], f"{does} {subject} {lists.DOING[verb]}{found['rest']}")


def ask_day(found: Match, subject: str) -> str:
    return frame("when", f"did {subject} {lists.DOING[found['verb']]} {found['rest']}")


def ask_sum(found: Match, subject: str) -> str:
    if " " not in subject:
        return ""  # of what?
    return frame("price", f"did {subject} {lists.SUMMING[found['verb']]}")


def ask_level(found: Match, subject: str) -> str:
    return frame("what", f"did {subject} {lists.MOVING[found['verb']]} to")


def ask_rise(found: Match, subject: str) -> str:
    return frame("by", f"did {subject} {lists.MOVING[found['verb']]}")


def ask_roles(sentence: str) -> Iterator[str]:
    """Who the people are whose roles a sentence names."""
    for pattern in (_NAME_AND_ROLE, _ROLE_AND_NAME):
        for found in pattern.finditer(sentence):
            first = found["name"].split()[0]
            if first.lower() not in STOP_WORDS | lists.NO_SUBJECTS and first not in lists.MONTHS:
                yield frame("who", f"is {found['name']}")
