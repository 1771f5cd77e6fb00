"""OpenTelemetry: a span for each request, and for the steps of each question.

Nothing is recorded or sent unless the variables of OpenTelemetry name where to:
https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/
"""

import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Thread
from typing import TYPE_CHECKING

from starlette.datastructures import Headers
from starlette.types import Scope

from assistant import __version__
from assistant.api.observing.logs import Hiding
from assistant.api.observing.request import FAULT, Asked, Observed
from assistant.errors import ExtraAbsentError
from assistant.settings import Settings

if TYPE_CHECKING:
    from opentelemetry.sdk.trace.export import SpanExporter
    from opentelemetry.trace import Span

LOG = logging.getLogger("assistant")
ENDPOINTS = ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT")
EXPORTER = "OTEL_TRACES_EXPORTER"
STEPS = ("retrieve", "read", "write")  # in this order, without a gap


def open_traces(settings: Settings) -> "Traces | None":
    """The traces that the environment asks for; None if it asks for none, or if the optional part
    is not installed, which is logged.
    """
    chosen = os.environ.get(EXPORTER, "")
    is_off = os.environ.get("OTEL_SDK_DISABLED", "").lower() == "true" or chosen == "none"
    if is_off or not (chosen or any(os.environ.get(name) for name in ENDPOINTS)):
        return None
    try:
        exporter = make_exporter(chosen)
    except ImportError:
        LOG.warning("no traces: %s", ExtraAbsentError("otel"))
        return None
    if exporter is None:
        LOG.warning("no traces: %s is %r: give otlp, console or none", EXPORTER, chosen)
        return None
    return Traces(exporter, settings)


def make_exporter(name: str) -> "SpanExporter | None":
    """The exporter of a name; "" is `otlp`. None if it is not known. Raises ImportError."""
    if name == "console":
        from opentelemetry.sdk.trace.export import ConsoleSpanExporter

        return ConsoleSpanExporter()
    if name in ("", "otlp"):
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter

        return OTLPSpanExporter()
    return None


class Traces:
    """Records spans and sends them in the background."""

    def __init__(self, exporter: "SpanExporter", settings: Settings) -> None:
        # Here, because they are of an extra.
        from opentelemetry.sdk.resources import Resource
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor

        resource = {"service.name": os.environ.get("OTEL_SERVICE_NAME", "assistant")}
        # Of its own, not the global one: whoever embeds the app may have one.
        self._provider = TracerProvider(resource=Resource.create(resource), shutdown_on_exit=False)
        self._provider.add_span_processor(BatchSpanProcessor(exporter))
        self._tracer = self._provider.get_tracer("assistant", __version__)
        self._log_questions = settings.log_questions
        self._hiding = Hiding.of(settings)

    @contextmanager
    def trace(self, scope: Scope, headers: Headers) -> "Iterator[Span]":
        """Record a request, as a part of the trace that its header `traceparent` names."""
        from opentelemetry.trace import SpanKind
        from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

        before = TraceContextTextMapPropagator().extract(dict(headers))
        with self._tracer.start_as_current_span(
            "request", context=before, kind=SpanKind.SERVER, record_exception=False
        ) as span:
            span.set_attribute("url.path", self._hiding(scope["path"]))
            yield span

    def finish(
        self, span: "Span", observed: Observed, *, method: str, route: str, status: int
    ) -> None:
        """Add what is known at the end of a request; names are those of OpenTelemetry for HTTP."""
        span.update_name(f"{method} {route}")
        span.set_attributes(
            {
                "http.request.method": method,
                "http.route": route,
                "http.response.status_code": status,
                "assistant.request_id": observed.id,
            }
        )
        if status >= 500:
            span.set_attribute("error.type", observed.error or FAULT)

    def add_question(self, asked: Asked, interface: str) -> None:
        from opentelemetry.trace import set_span_in_context

        at = asked.began
        question = self._tracer.start_span("question", start_time=at)
        question.set_attributes(
            {
                "assistant.interface": interface,
                "assistant.outcome": asked.outcome,
                "assistant.kind": asked.kind,
            }
        )
        if self._log_questions:
            # Halves of surrogate pairs, which JSON can have, could not be sent.
            text = self._hiding(asked.question).encode(errors="backslashreplace").decode()
            question.set_attribute("assistant.question", text)
        inside = set_span_in_context(question)
        for step in STEPS:
            if step in asked.seconds:
                span = self._tracer.start_span(step, context=inside, start_time=at)
                at += round(asked.seconds[step] * 1e9)
                span.end(at)
        question.end()

    def add_error(self, code: str, status: int) -> None:
        """An attribute of the request: see `finish`."""

    def add_wait(self, seconds: float) -> None:
        from opentelemetry.trace import get_current_span

        get_current_span().set_attribute("assistant.queue_seconds", seconds)

    def close(self, seconds: float) -> None:
        """Send what has not been sent, for at most so many seconds."""
        # A daemon: an exporter tries for longer where nobody listens.
        closing = Thread(target=self._provider.shutdown, name="traces", daemon=True)
        closing.start()
        closing.join(seconds)
