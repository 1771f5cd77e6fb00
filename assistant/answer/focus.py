"""Of lines that repeat each other, the one that a question names is read by itself.

"Station Alba. The battery holds 11 volts." and then the same about Brim: next to each other, such
lines mislead a reader, which recognises the words and overlooks the name.
"""

from collections.abc import Sequence
from dataclasses import replace

from assistant.answer.question import QuestionTerms, Terms
from assistant.answer.ranking import TermsOf
from assistant.records import Passage, Reading

SIMILAR = 0.6  # share of common terms from which one sentence repeats another
LEAST_TERMS = 3  # in a sentence that can repeat another


def find_named_line(passage: Passage, terms: QuestionTerms, terms_of: TermsOf) -> Passage | None:
    """The line of a passage that the question names, if other lines repeat it.

    None if no line has more of the question's terms than all others.
    """
    title_terms, by_sentence = terms_of(passage)
    lines = _list_lines(passage)
    if not _repeats(lines, by_sentence):
        return None
    shares = [
        terms.share_covered_by(title_terms.union(*(by_sentence[n] for n in line))) for line in lines
    ]
    if shares.count(max(shares)) > 1:
        return None
    sentences = tuple(passage.sentences[n] for n in lines[shares.index(max(shares))])
    return replace(passage, start=sentences[0][0], end=sentences[-1][1], sentences=sentences)


def extend_to_passage(line: Reading, passage: Passage) -> Reading:
    """The reading of a line as that of its passage, with evidence 0 for the other sentences."""
    if line.evidence is None:
        return replace(line, passage=passage)
    by_sentence = dict(zip(line.passage.sentences, line.evidence, strict=True))
    evidence = tuple(by_sentence.get(sentence, 0.0) for sentence in passage.sentences)
    return replace(line, passage=passage, evidence=evidence)


def _list_lines(passage: Passage) -> list[list[int]]:
    """The numbers of the sentences of each line, in order."""
    lines: list[list[int]] = []
    end = None
    for number, sentence in enumerate(passage.sentences):
        if end is None or "\n" in passage.document.text[end : sentence[0]]:
            lines.append([])
        lines[-1].append(number)
        end = sentence[1]
    return lines


def _repeats(lines: Sequence[Sequence[int]], by_sentence: Sequence[Terms]) -> bool:
    """Whether sentences of two lines share most of their terms."""
    seen: list[Terms] = []
    for line in lines:
        here = [by_sentence[n] for n in line if len(by_sentence[n]) >= LEAST_TERMS]
        if any(len(a & b) >= SIMILAR * len(a | b) for a in here for b in seen):
            return True
        seen += here
    return False
