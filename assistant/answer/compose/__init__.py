"""Evidence becomes a Draft: the kind of a question decides how.

To add a kind: its name in `records.QUESTION_KINDS`, at the end; its line in `KINDS` below; its
name in question sets in `evaluate.handwritten`, from which a reader learns to see it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from assistant.answer.compose.cells import compose_cells
from assistant.answer.compose.draft import Draft, compose_passage, compose_span
from assistant.answer.compose.lists import LISTED_KINDS, compose_count, compose_list, is_listed
from assistant.answer.evidence import Evidence
from assistant.records import Kind, QuestionKind

__all__ = ["KINDS", "Draft", "compose", "find_kind"]


@dataclass(frozen=True, slots=True)
class Recipe:
    """How questions of a kind are answered.

    `shown` is the kind that an answer states, `group` those of which the confidence shares its
    weights, `passages` how many are read at least.
    """

    compose: Callable[[Evidence, QuestionKind], Draft]
    shown: Kind
    group: str
    passages: int = 0


KINDS: Mapping[QuestionKind, Recipe] = {
    "fact": Recipe(compose_span, "span", "span"),
    "count": Recipe(compose_count, "count", "span"),
    "top": Recipe(compose_span, "span", "span"),
    "passage": Recipe(compose_passage, "passage", "passage"),
    "yesno": Recipe(compose_passage, "passage", "yesno"),
    "list": Recipe(compose_list, "list", "list", passages=40),
    "compare": Recipe(compose_cells, "comparison", "cells"),
    "two": Recipe(compose_cells, "comparison", "cells"),
    "trend": Recipe(compose_cells, "trend", "cells", passages=24),
}


def find_kind(evidence: Evidence) -> QuestionKind:
    """The kind that the reader sees. A question of players' names alone asks for what is said of
    them; one that a line of names or figures answers asks for these.
    """
    if not evidence.sentences:
        return evidence.kind
    held = {term for subject in evidence.subjects for name in subject.names for term in name}
    if evidence.players and held.issuperset(evidence.terms.rarity):
        return "passage"
    kinds = evidence.kinds
    if kinds and is_listed(evidence):
        return max(LISTED_KINDS, key=lambda kind: kinds[kind])
    return evidence.kind


def compose(evidence: Evidence, kind: QuestionKind) -> Draft:
    """The answer of a kind; without entries where nothing was read that has words."""
    return KINDS[kind].compose(evidence, kind) if evidence.sentences else Draft(kind, ())
