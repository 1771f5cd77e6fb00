"""The JSON of players and figures, version 1. Changes only add."""

from datetime import date
from typing import Literal

from pydantic import Field

from assistant.api.schema import Body
from assistant.figures import Change, Relation, Status
from assistant.records import PlayerKind


class FiguresQueryBody(Body):
    """Which figures are wanted. Unknown fields are refused."""

    player: str = Field("", description="id of a player; a company includes what it owns")
    metric: str = Field("", description="words that must all occur in what is measured")
    since: str = Field("", alias="from", description="a day, 2025-01-31: later periods, or of it")
    until: str = Field("", alias="to", description="a day: earlier periods, or of it")
    unit: str = Field("", description="as figures have it: `%`, `CNY`, `unit`")
    format: Literal["json", "csv"] = "json"


class PeriodBody(Body):
    start: date
    end: date
    words: str = Field(description="as the document has them")


class FigureBody(Body):
    words: str = Field(description="exactly the document's text from start to end")
    value: float = Field(description="its scale multiplied in; the lower end of a range")
    highest: float | None = Field(description="the upper end of a range")
    unit: str
    relation: Relation
    status: Status
    change: Change | None = Field(description="null for a level")
    compared_with: str | None
    period: PeriodBody | None
    owner: str | None = Field(description="id of the player whose figure it is")
    owner_name: str | None
    metric: str
    source: str | None = Field(description="who says so, where the document names it")
    document_id: str
    document_title: str
    start: int
    end: int
    sentence: str
    href: str


class FiguresBody(Body):
    count: int
    figures: list[FigureBody]


class PlayerLineBody(Body):
    id: str
    name: str
    kind: PlayerKind
    aliases: list[str]
    owner: str | None
    roles: list[str]
    mentions: int
    documents: int
    href: str


class PlayersBody(Body):
    players: list[PlayerLineBody]


class MentionBody(Body):
    """A mention; `sentence` is the document's text from `sentence_start`, the mention in it."""

    start: int
    end: int
    sentence: str
    sentence_start: int
    document_id: str
    document_title: str
    href: str


class DocumentMentionsBody(Body):
    document_id: str
    document_title: str
    published: date | None
    href: str
    mentions: list[MentionBody]


class CoMentionBody(Body):
    player: str
    name: str
    sentences: int
    href: str


class PlayerBody(PlayerLineBody):
    """A player with everything the documents say about it."""

    owner_name: str | None
    owns: list[PlayerLineBody]
    found_in: list[DocumentMentionsBody]
    sentences: list[MentionBody] = Field(
        description="the most informative ones, at most 10: those that begin with its name and "
        "give a figure for it, then those that do one of the two, then the others, by place"
    )
    figures: list[FigureBody] = Field(description="its own and those of what it owns")
    beside: list[CoMentionBody] = Field(
        description="who is named in a sentence with it, and in how many"
    )
