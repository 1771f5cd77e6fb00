"""The JSON of a question, and the same as the parameters of an address."""

from collections.abc import Collection, Iterator
from datetime import date
from typing import Annotated, Literal

from pydantic import BeforeValidator, ConfigDict, Field, field_validator

from assistant.answer.question import TOP_K
from assistant.api.schema import Body
from assistant.records import MOST_PREVIOUS, DocumentFilter

MOST_CHOSEN = 1000  # documents or formats of a filter


def _read_day(value: object) -> object:
    """Only ISO dates; pydantic would also accept numbers, as seconds since 1970."""
    if value is None or type(value) is date:
        return value
    try:
        return date.fromisoformat(str(value))
    except ValueError:
        raise ValueError("write a day as 2025-03-01") from None


Day = Annotated[date, BeforeValidator(_read_day)]
PREVIOUS = (
    "the questions before it, the latest last, that a follow-up is understood with; at most "
    f"{MOST_PREVIOUS}"
)


class PreviousBody(Body):
    """A question that was asked before."""

    question: str = Field(description="1 to 2,000 characters")


class AskedBody(Body):
    question: str = Field(description="1 to 2,000 characters")


class FilteringBody(Body):
    """Which documents are asked, and how many of their passages are returned."""

    documents: list[str] = Field(
        [], max_length=MOST_CHOSEN, description="ids of the only documents to ask; []: all"
    )
    published_from: Day | None = Field(
        None, description="ask only documents published on this day, 2025-03-01, or later"
    )
    published_to: Day | None = Field(
        None, description="ask only documents published on this day or before"
    )
    formats: list[str] = Field(
        [], max_length=MOST_CHOSEN, description="ask only documents of these formats: `pdf`, `html`"
    )
    top_k: int = Field(TOP_K, description="how many passages are returned, 1 to 50")

    @property
    def within(self) -> DocumentFilter:
        return DocumentFilter(
            tuple(self.documents), self.published_from, self.published_to, tuple(self.formats)
        )


class AnsweringBody(FilteringBody):
    """What an answer depends on besides its question."""

    as_of: Day | None = Field(
        None,
        description="the day for which `now`, `current` and `latest` are understood, written as "
        "2025-03-01; null: today",
    )


class OptionsBody(AnsweringBody):
    """How a question is asked, whatever form it has."""

    include: list[Literal["explain"]] = Field(
        [], description="`explain`: how the answer was found, with the scores of each step"
    )


# Fields are listed from the last class to the first: the question comes before the options.
class AskingBody(OptionsBody, AskedBody):
    """What the two forms of a question have in common."""

    format: Literal["json", "csv"] = Field(
        "json", description="`csv`: the table of the answer, or its parts, with their citations"
    )


class QueryBody(AskingBody):
    """A question. Unknown fields are refused; the assistant checks the values."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"question": "How much do the Quark AI glasses cost?", "top_k": TOP_K}]
        }
    )

    previous: list[PreviousBody] = Field([], description=PREVIOUS)


class QueryAddress(AskingBody):
    """A question as the parameters of an address; lists repeat their name."""

    previous: list[str] = Field([], description=PREVIOUS)

    @field_validator("published_from", "published_to", mode="before")
    @classmethod
    def _read_empty(cls, value: object) -> object:
        """A form sends an empty value for a day that is not given."""
        return None if value == "" else value

    def to_query(self) -> QueryBody:
        shared = {name: getattr(self, name) for name in AskingBody.model_fields}
        previous = [PreviousBody(question=question) for question in self.previous]
        return QueryBody(**shared, previous=previous)

    def list_parameters(self, names: Collection[str]) -> Iterator[tuple[str, str]]:
        """Those of some parameters that differ from their defaults, in the order of the names."""
        values = self.model_dump(mode="json", include=set(names), exclude_defaults=True)
        for name in names:
            value = values.get(name, [])
            for each in value if isinstance(value, list) else [value]:
                yield name, str(each)
