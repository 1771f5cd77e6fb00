"""Assistants with the reader of the tests, and what tests ask of every answer."""

from collections.abc import Iterator, Sequence
from datetime import date

from assistant.answer import Assistant
from assistant.answer.cite import verify
from assistant.answer.confidence import GROUPS
from assistant.records import Answer, Calibration, Document, Part, Player, QuestionKind
from assistant.settings import Settings
from tests.conftest import Maker
from tests.reading import TermsReader

SHOP = Document("shop.txt", "Shop", "Quark glasses cost 9 yuan. Nobody makes money.")
STORE = Document("store.txt", "Store", "Meta lenses cost 7 yuan. It opened in May.")
QUARK = Player("quark", "Quark", "product")
META = Player("meta", "Meta", "company")
ASKED = "What do Quark glasses cost?"
SAID = "Quark glasses cost 9 yuan."


def open_with(
    make: Maker,
    *documents: Document,
    kind: QuestionKind | None = None,
    threshold: float = 0.0,
    bias: float | None = None,
    players: Sequence[Player] = (),
    reader: TermsReader | None = None,
) -> Assistant:
    """An assistant with the reader of the tests.

    With a `bias` its confidence is the logistic function of the best span's score and that.
    """
    reader = reader or TermsReader(kind, threshold=threshold)
    if bias is not None:
        weights = {"bias": bias, "span": 1.0}
        reader.calibration = Calibration(dict.fromkeys(GROUPS.values(), weights))
    generation = make.generation(*documents, players=players)
    return Assistant.of(generation, reader, Settings())


def ask(assistant: Assistant, question: str, as_of: date | None = None) -> Answer:
    answer = assistant.ask(question, as_of=as_of)
    check(answer)
    return answer


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
    source = document.dated or (document.day and document.day.isoformat()) or document.title
    is_value = answer.conflict and answer.kind in ("span", "count")
    sources = (source, document.id)  # its id if another has the same date or title
    texts = [f"{marked} ({one})" for one in sources] if is_value else [marked]
    assert part.text in texts


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
