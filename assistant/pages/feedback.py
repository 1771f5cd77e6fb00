"""The controls of feedback on the page of an answer, and the form that they send."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from http import HTTPStatus
from typing import Annotated
from urllib.parse import parse_qsl, urlencode

from fastapi import APIRouter, Depends, Request
from pydantic import ConfigDict, ValidationError
from starlette.responses import RedirectResponse, Response

from assistant.api.feedback import (
    FeedbackBody,
    FeedbackBox,
    find_outcome,
    list_verdicts,
    takes_correction,
)
from assistant.api.limits.workers import Workers
from assistant.api.query import QueryAddress
from assistant.api.schema import AnswerBody
from assistant.errors import FeedbackError
from assistant.feedback.record import FeedbackVerdict, Outcome
from assistant.pages.language import find_base

GIVEN = "feedback"  # parameter of an answer's address: the verdict just given
QUERY = ("question", "documents", "published_from", "published_to", "formats", "as_of", "previous")
MOST_FIELDS = 2000


@dataclass(frozen=True, slots=True)
class ShownFeedback:
    """The verdicts to choose from, and the one just given, or "".

    `fields` are those of the question for a form, `asked` the same as JSON. `corrected` are the
    verdicts with room for a correct answer; `selecting` is the one that selecting it means.
    """

    outcome: Outcome
    verdicts: tuple[FeedbackVerdict, ...]
    given: str
    fields: Sequence[tuple[str, str]]
    asked: str
    corrected: tuple[FeedbackVerdict, ...]
    selecting: FeedbackVerdict


class FeedbackForm(QueryAddress):
    model_config = ConfigDict(extra="ignore")

    verdict: FeedbackVerdict
    correct_answer: str = ""

    def to_feedback(self) -> FeedbackBody:
        return FeedbackBody.of(
            self.to_query(), verdict=self.verdict, correct_answer=self.correct_answer
        )


def describe_feedback(
    body: AnswerBody, address: QueryAddress, fields: Sequence[tuple[str, str]], given: str
) -> ShownFeedback:
    outcome, verdicts = find_outcome(body), list_verdicts(body)
    asked = address.to_query().model_copy(update={"question": body.question})
    return ShownFeedback(
        outcome,
        verdicts,
        given if given in verdicts else "",
        fields,
        asked.model_dump_json(include=set(QUERY), exclude_defaults=True),
        tuple(
            verdict
            for verdict in verdicts
            if verdict != "right" and takes_correction(outcome, verdict)
        ),
        "wrong" if outcome == "answered" else "should_have_known",
    )


def create_feedback_page(box: FeedbackBox, workers: Workers) -> APIRouter:
    pages = APIRouter(include_in_schema=False)

    @pages.post("/feedback")
    async def post_feedback(
        request: Request, form: Annotated[FeedbackForm, Depends(_read_form)]
    ) -> Response:
        """Store it and go back to the answer, which then says so."""
        await workers.run(partial(box.take, form.to_feedback(), request))
        query = [*form.list_parameters(QUERY), (GIVEN, form.verdict)]
        place = f"{find_base(request)}/?{urlencode(query)}#feedback"
        return RedirectResponse(place, HTTPStatus.SEE_OTHER)

    return pages


async def _read_form(request: Request) -> FeedbackForm:
    """Raises FeedbackError."""
    fields: defaultdict[str, list[str]] = defaultdict(list)
    try:
        text = (await request.body()).decode()
        for name, value in parse_qsl(text, max_num_fields=MOST_FIELDS):
            fields[name].append(value)
        several = {"previous", "documents", "formats"}
        return FeedbackForm.model_validate(
            {name: values if name in several else values[-1] for name, values in fields.items()}
        )
    except (ValueError, ValidationError):
        raise FeedbackError(
            "this form can't be read", hint="send it from the page of an answer"
        ) from None
