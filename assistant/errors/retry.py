"""Errors after which a request can be sent again."""

from assistant.errors.base import AssistantError


class RetryError(AssistantError):
    """`seconds` is how long to wait before sending the request again, 1 or more."""

    def __init__(self, message: str, *, hint: str, seconds: int) -> None:
        super().__init__(message, hint=hint)
        self.seconds = seconds


def _count(seconds: int) -> str:
    return f"{seconds} second{'s' * (seconds != 1)}"


class FeedbackLimitError(RetryError):
    code = "too_much_feedback"

    def __init__(self, seconds: int) -> None:
        hint = f"send it again in {_count(seconds)}"
        super().__init__("too much feedback from this address", hint=hint, seconds=seconds)


class RateLimitError(RetryError):
    code = "too_many_requests"

    def __init__(self, limit: str, seconds: int) -> None:
        hint = f"send it again in {_count(seconds)}; the limit is {limit} (ASSISTANT_RATE_LIMIT)"
        super().__init__("too many requests from this address", hint=hint, seconds=seconds)


class OverloadError(RetryError):
    code = "overloaded"

    def __init__(self, seconds: int) -> None:
        hint = f"ask again in {_count(seconds)}"
        super().__init__("too many questions wait for an answer", hint=hint, seconds=seconds)


class IndexOpeningError(RetryError):
    code = "opening_index"

    def __init__(self, index: str) -> None:
        hint = "ask again in a second"
        super().__init__(f"the index {index!r} is being opened", hint=hint, seconds=1)


class StoppingError(RetryError):
    code = "stopping"

    def __init__(self) -> None:
        super().__init__("the server is being stopped", hint="ask again in a while", seconds=5)


class DeadlineError(RetryError):
    """`allowed` is how many seconds a request may take."""

    code = "deadline"

    def __init__(self, allowed: float) -> None:
        super().__init__(
            f"no answer within {allowed:g} s",
            hint="ask again later, or raise ASSISTANT_DEADLINE_SECONDS",
            seconds=5,
        )


class StoreError(RetryError):
    """The store of an index can't be reached, or does not answer in time."""

    code = "store_unavailable"

    def __init__(self, message: str, *, hint: str = "try again in a while") -> None:
        super().__init__(message, hint=hint, seconds=5)
