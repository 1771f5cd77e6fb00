"""Whose a figure is: the player it belongs to, by the mentions in and before its sentence."""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence

from assistant.figures.sources import Voice
from assistant.records import Document, Mention, Offsets, Player

# A player behind these words is where, with or against whom, not whose.
_ASIDE_BEFORE = re.compile(
    r"\b(?:on|at|via|through|with|to|like|than|as|by|against|from|in|into|under|over|including"
    r"|versus)\s(?:the\s|an?\s)?[\"“]?(?:[\w-]+\s(?:\+|&|and|or)\s)?$",
    re.IGNORECASE,
)
# "the $299 of Ray-Ban Meta", "a 4-hour battery life of Ray-Ban Meta"
_OF_BEHIND = re.compile(r"(?:\s[\w’'-]+(?:\s-\s\w+)*){0,3}?\s(?:of|for)\s(?:the\s)?", re.IGNORECASE)
# What is said of a whole market is nobody's.
_MARKET = re.compile(
    r"\b(?:markets?|industry|industries|global|globally|worldwide|domestic|economy|sector"
    r"|nationwide|players|manufacturers)\b",
    re.IGNORECASE,
)
# A clause that speaks of something named before it.
_DEFINITE = re.compile(r"\b(?:the|this|these|that|those|it|its|they|their|he|she|his|her)\b", re.I)
_ITS = re.compile(r"\b(?:it|its|they|their|we|our)\b", re.IGNORECASE)
_LOOK_BACK = 32  # characters


class Owners:
    """Finds whose the figures of one document are."""

    def __init__(
        self, document: Document, mentions: Sequence[Mention], players: Mapping[str, Player]
    ) -> None:
        self._document = document
        self._players = players
        self._mentions = sorted(mentions, key=lambda mention: mention.start)
        self._starts = [mention.start for mention in self._mentions]

    def find(
        self, amount: Offsets, sentence: Offsets, clause: Offsets, voice: Voice | None
    ) -> str | None:
        """The id of the player that a figure belongs to; None for a market, or nobody named.

        All offsets are in the document.
        """
        inside = self._between(*sentence)
        said = [m for m in inside if voice and voice.start <= m.start < voice.end]
        free = [mention for mention in inside if mention not in said]
        behind = self._find_behind(amount[1], free)
        if behind:
            return behind
        strong = [m for m in free if m.end <= amount[0] and self._is_strong(m)]
        near = [mention for mention in strong if mention.start >= clause[0]]
        if near:
            return near[-1].player_id
        if _MARKET.search(self._document.text, clause[0], amount[0]):
            return None
        if strong:
            return strong[-1].player_id
        return self._find_speaker(amount[0], said, voice) or self._find_topic(sentence, clause)

    def _between(self, start: int, end: int) -> list[Mention]:
        return self._mentions[bisect_left(self._starts, start) : bisect_left(self._starts, end)]

    def _is_strong(self, mention: Mention) -> bool:
        before = self._document.text[max(0, mention.start - _LOOK_BACK) : mention.start]
        return not _ASIDE_BEFORE.search(before)

    def _find_behind(self, place: int, mentions: Sequence[Mention]) -> str | None:
        """The player that the words right behind an amount give it to."""
        for mention in mentions:
            if mention.start >= place:
                between = self._document.text[place : mention.start]
                return mention.player_id if _OF_BEHIND.fullmatch(between) else None
        return None

    def _find_speaker(self, place: int, said: Sequence[Mention], voice: Voice | None) -> str | None:
        """Who speaks of himself, "Rokid claimed that its target is"; of a person, the company."""
        if not said or voice is None or not voice.speaks:
            return None
        if not _ITS.search(self._document.text, voice.end, place):
            return None
        player = self._players.get(said[-1].player_id)
        return player.owner if player and player.kind == "person" else said[-1].player_id

    def _find_topic(self, sentence: Offsets, clause: Offsets) -> str | None:
        """The one player that the heading names, else the last one of the same paragraph."""
        if not _DEFINITE.search(self._document.text, *clause):
            return None
        headings = self._document.headings
        number = bisect_right(headings, sentence[0], key=lambda heading: heading.start)
        start = 0
        if number:
            above = headings[number - 1]
            start = above.end
            named = {mention.player_id for mention in self._between(above.start, above.end)}
            if len(named) == 1:
                return named.pop()
        breaks = (self._document.text.rfind(line, 0, sentence[0]) for line in ("\n\n", "\n\r\n"))
        start = max(start, *breaks)
        strong = [m for m in self._between(start, sentence[0]) if self._is_strong(m)]
        return strong[-1].player_id if strong else None
