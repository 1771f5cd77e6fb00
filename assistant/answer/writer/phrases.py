"""What can be left out of a sentence: a relative clause, or a word that only joins it to others."""

import re
from collections.abc import Iterator

_CONNECTING = frozenset((
    "however", "moreover", "furthermore", "therefore", "thus", "additionally", "meanwhile",
    "for example", "for instance", "in addition", "in fact", "of course", "as a result",
    "in contrast", "by contrast", "besides", "similarly", "likewise", "indeed", "nevertheless",
    "nonetheless", "consequently", "in other words", "in particular", "also",
))  # fmt: skip
_WORDS = re.compile(r"[\w' %-]+")  # no bracket, semicolon or quotation mark
_RELATIVES = ("which ", "who ", "whom ", "whose ")
_JOINING = ("and ", "or ", "nor ", "but ")
_WITHIN = 3  # phrases: the subject, a clause, and the predicate
_LONGEST_SUBJECT = 2  # words that have no object among them: "The plant", not "Acme sued Lee"


def list_forms(sentence: str) -> Iterator[str]:
    """A sentence as it is, and without what can be left out of it.

    >>> list(list_forms("However, sales fell")), list(list_forms("Acme, which grew, fell"))
    (['However, sales fell', 'sales fell'], ['Acme, which grew, fell', 'Acme fell'])
    """
    yield sentence
    yield from _drop_connecting(sentence)
    yield from _drop_relative(sentence)


def _drop_connecting(sentence: str) -> Iterator[str]:
    """ "Sales fell" for "However, sales fell" and "Sales, however, fell"."""
    phrases = sentence.split(", ")
    for place, phrase in enumerate(phrases):
        if len(phrases) > 1 and phrase.casefold() in _CONNECTING:
            yield f"{', '.join(phrases[:place])} {', '.join(phrases[place + 1 :])}".strip()


def _drop_relative(sentence: str) -> Iterator[str]:
    """ "Acme fell" for "Acme, which grew, fell".

    Only where the subject is all that precedes the clause. In "Acme sued Lee, who left, claiming
    money" it is open what follows belongs to, and at the end a clause may be about all that was
    said, or limit it: "Acme fell, which is false", "All pay 5 euros, who are under 65".
    """
    phrases = sentence.split(", ")
    if len(phrases) == _WITHIN:
        subject, clause, said = phrases
        words = subject.split()
        is_subject = len(words) <= _LONGEST_SUBJECT or all(word[0].isupper() for word in words)
        if is_subject and _is_relative(clause) and not said.startswith(_JOINING):
            yield f"{subject} {said}"


def _is_relative(phrase: str) -> bool:
    """Whether a phrase is a clause that begins with "who" and the like, or "in which"."""
    begins = phrase.startswith(_RELATIVES) or phrase.partition(" ")[2].startswith(_RELATIVES)
    return begins and _WORDS.fullmatch(phrase) is not None
