"""The JSON of an answer, as the API returns it and the command line prints it.

Version 1, changes only add. Offsets are 0-based code points of the document's text, end exclusive.
"""

from datetime import date
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field

from assistant.records import (
    EXTRACTIVE,
    FormulaCode,
    Kind,
    Likelihood,
    Reason,
    Status,
    Verdict,
)


class Body(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", from_attributes=True)

    @classmethod
    def of(cls, record: object, **fields: object) -> Self:
        """A body from the attributes of a record with the same names, and other fields."""
        same = {name: getattr(record, name) for name in cls.model_fields if hasattr(record, name)}
        return cls(**(same | fields))


class PartBody(Body):
    text: str
    citations: list[int] = Field(description="numbers of citations")
    formula: str | None = Field(
        None, description="how the text follows from what is cited; null where it is stated"
    )
    formula_code: FormulaCode | None = Field(
        None, description="which formula it is, to say it in another language"
    )


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
    message: str = Field(description="in English")
    closest: list[int] = Field(description="numbers of passages")
    code: str | None = Field(
        None, description="which message it is, to say it in another language with its `fields`"
    )
    fields: dict[str, str | int] = Field(
        {},
        description="what the message names; `language` is a tag, or the English name of a script",
    )


class BestGuessBody(Body):
    text: str
    confidence: float | None
    citations: list[int] = Field(description="numbers of citations")


Generated = Annotated[
    list[tuple[int, int]],
    Field(
        description="offsets in the document of what is not in the file at this place: the labels "
        "of a table's columns, which are written into each row"
    ),
]


DateInWords = Annotated[
    str,
    Field(
        description="the date in words where the document has no day: 2024, May 2024; `published` "
        "is then the first day that it may be"
    ),
]


class CitationBody(Body):
    number: int
    document_id: str
    document_title: str
    published: date | None
    dated: DateInWords = ""
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
    page_end: int | None = Field(
        None, description="the page on which the quote ends; after `page` if it goes on over pages"
    )
    recognised: bool = Field(
        False, description="whether the quote was read from a picture and may contain errors"
    )
    prefix: str
    suffix: str
    href: str
    also_in: list[str] = Field([], description="ids of the other documents of the same text")
    generated: Generated = []


class AboutBody(Body):
    """What the documents say about a name, in sentences that mention it."""

    name: str
    player_id: str | None
    href: str | None = Field(description="the page of the player; null for other names")
    citations: list[CitationBody] = Field(
        description="the most informative sentences, numbered after those of the answer; "
        "`answer_start` to `answer_end` is the name"
    )


class MarkBody(Body):
    start: int
    end: int
    evidence: float = Field(description="probability that this sentence helps to answer")


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
    also_in: list[str] = Field([], description="ids of the other documents of the same text")
    marked: list[MarkBody] = Field(
        [], description="the sentences nearest to the question, in order of place"
    )
    generated: Generated = []


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
    method: str = Field(
        description="`reader`, `tables` (of names or figures), `words` (text in a language that "
        "the reader does not know, found by the question's words alone) or `none`"
    )
    unread: list[str] = Field([], description="ids of the documents that were only partly read")
    skipped: int = Field(
        0,
        description="files that were not read at all; with a filter, those that may meet it: none "
        "where it names documents, else those of its formats",
    )
    all_documents: int | None = Field(
        None,
        description="the documents of the index, where a filter left only `documents` of them; "
        "null where all were asked",
    )


class NamedPlayerBody(Body):
    id: str
    name: str
    href: str


class CarriedBody(Body):
    question: str = Field(description="the question before it")
    words: list[str] = Field(description="its words that were carried over, in its order")
    full: str = Field(description="the follow-up as it was understood, by itself")


class FilterBody(Body):
    """The conditions that the documents asked had to meet; an empty one is met by all."""

    documents: list[str] = Field(description="ids, any of which")
    published_from: date | None
    published_to: date | None
    formats: list[str] = Field(description="any of which: `pdf`, `html`")


class IndexBody(Body):
    name: str
    generation: str
    embedder: str
    reader: str


class TimingBody(Body):
    retrieve: float
    read: float
    write: float | None = Field(
        None, description="waiting for a language model; null where none was asked"
    )
    total: float


class AnswerBody(Body):
    """An answer, or why there is none.

    Abstained with a `best_guess` means not sure; without one, not in the documents.
    """

    question: str
    status: Status
    kind: Kind
    answer: AnswerTextBody | None = Field(description="null where it abstained")
    confidence: float | None = Field(
        description="calibrated probability that the answer is right, or where it abstained that "
        "the best candidate is; null where nothing calibrated"
    )
    likelihood: Likelihood | None = Field(
        None,
        description="of an answer, its confidence in words; `very_likely` from 0.8; null for an "
        "answer to a follow-up below 0.55",
    )
    score: float | None = Field(description="the reader's score; no probability")
    abstention: AbstentionBody | None
    best_guess: BestGuessBody | None = Field(
        None, description="next to an abstention: what comes closest, too unsure to be the answer"
    )
    generator: str = Field(
        EXTRACTIVE,
        description="who wrote `answer`: `extractive`, the words of the documents, or the name of "
        "the language model that rephrased them",
    )
    extractive: AnswerTextBody | None = Field(
        None, description="what a language model rephrased; null where `answer` is extractive"
    )
    verdict: Verdict | None = Field(
        None, description="of a question for yes or no, where it is sure enough"
    )
    missing: list[str] = Field([], description="the parts of the question that got no answer")
    conflict: list[int] = Field(
        [],
        description="numbers of citations that give different values for the same thing, newest "
        "first, undated last",
    )
    alternatives: list[AlternativeBody]
    table: TableBody | None
    citations: list[CitationBody]
    passages: list[PassageBody]
    players: list[NamedPlayerBody] = Field([], description="those that the question names")
    about: list[AboutBody] = Field(
        [],
        description="where nothing comes near the question: what the documents say about the "
        "names in it",
    )
    as_of: date | None = Field(
        None, description="the day for which `now`, `current` and `latest` were understood"
    )
    carried: CarriedBody | None = Field(
        None,
        description="of a follow-up, what was taken over from the question before it; null where "
        "it was understood by itself",
    )
    suggestions: list[str] = Field([], description="questions that the index answers, to ask next")
    filter: FilterBody | None = Field(
        None, description="which documents were asked; null for all of them"
    )
    coverage: CoverageBody
    index: IndexBody
    timing_ms: TimingBody


class HealthBody(Body):
    status: str = Field(description="`ready`: an answer can be given")
    version: str
    index: IndexBody
    documents: int
    passages: int
    warning: str | None = Field(
        None, description="what is wrong with the index where a previous generation answers"
    )


class ErrorDetail(Body):
    code: str
    message: str
    hint: str
    request_id: str = Field(description="also in the header X-Request-ID and in the server's log")


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
                        "request_id": "5f0c1a9e7b3d2468",
                    }
                }
            ]
        }
    )

    error: ErrorDetail
