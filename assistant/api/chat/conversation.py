"""The messages of a chat become a question and those before it."""

from collections.abc import Iterable, Iterator

from assistant.answer.question import check_question
from assistant.api.chat.schema import ChatBody, MessageBody
from assistant.api.query import OptionsBody, PreviousBody, QueryBody
from assistant.errors import QuestionError
from assistant.records import MOST_PREVIOUS


def read_query(body: ChatBody) -> QueryBody:
    """The question of a conversation. Raises QuestionError."""
    users = [message for message in body.messages if message.role == "user"]
    if not users:
        raise QuestionError("no message has the role user", hint="send the question as one")
    *before, last = users
    return make_query(_read_question(last), map(read_text, before), body.assistant)


def make_query(question: str, before: Iterable[str], options: OptionsBody) -> QueryBody:
    """A question with the last of those before it that can be asked, and its options."""
    previous = list(_list_askable(before))[-MOST_PREVIOUS:]
    chosen = {name: getattr(options, name) for name in OptionsBody.model_fields}
    return QueryBody(
        question=question, previous=[PreviousBody(question=one) for one in previous], **chosen
    )


def read_text(message: MessageBody) -> str:
    """The text of a message, without what is no text."""
    if isinstance(message.content, list):
        return "\n".join(part.text for part in message.content if part.type == "text")
    return message.content or ""


def _read_question(message: MessageBody) -> str:
    for part in message.content if isinstance(message.content, list) else ():
        if part.type != "text":
            raise QuestionError(
                f"a part of the question has the type {part.type[:40]!r}",
                hint="send text: pictures, sound and files are not read",
            )
    return read_text(message)


def _list_askable(questions: Iterable[str]) -> Iterator[str]:
    """The questions that are neither empty nor too long: a client sends whatever it was given."""
    for question in questions:
        try:
            yield check_question(question)
        except QuestionError:
            continue
