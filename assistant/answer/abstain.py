"""The reason for an abstention, and how near the documents come to an answer."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from assistant.answer.evidence import Evidence
from assistant.index.store import TermSearch
from assistant.players import find_misspelt
from assistant.records import Abstention, Hit, Mark, Player, Reason
from assistant.text import find_terms
from assistant.words import ENGLISH, Words, read_words

CLOSEST = 3  # passages shown
MARKED = 0.2  # evidence from which a sentence is marked
ALWAYS_MARKED = 3  # best sentences that are marked whatever their evidence
NEAR = 0.05  # evidence of the best sentence from which a guess is worth showing


def is_near(evidence: Evidence, confidence: float | None) -> bool:
    """Whether the best guess is worth showing."""
    if not evidence.sentences or evidence.terms.unknown == 1.0:
        return False
    if evidence.sentences[0].evidence is None:
        return bool(evidence.candidates) and evidence.candidates[0].span.score > 0
    return evidence.best_evidence >= NEAR or (confidence or 0.0) >= NEAR


def explain_abstention(
    evidence: Evidence,
    features: dict[str, float],
    *,
    shown: int,
    players: Sequence[Player],
    lexical: TermSearch,
) -> Abstention:
    """The reason for an abstention, in words; `shown` passages come with it."""
    closest = tuple(range(1, min(CLOSEST, shown) + 1))
    for word, player in find_misspelt(evidence.question, players):
        if not any(lexical.count_passages_with(find_terms(word))):
            return make_abstention(
                "other_player", "misspelt", closest, word=word, player=player.name
            )
    for subject in evidence.subjects:
        if not any(all(lexical.count_passages_with(name)) for name in subject.names):
            return make_abstention("no_evidence", "not_mentioned", closest, name=subject.words)
    if features.get("best_period", 0.0) < 0 and evidence.periods[0].start <= evidence.as_of:
        period = evidence.periods[0].words
        return make_abstention("other_period", "other_period", closest, period=period)
    # The passages that are shown, and that of the best guess.
    places = list(dict.fromkeys(sentence.place for sentence in evidence.sentences))[: len(closest)]
    places += [candidate.sentence.place for candidate in evidence.candidates[:1]]
    shown_terms = [one.passage_terms for one in evidence.sentences if one.place in places]
    for subject in evidence.subjects:
        if not any(map(subject.is_named, shown_terms)):
            return make_abstention("other_player", "not_named", closest, name=subject.words)
    if evidence.terms.rarity and evidence.terms.unknown == 1.0:
        return make_abstention("no_evidence", "no_words", closest)
    return make_abstention("low_confidence", "closest", closest)


def make_abstention(
    reason: Reason, code: str, closest: tuple[int, ...], **fields: str | int
) -> Abstention:
    """An abstention with the message of a code, in English."""
    message = fill_message(read_words(ENGLISH), code, fields)
    return Abstention(reason, message, closest, code, fields)


def fill_message(words: Words, code: str, fields: Mapping[str, str | int]) -> str:
    """The message of an abstention in the language of `words`; the field `language` is a tag."""
    named = {
        name: words.name_language(str(value)) if name == "language" else value
        for name, value in fields.items()
    }
    return words(f"message.{code}", **named)


def mark_sentences(evidence: Evidence, hits: Iterable[Hit]) -> tuple[tuple[Mark, ...], ...]:
    """The sentences of each hit that come near the question, in text order."""
    marks: dict[int, list[Mark]] = defaultdict(list)
    for rank, sentence in enumerate(evidence.sentences):
        probability = sentence.evidence or 0.0
        if rank < ALWAYS_MARKED or probability >= MARKED:
            marks[sentence.passage.number].append(Mark(*sentence.offsets, probability))
    return tuple(
        tuple(sorted(marks[hit.passage.number], key=lambda mark: mark.start)) for hit in hits
    )
