"""Answers become JSON bodies, with links to their quotes."""

from collections.abc import Iterator, Sequence
from itertools import chain, count, repeat
from urllib.parse import quote as quote_url

from assistant.answer.cite import find_surroundings, hash_quote, verify
from assistant.answer.confidence import describe_likelihood
from assistant.answer.rows import list_generated
from assistant.api.schema import (
    AboutBody,
    AnswerBody,
    CitationBody,
    NamedPlayerBody,
    PassageBody,
)
from assistant.records import ALL_DOCUMENTS, Answer, Citation, Document, Hit, Mark, Offsets


def render_answer(answer: Answer) -> AnswerBody:
    """The JSON body of an answer, with every citation verified once more."""
    for citation in (*answer.citations, *chain(*(about.citations for about in answer.about))):
        verify(citation)
    marked = zip(answer.hits, chain(answer.marks, repeat(())), strict=False)
    return AnswerBody.of(
        answer,
        answer=answer if answer.parts else None,
        extractive=answer.to_extractive() if answer.extractive else None,
        likelihood=describe_likelihood(answer),
        citations=[_render_citation(n, c) for n, c in enumerate(answer.citations, start=1)],
        passages=[render_hit(n, hit, marks) for n, (hit, marks) in enumerate(marked, start=1)],
        players=[
            NamedPlayerBody.of(player, href=player_href(player.id)) for player in answer.players
        ],
        about=list(_render_about(answer)),
        filter=None if answer.within == ALL_DOCUMENTS else answer.within,
        index=answer.source,
    )


def document_href(document_id: str) -> str:
    return f"/documents/{quote_url(document_id)}"


def delete_href(document_id: str) -> str:
    """The page that asks before it deletes a document."""
    return f"/delete/{quote_url(document_id)}"


def player_href(player_id: str) -> str:
    return f"/players/{quote_url(player_id, safe='')}"


def quote_href(
    document_id: str, start: int, end: int, quote: str, *, marked: Offsets | None = None
) -> str:
    """A link to a quote in its document; `marked` is the part that answers."""
    place = f"start={start}&end={end}&quote={hash_quote(quote)}"
    if marked is not None:
        place += f"&answer_start={marked[0]}&answer_end={marked[1]}"
    return f"{document_href(document_id)}?{place}#cited"


def _render_citation(number: int, citation: Citation) -> CitationBody:
    document, marked = citation.document, citation.marked
    answer_start, answer_end = marked or (None, None)
    prefix, suffix = find_surroundings(citation)
    return CitationBody.of(
        citation,
        **_describe(document),
        number=number,
        published=document.published,
        dated=document.dated,
        passage_id=citation.passage.id,
        answer_start=answer_start,
        answer_end=answer_end,
        prefix=prefix,
        suffix=suffix,
        href=quote_href(document.id, citation.start, citation.end, citation.quote, marked=marked),
        generated=list_generated(document, citation.start, citation.end),
    )


def _render_about(answer: Answer) -> Iterator[AboutBody]:
    numbers = count(len(answer.citations) + 1)
    for about in answer.about:
        player = about.player
        yield AboutBody(
            name=about.name,
            player_id=player and player.id,
            href=player and player_href(player.id),
            citations=[_render_citation(next(numbers), one) for one in about.citations],
        )


def render_hit(number: int, hit: Hit, marks: Sequence[Mark] = ()) -> PassageBody:
    passage, document = hit.passage, hit.passage.document
    return PassageBody.of(
        passage,
        **_describe(document),
        number=number,
        passage_id=passage.id,
        score=hit.score,
        href=quote_href(document.id, passage.start, passage.end, passage.text),
        marked=marks,
        generated=list_generated(document, passage.start, passage.end),
    )


def _describe(document: Document) -> dict[str, object]:
    return {
        "document_id": document.id,
        "document_title": document.title,
        "also_in": document.copies,
    }


def find_shown_numbers(body: AnswerBody) -> set[int]:
    """The numbers of the citations of an answer, its table, a conflict and a best guess."""
    shown = set(body.conflict)
    if body.best_guess:
        shown.update(body.best_guess.citations)
    for part in body.answer.parts if body.answer else ():
        shown.update(part.citations)
    for row in body.table.rows if body.table else ():
        shown.update(*(cell.citations for cell in row.cells if cell))
    return shown
