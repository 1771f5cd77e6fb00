"""report.html: a run as one file that opens offline, complete without a script.

Everything is escaped by Jinja2, and a policy in the file lets only its own script run, known by its
hash: what questions or documents say can't become markup, nor run if it did.
"""

import base64
import hashlib
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from jinja2 import Environment, FileSystemLoader
from markupsafe import Markup

from assistant.api.rendering import find_shown
from assistant.api.schema import CitationBody, PassageBody
from assistant.errors import EvaluationError
from assistant.evaluate.compare import Comparison
from assistant.evaluate.plots import draw_plots
from assistant.evaluate.report import AREAS, MEASURES, Report
from assistant.evaluate.rows import PAGE, ROWS, Header, Row, Scored
from assistant.read import PACKAGED, PACKAGED_SHA256
from assistant.records import Offsets, covers
from assistant.settings import web_folder

DETAILED = 500  # questions shown in full: wrong and confident first
LONGEST = 160  # characters of a line's cell


@dataclass(frozen=True, slots=True)
class Segment:
    """A piece of a passage, and whether a citation or the answer in it covers it."""

    text: str
    cited: bool
    answer: bool


@dataclass(frozen=True, slots=True)
class Quote:
    """A citation with the passage it stands in, cut for marking."""

    citation: CitationBody
    segments: tuple[Segment, ...]


@dataclass(frozen=True, slots=True)
class Line:
    """A question as the table shows it; `quotes` and `row` where it is shown in full.

    `command` shows how its answer was found; "" where no index stays that was asked.
    """

    number: int
    id: str
    question: str
    kind: str
    outcome: str
    answer: str
    gold: str
    value: float | None
    f1: float | None
    milliseconds: float
    row: Row | None
    quotes: tuple[Quote, ...] = ()
    command: str = ""


def write_page(folder: Path, report: Report, comparison: Comparison | None) -> None:
    """Write a run's report.html from its rows. Raises EvaluationError."""
    order, times = _find_order(folder / ROWS)
    static = web_folder() / "static"
    style = "\n".join(
        (static / name).read_text(encoding="utf-8") for name in ("style.css", "report.css")
    )
    script = (static / "report.js").read_text(encoding="utf-8")
    environment = Environment(
        loader=FileSystemLoader(web_folder() / "templates"), autoescape=True, trim_blocks=True,
        lstrip_blocks=True,
    )  # fmt: skip
    environment.filters["address"] = _write_address
    words = {name: one.words for name, one in MEASURES.items()}
    pieces = environment.get_template("report.html").stream(
        report=report,
        comparison=comparison,
        words=words | {name: area for name, (area, _) in AREAS.items()},
        plots=draw_plots(report, times),
        lines=_read_lines(folder / ROWS, order, report.run),
        detailed=min(DETAILED, len(order)),
        style=Markup(style),
        script=Markup(script),
        script_hash=base64.b64encode(hashlib.sha256(script.encode()).digest()).decode(),
    )
    try:
        with (folder / PAGE).open("w", encoding="utf-8", newline="\n") as file:
            file.writelines(pieces)
    except OSError as error:
        raise EvaluationError(
            f"{folder / PAGE} can't be written ({error.strerror or error})",
            hint="give another --out",
        ) from None


def _find_order(path: Path) -> tuple[list[int], list[float]]:
    """Where each row begins in the file, those to look at first; and all times."""
    found, times = [], []
    with path.open("rb") as file:
        start = len(file.readline())
        for line in file:
            row = Scored.model_validate_json(line)
            found.append((*_rank(row), start))
            times.append(row.milliseconds)
            start += len(line)
    return [start for _, _, start in sorted(found)], times


def _rank(row: Scored) -> tuple[int, float]:
    """Lower is shown first: wrong and sure, then wrongly refused, then right and unsure."""
    sure = row.value or 0.0
    if row.verdicts.good is None:
        return 0, row.verdicts.ndcg_10 or 0.0
    if row.verdicts.good:
        return 2, sure
    return (1 if row.verdicts.abstained else 0), -sure


def _read_lines(path: Path, order: list[int], run: Header) -> Iterator[Line]:
    with path.open("rb") as file:
        for number, start in enumerate(order, start=1):
            file.seek(start)
            yield _make_line(number, Row.model_validate_json(file.readline()), run)


def _make_line(number: int, row: Row, run: Header) -> Line:
    whole = number <= DETAILED
    answer = row.response.answer.text if row.response and row.response.answer else ""
    gold = " / ".join(row.answers)
    return Line(
        number=number,
        id=row.id,
        question=row.question if whole else _shorten(row.question),
        kind=row.kind,
        outcome=_name_outcome(row),
        answer=answer if whole else _shorten(answer),
        gold=gold if whole else _shorten(gold),
        value=row.value,
        f1=row.verdicts.ndcg_10 if row.verdicts.f1 is None else row.verdicts.f1,
        milliseconds=row.milliseconds,
        row=row if whole else None,
        quotes=tuple(_cut_quotes(row)) if whole else (),
        command=write_command(row.question, run) if whole else "",
    )


def write_command(question: str, run: Header) -> str:
    """The command that shows how the answer to a question of a run was found.

    "" where the run asked no index that the command line could ask again.
    """
    if run.questions.asked_of != "index" or run.index is None or run.reader is None:
        return ""
    reader = PACKAGED if run.reader.sha256 == PACKAGED_SHA256 else run.reader.name
    options = {
        "index": run.index.name,
        "reader": reader,
        "passages-read": run.passages_read,
        "threshold": run.threshold,
    }
    given = [f"--{name}={value}" for name, value in options.items()]
    # Behind "--" a question may begin with a dash.
    return shlex.join(["assistant", "ask", "--explain", *given, "--", question])


def _name_outcome(row: Scored) -> str:
    if row.verdicts.good is None:
        return "ranked"
    if row.verdicts.abstained:
        return "rightly refused" if row.verdicts.good else "wrongly refused"
    return "right" if row.verdicts.good else "wrong"


def _cut_quotes(row: Row) -> Iterator[Quote]:
    """The citations that are shown, each marked in its passage."""
    if row.response is None:
        return
    passages = {passage.passage_id: passage for passage in row.response.passages}
    shown = find_shown(row.response)
    for citation in row.response.citations:
        if citation.number in shown:
            yield Quote(citation, tuple(_cut(citation, passages.get(citation.passage_id))))


def _cut(citation: CitationBody, passage: PassageBody | None) -> Iterator[Segment]:
    """A passage in segments, or the quote with what is around it where the passage isn't shown."""
    text, first = citation.prefix + citation.quote + citation.suffix, citation.start
    first -= len(citation.prefix)
    if passage is not None and passage.start <= citation.start and citation.end <= passage.end:
        text, first = passage.text, passage.start
    quoted: list[Offsets] = [(citation.start - first, citation.end - first)]
    answering: list[Offsets] = []
    if citation.answer_start is not None and citation.answer_end is not None:
        answering = [(citation.answer_start - first, citation.answer_end - first)]
    cuts = sorted({0, len(text), *(place for span in (*quoted, *answering) for place in span)})
    for start, end in pairwise(cuts):
        yield Segment(text[start:end], covers(quoted, start, end), covers(answering, start, end))


def _shorten(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"


def _write_address(svg: str) -> str:
    """An image as an address that holds it whole."""
    return f"data:image/svg+xml;base64,{base64.b64encode(svg.encode()).decode()}"
