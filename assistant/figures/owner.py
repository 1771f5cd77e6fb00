"""Finds the player that a figure belongs to, by the mentions in and before its sentence."""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence

from assistant.figures.context import Source
from assistant.records import Document, Mention, Offsets, Player

# A player after these words is not the owner.
_ASIDE_BEFORE = re.compile(
    r"\b(?:on|at|via|through|with|to|like|than|as|by|against|from|in|into|under|over|including"
    r"|versus)\s(?:the\s|an?\s)?[\"“]?(?:[\w-]+\s(?:\+|&|and|or)\s)?$",
    re.IGNORECASE,
)
# "the $299 of Ray-Ban Meta", "a 4-hour battery life of Ray-Ban Meta"
_OF_AFTER = re.compile(r"(?:\s[\w’'-]+(?:\s-\s\w+)*){0,3}?\s(?:of|for)\s(?:the\s)?", re.IGNORECASE)
# A figure of a whole market has no owner.
_MARKET = re.compile(
    r"\b(?:markets?|industry|industries|global|globally|worldwide|domestic|economy|sector"
    r"|nationwide|players|manufacturers)\b",
    re.IGNORECASE,
)
# A clause about something mentioned before.
_DEFINITE = re.compile(r"\b(?:the|this|these|that|those|it|its|they|their|he|she|his|her)\b", re.I)
_ITS = re.compile(r"\b(?:it|its|they|their|we|our)\b", re.IGNORECASE)
_LOOK_BACK = 32  # characters


class Owners:
    """The possible owners of the figures of one document."""

    def __init__(
        self, document: Document, mentions: Sequence[Mention], players: Mapping[str, Player]
    ) -> None:
        self._document = document
        self._players = players
        self._mentions = sorted(mentions, key=lambda mention: mention.start)

    def find(
        self, amount: Offsets, sentence: Offsets, clause: Offsets, source: Source | None
    ) -> str | None:
        """The id of the owner of an amount; None for a market or an unnamed owner.

        All offsets are in the document.
        """
        text = self._document.text
        inside = self._between(*sentence)
        sources = [m for m in inside if source and source.start <= m.start < source.end]
        candidates = [mention for mention in inside if mention not in sources]
        after = next((m for m in candidates if m.start >= amount[1]), None)
        if after and _OF_AFTER.fullmatch(text, amount[1], after.start):
            return after.player_id
        before = [m for m in candidates if m.end <= amount[0] and self._may_own(m)]
        if before and before[-1].start >= clause[0]:
            return before[-1].player_id
        if _MARKET.search(text, clause[0], amount[0]):
            return None
        if before:
            return before[-1].player_id
        if sources and source and source.speaks and _ITS.search(text, source.end, amount[0]):
            # "Rokid claimed that its target is"; of a person, the company
            player = self._players.get(sources[-1].player_id)
            return player.owner if player and player.kind == "person" else sources[-1].player_id
        return self._find_topic(sentence, clause)

    def _between(self, start: int, end: int) -> Sequence[Mention]:
        first, last = (
            bisect_left(self._mentions, at, key=lambda m: m.start) for at in (start, end)
        )
        return self._mentions[first:last]

    def _may_own(self, mention: Mention) -> bool:
        start = max(0, mention.start - _LOOK_BACK)
        return not _ASIDE_BEFORE.search(self._document.text, start, mention.start)

    def _find_topic(self, sentence: Offsets, clause: Offsets) -> str | None:
        """The only player in the heading, else the last one before in the same paragraph."""
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
        before = self._between(max(start, *breaks), sentence[0])
        return next((m.player_id for m in reversed(before) if self._may_own(m)), None)
