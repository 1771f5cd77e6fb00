"""The page of a question and its answer, the chart of an answer, and the description of the API."""

from collections.abc import Mapping
from http import HTTPStatus
from urllib.parse import urlencode

from fastapi import APIRouter, FastAPI, Request
from starlette.responses import Response

from assistant.api.access import find_request_id
from assistant.api.explanation import ask
from assistant.api.reloading import CurrentAssistant
from assistant.api.schema import AnswerBody, Day
from assistant.api.text import render_markdown
from assistant.errors import AssistantError, ChartUnknownError
from assistant.pages.answer_charts import is_timed, plot_table
from assistant.pages.charts import PlotSeries, describe_chart, draw_chart, measure_chart
from assistant.pages.language import find_language
from assistant.pages.starting import count_read, describe_progress
from assistant.pages.templates import render_page
from assistant.words import read_words

CHART = "/answers/chart.svg"


def create_question_page(current: CurrentAssistant, app: FastAPI) -> APIRouter:
    pages = APIRouter(include_in_schema=False)

    @pages.get("/")
    def get_question(
        request: Request, question: str = "", explain: str = "", as_of: Day | None = None
    ) -> Response:
        assistant = current()
        parameters = {"as_of": as_of.isoformat()} if as_of else {}
        page: dict[str, object] = {"question": question, "parameters": parameters}
        if not question.strip():
            page |= {
                "samples": assistant.generation.store.sample_questions,
                "manifest": assistant.generation.manifest,
                "reading": count_read(assistant.generation.store),
                "warning": current.warning,
                **describe_progress(current.index),
            }
            return render_page(request, "welcome.html", page)
        try:
            body = ask(assistant, question, as_of=as_of, explain=bool(explain))
        except AssistantError as error:
            page |= {"error": error, "request_id": find_request_id(request)}
            return render_page(
                request, "question_error.html", page, HTTPStatus.UNPROCESSABLE_ENTITY
            )
        query = {"question": body.question, **parameters}
        page |= {
            "body": body,
            "markdown": render_markdown(body, find_language(request)),
            "query": query,
            "chart": _describe_chart(body, _plot(request, body), query),
        }
        return render_page(request, "answer.html", page)

    @pages.get(CHART)
    def get_chart(
        request: Request,
        question: str,
        as_of: Day | None = None,
        scheme: str = "",
    ) -> Response:
        body = ask(current(), question, as_of=as_of)
        series = _plot(request, body)
        if not series:
            raise ChartUnknownError(
                "this answer has no chart", hint="ask for a comparison or a trend of numbers"
            )
        title = body.question.rstrip(".?？。")
        svg = draw_chart(title, series, timed=is_timed(series), dark=scheme == "dark")
        return Response(svg, media_type="image/svg+xml")

    @pages.get("/docs")
    def get_docs(request: Request) -> Response:
        return render_page(request, "docs.html", {"openapi": app.openapi()})

    return pages


def _plot(request: Request, body: AnswerBody) -> list[PlotSeries]:
    return plot_table(body, label=read_words(find_language(request))("answer.value"))


def _describe_chart(
    body: AnswerBody, series: list[PlotSeries], query: Mapping[str, str]
) -> dict[str, object] | None:
    """A chart for the template: the addresses of its images, their size, its numbers in words."""
    if not series:
        return None
    width, height = measure_chart(series, timed=is_timed(series))
    return {
        "address": f"{CHART}?{urlencode(query)}",
        "dark_address": f"{CHART}?{urlencode({**query, 'scheme': 'dark'})}",
        "width": width,
        "height": height,
        "text": describe_chart(body.question.rstrip(".?？。"), series),
    }
