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
from assistant.pages.answer_charts import plot_table
from assistant.pages.charts import describe_chart, draw_chart, measure_chart
from assistant.pages.language import find_language
from assistant.pages.starting import count_read, describe_progress
from assistant.pages.templates import render_page

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
            "chart": _describe_chart(body, query),
        }
        return render_page(request, "answer.html", page)

    @pages.get(CHART)
    def get_chart(question: str, as_of: Day | None = None, scheme: str = "") -> Response:
        body = ask(current(), question, as_of=as_of)
        points = plot_table(body)
        if not points:
            raise ChartUnknownError(
                "this answer has no chart", hint="ask for a comparison or a trend of numbers"
            )
        svg = draw_chart(_title_chart(body), points, dark=scheme == "dark")
        return Response(svg, media_type="image/svg+xml")

    @pages.get("/docs")
    def get_docs(request: Request) -> Response:
        return render_page(request, "docs.html", {"openapi": app.openapi()})

    return pages


def _title_chart(body: AnswerBody) -> str:
    return body.question.rstrip(".?？。")


def _describe_chart(body: AnswerBody, query: Mapping[str, str]) -> dict[str, object] | None:
    """A chart for the template: the addresses of its images, their size, its values in words."""
    points = plot_table(body)
    if not points:
        return None
    width, height = measure_chart(points)
    return {
        "address": f"{CHART}?{urlencode(query)}",
        "dark_address": f"{CHART}?{urlencode({**query, 'scheme': 'dark'})}",
        "width": width,
        "height": height,
        "text": describe_chart(_title_chart(body), points),
    }
