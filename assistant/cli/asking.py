"""The commands ask and serve: one question on the command line, or a page and an API."""

import argparse
import socket
import sys
from datetime import date

from assistant.cli.options import ASKING, Commands, add_command
from assistant.errors import IndexAbsentError, SettingError
from assistant.settings import Settings


def add_commands(commands: Commands) -> None:
    option = add_command(
        commands, "ask", run_ask, "ask a question",
        'assistant ask "How much do the Quark AI glasses cost?"',
        'assistant ask --json --top-k 3 "Who is Wu Jia?"',
        'assistant ask --as-of 2025-03-01 "What is the current price of Quark?"',
        settings=ASKING,
    ).add_argument  # fmt: skip
    option("question", help="at most 2,000 characters")
    option("--json", action="store_true", help="print the answer as the API returns it")
    option("--explain", action="store_true", help="show how it was found, with all scores")
    as_of = "the day that words like now and latest refer to, as 2025-03-01 (default: today)"
    option("--as-of", type=_read_day, metavar="DAY", help=as_of)
    top_k = "how many passages to return, 1 to 50 (default: 8)"
    option("--top-k", type=int, default=8, metavar="N", help=top_k)

    add_command(
        commands, "serve", run_serve, "serve the page and the JSON API",
        "assistant serve", "ASSISTANT_TOKEN=... assistant serve --host 0.0.0.0",
        settings=(*ASKING, "host", "port", "allowed_hosts"),
    )  # fmt: skip


def _read_day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is no day: write it as 2025-03-01") from None


def run_ask(given: argparse.Namespace, settings: Settings) -> int:
    from assistant.answer import Assistant
    from assistant.api.explanation import render_explained, write_explanation
    from assistant.api.rendering import render_answer
    from assistant.api.text import render_text

    assistant = Assistant.open(settings=settings)
    if assistant.generation.warning is not None:
        print(f"assistant: warning: {assistant.generation.warning}", file=sys.stderr)
    question, top_k, as_of = given.question, given.top_k, given.as_of
    if not given.explain:
        body = render_answer(assistant.ask(question, top_k=top_k, as_of=as_of))
        print(body.model_dump_json(indent=1) if given.json else render_text(body))
        return 0
    explained = render_explained(*assistant.explain(question, top_k=top_k, as_of=as_of))
    text = f"{render_text(explained)}\n\n{write_explanation(explained.explanation)}"
    print(explained.model_dump_json(indent=1) if given.json else text)
    return 0


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
    except (OSError, UnicodeError) as error:  # the latter for a host name that can't exist
        reason = getattr(error, "strerror", None) or str(error)
        raise SettingError(
            f"host {settings.host}, port {settings.port} can't be served on ({reason})",
            hint="give another with --port or --host",
        ) from None
