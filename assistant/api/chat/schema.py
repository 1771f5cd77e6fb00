"""The JSON of OpenAI's chat completions, as far as it means something here.

Fields that are not named are accepted and ignored; `assistant` holds our own.
"""

from typing import Annotated, Literal

from pydantic import ConfigDict, Field

from assistant.api.explanation import ExplainedBody
from assistant.api.query import OptionsBody
from assistant.api.schema import AnswerBody, Body

MODEL = "assistant"


class ForeignBody(Body):
    """What a client sends for any server: it may have fields that mean nothing here."""

    model_config = ConfigDict(extra="ignore")


class ContentPart(ForeignBody):
    type: str
    text: str = ""


class MessageBody(ForeignBody):
    role: Literal["system", "developer", "user", "assistant", "tool", "function"]
    # Only the first error is reported: a megabyte of others would take seconds to list.
    content: str | Annotated[list[ContentPart], Field(fail_fast=True)] | None = None


class StreamOptions(ForeignBody):
    include_usage: bool | None = Field(None, description="whether a last chunk has the usage")


class ChatBody(ForeignBody):
    """A conversation; other fields of OpenAI's request are accepted and ignored."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "model": MODEL,
                    "messages": [
                        {"role": "user", "content": "How much do the Quark AI glasses cost?"}
                    ],
                }
            ]
        }
    )

    model: str = Field(description="`assistant`")
    messages: list[MessageBody] = Field(
        fail_fast=True,
        description="the last one of the role `user` is the question, those before it what a "
        "follow-up is understood with; the other roles are not used",
    )
    stream: bool | None = Field(None, description="whether to send the answer in chunks")
    stream_options: StreamOptions | None = None
    n: Literal[1] | None = Field(None, description="there is one answer to a question")
    assistant: OptionsBody = Field(OptionsBody(), description="fields of `POST /api/v1/query`")


class UrlCitation(Body):
    url: str = Field(description="the page of the document with the quote marked")
    title: str
    start_index: int = Field(description="where the number starts in `content`, in code points")
    end_index: int = Field(description="where it ends, exclusive")


class CitedPlace(Body):
    """What OpenAI has no field for: offsets are code points of the document's text."""

    number: int
    document_id: str
    start: int
    end: int
    page: int | None
    quote: str


class AnnotationBody(Body):
    type: Literal["url_citation"] = "url_citation"
    url_citation: UrlCitation
    citation: CitedPlace


class AnswerMessage(Body):
    role: Literal["assistant"] = "assistant"
    content: str = Field(description="Markdown")
    refusal: None = None
    annotations: list[AnnotationBody]
    assistant: ExplainedBody | AnswerBody | None = Field(
        description="the body of `POST /api/v1/query`; null for a title or the like"
    )


class ChoiceBody(Body):
    index: Literal[0] = 0
    message: AnswerMessage
    finish_reason: Literal["stop"] = "stop"
    logprobs: None = None


class UsageBody(Body):
    """Tokens as the question encoder counts them."""

    prompt_tokens: int = Field(description="of the question and of those before it")
    completion_tokens: int = Field(description="of `content`")
    total_tokens: int


class CompletionBody(Body):
    id: str
    object: Literal["chat.completion"] = "chat.completion"
    created: int
    model: str = MODEL
    choices: list[ChoiceBody]
    usage: UsageBody


class ModelBody(Body):
    id: str = MODEL
    object: Literal["model"] = "model"
    created: int = Field(description="when the server was started")
    owned_by: str = "assistant"


class ModelsBody(Body):
    object: Literal["list"] = "list"
    data: list[ModelBody]


class ChatErrorDetail(Body):
    message: str
    type: str
    param: str | None = Field(description="the field of the request")
    code: str
    request_id: str = Field(description="also in the header X-Request-ID and in the server's log")


class ChatErrorBody(Body):
    error: ChatErrorDetail
