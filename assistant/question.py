"""What a question asks for: checked, the kind of answer it wants, the names and numbers in it."""

import re
from collections.abc import Callable

from assistant.errors import QuestionError
from assistant.records import Kind
from assistant.terms import STOP_WORDS, find_terms

LONGEST_QUESTION = 2000  # characters
TOP_K, LEAST_TOP_K, MOST_TOP_K = 8, 1, 50

# These want a sentence or more; "how many", "how tall" and the like want a few words. A question
# for yes or no gets the sentence that decides.
_EXPLAINED = re.compile(
    r"^\W*(?:(?:is|are|was|were|do|does|did|has|have|had|can|could|will|would|should)\b"
    r"|why\b|explain\b|describe\b|for what reasons?\b|what (?:is|was|are|were) the reasons?\b"
    r"|how (?:do|does|did|is|are|was|were|has|have|had|can|could|will|would|should|come)\b"
    r"|(?:what|how) (?:do|does|did|has|have) .+ "
    r"(?:say|said|think|thought|explain|explained|describe|described|argue|argued|comment|mean)"
    r"(?: (?:about|of|on|to|by|regarding)\b.*)?\W*$)",
    re.IGNORECASE | re.DOTALL,
)
# What the words of an answer have to show, by how a question begins.
_SHOWN = (
    (
        re.compile(
            r"\b(?:how (?:many|much|long|large|big|wide|tall|high|heavy|old|far|fast|often)"
            r"|(?:what|which) (?:percent\w*|share|price|year|number|date|day|month|time))\b"
            r"|^\W*when\b",
            re.IGNORECASE,
        ),
        re.compile(
            r"\d|\b(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|twenty|thirty"
            r"|forty|fifty|hundreds?|thousands?|millions?|billions?|dozens?|half|third|quarter|once"
            r"|twice|first|second|none|no|several|few|many|most|all|january|february|march|april"
            r"|may|june|july|august|september|october|november|december|monday|tuesday|wednesday"
            r"|thursday|friday|saturday|sunday|spring|summer|autumn|winter|daily|weekly|monthly"
            r"|century|year|month|week|day|today|yesterday)\b",
            re.IGNORECASE,
        ),
    ),
    (re.compile(r"^\W*(?:who|whom|whose)\b", re.IGNORECASE), re.compile(r"[^\W\d_a-z]")),
)
_SHORT = {
    "q1": "the first quarter", "q2": "the second quarter", "q3": "the third quarter",
    "q4": "the fourth quarter", "h1": "the first half", "h2": "the second half",
    "yoy": "year-on-year", "qoq": "quarter-on-quarter",
}  # fmt: skip
_OPENING = STOP_WORDS | frozenset("name explain describe tell give list compare".split())
_WORD = re.compile(r"(?:[^\s?!,;:\"“”()]|(?<=\d)[,:](?=\d))+")


def check_question(question: str, *, top_k: int = TOP_K) -> str:
    """The question without space around it. Raises QuestionError where it can't be asked."""
    stripped = question.strip()
    if not stripped:
        raise QuestionError("the question is empty", hint="write one")
    if len(stripped) > LONGEST_QUESTION:
        raise QuestionError(
            f"the question has {len(stripped):,} characters",
            hint=f"ask in at most {LONGEST_QUESTION:,}",
        )
    if not any(character.isalnum() for character in stripped):
        raise QuestionError(f"the question {stripped[:40]!r} has no word", hint="write one")
    try:
        stripped.encode()
    except UnicodeEncodeError:
        raise QuestionError(
            "the question holds half of a surrogate pair", hint="write the whole character"
        ) from None
    if not LEAST_TOP_K <= top_k <= MOST_TOP_K:
        raise QuestionError(
            f"top_k is {str(top_k)[:20]}", hint=f"give {LEAST_TOP_K} to {MOST_TOP_K}"
        )
    return stripped


def spell_out(question: str, is_known: Callable[[str], bool]) -> str:
    """A question with its short forms written out, save those that the documents have themselves.

    >>> spell_out("shipments in Q1 2025, YoY?", lambda term: False)
    'shipments in the first quarter of 2025, year-on-year?'
    """

    def write(match: re.Match[str]) -> str:
        short = match[1].casefold()
        return match[0] if is_known(short) else _SHORT[short] + (" of " if match[2] else "")

    short = rf"\b(?:the\s+)?({'|'.join(_SHORT)})\b(\s+(?=(?:19|20)\d\d\b))?"
    return re.sub(short, write, question, flags=re.IGNORECASE)


def choose_kind(question: str) -> Kind:
    """The kind of answer a question wants: "passage" for why and how, else "span".

    >>> choose_kind("Why do users return the glasses?"), choose_kind("How many were sold?")
    ('passage', 'span')
    """
    return "passage" if _EXPLAINED.search(question) else "span"


def fits(question: str, words: str) -> bool:
    """Whether some words can answer a question by their form: a number for "how many", a name for
    "who". True where a question asks for neither.

    >>> fits("How many were sold?", "10,000"), fits("How many were sold?", "in Beijing")
    (True, False)
    """
    return all(shown.search(words) for asks, shown in _SHOWN if asks.search(question))


def find_named(question: str) -> list[tuple[str, ...]]:
    """The names, years and numbers in a question, each as its terms.

    A name is a run of words with a capital; the first word is none where it only opens the
    question.

    >>> find_named("How much do Ray-Ban Meta glasses cost in 2025?")
    [('ray', 'ban', 'meta'), ('2025',)]
    """
    named: list[tuple[str, ...]] = []
    run: list[str] = []
    end = 0
    for place, match in enumerate(_WORD.finditer(question)):
        word = match[0]
        if run and question[end : match.start()].strip():  # a sign between two names
            named.append(tuple(find_terms(" ".join(run))))
            run = []
        end = match.end()
        opens = place == 0 and word.casefold() in _OPENING
        if word[0].isupper() and not opens and word != "I":
            run.append(word)
            continue
        named += [tuple(find_terms(" ".join(run)))] if run else []
        run = []
        if any(character.isdigit() for character in word):
            named.append(tuple(find_terms(word)))
    named += [tuple(find_terms(" ".join(run)))] if run else []
    return [terms for terms in named if terms]
