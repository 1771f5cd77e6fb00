"""Feedback about an answer: the question is asked again, and what was answered is stored."""

import secrets
import unicodedata
from datetime import UTC, datetime
from functools import partial
from typing import Any

from fastapi import APIRouter, Request
from pydantic import Field

from assistant.answer import Assistant
from assistant.api.explanation import ask
from assistant.api.limits.rates import RateLimit
from assistant.api.limits.workers import Workers
from assistant.api.origin import is_foreign
from assistant.api.query import QueryBody
from assistant.api.reloading import CurrentAssistant
from assistant.api.schema import AnswerBody, Body, CitationBody, ErrorBody
from assistant.api.wording import list_shown_citations
from assistant.errors import (
    DocumentUnknownError,
    FeedbackError,
    FeedbackLimitError,
    FeedbackOffError,
    ForeignSiteError,
)
from assistant.feedback.record import (
    VERDICTS,
    AskedIndex,
    Feedback,
    FeedbackVerdict,
    GivenAnswer,
    Outcome,
    QuotedPlace,
)
from assistant.feedback.storage import append_feedback, is_writable
from assistant.settings import Settings

MOST_SENT = "20/minute"  # of one address
LONGEST_ANSWER = 2000  # characters of a correct answer, and of what is selected
_RESPONSES: dict[int | str, dict[str, Any]] = {
    status: {"model": ErrorBody, "description": description}
    for status, description in (
        (403, "A page of another site sent it"),
        (422, "The verdict or what was selected does not fit"),
        (429, "Too much feedback from this address; see Retry-After"),
        (503, "Feedback is off, or there is no intact index yet"),
        (507, "There is no room to store it"),
    )
}


class SelectedBody(Body):
    """Words of a document that are the correct answer."""

    document_id: str
    start: int = Field(description="0-based, in code points of the document's text")
    end: int = Field(description="exclusive")
    quote: str = Field(description="exactly the document's text from start to end")


class FeedbackBody(QueryBody):
    """A question as it was asked, and what is to be said about its answer."""

    verdict: FeedbackVerdict = Field(
        description="of an answer: `right`, `wrong`, `wrong_source`, `should_have_abstained`; of "
        "one that is not sure, about its best guess: `right`, `wrong`, `should_have_known`, "
        "`should_have_abstained`; of none: `right`, `should_have_known`"
    )
    correct_answer: str | None = Field(
        None, description=f"in words, at most {LONGEST_ANSWER:,} characters"
    )
    selected: SelectedBody | None = Field(
        None, description=f"in a document, at most {LONGEST_ANSWER:,} characters"
    )


class StoredBody(Body):
    id: str = Field(description="of the stored feedback")


class FeedbackBox:
    """Takes feedback for an app, as much as each sender may send."""

    def __init__(self, current: CurrentAssistant, settings: Settings) -> None:
        self._current = current
        self._folder = settings.feedback_folder
        self._senders = RateLimit(MOST_SENT)

    @property
    def is_open(self) -> bool:
        return self._folder is not None and is_writable(self._folder)

    def take(self, body: FeedbackBody, request: Request) -> Feedback:
        """Ask the question again and store what is said about its answer.

        Raises ForeignSiteError, FeedbackOffError, FeedbackLimitError, FeedbackError,
        FeedbackWriteError and what asking raises.
        """
        if is_foreign(request):
            raise ForeignSiteError(
                "a page of another site can't send feedback", hint="use the pages of this server"
            )
        folder = self._folder
        if folder is None or not self.is_open:
            raise FeedbackOffError(
                "this server takes no feedback",
                hint="set ASSISTANT_FEEDBACK to a folder that it can write",
            )
        seconds = self._senders.count(request.client.host if request.client else "")
        if seconds:
            raise FeedbackLimitError(seconds)
        feedback = make_feedback(self._current(), body)
        append_feedback(folder, feedback)
        return feedback


def create_feedback_api(box: FeedbackBox, workers: Workers) -> APIRouter:
    api = APIRouter(prefix="/api/v1", responses=_RESPONSES)

    @api.post("/feedback", summary="Say whether an answer is right", status_code=201)
    async def post_feedback(body: FeedbackBody, request: Request) -> StoredBody:
        """The question is asked again, and its answer is stored with the verdict."""
        feedback = await workers.run(partial(box.take, body, request))
        return StoredBody(id=feedback.id)

    return api


def make_feedback(assistant: Assistant, body: FeedbackBody) -> Feedback:
    """Raises FeedbackError if the verdict does not fit the answer, or a quote its document."""
    correct = _check_text(body.correct_answer)
    selected = _locate(assistant, body.selected) if body.selected else None
    answered = ask(assistant, body)
    outcome = find_outcome(answered)
    fitting = list_verdicts(answered)
    if body.verdict not in fitting:
        raise FeedbackError(
            f"{body.verdict} does not fit an answer that is {outcome}",
            hint=f"choose {', '.join(fitting)}",
        )
    if (correct or selected) and not takes_correction(outcome, body.verdict):
        raise FeedbackError(
            f"{body.verdict} has no correct answer", hint="leave it out, or choose another verdict"
        )
    return Feedback(
        id=secrets.token_hex(8),
        time=datetime.now(UTC).replace(microsecond=0),
        question=answered.question,
        verdict=body.verdict,
        answer=_describe_answer(answered, outcome),
        index=AskedIndex(answered.index.name, answered.index.generation, answered.index.reader),
        previous=tuple(one.question for one in body.previous),
        within=body.within.normalise(),
        as_of=body.as_of,
        correct_answer=correct,
        selected=selected,
    )


def find_outcome(body: AnswerBody) -> Outcome:
    if body.status == "answered":
        return "answered"
    return "absent" if body.best_guess is None else "not_sure"


def list_verdicts(body: AnswerBody) -> tuple[FeedbackVerdict, ...]:
    """The verdicts that fit an answer."""
    return VERDICTS[find_outcome(body)]


def takes_correction(outcome: Outcome, verdict: FeedbackVerdict) -> bool:
    """Whether a verdict leaves room for a correct answer."""
    is_gap = verdict == "should_have_abstained" or (outcome == "absent" and verdict == "right")
    return not is_gap


def _check_text(text: str | None) -> str | None:
    """A correct answer without the space around it; None for an empty one."""
    stripped = (text or "").strip()
    if len(stripped) > LONGEST_ANSWER:
        raise FeedbackError(
            f"the correct answer has {len(stripped):,} characters",
            hint=f"shorten it to {LONGEST_ANSWER:,}",
        )
    # Control characters, and halves of surrogate pairs, which no file can hold.
    if any(unicodedata.category(c) in ("Cc", "Cs") and c not in "\t\r\n" for c in stripped):
        raise FeedbackError(
            "the correct answer has control characters", hint="write it without them"
        )
    return stripped or None


def _locate(assistant: Assistant, selected: SelectedBody) -> QuotedPlace:
    start, end, quote = selected.start, selected.end, selected.quote
    if not 0 <= start < end or end - start > LONGEST_ANSWER or not quote.strip():
        raise FeedbackError(
            f"from {str(start)[:20]} to {str(end)[:20]} nothing can be selected",
            hint=f"select 1 to {LONGEST_ANSWER:,} characters",
        )
    try:
        document = assistant.document(selected.document_id)
    except DocumentUnknownError as error:
        raise FeedbackError(error.message, hint="select words of a document of the index") from None
    if document.text[start:end] != quote:
        raise FeedbackError(
            f"{document.id} does not say this from {start} to {end}",
            hint="load the document again: it may have changed",
        )
    return QuotedPlace(document.id, start, end, quote)


def _describe_answer(body: AnswerBody, outcome: Outcome) -> GivenAnswer:
    text = body.answer.text if body.answer else None
    items: tuple[str, ...] = ()
    if body.best_guess is not None:
        text = body.best_guess.text
    elif body.table is not None:
        items = tuple(cell.text for row in body.table.rows for cell in row.cells if cell)
    elif body.answer is not None and body.kind == "list":
        items = tuple(part.text for part in (body.extractive or body.answer).parts)
    closest = body.abstention.closest if body.abstention else []
    return GivenAnswer(
        outcome=outcome,
        kind=body.kind,
        text=text,
        items=items,
        yes_or_no=body.verdict,
        confidence=body.confidence,
        citations=tuple(dict.fromkeys(map(_quote_citation, list_shown_citations(body)))),
        closest=tuple(dict.fromkeys(body.passages[n - 1].document_id for n in closest)),
        full=body.carried.full if body.carried else None,
        generator=body.generator,
        extractive=body.extractive.text if body.extractive else None,
    )


def _quote_citation(citation: CitationBody) -> QuotedPlace:
    return QuotedPlace(citation.document_id, citation.start, citation.end, citation.quote)
