"""Whom a place of a document is about: the players named in its sentence, just before, or above."""

from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from itertools import takewhile

from assistant.figures import Period
from assistant.index.generation import Generation
from assistant.players import Names, find_owned, find_root
from assistant.records import Document, Mention, Player

BEFORE = 600  # characters before a sentence in which what "it" means is named
KEPT = 256  # documents
COMMON = 0.3  # of the passages: a term in so many tells nothing
LEAST_PASSAGES = 10  # of an index or document, for a term to be common


class About:
    """Whom places of an index's documents are about. Threads may share it."""

    def __init__(self, generation: Generation) -> None:
        self.players: Mapping[str, Player] = {p.id: p for p in generation.store.players}
        self.names = Names(self.players.values())
        self.mentions = lru_cache(maxsize=KEPT)(generation.store.mentions)
        self._store = generation.store

    def topics(self, players: Iterable[Player], terms: Sequence[str]) -> dict[str, frozenset[str]]:
        """Which of some terms many passages of a document hold, by the ids of the documents that
        name some players. They tell nothing of one of its sentences, whatever they tell among
        other documents.
        """
        counted = self._store.count_terms((player.id for player in players), terms)
        return {
            document_id: frozenset(
                term for term, count in zip(terms, counts, strict=True) if count >= COMMON * total
            )
            for document_id, (total, counts) in counted.items()
            if total >= LEAST_PASSAGES
        }

    def root(self, player_id: str) -> str:
        """The player at the end of a chain of owners: a product's company."""
        return find_root(self.players, player_id)

    def family(self, player_id: str) -> frozenset[str]:
        """Everybody who belongs to the same as a player, itself included."""
        return find_owned(self.players.values(), self.root(player_id))

    def within(self, document: Document, start: int, end: int) -> list[Mention]:
        """The mentions inside a stretch of a document."""
        mentions = self.mentions(document.id)
        first = bisect_left(mentions, start, key=lambda mention: mention.start)
        return list(takewhile(lambda mention: mention.end <= end, mentions[first:]))

    def roots_in(self, document: Document, start: int, end: int) -> frozenset[str]:
        """Who is named inside a stretch of a document, by the roots."""
        named = {mention.player_id for mention in self.within(document, start, end)}
        return frozenset(map(self.root, named))

    def roots_near(self, document: Document, start: int, end: int) -> frozenset[str]:
        """Who is named in a sentence, in its section not far before it, or alone above it."""
        section = max((h.start for h in document.headings if h.start <= start), default=0)
        near = self.roots_in(document, max(section, start - BEFORE), end)
        above = [h.text for h in document.headings if h.start == section] + [document.title]
        # A title of several players does not tell which of them a sentence is about.
        alone = [roots for text in above if len(roots := self._roots_of(text)) == 1]
        return near.union(*alone)

    def _roots_of(self, text: str) -> frozenset[str]:
        return frozenset(self.root(mention.player_id) for mention in self.names.find(text))

    def is_about(
        self,
        players: Iterable[Player],
        document: Document,
        start: int,
        end: int,
        *,
        owner: str | None = None,
    ) -> bool:
        """Whether a sentence can be about each of some players; `owner` says whose its figure is.

        A company's products and people are its own.
        """
        roots = {self.root(player.id) for player in players}
        if owner is not None:
            return self.root(owner) in roots
        return roots <= self.roots_near(document, start, end)


def is_of_year(year: int, document: Document, periods: Sequence[Period | None], words: str) -> bool:
    """Whether something that a document says is of a year: by the periods it states; without any,
    by the year in `words` or the document's own.
    """
    stated = [period for period in periods if period is not None]
    if stated:
        return any(period.start.year <= year <= period.end.year for period in stated)
    published = document.published
    return str(year) in words or (published is not None and published.year == year)


def is_of_part(part: Period, periods: Sequence[Period | None], words: str) -> bool:
    """Whether something is of a part of a year: by the periods it states; without any, by `words`
    that name the part.
    """
    stated = [period for period in periods if period is not None]
    if not stated:
        return part.words.casefold() in words.casefold()
    return any(part.start <= period.start and period.end <= part.end for period in stated)
