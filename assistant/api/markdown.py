"""An answer as Markdown, to paste elsewhere."""

import re

from assistant.api.schema import AnswerBody, CitationBody, TableBody
from assistant.api.wording import (
    CONFLICT,
    NOT_STATED,
    VERDICTS,
    describe_missing,
    list_conflict,
    list_parts,
    list_shown,
    title_abstention,
)


def render_markdown(body: AnswerBody) -> str:
    """An answer with its citations as footnotes, or what comes closest."""
    blocks = [f"**{_escape(body.question)}**"]
    if body.abstention is not None:
        blocks += [title_abstention(body), *_write_guess(body), _escape(body.abstention.message)]
    else:
        blocks += _write_answer(body)
    if body.conflict:
        found = list_conflict(body)
        lines = [
            f"- {_escape(source)}: {_escape(words)}[^{number}]" for source, words, number in found
        ]
        blocks.append("\n".join([CONFLICT, "", *lines]))
    blocks.append("\n".join(map(_write_citation, list_shown(body))))
    return "\n\n".join(filter(None, blocks))


def _write_answer(body: AnswerBody) -> list[str]:
    verdict = f"{VERDICTS[body.verdict]} " if body.verdict else ""
    parts = [_cite(part.text, part.citations) for part in list_parts(body)]
    if body.kind == "list":
        parts = ["\n".join(f"- {part}" for part in parts)]
    table = _write_table(body.table) if body.table else ""
    return [f"{verdict}{parts[0]}" if parts else verdict.strip(), *parts[1:], table,
            _escape(describe_missing(body))]  # fmt: skip


def _write_guess(body: AnswerBody) -> list[str]:
    guess = body.best_guess
    return [_cite(guess.text, guess.citations)] if guess else []


def _write_citation(citation: CitationBody) -> str:
    when = f" ({citation.published})" if citation.published else ""
    place = f"{citation.document_id}, characters {citation.start}-{citation.end}"
    return (
        f"[^{citation.number}]: “{_escape(citation.quote)}” — "
        f"{_escape(citation.document_title)}{when}, {_escape(place)}"
    )


def _write_table(table: TableBody) -> str:
    lines = [["", *map(_escape, table.columns)], ["---"] * (1 + len(table.columns))]
    for row in table.rows:
        cells = (_cite(cell.text, cell.citations) if cell else NOT_STATED for cell in row.cells)
        lines.append([_escape(row.label), *cells])
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def _cite(text: str, numbers: list[int]) -> str:
    return _escape(text) + "".join(f"[^{number}]" for number in numbers)


def _escape(text: str) -> str:
    """A text on one line, its characters that mean something in Markdown taken as they are."""
    return re.sub(r"([\\`*_\[\]<>#|])", r"\\\1", " ".join(text.split()))
