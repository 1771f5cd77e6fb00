"""How often each sender may send: counted in memory, by address, never stored."""

import ipaddress
import threading
from collections import OrderedDict, deque
from collections.abc import Callable
from time import monotonic

from assistant.errors import FeedbackLimitError

MOST_SENT = 20
WITHIN_SECONDS = 60.0
MOST_SENDERS = 10_000  # remembered at a time


class Senders:
    """Remembers when each sender sent, for as long as it counts."""

    def __init__(self, *, clock: Callable[[], float] = monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._times: OrderedDict[str, deque[float]] = OrderedDict()  # who sent last is last

    def check(self, address: str) -> None:
        """Count a sender; raises FeedbackLimitError with the seconds to wait."""
        sender = _name_network(address)
        with self._lock:
            now = self._clock()
            times = self._times.setdefault(sender, deque())
            while times and times[0] <= now - WITHIN_SECONDS:
                times.popleft()
            if len(times) >= MOST_SENT:
                raise FeedbackLimitError(int(times[0] + WITHIN_SECONDS - now) + 1)
            times.append(now)
            self._times.move_to_end(sender)
            self._forget(now - WITHIN_SECONDS)

    def _forget(self, before: float) -> None:
        while self._times:
            sender, times = next(iter(self._times.items()))
            if times[-1] > before and len(self._times) <= MOST_SENDERS:
                return
            del self._times[sender]


def _name_network(address: str) -> str:
    """What stands for a sender: an IPv4 address, or the /64 network of an IPv6 one."""
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if isinstance(found, ipaddress.IPv6Address):
        return str(ipaddress.ip_network((int(found), 64), strict=False))
    return address
