"""A player in the documents: mentions, informative sentences, others named with it."""

from bisect import bisect_right
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from assistant.errors import PlayerUnknownError
from assistant.index.store import Store
from assistant.overview.choose import DocumentFigure, Filter, choose_figures
from assistant.players import find_owned
from assistant.records import Mention, Offsets, Player

MOST_SENTENCES = 10


class MentionInSentence(NamedTuple):
    """A mention with the sentence around it, or with itself if it is in no sentence."""

    document_id: str
    sentence: Offsets
    mention: Offsets


@dataclass(frozen=True, slots=True)
class PlayerMentions:
    """A player with its mentions in text order, and its most informative sentences, best first.

    `figures` include those of what it owns. `named_with` are the players in a sentence with it and
    the numbers of sentences, the most frequent first.
    """

    player: Player
    mentions: tuple[MentionInSentence, ...]
    informative: tuple[MentionInSentence, ...]
    figures: tuple[DocumentFigure, ...]
    named_with: tuple[tuple[str, int], ...]


def find_player_mentions(store: Store, player_id: str) -> PlayerMentions:
    """Raises PlayerUnknownError."""
    player = next((player for player in store.players if player.id == player_id), None)
    if player is None:
        raise PlayerUnknownError(f"no player {player_id[:200]!r}", hint="see the list of players")
    figures = choose_figures(store, Filter(player=player_id))
    found: list[MentionInSentence] = []
    named_with: Counter[str] = Counter()
    for document_id in dict.fromkeys(id for id, _ in store.mentions_of([player_id])):
        sentences = store.sentences_of(document_id)
        placed = [(m, _find_sentence(sentences, m)) for m in store.mentions(document_id)]
        here = {sentence for mention, sentence in placed if mention.player_id == player_id}
        found += [
            MentionInSentence(document_id, sentence, (mention.start, mention.end))
            for mention, sentence in placed
            if mention.player_id == player_id
        ]
        named = {(mention.player_id, sentence) for mention, sentence in placed if sentence in here}
        named_with.update(other for other, _ in named if other != player_id)
    return PlayerMentions(
        player,
        tuple(found),
        tuple(_choose_informative(store, found, figures)),
        tuple(figures),
        tuple(sorted(named_with.items(), key=lambda item: (-item[1], item[0]))),
    )


def list_owned(store: Store, player_id: str) -> list[Player]:
    """The players that a player owns, in the order of players."""
    owned = find_owned(store.players, player_id) - {player_id}
    return [player for player in store.players if player.id in owned]


def _choose_informative(
    store: Store, found: Sequence[MentionInSentence], figures: Sequence[DocumentFigure]
) -> list[MentionInSentence]:
    """Sentences that begin with a player's name and give a figure for it, then those that do one of
    the two, then the others; each in text order, each text once.
    """
    with_figure = {(document_id, figure.sentence) for document_id, figure in figures}
    first: dict[str, MentionInSentence] = {}
    for mention in found:
        if mention.sentence != mention.mention:
            text = store.document(mention.document_id).text[slice(*mention.sentence)]
            first.setdefault(" ".join(text.split()), mention)

    def rank(mention: MentionInSentence) -> int:
        begins = mention.mention[0] == mention.sentence[0]
        return -int(begins) - int((mention.document_id, mention.sentence) in with_figure)

    return sorted(first.values(), key=rank)[:MOST_SENTENCES]


def _find_sentence(sentences: Sequence[Offsets], mention: Mention) -> Offsets:
    """The sentence around a mention, or the mention itself."""
    place = bisect_right(sentences, mention.start, key=lambda sentence: sentence[0]) - 1
    if place >= 0 and mention.end <= sentences[place][1]:
        return sentences[place]
    return mention.start, mention.end
