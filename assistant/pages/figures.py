"""The pages of players and trends, and the images of charts."""

from collections.abc import Callable, Mapping
from http import HTTPStatus
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from starlette.responses import Response

from assistant.answer import Assistant
from assistant.api.contents import render_figures, render_player, render_players
from assistant.api.wording import PLAYER_KINDS, Wording, read_wording
from assistant.errors import ChartUnknownError, FilterError
from assistant.index.store import Store
from assistant.overview.choose import DocumentFigure, choose_figures, list_units, read_filter
from assistant.overview.grouping import Chart, Series, group_figures
from assistant.overview.mentions import find_player_mentions
from assistant.pages.charts import PlotPoint, PlotSeries, describe_chart, draw_chart
from assistant.pages.language import find_language
from assistant.pages.templates import render_page

MOST_ROWS = 200  # figures on a page, and mentions
MOST_CHARTS = 12
MOST_UNITS = 40
_FILTERS = ("player", "metric", "from", "to", "unit")


def create_figure_pages(current: Callable[[], Assistant]) -> APIRouter:
    pages = APIRouter(include_in_schema=False)

    @pages.get("/players")
    def get_players(request: Request) -> Response:
        players = render_players(current().generation.store).players
        groups = [
            (plural, [player for player in players if player.kind == kind])
            for kind, plural in PLAYER_KINDS.items()
        ]
        names = {player.id: player.name for player in players}
        return render_page(request, "players.html", {"groups": groups, "names": names})

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
        filters = {name: value for name, value in values.items() if value}
        page: dict[str, object] = {
            "values": values,
            "players": sorted(store.players, key=lambda player: player.name.casefold()),
            "units": sorted({*list_units(store.figures)[:MOST_UNITS], values["unit"]} - {""}),
            "query": urlencode(filters),
            "total": len(store.figures),
        }
        try:
            chosen = _choose(store, values)
        except FilterError as error:
            page["error"] = error
            return render_page(request, "trends.html", page, HTTPStatus.UNPROCESSABLE_ENTITY)
        wording = read_wording(find_language(request))
        page |= {
            "charts": [
                _show_chart(store, chart, filters, wording)
                for chart in group_figures(chosen)[:MOST_CHARTS]
            ],
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
        wording = read_wording(find_language(request))
        plotted = [_plot(store, series, wording) for series in chart.series]
        dark = request.query_params.get("scheme") == "dark"
        svg = draw_chart(
            wording.title_chart(chart.metric, chart.change), plotted, timed=chart.timed, dark=dark
        )
        return Response(svg, media_type="image/svg+xml")

    return pages


def _read_values(request: Request) -> dict[str, str]:
    return {name: request.query_params.get(name, "").strip() for name in _FILTERS}


def _choose(store: Store, values: Mapping[str, str]) -> list[DocumentFigure]:
    conditions = read_filter(
        store, player=values["player"], metric=values["metric"], since=values["from"],
        until=values["to"], unit=values["unit"],
    )  # fmt: skip
    return choose_figures(store, conditions)


def _show_chart(
    store: Store, chart: Chart, filters: Mapping[str, str], wording: Wording
) -> dict[str, object]:
    """A chart for the template: the addresses of its images, and a description of them."""
    title = wording.title_chart(chart.metric, chart.change)
    address = f"/charts/{chart.key}.svg"
    figures = [
        figure for series in chart.series for figure in render_figures(store, series.points).figures
    ]
    return {
        "title": title,
        "text": describe_chart(title, [_plot(store, series, wording) for series in chart.series]),
        "address": f"{address}?{urlencode(filters)}" if filters else address,
        "dark_address": f"{address}?{urlencode({**filters, 'scheme': 'dark'})}",
        "figures": figures,
        "uncertain": any(figure.status != "stated" for figure in figures),
    }


def _plot(store: Store, series: Series, wording: Wording) -> PlotSeries:
    figures = render_figures(store, series.points).figures
    first = figures[0]
    label = ", ".join(filter(None, [first.owner_name, first.source])) or first.document_title
    points = []
    for figure, point in zip(figures, series.points, strict=True):
        note = wording.words(f"status.{figure.status}")
        points.append(
            PlotPoint(
                figure.value,
                figure.highest,
                " ".join(figure.words.split()) + (f" ({note})" if note else ""),
                figure.status == "stated",
                point.day.toordinal() if point.day else None,
                figure.period.words if figure.period else "",
            )
        )
    return PlotSeries(label, tuple(points))
