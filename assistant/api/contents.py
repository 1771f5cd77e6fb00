"""The JSON of documents, players and figures. Version 1, changes only add.

Each mention and figure has a link to its place.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from itertools import groupby
from typing import Literal

from pydantic import Field

from assistant.api.rendering import document_href, player_href, quote_href
from assistant.api.schema import Body, DateInWords
from assistant.figures import Change, Relation, Status
from assistant.index.catalog import Catalog
from assistant.index.listing import DocumentLine, Listing
from assistant.overview import name_of
from assistant.overview.choose import DocumentFigure
from assistant.overview.mentions import PlayerMentions, list_owned
from assistant.overview.sentences import MentionInSentence
from assistant.records import Document, Notice, NoticeCode, Offsets, Player, PlayerKind

MOST_LISTED = 10**9


class NoticeBody(Body):
    """What was not read of a document, or not as the file has it."""

    code: NoticeCode
    message: str
    pages: list[int] = Field(description="counted from 1; empty if it is not about pages")

    def __str__(self) -> str:
        return str(Notice(self.code, self.message, tuple(self.pages)))


class SkippedBody(Body):
    """A file of the corpus folder, or a part of one, that was not read."""

    path: str
    reason: str


class DocumentLineBody(Body):
    id: str
    title: str
    published: date | None
    dated: DateInWords = ""
    source: str | None
    passages: int
    characters: int
    copy_of: str | None = Field(
        None, description="id of the document of the same text under which its passages are found"
    )
    notices: list[NoticeBody] = Field([], description="what was not read")
    format: str = Field("", description="the ending of its file: `pdf`; empty if it has none")
    pages: int | None = Field(None, description="how many it has; null for a format without pages")
    href: str


class DocumentsQueryBody(Body):
    """Which documents are listed. Unknown fields are refused."""

    query: str = Field("", description="words that must all be in the title or the id")
    first: int = Field(
        0, ge=0, le=MOST_LISTED, description="place of the first one that is listed, from 0"
    )
    limit: int | None = Field(
        None, ge=0, le=MOST_LISTED, description="how many are listed at most; null: all"
    )


class DocumentsBody(Body):
    documents: list[DocumentLineBody]
    count: int = Field(description="how many the query finds, listed or not")
    skipped: list[SkippedBody] = Field([], description="files that were not read, and why")


class HeadingBody(Body):
    start: int
    end: int
    text: str
    level: int


class DocumentBody(Body):
    id: str
    title: str
    published: date | None
    dated: DateInWords = ""
    source: str | None
    text: str
    headings: list[HeadingBody]
    boilerplate: list[tuple[int, int]] = Field(
        description="offsets of text that is not content: menus, bylines, page numbers"
    )
    furniture: list[tuple[int, int]] = Field(
        description="the same as `boilerplate`", deprecated=True
    )
    notices: list[NoticeBody] = Field([], description="what was not read")
    extra: dict[str, str]


class FiguresQueryBody(Body):
    """Which figures are wanted. Unknown fields are refused."""

    player: str = Field("", description="id of a player; a company includes what it owns")
    metric: str = Field("", description="words that must all occur in what is measured")
    since: str = Field(
        "", alias="from", description="a day, 2025-01-31: periods that end on or after it"
    )
    until: str = Field("", alias="to", description="a day: periods that begin on or before it")
    unit: str = Field("", description="as in the figures: `%`, `CNY`, `unit`")
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
    owner: str | None = Field(description="id of the player that the figure is of")
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
    dated: DateInWords = ""
    href: str
    mentions: list[MentionBody]


class CoMentionBody(Body):
    player: str
    name: str
    sentences: int
    href: str
    example: MentionBody | None = Field(
        None, description="it in the sentence with both that compares them best"
    )


class PlayerBody(PlayerLineBody):
    """A player with everything the documents say about it."""

    owner_name: str | None
    owns: list[PlayerLineBody]
    found_in: list[DocumentMentionsBody]
    sentences: list[MentionBody] = Field(
        description="the most informative ones, at most 10: those that say what it is or does, "
        "then those that begin with its name and give a figure for it, then those that do one of "
        "the two, then the others, by place"
    )
    figures: list[FigureBody] = Field(description="of the player and of what it owns")
    mentioned_with: list[CoMentionBody] = Field(
        description="who is named in a sentence with it, and in how many"
    )
    beside: list[CoMentionBody] = Field(description="the same as `mentioned_with`", deprecated=True)


def render_document(document: Document) -> DocumentBody:
    return DocumentBody.of(document, furniture=document.boilerplate)


def render_line(line: DocumentLine) -> DocumentLineBody:
    return DocumentLineBody.of(line, href=document_href(line.id))


def render_documents(catalog: Catalog, query: DocumentsQueryBody) -> DocumentsBody:
    most = -1 if query.limit is None else query.limit
    lines, count = catalog.find_documents(Listing(query.query), first=query.first, most=most)
    return DocumentsBody(
        documents=[render_line(line) for line in lines],
        count=count,
        skipped=[SkippedBody.of(file) for file in catalog.skipped],
    )


def render_players(catalog: Catalog) -> PlayersBody:
    """All players, those mentioned most first."""
    lines = _render_lines(catalog, catalog.players)
    return PlayersBody(players=sorted(lines, key=lambda line: (-line.mentions, line.name)))


def render_player(catalog: Catalog, found: PlayerMentions) -> PlayerBody:
    player = found.player
    players = {known.id: known for known in catalog.players}
    mentioned_with = [
        CoMentionBody(
            player=other.player_id,
            name=name_of(players, other.player_id),
            sentences=other.sentences,
            href=player_href(other.player_id),
            example=render_mention(catalog, other.example),
        )
        for other in found.named_with
    ]
    (line,) = _render_lines(catalog, [player])
    return PlayerBody.of(
        line,
        owner_name=None if player.owner is None else name_of(players, player.owner),
        owns=_render_lines(catalog, list_owned(catalog, player.id)),
        found_in=[
            _render_mentions(catalog, document_id, mentions)
            for document_id, mentions in groupby(found.mentions, lambda m: m.document_id)
        ],
        sentences=[render_mention(catalog, mention) for mention in found.informative],
        figures=render_figures(catalog, found.figures).figures,
        mentioned_with=mentioned_with,
        beside=mentioned_with,
    )


def render_figures(catalog: Catalog, chosen: Sequence[DocumentFigure]) -> FiguresBody:
    players = {player.id: player for player in catalog.players}
    return FiguresBody(
        count=len(chosen), figures=[_render_figure(catalog, figure, players) for figure in chosen]
    )


def _render_figure(
    catalog: Catalog, chosen: DocumentFigure, players: Mapping[str, Player]
) -> FigureBody:
    document_id, figure = chosen.document_id, chosen.figure
    document, place = catalog.document(document_id), (figure.start, figure.end)
    return FigureBody.of(
        figure,
        words=document.text[slice(*place)],
        owner_name=None if figure.owner is None else name_of(players, figure.owner),
        document_id=document_id,
        document_title=document.title,
        sentence=document.text[slice(*figure.sentence)],
        href=_link_sentence(document, figure.sentence, place),
    )


def _render_lines(catalog: Catalog, players: Iterable[Player]) -> list[PlayerLineBody]:
    counts = catalog.count_mentions()
    lines = []
    for player in players:
        mentions, documents = counts.get(player.id, (0, 0))
        href = player_href(player.id)
        lines.append(PlayerLineBody.of(player, mentions=mentions, documents=documents, href=href))
    return lines


def _render_mentions(
    catalog: Catalog, document_id: str, mentions: Iterable[MentionInSentence]
) -> DocumentMentionsBody:
    document = catalog.document(document_id)
    return DocumentMentionsBody(
        document_id=document_id,
        document_title=document.title,
        published=document.published,
        dated=document.dated,
        href=document_href(document_id),
        mentions=[render_mention(catalog, mention) for mention in mentions],
    )


def render_mention(catalog: Catalog, mention: MentionInSentence) -> MentionBody:
    document = catalog.document(mention.document_id)
    return MentionBody(
        start=mention.mention[0],
        end=mention.mention[1],
        sentence=document.text[slice(*mention.sentence)],
        sentence_start=mention.sentence[0],
        document_id=mention.document_id,
        document_title=document.title,
        href=_link_sentence(document, mention.sentence, mention.mention),
    )


def _link_sentence(document: Document, sentence: Offsets, words: Offsets) -> str:
    """A link to a sentence, with some words of it marked stronger."""
    quote = document.text[slice(*sentence)]
    marked = None if words == sentence else words
    return quote_href(document.id, *sentence, quote, marked=marked)
