"""An answer becomes the text of a chat, with an annotation for each number in it."""

import re
from collections.abc import Iterator
from itertools import chain

from assistant.api.chat.schema import AnnotationBody, AnswerMessage, CitedPlace, UrlCitation
from assistant.api.schema import AnswerBody, CitationBody
from assistant.api.text import render_chat

# The brackets of documents are escaped. At the start of a line, a number is that of a quote below
# the answer, or with a colon the definition of its address.
_NUMBER = re.compile(r"(?P<line>^)?\[(?P<number>\d+)\](?P<definition>: )?", re.MULTILINE)


def write_message(body: AnswerBody, base: str) -> AnswerMessage:
    """The message of an answer; `base` is what the addresses of pages begin with."""
    content = render_chat(body, base)
    return AnswerMessage(
        content=content, annotations=list(_annotate(body, content, base)), assistant=body
    )


def _annotate(body: AnswerBody, content: str, base: str) -> Iterator[AnnotationBody]:
    """Annotations in the order of their numbers, as Open WebUI counts them to find a number's."""
    cited = chain(body.citations, *(about.citations for about in body.about))
    matches = list(_NUMBER.finditer(content))
    for citation in cited:
        own = [
            match
            for match in matches
            if int(match["number"]) == citation.number and match["definition"] is None
        ]
        inside = [match for match in own if match["line"] is None]
        for match in inside or own:
            yield _make_annotation(citation, match.span(), base)


def _make_annotation(citation: CitationBody, span: tuple[int, int], base: str) -> AnnotationBody:
    start, end = span
    return AnnotationBody(
        url_citation=UrlCitation(
            url=f"{base}{citation.href}",
            # With its number: Open WebUI takes those of the same title for one.
            title=f"{citation.document_title} [{citation.number}]",
            start_index=start,
            end_index=end,
        ),
        citation=CitedPlace.of(citation),
    )
