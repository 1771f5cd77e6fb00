"""A completion of an OpenAI-compatible server, within a deadline and a size."""

import asyncio
import math
import threading
from collections.abc import Sequence
from concurrent.futures import Future
from contextlib import nullcontext, suppress
from dataclasses import dataclass, field
from http import HTTPStatus
from time import monotonic
from typing import Literal

from pydantic import BaseModel, Field, ValidationError

from assistant.answer.writer.prompt import Message
from assistant.deadline import check_deadline, find_deadline
from assistant.errors import ExtraAbsentError, SettingError

LARGEST_RESPONSE = 64 * 1024  # bytes
MOST_TOKENS = 512  # of a completion
SEED = 0
MOST_AT_ONCE = 8  # completions; a server that hangs must not hold the threads of all requests
RESERVE = 0.5  # seconds of a request's time in which the answer is written without it
PAUSE = 30.0  # seconds in which a server that was too slow is not asked
HIGHEST_PORT = 65535


class CompletionError(Exception):
    """A server gave no complete text. The message has nothing of the request or the response."""


class SlowError(CompletionError):
    """The time was over before the text was complete."""


class _Message(BaseModel):
    content: str = Field(pattern=r"\S")


class _Choice(BaseModel):
    message: _Message
    finish_reason: Literal["stop"]  # any other means that the text was cut off


class _Completion(BaseModel):
    choices: list[_Choice] = Field(min_length=1)


@dataclass(slots=True)
class ChatServer:
    """A model at an address. Threads may share it."""

    url: str
    model: str
    seconds: float  # the longest that a completion may take, all in all
    key: str | None = field(default=None, repr=False)
    _free: threading.Semaphore = field(
        default_factory=lambda: threading.Semaphore(MOST_AT_ONCE), init=False, repr=False
    )
    _resumes: float = field(default=0.0, init=False, repr=False)  # when it may be asked again

    def check(self) -> None:
        """Raise ExtraAbsentError without the client of HTTP, SettingError for an impossible URL."""
        try:
            import httpx2  # of an extra
        except ImportError:
            raise ExtraAbsentError("llm") from None
        try:
            address = httpx2.URL(self.url)
            is_possible = bool(address.host) and (address.port or 0) <= HIGHEST_PORT
        except httpx2.InvalidURL:
            is_possible = False
        if not is_possible:
            raise SettingError(
                "setting llm-url is no address", hint="give one like http://127.0.0.1:8080/v1"
            )

    def complete(self, messages: Sequence[Message]) -> str:
        """What the model writes next.

        Raises CompletionError, at once if it can't be asked now; AbandonedError, StoppingError.
        """
        if monotonic() < self._resumes:
            raise CompletionError("it was too slow before")
        if not self._free.acquire(blocking=False):
            raise CompletionError(f"{MOST_AT_ONCE} requests are waiting for it")
        try:
            return self._run(messages)
        finally:
            self._free.release()

    def _run(self, messages: Sequence[Message]) -> str:
        deadline = find_deadline()
        left = math.inf if deadline is None else deadline.left - RESERVE
        if left <= 0:
            raise CompletionError("no time is left for it")
        seconds = min(self.seconds, left)
        # A request that has waited for its turn may leave too little time for any server.
        enough = self.seconds if deadline is None else min(self.seconds, deadline.seconds / 2)
        completed: Future[str] = Future()
        # `asyncio.run` would wait at its end for a host name that is still looked up.
        loop = asyncio.new_event_loop()
        task = loop.create_task(self._complete(messages, seconds))

        def work() -> None:
            try:
                completed.set_result(loop.run_until_complete(task))
            except BaseException as error:
                completed.set_exception(error)
            finally:
                loop.close()

        # A thread of its own: the caller's may have an event loop that is running, as in notebooks.
        threading.Thread(target=work, name="writer", daemon=True).start()

        def cancel() -> None:
            with suppress(RuntimeError):  # the loop has just been closed
                loop.call_soon_threadsafe(task.cancel)

        with nullcontext() if deadline is None else deadline.notify(cancel):
            try:
                return completed.result()
            except SlowError:
                if seconds >= enough:
                    self._resumes = monotonic() + PAUSE
                raise
            except asyncio.CancelledError:
                check_deadline()
                raise

    async def _complete(self, messages: Sequence[Message], seconds: float) -> str:
        import httpx2  # of an extra

        try:
            # Timeouts of the client begin again with each byte.
            async with asyncio.timeout(seconds):
                body = await self._post(messages)
        except TimeoutError:
            raise SlowError(f"no answer within {seconds:.3g} s") from None
        except (httpx2.HTTPError, httpx2.InvalidURL, OSError, ValueError) as error:
            raise CompletionError(type(error).__name__) from None
        try:
            return _Completion.model_validate_json(body).choices[0].message.content
        except ValidationError:
            raise CompletionError("no complete answer in its response") from None

    async def _post(self, messages: Sequence[Message]) -> bytes:
        """The body of the response."""
        import httpx2

        headers = {"Accept": "application/json", "Accept-Encoding": "identity"}
        if self.key is not None:
            headers["Authorization"] = f"Bearer {self.key}"
        request = {
            "model": self.model,
            "messages": messages,
            "temperature": 0,
            "seed": SEED,
            "max_tokens": MOST_TOKENS,
            "stream": False,
        }
        # No proxy and no password from the environment: only this address gets the documents'
        # sentences. No redirects for the same reason.
        async with (
            httpx2.AsyncClient(timeout=None, trust_env=False, follow_redirects=False) as client,
            client.stream(
                "POST", f"{self.url.rstrip('/')}/chat/completions", json=request, headers=headers
            ) as response,
        ):
            if response.status_code != HTTPStatus.OK:
                raise CompletionError(f"status {response.status_code}")
            if response.headers.get("content-encoding", "identity").lower() != "identity":
                raise CompletionError("a compressed response")
            kind = response.headers.get("content-type", "").partition(";")[0].strip().lower()
            if kind != "application/json":
                raise CompletionError("a response that is not JSON")
            body = bytearray()
            async for piece in response.aiter_raw():
                body += piece
                if len(body) > LARGEST_RESPONSE:
                    raise CompletionError(f"a response over {LARGEST_RESPONSE:,} bytes")
            return bytes(body)
