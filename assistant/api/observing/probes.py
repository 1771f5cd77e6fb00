"""What orchestrators and monitoring ask: is the process alive, can it answer, what are its numbers.

None of them waits for a question.
"""

from typing import Any

from anyio import CapacityLimiter, move_on_after
from anyio.to_thread import run_sync
from fastapi import APIRouter
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4, generate_latest
from pydantic import Field
from starlette.responses import Response

from assistant.answer import Assistant
from assistant.api.limits.stopping import Stopping
from assistant.api.observing.metrics import Metrics
from assistant.api.reloading import CurrentAssistant
from assistant.api.schema import Body, ErrorBody
from assistant.errors import (
    AssistantError,
    IndexAbsentError,
    IndexDamagedError,
    IndexMismatchError,
    IndexOpeningError,
    StoppingError,
    StoreError,
)

OPENING_SECONDS = 0.5  # the longest that /readyz waits for an index that is being opened
# Anyone may ask: no folder is named.
_REASONS: dict[type[AssistantError], tuple[str, str]] = {
    IndexAbsentError: ("there is no index {!r}", "run `assistant index`"),
    IndexDamagedError: ("the index {!r} is damaged", "run `assistant index --rebuild`"),
    IndexMismatchError: ("the index {!r} is of another version", "run `assistant index`"),
    StoreError: ("the store of the index {!r} does not answer", "look at its server"),
}
_TEXT: dict[int | str, dict[str, Any]] = {
    200: {"content": {"text/plain": {"schema": {"type": "string"}}}}
}


class LiveBody(Body):
    status: str = Field(description="`alive`")


class ReadyBody(Body):
    status: str = Field(description="`ready`: an answer can be given")
    index: str
    generation: str


def create_probes(current: CurrentAssistant, stopping: Stopping, metrics: Metrics) -> APIRouter:
    api = APIRouter()
    checks = CapacityLimiter(1)

    async def find_ready() -> Assistant | None:
        """None while an index is being opened and no other is open."""
        with move_on_after(OPENING_SECONDS):
            return await run_sync(current, limiter=checks, abandon_on_cancel=True)
        if current.settings.store is not None and not current.is_opening:
            raise StoreError("")  # no thread opens one: the store is slow
        return current.opened

    @api.get("/livez", summary="Check whether the process is alive")
    async def get_alive() -> LiveBody:
        """Always 200, without a token; the index does not matter."""
        return LiveBody(status="alive")

    @api.get(
        "/readyz",
        summary="Check whether an index can answer",
        responses={503: {"model": ErrorBody, "description": "No intact index, or stopping"}},
    )
    async def get_ready() -> ReadyBody:
        """200 when ready, 503 with the reason if not; without a token, within half a second."""
        if stopping.has_begun:
            raise StoppingError
        try:
            assistant = await find_ready()
        except AssistantError as error:
            kind = next((kind for kind in _REASONS if isinstance(error, kind)), None)
            if kind is None:
                raise
            message, hint = _REASONS[kind]
            raise kind(message.format(current.index.name), hint=hint) from None
        if assistant is None:
            raise IndexOpeningError(current.index.name)
        generation = assistant.generation
        return ReadyBody(
            status="ready", index=generation.name, generation=generation.manifest.generation
        )

    @api.get("/metrics", summary="Read the metrics", response_class=Response, responses=_TEXT)
    async def get_metrics() -> Response:
        """In the text format of Prometheus, version 0.0.4."""
        content_type = {"Content-Type": CONTENT_TYPE_PLAIN_0_0_4}
        return Response(generate_latest(metrics.registry), headers=content_type)

    return api
