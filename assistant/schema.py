"""The JSON of an answer, version 1: what the API returns, the command line prints, batch writes.

Changes only add. Offsets are 0-based code points of the document's text, end exclusive.
"""

from datetime import date
from urllib.parse import quote as quote_url

from pydantic import BaseModel, ConfigDict, Field

from assistant.cite import context, hash_quote, verify
from assistant.index.store import DocumentLine
from assistant.question import TOP_K
from assistant.records import Answer, Citation, Document, Hit, Kind, Offsets, Part, Reason, Status

VERSION = 1


class Body(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class QueryBody(Body):
    """What is asked. Unknown fields are refused; the assistant checks the values."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"question": "How much do the Quark AI glasses cost?", "top_k": TOP_K}]
        }
    )

    question: str = Field(description="1 to 2,000 characters")
    top_k: int = Field(TOP_K, description="how many passages are returned, 1 to 50")


class PartBody(Body):
    text: str
    citations: list[int] = Field(description="numbers of citations")


class AnswerTextBody(Body):
    text: str
    parts: list[PartBody]


class AlternativeBody(Body):
    text: str
    confidence: float | None
    score: float
    citations: list[int]


class AbstentionBody(Body):
    reason: Reason
    message: str
    closest: list[int] = Field(description="numbers of passages")


class CitationBody(Body):
    number: int
    document_id: str
    document_title: str
    published: date | None
    passage_id: str
    quote: str = Field(description="exactly the document's text from start to end")
    start: int
    end: int
    answer_start: int | None = Field(
        description="where in the document the part of the quote starts that answers; "
        "null where the whole quote answers"
    )
    answer_end: int | None
    page: int | None
    prefix: str
    suffix: str
    href: str


class PassageBody(Body):
    number: int
    passage_id: str
    document_id: str
    document_title: str
    heading: str
    start: int
    end: int
    text: str
    score: float
    href: str


class CellBody(Body):
    text: str
    citations: list[int]
    formula: str | None


class RowBody(Body):
    label: str
    cells: list[CellBody | None]


class TableBody(Body):
    columns: list[str]
    rows: list[RowBody]


class CoverageBody(Body):
    documents: int
    passages: int
    passages_read: int
    exhaustive: bool
    method: str


class IndexBody(Body):
    name: str
    generation: str
    embedder: str
    reader: str


class TimingBody(Body):
    retrieve: float
    read: float
    total: float


class AnswerBody(Body):
    """An answer, or why there is none."""

    question: str
    status: Status
    kind: Kind
    answer: AnswerTextBody | None = Field(description="null where the documents do not say")
    confidence: float | None = Field(
        description="calibrated probability that the answer is right, or where it abstained that "
        "the best candidate is; null where nothing calibrated"
    )
    score: float | None = Field(description="the reader's score; no probability")
    abstention: AbstentionBody | None
    alternatives: list[AlternativeBody]
    table: TableBody | None
    citations: list[CitationBody]
    passages: list[PassageBody]
    coverage: CoverageBody
    index: IndexBody
    timing_ms: TimingBody


class DocumentLineBody(Body):
    id: str
    title: str
    published: date | None
    source: str | None
    passages: int
    characters: int
    href: str


class DocumentsBody(Body):
    documents: list[DocumentLineBody]


class HeadingBody(Body):
    start: int
    end: int
    text: str
    level: int


class DocumentBody(Body):
    id: str
    title: str
    published: date | None
    source: str | None
    text: str
    headings: list[HeadingBody]
    furniture: list[tuple[int, int]]
    extra: dict[str, str]


class HealthBody(Body):
    status: str = Field(description="`ready`: an answer can be given")
    version: str
    index: IndexBody
    documents: int
    passages: int


class ErrorDetail(Body):
    code: str
    message: str
    hint: str


class ErrorBody(Body):
    """What every refusal and fault looks like."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "error": {
                        "code": "bad_question",
                        "message": "the question is empty",
                        "hint": "write one",
                    }
                }
            ]
        }
    )

    error: ErrorDetail


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
        table=None,
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
    return PartBody(text=part.text, citations=list(part.citations))


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
    )


def render_text(body: AnswerBody) -> str:
    """An answer as plain text, with its citations below."""
    lines: list[str] = []
    if body.answer:
        for part in body.answer.parts:
            numbers = "".join(f"[{number}]" for number in part.citations)
            lines.append(f"{part.text} {numbers}")
        if body.confidence is not None:
            lines.append(f"Confidence {count_percent(body.confidence)} %")
        shown = {number for part in body.answer.parts for number in part.citations}
        said = {part.text for part in body.answer.parts}
        for citation in (c for c in body.citations if c.number in shown):
            when = f", {citation.published}" if citation.published else ""
            lines += [
                "",
                f"[{citation.number}] {citation.document_title}{when}",
                *(_indent(citation.quote) if citation.quote not in said else ()),
                f"    {citation.document_id}, characters {citation.start}-{citation.end}",
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
    lines += [
        "",
        f"Read {coverage.passages_read} of {coverage.passages} passages "
        f"in {coverage.documents} {'document' if coverage.documents == 1 else 'documents'}.",
    ]
    return "\n".join(lines)


def count_percent(probability: float) -> int:
    """A probability in whole percent, 1 to 99: nothing is shown as certain.

    >>> count_percent(0.8312), count_percent(0.9999), count_percent(0.0)
    (83, 99, 1)
    """
    return min(max(round(100 * probability), 1), 99)


def _indent(text: str) -> list[str]:
    return [f"    {line}" for line in text.splitlines() if line.strip()]
