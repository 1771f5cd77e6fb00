"""The names and figures of an index, written as lines for the reader.

No passage lists all companies, or all prices. The tables of mentions and figures do: written as
lines ("People: Lei Jun, Song Gang." or "Xiaomi, starting price: 1,999 yuan."), they are one more
passage, in which the reader chooses the lines that answer. The places in the documents are cited,
never these lines.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from itertools import islice

from assistant.answer.cite import find_sentences_around
from assistant.answer.evidence import Entry
from assistant.figures import Figure
from assistant.index.catalog import Catalog
from assistant.read import Reader
from assistant.records import Document, Hit, Passage, Player, PlayerKind
from assistant.text import find_terms

MOST_FIGURES = 80  # in one text: those of the best passages
MOST_NAMES = 60  # in one line
MOST_PASSAGES = 400  # in an index for which figures are listed by unit
LEAST_EVIDENCE = 0.6  # for a line that answers
TEXT_ID = "lines"  # document id of the text of all lines
NUMBERS = "Numbers of"  # begins the title of figures that don't answer a list question
KINDS: Mapping[PlayerKind, str] = {
    "company": "Companies",
    "product": "Products",
    "person": "People",
    "organisation": "Organisations",
}


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the text, with the entries that it answers; () if it is only there to compare."""

    text: str
    entries: tuple[Entry, ...]


def write_figures(hits: Sequence[Hit], catalog: Catalog) -> list[Line]:
    """A line for each figure in some passages: its owner, metric, value and period."""
    players = {player.id: player for player in catalog.players}
    figures_of = cache(catalog.figures_of)
    lines = (
        _write_figure(figure, hit.passage, players)
        for hit in hits
        for figure in figures_of(hit.passage.document.id)
        if hit.passage.start <= figure.start and figure.end <= hit.passage.end
    )
    return list(islice(lines, MOST_FIGURES))


def _write_figure(figure: Figure, passage: Passage, players: Mapping[str, Player]) -> Line:
    owner = players.get(figure.owner or "")
    parent = players.get(owner.owner or "") if owner is not None else None
    name = "" if owner is None else f"{owner.name} ({parent.name})" if parent else owner.name
    label = ", ".join(part for part in (name, figure.metric) if part) or "figure"
    entry = Entry(passage, figure.start, figure.end, figure.sentence, 0.0, label)
    period = f" ({figure.period.words})" if figure.period is not None else ""
    return Line(f"{label}: {entry.text}{period}.", (entry,))


def write_names(catalog: Catalog) -> list[Line]:
    """A line for each kind of player and each role, with all that are mentioned; and, in a small
    index, a line for each unit with all its figures.
    """
    lines = []
    by_unit = _list_by_unit(catalog) if catalog.passages <= MOST_PASSAGES else {}
    for title, entries in [*_list_players(catalog).items(), *by_unit.items()]:
        if len(entries) <= MOST_NAMES:
            # "Numbers of members" may be those of different clubs: of 31 development questions
            # answered by such lines, 8 were right. Without them the reader chooses worse.
            shown = () if title.startswith(NUMBERS) else tuple(entries)
            lines.append(Line(f"{title}: {', '.join(entry.label for entry in entries)}.", shown))
    return lines


def find_figures(
    question: str, hits: Sequence[Hit], catalog: Catalog, reader: Reader
) -> tuple[Entry, ...]:
    """The figures in some passages that answer a question, likeliest first."""
    chosen = choose_lines(question, write_figures(hits, catalog), reader)
    return tuple(
        replace(entry, score=evidence) for line, evidence in chosen for entry in line.entries
    )


def find_listed(question: str, lines: Sequence[Line], reader: Reader) -> tuple[Entry, ...]:
    """The entries of the line that answers a question best, without those that it names."""
    asked = set(find_terms(question))
    return tuple(
        replace(entry, score=evidence)
        for line, evidence in choose_lines(question, lines, reader)[:1]
        for entry in line.entries
        if not asked.issuperset(find_terms(entry.label))
    )


def choose_lines(question: str, lines: Sequence[Line], reader: Reader) -> list[tuple[Line, float]]:
    """The lines that answer a question, with their evidence, likeliest first."""
    if not lines:
        return []
    text = "\n".join(line.text for line in lines)
    sentences, start = [], 0
    for line in lines:
        sentences.append((start, start + len(line.text)))
        start += len(line.text) + 1
    passage = Passage(Document(TEXT_ID, "", text), 0, 0, len(text), "", tuple(sentences))
    (reading,) = reader.read(question, [passage])
    evidence = reading.evidence or (0.0,) * len(lines)
    ranked = sorted(zip(lines, evidence, strict=True), key=lambda pair: -pair[1])
    return [(line, evidence) for line, evidence in ranked if evidence >= LEAST_EVIDENCE]


def _list_players(catalog: Catalog) -> dict[str, list[Entry]]:
    """The players that are mentioned, by kind and by role."""
    listed: dict[str, list[Entry]] = defaultdict(list)
    mentioned = catalog.count_mentions()
    for player in catalog.players:
        if player.id in mentioned:
            entry = _place_player(player, catalog)
            for title in (KINDS[player.kind], *(f"{role.capitalize()}s" for role in player.roles)):
                listed[title].append(entry)
    return listed


def _place_player(player: Player, catalog: Catalog) -> Entry:
    """The first mention of a player, labelled with its name."""
    document_id, mention = catalog.mentions_of([player.id])[0]
    passage = catalog.passage(catalog.passages_holding(document_id, mention.start, mention.end)[0])
    cited = find_sentences_around(passage, mention.start, mention.end)
    return Entry(passage, mention.start, mention.end, cited, 0.0, player.name)


def _list_by_unit(catalog: Catalog) -> dict[str, list[Entry]]:
    """The figures, each wording once, by unit; no unit with a single figure."""
    listed: dict[str, dict[str, Entry]] = defaultdict(dict)
    for document_id, figure in catalog.figures:
        numbers = catalog.passages_holding(document_id, figure.start, figure.end)
        if numbers and figure.unit:
            passage = catalog.passage(numbers[0])
            words = passage.document.text[figure.start : figure.end]
            entry = Entry(passage, figure.start, figure.end, figure.sentence, 0.0, words)
            listed[figure.unit].setdefault(words, entry)
    return {
        _name_unit(unit): list(entries.values())
        for unit, entries in listed.items()
        if len(entries) > 1
    }


def _name_unit(unit: str) -> str:
    """The title of the figures of a unit: "Percentages", "Amounts in US dollars"."""
    from babel.numbers import get_currency_name  # its data take 50 ms to import

    if unit == "%":
        return "Percentages"
    if len(unit) == 3 and unit.isupper():
        return f"Amounts in {get_currency_name(unit, count=2, locale='en')}"
    return f"{NUMBERS} {unit}"
