"""Players and figures become bodies, each with a link to its place; figures also CSV."""

import csv
import io
from collections.abc import Iterable, Sequence
from decimal import Decimal
from itertools import groupby

from assistant.api.overview_schema import (
    CoMentionBody,
    DocumentMentionsBody,
    FigureBody,
    FiguresBody,
    MentionBody,
    PeriodBody,
    PlayerBody,
    PlayerLineBody,
    PlayersBody,
)
from assistant.api.rendering import document_href, player_href, quote_href
from assistant.figures import Figure
from assistant.figures.numbers import plain
from assistant.index.store import Store
from assistant.overview import name_of
from assistant.overview.choose import DocumentFigure
from assistant.overview.mentions import MentionInSentence, PlayerMentions, list_owned
from assistant.records import Offsets, Player

CSV_COLUMNS = (
    "words value highest unit relation status change compared_with period_start period_end "
    "period_words owner owner_name metric source document_id document_title start end sentence href"
).split()


def render_players(store: Store) -> PlayersBody:
    """All players, those mentioned most first."""
    counts = store.count_mentions()
    lines = [_render_line(player, counts.get(player.id, (0, 0))) for player in store.players]
    return PlayersBody(players=sorted(lines, key=lambda line: (-line.mentions, line.name)))


def render_player(store: Store, found: PlayerMentions) -> PlayerBody:
    """A player with everything the documents say about it."""
    player = found.player
    players = {known.id: known for known in store.players}
    counts = store.count_mentions()
    line = _render_line(player, counts.get(player.id, (0, 0)))
    owned = list_owned(store, player.id)
    return PlayerBody(
        **line.model_dump(),
        owner_name=None if player.owner is None else name_of(players, player.owner),
        owns=[_render_line(other, counts.get(other.id, (0, 0))) for other in owned],
        found_in=[
            _render_found(store, document_id, list(spots))
            for document_id, spots in groupby(found.mentions, lambda mention: mention.document_id)
        ],
        sentences=[_render_spot(store, spot) for spot in found.informative],
        figures=render_figures(store, found.figures).figures,
        beside=[
            CoMentionBody(
                player=other, name=name_of(players, other), sentences=n, href=player_href(other)
            )
            for other, n in found.named_with
        ],
    )


def render_figures(store: Store, chosen: Sequence[DocumentFigure]) -> FiguresBody:
    """Figures as the world sees them, in the order given."""
    players = {player.id: player for player in store.players}
    figures = []
    for document_id, figure in chosen:
        document = store.document(document_id)
        owner, period = figure.owner, figure.period
        figures.append(
            FigureBody(
                words=document.text[figure.start : figure.end],
                value=float(figure.value),
                highest=None if figure.highest is None else float(figure.highest),
                unit=figure.unit,
                relation=figure.relation,
                status=figure.status,
                change=figure.change,
                compared_with=figure.compared_with,
                period=PeriodBody.model_validate(period, from_attributes=True) if period else None,
                owner=owner,
                owner_name=None if owner is None else name_of(players, owner),
                metric=figure.metric,
                source=figure.source,
                document_id=document_id,
                document_title=document.title,
                start=figure.start,
                end=figure.end,
                sentence=document.text[slice(*figure.sentence)],
                href=figure_href(store, document_id, figure),
            )
        )
    return FiguresBody(count=len(figures), figures=figures)


def figure_href(store: Store, document_id: str, figure: Figure) -> str:
    """The place of a figure: its sentence marked, and itself stronger."""
    return _href(store, document_id, figure.sentence, (figure.start, figure.end))


def render_csv(store: Store, chosen: Sequence[DocumentFigure]) -> str:
    """Figures as CSV, a header first; numbers without a digit lost."""
    written = io.StringIO()
    writer = csv.writer(written)
    writer.writerow(CSV_COLUMNS)
    bodies = render_figures(store, chosen).figures
    for (_, figure), body in zip(chosen, bodies, strict=True):
        period = body.period
        fields: dict[str, object] = body.model_dump() | {
            "value": _write_number(figure.value),
            "highest": None if figure.highest is None else _write_number(figure.highest),
            "period_start": period.start if period else None,
            "period_end": period.end if period else None,
            "period_words": period.words if period else None,
        }
        writer.writerow(fields[column] for column in CSV_COLUMNS)
    return written.getvalue()


def _write_number(value: Decimal) -> str:
    return f"{plain(value):f}"


def _render_line(player: Player, counts: tuple[int, int]) -> PlayerLineBody:
    return PlayerLineBody(
        id=player.id,
        name=player.name,
        kind=player.kind,
        aliases=list(player.aliases),
        owner=player.owner,
        roles=list(player.roles),
        mentions=counts[0],
        documents=counts[1],
        href=player_href(player.id),
    )


def _render_found(
    store: Store, document_id: str, spots: Iterable[MentionInSentence]
) -> DocumentMentionsBody:
    document = store.document(document_id)
    return DocumentMentionsBody(
        document_id=document_id,
        document_title=document.title,
        published=document.published,
        href=document_href(document_id),
        mentions=[_render_spot(store, spot) for spot in spots],
    )


def _render_spot(store: Store, spot: MentionInSentence) -> MentionBody:
    document = store.document(spot.document_id)
    return MentionBody(
        start=spot.mention[0],
        end=spot.mention[1],
        sentence=document.text[slice(*spot.sentence)],
        sentence_start=spot.sentence[0],
        document_id=spot.document_id,
        document_title=document.title,
        href=_href(store, spot.document_id, spot.sentence, spot.mention),
    )


def _href(store: Store, document_id: str, quoted: Offsets, marked: Offsets) -> str:
    quote = store.document(document_id).text[slice(*quoted)]
    return quote_href(document_id, *quoted, quote, marked=None if marked == quoted else marked)
