"""Evidence becomes a Draft; the kind of the question decides how.

To add a kind: its name in `records.QuestionKind`, at the end; its line in `KINDS` below; its words
in `api.wording`. A reader learns to recognise it from questions of this kind.
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

    `shown` is the kind in the answer; kinds of one `group` share the weights of the confidence;
    at least `passages` are read.
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
    """The kind by the reader, with two exceptions: a question of only players' names asks what is
    said about them, and one that a line of names or figures answers asks for those.
    """
    if not evidence.sentences or evidence.is_followup:
        return evidence.kind
    named = {term for subject in evidence.subjects for name in subject.names for term in name}
    if evidence.players and named.issuperset(evidence.terms.rarity):
        return "passage"
    kinds = evidence.kinds
    if kinds and is_listed(evidence):
        return max(LISTED_KINDS, key=lambda kind: kinds[kind])
    return evidence.kind


def compose(evidence: Evidence, kind: QuestionKind) -> Draft:
    """A draft for the kind; without entries if nothing was read."""
    return KINDS[kind].compose(evidence, kind) if evidence.sentences else Draft(kind, ())
