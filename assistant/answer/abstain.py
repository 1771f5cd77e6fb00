"""Why there is no answer, and how near the documents come to one."""

from collections.abc import Iterable, Sequence
from datetime import date

from assistant.answer.evidence import Evidence
from assistant.index.lexical import Lexical
from assistant.players import find_misspelt
from assistant.records import Abstention, Hit, Mark, Player
from assistant.text import find_terms

CLOSEST = 3  # passages shown
MARKED = 0.2  # evidence from which a sentence is marked
ALWAYS_MARKED = 3  # the best sentences of all are, whatever their evidence
NEAR = 0.05  # evidence of the best sentence from which something is near
LANGUAGE = Abstention(
    "language",
    "The question is in a script that this index's embedder does not know. Ask in the language of "
    "the documents, or build the index with a multilingual embedder.",
    (),
)


def is_near(evidence: Evidence, confidence: float | None) -> bool:
    """Whether something comes near the question, so that a guess is worth showing."""
    if not evidence.sentences or evidence.terms.unknown == 1.0:
        return False
    likely = evidence.sentences[0].evidence
    if likely is None:
        return bool(evidence.candidates) and evidence.candidates[0].span.score > 0
    return likely >= NEAR or (confidence or 0.0) >= NEAR


def explain_abstention(
    evidence: Evidence,
    features: dict[str, float],
    *,
    shown: int,
    as_of: date,
    players: Sequence[Player],
    lexical: Lexical,
) -> Abstention:
    """The reason of an abstention, in words; `shown` passages come with it."""
    closest = tuple(range(1, min(CLOSEST, shown) + 1))
    for word, player in find_misspelt(evidence.question, players):
        if not any(lexical.count_passages_with(find_terms(word))):
            message = f"The documents do not mention {word}. Did you mean {player.name}?"
            return Abstention("other_player", message, closest)
    for subject in evidence.subjects:
        if not any(all(lexical.count_passages_with(name)) for name in subject.names):
            message = f"The documents do not mention {subject.words}."
            return Abstention("no_evidence", message, closest)
    if features.get("best_period", 0.0) < 0 and evidence.periods[0].start <= as_of:
        asked = evidence.periods[0].words
        message = f"What comes closest is not of {asked}."
        return Abstention("other_period", message, closest)
    missing = _find_missing(evidence)
    if missing:
        message = f"What comes closest does not name {missing[0]}."
        return Abstention("other_player", message, closest)
    if evidence.terms.rarity and evidence.terms.unknown == 1.0:
        return Abstention(
            "no_evidence", "The documents hold none of the question’s words.", closest
        )
    return Abstention("low_confidence", "These passages come closest.", closest)


def mark(evidence: Evidence, hits: Iterable[Hit]) -> tuple[tuple[Mark, ...], ...]:
    """The sentences of each hit that come near the question, in order of place."""
    best = {id(sentence) for sentence in evidence.sentences[:ALWAYS_MARKED]}
    by_passage: dict[int, list[Mark]] = {}
    for sentence in evidence.sentences:
        likely = sentence.evidence
        if id(sentence) in best or (likely is not None and likely >= MARKED):
            found = Mark(sentence.start, sentence.end, likely if likely is not None else 0.0)
            by_passage.setdefault(sentence.passage.number, []).append(found)
    return tuple(
        tuple(sorted(by_passage.get(hit.passage.number, ()), key=lambda one: one.start))
        for hit in hits
    )


def _find_missing(evidence: Evidence) -> list[str]:
    """The names in a question that do not stand near the best sentence."""
    near = evidence.sentences[0].near
    return [one.words for one in evidence.subjects if not one.is_named(near)]
