"""Who the client is, and how it addressed the server, where a trusted proxy says so."""

import ipaddress
from collections.abc import Sequence

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import Scope

from assistant.api.limits.addresses import Address, read_address
from assistant.errors import ForwardedError

CLIENT, SCHEME, HOST = "X-Forwarded-For", "X-Forwarded-Proto", "X-Forwarded-Host"
# The last two count for nothing: proxies that send the others pass on what clients put there.
FORWARDED = (CLIENT, SCHEME, HOST, "X-Real-IP", "Forwarded")
_SCHEMES = ("http", "https")


class Proxies:
    """The proxies of a server; `trusted` are their addresses and networks."""

    def __init__(self, trusted: Sequence[str]) -> None:
        self._networks = [ipaddress.ip_network(network) for network in trusted]

    def apply(self, scope: Scope) -> None:
        """Put client, scheme and host into a scope as the proxy received them.

        Raises ForwardedError for headers that come from elsewhere, or that can't be read.
        """
        headers = Headers(scope=scope)
        given = [name for name in FORWARDED if name in headers]
        if not given:
            return
        peer = scope["client"][0] if scope.get("client") else "nowhere"
        if not self._trust(read_address(peer)):
            raise ForwardedError(
                f"the header {given[0]} from {peer} is not trusted",
                hint="name the proxy in ASSISTANT_TRUSTED_PROXIES, or send the request without it",
            )
        hops = _split(headers, CLIENT)
        if not hops:
            raise ForwardedError(
                f"the proxy sends {given[0]}, but not {CLIENT}", hint=f"let it send {CLIENT} too"
            )
        scope["client"] = (str(self._find_client(peer, hops)), 0)
        for scheme in _split(headers, SCHEME)[-1:]:
            if scheme.lower() not in _SCHEMES:
                raise ForwardedError(
                    f"{SCHEME} is {scheme[:100]!r}", hint="let the proxy send http or https"
                )
            scope["scheme"] = scheme.lower()
        for host in _split(headers, HOST)[-1:]:
            changed = MutableHeaders(raw=list(scope["headers"]))
            changed["Host"] = host
            scope["headers"] = changed.raw

    def _trust(self, address: Address | None) -> bool:
        return address is not None and any(address in network for network in self._networks)

    def _find_client(self, peer: str, hops: Sequence[str]) -> Address:
        """The last address that is not of a proxy: what comes before it, the client wrote."""
        client = read_address(peer)
        for hop in reversed(hops):
            if client is not None and not self._trust(client):
                break
            found = read_address(hop)
            if found is None:
                raise ForwardedError(
                    f"{CLIENT} has {hop[:100]!r}", hint="let the proxy send addresses in it"
                )
            if client is not None and found.is_loopback and not client.is_loopback:
                break  # no other machine sees an address of this one
            client = found
        assert client is not None
        return client


def _split(headers: Headers, name: str) -> list[str]:
    """The values of a header that may be sent several times."""
    values = ",".join(headers.getlist(name)).split(",")
    return [value.strip() for value in values if value.strip()]
