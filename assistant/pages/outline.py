"""What is in a document: its headings, players and figures, each with a link to its place."""

from bisect import bisect_right
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from assistant.api.contents import FigureBody, render_figures
from assistant.api.rendering import player_href, quote_href
from assistant.index.catalog import Catalog
from assistant.overview.choose import DocumentFigure
from assistant.records import Document, Heading

MOST_HEADINGS = 300
FEWEST_HEADINGS = 10  # a level is left out only if more remain
FEW_FIGURES = 30  # shown at first
MOST_FIGURES = 1000


@dataclass(slots=True)
class OutlineEntry:
    """A heading with those below it."""

    heading: Heading
    entries: list["OutlineEntry"] = field(default_factory=list)


class FoundPlayer(NamedTuple):
    """A player that a document mentions; `first` is a link to the first mention."""

    id: str
    name: str
    href: str
    mentions: int
    first: str


class FoundFigures(NamedTuple):
    """Figures of a document, each with its page (None without pages); it has `total`."""

    shown: list[tuple[FigureBody, int | None]]
    total: int


def make_outline(headings: Sequence[Heading]) -> list[OutlineEntry]:
    """The headings as a tree; of very many, only the higher levels, and then the first ones."""
    chosen = list(headings)
    while len(chosen) > MOST_HEADINGS:
        deepest = max(heading.level for heading in chosen)
        higher = [heading for heading in chosen if heading.level < deepest]
        if len(higher) < FEWEST_HEADINGS:
            break
        chosen = higher
    outline: list[OutlineEntry] = []
    above: list[OutlineEntry] = []
    for heading in chosen[:MOST_HEADINGS]:
        while above and above[-1].heading.level >= heading.level:
            above.pop()
        entry = OutlineEntry(heading)
        (above[-1].entries if above else outline).append(entry)
        above.append(entry)
    return outline


def list_found_players(catalog: Catalog, document: Document) -> list[FoundPlayer]:
    """The players that a document mentions, those mentioned most first."""
    mentions = catalog.mentions(document.id)
    counts = Counter(mention.player_id for mention in mentions)
    first = {mention.player_id: mention for mention in reversed(mentions)}
    names = {player.id: player.name for player in catalog.players}
    found = [
        FoundPlayer(
            player_id,
            names[player_id],
            player_href(player_id),
            count,
            _link(document, first[player_id].start, first[player_id].end),
        )
        for player_id, count in counts.items()
    ]
    return sorted(found, key=lambda player: (-player.mentions, player.name))


def list_found_figures(catalog: Catalog, document: Document, *, most: int) -> FoundFigures:
    # A number without a unit that is of nothing says nothing by itself.
    figures = [
        figure
        for figure in catalog.figures_of(document.id)
        if figure.metric or figure.owner or figure.unit not in ("", "unit")
    ]
    bodies = render_figures(catalog, [DocumentFigure(document.id, each) for each in figures[:most]])
    return FoundFigures(
        [(body, find_page(document, body.start)) for body in bodies.figures], len(figures)
    )


def find_page(document: Document, offset: int) -> int | None:
    """The page on which a place is, counted from 1; None for a format without pages."""
    return bisect_right(document.page_starts, offset) or None


def _link(document: Document, start: int, end: int) -> str:
    return quote_href(document.id, start, end, document.text[start:end])
