"""What an operator sees: probes, metrics, logs, traces."""

import json
import logging
import re
import threading
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from io import StringIO
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from assistant.answer import Assistant
from assistant.api.observing import logs, probes
from assistant.api.observing.logs import Hiding
from assistant.api.observing.traces import open_traces
from assistant.errors import IndexDamagedError
from assistant.pages.app import create_app
from assistant.settings import Settings
from tests.conftest import LOCAL

QUARK = "How much do the Quark AI glasses cost?"
ABSENT = "Who won the 2022 World Cup?"
TOKEN = "a-token-that-nobody-knows"
BEARER = {"Authorization": f"Bearer {TOKEN}"}
ID = {"X-Request-ID": "check-19"}
JSON = {"Content-Type": "application/json"}
MCP = {**JSON, "Accept": "application/json, text/event-stream"}


@contextmanager
def asking(assistant: Assistant | None = None, **settings: object) -> Iterator[TestClient]:
    app = create_app(assistant, settings=Settings.model_validate(settings))
    with TestClient(app, base_url=LOCAL, raise_server_exceptions=False) as client:
        yield client


@pytest.fixture
def lines(monkeypatch: pytest.MonkeyPatch) -> Callable[..., list[str]]:
    """Log as a server does; calling it gives the lines since the last call."""
    stream = StringIO()
    handler = logging.StreamHandler(stream)
    monkeypatch.setattr(logging.getLogger(), "handlers", [handler])
    monkeypatch.setattr(logging.getLogger("assistant"), "level", logging.INFO)

    def read(**settings: str) -> list[str]:
        if settings:
            logs.set_up_logging(Settings.model_validate(settings))
        text = stream.getvalue()
        stream.seek(0)
        stream.truncate()
        return text.splitlines()

    return read


def read_metrics(client: TestClient) -> dict[str, float]:
    text = client.get("/metrics").text
    found = (line.rpartition(" ") for line in text.splitlines() if not line.startswith("#"))
    return {name: float(value) for name, _, value in found}


def test_probes_need_neither_token_nor_host(tmp_path: Path) -> None:
    with asking(token=TOKEN, indexes=tmp_path) as client:
        elsewhere = {"Host": "10.0.0.7:8000"}
        response = client.get("/livez", headers=elsewhere)
        assert (response.status_code, response.json()) == (200, {"status": "alive"})
        assert client.head("/livez", headers=elsewhere).status_code == 200
        assert client.get("/readyz", headers=elsewhere).status_code == 503
        assert client.get("/metrics").status_code == 401
        assert client.get("/metrics", headers=BEARER).status_code == 200
        assert client.get("/api/v1/health", headers=elsewhere).status_code == 421
    with asking(token=TOKEN, metrics_open=True) as client:
        assert client.get("/metrics").status_code == 200
        assert client.get("/metrics", headers=elsewhere).status_code == 421


def test_readyz_says_why_there_is_no_answer_without_naming_a_folder(
    article_assistant: Assistant, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with asking(article_assistant) as client:
        response = client.get("/readyz")
        generation = article_assistant.generation
        ready = {"status": "ready", "index": generation.name, "generation": generation.folder.name}
        assert (response.status_code, response.json()) == (200, ready)
    with asking(indexes=tmp_path / "secret", index="notes") as client:
        response = client.get("/readyz", headers=ID)
        assert response.status_code == 503
        assert response.json()["error"] == {
            "code": "no_index",
            "message": "there is no index 'notes'",
            "hint": "run `assistant index`",
            "request_id": "check-19",
        }

        def fail(*_: object, **__: object) -> None:
            raise IndexDamagedError(f"{tmp_path} is damaged", hint=f"see {tmp_path}")

        monkeypatch.setattr(Assistant, "open", fail)
        response = client.get("/readyz")
        assert response.json()["error"]["code"] == "damaged_index"
        assert str(tmp_path) not in response.text


def test_readyz_does_not_wait_for_an_index_that_is_being_opened(
    article_assistant: Assistant, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = threading.Event()

    def wait(*_: object, **__: object) -> Assistant:
        assert opened.wait(60)
        return article_assistant

    monkeypatch.setattr(probes, "OPENING_SECONDS", 0.01)
    with asking(indexes=tmp_path) as client, monkeypatch.context() as opening:
        opening.setattr(Assistant, "open", wait)
        response = client.get("/readyz")
        assert (response.status_code, response.headers["Retry-After"]) == (503, "1")
        assert response.json()["error"]["code"] == "opening_index"
        opened.set()
        end = time.monotonic() + 60
        while client.get("/readyz").status_code != 200:
            assert time.monotonic() < end


@pytest.mark.usefixtures("terms_reader")
def test_metrics_count_what_happens(article_assistant: Assistant) -> None:
    with asking(article_assistant) as client:
        client.get("/api/v1/query", params={"question": QUARK})
        client.post("/api/v1/query", json={"question": ABSENT})
        client.post("/api/v1/query", json={"question": ""})
        client.post("/api/v1/batch", content=json.dumps({"question": QUARK}) + "\n{}")
        message = {"role": "user", "content": QUARK}
        client.post("/v1/chat/completions", json={"model": "assistant", "messages": [message]})
        client.get("/", params={"question": QUARK})
        client.get("/", params={"question": "why " * 600})
        arguments = {"name": "ask", "arguments": {"question": ""}}
        called = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": arguments}
        client.post("/mcp", json=called, headers=MCP)
        client.request("PURGE", "/a/b")
        client.head("/api/v1/documents/nope.txt")
        found = read_metrics(client)
    questions = {
        name.removeprefix("assistant_questions_total"): value
        for name, value in found.items()
        if name.startswith("assistant_questions_total")
    }
    assert questions == {
        '{interface="api",kind="span",outcome="answered"}': 1,
        '{interface="api",kind="none",outcome="absent"}': 1,
        '{interface="api",kind="none",outcome="bad_question"}': 1,
        '{interface="batch",kind="span",outcome="answered"}': 1,
        '{interface="chat",kind="span",outcome="answered"}': 1,
        '{interface="mcp",kind="none",outcome="bad_question"}': 1,
        '{interface="page",kind="none",outcome="bad_question"}': 1,
        '{interface="page",kind="span",outcome="answered"}': 1,
    }
    assert {name: value for name, value in found.items() if "errors_total" in name} == {
        'assistant_errors_total{code="bad_question",status="2xx"}': 1,
        'assistant_errors_total{code="bad_question",status="4xx"}': 2,
        'assistant_errors_total{code="bad_request",status="2xx"}': 1,
        'assistant_errors_total{code="not_found",status="4xx"}': 1,
        'assistant_errors_total{code="unknown_document",status="4xx"}': 1,
    }
    for name, value in {
        'assistant_requests_total{method="GET",route="/api/v1/query",status="200"}': 1,
        'assistant_requests_total{method="other",route="other",status="404"}': 1,
        "assistant_requests_total"
        '{method="HEAD",route="/api/v1/documents/{document_id:path}",status="404"}': 1,
        'assistant_step_seconds_count{step="retrieve"}': 5,
        'assistant_step_seconds_count{step="total"}': 5,
        "assistant_queue_seconds_count": 9,
        "assistant_answers_running": 0,
        "assistant_questions_waiting": 0,
        "assistant_requests_in_progress": 1,
        "assistant_index_ready": 1,
        "assistant_index_documents": 1,
        "assistant_index_passages": 40,
        'assistant_reloads_total{result="failed"}': 0,
        'assistant_builds_total{result="ok"}': 0,
    }.items():
        assert found[name] == value, name
    assert found["assistant_index_age_seconds"] > 0
    assert found["process_resident_memory_bytes"] > 0


@pytest.mark.parametrize("accepted", ["text/plain;version=abc", "application/openmetrics-text"])
def test_metrics_have_one_format_whatever_is_accepted(tmp_path: Path, accepted: str) -> None:
    with asking(indexes=tmp_path) as client:
        response = client.get("/metrics", headers={"Accept": accepted})
        assert response.status_code == 200
        assert response.headers["Content-Type"] == "text/plain; version=0.0.4; charset=utf-8"


def test_each_app_counts_for_itself(tmp_path: Path) -> None:
    with asking(indexes=tmp_path) as first, asking(indexes=tmp_path) as second:
        first.get("/livez")
        name = 'assistant_requests_total{method="GET",route="/livez",status="200"}'
        assert read_metrics(first)[name] == 1
        found = read_metrics(second)
        assert name not in found
        assert found["assistant_index_ready"] == 0


def test_the_dashboard_shows_metrics_that_exist(article_assistant: Assistant) -> None:
    with asking(article_assistant) as client:
        text = client.get("/metrics").text
        dashboard = client.get("/static/dashboard.json").json()
        page = client.get("/guide/operation").text
    exist = set(re.findall(r"^# TYPE (\S+)", text, re.MULTILINE))
    queries = [target["expr"] for panel in dashboard["panels"] for target in panel["targets"]]
    shown = {name for query in queries for name in re.findall(r"(?:assistant|process)_\w+", query)}
    assert {name.removesuffix("_bucket") for name in shown} <= exist
    own = {name for name in exist if name.startswith("assistant_") and "_created" not in name}
    assert own <= {name.removesuffix("_bucket") for name in shown}
    assert {name for name in own if name not in page} == set()


@pytest.mark.usefixtures("terms_reader")
def test_json_logs_have_a_line_for_each_request_without_its_question(
    article_assistant: Assistant, lines: Callable[..., list[str]]
) -> None:
    lines(log="json")
    with asking(article_assistant, log="json") as client:
        client.get("/api/v1/query", params={"question": QUARK}, headers=ID)
        client.get("/livez")  # asked often: not logged
        client.get("/nope%0aINFO forged")
    first, second = map(json.loads, lines())
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", first.pop("time"))
    assert first.pop("message") == f"GET /api/v1/query 200 {first.pop('ms')} answered"
    assert first == {
        "level": "INFO",
        "logger": "assistant.access",
        "request_id": "check-19",
        "method": "GET",
        "path": "/api/v1/query",
        "status": 200,
        "outcome": "answered",
    }
    assert (second["status"], second["outcome"]) == (404, "not_found")
    with asking(article_assistant, log="json", log_questions=True) as client:
        client.get("/api/v1/query", params={"question": QUARK})
    assert json.loads(lines()[0])["question"] == QUARK


def test_text_logs_have_no_line_for_each_request(lines: Callable[..., list[str]]) -> None:
    lines(log="text")
    with asking() as client:
        client.get("/livez")
    assert lines() == []


@pytest.mark.usefixtures("terms_reader")
def test_what_is_logged_in_threads_has_the_id_of_its_request_and_no_secret(
    article_assistant: Assistant,
    lines: Callable[..., list[str]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def fail(*_: object, **__: object) -> None:
        logging.getLogger("assistant").warning("the key is %s\nINFO forged", TOKEN)
        raise ValueError(f"key {TOKEN!r} \x1b[2J")

    monkeypatch.setattr(Assistant, "explain", fail)
    question = json.dumps({"question": QUARK})
    events = {**ID, **BEARER, "Accept": "text/event-stream"}
    mcp = {"jsonrpc": "2.0", "id": 1, "method": "tools/call"}
    params = {"name": "ask", "arguments": {"question": QUARK}}
    accepts = {**ID, **BEARER, "Accept": "application/json, text/event-stream"}
    for form in ("json", "text"):
        lines(log=form, token=TOKEN)
        with asking(article_assistant, log=form, token=TOKEN) as client:
            client.get("/api/v1/query", params={"question": QUARK}, headers={**ID, **BEARER})
            client.get("/api/v1/query", params={"question": QUARK}, headers=events)
            client.post("/api/v1/batch", content=question, headers={**ID, **BEARER})
            client.post("/mcp", json={**mcp, "params": params}, headers=accepts)
        found = lines()
        text = "\n".join(found)
        assert TOKEN not in text
        assert "\x1b" not in text
        assert text.count("(hidden)") >= 8
        if form == "json":
            records = [json.loads(line) for line in found]
            assert {record["request_id"] for record in records} == {"check-19"}
            assert [record["outcome"] for record in records if "outcome" in record][:3] == [
                "fault",
                "fault",
                "fault",
            ]
        else:
            starts = [line for line in found if line and not line.startswith("    ")]
            assert {line.partition(":")[0] for line in starts} <= {
                "WARNING assistant [check-19]",
                "ERROR assistant [check-19]",
            }
            assert r"WARNING assistant [check-19]: the key is (hidden)\nINFO forged" in starts


def test_secrets_are_hidden_in_each_way_to_write_them() -> None:
    secret = 'it\'s \\ "quoted" +'
    hide = Hiding([secret, "1"])
    for form in (secret, repr(secret), json.dumps(secret), "it%27s%20%5C%20%22quoted%22%20%2B"):
        assert hide(f"1 {form}").strip("'\"") in ("1 (hidden)", "1 '(hidden)", '1 "(hidden)')


def test_warnings_are_logged(lines: Callable[..., list[str]]) -> None:
    lines(log="json")
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        logging.captureWarnings(False)  # a test before may have left it on
        logging.captureWarnings(True)
        warnings.warn("a model is old", stacklevel=1)
        logging.captureWarnings(False)
    record = json.loads(lines()[0])
    assert (record["level"], record["logger"]) == ("WARNING", "py.warnings")
    assert "a model is old" in record["message"]


@pytest.mark.usefixtures("terms_reader")
def test_a_trace_has_the_request_the_question_and_its_steps(
    article_assistant: Assistant, monkeypatch: pytest.MonkeyPatch
) -> None:
    exporter = InMemorySpanExporter()
    monkeypatch.setenv("OTEL_TRACES_EXPORTER", "otlp")
    monkeypatch.setattr("assistant.api.observing.traces.make_exporter", lambda _: exporter)
    trace, parent = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"
    headers = {"traceparent": f"00-{trace}-{parent}-01", **ID}
    with asking(article_assistant) as client:
        client.get("/api/v1/query", params={"question": QUARK}, headers=headers)
    finished = [json.loads(span.to_json()) for span in exporter.get_finished_spans()]
    spans = {span["name"]: span for span in finished}
    assert set(spans) == {"GET /api/v1/query", "question", "retrieve", "read"}
    request, question = spans["GET /api/v1/query"], spans["question"]
    assert {span["context"]["trace_id"] for span in finished} == {f"0x{trace}"}
    assert request["parent_id"] == f"0x{parent}"
    assert question["parent_id"] == request["context"]["span_id"]
    assert spans["read"]["parent_id"] == question["context"]["span_id"]
    assert spans["read"]["start_time"] == spans["retrieve"]["end_time"]
    assert request["attributes"].pop("assistant.queue_seconds") >= 0
    assert request["attributes"] == {
        "url.path": "/api/v1/query",
        "http.request.method": "GET",
        "http.route": "/api/v1/query",
        "http.response.status_code": 200,
        "assistant.request_id": "check-19",
    }
    assert question["attributes"] == {
        "assistant.interface": "api",
        "assistant.outcome": "answered",
        "assistant.kind": "span",
    }


def test_a_trace_has_no_secret_and_only_text(
    article_assistant: Assistant, monkeypatch: pytest.MonkeyPatch
) -> None:
    exporter = InMemorySpanExporter()
    monkeypatch.setenv("OTEL_TRACES_EXPORTER", "otlp")
    monkeypatch.setattr("assistant.api.observing.traces.make_exporter", lambda _: exporter)
    with asking(article_assistant, token=TOKEN, log_questions=True) as client:
        client.get(f"/{TOKEN}", headers=BEARER)
        content = json.dumps({"question": f"\ud800 {TOKEN}"})
        client.post("/api/v1/query", content=content, headers={**JSON, **BEARER})
    attributes = [dict(span.attributes or {}) for span in exporter.get_finished_spans()]
    assert attributes[0]["url.path"] == "/(hidden)"
    assert attributes[1]["assistant.question"] == r"\ud800 (hidden)"


def test_without_the_variables_of_opentelemetry_nothing_is_traced(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    for name in ("OTEL_TRACES_EXPORTER", "OTEL_EXPORTER_OTLP_ENDPOINT"):
        monkeypatch.delenv(name, raising=False)
    assert open_traces(Settings()) is None
    monkeypatch.setenv("OTEL_TRACES_EXPORTER", "none")
    assert open_traces(Settings()) is None
    assert caplog.text == ""
    monkeypatch.setenv("OTEL_TRACES_EXPORTER", "zipkin")
    assert open_traces(Settings()) is None
    assert "OTEL_TRACES_EXPORTER is 'zipkin': give otlp, console or none" in caplog.text

    def fail(_: str) -> None:
        raise ImportError

    monkeypatch.setattr("assistant.api.observing.traces.make_exporter", fail)
    assert open_traces(Settings()) is None
    assert "no traces: the optional part otel is not installed: run" in caplog.text


def test_the_framework_records_no_span_which_would_have_the_question(
    article_assistant: Assistant, monkeypatch: pytest.MonkeyPatch
) -> None:
    exporter, provider = InMemorySpanExporter(), TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    monkeypatch.setattr("opentelemetry.trace.get_tracer_provider", lambda: provider)
    with asking(article_assistant) as client:
        client.get("/api/v1/query", params={"question": QUARK})
    assert [span.name for span in exporter.get_finished_spans()] == []
