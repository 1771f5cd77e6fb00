"""The pages of players and trends, and the charts: rendered here, complete without JavaScript."""

from collections.abc import Callable, Mapping, Sequence
from http import HTTPStatus
from typing import NamedTuple
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from starlette.responses import Response

from assistant.answer import Assistant
from assistant.api.overview_rendering import render_figures, render_player, render_players
from assistant.api.overview_schema import FigureBody, MentionBody
from assistant.errors import ChartUnknownError, FilterError
from assistant.index.store import Store
from assistant.overview import name_of
from assistant.overview.choose import DocumentFigure, choose_figures, list_units, read_filter
from assistant.overview.grouping import Chart, group_figures
from assistant.overview.mentions import find_player_mentions
from assistant.pages.charts import Mark, Strand, describe, draw
from assistant.pages.pages import TEMPLATES, render_page
from assistant.records import PlayerKind

MOST_ROWS = 200  # figures on a page, and mentions
MOST_CHARTS = 12
MOST_UNITS = 40
_FILTERS = ("player", "metric", "from", "to", "unit")
_KINDS: dict[PlayerKind, str] = {
    "company": "Companies",
    "product": "Products",
    "person": "People",
    "organisation": "Organisations",
}


class ChartView(NamedTuple):
    """A chart on a page: its title, its words for who can't see it, its address, its figures."""

    title: str
    text: str
    address: str
    dark_address: str
    figures: list[FigureBody]
    uncertain: bool


def create_overview(current: Callable[[], Assistant]) -> APIRouter:
    """Players, one player, trends, and charts as images with an address of their own."""
    pages = APIRouter(include_in_schema=False)

    @pages.get("/players")
    def get_players(request: Request) -> Response:
        lines = render_players(current().generation.store).players
        groups = [
            (title, [line for line in lines if line.kind == kind]) for kind, title in _KINDS.items()
        ]
        names = {line.id: line.name for line in lines}
        kept = [group for group in groups if group[1]]
        return render_page(request, "players.html", {"groups": kept, "names": names})

    @pages.get("/players/{player_id}")
    def get_player(request: Request, player_id: str) -> Response:
        store = current().generation.store
        body = render_player(store, find_player_mentions(store, player_id))
        left, shown = MOST_ROWS, []
        for found in body.found_in:
            if left > 0:
                shown.append((found, found.mentions[:left]))
                left -= len(found.mentions)
        page = {"player": body, "found_in": shown, "figures": body.figures[:MOST_ROWS]}
        return render_page(request, "player.html", page)

    @pages.get("/trends")
    def get_trends(request: Request) -> Response:
        store = current().generation.store
        values = _read_values(request)
        page: dict[str, object] = {
            "values": values,
            "players": sorted(store.players, key=lambda player: player.name.casefold()),
            "units": _list_choices(store, values["unit"]),
            "error": None,
            "query": urlencode({name: value for name, value in values.items() if value}),
            "total": len(store.figures),
            "with_players": bool(store.players),
        }
        try:
            chosen = _choose(store, values)
        except FilterError as error:
            page |= {"error": error, "charts": [], "figures": [], "count": 0}
            return render_page(request, "trends.html", page, HTTPStatus.UNPROCESSABLE_ENTITY)
        page |= {
            "charts": _view_charts(store, group_figures(chosen)[:MOST_CHARTS], values),
            "figures": render_figures(store, chosen[:MOST_ROWS]).figures,
            "count": len(chosen),
        }
        return render_page(request, "trends.html", page)

    @pages.get("/charts/{key}.svg")
    def get_chart(request: Request, key: str) -> Response:
        store = current().generation.store
        charts = group_figures(_choose(store, _read_values(request)))
        chart = next((chart for chart in charts if chart.key == key), None)
        if chart is None:
            raise ChartUnknownError(f"no chart {key[:40]!r}", hint="see those of /trends")
        dark = request.query_params.get("scheme") == "dark"
        svg = draw(_title(chart), _list_strands(store, chart), timed=chart.timed, dark=dark)
        return Response(svg, media_type="image/svg+xml")

    return pages


def cut_sentence(mention: MentionBody) -> tuple[str, str, str]:
    """A sentence before, in and after a mention."""
    start, end = mention.start - mention.sentence_start, mention.end - mention.sentence_start
    return mention.sentence[:start], mention.sentence[start:end], mention.sentence[end:]


def say_figure(figure: FigureBody) -> str:
    """What a figure's words leave out: its direction, and whether it is sure.

    >>> _say("up", "expected")
    'up, expected'
    """
    return _say(figure.change, figure.status)


def _say(change: str | None, status: str) -> str:
    return ", ".join(word for word in (change, status) if word and word != "stated")


def _read_values(request: Request) -> dict[str, str]:
    return {name: request.query_params.get(name, "").strip() for name in _FILTERS}


def _choose(store: Store, values: Mapping[str, str]) -> list[DocumentFigure]:
    wanted = read_filter(
        store, player=values["player"], metric=values["metric"], since=values["from"],
        until=values["to"], unit=values["unit"],
    )  # fmt: skip
    return choose_figures(store, wanted)


def _list_choices(store: Store, chosen: str) -> list[str]:
    """The commonest units, and the one that is chosen."""
    units = list_units(store.figures)
    return sorted({*units[:MOST_UNITS], *(unit for unit in units if unit == chosen)})


def _view_charts(
    store: Store, charts: Sequence[Chart], values: Mapping[str, str]
) -> list[ChartView]:
    set_values = {name: value for name, value in values.items() if value}
    views = []
    for chart in charts:
        title, address = _title(chart), f"/charts/{chart.key}.svg"
        figures = render_figures(store, chart.points).figures
        views.append(
            ChartView(
                title,
                describe(title, _list_strands(store, chart)),
                f"{address}?{urlencode(set_values)}" if set_values else address,
                f"{address}?{urlencode({**set_values, 'scheme': 'dark'})}",
                figures,
                any(figure.status != "stated" for figure in figures),
            )
        )
    return views


def _title(chart: Chart) -> str:
    """What a chart shows, in the documents' words; the unit is part of its figures."""
    change = {"up": ", increase", "down": ", decrease", None: ""}[chart.change]
    return f"{chart.metric[:1].upper()}{chart.metric[1:]}{change}"


def _list_strands(store: Store, chart: Chart) -> list[Strand]:
    players = {player.id: player for player in store.players}
    strands = []
    for series in chart.series:
        owner = None if series.owner is None else name_of(players, series.owner)
        document = store.document(series.points[0].document_id)
        marks = []
        for point in series.points:
            figure = point.figure
            words = store.document(point.document_id).text[figure.start : figure.end]
            note = _say(None, figure.status)
            marks.append(
                Mark(
                    float(figure.value),
                    None if figure.highest is None else float(figure.highest),
                    " ".join(words.split()) + (f" ({note})" if note else ""),
                    figure.status == "stated",
                    point.day.toordinal() if point.day else None,
                    figure.period.words if figure.period else "",
                )
            )
        label = ", ".join(filter(None, [owner, series.source])) or document.title
        strands.append(Strand(label, tuple(marks)))
    return strands


TEMPLATES.env.globals.update(cut_sentence=cut_sentence, say_figure=say_figure)
