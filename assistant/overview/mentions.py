"""Where a player is in the documents: its mentions, its telling sentences, its company."""

from bisect import bisect_right
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from assistant.errors import PlayerUnknownError
from assistant.index.store import Store
from assistant.overview.choose import Filter, Located, choose_figures
from assistant.players import find_owned
from assistant.records import Mention, Offsets, Player

MOST_SENTENCES = 10


class Spot(NamedTuple):
    """A mention with the sentence around it; the mention itself where it is in none."""

    document_id: str
    sentence: Offsets
    mention: Offsets


@dataclass(frozen=True, slots=True)
class PlayerMentions:
    """A player and where it is.

    `spots` are in order of place, `telling` best first, `beside` the players named in a sentence
    with it and in how many sentences, the most frequent first. `figures` are its own and those of
    what it owns.
    """

    player: Player
    spots: tuple[Spot, ...]
    telling: tuple[Spot, ...]
    figures: tuple[Located, ...]
    beside: tuple[tuple[str, int], ...]


def find_player_mentions(store: Store, player_id: str) -> PlayerMentions:
    """Where a player is. Raises PlayerUnknownError."""
    player = next((player for player in store.players if player.id == player_id), None)
    if player is None:
        raise PlayerUnknownError(f"no player {player_id[:200]!r}", hint="see the list of players")
    figures = choose_figures(store, Filter(player=player_id))
    spots: list[Spot] = []
    beside: Counter[str] = Counter()
    own = dict.fromkeys(document_id for document_id, _ in store.mentions_of([player_id]))
    for document_id in own:
        mentions = store.mentions(document_id)
        sentences = store.sentences_of(document_id)
        placed = [(mention, _find_sentence(sentences, mention)) for mention in mentions]
        here = [(m, sentence) for m, sentence in placed if m.player_id == player_id]
        spots += [Spot(document_id, sentence, (m.start, m.end)) for m, sentence in here]
        beside.update(_count_beside(placed, {sentence for _, sentence in here}, player_id))
    return PlayerMentions(
        player,
        tuple(spots),
        tuple(_choose_telling(store, spots, figures)),
        tuple(figures),
        tuple(sorted(beside.items(), key=lambda item: (-item[1], item[0]))),
    )


def list_owned(store: Store, player_id: str) -> list[Player]:
    """What belongs to a player, in the order of players."""
    owned = find_owned(store.players, player_id) - {player_id}
    return [player for player in store.players if player.id in owned]


def _count_beside(
    placed: Sequence[tuple[Mention, Offsets]], sentences: set[Offsets], player_id: str
) -> Counter[str]:
    """In how many of some sentences each other player is named."""
    named = {(m.player_id, sentence) for m, sentence in placed if sentence in sentences}
    return Counter(other for other, _ in named if other != player_id)


def _choose_telling(store: Store, spots: Sequence[Spot], figures: Sequence[Located]) -> list[Spot]:
    """The sentences that tell most of a player: those that begin with its name and hold a figure of
    it, then those that do one of both, then the others; each in order of place, each text once.
    """
    held = {(document_id, figure.sentence) for document_id, figure in figures}
    first: dict[str, Spot] = {}
    for spot in spots:
        if spot.sentence != spot.mention:
            text = store.document(spot.document_id).text[slice(*spot.sentence)]
            first.setdefault(" ".join(text.split()), spot)

    def rank(spot: Spot) -> int:
        begins = spot.mention[0] == spot.sentence[0]
        return -int(begins) - int((spot.document_id, spot.sentence) in held)

    return sorted(first.values(), key=rank)[:MOST_SENTENCES]


def _find_sentence(sentences: Sequence[Offsets], mention: Mention) -> Offsets:
    """The sentence that holds a mention, or the mention itself."""
    place = bisect_right(sentences, mention.start, key=lambda sentence: sentence[0]) - 1
    if place >= 0 and mention.end <= sentences[place][1]:
        return sentences[place]
    return mention.start, mention.end
