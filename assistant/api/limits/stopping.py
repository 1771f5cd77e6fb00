"""A server stops: the requests that it has accepted are answered, for as long as it can wait."""

from typing import Protocol


class Stoppable(Protocol):
    def stop(self) -> None:
        """Wait no longer for the answer."""


class Stopping:
    """Whether a server is being stopped, and the requests that it has not answered."""

    def __init__(self) -> None:
        self.has_begun = False
        self.requests: set[Stoppable] = set()

    def begin(self) -> None:
        """Have each response close its connection."""
        self.has_begun = True

    def end(self) -> None:
        """Refuse the requests that are not answered."""
        for request in tuple(self.requests):
            request.stop()
