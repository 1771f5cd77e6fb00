"""What tests ask of every answer."""

from collections.abc import Iterator

from assistant.answer.cite import verify
from assistant.records import Answer, Part


def check(answer: Answer) -> None:
    """What holds for every answer."""
    for citation in answer.citations:
        verify(citation)
        assert citation.document.text[citation.start : citation.end] == citation.quote
    assert set(_list_numbers(answer)) == set(range(1, len(answer.citations) + 1))
    for part in (*answer.parts, *answer.alternatives):
        if part.formula is None:
            _check_part(answer, part)
    guess = answer.best_guess
    assert (answer.status == "answered") == bool(answer.parts) == (answer.abstention is None)
    assert not (answer.parts and guess)
    if not answer.parts:
        assert (answer.alternatives, answer.table, answer.verdict) == ((), None, None)
        assert (answer.conflict, answer.missing, answer.kind) == ((), (), "none")
    assert len(answer.marks) == len(answer.hits)
    for marks, hit in zip(answer.marks, answer.hits, strict=True):
        assert {(mark.start, mark.end) for mark in marks} <= {*hit.passage.sentences}
    assert answer.coverage.passages_read <= answer.coverage.passages


def _check_part(answer: Answer, part: Part) -> None:
    """The words of a part are those that its one citation marks, or all of its quote."""
    (number,) = part.citations
    cited = answer.citations[number - 1]
    marked = cited.document.text[slice(*cited.marked)] if cited.marked else cited.quote
    document = cited.document
    source = document.published.isoformat() if document.published else document.title
    assert part.text == (f"{marked} ({source})" if answer.conflict else marked)


def _list_numbers(answer: Answer) -> Iterator[int]:
    """The numbers of the citations that something in an answer refers to."""
    for part in (*answer.parts, *answer.alternatives):
        yield from part.citations
    if answer.best_guess is not None:
        yield from answer.best_guess.citations
    if answer.table is not None:
        for row in answer.table.rows:
            for cell in row.cells:
                yield from cell.citations if cell is not None else ()
