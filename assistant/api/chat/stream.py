"""A completion in chunks: server-sent events, as OpenAI sends them."""

import json
import re
from collections.abc import AsyncIterator, Iterator, Sequence

from fastapi.sse import EventSourceResponse, format_sse_event

from assistant.api.chat.schema import CompletionBody

_CHUNK = "chat.completion.chunk"


def respond_with_stream(completion: CompletionBody, *, include_usage: bool) -> EventSourceResponse:
    """All events are made before the first is sent: a slow client holds nothing but them."""
    events = list(list_events(completion, include_usage=include_usage))
    # Without the header, nginx collects a stream before it passes it on.
    return EventSourceResponse(_send(events), headers={"X-Accel-Buffering": "no"})


def list_events(completion: CompletionBody, *, include_usage: bool) -> Iterator[bytes]:
    """The role, the content line by line, its citations, and last the usage if it is wanted."""
    message = completion.choices[0].message
    cited = message.model_dump(mode="json", include={"annotations", "assistant"})
    lines = re.findall(r"[^\n]+\n*", message.content)
    deltas: list[dict[str, object]] = [{"role": "assistant", "content": ""}]
    deltas += [{"content": line} for line in lines]
    deltas.append(cited)
    # Clients that want the usage expect the field in every chunk.
    usage: dict[str, object] = {"usage": None} if include_usage else {}
    for delta in deltas:
        finish_reason = "stop" if delta is cited else None
        choice = {"index": 0, "delta": delta, "finish_reason": finish_reason, "logprobs": None}
        yield _format(completion, choices=[choice], **usage)
    if include_usage:
        yield _format(completion, choices=[], usage=completion.usage.model_dump())
    yield format_sse_event(data_str="[DONE]")


def _format(completion: CompletionBody, **fields: object) -> bytes:
    same = completion.model_dump(include={"id", "created", "model"})
    return format_sse_event(data_str=json.dumps({**same, "object": _CHUNK, **fields}))


async def _send(events: Sequence[bytes]) -> AsyncIterator[bytes]:
    for event in events:
        yield event
