"""Of sentences that repeat each other, the one of the record that a question names is read alone.

"Station Alba. The battery holds 11 volts." and then the same about Brim: next to each other, such
records mislead a reader, which recognises the words and overlooks the name. A record is not marked
as such; but between a sentence and the one before it that says the same of something else stands
the name of its own.
"""

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from assistant.answer.question import QuestionTerms, Terms
from assistant.answer.ranking import TermsOf
from assistant.records import Passage, Reading

SIMILAR = 0.6  # share of common terms from which one sentence repeats another
LEAST_TERMS = 3  # in a sentence that can repeat another


def find_named_record(
    passage: Passage, number: int, terms: QuestionTerms, terms_of: TermsOf
) -> Passage | None:
    """Of the sentences of a passage that repeat one, by its number, that with the most of the
    question's terms, with the sentences since the one before that repeats it.

    None if there is no repetition, or no sentence has more of the terms than all others.
    """
    title_terms, by_sentence = terms_of(passage)
    repeating = _find_repeating(number, by_sentence)
    if len(repeating) < 2:
        return None
    records = [range(before + 1, last + 1) for before, last in pairwise([-1, *repeating])]
    shares = [
        terms.share_covered_by(title_terms.union(*(by_sentence[n] for n in record)))
        for record in records
    ]
    if shares.count(max(shares)) > 1:
        return None
    record = records[shares.index(max(shares))]
    sentences = tuple(passage.sentences[n] for n in record)
    return replace(passage, start=sentences[0][0], end=sentences[-1][1], sentences=sentences)


def extend_to_passage(record: Reading, passage: Passage) -> Reading:
    """The reading of a record as that of its passage, with evidence 0 for the other sentences."""
    if record.evidence is None:
        return replace(record, passage=passage)
    by_sentence = dict(zip(record.passage.sentences, record.evidence, strict=True))
    evidence = tuple(by_sentence.get(sentence, 0.0) for sentence in passage.sentences)
    return replace(record, passage=passage, evidence=evidence)


def _find_repeating(number: int, by_sentence: Sequence[Terms]) -> list[int]:
    """The numbers of the sentences that share most of their terms with one, and of that one."""
    words = by_sentence[number]
    if len(words) < LEAST_TERMS:
        return []
    return [
        place
        for place, other in enumerate(by_sentence)
        if len(words & other) >= SIMILAR * len(words | other)
    ]
