"""Other versions of what an answer cites: sentences of near-copies that differ in a value.

An edited copy next to the old document is the usual state of a shared folder. The reader may not
find the same words in both, so the value of a version is found by its place: the words that stand
where the answer stands in a sentence that is otherwise nearly the same. Sentences about other
things (another station, in the same words) are no versions: they lack words of the question, or
have names that differ on both sides. In the row of a table it is the cell below the same label.
"""

import calendar
import re
from collections.abc import Iterable, Iterator, Sequence
from difflib import SequenceMatcher
from operator import itemgetter

from assistant.answer.evidence import Entry, Evidence, find_value_terms
from assistant.answer.ranking import find_paragraph, find_sentence
from assistant.answer.rows import find_cell, list_labels
from assistant.records import Offsets, Passage
from assistant.text import STOP_WORDS, find_terms

SIMILAR = 0.6  # share of the terms of two sentences, without the answers, that both have
COPIED = 0.5  # share of the terms of two passages that both have, of those that either has
LONGEST = 120  # words of a sentence that is compared

Word = tuple[int, int, str]  # offsets, and the word in lower case

_WORD = re.compile(r"\d[\d.,:]*\d|\w+")
_NAME = re.compile(r"\b[A-Z][\w'’-]+")
_DAYS = {name.casefold() for name in (*calendar.month_name, *calendar.day_name) if name}


def find_versions(entry: Entry, passages: Iterable[Passage], evidence: Evidence) -> list[Entry]:
    """What other documents say in the place of an entry: at most one entry for each, in the order
    of their passages, none with the same value.
    """
    found: dict[str, Entry] = {}
    values = [find_value_terms(entry.text)]
    for passage in passages:
        document = passage.document
        if document.id == entry.passage.document.id or document.id in found:
            continue
        aligned = (_align(entry, passage, sentence) for sentence in passage.sentences)
        similarity, version = max(filter(None, aligned), key=itemgetter(0), default=(0.0, entry))
        if similarity < SIMILAR or not _are_near_copies(entry, version):
            continue
        value = find_value_terms(version.text)
        is_known = any(value <= known or known <= value for known in values)
        if not is_known and _is_asked(evidence, entry, version):
            found[document.id] = version
            values.append(value)
    return list(found.values())


def _align(entry: Entry, passage: Passage, sentence: Offsets) -> tuple[float, Entry] | None:
    """The words of a sentence that stand where an entry stands in its own, and how similar the rest
    is; None if there are no such words.
    """
    ours, theirs = _list_words(entry.passage, entry.cited), _list_words(passage, sentence)
    if not ours or not 0 < len(theirs) <= LONGEST or len(ours) > LONGEST:
        return None
    labels = list_labels(entry.passage.document, entry.start, entry.end)
    if labels or any(passage.document.find_rows(*sentence)):
        cell = find_cell(passage.document, sentence, labels)
        if cell is None:
            return None
        rest = [word for word in ours if not entry.start <= word[0] < entry.end]
        others = [word for word in theirs if not cell[0] <= word[0] < cell[1]]
        return _measure_similarity(rest, others), Entry(passage, *cell, sentence, entry.score)
    is_whole = (entry.start, entry.end) == entry.cited
    value = {
        place
        for place, (start, end, _) in enumerate(ours)
        if start < entry.end and entry.start < end
    }
    matcher = SequenceMatcher(
        None, [word for *_, word in ours], [word for *_, word in theirs], autojunk=False
    )
    if not value or matcher.real_quick_ratio() < SIMILAR / 2:
        return None
    first, last = min(value), max(value) + 1
    spans = list(_map_range(matcher, first, last))
    if not spans:
        return None
    begin, end = min(a for a, _ in spans), max(b for _, b in spans)
    if not is_whole and begin == end:
        return None
    place = sentence if is_whole else (theirs[begin][0], theirs[end - 1][1])
    version = Entry(passage, *place, sentence, entry.score)
    rest = ours if is_whole else ours[:first] + ours[last:]
    others = theirs if is_whole else theirs[:begin] + theirs[end:]
    return _measure_similarity(rest, others), version


def _map_range(matcher: SequenceMatcher[str], first: int, last: int) -> Iterator[Offsets]:
    """What the words from `first` to `last` of the one text became in the other."""
    for tag, a, b, c, d in matcher.get_opcodes():
        if tag == "equal" and a < last and first < b:
            yield c + max(first - a, 0), c + min(last, b) - a
        elif tag != "equal" and (a < last and first < b):
            yield c, d


def _measure_similarity(ours: Sequence[Word], theirs: Sequence[Word]) -> float:
    """The share of the terms of two texts, without stop words, that both have."""
    mine, other = (
        {term for *_, word in words if word not in STOP_WORDS for term in find_terms(word)}
        for words in (ours, theirs)
    )
    return len(mine & other) / max(len(mine), len(other), 1)


def _are_near_copies(one: Entry, other: Entry) -> bool:
    """Whether their passages share most of their words, and do not name different things."""
    ours, theirs = (frozenset(find_terms(entry.passage.text)) for entry in (one, other))
    if len(ours & theirs) < COPIED * len(ours | theirs):
        return False
    texts = [_write_context(entry) for entry in (one, other)]
    words, their_words = ({word.casefold() for word in _WORD.findall(text)} for text in texts)
    names, their_names = (
        {name.casefold() for name in _NAME.findall(text)} - _DAYS for text in texts
    )
    return names <= their_words or their_names <= words


def _write_context(entry: Entry) -> str:
    """Where a text names what it is about: title, heading, the first sentence of the passage and of
    the paragraph, and the cited sentence without a value that is part of it.
    """
    passage, text = entry.passage, entry.passage.document.text
    said = text[slice(*entry.cited)]
    if (entry.start, entry.end) != entry.cited:
        said = text[entry.cited[0] : entry.start] + text[entry.end : entry.cited[1]]
    paragraph = find_paragraph(passage, find_sentence(passage, entry.cited[0]))
    firsts = (passage.sentences[number] for number in sorted({0, paragraph}))
    above = (text[slice(*first)] for first in firsts if first[0] < entry.cited[0])
    return "\n".join([_write_title(entry), *above, said])


def _is_asked(evidence: Evidence, entry: Entry, version: Entry) -> bool:
    """Whether a version has the names of the question, and its words, that what is cited has."""
    mine, other = (
        frozenset(find_terms(f"{_write_title(one)} {one.passage.text}")) for one in (entry, version)
    )
    if any(subject.is_named(mine) and not subject.is_named(other) for subject in evidence.subjects):
        return False
    text = entry.passage.document.text
    sentence = f"{_write_title(entry)} {text[entry.cited[0] : entry.cited[1]]}"
    said = set(find_terms(sentence)).difference(find_terms(entry.text))
    return said.intersection(evidence.terms.rarity) <= other


def _write_title(entry: Entry) -> str:
    return f"{entry.passage.document.title} {entry.passage.heading}"


def _list_words(passage: Passage, offsets: Offsets) -> list[Word]:
    return [
        (match.start(), match.end(), match[0].casefold())
        for match in _WORD.finditer(passage.document.text, *offsets)
    ]
