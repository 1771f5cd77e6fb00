"""Records that repeat each other: the one that a question names is read by itself.

"Station Alba. The battery holds 11 volts." and the same of Brim, line after line: next to each
other they mislead a reader that knows the words and forgets the name.
"""

from collections.abc import Iterator, Sequence

from assistant.answer.evidence import Terms, TermsOf
from assistant.answer.question import QuestionTerms
from assistant.records import Passage, Reading

ALIKE = 0.6  # share of the terms of two sentences that both have, from which one repeats the other
LEAST_TERMS = 3  # of a sentence that can repeat another


def find_record(passage: Passage, terms: QuestionTerms, terms_of: TermsOf) -> Passage | None:
    """The lines of a passage that the question names, where other lines repeat them.

    None where nothing is repeated, or no record is nearer to the question than all others.
    """
    above, by_sentence = terms_of(passage)
    lines = list(_find_lines(passage))
    if not _repeats(lines, by_sentence):
        return None
    shares = [terms.share(above.union(*(by_sentence[n] for n in line))) for line in lines]
    best = max(range(len(lines)), key=lambda place: shares[place])
    if sorted(shares)[-2] >= shares[best]:
        return None
    sentences = tuple(passage.sentences[n] for n in lines[best])
    return Passage(
        passage.document,
        passage.number,
        sentences[0][0],
        sentences[-1][1],
        passage.heading,
        sentences,
    )


def place_record(record: Reading, passage: Passage) -> Reading:
    """The reading of a record as that of its whole passage: its other sentences say nothing."""
    evidence = None
    if record.evidence is not None:
        likely = dict(zip(record.passage.sentences, record.evidence, strict=True))
        evidence = tuple(likely.get(sentence, 0.0) for sentence in passage.sentences)
    spans = record.spans
    return Reading(passage, spans, record.items, evidence, record.kind, record.verdict)


def _find_lines(passage: Passage) -> Iterator[list[int]]:
    """The numbers of the sentences of each line, in order."""
    text, line = passage.document.text, [0] if passage.sentences else []
    for number in range(1, len(passage.sentences)):
        if "\n" in text[passage.sentences[number - 1][1] : passage.sentences[number][0]]:
            yield line
            line = []
        line.append(number)
    if line:
        yield line


def _repeats(lines: Sequence[Sequence[int]], by_sentence: Sequence[Terms]) -> bool:
    """Whether a sentence of one line says nearly what a sentence of another line says."""
    seen: list[Terms] = []
    for line in lines:
        own = [by_sentence[n] for n in line if len(by_sentence[n]) >= LEAST_TERMS]
        for held in own:
            if any(len(held & other) >= ALIKE * len(held | other) for other in seen):
                return True
        seen += own
    return False
