"""An answer becomes the text of a chat, with an annotation for each number in it."""

import re
from collections import defaultdict
from collections.abc import Iterator
from itertools import chain

from assistant.api.chat.schema import AnnotationBody, AnswerMessage, CitedPlace, UrlCitation
from assistant.api.schema import AnswerBody, CitationBody
from assistant.api.text import render_chat
from assistant.records import Offsets, covers

# Only ours: the brackets of documents are escaped.
_NUMBER = re.compile(r"\[(\d+)\]")
_SOURCE = re.compile(r"^\* (?:\[\d+\] )+", re.MULTILINE)  # in the list below the answer


def write_message(body: AnswerBody, base: str) -> AnswerMessage:
    """The message of an answer; `base` is what the addresses of pages begin with."""
    content = render_chat(body, base)
    return AnswerMessage(
        content=content, annotations=list(_annotate(body, content, base)), assistant=body
    )


def _annotate(body: AnswerBody, content: str, base: str) -> Iterator[AnnotationBody]:
    """Annotations of the numbers in the answer, or in the list below it where only that has one.

    They are in the order of the numbers: Open WebUI counts them to find that of a number.
    """
    sources = [match.span() for match in _SOURCE.finditer(content)]
    places: dict[int, list[Offsets]] = defaultdict(list)
    for match in _NUMBER.finditer(content):
        places[int(match[1])].append(match.span())
    for citation in chain(body.citations, *(about.citations for about in body.about)):
        own = places[citation.number]
        inside = [place for place in own if not covers(sources, *place)]
        for place in inside or own:
            yield _make_annotation(citation, place, base)


def _make_annotation(citation: CitationBody, place: Offsets, base: str) -> AnnotationBody:
    start, end = place
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
