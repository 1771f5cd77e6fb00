"""What the index knows of names and figures, written as lines that the reader reads.

A list of all companies, or a price next to another price, is in no passage. The tables of mentions
and figures hold them: written as a text ("People: Lei Jun, Song Gang." or "Xiaomi, starting price:
1,999 yuan."), a line each, they are one more passage for the reader, which says which lines answer.
What is cited are the places in the documents, never these lines.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from assistant.answer.cite import find_sentences_around
from assistant.answer.evidence import Entry
from assistant.figures import Figure
from assistant.index.store import Store
from assistant.read import Reader
from assistant.records import Document, Hit, Passage, Player, PlayerKind
from assistant.text import find_terms

MOST_FIGURES = 80  # in one text: those of the best passages
MOST_NAMES = 60  # in one line
MOST_PASSAGES = 400  # of an index whose figures are listed
LEAST_EVIDENCE = 0.6  # of a line that answers
KINDS: Mapping[PlayerKind, str] = {
    "company": "Companies",
    "product": "Products",
    "person": "People",
    "organisation": "Organisations",
}


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the text, with the places in documents that it stands for.

    Without places it is there for the reader to choose between, and answers nothing.
    """

    text: str
    entries: tuple[Entry, ...]


def write_figures(hits: Sequence[Hit], store: Store) -> list[Line]:
    """A line for each figure of some passages: whose it is, of what, how much, when."""
    players = {player.id: player for player in store.players}
    figures: dict[str, list[Figure]] = {}
    lines: list[Line] = []
    for hit in hits:
        passage, document_id = hit.passage, hit.passage.document.id
        if document_id not in figures:
            figures[document_id] = store.figures_of(document_id)
        for figure in figures[document_id]:
            if passage.start <= figure.start and figure.end <= passage.end:
                entry = _place_figure(figure, passage, players)
                period = f" ({figure.period.words})" if figure.period is not None else ""
                lines.append(Line(f"{entry.label}: {entry.text}{period}.", (entry,)))
        if len(lines) >= MOST_FIGURES:
            break
    return lines[:MOST_FIGURES]


def write_names(store: Store) -> list[Line]:
    """A line for each kind of player and each role, with all that are mentioned; and, in a small
    index, for each unit with all its figures.
    """
    named: dict[str, list[Entry]] = defaultdict(list)
    mentioned = store.count_mentions()
    for player in store.players:
        if player.id in mentioned:
            entry = _place_player(player, store)
            for title in (KINDS[player.kind], *(f"{role.capitalize()}s" for role in player.roles)):
                named[title].append(entry)
    lines = [_write_line(title, entries, entries) for title, entries in named.items()]
    if store.passages <= MOST_PASSAGES:
        for unit, entries in _list_by_unit(store).items():
            named_unit = _name_unit(unit)
            # "Numbers of members" are those of one club and of another. Taken for an answer to 31
            # development questions, such lines answered 8; without them the reader takes other
            # lines less well.
            shown = entries if named_unit is not None else []
            lines.append(_write_line(named_unit or f"Numbers of {unit}", entries, shown))
    return [line for line in lines if line is not None]


def _write_line(title: str, entries: Sequence[Entry], shown: Sequence[Entry]) -> Line | None:
    """A line of some entries that stands for those shown; None where there are too many."""
    if len(entries) > MOST_NAMES:
        return None
    return Line(f"{title}: {', '.join(entry.label for entry in entries)}.", tuple(shown))


def find_figures(
    question: str, hits: Sequence[Hit], store: Store, reader: Reader
) -> tuple[Entry, ...]:
    """The figures of some passages that answer a question, likeliest first."""
    found = consult(question, write_figures(hits, store), reader)
    return tuple(replace(entry, score=likely) for line, likely in found for entry in line.entries)


def find_listed(question: str, lines: Sequence[Line], reader: Reader) -> tuple[Entry, ...]:
    """The entries of the line that answers a question best, but for those that it names itself."""
    found = consult(question, lines, reader)
    if not found:
        return ()
    line, likely = found[0]
    asked = set(find_terms(question))
    others = [entry for entry in line.entries if not asked.issuperset(find_terms(entry.label))]
    return tuple(replace(entry, score=likely) for entry in others)


def consult(question: str, lines: Sequence[Line], reader: Reader) -> list[tuple[Line, float]]:
    """The lines that answer a question, with their evidence, likeliest first."""
    if not lines:
        return []
    text = "\n".join(line.text for line in lines)
    sentences, start = [], 0
    for line in lines:
        sentences.append((start, start + len(line.text)))
        start += len(line.text) + 1
    document = Document("register", "", text)
    (reading,) = reader.read(question, [Passage(document, 0, 0, len(text), "", tuple(sentences))])
    likely = reading.evidence or (0.0,) * len(lines)
    found = [(line, one) for line, one in zip(lines, likely, strict=True) if one >= LEAST_EVIDENCE]
    return sorted(found, key=lambda one: -one[1])


def _place_figure(figure: Figure, passage: Passage, players: Mapping[str, Player]) -> Entry:
    owner = players.get(figure.owner) if figure.owner is not None else None
    above = players.get(owner.owner) if owner is not None and owner.owner is not None else None
    name = "" if owner is None else f"{owner.name} ({above.name})" if above else owner.name
    label = ", ".join(part for part in (name, figure.metric) if part)
    return Entry(passage, figure.start, figure.end, figure.sentence, 0.0, label or "figure")


def _place_player(player: Player, store: Store) -> Entry:
    """The first mention of a player, by its name."""
    document_id, mention = store.mentions_of([player.id])[0]
    passage = store.passage(store.passages_holding(document_id, mention.start, mention.end)[0])
    cited = find_sentences_around(passage, mention.start, mention.end)
    return Entry(passage, mention.start, mention.end, cited, 0.0, player.name)


def _list_by_unit(store: Store) -> dict[str, list[Entry]]:
    """Every figure, once for each way it is written, by its unit; no unit with one alone."""
    listed: dict[str, list[Entry]] = defaultdict(list)
    seen: set[tuple[str, str]] = set()
    for document_id, figure in store.figures:
        numbers = store.passages_holding(document_id, figure.start, figure.end)
        if not numbers or not figure.unit:
            continue
        passage = store.passage(numbers[0])
        words = passage.document.text[figure.start : figure.end]
        if (figure.unit, words) not in seen:
            seen.add((figure.unit, words))
            entry = Entry(passage, figure.start, figure.end, figure.sentence, 0.0, words)
            listed[figure.unit].append(entry)
    return {unit: entries for unit, entries in listed.items() if len(entries) > 1}


def _name_unit(unit: str) -> str | None:
    """The title of a unit all of whose figures are a list: "Percentages", "Amounts in US dollars".

    None for other units.
    """
    from babel.numbers import get_currency_name  # its data take 50 ms to import

    if unit == "%":
        return "Percentages"
    if len(unit) == 3 and unit.isupper():
        return f"Amounts in {get_currency_name(unit, count=2, locale='en')}"
    return None
