"""What the tools take and give, as JSON."""

from datetime import date

from pydantic import Field

from assistant.api.contents import (
    DocumentsQueryBody,
    FigureBody,
    HeadingBody,
    NoticeBody,
)
from assistant.api.query import (
    PREVIOUS,
    AnsweringBody,
    AskedBody,
    FilteringBody,
    PreviousBody,
)
from assistant.api.schema import Body, DateInWords, NamedPlayerBody, PassageBody
from assistant.figures import Change

MOST_CHARACTERS = 20_000  # of a document, unless more are asked for
MOST_LISTED = 1000  # documents at a time
LEAST_PLAYERS, MOST_PLAYERS = 2, 10  # of a comparison


class _Searched(Body):
    query: str = Field(description="words or a sentence, 1 to 2,000 characters")


# As for a question, fields are listed from the last class to the first.
class AskBody(AnsweringBody, AskedBody):
    previous: list[PreviousBody] = Field([], description=PREVIOUS)


class SearchBody(FilteringBody, _Searched):
    pass


class PassagesBody(Body):
    """The passages nearest to a query, best first."""

    query: str
    passages: list[PassageBody]


class ReadBody(Body):
    id: str = Field(description="id of a document, exactly as other tools give it")
    start: int = Field(
        0, ge=0, description="first character, from 0: where a citation starts, or where the part "
        "read before ended"
    )  # fmt: skip
    end: int | None = Field(
        None, ge=0, description=f"character to stop before; null: at most {MOST_CHARACTERS:,} "
        "characters are read"
    )  # fmt: skip


class DocumentPartBody(Body):
    """A part of a document; offsets count the characters of the whole document."""

    id: str
    title: str
    published: date | None
    dated: DateInWords = ""
    source: str | None
    start: int
    end: int
    length: int = Field(description="of the whole document; where `end` is less, it goes on")
    text: str = Field(description="exactly the document's text from start to end")
    headings: list[HeadingBody] = Field(description="those that start in this part")
    boilerplate: list[tuple[int, int]] = Field(
        description="offsets of text in this part that is not content: menus, page numbers"
    )
    notices: list[NoticeBody] = Field(description="what of the document was not read")


class ListBody(DocumentsQueryBody):
    limit: int = Field(50, ge=0, le=MOST_LISTED, description="how many are listed at most")


class CompareBody(Body):
    players: list[str] = Field(
        min_length=LEAST_PLAYERS,
        max_length=MOST_PLAYERS,
        description="names, other names or ids of companies, products or people, at least two",
    )
    measure: str = Field(
        "", description="words that must all occur in what is measured: `price`; empty: everything"
    )


class ComparisonBody(Body):
    """One measure at one time, or without a time, of several players."""

    metric: str
    unit: str
    change: Change | None = Field(description="null for levels")
    figures: list[FigureBody] = Field(description="one for each player, the greatest value first")


class PlayerFiguresBody(Body):
    player: NamedPlayerBody
    count: int = Field(description="how many there are, listed or not")
    figures: list[FigureBody]


class ComparedBody(Body):
    """What the documents' figures say about several players."""

    players: list[NamedPlayerBody] = Field(description="in the order asked")
    measure: str
    message: str = Field(description="what was found, in English")
    count: int = Field(description="how many comparisons there are, listed or not")
    comparisons: list[ComparisonBody] = Field(description="those of most players first")
    figures: list[PlayerFiguresBody] = Field(
        description="where nothing can be compared, the figures of each player"
    )
