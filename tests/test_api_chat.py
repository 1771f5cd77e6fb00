"""The chat interface with OpenAI's own client: answers, streams, filters, errors, access."""

import asyncio
import json
import os
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import httpx2
import openai
import pytest
from fastapi.testclient import TestClient
from openai import AsyncOpenAI, OpenAI
from openai.types.chat import (
    ChatCompletionContentPartTextParam,
    ChatCompletionMessageParam as Message,
)
from pydantic import ValidationError
from starlette.types import Message as AsgiMessage, Scope

from assistant.api.chat.schema import ChatBody
from assistant.errors import IndexDamagedError
from assistant.pages.app import create_app
from assistant.records import Answer, Document, DocumentFilter
from assistant.settings import Settings
from tests.answers import ANSWERED, EVERY, LISTED, CannedAssistant, assistant_of, client_of
from tests.browser.visiting import served
from tests.conftest import LOCAL, Maker

UNKNOWN_DOCUMENT = {"extra_body": {"assistant": {"documents": ["z"]}}}
TOKEN = "a-token-of-16-characters"


def openai_of(client: TestClient, token: str = "none") -> OpenAI:
    """OpenAI's client of an app, in this process."""
    return OpenAI(api_key=token, base_url=f"{LOCAL}/v1", http_client=client, max_retries=0)


def ask(client: OpenAI, *questions: str, **options: Any) -> Any:
    messages: list[Message] = [{"role": "user", "content": question} for question in questions]
    return client.chat.completions.create(model="assistant", messages=messages, **options)


def drop_timing(body: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in body.items() if name != "timing_ms"}


@pytest.fixture
def canned() -> CannedAssistant:
    return CannedAssistant(EVERY)


@pytest.fixture
def chat(canned: CannedAssistant) -> Iterator[OpenAI]:
    app = create_app(canned)  # type: ignore[arg-type]
    with TestClient(app, base_url=LOCAL) as client:
        yield openai_of(client)


@pytest.mark.parametrize("answer", EVERY)
def test_every_outcome_is_the_same_streamed_or_not_and_as_asked_by_the_api(answer: Answer) -> None:
    client = client_of(*EVERY)
    chat = openai_of(client)
    completion = ask(chat, answer.question)
    (choice,) = completion.choices
    assert (completion.object, completion.model) == ("chat.completion", "assistant")
    assert (choice.finish_reason, choice.message.role) == ("stop", "assistant")
    asked = client.post("/api/v1/query", json={"question": answer.question}).json()
    assert choice.message.assistant == asked
    chunks = list(ask(chat, answer.question, stream=True))
    assert {chunk.object for chunk in chunks} == {"chat.completion.chunk"}
    assert len({chunk.id for chunk in chunks}) == 1
    deltas = [chunk.choices[0].delta for chunk in chunks]
    assert deltas[0].role == "assistant"
    assert "".join(delta.content or "" for delta in deltas) == choice.message.content
    annotations = [one.model_dump() for one in choice.message.annotations]
    assert deltas[-1].annotations == annotations
    assert deltas[-1].assistant == asked
    ends = [chunk.choices[0].finish_reason for chunk in chunks]
    assert ends == [None] * (len(chunks) - 1) + ["stop"]


def test_annotations_are_read_by_the_client() -> None:
    message = ask(openai_of(client_of(ANSWERED)), ANSWERED.question).choices[0].message
    (annotation,) = message.annotations
    cited = annotation.url_citation
    assert message.content[cited.start_index : cited.end_index] == "[1]"
    page = client_of(ANSWERED).get(cited.url)
    assert page.status_code == 200
    assert "<mark" in page.text


def test_usage_counts_the_questions_and_the_content(chat: OpenAI) -> None:
    completion = ask(chat, "What cost glasses?", ANSWERED.question)
    content = completion.choices[0].message.content
    usage = completion.usage
    assert (usage.prompt_tokens, usage.completion_tokens) == (3 + 6, len(content.split()))
    assert usage.total_tokens == 9 + len(content.split())
    streamed = list(
        ask(chat, ANSWERED.question, stream=True, stream_options={"include_usage": True})
    )
    assert [chunk.usage for chunk in streamed[:-1]] == [None] * (len(streamed) - 1)
    assert streamed[-1].choices == []
    assert streamed[-1].usage.prompt_tokens == 6


def test_a_stream_ends_with_done_and_is_not_collected_by_a_proxy() -> None:
    asked = {"role": "user", "content": ANSWERED.question}
    body = {"model": "assistant", "messages": [asked], "stream": True}
    response = client_of(ANSWERED).post("/v1/chat/completions", json=body)
    assert response.headers["content-type"].startswith("text/event-stream")
    assert response.headers["x-accel-buffering"] == "no"
    *events, done, end = response.text.split("\n\n")
    assert (done, end) == ("data: [DONE]", "")
    assert all(json.loads(event.removeprefix("data: "))["choices"] for event in events)


def test_a_real_server_streams_to_the_sync_and_the_async_client(shared_make: Maker) -> None:
    document = Document("a.txt", "A", "Quark glasses cost 9 yuan. Nobody makes money.")
    app = create_app(shared_make.assistant(document))
    question = "What do Quark glasses cost?"
    messages: list[Message] = [{"role": "user", "content": question}]

    async def stream(base: str) -> tuple[str, Any]:
        async with AsyncOpenAI(api_key="none", base_url=base) as client:
            chunks = await client.chat.completions.create(
                model="assistant", messages=messages, stream=True
            )
            deltas = [chunk.choices[0].delta async for chunk in chunks]
            return "".join(delta.content or "" for delta in deltas), deltas[-1]

    with served(app) as address, OpenAI(api_key="none", base_url=f"{address}/v1") as client:
        message = ask(client, question).choices[0].message
        content, last = asyncio.run(stream(f"{address}/v1"))
        assert content == message.content
        assert "9 yuan" in content
        assert f"]({address}/documents/a.txt?" in content
        assert drop_timing(last.assistant) == drop_timing(message.assistant)
        assert [model.id for model in client.models.list()] == ["assistant"]


def test_slow_clients_do_not_keep_others_from_an_answer(shared_make: Maker) -> None:
    """More of them than there may be runs of a model at once, and threads that are waited for."""
    app = create_app(shared_make.assistant(Document("a.txt", "A", "Quark glasses cost 9 yuan.")))
    question = {"role": "user", "content": "What do Quark glasses cost?"}
    body = {"model": "assistant", "messages": [question], "stream": True}

    async def stall(begun: asyncio.Event, end: asyncio.Event) -> None:
        """Ask, and take nothing after the first piece."""
        sent = iter([{"type": "http.request", "body": json.dumps(body).encode()}])

        async def receive() -> AsgiMessage:
            for message in sent:
                return message
            await end.wait()
            return {"type": "http.disconnect"}

        async def send(message: AsgiMessage) -> None:
            if message.get("body"):
                begun.set()
                await end.wait()

        await app(_make_scope(), receive, send)

    async def run() -> int:
        end = asyncio.Event()
        waits = [asyncio.Event() for _ in range(2 * (os.cpu_count() or 1) + 1)]
        slow = [asyncio.create_task(stall(begun, end)) for begun in waits]
        for begun in waits:
            await begun.wait()
        transport = httpx2.ASGITransport(app)
        async with httpx2.AsyncClient(transport=transport, base_url=LOCAL) as client:
            response = await client.post("/v1/chat/completions", json=body)
        end.set()
        await asyncio.gather(*slow)
        return response.status_code

    assert asyncio.run(asyncio.wait_for(run(), 120)) == 200  # it would wait without an end


def _make_scope() -> Scope:
    return {
        "type": "http", "method": "POST", "path": "/v1/chat/completions", "query_string": b"",
        "headers": [(b"host", b"127.0.0.1"), (b"content-type", b"application/json")],
        "scheme": "http", "server": ("127.0.0.1", 8000), "http_version": "1.1",
        "raw_path": b"/v1/chat/completions", "root_path": "",
    }  # fmt: skip


def test_addresses_begin_with_what_the_client_asked() -> None:
    client = TestClient(
        create_app(assistant_of(ANSWERED)), base_url="http://localhost:81", root_path="/answers"
    )
    chat = OpenAI(api_key="none", base_url="http://localhost:81/v1", http_client=client)
    message = ask(chat, ANSWERED.question).choices[0].message
    base = "http://localhost:81/answers/documents/shop/quark%201.txt?"
    assert message.annotations[0].url_citation.url.startswith(base)
    assert f"]({base}" in message.content


# The conversation


def test_the_last_message_of_the_user_is_the_question(
    chat: OpenAI, canned: CannedAssistant
) -> None:
    questions = [f"Question {n}?" for n in range(8)]
    messages: list[Message] = [{"role": "system", "content": "Answer in verse."}]
    for question in questions:
        messages += [
            {"role": "user", "content": question},
            {"role": "assistant", "content": "An answer."},
        ]
    messages += [
        {"role": "user", "content": ""},
        {"role": "user", "content": "x" * 2001},
        {"role": "user", "content": [_make_part("And"), _make_part("now?")]},
        {"role": "developer", "content": "In capitals."},
    ]
    chat.chat.completions.create(
        model="assistant", messages=messages, temperature=0.5, max_tokens=5, seed=1, user="me",
        tools=[{"type": "function", "function": {"name": "f"}}], extra_body={"num_ctx": 1},
    )  # fmt: skip
    assert canned.asked[-1][0] == "And\nnow?"
    assert canned.conversations[-1] == (tuple(questions[-5:]), DocumentFilter())


def _make_part(text: str) -> ChatCompletionContentPartTextParam:
    return {"type": "text", "text": text}


def test_a_picture_is_refused_in_the_question_and_left_out_before_it(
    chat: OpenAI, canned: CannedAssistant
) -> None:
    picture: Message = {
        "role": "user",
        "content": [
            {"type": "text", "text": "What is this?"},
            {"type": "image_url", "image_url": {"url": "data:image/png;base64,AAAA"}},
        ],
    }
    with pytest.raises(openai.BadRequestError, match="'image_url': send text"):
        chat.chat.completions.create(model="assistant", messages=[picture])
    question: Message = {"role": "user", "content": "And now?"}
    chat.chat.completions.create(model="assistant", messages=[picture, question])
    assert canned.conversations[-1][0] == ("What is this?",)


def test_our_own_fields_are_passed_on(chat: OpenAI, canned: CannedAssistant) -> None:
    options = {
        "documents": ["b.txt"], "published_from": "2025-01-01", "published_to": "2025-12-31",
        "formats": ["txt"], "as_of": "2025-03-01", "top_k": 3, "include": ["explain"],
    }  # fmt: skip
    message = ask(chat, LISTED.question, extra_body={"assistant": options}).choices[0].message
    assert canned.asked[-1] == (LISTED.question, 3, date(2025, 3, 1))
    within = DocumentFilter(("b.txt",), date(2025, 1, 1), date(2025, 12, 31), ("txt",))
    assert canned.conversations[-1] == ((), within)
    assert message.assistant["explanation"]["decided_by"] == "reader"
    assert message.assistant["filter"]["documents"] == ["b.txt"]


def test_a_follow_up_with_a_filter_is_answered_as_by_the_api(shared_make: Maker) -> None:
    shop = Document("shop.txt", "Shop", "Quark glasses cost 9 yuan. Quark cases cost 4 yuan.")
    store = Document("store.txt", "Store", "Quark glasses cost 7 yuan. Quark cases cost 3 yuan.")
    client = TestClient(create_app(shared_make.assistant(shop, store)), base_url=LOCAL)
    questions = "What do Quark glasses cost?", "And Quark cases?"
    options = {"documents": ["store.txt"], "top_k": 1, "as_of": "2026-01-31"}
    body = {"question": questions[1], "previous": [{"question": questions[0]}], **options}
    expected = client.post("/api/v1/query", json=body).json()
    extra = {"extra_body": {"assistant": options}}
    message = ask(openai_of(client), *questions, **extra).choices[0].message
    *_, last = ask(openai_of(client), *questions, stream=True, **extra)
    for given in (message.assistant, last.choices[0].delta.assistant):
        assert drop_timing(given) == drop_timing(expected)
    assert "3 yuan" in message.content
    assert message.content.endswith("Read 1 of 1 passage in 1 of 2 documents.")


@pytest.mark.parametrize("name", ["question", "previous", "format", "nothing"])
def test_other_fields_of_ours_are_refused(chat: OpenAI, name: str) -> None:
    with pytest.raises(openai.BadRequestError) as raised:
        ask(chat, "What?", extra_body={"assistant": {name: "x"}})
    assert raised.value.param == f"assistant.{name}"


# Models, errors and access


def test_there_is_one_model(chat: OpenAI) -> None:
    (model,) = chat.models.list()
    assert (model.id, model.object) == ("assistant", "model")
    assert chat.models.retrieve("assistant") == model
    with pytest.raises(openai.NotFoundError) as raised:
        chat.models.retrieve("gpt-5")
    assert raised.value.code == "model_not_found"
    messages: list[Message] = [{"role": "user", "content": "What?"}]
    with pytest.raises(openai.NotFoundError) as raised:
        chat.chat.completions.create(model="gpt-5", messages=messages)
    assert raised.value.body == {
        "message": "there is no model 'gpt-5': the only model is 'assistant'",
        "type": "invalid_request_error",
        "param": "model",
        "code": "model_not_found",
        "request_id": raised.value.request_id,
    }


@pytest.mark.parametrize(
    ("question", "options", "message", "param"),
    [
        ("", {}, "the question is empty: write one", None),
        ("x" * 2001, {}, "the question has 2,001 characters: ask in at most 2,000", None),
        ("What?", {"n": 2}, "n: Input should be 1 (given: 2): see /docs", "n"),
        ("What?", UNKNOWN_DOCUMENT, "no document 'z'", "assistant"),
        ("What?", {"extra_body": {"stream": "soon"}}, "stream: Input should be a valid", "stream"),
    ],
)
@pytest.mark.parametrize("stream", [False, True])
def test_a_bad_request_is_one_to_the_client(
    question: str, options: dict[str, Any], message: str, param: str | None, stream: bool,
    shared_make: Maker,
) -> None:  # fmt: skip
    app = create_app(shared_make.assistant(Document("a.txt", "A", "Quark costs 9 yuan.")))
    chat = openai_of(TestClient(app, base_url=LOCAL))
    with pytest.raises(openai.BadRequestError) as raised:
        ask(chat, question, stream=stream, **options)
    error = raised.value
    assert error.body["message"].startswith(message)  # type: ignore[index]
    assert (error.param, error.type) == (param, "invalid_request_error")


def test_messages_need_a_question() -> None:
    chat = openai_of(client_of(ANSWERED))
    with pytest.raises(openai.BadRequestError, match="no message has the role user"):
        chat.chat.completions.create(
            model="assistant", messages=[{"role": "system", "content": "Answer."}]
        )
    with pytest.raises(openai.BadRequestError, match="no message has the role user"):
        chat.chat.completions.create(model="assistant", messages=[])


@pytest.mark.parametrize(
    ("method", "path", "content", "status", "code"),
    [
        ("GET", "/v1/nothing", b"", 404, "not_found"),
        ("GET", "/v1/chat/completions", b"", 405, "method_not_allowed"),
        ("POST", "/v1/models", b"", 405, "method_not_allowed"),
        ("POST", "/v1/chat/completions", b"[", 400, "bad_request"),
        ("POST", "/v1/chat/completions", b" " * (2**20 + 1), 413, "too_large"),
    ],
)
def test_every_error_has_the_form_of_openai(
    method: str, path: str, content: bytes, status: int, code: str
) -> None:
    headers = {"content-type": "application/json"}
    response = client_of(ANSWERED).request(method, path, content=content, headers=headers)
    assert response.status_code == status
    error = response.json()["error"]
    assert set(error) == {"message", "type", "param", "code", "request_id"}
    assert (error["code"], error["type"]) == (code, "invalid_request_error")
    assert error["request_id"] == response.headers["x-request-id"]


def test_without_an_index_there_are_models_and_no_answers(tmp_path: Path) -> None:
    app = create_app(settings=Settings(indexes=tmp_path, corpus=tmp_path))
    chat = openai_of(TestClient(app, base_url=LOCAL))
    assert [model.id for model in chat.models.list()] == ["assistant"]
    with pytest.raises(openai.InternalServerError, match="no index") as raised:
        ask(chat, "What?", stream=True)
    assert (raised.value.status_code, raised.value.type) == (503, "server_error")


def test_a_fault_is_one_of_the_server(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("secret")

    monkeypatch.setattr("assistant.api.chat.endpoints.ask_current", fail)
    client = TestClient(
        create_app(assistant_of(ANSWERED)), base_url=LOCAL, raise_server_exceptions=False
    )
    with pytest.raises(openai.InternalServerError) as raised:
        ask(openai_of(client), ANSWERED.question)
    assert raised.value.code == "fault"
    assert "secret" not in str(raised.value.body)


def test_a_damaged_index_is_one_of_the_server(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise IndexDamagedError("the index is damaged", hint="run `assistant index`")

    monkeypatch.setattr("assistant.api.chat.endpoints.ask_current", fail)
    with pytest.raises(openai.InternalServerError, match="run `assistant index`"):
        ask(openai_of(client_of(ANSWERED)), ANSWERED.question)


def test_the_token_is_the_key_of_the_client() -> None:
    app = create_app(assistant_of(ANSWERED), settings=Settings(token=TOKEN))
    client = TestClient(app, base_url=LOCAL)
    with pytest.raises(openai.AuthenticationError) as raised:
        ask(openai_of(client, "wrong"), ANSWERED.question)
    assert raised.value.code == "no_token"
    with pytest.raises(openai.AuthenticationError):
        openai_of(client, "wrong").models.list()
    assert ask(openai_of(client, TOKEN), ANSWERED.question).choices[0].message.content
    assert [model.id for model in openai_of(client, TOKEN).models.list()] == ["assistant"]


def test_pages_of_other_sites_are_not_served() -> None:
    client = client_of(ANSWERED)
    headers = {"Origin": "https://other.example", "Access-Control-Request-Method": "POST"}
    for response in (
        client.options("/v1/chat/completions", headers=headers),
        client.get("/v1/models", headers=headers),
    ):
        assert not [name for name in response.headers if name.startswith("access-control")]
    other = client.get("/v1/models", headers={"Host": "other.example"})
    assert (other.status_code, other.json()["error"]["code"]) == (421, "unknown_host")


@pytest.mark.parametrize(
    ("message", "errors"), [({"role": 1}, 1), ({"role": "user", "content": [1] * 9}, 2)]
)
def test_a_long_conversation_is_checked_up_to_its_first_error(
    message: dict[str, object], errors: int
) -> None:
    """All errors of a megabyte would take seconds to list. A content may be of two types."""
    with pytest.raises(ValidationError) as refused:
        ChatBody.model_validate({"model": "assistant", "messages": [message] * 9})
    assert refused.value.error_count() == errors
