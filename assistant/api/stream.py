"""An answer as server-sent events: what each step found, as soon as it is found."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass

from fastapi import Request
from fastapi.sse import KEEPALIVE_COMMENT, EventSourceResponse, format_sse_event
from pydantic import Field
from starlette.responses import Response

from assistant.answer import Assistant
from assistant.api.explanation import ask_current
from assistant.api.faults import describe_error
from assistant.api.limits.workers import Workers
from assistant.api.query import QueryBody
from assistant.api.rendering import quote_href, render_answer
from assistant.api.schema import Body
from assistant.errors import QuestionError
from assistant.records import Answer, Hit

EVENT_STREAM = "text/event-stream"
KEEP_ALIVE_SECONDS = 15.0  # proxies close connections on which nothing is sent
# Questions that are being answered: the event loop itself keeps no reference to its tasks.
_ASKED: set[asyncio.Task[None]] = set()


class RetrievedPassageBody(Body):
    """A passage as it was found; it is not read yet, and the answer may order it differently."""

    passage_id: str
    document_id: str
    document_title: str
    heading: str
    start: int
    end: int
    score: float
    href: str


class RetrievedBody(Body):
    """The data of the event `retrieved`."""

    passages: list[RetrievedPassageBody] = Field(description="best first, at most `top_k`")


@dataclass(frozen=True, slots=True)
class _Event:
    """`error` is why there is no answer: of the event `error`."""

    name: str
    content: str = ""
    error: Exception | None = None

    @property
    def is_last(self) -> bool:
        return self.name in ("done", "error")


def wants_stream(request: Request) -> bool:
    """Whether a request accepts events: it names them, alone or among others."""
    accepted = ",".join(request.headers.getlist("accept")).split(",")
    return EVENT_STREAM in (one.partition(";")[0].strip().lower() for one in accepted)


async def stream_answer(
    current: Callable[[], Assistant], workers: Workers, query: QueryBody
) -> Response:
    """The events of an answer. What fails before the first one is raised, as without a stream."""
    if query.format == "csv":
        raise QuestionError(
            "the answer can't be a stream and CSV at the same time",
            hint="leave out `format=csv`, or `text/event-stream` in the header Accept",
        )
    events = _ask(current, workers, query)
    first = await events.get()
    if first.error is not None:
        raise first.error
    # Some proxies collect a response before they pass it on, unless it has this header.
    headers = {"X-Accel-Buffering": "no"}
    return EventSourceResponse(_write(first, events), headers=headers)


def _ask(
    current: Callable[[], Assistant], workers: Workers, query: QueryBody
) -> asyncio.Queue[_Event]:
    """Ask in a thread: the queue takes every event at once, so that nothing that a question holds
    waits for a slow client.
    """
    loop = asyncio.get_running_loop()
    events = asyncio.Queue[_Event]()

    def put(event: _Event) -> None:
        loop.call_soon_threadsafe(events.put_nowait, event)

    def listen(found: Sequence[Hit] | Answer) -> None:
        if isinstance(found, Answer):
            put(_Event("answer", render_answer(found).model_dump_json()))
        else:
            put(_Event("retrieved", render_retrieved(found).model_dump_json()))

    async def ask_in_turn() -> None:
        try:
            body = await workers.run(lambda: ask_current(current, query, listen).model_dump_json())
            events.put_nowait(_Event("done", body))
        except Exception as error:  # raised or logged where the events are sent
            events.put_nowait(_Event("error", error=error))

    task = asyncio.create_task(ask_in_turn())
    _ASKED.add(task)
    task.add_done_callback(_ASKED.discard)
    return events


async def _write(first: _Event, events: asyncio.Queue[_Event]) -> AsyncIterator[bytes]:
    """The events as bytes, with a comment where the next one takes long."""
    event = first
    while True:
        content = event.content
        if event.error is not None:
            content = describe_error(event.error).model_dump_json()
        yield format_sse_event(event=event.name, data_str=content)
        if event.is_last:
            return
        while (following := await _wait(events)) is None:
            yield KEEPALIVE_COMMENT
        event = following


async def _wait(events: asyncio.Queue[_Event]) -> _Event | None:
    """The next event; None if there is none for a while."""
    try:
        async with asyncio.timeout(KEEP_ALIVE_SECONDS):
            return await events.get()
    except TimeoutError:
        return None


def render_retrieved(hits: Sequence[Hit]) -> RetrievedBody:
    passages = []
    for hit in hits:
        passage, document = hit.passage, hit.passage.document
        passages.append(
            RetrievedPassageBody.of(
                passage,
                passage_id=passage.id,
                document_id=document.id,
                document_title=document.title,
                score=hit.score,
                href=quote_href(document.id, passage.start, passage.end, passage.text),
            )
        )
    return RetrievedBody(passages=passages)
