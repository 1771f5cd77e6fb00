"""The command serve: an address to listen on, and the app on it."""

import argparse
import socket
import sys

from assistant.errors import IndexAbsentError, SettingError
from assistant.settings import Settings


def run_serve(_given: argparse.Namespace, settings: Settings) -> int:
    import uvicorn

    from assistant.answer import Assistant
    from assistant.api.access import check_address
    from assistant.pages.app import create_app

    check_address(settings)
    try:
        assistant = Assistant.open(settings=settings)
    except IndexAbsentError as error:
        print(f"assistant: {error}; until then the page says so", file=sys.stderr)
        assistant = None
    with listen(settings) as listening:
        host, port = listening.getsockname()[:2]
        address = f"[{host}]" if ":" in host else host
        print(f"serving http://{address}:{port} (Ctrl+C stops it)", flush=True)
        app = create_app(assistant, settings=settings)
        # No access log: it would hold every question asked.
        config = uvicorn.Config(app, log_level="warning", server_header=False, access_log=False)
        uvicorn.Server(config).run(sockets=[listening])
    return 0


def listen(settings: Settings) -> socket.socket:
    """A socket on the address to serve on. Raises SettingError where it can't be had."""
    where = f"{settings.host}, port {settings.port},"
    try:
        found = socket.getaddrinfo(settings.host, settings.port, proto=socket.IPPROTO_TCP)
        family, kind, protocol, _, address = found[0]
        # With its protocol named: asyncio turns Nagle's delay off for such sockets only, and an
        # answer would wait 40 ms for the acknowledgement of its headers.
        listening = socket.socket(family, kind, protocol)
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind(address)
        listening.listen()
        return listening
    except (OSError, UnicodeError) as error:  # the latter for a name that can be none
        reason = getattr(error, "strerror", None) or str(error)
        raise SettingError(
            f"{where} can't be served on ({reason})",
            hint="give another with --port or --host",
        ) from None
