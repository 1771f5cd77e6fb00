"""The command ask."""

import argparse
import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING

from assistant.cli.options import ASKING, Commands, add_command, add_filter, read_day, read_filter
from assistant.cli.output import report_error, warn
from assistant.errors import QuestionError
from assistant.records import MOST_PREVIOUS
from assistant.settings import Settings

if TYPE_CHECKING:
    from assistant.answer import Assistant
    from assistant.api.schema import AnswerBody

PROMPT = "> "
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
