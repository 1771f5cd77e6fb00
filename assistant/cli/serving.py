"""The commands serve and mcp."""

import argparse
import ctypes
import logging
import os
import signal
import socket
import sys
from contextlib import suppress

from assistant.cli.options import ASKING, Commands, add_command
from assistant.cli.output import describe_error, print_json
from assistant.errors import IndexAbsentError, SettingError, StoreError
from assistant.settings import Settings

LOG = logging.getLogger("assistant")
_M_ARENA_MAX = -8  # of glibc's malloc.h


def add_commands(commands: Commands) -> None:
    add_command(
        commands, "serve", run_serve, "serve the pages, the API, chats and MCP",
        "assistant serve", "assistant serve --watch",
        "ASSISTANT_TOKEN=... assistant serve --host 0.0.0.0",
        settings=(*ASKING, "corpus", "feedback", "host", "port", "allowed_hosts", "trusted_proxies",
                  "watch", "ocr", "embedder", "largest_file", "most_files", "concurrency", "queue",
                  "deadline_seconds", "grace_seconds", "rate_limit", "metrics_open", "log",
                  "log_questions"),
    )  # fmt: skip

    add_command(
        commands, "mcp", run_mcp, "serve programs with a language model by MCP (stdio)",
        "assistant mcp", "assistant mcp --indexes /home/me/indexes --index notes",
        settings=(*ASKING, "log", "log_questions"), json=None,
    )  # fmt: skip


def run_serve(options: argparse.Namespace, settings: Settings) -> int:
    # The first process of a container gets no signal that it has no handler for.
    previous = signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    try:
        return serve(settings, as_json=options.json)
    finally:
        signal.signal(signal.SIGTERM, previous)


def serve(settings: Settings, *, as_json: bool = False) -> int:
    """Serve until a signal stops it; the exit status. Raises AccessError, SettingError and what
    `Assistant.open` raises for an index that can't be used.
    """
    from assistant.answer import Assistant
    from assistant.api.access import check_address
    from assistant.api.limits.stopping import Stopping
    from assistant.api.observing.logs import set_up_logging
    from assistant.api.server import Server
    from assistant.pages.app import create_app

    check_address(settings)
    share_arenas()
    # An answer has one core. Where memory is short, the tokenizer would panic for want of threads.
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    set_up_logging(settings)
    logging.getLogger("assistant").setLevel(logging.INFO)  # builds are logged
    logging.getLogger("python_multipart").setLevel(logging.ERROR)  # it warns of malformed forms
    try:
        assistant = Assistant.open(settings=settings)
    except (IndexAbsentError, StoreError) as error:
        described = describe_error(error, settings)
        LOG.warning("%s: %s; until then the page says so", described["message"], described["hint"])
        assistant = None
    stopping = Stopping()
    app = create_app(assistant, settings=settings, stopping=stopping)
    with listen(settings) as listening:
        host, port = listening.getsockname()[:2]
        address = f"[{host}]" if ":" in host else host
        if as_json:
            print_json({"serving": f"http://{address}:{port}"}, indent=None)
        else:
            print(f"serving http://{address}:{port} (Ctrl+C stops it)", flush=True)
        server = Server(app, settings=settings, stopping=stopping)
        server.run(sockets=[listening])
    status = 128 + signal.SIGINT if server.received is signal.SIGINT else 0
    if server.force_exit:  # threads may be working, which the interpreter would wait for
        status = 128 + (server.received or signal.SIGTERM)
        logging.shutdown()
        os._exit(status)
    return status


def share_arenas() -> None:
    """Let all threads allocate from two arenas of glibc. Each would get its own, of which little is
    ever returned to the system: after some minutes with 8 clients, 700 MB resident in place of 495.
    """
    with suppress(OSError, AttributeError, TypeError):  # another C library
        ctypes.CDLL(None).mallopt(_M_ARENA_MAX, 2)


def run_mcp(_options: argparse.Namespace, settings: Settings) -> int:
    from assistant.api.mcp import check_installed

    check_installed()

    import anyio

    from assistant.api.mcp.server import serve_stdio
    from assistant.api.observing.logs import set_up_logging
    from assistant.api.reloading import CurrentAssistant

    set_up_logging(settings)
    # Not an exception: it would wait for the thread that waits for the next line of input.
    signal.signal(signal.SIGINT, lambda *_: os._exit(130))
    try:
        # The index is opened by the first call that needs it: the program that starts us may never
        # ask, and the index may be built later.
        anyio.run(serve_stdio, CurrentAssistant(settings))
    except* BrokenPipeError:
        os._exit(141)
    return 0


def listen(settings: Settings) -> socket.socket:
    """A socket on the address to serve on. Raises SettingError."""
    try:
        found = socket.getaddrinfo(settings.host, settings.port, proto=socket.IPPROTO_TCP)
        family, kind, protocol, _, address = found[0]
        # The protocol is named because asyncio turns off Nagle's algorithm only then; otherwise an
        # answer waits 40 ms for the acknowledgement of its headers.
        listening = socket.socket(family, kind, protocol)
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind(address)
        listening.listen()
        return listening
    except (OSError, UnicodeError) as error:  # UnicodeError: an impossible host name
        reason = getattr(error, "strerror", None) or str(error)
        raise SettingError(
            f"host {settings.host}, port {settings.port} can't be served on ({reason})",
            hint="give another with --port or --host",
        ) from None
