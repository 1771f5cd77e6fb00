"""The sentences around mentions of players, and what they say."""

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from assistant.index.catalog import Catalog
from assistant.records import Mention, Offsets

_IS = re.compile(
    r"\s(?:\([^()]{1,60}\)\s)?(?:(?:is|was|are|were)\s(?:an?|the|one|among)\s"
    r"|(?:makes?|builds?|produces?|sells?|develops?|designs?|manufactures?|offers?|operates?"
    r"|provides?|runs?|publishes|supplies|leads?|heads?|speciali[sz]es|employs?|serves?)\s)"
    r"|,\s(?:an?|the|its|formerly)\s",
)
_IN_PARENTHESES = re.compile(r"\s\((?:an?|the|[A-Z]\w*['’]s)\s[^()]{3,80}\)")
_OPENING = re.compile(r"[^,;]{1,60},\s(?:the\s)?")
_VERB_AFTER = re.compile(r"\s(?!and\b|or\b)[a-z]+")
_COMPARES = re.compile(
    r"\b(?:than|compar\w+|unlike|like|whereas|while|rival\w*|compet\w+|versus|vs|both|against"
    r"|exceed\w*|difference|ahead|behind|instead)\b",
    re.IGNORECASE,
)
_LONGEST = 400  # characters of an example


class MentionInSentence(NamedTuple):
    """A mention with the sentence around it, or with itself if it is in no sentence."""

    document_id: str
    sentence: Offsets
    mention: Offsets

    def read(self, catalog: Catalog) -> str:
        """The words of the sentence."""
        return catalog.document(self.document_id).text[slice(*self.sentence)]


def find_mentioning(catalog: Catalog, document_id: str) -> Iterator[tuple[str, MentionInSentence]]:
    """Every mention in a document with its player's id, in text order."""
    mentions = catalog.mentions(document_id)
    sentences = catalog.sentences_of(document_id) if mentions else []
    for mention in mentions:
        sentence = _find_sentence(sentences, mention)
        place = MentionInSentence(document_id, sentence, (mention.start, mention.end))
        yield mention.player_id, place


def is_definition(catalog: Catalog, mention: MentionInSentence) -> bool:
    """Whether a sentence says what the player is or does: "X makes glasses", "X, the CEO of Y"."""
    text, start = mention.read(catalog), mention.sentence[0]
    end = mention.mention[1] - start
    begins = text[: mention.mention[0] - start].strip(' "“').lower() in ("", "the")
    return bool((begins and _IS.match(text, end)) or _IN_PARENTHESES.match(text, end))


def measure_subject(catalog: Catalog, mention: MentionInSentence) -> int:
    """2 for a sentence that begins with the player, 1 for one with it as subject after an opening:
    "In May, X grew"; 0 for others.
    """
    if mention.mention[0] == mention.sentence[0]:
        return 2
    text, start = mention.read(catalog), mention.sentence[0]
    opened = _OPENING.fullmatch(text, 0, mention.mention[0] - start)
    return int(
        opened is not None and _VERB_AFTER.match(text, mention.mention[1] - start) is not None
    )


def rank_comparing(catalog: Catalog, mention: MentionInSentence) -> tuple[bool, bool]:
    """The rank of a sentence as an example of a comparison, the lowest for the best."""
    text = mention.read(catalog)
    return _COMPARES.search(text) is None, len(text) > _LONGEST


def _find_sentence(sentences: Sequence[Offsets], mention: Mention) -> Offsets:
    """The sentence around a mention, or the mention itself."""
    place = bisect_right(sentences, mention.start, key=lambda sentence: sentence[0]) - 1
    if place >= 0 and mention.end <= sentences[place][1]:
        return sentences[place]
    return mention.start, mention.end
