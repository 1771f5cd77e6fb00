"""Proposes names for a corpus without a file of players."""

import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from itertools import chain, count

from assistant.players.names import SPACE, WORD, fold
from assistant.players.reading import LONGEST_ID
from assistant.records import Document, Offsets

LEAST_COUNT, MOST_SUGGESTIONS, MOST_EXAMPLES = 2, 200, 3
CONTEXT = 40  # characters of an example on each side of the name

# Capitalised, but not names.
_NO_NAMES = frozenset(
    "AI API AR CEO CFO COO CTO EU GDP I PM TV UK UN US USA VR January February March April May "
    "June July August September October November December Monday Tuesday Wednesday Thursday "
    "Friday Saturday Sunday".split()
)
_JOINS = re.compile(rf"{SPACE}?[-\u2010\u2011&]?{SPACE}?")
_OPENERS = tuple('.!?:;…|•*"“‘([')


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A possible name, how often it occurs, and some examples."""

    name: str
    count: int
    examples: tuple[str, ...]


def suggest(documents: Iterable[Document]) -> list[Suggestion]:
    """Names proposed for a corpus, the most frequent first.

    A name is a run of capitalised words that occurs at least twice outside headings and
    boilerplate. The first word of a sentence belongs to it if the corpus has that word inside
    sentences with a capital more often than without. Names without capitals (雷鸟) are not found.
    """
    texts = [_blank_headings(document) for document in documents]
    capitals = _count_capitals(texts)
    spellings: dict[tuple[str, ...], Counter[str]] = defaultdict(Counter)
    examples: dict[tuple[str, ...], list[str]] = defaultdict(list)
    for text in texts:
        for start, end in _find_runs(text, capitals):
            key = fold(text[start:end])
            spellings[key][re.sub(r"(?<!\s)\s*-\s*", "-", text[start:end])] += 1
            if len(examples[key]) < MOST_EXAMPLES:
                examples[key].append(_quote(text, start, end))
    suggestions = [
        Suggestion(forms.most_common(1)[0][0], forms.total(), tuple(examples[key]))
        for key, forms in spellings.items()
        if forms.total() >= LEAST_COUNT
    ]
    suggestions.sort(key=lambda suggestion: (-suggestion.count, suggestion.name))
    return suggestions[:MOST_SUGGESTIONS]


def _blank_headings(document: Document) -> str:
    """The text, with line breaks in place of headings and boilerplate."""
    text = document.text
    headings = [(heading.start, heading.end) for heading in document.headings]
    for start, end in (*headings, *document.boilerplate):
        text = text[:start] + "\n" * (end - start) + text[end:]
    return text


def _count_capitals(texts: Iterable[str]) -> Counter[str]:
    """How much more often each word has a capital than not, inside sentences."""
    counts: Counter[str] = Counter()
    for text in texts:
        for word in WORD.finditer(text):
            if word[0].islower():
                counts[word[0]] -= 1
            elif not _begins_sentence(text, word.start()):
                counts[word[0].lower()] += 1
    return counts


def _begins_sentence(text: str, start: int) -> bool:
    """Whether a sentence, a line or a quotation begins here."""
    before = text[max(0, start - 8) : start]
    left = before.rstrip()
    return "\n" in before[len(left) :] or left.endswith(_OPENERS) or not left


def _find_runs(text: str, capitals: Counter[str]) -> Iterator[Offsets]:
    """Runs of capitalised words, at least one of which is not an ordinary word."""
    runs: list[list[re.Match[str]]] = [[]]
    for word in WORD.finditer(text):
        if word[0].islower() or not any(map(str.isupper, word[0])) or word[0] in _NO_NAMES:
            continue
        if runs[-1] and not _JOINS.fullmatch(text, runs[-1][-1].end(), word.start()):
            runs.append([])
        if runs[-1] or capitals[word[0].lower()] > 0 or not _begins_sentence(text, word.start()):
            runs[-1].append(word)
    for run in runs:
        is_name = any(capitals[word[0].lower()] > 0 for word in run)
        if is_name and run[-1].end() - run[0].start() > 1:
            yield run[0].start(), run[-1].end()


def _quote(text: str, start: int, end: int) -> str:
    """Whole words around a name, in one printable line."""
    before = text[max(0, start - CONTEXT) : start].partition(" ")[2]
    after = text[end : end + CONTEXT].rpartition(" ")[0]
    line = f"{before}{text[start:end]}{after}"
    return " ".join("".join(c if c.isprintable() else " " for c in line).split())


def render_suggestions(suggestions: Iterable[Suggestion]) -> str:
    """The suggestions as a file for `read_players`, with their examples as comments."""
    lines = ["# kind: company, product, person or organisation. Delete what is not a player.", ""]
    ids: set[str] = set()
    for suggestion in suggestions:
        player_id = _make_id(suggestion.name, ids)
        ids.add(player_id)
        lines += [f"# {suggestion.count} times: {' | '.join(suggestion.examples)}", "[[players]]"]
        lines += [f'id = "{player_id}"', f'name = "{suggestion.name}"', 'kind = "company"', ""]
    return "\n".join(lines)


def _make_id(name: str, taken: Collection[str]) -> str:
    """An id made from the name, in ASCII, with a number if it is taken."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    base = "-".join(re.findall("[a-z0-9]+", plain))[:LONGEST_ID].strip("-") or "player"
    numbered = (f"{base}-{number}" for number in count(2))
    return next(player_id for player_id in chain([base], numbered) if player_id not in taken)
