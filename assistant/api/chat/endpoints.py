"""The endpoints of OpenAI's clients."""

import time
from functools import partial
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from assistant.api.chat.content import write_message
from assistant.api.chat.conversation import make_query, read_query
from assistant.api.chat.schema import (
    MODEL,
    AnswerMessage,
    ChatBody,
    ChatErrorBody,
    ChoiceBody,
    CompletionBody,
    ModelBody,
    ModelsBody,
    UsageBody,
)
from assistant.api.chat.stream import respond_with_stream
from assistant.api.chat.tasks import Task, find_task, write_result
from assistant.api.explanation import ask_current, ask_extractive
from assistant.api.limits.workers import Workers
from assistant.api.observing.request import find_request_id
from assistant.api.query import OptionsBody, QueryBody
from assistant.api.reloading import CurrentAssistant
from assistant.errors import ModelUnknownError, QuestionError

_RESPONSES: dict[int | str, dict[str, Any]] = {
    200: {
        "content": {
            "text/event-stream": {
                "schema": {
                    "type": "string",
                    "description": "With `stream`: chunks, the last one with the citations",
                }
            }
        }
    },
    400: {"model": ChatErrorBody, "description": "The request can't be answered as it stands"},
    404: {"model": ChatErrorBody, "description": "There is no such model"},
    # Described in place of FastAPI's own, which is not sent.
    422: {"model": ChatErrorBody, "description": "Not sent: such a request gets 400"},
    503: {"model": ChatErrorBody, "description": "There is no intact index yet"},
}
_UNKNOWN: dict[int | str, dict[str, Any]] = {status: _RESPONSES[status] for status in (404, 422)}


def create_chat(current: CurrentAssistant, workers: Workers) -> APIRouter:
    api = APIRouter(prefix="/v1")
    model = ModelBody(created=int(time.time()))

    @api.post(
        "/chat/completions",
        summary="Ask a question as a chat",
        response_model=CompletionBody,
        responses=_RESPONSES,
    )
    async def post_completion(request: Request, body: ChatBody) -> Response:
        """The answer to the last message of the user, in OpenAI's form."""
        _check_model(body.model)
        completion = await workers.run(partial(_complete, current, body, request))
        if body.stream:
            options = body.stream_options
            include_usage = options is not None and bool(options.include_usage)
            return respond_with_stream(completion, include_usage=include_usage)
        return Response(completion.model_dump_json(), media_type="application/json")

    @api.get("/models", summary="List the models of a chat")
    def get_models() -> ModelsBody:
        """The only model is `assistant`."""
        return ModelsBody(data=[model])

    @api.get("/models/{model_id:path}", summary="Read a model of a chat", responses=_UNKNOWN)
    def get_model(model_id: str) -> ModelBody:
        """The model `assistant`; 404 for any other."""
        _check_model(model_id)
        return model

    return api


def _check_model(name: str) -> None:
    if name != MODEL:
        raise ModelUnknownError(
            f"there is no model {name[:100]!r}", hint=f"the only model is {MODEL!r}"
        )


def _complete(current: CurrentAssistant, body: ChatBody, request: Request) -> CompletionBody:
    """Answer a conversation, or do a task of a client."""
    task = find_task(body.messages)
    if task is None:
        query = read_query(body)
        base = str(request.base_url).removesuffix("/")
        message = write_message(ask_current(current, query), base)
    else:
        query = _make_query(task)
        content = write_result(task, _suggest(current, task, query))
        message = AnswerMessage(content=content, annotations=[], assistant=None)
    return CompletionBody(
        id=f"chatcmpl-{find_request_id()}",
        created=int(time.time()),
        choices=[ChoiceBody(message=message)],
        usage=_count_usage(current, query, message.content),
    )


def _make_query(task: Task) -> QueryBody:
    *before, last = task.questions or [""]
    return make_query(last, before, OptionsBody())


def _suggest(current: CurrentAssistant, task: Task, query: QueryBody) -> list[str]:
    """What to ask after a question; nothing for one that can't be asked."""
    if task.wanted != "follow_ups":
        return []
    try:
        return ask_extractive(current, query).suggestions
    except QuestionError:
        return []


def _count_usage(current: CurrentAssistant, query: QueryBody, content: str) -> UsageBody:
    asked = [query.question, *(one.question for one in query.previous)]
    texts = [text.encode(errors="replace").decode() for text in (*asked, content)]
    *prompt, completion = current().generation.encoder.count_pieces(texts)
    return UsageBody(
        prompt_tokens=sum(prompt),
        completion_tokens=completion,
        total_tokens=sum(prompt) + completion,
    )
