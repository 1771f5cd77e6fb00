"""The questions before and after a question: each with an address of its own."""

from collections.abc import Sequence
from dataclasses import dataclass

from assistant.answer.followup import SEPARATOR
from assistant.answer.question import check_question
from assistant.api.query import QueryAddress
from assistant.api.schema import AnswerBody
from assistant.errors import QuestionError
from assistant.records import MOST_PREVIOUS

# Parameters that the next question keeps: which documents are asked, and the day of "now".
KEPT = ("documents", "published_from", "published_to", "formats", "as_of")
Parameters = list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class LinkedQuestion:
    """A question, and the parameters of its address."""

    question: str
    parameters: Parameters


@dataclass(frozen=True, slots=True)
class Conversation:
    """What the page of an answer shows of its conversation.

    `carried` is what the question was asked together with, "" for nothing, and `carried_from` the
    last question of it. `alone` are the parameters of the question by itself, and `next` those of a
    question that follows it, without that question.
    """

    before: tuple[LinkedQuestion, ...]
    carried: str
    carried_from: LinkedQuestion | None
    suggestions: tuple[LinkedQuestion, ...]
    alone: Parameters
    next: Parameters


def make_conversation(body: AnswerBody, address: QueryAddress) -> Conversation:
    kept = list(address.list_parameters(KEPT))
    before = list_previous(address)
    linked = tuple(
        LinkedQuestion(question, _link(question, kept, before[:place]))
        for place, question in enumerate(before)
    )
    last = body.carried.question if body.carried else None
    full = body.carried.full if body.carried else ""
    return Conversation(
        before=linked,
        carried=full.removesuffix(f"{SEPARATOR}{body.question}"),
        carried_from=next((one for one in linked[::-1] if one.question == last), None),
        # By itself: it is complete, and what was asked before is not what it is about.
        suggestions=tuple(LinkedQuestion(one, _link(one, kept)) for one in body.suggestions),
        alone=_link(body.question, kept),
        next=[*kept, *_name_previous([*before, body.question][-MOST_PREVIOUS:])],
    )


def list_previous(address: QueryAddress) -> list[str]:
    """The questions before, with single spaces, at most the last MOST_PREVIOUS; those that can't be
    asked are left out.
    """
    return list(filter(None, map(_read_question, address.previous)))[-MOST_PREVIOUS:]


def list_repeated(address: QueryAddress) -> Parameters:
    """The parameters that the question box repeats, apart from the filter, which the picker has."""
    return [*address.list_parameters(("as_of",)), *_name_previous(list_previous(address))]


def _link(question: str, kept: Parameters, previous: Sequence[str] = ()) -> Parameters:
    return [("question", question), *kept, *_name_previous(previous)]


def _name_previous(questions: Sequence[str]) -> Parameters:
    return [("previous", question) for question in questions]


def _read_question(question: str) -> str:
    """A question with single spaces; "" for one that can't be asked."""
    try:
        return check_question(question)
    except QuestionError:
        return ""
