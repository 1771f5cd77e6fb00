"""report.html: a run as one file that opens offline and is complete without its script.

Jinja2 escapes everything, and a Content-Security-Policy in the file allows only its own script, by
hash: the text of questions and documents can't become markup, nor run if it did.
"""

import base64
import hashlib
import shlex
from collections.abc import Iterator
from pathlib import Path

from jinja2 import Environment, FileSystemLoader
from markupsafe import Markup

from assistant.api.rendering import find_shown_numbers
from assistant.api.schema import CitationBody, PassageBody
from assistant.api.segments import Segment, cut_text
from assistant.errors import EvaluationError
from assistant.evaluate.compare import Comparison
from assistant.evaluate.measures import FIGURES
from assistant.evaluate.plots import draw_plots
from assistant.evaluate.report import Report
from assistant.evaluate.rows import PAGE, ROWS, Header, Row, Scored
from assistant.read import PACKAGED, PACKAGED_SHA256
from assistant.settings import web_folder
from assistant.terminal import escape_lines
from assistant.words import ENGLISH, read_words

DETAILED = 500  # questions shown in full
OUTCOMES = "wrong", "wrongly_refused", "right", "rightly_refused"
# Figures at the top of the report.
SUMMARY = (
    "right_and_cited", "abstention_recall", "right_of_answered", "shown", "f1_forced", "auroc",
    "ndcg_10",
)  # fmt: skip


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
    environment.filters |= {
        "data_url": _make_data_url,
        "outcome": _name_outcome,
        "quotes": _cut_quotes,
        "fixed": lambda value, digits: f"{value:.{digits}f}",
        "command": lambda row: write_command(row, report.run),
    }
    pieces = environment.get_template("report.html").stream(
        report=report,
        comparison=comparison,
        words=read_words(ENGLISH),
        names={name: figure.words for name, figure in FIGURES.items()},
        summary=SUMMARY,
        outcomes=OUTCOMES,
        plots=draw_plots(report, times),
        rows=_read_rows(folder / ROWS, order),
        detailed=min(DETAILED, len(order)),
        style=Markup(style),
        script=Markup(script),
        script_hash=base64.b64encode(hashlib.sha256(script.encode()).digest()).decode(),
    )
    try:
        with (folder / PAGE).open("w", encoding="utf-8", newline="\n") as file:
            file.writelines(map(escape_lines, pieces))
    except OSError as error:
        raise EvaluationError(
            f"{folder / PAGE} can't be written ({error.strerror or error})",
            hint="give another --out",
        ) from None


def write_command(row: Scored, run: Header) -> str:
    """The command that explains an answer of a run; "" if it can't be asked again."""
    if run.questions.asked_of != "index" or run.index is None or run.reader is None:
        return ""
    reader = PACKAGED if run.reader.sha256 == PACKAGED_SHA256 else run.reader.name
    options = {
        "index": run.index.name,
        "reader": reader,
        "passages-read": run.passages_read,
        "threshold": run.threshold,
    }
    arguments = [f"--{name}={value}" for name, value in options.items()]
    arguments += [f"--previous={before}" for before in row.previous]
    # After "--" a question may begin with a dash.
    return shlex.join(["assistant", "ask", "--explain", *arguments, "--", row.question])


def _find_order(path: Path) -> tuple[list[int], list[float]]:
    """Where each row begins in the file, the most urgent first; and all times."""
    found, times = [], []
    with path.open("rb") as file:
        start = len(file.readline())
        for line in file:
            row = Scored.model_validate_json(line)
            found.append((*_find_urgency(row), start))
            times.append(row.milliseconds)
            start += len(line)
    return [start for _, _, start in sorted(found)], times


def _find_urgency(row: Scored) -> tuple[int, float]:
    """A sort key: wrong and confident first, then wrongly refused, then right and unsure."""
    confidence = row.value or 0.0
    if row.verdicts.good is None:
        return 0, row.verdicts.ndcg_10 or 0.0
    if row.verdicts.good:
        return 2, confidence
    return (1 if row.verdicts.abstained else 0), -confidence


def _read_rows(path: Path, order: list[int]) -> Iterator[Row]:
    with path.open("rb") as file:
        for start in order:
            file.seek(start)
            yield Row.model_validate_json(file.readline())


def _name_outcome(row: Scored) -> str:
    if row.verdicts.good is None:
        return "ranked"
    if row.verdicts.abstained:
        return "rightly_refused" if row.verdicts.good else "wrongly_refused"
    return "right" if row.verdicts.good else "wrong"


def _cut_quotes(row: Row) -> Iterator[tuple[CitationBody, list[Segment]]]:
    """The citations that are shown, each with its passage cut into pieces."""
    if row.response is None:
        return
    passages = {passage.passage_id: passage for passage in row.response.passages}
    shown = find_shown_numbers(row.response)
    for citation in row.response.citations:
        if citation.number in shown:
            yield citation, _cut(citation, passages.get(citation.passage_id))


def _cut(citation: CitationBody, passage: PassageBody | None) -> list[Segment]:
    """A passage, or the surroundings of a quote; the quote and the part that answers are marked."""
    start, end = citation.start, citation.end
    text, first = citation.prefix + citation.quote + citation.suffix, start - len(citation.prefix)
    if passage is not None and passage.start <= start and end <= passage.end:
        text, first = passage.text, passage.start
    marks = {"quote": [(start, end)]}
    if citation.answer_start is not None and citation.answer_end is not None:
        marks["answer"] = [(citation.answer_start, citation.answer_end)]
    return cut_text(text, marks, start=first)


def _make_data_url(svg: str) -> str:
    return f"data:image/svg+xml;base64,{base64.b64encode(svg.encode()).decode()}"
