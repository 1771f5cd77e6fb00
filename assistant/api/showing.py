"""How an answer's citations and table are shown: the same on the page, in text and in Markdown."""

from collections.abc import Sequence
from itertools import groupby
from typing import NamedTuple

from assistant.api.schema import AnswerBody, CitationBody
from assistant.api.segments import list_answering
from assistant.api.wording import find_answering_words, list_shown_citations
from assistant.records import Offsets

LONG_ANSWER = 200  # characters: a longer one is set as text, not as a headline


class Quote(NamedTuple):
    """A quote with all citations of it; they differ in the words that answer."""

    citations: tuple[CitationBody, ...]

    @property
    def first(self) -> CitationBody:
        return self.citations[0]

    @property
    def answering(self) -> list[Offsets]:
        return list_answering(self.citations)

    @property
    def numbers(self) -> str:
        """The numbers of its citations: "3", "3, 5", "3–6"."""
        numbers = [citation.number for citation in self.citations]
        first, last = numbers[0], numbers[-1]
        if len(numbers) > 1 and last - first == len(numbers) - 1:
            return f"{first}–{last}"
        return ", ".join(map(str, numbers))


class Version(NamedTuple):
    """What one of several sources that disagree says."""

    words: str
    citation: CitationBody


def list_quotes(body: AnswerBody) -> list[Quote]:
    """The quotes of the shown citations, each once, by the number of its first citation."""
    return gather_quotes(list_shown_citations(body))


def gather_quotes(citations: Sequence[CitationBody]) -> list[Quote]:
    def place(citation: CitationBody) -> tuple[str, int, int]:
        return citation.document_id, citation.start, citation.end

    same = groupby(sorted(citations, key=place), key=place)
    quotes = [Quote(tuple(sorted(group, key=lambda one: one.number))) for _, group in same]
    return sorted(quotes, key=lambda quote: quote.first.number)


def list_versions(body: AnswerBody) -> list[Version]:
    """What each source says where they disagree, newest first, undated last."""
    by_number = {citation.number: citation for citation in body.citations}
    cited = [by_number[number] for number in body.conflict]
    return [Version(find_answering_words(citation), citation) for citation in cited]


def consists_of_versions(body: AnswerBody) -> bool:
    """Whether the parts of an answer are what the sources that disagree say."""
    parts = body.answer.parts if body.answer and body.kind != "passage" else []
    cited = {number for part in parts for number in part.citations}
    return bool(body.conflict) and cited.issuperset(body.conflict)
