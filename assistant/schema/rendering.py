"""Answers and documents become bodies, with links to what they quote; an answer also plain text."""

from urllib.parse import quote as quote_url

from assistant.answer.cite import context, hash_quote, verify
from assistant.index.store import DocumentLine
from assistant.records import Answer, Citation, Document, Hit, Offsets, Part
from assistant.schema import (
    AbstentionBody,
    AlternativeBody,
    AnswerBody,
    AnswerTextBody,
    CitationBody,
    CoverageBody,
    DocumentBody,
    DocumentLineBody,
    DocumentsBody,
    HeadingBody,
    IndexBody,
    PartBody,
    PassageBody,
    TableBody,
    TimingBody,
)


def render_answer(answer: Answer) -> AnswerBody:
    """An answer as the world sees it. Every citation is checked once more on its way out."""
    for citation in answer.citations:
        verify(citation)
    abstention = answer.abstention
    return AnswerBody(
        question=answer.question,
        status=answer.status,
        kind=answer.kind,
        answer=_render_text(answer),
        confidence=answer.confidence,
        score=answer.score,
        abstention=AbstentionBody(
            reason=abstention.reason,
            message=abstention.message,
            closest=list(abstention.closest),
        )
        if abstention
        else None,
        alternatives=[
            AlternativeBody(
                text=part.text,
                confidence=part.confidence,
                score=part.score,
                citations=list(part.citations),
            )
            for part in answer.alternatives
        ],
        table=TableBody.model_validate(answer.table, from_attributes=True)
        if answer.table
        else None,
        citations=[_render_citation(n, c) for n, c in enumerate(answer.citations, start=1)],
        passages=[_render_hit(n, hit) for n, hit in enumerate(answer.hits, start=1)],
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
        furniture=list(document.furniture),
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


def _render_hit(number: int, hit: Hit) -> PassageBody:
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
    )


def render_text(body: AnswerBody) -> str:
    """An answer as plain text, with its citations below."""
    lines: list[str] = []
    if body.answer:
        for part in body.answer.parts:
            lines.append(f"{part.text} {_brackets(part.citations)}{_derive(part.formula)}".rstrip())
        if body.confidence is not None:
            lines.append(f"Confidence {count_percent(body.confidence)} %")
        lines += _lay_out(body.table) if body.table else []
        shown = find_shown(body)
        said = {part.text for part in body.answer.parts}
        for citation in (c for c in body.citations if c.number in shown):
            when = f", {citation.published}" if citation.published else ""
            lines += [
                "",
                f"[{citation.number}] {citation.document_title}{when}",
                *(_indent(citation.quote) if citation.quote not in said else ()),
                f"    {citation.document_id}, characters {citation.start}-{citation.end}",
                *(f"    also in {own_id}" for own_id in citation.also_in),
            ]
    elif body.abstention:
        title = "" if body.abstention.reason == "language" else "The documents do not say. "
        lines += [f"{title}{body.abstention.message}", ""]
        for passage in (p for p in body.passages if p.number in body.abstention.closest):
            lines += [
                f"({passage.number}) {passage.document_title}",
                f"    {passage.document_id}, characters {passage.start}-{passage.end}",
                *_indent(passage.text),
                "",
            ]
    coverage = body.coverage
    how = f" by {coverage.method}" if coverage.exhaustive else ""
    lines += [
        "",
        f"{'Searched' if coverage.exhaustive else 'Read'} {coverage.passages_read} "
        f"of {coverage.passages} passages in {coverage.documents} "
        f"{'document' if coverage.documents == 1 else 'documents'}{how}.",
    ]
    return "\n".join(lines)


def count_percent(probability: float) -> int:
    """A probability in whole percent, 1 to 99: nothing is shown as certain.

    >>> count_percent(0.8312), count_percent(0.9999), count_percent(0.0)
    (83, 99, 1)
    """
    return min(max(round(100 * probability), 1), 99)


def find_shown(body: AnswerBody) -> set[int]:
    """The numbers of the citations of an answer's parts and table."""
    shown = (
        {number for part in body.answer.parts for number in part.citations}
        if body.answer
        else set()
    )
    cells = (cell for row in body.table.rows for cell in row.cells) if body.table else ()
    return shown.union(*(cell.citations for cell in cells if cell))


def _lay_out(table: TableBody) -> list[str]:
    """A table in columns as wide as what they hold."""
    whole = [["", *table.columns]]
    for row in table.rows:
        cells = (
            f"{c.text} {_brackets(c.citations)}{_derive(c.formula)}" if c else "not stated"
            for c in row.cells
        )
        whole.append([row.label, *cells])
    widths = [max(len(row[n]) for row in whole) for n in range(len(whole[0]))]
    pad = (
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        for row in whole
    )
    return ["", *(line.rstrip() for line in pad)]


def _brackets(numbers: list[int]) -> str:
    return "".join(f"[{number}]" for number in numbers)


def _derive(formula: str | None) -> str:
    return f" ({formula})" if formula is not None else ""


def _indent(text: str) -> list[str]:
    return [f"    {line}" for line in text.splitlines() if line.strip()]
