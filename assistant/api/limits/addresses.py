"""Addresses of clients, as connections and proxies write them."""

import ipaddress
import re
from typing import TypeAlias

Address: TypeAlias = ipaddress.IPv4Address | ipaddress.IPv6Address

_WITH_PORT = re.compile(r"\[(?P<six>[^]]*)\](:\d+)?|(?P<four>[\d.]+):\d+")


def read_address(written: str) -> Address | None:
    """An address with or without a port, brackets or a zone; None if it is something else.

    An IPv4 address that is written as IPv6 is the IPv4 address.

    >>> read_address("[2001:db8::7]:8443"), read_address("::ffff:192.0.2.1")
    (IPv6Address('2001:db8::7'), IPv4Address('192.0.2.1'))
    """
    with_port = _WITH_PORT.fullmatch(written)
    if with_port is not None:
        written = with_port["six"] or with_port["four"] or ""
    try:
        found = ipaddress.ip_address(written.partition("%")[0])
    except ValueError:
        return None
    if isinstance(found, ipaddress.IPv6Address) and found.ipv4_mapped is not None:
        return found.ipv4_mapped
    return found


def name_network(written: str) -> str:
    """What stands for a client: an IPv4 address, or the /64 network of an IPv6 one, which one
    household has.

    >>> name_network("2001:db8::7"), name_network("192.0.2.1")
    ('2001:db8::/64', '192.0.2.1')
    """
    address = read_address(written)
    if isinstance(address, ipaddress.IPv6Address):
        return str(ipaddress.ip_network((int(address), 64), strict=False))
    return written if address is None else str(address)
