"""A figure of a document becomes the question for it: whose, of what, and when."""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta

from assistant.answer.suggest.forms import MOST_WORDS, Asked, any_of
from assistant.answer.suggest.wordlists import POINTING, QUANTITIES
from assistant.figures import Figure, Period
from assistant.records import Offsets, Player
from assistant.words import ENGLISH, read_words

# Of somebody or something: "shipments", "market share", "yield of the line".
_METRIC = re.compile(
    r"(?:[A-Za-z][\w’'-]+ ){0,3}"
    rf"(?P<head>{any_of(QUANTITIES)}|battery life|sales|revenues|profits|earnings|exports|imports"
    r"|deliveries|costs|prices|losses|incomes)(?P<of> (?:of|in|from|for|on) [\w’' -]{3,60})?"
)
_POINTING = re.compile(rf"\b{any_of([*POINTING, 'authors', 'forecast'])}\b", re.IGNORECASE)
# Of a product: a company has no battery life, and many prices.
_OF_THINGS = re.compile(r"\b(?:battery life|weight|size|prices?|costs?|thickness|width|height)$")
_OF_COUNTRY = re.compile(r"[A-Z]\w+(?:ese|ish|ean|ian|can)\b")
_TARGET = re.compile(r"\btarget\b")
_LEAST_WORDS = 4  # of a metric that is nobody's
_QUARTERS = ("first", "second", "third", "fourth")


def ask_figure(figure: Figure, players: Mapping[str, Player]) -> Asked | None:
    """The question for a figure of a player, of something that its metric names, or of a target;
    None if that does not read as a metric, or its time is not known.
    """
    words = read_words(ENGLISH)
    metric = " ".join(figure.metric.split()).replace(" - ", "-")
    if metric[1:2].islower() and not _OF_COUNTRY.match(metric):
        metric = metric[:1].lower() + metric[1:]
    found = _METRIC.fullmatch(metric)
    if found is None or figure.status == "claimed" or _POINTING.search(metric):
        return None
    owner = players.get(figure.owner or "")
    is_named = owner is not None and owner.name.casefold() in metric.casefold()
    if owner is not None and not is_named:
        is_of_thing = owner.kind != "product" and _OF_THINGS.search(metric)
        if found["of"] or metric in ("price", "cost") or is_of_thing:
            return None  # "its yield of the line" and "its price" do not say of what
        owned = words("suggestion.owned", owner=owner.name, metric=metric)
    elif found["of"] or re.search(r"\b[A-Z]", metric) or len(metric.split()) >= _LEAST_WORDS:
        owned = words("suggestion.unowned", metric=metric)
    else:
        return None
    key = _find_frame(figure, found["head"])
    period = figure.period and name_period(figure.period)
    if key is None or (figure.period is not None and not period):
        return None
    if period:
        question = words(f"suggestion.{key}_in", owned=owned, period=period)
    elif figure.change is None and owner is not None:
        question = words(f"suggestion.{key}", owned=owned)
    else:
        return None
    is_short = len(question.split()) <= MOST_WORDS
    return Asked("rise" if figure.change else "figure", question) if is_short else None


def _find_frame(figure: Figure, head: str) -> str | None:
    """The frame that fits the number, time and change of a figure; None for none."""
    is_plural = head.endswith("s") and not head.endswith("ss")
    if _TARGET.search(head):
        return "target"
    if figure.status == "expected":
        if figure.change is not None:
            return None
        return "expect" if is_plural else "expected"
    if figure.change is not None:
        return "rise" if figure.change == "up" else "fall"
    if figure.period is None:
        return "are" if is_plural else "is"
    return "were" if is_plural else "was"


def ask_figures(
    figures: Sequence[Figure], place: Offsets, players: Mapping[str, Player]
) -> Iterator[tuple[Asked, Offsets]]:
    """The questions for the figures of a passage, with the sentences that answer them."""
    for figure in figures:
        if place[0] <= figure.start and figure.end <= place[1]:
            asked = ask_figure(figure, players)
            if asked is not None:
                yield asked, figure.sentence


def name_period(period: Period) -> str:
    """A month, a quarter, a half or a whole year; "" for any other period.

    >>> from datetime import date
    >>> name_period(Period(date(2025, 1, 1), date(2025, 3, 31), "Q1"))
    'the first quarter of 2025'
    """
    first, after = period.start, period.end + timedelta(1)
    months = 12 * (after.year - first.year) + after.month - first.month
    if first.day != 1 or after.day != 1:
        return ""
    if months == 1:
        return f"{first:%B} {first.year}"
    if months == 3 and first.month % 3 == 1:
        return f"the {_QUARTERS[first.month // 3]} quarter of {first.year}"
    if months == 6 and first.month in (1, 7):
        return f"the {'first' if first.month == 1 else 'second'} half of {first.year}"
    return str(first.year) if months == 12 and first.month == 1 else ""
