"""A text that a language model wrote becomes claims, each with the sentences it cites."""

import re
from dataclasses import dataclass

from assistant.text import find_sentences

_MARKER = re.compile(r"\s*\[(\d{1,4})\]")


@dataclass(frozen=True, slots=True)
class Claim:
    """A sentence without its markers, and the numbers that it cites, from 1; () if none."""

    text: str
    citations: tuple[int, ...]


def split_claims(text: str) -> list[Claim]:
    """The claims of a text, in order."""
    moved = re.sub(r"([.!?])((?:\s*\[\d{1,4}\])+)", r"\2\1", text)
    claims = []
    for start, end in find_sentences(moved, 0, len(moved)):
        said = moved[start:end]
        numbers = tuple(map(int, _MARKER.findall(said)))
        claims.append(Claim(_MARKER.sub("", said).strip(), numbers))
    return [claim for claim in claims if claim.text]
