"""Which claims of a text are kept, and whether they still give the answer."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from assistant.answer.writer.claims import Claim, split_claims
from assistant.answer.writer.support import find_fault
from assistant.records import Answer, Part
from assistant.text import find_sentences
from assistant.text.terms import UNSPACED

# A text of as many tokens as a model may write is shorter; a longer one would take long to check.
LONGEST_TEXT = 8000  # characters
MOST_CLAIMS = 40
LONGEST = 2  # times the characters of the sentences: claims that repeat each other are no answer
_SPACED = re.compile(rf"[^\W_{UNSPACED}]")  # a sign of a script with spaces between words


@dataclass(frozen=True, slots=True)
class Core:
    """What claims that cite one of `numbers` must say: `words` exactly, or else `sentence`, but for
    what can be left out of it.

    `citations` are those of the part of an answer that says it.
    """

    numbers: tuple[int, ...]
    citations: tuple[int, ...]
    words: str | None
    sentence: str


@dataclass(frozen=True, slots=True)
class Material:
    """What an answer says: the sentences that it cites, by number, and what each part says.

    A sentence that is cited twice has the number of its first citation.
    """

    sentences: Mapping[int, str]
    cores: tuple[Core, ...]

    @property
    def words(self) -> list[str]:
        """What is to be said exactly."""
        return [core.words for core in self.cores if core.words is not None]


def find_material(answer: Answer) -> Material:
    cited = sorted({number for part in answer.parts for number in part.citations})
    first: dict[tuple[str, int, int], int] = {}
    same: dict[int, int] = {}
    for number in cited:
        one = answer.citations[number - 1]
        same[number] = first.setdefault((one.document.id, one.start, one.end), number)
    sentences = {number: answer.citations[number - 1].quote for number in first.values()}
    cores = []
    for part in answer.parts:
        is_marked = any(answer.citations[n - 1].marked is not None for n in part.citations)
        numbers = tuple(same[number] for number in part.citations)
        cores.append(Core(numbers, part.citations, part.text if is_marked else None, part.text))
    return Material(sentences, tuple(cores))


def keep_claims(text: str, material: Material, *, confidence: float | None) -> tuple[Part, ...]:
    """The claims of a text that the sentences support; () unless they say all that the cores do, or
    if they are the answer as it was.
    """
    sentences = material.sentences
    numbered = [sentences.get(number, "") for number in range(1, max(sentences) + 1)]
    kept: dict[str, Claim] = {}
    for claim in _split(text):
        supported = _find_supported(claim, numbered, sentences)
        if supported is not None:
            kept.setdefault(supported.text, supported)
    claims = list(kept.values())
    if sum(map(len, kept)) > LONGEST * sum(map(len, sentences.values())):
        return ()
    unchanged = [" ".join(core.sentence.split()) for core in material.cores]
    if [*kept] == unchanged or not all(_says(claims, core) for core in material.cores):
        return ()
    return tuple(
        Part(claim.text, tuple(_list_citations(claim, material.cores)), None, confidence)
        for claim in claims
    )


def _split(text: str) -> list[Claim]:
    """The claims of a text; none of one that would take long to check."""
    claims = split_claims(text) if len(text) <= LONGEST_TEXT else []
    return claims if len(claims) <= MOST_CLAIMS else []


def _list_citations(claim: Claim, cores: Sequence[Core]) -> Iterator[int]:
    """The citations of a claim: of a sentence that has several, those of the words that it says."""
    for number in claim.citations:
        said = [
            citation
            for core in cores
            if number in core.numbers and core.words and _holds_exactly(claim.text, core.words)
            for citation in core.citations
        ]
        yield from said or [number]


def _find_supported(
    claim: Claim, numbered: Sequence[str], sentences: Mapping[int, str]
) -> Claim | None:
    """A claim on one line with those of its citations that support it; None if one does not exist
    or none supports it.
    """
    claim = replace(claim, text=" ".join(claim.text.split()))
    if not sentences.keys() >= set(claim.citations) or find_fault(claim, numbered) is not None:
        return None
    alone = tuple(
        number
        for number in dict.fromkeys(claim.citations)
        if find_fault(replace(claim, citations=(number,)), numbered) is None
    )
    return replace(claim, citations=alone) if alone else None


def _says(claims: Sequence[Claim], core: Core) -> bool:
    """Whether claims that cite what a part cites say its words, or else each of its sentences."""
    cited = [claim.text for claim in claims if set(claim.citations) & set(core.numbers)]
    if core.words is not None:
        return any(_holds_exactly(text, core.words) for text in cited)
    places = find_sentences(core.sentence, 0, len(core.sentence))
    return all(
        any(find_fault(Claim(text, (1,)), [core.sentence[start:end]]) is None for text in cited)
        for start, end in places
    )


def _holds_exactly(text: str, words: str) -> bool:
    """Whether a text has some words as they are, but for a capital at the start of a sentence.

    >>> _holds_exactly("It costs 19 yuan.", "9 yuan"), _holds_exactly("It costs 9 yuan.", "9 yuan")
    (False, True)
    """
    words = " ".join(words.split())
    capital = words[:1].upper() + words[1:]
    return any(
        not _goes_on(text, match.start(), match.end())
        for form in {words, capital}
        for match in re.finditer(re.escape(form), text)
    )


def _goes_on(text: str, start: int, end: int) -> bool:
    """Whether the word or number at either end of a place goes on outside it."""
    before, after = text[:start], text[end:]
    return (
        _is_one_word(before[-1:], text[start])
        or _is_one_word(text[end - 1], after[:1])
        or (text[start].isdigit() and re.search(r"\d[.,:]\Z", before) is not None)
        or (text[end - 1].isdigit() and re.match(r"[.,:]\d", after) is not None)
    )


def _is_one_word(left: str, right: str) -> bool:
    """Whether two neighbours are of one word; "" has none."""
    return bool(_SPACED.match(left) and _SPACED.match(right))
