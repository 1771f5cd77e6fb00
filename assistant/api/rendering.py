"""Answers and documents become bodies, with links to what they quote."""

from collections.abc import Iterator, Sequence
from itertools import zip_longest
from urllib.parse import quote as quote_url

from assistant.answer.cite import context, hash_quote, verify
from assistant.api.schema import (
    AbstentionBody,
    AlternativeBody,
    AnswerBody,
    AnswerTextBody,
    BestGuessBody,
    CitationBody,
    CoverageBody,
    DocumentBody,
    DocumentLineBody,
    DocumentsBody,
    HeadingBody,
    IndexBody,
    MarkBody,
    NamedPlayerBody,
    PartBody,
    PassageBody,
    TableBody,
    TimingBody,
)
from assistant.index.store import DocumentLine
from assistant.records import (
    Abstention,
    Answer,
    Citation,
    Document,
    Guess,
    Hit,
    Mark,
    Offsets,
    Part,
    Player,
)


def render_answer(answer: Answer) -> AnswerBody:
    """An answer as the world sees it. Every citation is checked once more on its way out."""
    for citation in answer.citations:
        verify(citation)
    return AnswerBody(
        question=answer.question,
        status=answer.status,
        kind=answer.kind,
        answer=_render_text(answer),
        confidence=answer.confidence,
        score=answer.score,
        abstention=_render_abstention(answer.abstention) if answer.abstention else None,
        best_guess=_render_guess(answer.best_guess) if answer.best_guess else None,
        verdict=answer.verdict,
        missing=list(answer.missing),
        conflict=list(answer.conflict),
        alternatives=[_render_alternative(part) for part in answer.alternatives],
        table=TableBody.model_validate(answer.table, from_attributes=True)
        if answer.table
        else None,
        citations=[_render_citation(n, c) for n, c in enumerate(answer.citations, start=1)],
        passages=[
            _render_hit(number, hit, marks)
            for number, (hit, marks) in enumerate(_pair_marks(answer), start=1)
        ],
        players=[_render_player(player) for player in answer.players],
        as_of=answer.as_of,
        coverage=CoverageBody.model_validate(answer.coverage, from_attributes=True),
        index=IndexBody.model_validate(answer.source, from_attributes=True),
        timing_ms=TimingBody(**answer.timing_ms),
    )


def render_document(document: Document) -> DocumentBody:
    return DocumentBody(
        id=document.id,
        title=document.title,
        published=document.published,
        source=document.source,
        text=document.text,
        headings=[
            HeadingBody.model_validate(heading, from_attributes=True)
            for heading in document.headings
        ],
        boilerplate=list(document.boilerplate),
        furniture=list(document.boilerplate),
        extra=dict(document.extra),
    )


def render_documents(lines: list[DocumentLine]) -> DocumentsBody:
    return DocumentsBody(
        documents=[
            DocumentLineBody(**line._asdict(), href=document_href(line.id)) for line in lines
        ]
    )


def document_href(document_id: str) -> str:
    """Where a document is shown."""
    return f"/documents/{quote_url(document_id)}"


def player_href(player_id: str) -> str:
    """Where a player is shown."""
    return f"/players/{quote_url(player_id, safe='')}"


def quote_href(
    document_id: str, start: int, end: int, quote: str, *, marked: Offsets | None = None
) -> str:
    """Where a document is shown with a quote marked and in view, the part that answers stronger."""
    place = f"start={start}&end={end}&quote={hash_quote(quote)}"
    if marked is not None:
        place += f"&answer_start={marked[0]}&answer_end={marked[1]}"
    return f"{document_href(document_id)}?{place}#cited"


def _render_text(answer: Answer) -> AnswerTextBody | None:
    if answer.text is None:
        return None
    return AnswerTextBody(text=answer.text, parts=[_render_part(part) for part in answer.parts])


def _render_part(part: Part) -> PartBody:
    return PartBody(text=part.text, citations=list(part.citations), formula=part.formula)


def _render_alternative(part: Part) -> AlternativeBody:
    return AlternativeBody(
        text=part.text,
        confidence=part.confidence,
        score=part.score,
        citations=list(part.citations),
    )


def _render_abstention(abstention: Abstention) -> AbstentionBody:
    return AbstentionBody(
        reason=abstention.reason, message=abstention.message, closest=list(abstention.closest)
    )


def _render_guess(guess: Guess) -> BestGuessBody:
    return BestGuessBody(
        text=guess.text, confidence=guess.confidence, citations=list(guess.citations)
    )


def _render_player(player: Player) -> NamedPlayerBody:
    return NamedPlayerBody(id=player.id, name=player.name, href=player_href(player.id))


def _pair_marks(answer: Answer) -> Iterator[tuple[Hit, Sequence[Mark]]]:
    """Each hit with its marks; an answer without marks has none for any."""
    yield from zip_longest(answer.hits, answer.marks[: len(answer.hits)], fillvalue=())


def _render_citation(number: int, citation: Citation) -> CitationBody:
    document, marked = citation.document, citation.marked
    prefix, suffix = context(citation)
    return CitationBody(
        number=number,
        document_id=document.id,
        document_title=document.title,
        published=document.published,
        passage_id=citation.passage.id,
        quote=citation.quote,
        start=citation.start,
        end=citation.end,
        answer_start=None if marked is None else marked[0],
        answer_end=None if marked is None else marked[1],
        page=citation.page,
        prefix=prefix,
        suffix=suffix,
        href=quote_href(document.id, citation.start, citation.end, citation.quote, marked=marked),
        also_in=list(document.copies),
    )


def _render_hit(number: int, hit: Hit, marks: Sequence[Mark]) -> PassageBody:
    passage, document = hit.passage, hit.passage.document
    return PassageBody(
        number=number,
        passage_id=passage.id,
        document_id=document.id,
        document_title=document.title,
        heading=passage.heading,
        start=passage.start,
        end=passage.end,
        text=passage.text,
        score=hit.score,
        href=quote_href(document.id, passage.start, passage.end, passage.text),
        also_in=list(document.copies),
        marked=[MarkBody.model_validate(mark, from_attributes=True) for mark in marks],
    )


def find_shown(body: AnswerBody) -> set[int]:
    """The numbers of the citations of an answer, its table, a conflict and a best guess."""
    shown = set(body.conflict)
    if body.best_guess:
        shown.update(body.best_guess.citations)
    for part in body.answer.parts if body.answer else ():
        shown.update(part.citations)
    for row in body.table.rows if body.table else ():
        shown.update(*(cell.citations for cell in row.cells if cell))
    return shown
