"""A player in the documents: mentions, informative sentences, others named with it."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import islice
from typing import NamedTuple
from weakref import WeakKeyDictionary

from assistant.errors import PlayerUnknownError
from assistant.index.catalog import Catalog
from assistant.overview.choose import DocumentFigure, Filter, choose_figures
from assistant.overview.sentences import (
    MentionInSentence,
    find_mentioning,
    is_definition,
    measure_subject,
    rank_comparing,
)
from assistant.players import find_owned
from assistant.records import Offsets, Player

MOST_SENTENCES = 10
MOST_COMPARED = 50  # sentences that are read for the one that compares two players best
MOST_DOCUMENTS = 100  # that are read for the best sentence about a player
DEFINITION = -5  # the rank of a sentence that says what a player is or does
_BEST: WeakKeyDictionary[Catalog, Mapping[str, MentionInSentence]] = WeakKeyDictionary()
_Places = set[tuple[str, Offsets]]


class NamedWith(NamedTuple):
    """Another player, the number of sentences that name both, and the mention of it in the one
    of the first that compares them best.
    """

    player_id: str
    sentences: int
    example: MentionInSentence


@dataclass(frozen=True, slots=True)
class PlayerMentions:
    """A player with its mentions in text order, and its most informative sentences, best first.

    `figures` include those of what it owns. `named_with` are the players in a sentence with it, the
    most frequent first.
    """

    player: Player
    mentions: tuple[MentionInSentence, ...]
    informative: tuple[MentionInSentence, ...]
    figures: tuple[DocumentFigure, ...]
    named_with: tuple[NamedWith, ...]


def find_player_mentions(catalog: Catalog, player_id: str) -> PlayerMentions:
    """Raises PlayerUnknownError."""
    player = next((player for player in catalog.players if player.id == player_id), None)
    if player is None:
        raise PlayerUnknownError(f"no player {player_id[:200]!r}", hint="see the list of players")
    figures = choose_figures(catalog, Filter(player=player_id))
    found: list[MentionInSentence] = []
    others: dict[str, list[MentionInSentence]] = defaultdict(list)
    for document_id in dict.fromkeys(id for id, _ in catalog.mentions_of([player_id])):
        placed = list(find_mentioning(catalog, document_id))
        own = [mention for id, mention in placed if id == player_id]
        here = {mention.sentence for mention in own}
        found += own
        for other, mention in placed:
            if other != player_id and mention.sentence in here:
                others[other].append(mention)
    with_figure = {(document_id, figure.sentence) for document_id, figure in figures}
    informative = _rank(catalog, found, with_figure)
    return PlayerMentions(
        player,
        tuple(found),
        tuple(informative[:MOST_SENTENCES]),
        tuple(figures),
        _count_named_with(catalog, others),
    )


def _count_named_with(
    catalog: Catalog, others: Mapping[str, Iterable[MentionInSentence]]
) -> tuple[NamedWith, ...]:
    named = []
    for other, mentions in others.items():
        by_sentence: dict[object, MentionInSentence] = {}
        for mention in mentions:
            by_sentence.setdefault((mention.document_id, mention.sentence), mention)
        first = islice(by_sentence.values(), MOST_COMPARED)
        example = min(first, key=partial(rank_comparing, catalog))
        named.append(NamedWith(other, len(by_sentence), example))
    return tuple(sorted(named, key=lambda one: (-one.sentences, one.player_id)))


def find_best_sentences(catalog: Catalog) -> Mapping[str, MentionInSentence]:
    """The most informative sentence about each player that a document mentions, found once.

    At most MOST_DOCUMENTS are read for a player, none after one that says what it is or does.
    """
    if catalog not in _BEST:
        found = {player.id: _find_best_sentence(catalog, player.id) for player in catalog.players}
        _BEST[catalog] = {id: best for id, best in found.items() if best is not None}
    return _BEST[catalog]


def _find_best_sentence(catalog: Catalog, player_id: str) -> MentionInSentence | None:
    best, best_rank = None, 1
    for document_id in catalog.documents_mentioning(player_id, most=MOST_DOCUMENTS):
        with_figure = {
            (document_id, figure.sentence)
            for figure in catalog.figures_of(document_id)
            if figure.owner == player_id
        }
        for id, mention in find_mentioning(catalog, document_id):
            if id == player_id and mention.sentence != mention.mention:
                rank = _find_rank(catalog, mention, with_figure)
                if rank < best_rank:
                    best, best_rank = mention, rank
        if best_rank == DEFINITION:
            break
    return best


def list_owned(catalog: Catalog, player_id: str) -> list[Player]:
    """The players that a player owns, in the order of players."""
    owned = find_owned(catalog.players, player_id) - {player_id}
    return [player for player in catalog.players if player.id in owned]


def _rank(
    catalog: Catalog, found: Sequence[MentionInSentence], with_figure: _Places
) -> list[MentionInSentence]:
    """First sentences that say what a player is or does; then those that begin with its name and
    give a figure for it, those that do one of the two, those with it as subject, the others; each
    in text order, each text once.
    """
    # Ranked one by one as they are read: a document is in memory only for a while.
    ranked = [(_find_rank(catalog, m, with_figure), m) for m in _list_different(catalog, found)]
    return [mention for _, mention in sorted(ranked, key=lambda pair: pair[0])]


def _find_rank(catalog: Catalog, mention: MentionInSentence, with_figure: _Places) -> int:
    if is_definition(catalog, mention):
        return DEFINITION
    with_value = (mention.document_id, mention.sentence) in with_figure
    return -measure_subject(catalog, mention) - 2 * with_value


def _list_different(
    catalog: Catalog, found: Iterable[MentionInSentence]
) -> Iterator[MentionInSentence]:
    """The mentions in sentences, the first of each text."""
    seen: set[str] = set()
    for mention in found:
        if mention.sentence != mention.mention:
            text = " ".join(mention.read(catalog).split())
            if text not in seen:
                seen.add(text)
                yield mention
