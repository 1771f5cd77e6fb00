"""The metrics of an app, for Prometheus."""

from collections.abc import Iterator
from pathlib import Path
from time import time

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    Info,
    ProcessCollector,
)
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from assistant import __version__
from assistant.api.limits.workers import Workers
from assistant.api.observing.request import Asked
from assistant.api.rebuilding import Rebuilding
from assistant.api.reloading import CurrentAssistant
from assistant.index.manifest import MANIFEST

SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)


class Metrics:
    """What /metrics shows. No label has a value that a client chooses."""

    def __init__(self, current: CurrentAssistant, workers: Workers, rebuilding: Rebuilding) -> None:
        # Of its own: two apps in a process, as in tests, must not count each other's requests.
        self.registry = registry = CollectorRegistry()
        Info("assistant_build", "Version of the assistant", registry=registry).info(
            {"version": __version__}
        )
        self._questions = Counter(
            "assistant_questions",
            "Questions by interface, outcome (answered, not_sure, absent, or the code of an error) "
            "and kind of answer",
            ("interface", "outcome", "kind"),
            registry=registry,
        )
        self._steps = Histogram(
            "assistant_step_seconds",
            "Seconds that a question takes: to retrieve passages, to read them, to write with a "
            "language model, in total",
            ("step",),
            buckets=SECONDS,
            registry=registry,
        )
        self._waits = Histogram(
            "assistant_queue_seconds",
            "Seconds that a question waits for its turn",
            buckets=SECONDS,
            registry=registry,
        )
        self._errors = Counter(
            "assistant_errors",
            "Errors that clients got, by code and class of the HTTP status; 2xx: in a response "
            "that had begun",
            ("code", "status"),
            registry=registry,
        )
        self.requests = Counter(
            "assistant_requests",
            "Requests by method, route and HTTP status",
            ("method", "route", "status"),
            registry=registry,
        )
        self.in_progress = Gauge(
            "assistant_requests_in_progress", "Requests in progress", registry=registry
        )
        running = Gauge(
            "assistant_answers_running", "Answers that are being found", registry=registry
        )
        running.set_function(lambda: workers.running)
        waiting = Gauge(
            "assistant_questions_waiting", "Questions that wait for their turn", registry=registry
        )
        waiting.set_function(lambda: workers.waiting)
        registry.register(IndexCollector(current, rebuilding))
        ProcessCollector(registry=registry)

    def add_question(self, asked: Asked, interface: str) -> None:
        self._questions.labels(interface, asked.outcome, asked.kind).inc()
        for step, seconds in asked.seconds.items():
            self._steps.labels(step).observe(seconds)

    def add_error(self, code: str, status: int) -> None:
        self._errors.labels(code, f"{status // 100}xx").inc()

    def add_wait(self, seconds: float) -> None:
        self._waits.observe(seconds)


class IndexCollector(Collector):
    """The index that answers, as it is when it is asked for: nothing is opened."""

    def __init__(self, current: CurrentAssistant, rebuilding: Rebuilding) -> None:
        self._current = current
        self._rebuilding = rebuilding

    def collect(self) -> Iterator[Metric]:
        yield from self._describe_index()
        reloads = CounterMetricFamily(
            "assistant_reloads",
            "New generations by whether they could be opened",
            labels=["result"],
        )
        builds = CounterMetricFamily(
            "assistant_builds", "Builds of the index by this server", labels=["result"]
        )
        for family, counts in (
            (reloads, self._current.reloads),
            (builds, self._rebuilding.builds),
        ):
            for result, count in counts.items():
                family.add_metric([result], count)
            yield family

    def _describe_index(self) -> Iterator[Metric]:
        assistant = self._current.opened
        ready = GaugeMetricFamily("assistant_index_ready", "1 if an index is open, else 0")
        ready.add_metric([], assistant is not None)
        yield ready
        if assistant is None:
            return
        generation = assistant.generation
        named = GaugeMetricFamily(
            "assistant_index_info",
            "Index and generation that answer; always 1",
            labels=["index", "generation"],
        )
        named.add_metric([generation.name, generation.manifest.generation], 1)
        yield named
        yield GaugeMetricFamily(
            "assistant_index_age_seconds",
            "Seconds since the generation was built",
            max(0.0, time() - _find_time(generation.folder)),
        )
        documents, passages = generation.manifest.documents, generation.manifest.passages
        yield GaugeMetricFamily("assistant_index_documents", "Documents of the index", documents)
        yield GaugeMetricFamily("assistant_index_passages", "Passages of the index", passages)


def _find_time(folder: Path) -> float:
    """When a generation was built, in seconds since 1970; 0 if its folder was removed."""
    try:
        return (folder / MANIFEST).stat().st_mtime
    except OSError:
        return 0.0
