"""The page of a question and its answer, the chart of an answer, and the description of the API."""

from collections.abc import Sequence
from functools import partial
from http import HTTPStatus
from typing import Annotated, Literal
from urllib.parse import urlencode

from fastapi import APIRouter, FastAPI, Query, Request
from pydantic import ConfigDict
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from assistant.api.access import add_retry
from assistant.api.explanation import ask_current
from assistant.api.feedback import FeedbackBox
from assistant.api.limits.workers import Workers
from assistant.api.observing.request import find_request_id, note_error
from assistant.api.query import QueryAddress, QueryBody
from assistant.api.reloading import CurrentAssistant
from assistant.api.schema import AnswerBody
from assistant.api.text import render_markdown
from assistant.errors import (
    AbandonedError,
    AssistantError,
    ChartUnknownError,
    RetryError,
)
from assistant.pages.answer_charts import plot_table
from assistant.pages.charts import describe_chart, draw_chart, measure_chart
from assistant.pages.choosing import make_picker
from assistant.pages.conversation import KEPT, list_repeated, make_conversation
from assistant.pages.errors import find_status
from assistant.pages.feedback import GIVEN, describe_feedback
from assistant.pages.language import find_language
from assistant.pages.starting import count_read, describe_progress
from assistant.pages.templates import render_page

CHART = "/answers/chart.svg"


class PageAddress(QueryAddress):
    """The address of the question page; parameters that it does not know are ignored."""

    model_config = ConfigDict(extra="ignore")

    question: str = ""
    explain: str = ""

    def to_query(self) -> QueryBody:
        include: list[Literal["explain"]] = ["explain"] if self.explain else []
        return super().to_query().model_copy(update={"include": include})


class ChartAddress(PageAddress):
    scheme: str = ""


def create_question_page(
    current: CurrentAssistant, workers: Workers, app: FastAPI, box: FeedbackBox
) -> APIRouter:
    pages = APIRouter(include_in_schema=False)

    @pages.get("/")
    async def get_question(request: Request, address: Annotated[PageAddress, Query()]) -> Response:
        if not address.question.strip():
            return await run_in_threadpool(show, request, address, None)
        try:
            return await workers.run(partial(answer, request, address))
        except AbandonedError:
            raise  # nobody reads a page
        except AssistantError as error:
            return await run_in_threadpool(show, request, address, error)

    def answer(request: Request, address: PageAddress) -> Response:
        return show(request, address, ask_current(current, address.to_query()))

    def show(
        request: Request, address: PageAddress, answered: AnswerBody | AssistantError | None
    ) -> Response:
        assistant = current()
        page: dict[str, object] = {
            "question": address.question,
            "picker": make_picker(assistant.generation.catalog, address),
            "repeated": list_repeated(address),
            "address": address,
        }
        if answered is None:
            page |= {
                "samples": assistant.generation.catalog.sample_questions,
                "parameters": list(address.list_parameters(KEPT)),
                "manifest": assistant.generation.manifest,
                "reading": count_read(assistant.generation.catalog),
                "warning": current.warning,
                **describe_progress(current.index),
            }
            return render_page(request, "welcome.html", page)
        if isinstance(answered, AssistantError):
            page |= {"error": answered, "request_id": find_request_id()}
            status = HTTPStatus.UNPROCESSABLE_ENTITY
            if isinstance(answered, RetryError):
                status = find_status(answered)
            note_error(answered.code, status)
            response = render_page(request, "question_error.html", page, status)
            add_retry(response, answered)
            return response
        body = answered
        query = [("question", body.question), *address.list_parameters((*KEPT, "previous"))]
        page |= {
            "body": body,
            "conversation": make_conversation(body, address),
            "markdown": render_markdown(body, find_language(request)),
            "query": query,
            "chart": _describe_chart(body, query),
        }
        if box.is_open:
            given = request.query_params.get(GIVEN, "")
            page["feedback"] = describe_feedback(body, address, query, given)
        return render_page(request, "answer.html", page)

    @pages.get(CHART)
    async def get_chart(address: Annotated[ChartAddress, Query()]) -> Response:
        return await workers.run(lambda: draw(address))

    def draw(address: ChartAddress) -> Response:
        body = ask_current(current, address.to_query())
        points = plot_table(body)
        if not points:
            raise ChartUnknownError(
                "this answer has no chart", hint="ask for a comparison or a trend of numbers"
            )
        svg = draw_chart(_title_chart(body), points, dark=address.scheme == "dark")
        return Response(svg, media_type="image/svg+xml")

    @pages.get("/docs")
    def get_docs(request: Request) -> Response:
        return render_page(request, "docs.html", {"openapi": app.openapi()})

    return pages


def _title_chart(body: AnswerBody) -> str:
    return body.question.rstrip(".?？。")


def _describe_chart(body: AnswerBody, query: Sequence[tuple[str, str]]) -> dict[str, object] | None:
    """A chart for the template: the addresses of its images, their size, its values in words."""
    points = plot_table(body)
    if not points:
        return None
    width, height = measure_chart(points)
    return {
        "address": f"{CHART}?{urlencode(query)}",
        "dark_address": f"{CHART}?{urlencode([*query, ('scheme', 'dark')])}",
        "width": width,
        "height": height,
        "text": describe_chart(_title_chart(body), points),
    }
