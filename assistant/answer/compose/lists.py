"""A list: the items of all passages that were read, one entry each.

Items come from the reader. If it finds some members of an enumeration, the others are entries too;
commas, semicolons and conjunctions separate them.
"""

import re
from collections.abc import Hashable, Iterator, Sequence
from dataclasses import replace

from assistant.answer.compose.draft import Draft, compose_span
from assistant.answer.evidence import Entry, Evidence, Sentence
from assistant.records import Offsets, QuestionKind, Span, trim
from assistant.text import STOP_WORDS, find_terms

LISTED_KINDS: tuple[QuestionKind, ...] = ("list", "count")
CERTAIN = 0.5  # probability of an item from which it is listed, wherever it is
STATED = 0.0  # score of a span from which a number is stated, not to be counted
SURE = 0.9  # evidence from which a line of names or figures is used whatever the sentences say
POSSIBLE = 0.12  # probability of an item next to certain ones, or in the best sentence
MOST_BEHIND = 2.5  # how far the score of a sentence with items may be below the best
MOST_BEHIND_ELSEWHERE = 0.5  # the same in a document other than the best's
MOST_WORDS = 9  # in a member that the reader did not find
FAR, EDGE = 12, 2  # words by which an inner or outer end of an item may be extended
CLEAR, CLEAREST = 0.9, 0.95  # probabilities from which the ends of an item are clear
_BULLET = re.compile(r"\s*[-*•–]\s+")
_SEPARATOR = re.compile(
    # White space matches only from its beginning, so that long runs of it are cheap.
    r"[,;]\s+(?:(?:and|or)\s+)?|(?<!\s)\s+(?:and|or|&|as well as)\s+|(?<!\s)\s*\n\s*[-*•]?\s*"
)


def compose_list(evidence: Evidence, kind: QuestionKind = "list") -> Draft:
    """The items of the best sentences, in order of the documents, each once; or all names or
    figures of one kind, if such a line answers better than any sentence.
    """
    if is_listed(evidence):
        return _draft_listed(evidence, kind)
    found: list[Entry] = []
    for sentence, items in _choose_items(evidence):
        found += _list_members(sentence, items)
    entries = tuple(_merge(found, evidence))
    return Draft(kind, entries) if entries else compose_span(evidence, kind)


def compose_count(evidence: Evidence, kind: QuestionKind) -> Draft:
    """The number that is stated, or else the number of items if there are several."""
    if is_listed(evidence):
        return replace(_draft_listed(evidence, kind), counted=True)
    stated = compose_span(evidence, kind)
    if stated.entries and stated.entries[0].score > STATED:
        return stated
    items = compose_list(evidence, kind)
    certain = sum(entry.score >= CERTAIN for entry in items.entries)
    return replace(items, counted=True) if certain > 1 else stated


def is_listed(evidence: Evidence) -> bool:
    """Whether a line of names or figures has more evidence than the best sentence."""
    return bool(evidence.listed) and evidence.listed[0].score > min(evidence.best_evidence, SURE)


def _draft_listed(evidence: Evidence, kind: QuestionKind) -> Draft:
    return Draft(kind, evidence.listed, listed=evidence.listed[0].score)


def _choose_items(evidence: Evidence) -> Iterator[tuple[Sentence, list[Span]]]:
    """The sentences with items that are listed, in order of the documents."""
    near = evidence.find_near_best(behind=MOST_BEHIND, elsewhere=MOST_BEHIND_ELSEWHERE)
    for sentence in sorted(near, key=lambda sentence: (sentence.place, sentence.number)):
        start, end = sentence.offsets
        items = [
            item
            for item in evidence.readings[sentence.place].items or ()
            if start <= item.start < end and item.score >= POSSIBLE
        ]
        certain = any(item.score >= CERTAIN for item in items)
        if certain or (items and sentence is evidence.sentences[0]):
            yield sentence, items


def _list_members(sentence: Sentence, items: Sequence[Span]) -> Iterator[Entry]:
    """An entry for each member of a sentence's enumeration, from the first item to the last."""
    text = sentence.passage.document.text
    if any(sentence.passage.document.find_rows(*sentence.offsets)):  # items are its cells
        for item in items:
            yield Entry(sentence.passage, item.start, item.end, sentence.offsets, item.score)
        return
    members = [
        (member, [item for item in items if item.start < member[1] and member[0] < item.end])
        for member in find_members(text, *sentence.offsets)
    ]
    with_items = [number for number, (_, contained) in enumerate(members) if contained]
    for number, (member, contained) in enumerate(members):
        if contained:
            first, last = number == with_items[0], number == with_items[-1]
            place = _fit(text, member, contained, first=first, last=last)
            score = max(item.score for item in contained)
            yield Entry(sentence.passage, *place, sentence.offsets, score)
        elif (
            with_items
            and with_items[0] < number < with_items[-1]
            and _count_words(text, *member) <= MOST_WORDS
        ):
            yield Entry(sentence.passage, *member, sentence.offsets, POSSIBLE)


def _fit(text: str, member: Offsets, items: Sequence[Span], *, first: bool, last: bool) -> Offsets:
    """From the first item in a member to the last, extended to the member's ends.

    The ends of a clear item are moved by a word or two at most: before the first member and after
    the last, the sentence continues.
    """
    opening = min(items, key=lambda item: item.start)
    closing = max(items, key=lambda item: item.end)
    start, end = max(opening.start, member[0]), min(closing.end, member[1])
    before = EDGE if first or opening.score >= CLEAR else FAR
    behind = EDGE if closing.score >= (CLEAR if last else CLEAREST) else FAR
    if _count_words(text, member[0], start) <= before:
        start = member[0]
    if _count_words(text, end, member[1]) <= behind:
        end = member[1]
    return trim(text, start, end)


def find_members(text: str, start: int, end: int) -> list[Offsets]:
    """A sentence split at commas, semicolons, conjunctions and line ends, outside brackets."""
    bounds = [start]
    done, depth = start, 0  # how many brackets are open at a place
    for match in _SEPARATOR.finditer(text, start, end):
        depth += text.count("(", done, match.start()) - text.count(")", done, match.start())
        done = match.start()
        if depth <= 0:
            bounds += match.span()
    while end > start and text[end - 1] in ".!?;,":
        end -= 1
    members = []
    for first, last in zip(bounds[::2], [*bounds[1::2], end], strict=True):
        bullet = _BULLET.match(text, first, last)
        members.append(trim(text, bullet.end() if bullet else first, last))
    return [(first, last) for first, last in members if first < last]


def _count_words(text: str, start: int, end: int) -> int:
    return len(text[start:end].split())


def _merge(entries: Sequence[Entry], evidence: Evidence) -> Iterator[Entry]:
    """The first of entries with the same words or the same player; none of only stop words."""
    seen: set[Hashable] = set()
    for entry in entries:
        words = tuple(find_terms(entry.text))
        key = evidence.player_of(entry.text) or words
        if not STOP_WORDS.issuperset(words) and key not in seen:
            seen.add(key)
            yield entry
