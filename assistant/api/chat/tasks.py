"""Requests that a chat client makes on its own: for a title, tags, or what to ask next.

Open WebUI sends them as a question: one user message with the conversation in <chat_history>
and the JSON that it expects. They are known by that, as their wording can be changed, and
answered without a language model.
https://github.com/open-webui/open-webui/blob/main/backend/open_webui/routers/tasks.py
"""

import json
import re
from collections.abc import Sequence
from typing import Literal, NamedTuple, TypeAlias, cast

from assistant.api.chat.conversation import read_text
from assistant.api.chat.schema import MessageBody

Wanted: TypeAlias = Literal["title", "tags", "follow_ups", "queries", "text", "prompt"]

LONGEST_TITLE = 60  # characters
_HISTORY_START, _HISTORY_END = "<chat_history>", "</chat_history>"
_WANTED = re.compile(r"""["'](title|tags|follow_ups|queries|text|prompt)["']\s*:""")
# As Open WebUI writes a conversation; a message may have many lines.
_ROLE = re.compile(r"^(USER|ASSISTANT|SYSTEM|DEVELOPER|TOOL): ", re.MULTILINE)


class Task(NamedTuple):
    """What a client wants to know of a conversation: the key of the JSON, and its questions."""

    wanted: Wanted
    questions: list[str]


def find_task(messages: Sequence[MessageBody]) -> Task | None:
    """The task of a request; None for a question."""
    prompts = [read_text(message) for message in messages if message.role == "user"]
    if len(prompts) != 1:
        return None
    # Not a pattern: on a megabyte of starts without an end, it would search for minutes.
    before, start, rest = prompts[0].partition(_HISTORY_START)
    history, end, after = rest.rpartition(_HISTORY_END)
    # The conversation may talk of such keys too.
    wanted = _WANTED.search(before + after) if start and end else None
    return Task(cast(Wanted, wanted[1]), _list_questions(history)) if wanted else None


def write_result(task: Task, suggestions: Sequence[str]) -> str:
    """The JSON that a task asks for; `suggestions` are those of the answer to its last question."""
    questions = task.questions
    values: dict[Wanted, str | list[str]] = {
        "title": cut_title(questions[0]) if questions else "",
        "tags": [],
        "follow_ups": list(suggestions),
        "queries": questions[-1:],
        "text": "",
        "prompt": "",
    }
    text = json.dumps({task.wanted: values[task.wanted]})
    # Open WebUI's page turns these quotes into double quotes before it reads the JSON.
    return text.replace("'", r"\u0027").replace("`", r"\u0060")


def cut_title(question: str) -> str:
    """A question on one line, cut after a word.

    >>> cut_title("How much do the glasses cost that Quark announced in the summer?")
    'How much do the glasses cost that Quark announced in the…'
    """
    line = " ".join(question.split())
    if len(line) <= LONGEST_TITLE:
        return line
    cut = line[:LONGEST_TITLE]  # with room for the ellipsis, and for a word that ends there
    words = cut.rpartition(" ")[0] or cut[:-1]
    return f"{words.rstrip(' ,;:.-')}…"


def _list_questions(history: str) -> list[str]:
    """The messages of the user in a conversation, in order."""
    _, *parts = _ROLE.split(history)
    said = zip(parts[::2], parts[1::2], strict=True)
    return [text.strip() for role, text in said if role == "USER" and text.strip()]
