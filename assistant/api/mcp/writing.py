"""The results of tools as texts for reading.

Passages and sentences of documents are indented, or a text of their own, and their titles and names
stay on one line: they can't be taken for ours.
"""

from collections.abc import Iterator

from assistant.api.contents import DocumentLineBody, DocumentsBody, FigureBody
from assistant.api.mcp.bodies import ComparedBody, DocumentPartBody, PassagesBody
from assistant.api.text import indent, write_passage


def write_passages(body: PassagesBody) -> list[str]:
    passages = [write_passage(passage) for passage in body.passages]
    return ["\n\n".join(passages) or "No passages."]


def write_part(body: DocumentPartBody) -> list[str]:
    """What is read, and the text of the document by itself."""
    dated = body.dated or body.published
    lines = [
        f"{_join(body.title)}{f', {dated}' if dated else ''}",
        f"{body.id}, characters {body.start}-{body.end} of {body.length}",
        *(f"Not read: {notice}" for notice in body.notices),
    ]
    if body.end < body.length:
        lines.append(f"It goes on: read from start {body.end}.")
    return ["\n".join(lines), body.text]


def write_documents(body: DocumentsBody) -> list[str]:
    lines = [f"{len(body.documents):,} of {body.count:,} documents:"]
    lines += map(_write_line, body.documents)
    if body.skipped:
        lines.append(f"Files that were not read: {len(body.skipped):,}.")
    return ["\n".join(lines)]


def _write_line(line: DocumentLineBody) -> str:
    dated = line.dated or line.published
    about = [_join(line.title), *([str(dated)] if dated else []), f"{line.characters:,} characters"]
    return f"- {line.id}: {', '.join(about)}"


def write_compared(body: ComparedBody) -> list[str]:
    lines = [body.message]
    for comparison in body.comparisons:
        lines += ["", f"{_join(comparison.metric)}:"]
        for figure in comparison.figures:
            lines += _write_figure(figure)
    for listed in body.figures:
        lines += ["", f"{listed.player.name}, {len(listed.figures)} of {listed.count} figures:"]
        for figure in listed.figures:
            lines += _write_figure(figure)
    return ["\n".join(lines)]


def _write_figure(figure: FigureBody) -> Iterator[str]:
    when = f", {_join(figure.period.words)}" if figure.period else ""
    status = "" if figure.status == "stated" else f" ({figure.status})"
    yield f"- {figure.owner_name}: {_join(figure.words)}{status}{when}; {_join(figure.metric)}"
    yield f"  {figure.document_id}, characters {figure.start}-{figure.end}"
    yield from indent(figure.sentence)


def _join(words: str) -> str:
    """Words on one line."""
    return " ".join(words.split())
