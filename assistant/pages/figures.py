"""The pages of players and trends."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from http import HTTPStatus
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from starlette.responses import Response

from assistant.answer import Assistant
from assistant.api.contents import (
    CoMentionBody,
    PlayerBody,
    PlayerLineBody,
    render_figures,
    render_mention,
    render_player,
    render_players,
)
from assistant.api.wording import PLAYER_KINDS
from assistant.errors import FilterError
from assistant.index.catalog import Catalog
from assistant.overview.choose import Filter, choose_figures, list_units, read_filter
from assistant.overview.comparing import find_comparisons
from assistant.overview.mentions import (
    PlayerMentions,
    find_best_sentences,
    find_player_mentions,
)
from assistant.overview.series import Series, choose_series
from assistant.pages.language import find_language
from assistant.pages.shown_series import show_comparison, show_series
from assistant.pages.templates import render_page
from assistant.players import find_owned
from assistant.words import Words, read_words

MOST_ROWS = 200  # figures on a page, and mentions
MOST_SERIES = 24
MOST_COMPARISONS = 12
MOST_PLAYERS = 12  # with a sentence each on the page of trends
MOST_COMPARED = 8  # on the page of a player
MOST_UNITS = 40
LEAST_SEARCHED = 12  # players from which on they can be searched
_FILTERS = ("player", "metric", "from", "to", "unit")


def create_figure_pages(current: Callable[[], Assistant]) -> APIRouter:
    pages = APIRouter(include_in_schema=False)

    @pages.get("/players")
    def get_players(request: Request) -> Response:
        catalog = current().generation.catalog
        players = render_players(catalog).players
        wanted = request.query_params.get("q", "").strip()[:200]
        found = [player for player in players if _is_called(player, wanted)]
        page = {
            "groups": _group_by_kind(found),
            "names": {player.id: player.name for player in players},
            "best": _find_best(catalog, found),
            "wanted": wanted,
            "found": len(found),
            "searchable": len(players) >= LEAST_SEARCHED or bool(wanted),
        }
        return render_page(request, "players.html", page)

    @pages.get("/players/{player_id}")
    def get_player(request: Request, player_id: str) -> Response:
        catalog, words = current().generation.catalog, read_words(find_language(request))
        found = find_player_mentions(catalog, player_id)
        body = render_player(catalog, _cut_to_page(found))
        series = choose_series(catalog, Filter(player=player_id))
        left, shown = MOST_ROWS, []
        for document in body.found_in:
            if left > 0:
                shown.append((document, document.mentions[:left]))
                left -= len(document.mentions)
        family = find_owned(catalog.players, body.owner or player_id) | {body.owner}
        others = [other for other in body.mentioned_with if other.player not in family]
        same_kind = {player.id for player in catalog.players if player.kind == body.kind}
        rivals = [other for other in others if other.player in same_kind]
        page = {
            "player": body,
            "owns": _group_by_kind(body.owns),
            "found_in": shown,
            "series": [show_series(catalog, one, words) for one in series[:MOST_SERIES]],
            "figures": body.figures,
            "figure_count": len(found.figures),
            "compared": _group_by_example(others[:MOST_COMPARED]),
            "also": [one for one in body.mentioned_with if one not in others[:MOST_COMPARED]],
            "questions": _suggest_questions(body, series, rivals, words=words),
        }
        return render_page(request, "player.html", page)

    @pages.get("/trends")
    def get_trends(request: Request) -> Response:
        catalog = current().generation.catalog
        values = {name: request.query_params.get(name, "").strip() for name in _FILTERS}
        page: dict[str, object] = {
            "values": values,
            "players": sorted(catalog.players, key=lambda player: player.name.casefold()),
            "units": sorted({*list_units(catalog.figures)[:MOST_UNITS], values["unit"]} - {""}),
            "query": urlencode({name: value for name, value in values.items() if value}),
            "total": len(catalog.figures),
            "chosen": _name_values(catalog, values),
        }
        try:
            conditions = read_filter(
                catalog, player=values["player"], metric=values["metric"], since=values["from"],
                until=values["to"], unit=values["unit"],
            )  # fmt: skip
        except FilterError as error:
            page["error"] = error
            return render_page(request, "trends.html", page, HTTPStatus.UNPROCESSABLE_ENTITY)
        page |= _find_trends(catalog, conditions, read_words(find_language(request)))
        return render_page(request, "trends.html", page)

    return pages


def _cut_to_page(found: PlayerMentions) -> PlayerMentions:
    """What the page of a player shows: the documents with its first mentions, the first figures."""
    shown = {mention.document_id for mention in found.mentions[:MOST_ROWS]}
    mentions = (mention for mention in found.mentions if mention.document_id in shown)
    return replace(found, mentions=tuple(mentions), figures=found.figures[:MOST_ROWS])


def _name_values(catalog: Catalog, values: Mapping[str, str]) -> list[str]:
    """The values of filters as a reader knows them."""
    names = {player.id: player.name for player in catalog.players}
    period = "–".join((values["from"], values["to"])) if values["from"] or values["to"] else ""
    named = (names.get(values["player"], ""), values["metric"], period, values["unit"])
    return [value for value in named if value]


def _find_trends(catalog: Catalog, conditions: Filter, words: Words) -> Mapping[str, object]:
    """What the page of trends shows for a filter."""
    chosen = choose_figures(catalog, conditions)
    series = choose_series(catalog, conditions)
    comparisons = find_comparisons(catalog, chosen)
    players = [player for player in render_players(catalog).players if player.mentions]
    if conditions.player is not None:
        owned = find_owned(catalog.players, conditions.player)
        players = [player for player in players if player.id in owned]
    return {
        "series": [show_series(catalog, one, words) for one in series[:MOST_SERIES]],
        "series_count": len(series),
        "comparisons": [
            show_comparison(catalog, one, words) for one in comparisons[:MOST_COMPARISONS]
        ],
        "figures": render_figures(catalog, chosen[:MOST_ROWS]).figures,
        "count": len(chosen),
        "named": players[:MOST_PLAYERS],
        "named_count": len(players),
        "names": {player.id: player.name for player in catalog.players},
        "best": _find_best(catalog, players[:MOST_PLAYERS]),
    }


def _group_by_kind(players: Sequence[PlayerLineBody]) -> list[tuple[str, list[PlayerLineBody]]]:
    """The players of each kind that has some, with the plural of its name."""
    groups = [
        (plural, [player for player in players if player.kind == kind])
        for kind, plural in PLAYER_KINDS.items()
    ]
    return [(plural, group) for plural, group in groups if group]


def _group_by_example(others: Sequence[CoMentionBody]) -> list[list[CoMentionBody]]:
    """Players whose example is one sentence together, in order."""
    groups: dict[object, list[CoMentionBody]] = {}
    for other in others:
        shown = other.example
        groups.setdefault(shown and (shown.document_id, shown.sentence_start), []).append(other)
    return list(groups.values())


def _is_called(player: PlayerLineBody, wanted: str) -> bool:
    """Whether a name of a player contains some words."""
    return any(wanted.casefold() in name.casefold() for name in (player.name, *player.aliases))


def _find_best(catalog: Catalog, players: list[PlayerLineBody]) -> dict[str, object]:
    """The most informative sentence about each of some players, by id."""
    best = find_best_sentences(catalog)
    return {
        player.id: render_mention(catalog, best[player.id])
        for player in players
        if player.id in best
    }


def _suggest_questions(
    body: PlayerBody, series: Sequence[Series], rivals: Sequence[CoMentionBody], *, words: Words
) -> list[str]:
    """Questions about a player that its documents may answer; `rivals` are of its kind."""
    questions = [words(f"player.question_{body.kind}", name=body.name)]
    for one in series[:1]:
        owner = body.name if one.owner == body.id else ""
        metric = " ".join(one.metric.split())
        if metric != owner:
            key = "change_of" if owner and owner not in metric else "change"
            questions.append(words(f"player.question_{key}", metric=metric, name=owner))
    for rival in rivals[:1]:
        questions.append(words("player.question_compare", name=body.name, other=rival.name))
    return [*questions, words("player.question_said", name=body.name)]
