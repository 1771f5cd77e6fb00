"""The tools: what each takes, does and gives, and how its result is written for reading.

None of them needs the SDK. Their descriptions are what a language model decides by.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from pydantic import ValidationError

from assistant.api.contents import DocumentsBody, render_document, render_documents
from assistant.api.explanation import ask_current
from assistant.api.faults import describe_invalid, name_field
from assistant.api.mcp.bodies import (
    MOST_CHARACTERS,
    AskBody,
    CompareBody,
    ComparedBody,
    DocumentPartBody,
    ListBody,
    PassagesBody,
    ReadBody,
    SearchBody,
)
from assistant.api.mcp.comparing import compare_figures
from assistant.api.mcp.schemas import Json, write_schema
from assistant.api.mcp.writing import write_compared, write_documents, write_part, write_passages
from assistant.api.query import QueryBody
from assistant.api.reloading import CurrentAssistant
from assistant.api.rendering import render_hit
from assistant.api.schema import AnswerBody, Body
from assistant.api.text import render_text
from assistant.errors import FilterError, QuestionError

A = TypeVar("A", bound=Body)
R = TypeVar("R", bound=Body)


@dataclass(frozen=True, slots=True)
class Outcome:
    """The result of a tool: for programs, and as texts for reading."""

    structured: Json
    texts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Tool:
    """`run` raises AssistantErrors, QuestionError for arguments that do not fit the schema."""

    name: str
    title: str
    description: str
    input_schema: Json
    output_schema: Json
    run: Callable[[CurrentAssistant, Mapping[str, object]], Outcome]


def make_tool(
    run: Callable[[CurrentAssistant, A], R],
    write: Callable[[R], Sequence[str]],
    *,
    takes: type[A],
    gives: type[R],
    title: str,
    description: str,
) -> Tool:
    """A tool with the name of its function."""

    def run_with(current: CurrentAssistant, arguments: Mapping[str, object]) -> Outcome:
        try:
            read = takes.model_validate(arguments)
        except ValidationError as error:
            first = error.errors()[0]
            message = describe_invalid(first, field=name_field(first["loc"]))
            raise QuestionError(message, hint="see the input schema of the tool") from None
        body = run(current, read)
        return Outcome(body.model_dump(mode="json"), tuple(write(body)))

    return Tool(
        run.__name__,
        title,
        description,
        write_schema(takes, "validation"),
        write_schema(gives, "serialization"),
        run_with,
    )


def ask(current: CurrentAssistant, asked: AskBody) -> AnswerBody:
    return ask_current(current, QueryBody.of(asked))


def search(current: CurrentAssistant, wanted: SearchBody) -> PassagesBody:
    hits = current().search(wanted.query, within=wanted.within, top_k=wanted.top_k)
    passages = [render_hit(number, hit) for number, hit in enumerate(hits, start=1)]
    return PassagesBody(query=wanted.query, passages=passages)


def read_document(current: CurrentAssistant, wanted: ReadBody) -> DocumentPartBody:
    """Raises DocumentUnknownError; FilterError for offsets outside the document."""
    body = render_document(current().document(wanted.id))
    length, start = len(body.text), wanted.start
    end = min(length, start + MOST_CHARACTERS if wanted.end is None else wanted.end)
    if start > end:
        raise FilterError(
            f"start is {start:,}, and the part ends at {end:,}",
            hint=f"the document has {length:,} characters: give a start before the end",
        )
    return DocumentPartBody.of(
        body,
        start=start,
        end=end,
        length=length,
        text=body.text[start:end],
        headings=[heading for heading in body.headings if start <= heading.start < end],
        boilerplate=[place for place in body.boilerplate if place[0] < end and place[1] > start],
    )


def list_documents(current: CurrentAssistant, wanted: ListBody) -> DocumentsBody:
    return render_documents(current().generation.catalog, wanted)


def compare_players(current: CurrentAssistant, wanted: CompareBody) -> ComparedBody:
    return compare_figures(current().generation.catalog, wanted)


_ALL = (
    make_tool(
        ask,
        lambda body: [render_text(body)],
        takes=AskBody,
        gives=AnswerBody,
        title="Ask the documents",
        description="Answer a question from the documents, in their own words, each part with "
        "citations: exact quotes with document id, offsets and page. Call this first for any "
        "question that the documents may answer: facts, figures, reasons, lists, comparisons, "
        "trends, yes or no. Ask one question at a time, in full. `status` is `abstained` where the "
        "documents do not say: report that, and do not answer from memory as if they did. A "
        "`best_guess` is no answer: present it as unsure. For a follow-up, give the questions "
        "before it as `previous`.",
    ),
    make_tool(
        search,
        write_passages,
        takes=SearchBody,
        gives=PassagesBody,
        title="Search passages",
        description="Find the passages nearest to a query, best first, in meaning and words. Call "
        "this to see what the documents say on a topic, or where `ask` abstained. Passages are "
        "always returned, even distant ones: a passage found is no proof that it answers.",
    ),
    make_tool(
        read_document,
        write_part,
        takes=ReadBody,
        gives=DocumentPartBody,
        title="Read a document",
        description="Read the text of a document by its id, all of it or a part: offsets are those "
        f"of citations and passages. At most {MOST_CHARACTERS:,} characters are returned unless "
        "`end` is given; `length` is the whole: where `end` is less, read on from there.",
    ),
    make_tool(
        list_documents,
        write_documents,
        takes=ListBody,
        gives=DocumentsBody,
        title="List documents",
        description="List the documents with ids, titles and dates, or find those with some words "
        "in their title or id. Call this for the ids that other tools take, or to see what there "
        "is. It does not search in texts: use `search`. `count` is how many there are; page with "
        "`first`.",
    ),
    make_tool(
        compare_players,
        write_compared,
        takes=CompareBody,
        gives=ComparedBody,
        title="Compare players",
        description="Compare two or more players (companies, products, people) by figures that the "
        "documents state, each with its sentence and place. Only figures of the same measure and "
        "time are compared; where there are none, the figures of each player are returned, and "
        "must not be compared as if they were alike. For anything but figures, use `ask`.",
    ),
)
TOOLS = {tool.name: tool for tool in _ALL}
