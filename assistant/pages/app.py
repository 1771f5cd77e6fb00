"""The web app: access, JSON and pages."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.resources import files
from typing import Any

from anyio.to_thread import run_sync
from fastapi import Depends, FastAPI
from starlette.staticfiles import StaticFiles

from assistant import __version__
from assistant.answer import Assistant
from assistant.api.access import Access
from assistant.api.adding import Corpus, create_adding
from assistant.api.batch import create_batch
from assistant.api.chat import create_chat
from assistant.api.endpoints import create_api
from assistant.api.feedback import FeedbackBox, create_feedback_api
from assistant.api.limits.requests import RequestLimits
from assistant.api.limits.stopping import Stopping
from assistant.api.limits.workers import Workers
from assistant.api.mcp.endpoint import McpEndpoint
from assistant.api.observing.metrics import Metrics
from assistant.api.observing.middleware import Observing
from assistant.api.observing.probes import create_probes
from assistant.api.observing.traces import open_traces
from assistant.api.rebuilding import Rebuilding
from assistant.api.reloading import CurrentAssistant
from assistant.pages.adding import create_adding_pages
from assistant.pages.asking import create_question_page
from assistant.pages.documents import create_document_pages
from assistant.pages.errors import add_error_handlers, respond
from assistant.pages.feedback import create_feedback_page
from assistant.pages.figures import create_figure_pages
from assistant.pages.guide import create_guide
from assistant.pages.language import LanguageInAddress
from assistant.settings import Settings, read_settings, web_folder

CLOSING_SECONDS = 5.0  # the longest that traces are sent when the server stops


def create_app(
    assistant: Assistant | None = None,
    *,
    settings: Settings | None = None,
    stopping: Stopping | None = None,
) -> FastAPI:
    """The app for an Assistant, or for the index in the settings as soon as it exists.

    `stopping` is shared with a server that can be stopped.
    """
    chosen = settings or read_settings()
    stopping = stopping or Stopping()
    current = CurrentAssistant(chosen, assistant)
    workers = Workers(chosen)
    box = FeedbackBox(current, chosen)
    rebuilding = Rebuilding(chosen, current.index)
    corpus = Corpus(chosen, current, rebuilding)
    mcp = McpEndpoint(current, workers)
    metrics = Metrics(current, workers, rebuilding)
    traces = open_traces(chosen)
    reading = [Depends(workers.hold_slot)]

    @asynccontextmanager
    async def run(_app: FastAPI) -> AsyncIterator[None]:
        if chosen.watch:
            rebuilding.watch()
        try:
            async with mcp.run():
                yield
        finally:
            rebuilding.stop()
            if traces is not None:
                await run_sync(traces.close, min(CLOSING_SECONDS, chosen.grace_seconds))

    app = FastAPI(
        lifespan=run,
        title="Assistant",
        version=__version__,
        description="Ask documents a question and get an answer that can be checked.",
        docs_url=None,  # FastAPI's load scripts from another origin; ours is at /docs
        redoc_url=None,
        # Its spans would have the query of an address, which has the question; ours are in traces.
        telemetry={"tracing": False, "metrics": False, "logs": False, "auto_configure": False},
    )
    # The last one is the first that a request passes.
    app.add_middleware(RequestLimits, settings=chosen, stopping=stopping)
    app.add_middleware(Access, settings=chosen, respond=respond)
    app.add_middleware(Observing, settings=chosen, metrics=metrics, traces=traces)
    app.add_middleware(LanguageInAddress)
    app.include_router(create_probes(current, stopping, metrics))
    app.include_router(create_api(current, workers))
    app.include_router(create_batch(current, workers))
    app.include_router(create_chat(current, workers))
    app.include_router(create_feedback_api(box, workers))
    app.include_router(create_adding(corpus))
    app.include_router(create_question_page(current, workers, app, box))
    app.include_router(create_feedback_page(box, workers))
    app.include_router(create_document_pages(corpus, box), dependencies=reading)
    app.include_router(create_adding_pages(corpus))
    app.include_router(create_figure_pages(current), dependencies=reading)
    app.include_router(create_guide())
    app.router.routes.append(mcp.route)
    app.mount("/static", StaticFiles(directory=web_folder() / "static"), name="static")
    add_error_handlers(app, corpus)
    _add_example(app)
    return app


def _add_example(app: FastAPI) -> None:
    """Add an example of an answer with its nulls, which FastAPI would leave out."""
    describe = app.openapi

    def describe_with_example() -> dict[str, Any]:
        described = describe()
        example = json.loads(files("assistant.api").joinpath("example_answer.json").read_bytes())
        described["components"]["schemas"]["AnswerBody"]["examples"] = [example]
        return described

    app.openapi = describe_with_example  # type: ignore[method-assign]
