"""A server stops: the requests that it has accepted are answered, for as long as it can wait."""

from assistant.deadline import Deadline


class Stopping:
    """Whether a server is being stopped, and the deadlines of the requests not yet answered."""

    def __init__(self) -> None:
        self.has_begun = False
        self.deadlines: set[Deadline] = set()

    def begin(self) -> None:
        """Each response closes its connection from now on."""
        self.has_begun = True

    def end(self) -> None:
        """Refuse the requests that are not answered."""
        for deadline in tuple(self.deadlines):
            deadline.stop()
