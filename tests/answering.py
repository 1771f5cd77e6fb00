"""What tests ask of every answer."""

from assistant.answer.cite import verify
from assistant.records import Answer


def check(answer: Answer) -> None:
    """What holds for every answer."""
    for citation in answer.citations:
        verify(citation)
        assert citation.document.text[citation.start : citation.end] == citation.quote
    numbers = set(range(1, len(answer.citations) + 1))
    used = {number for part in (*answer.parts, *answer.alternatives) for number in part.citations}
    assert used == numbers
    for part in (*answer.parts, *answer.alternatives):
        (number,) = part.citations
        cited = answer.citations[number - 1]
        marked = cited.document.text[slice(*cited.marked)] if cited.marked else cited.quote
        assert part.text in (marked, cited.quote)
        assert marked in cited.quote
    assert (answer.status == "answered") == bool(answer.parts) == (answer.abstention is None)
    assert answer.coverage.passages_read <= answer.coverage.passages
