"""How many planted errors pass the check of what a language model wrote, and two simpler checks.

    python -m tests.benchmarks.planted [--show]

`tests/data/planted_claims.jsonl` has sets of sentences that say something else than the sentences
they cite, and of sentences that say the same. All are written by hand. A check was improved with
the first set, of 400 errors of eight types about the article and development documents; the second,
of 200 about encyclopedia paragraphs, was written after that and used only to measure. The third, of
125 about invented sentences, was written by somebody else to get past that check: 80 did, and it
was made stricter. `--show` prints the errors that pass and the faithful claims that are removed.
"""

import argparse
import json
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from assistant.answer.writer.claims import Claim
from assistant.answer.writer.support import find_fault, find_words
from assistant.questions.handwritten import (
    QUESTIONS_FOLDER,
    read_set_documents,
    read_set_paragraphs,
)
from assistant.text import STOP_WORDS, find_terms

ROOT = Path(__file__).parents[2]
ARTICLE = "ai-glasses-hundred-mirror-battle.txt"
PLANTED = ROOT / "tests" / "data" / "planted_claims.jsonl"
SETS = ("developed", "held", "attacked")
FAITHFUL = "faithful"
_COMMON = frozenset("a an the is are was were be been being am".split())

_NEGATIVE = frozenset(
    "not no never none nobody nothing neither nor without hardly barely scarcely rarely seldom few "
    "little only all every each any some most many several almost nearly about around roughly "
    "approximately least up may might can could should would will must shall if unless".split()
)
# With these, something holds only sometimes.
_CONDITIONS = frozenset(
    "if unless only except excluding exclude provided providing assuming assume depending depend "
    "until till otherwise whether subject pending barring supposing lest once without instead "
    "rather failing given regardless contrary".split()
)
# The beginnings of words that make something another's statement, a plan, or an error.
_SPEECH = tuple(
    "accord accus admit alleg announc argu assert assum believ claim concede conced confirm "
    "consider contend den disput doubt estimat expect fear forecast guess hope imagin impl insist "
    "judg maintain plan predict pretend project promis propos purport quot reckon refus reject "
    "report rumo say said speculat suggest suppos suspect tell thought think told view warn "
    "wrong false untrue fake mistak incorrect hypothe fict myth hoax retract revers cancel".split()
)


@dataclass(frozen=True, slots=True)
class PlantedClaim:
    """A claim about sentences of a document; `type` is its error, or "faithful"."""

    set: Literal["developed", "held", "attacked"]
    type: str
    claim: Claim
    sentences: tuple[str, ...]


def read_planted() -> Iterator[PlantedClaim]:
    """The planted claims, their sentences read from the documents."""
    texts = {document.id: document.text for document in read_set_documents(QUESTIONS_FOLDER)}
    texts |= {paragraph.id: paragraph.text for paragraph in read_set_paragraphs(QUESTIONS_FOLDER)}
    texts[ARTICLE] = (ROOT / "corpus" / ARTICLE).read_text(encoding="utf-8")
    for line in PLANTED.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        sentences = tuple(place["text"] for place in row["sentences"])
        for place in row["sentences"]:
            if place["document"] is not None:
                text = texts[place["document"]]
                assert text[place["start"] : place["end"]] == place["text"]
        numbers = tuple(range(1, len(sentences) + 1))
        yield PlantedClaim(row["set"], row["type"], Claim(row["claim"], numbers), sentences)


def has_words(claim: Claim, sentences: Sequence[str]) -> bool:
    """Whether every word but the commonest occurs in a sentence, in any inflection."""
    terms = {term for sentence in sentences for term in find_terms(sentence)}
    common = {term for word in STOP_WORDS for term in find_terms(word)}
    return set(find_terms(claim.text)) - common <= terms


def has_order(claim: Claim, sentences: Sequence[str]) -> bool:
    """Whether one sentence has the words in the same order, each number with the word after it,
    and no negation, hedge or condition that the claim leaves out.
    """
    said = _find_words(claim.text)
    for sentence in sentences:
        words = _find_words(sentence)
        places = _align(said, words)
        if places is None:
            continue
        units_kept = all(
            places[at + 1] == place + 1
            for at, place in enumerate(places[:-1])
            if words[place][0].isdigit()
        )
        left_out = [word for at, word in enumerate(words) if at not in places]
        qualified = any(
            word in _NEGATIVE | _CONDITIONS or word.startswith(_SPEECH) for word in left_out
        )
        if units_kept and not qualified:
            return True
    return False


def _find_words(sentence: str) -> list[str]:
    """The words and numbers of a sentence in lower case, without articles and forms of "to be"."""
    return [word for word in find_words(sentence) if word[0].isalnum() and word not in _COMMON]


def _align(said: Sequence[str], keys: Sequence[str]) -> list[int] | None:
    """Where words occur, each after the one before; None if they do not."""
    places: list[int] = []
    for key in said:
        start = places[-1] + 1 if places else 0
        if key not in keys[start:]:
            return None
        places.append(keys.index(key, start))
    return places


CHECKS: dict[str, Callable[[Claim, Sequence[str]], bool]] = {
    "words": has_words,
    "order": has_order,
    "shipped": lambda claim, sentences: find_fault(claim, sentences) is None,
}


def count_passes(name: str) -> dict[str, dict[str, int]]:
    """How many claims of each type of a set pass each check."""
    passes: dict[str, Counter[str]] = {}
    for planted in read_planted():
        if planted.set == name:
            row = passes.setdefault(planted.type, Counter())
            row["claims"] += 1
            for check, supports in CHECKS.items():
                row[check] += supports(planted.claim, planted.sentences)
    return {kind: dict(row) for kind, row in passes.items()}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--show", choices=SETS)
    arguments = parser.parse_args()
    for name in SETS:
        print(f"\n| {name} | claims | words | order | shipped |\n|---|---|---|---|---|")
        for kind, row in count_passes(name).items():
            print("|", " | ".join([kind, *map(str, row.values())]), "|")
    for planted in read_planted():
        fault = find_fault(planted.claim, planted.sentences)
        passes_wrongly = (fault is None) != (planted.type == FAITHFUL)
        if planted.set == arguments.show and passes_wrongly:
            print(
                f"\n{planted.type}: {fault}: {planted.claim.text}", *planted.sentences, sep="\n  "
            )


if __name__ == "__main__":
    main()
