"""The page of a question and its answer, and the description of the API."""

from http import HTTPStatus

from fastapi import APIRouter, FastAPI, Request
from starlette.responses import Response

from assistant.api.access import find_request_id
from assistant.api.explanation import ask
from assistant.api.reloading import CurrentAssistant
from assistant.api.schema import Day
from assistant.api.text import render_markdown
from assistant.errors import AssistantError
from assistant.pages.language import find_language
from assistant.pages.starting import count_read, describe_progress
from assistant.pages.templates import render_page


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
        page |= {
            "body": body,
            "markdown": render_markdown(body, find_language(request)),
            "query": {"question": body.question, **parameters},
        }
        return render_page(request, "answer.html", page)

    @pages.get("/docs")
    def get_docs(request: Request) -> Response:
        return render_page(request, "docs.html", {"openapi": app.openapi()})

    return pages
