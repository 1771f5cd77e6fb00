"""Which passages a question's figures are looked for in."""

from collections.abc import Sequence
from dataclasses import dataclass

from assistant.index.generation import Generation
from assistant.intent import Intent
from assistant.retrieve import retrieve
from assistant.survey.about import About

NEAREST = 50  # passages that are looked at where a question does not say whose figures it wants
MOST = 2000  # passages of the documents that name a player, all of which are looked at


@dataclass(frozen=True, slots=True)
class Scope:
    """The numbers of some passages, in order; `exhaustive` where no other can hold an answer."""

    passages: Sequence[int]
    exhaustive: bool

    @property
    def method(self) -> str:
        return "figure table" if self.exhaustive else "figures of the nearest passages"


def find_scope(intent: Intent, generation: Generation, about: About) -> Scope:
    """All passages of a small index; else those of the documents that name whom a question names;
    else the nearest ones: words alone fit too many figures of many documents.
    """
    total = generation.manifest.passages
    if total <= NEAREST:
        return Scope(range(total), exhaustive=True)
    if intent.players:
        families = {own_id for player in intent.players for own_id in about.family(player.id)}
        documents = {own_id for own_id, _ in generation.store.mentions_of(families)}
        passages = generation.store.passages_of(documents)
        if len(passages) <= MOST:
            return Scope(passages, exhaustive=True)
    hits = retrieve(intent.question, generation, k=NEAREST)
    return Scope(sorted(hit.passage.number for hit in hits), exhaustive=False)
