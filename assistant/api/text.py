"""An answer as plain text, for a terminal."""

from collections.abc import Iterator

from assistant.api.schema import AnswerBody, CitationBody, PassageBody, TableBody
from assistant.api.wording import (
    CONFLICT,
    NOT_STATED,
    VERDICTS,
    count_percent,
    describe_coverage,
    describe_missing,
    list_conflict,
    list_parts,
    list_shown,
    title_abstention,
)


def render_text(body: AnswerBody) -> str:
    """An answer with its citations below, or what comes closest."""
    blocks = _write_answer(body) if body.abstention is None else _write_abstention(body)
    written = ("\n".join(block) for block in blocks if block)
    return "\n\n".join([*written, " ".join(describe_coverage(body.coverage))])


def _write_answer(body: AnswerBody) -> Iterator[list[str]]:
    verdict = [VERDICTS[body.verdict]] if body.verdict else []
    bullet = "- " if body.kind == "list" else ""
    parts = list_parts(body)
    cited = (_cite(part.text, part.citations, part.formula) for part in parts)
    yield [*verdict, *(f"{bullet}{words}" for words in cited)]
    yield _lay_out(body.table) if body.table else []
    missing = describe_missing(body)
    yield [*_write_confidence(body.confidence), *([missing] if missing else [])]
    yield from _write_conflict(body)
    texts = {part.text for part in parts}
    for citation in list_shown(body):
        yield _write_citation(citation, quoted=citation.quote not in texts)


def _write_abstention(body: AnswerBody) -> Iterator[list[str]]:
    assert body.abstention is not None
    yield [title_abstention(body)]
    guess = body.best_guess
    if guess:
        yield [_cite(guess.text, guess.citations), *_write_confidence(guess.confidence)]
    yield [body.abstention.message]
    yield from _write_conflict(body)
    for citation in list_shown(body):
        yield _write_citation(citation, quoted=guess is None or citation.quote != guess.text)
    closest = [body.passages[number - 1] for number in body.abstention.closest]
    yield ["Closest passages:"] if closest else []
    yield from map(_write_passage, closest)
    yield [f"About {player.name}: {player.href}" for player in body.players]


def _write_confidence(confidence: float | None) -> list[str]:
    return [] if confidence is None else [f"Confidence {count_percent(confidence)} %"]


def _write_conflict(body: AnswerBody) -> Iterator[list[str]]:
    if body.conflict:
        found = list_conflict(body)
        yield [CONFLICT, *(f"  {day}: {words} [{number}]" for day, words, number in found)]


def _write_citation(citation: CitationBody, *, quoted: bool) -> list[str]:
    when = f", {citation.published}" if citation.published else ""
    return [
        f"[{citation.number}] {citation.document_title}{when}",
        *(_indent(citation.quote) if quoted else ()),
        f"    {citation.document_id}, characters {citation.start}-{citation.end}",
        *(f"    also in {document_id}" for document_id in citation.also_in),
    ]


def _write_passage(passage: PassageBody) -> list[str]:
    """A passage's nearest sentences; all of it where none is marked."""
    cut = (slice(mark.start - passage.start, mark.end - passage.start) for mark in passage.marked)
    texts = [passage.text[place] for place in cut] or [passage.text]
    return [
        f"({passage.number}) {passage.document_title}",
        f"    {passage.document_id}, characters {passage.start}-{passage.end}",
        *(line for text in texts for line in _indent(text)),
    ]


def _lay_out(table: TableBody) -> list[str]:
    """A table in columns as wide as what they hold."""
    lines = [["", *table.columns]]
    for row in table.rows:
        cells = (_cite(c.text, c.citations, c.formula) if c else NOT_STATED for c in row.cells)
        lines.append([row.label, *cells])
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    return ["  ".join(map(str.ljust, cells, widths)).rstrip() for cells in lines]


def _cite(text: str, numbers: list[int], formula: str | None = None) -> str:
    """Words with the numbers of their citations, and how a number in them was derived."""
    references = "".join(f"[{number}]" for number in numbers)
    derived = f"({formula})" if formula is not None else ""
    return " ".join(filter(None, [text, references, derived]))


def _indent(text: str) -> list[str]:
    return [f"    {line}" for line in text.splitlines() if line.strip()]
