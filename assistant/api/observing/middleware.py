"""Each request gets an id, and leaves a line in the log, numbers in the metrics, and a span."""

import logging
from contextlib import nullcontext
from time import perf_counter

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from assistant.api.access import METRICS_PATH, OPEN_PATHS
from assistant.api.observing.metrics import Metrics
from assistant.api.observing.request import (
    FAULT,
    REQUEST_ID,
    Observed,
    choose_request_id,
    observe,
)
from assistant.api.observing.traces import Traces
from assistant.settings import Settings

LOG = logging.getLogger("assistant.access")
LONGEST_PATH = 200  # characters in the log
# By the start of the path, the longest first; all other addresses are pages.
INTERFACES = {
    "/api/v1/batch": "batch",
    "/api/v1/feedback": "feedback",
    "/api/": "api",
    "/v1/": "chat",
    "/mcp": "mcp",
}
# By orchestrators and monitoring; only their errors are logged.
ASKED_OFTEN = OPEN_PATHS | {METRICS_PATH}
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "DELETE"})


class Observing:
    """Middleware that observes each request; the outermost that knows all about it."""

    def __init__(
        self, app: ASGIApp, *, settings: Settings, metrics: Metrics, traces: Traces | None
    ) -> None:
        self._app = app
        self._metrics = metrics
        self._traces = traces
        self._observers = (metrics,) if traces is None else (metrics, traces)
        # A person who looks at the terminal asked for no line per request.
        self._is_logged = settings.log == "json" or settings.log_questions
        self._logs_questions = settings.log_questions

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        observed = Observed(
            choose_request_id(headers.get(REQUEST_ID, "")),
            find_interface(scope["path"]),
            self._observers,
        )
        observe(observed)
        status, began = 500, perf_counter()

        async def send_noted(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        tracing = nullcontext() if self._traces is None else self._traces.trace(scope, headers)
        with self._metrics.in_progress.track_inprogress(), tracing as span:
            try:
                await self._app(scope, receive, send_noted)
            except Exception:
                observed.error = FAULT  # the response is made outside this middleware
                raise
            finally:
                route = find_route(scope)
                method = scope["method"] if scope["method"] in METHODS else "other"
                self._metrics.requests.labels(method, route, str(status)).inc()
                if self._traces is not None and span is not None:
                    self._traces.finish(span, observed, method=method, route=route, status=status)
                is_quiet = scope["path"] in ASKED_OFTEN and status < 400
                if self._is_logged and not is_quiet:
                    self._log(scope, observed, status, perf_counter() - began)

    def _log(self, scope: Scope, observed: Observed, status: int, seconds: float) -> None:
        milliseconds = round(seconds * 1000, 1)
        fields: dict[str, object] = {
            "method": scope["method"][:20],
            "path": scope["path"][:LONGEST_PATH],  # without the query, which has the question
            "status": status,
            "ms": milliseconds,
            "outcome": observed.outcome or None,
        }
        words = [f"{value}" for value in fields.values() if value is not None]
        if self._logs_questions and observed.asked is not None:
            fields["question"] = observed.asked.question
            words.append(repr(observed.asked.question))
        LOG.info("%s", " ".join(words), extra={"fields": fields})


def find_interface(path: str) -> str:
    """The interface that a path belongs to.

    >>> find_interface("/api/v1/query"), find_interface("/ask")
    ('api', 'page')
    """
    return next((name for start, name in INTERFACES.items() if path.startswith(start)), "page")


def find_route(scope: Scope) -> str:
    """The path with the names of its parameters: `/api/v1/players/{player_id}`.

    `/static` for all files, `other` for what no route has.
    """
    route = getattr(scope.get("route"), "path", None)
    if isinstance(route, str):
        return route
    return "/static" if scope["path"].startswith("/static/") else "other"
