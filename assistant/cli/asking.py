"""The commands ask, serve and mcp."""

import argparse
import ctypes
import logging
import os
import signal
import socket
import sys
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import asdict
from typing import TYPE_CHECKING

from assistant.cli.options import ASKING, Commands, add_command, add_filter, read_day, read_filter
from assistant.cli.output import report_error, warn
from assistant.errors import IndexAbsentError, QuestionError, SettingError
from assistant.records import MOST_PREVIOUS
from assistant.settings import Settings

if TYPE_CHECKING:
    from assistant.answer import Assistant
    from assistant.api.schema import AnswerBody

PROMPT = "> "
# What a server that stops waits for answers: for one that a language model rephrases, not for the
# rest of a batch, or a client that reads nothing.
STOPPING_SECONDS = 30
_M_ARENA_MAX = -8  # of glibc's malloc.h
START_AFRESH = ":new"  # a line that forgets the questions before it


def add_commands(commands: Commands) -> None:
    command = add_command(
        commands, "ask", run_ask, "ask a question",
        'assistant ask "How much do the Quark AI glasses cost?"',
        'assistant ask --json --top-k 3 "Who is Wu Jia?"',
        'assistant ask --as-of 2025-03-01 "What is the current price of Quark?"',
        'assistant ask --previous "How much does Quark cost?" "and Rokid?"',
        "assistant ask",
        'assistant ask --document news.html --document prices.pdf "What does Quark cost?"',
        settings=ASKING,
        json="print the answer as the API returns it; one a line of standard input",
    )  # fmt: skip
    option = command.add_argument
    option(
        "question", nargs="?",
        help="at most 2,000 characters (default: a prompt, or a question a line of standard input, "
        "each understood with those before it; an empty line ends, :new starts afresh)",
    )  # fmt: skip
    before = "a question before this one; may be repeated, the latest last"
    option("--previous", action="append", default=[], metavar="QUESTION", help=before)
    option("--explain", action="store_true", help="show how the answer was found, with all scores")
    as_of = "the day that words like now and latest refer to, as 2025-03-01 (default: today)"
    option("--as-of", type=read_day, metavar="DAY", help=as_of)
    top_k = "how many passages to return, 1 to 50 (default: 8)"
    option("--top-k", type=int, default=8, metavar="N", help=top_k)
    add_filter(command)

    add_command(
        commands, "serve", run_serve, "serve the pages, the API, chats and MCP",
        "assistant serve", "assistant serve --watch",
        "ASSISTANT_TOKEN=... assistant serve --host 0.0.0.0",
        settings=(*ASKING, "corpus", "host", "port", "allowed_hosts", "watch", "ocr", "embedder",
                  "largest_file", "most_files"),
    )  # fmt: skip

    add_command(
        commands, "mcp", run_mcp, "serve programs with a language model by MCP (stdio)",
        "assistant mcp", "assistant mcp --indexes /home/me/indexes --index notes",
        settings=ASKING, json=None,
    )  # fmt: skip


def run_ask(options: argparse.Namespace, settings: Settings) -> int:
    from assistant.answer import Assistant

    assistant = Assistant.open(settings=settings)
    if assistant.generation.warning is not None:
        warn(f"warning: {assistant.generation.warning}")
    if options.question is None:
        return converse(assistant, options)
    body = ask_once(assistant, options.question, options.previous, options)
    print(body.model_dump_json(indent=1) if options.json else write_body(body))
    return 0


def ask_once(
    assistant: "Assistant", question: str, previous: Sequence[str], options: argparse.Namespace
) -> "AnswerBody":
    from assistant.api.explanation import ask
    from assistant.api.query import PreviousBody, QueryBody

    query = QueryBody(
        question=question,
        previous=[PreviousBody(question=before) for before in previous],
        top_k=options.top_k,
        as_of=options.as_of,
        include=["explain"] if options.explain else [],
        **asdict(read_filter(options)),
    )
    return ask(assistant, query)


def write_body(body: "AnswerBody") -> str:
    """An answer as plain text, with how it was found if that is included."""
    from assistant.api.explanation import ExplainedBody
    from assistant.api.text import render_text, write_explanation

    found = [write_explanation(body.explanation)] if isinstance(body, ExplainedBody) else []
    return "\n\n".join([render_text(body), *found])


def converse(assistant: "Assistant", options: argparse.Namespace) -> int:
    """Answer each line of standard input with the lines before it; 1 if a question was refused."""
    previous: list[str] = list(options.previous)
    refused = 0
    for question in read_questions():
        if question == START_AFRESH:
            previous.clear()
            continue
        try:
            body = ask_once(assistant, question, previous[-MOST_PREVIOUS:], options)
        except QuestionError as error:
            report_error(error, as_json=options.json, indent=None)
            refused = 1
            continue
        # With --json a line each: JSON Lines.
        print(body.model_dump_json() if options.json else f"{write_body(body)}\n", flush=True)
        previous.append(question)
    return refused


def read_questions() -> Iterator[str]:
    """The lines of standard input up to the first empty one; at a terminal, after a prompt."""
    is_terminal = sys.stdin.isatty()
    while True:
        try:
            # readline's history and editing keys work only with a prompt of input().
            line = input(PROMPT) if is_terminal else input()
        except EOFError:
            if is_terminal:
                print()
            return
        if not line.strip():
            return
        yield line.strip()


def run_serve(_options: argparse.Namespace, settings: Settings) -> int:
    import uvicorn

    from assistant.answer import Assistant
    from assistant.api.access import check_address
    from assistant.api.limits.connections import ConnectionLimits
    from assistant.api.limits.protocol import make_protocol
    from assistant.pages.app import create_app

    check_address(settings)
    share_arenas()
    logging.getLogger("assistant").setLevel(logging.INFO)  # builds are logged
    logging.getLogger("python_multipart").setLevel(logging.ERROR)  # it warns of malformed forms
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
        # No access log: it would contain every question.
        config = uvicorn.Config(
            app, log_level="warning", server_header=False, access_log=False,
            timeout_graceful_shutdown=STOPPING_SECONDS, http=make_protocol(settings),
            backlog=ConnectionLimits.find().backlog, proxy_headers=False,
        )  # fmt: skip
        uvicorn.Server(config).run(sockets=[listening])
    return 0


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
    from assistant.api.reloading import CurrentAssistant

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
