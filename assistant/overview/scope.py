"""What a figure is of beyond its metric: where, of what part, by which act.

"In Japan, sales were 5" and "sales were 7" are of the same metric, but not of the same thing.
"""

import re
from collections.abc import Iterable, Set
from functools import lru_cache

from assistant.figures import Figure
from assistant.records import Player
from assistant.text import STOP_WORDS, find_terms

_PHRASE = re.compile(
    r"\b(?:in|across|within|outside|among|throughout|for|excluding|including)\s"
    r"(?P<words>(?:(?!(?:and|or|but|was|were|is|are|had|has|have|to|from|by)\b)[^\s,;:.()\d]+(?:\s|(?=[,;:.()\d]|$))){1,5})"
    r"|\b(?P<place>worldwide|globally|abroad|overseas|nationwide|domestically|elsewhere)\b",
    re.IGNORECASE,
)
_OPENING = re.compile(r"(?!According\sto\b)(?P<words>[^,;:.\d]{2,60}),\s", re.IGNORECASE)
# Directly after an amount: "<$5m> on advertising", "<2.1 GW> of modules".
_AFTER = re.compile(
    r"\s(?:in|on|for|from|at|across|within|outside|among|throughout|of|per|excluding|including)\s"
    r"(?P<words>(?:(?!(?:and|or|but|while|compared|up|down|to)\b)[^\s,;:.()\d]+(?:\s|(?=[,;:.()\d]|$))){1,5})"
    r"|\s(?P<place>worldwide|globally|abroad|overseas|nationwide|domestically|elsewhere)\b",
    re.IGNORECASE,
)
_WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
# Words that say when, or that only lead to a statement.
_NO_SCOPE = frozenset(
    find_terms(
        "year years quarter half month week day january february march april may june july august "
        "september october november december first second third fourth last next past previous "
        "same end beginning start early late mid fiscal period time now today however meanwhile "
        "also but according addition overall again then still total least only just already "
        "contrast comparison example instance"
    )
)
_NO_METRIC = frozenset("of the a an its their his her".split())
_UNCLEAR = frozenset(
    find_terms(
        "number total figure amount value level sum share count rate weigh cost priced worth "
        "valued last lasted measure raised raising earned paid spent invested sold fined sentenced "
        "aged"
    )
)
Terms = frozenset[str]


@lru_cache(maxsize=10_000)
def read_terms(words: str) -> Terms:
    """The terms of words that many figures have in common."""
    return frozenset(find_terms(words))


def list_names(players: Iterable[Player]) -> dict[str, Terms]:
    """The terms of all names of each player, by its id."""
    return {
        player.id: frozenset(find_terms(" ".join((player.name, *player.aliases))))
        for player in players
    }


def find_metric_terms(figure: Figure, names: Set[str]) -> Terms:
    """The terms of a figure's metric, without those of its owner's names if others are left."""
    terms = read_terms(figure.metric)
    return terms - names - _NO_METRIC or terms


def find_scope(text: str, figure: Figure, names: Set[str]) -> Terms:
    """The terms that limit a figure: the places and parts that its sentence names before it, those
    directly after it, and for a counted noun the verb: "<opened> 40 stores". Without an owner, a
    figure of "sold", "games" or "the number" is compared only within its sentence.

    `text` is its document's, `names` the terms of its owner's names.
    """
    start, end = figure.sentence
    metric = text.rfind(figure.metric, start, figure.start)
    before = text[start : figure.start if metric < 0 else metric]
    phrases = [match["words"] or match["place"] for match in _PHRASE.finditer(before)]
    opening = _OPENING.match(before)
    after = _AFTER.match(text[figure.end : end])
    phrases += [match["words"] or match[0] for match in (opening, after) if match]
    source = find_terms(figure.source or "")
    known = {*find_terms(figure.metric), *names, *source, *_NO_SCOPE}
    scope = _find_content(" ".join(phrases)) - known
    if figure.owner is None and _is_unclear(figure, text):
        return scope | {f"sentence {start}"}
    return scope | _find_verb(text[start : figure.start], figure, known, text)


def _is_unclear(figure: Figure, text: str) -> bool:
    """Whether a metric does not say what of: a counted noun, a verb, or "the number"."""
    counted = figure.metric in text[figure.start : figure.end]
    return counted or {*find_terms(figure.metric)} <= _UNCLEAR


def _find_verb(before: str, figure: Figure, known: Set[str], text: str) -> Terms:
    """The word in front of a counted noun; empty if the metric is more than that."""
    if figure.metric not in text[figure.start : figure.end]:
        return frozenset()
    for word in reversed(_WORD.findall(before)):
        found = _find_content(word) - known
        if found:
            return frozenset(f"{term}…" for term in found)
    return frozenset()


def _find_content(words: str) -> Terms:
    kept = (word for word in _WORD.findall(words) if word.lower() not in STOP_WORDS)
    return frozenset(find_terms(" ".join(kept)))
