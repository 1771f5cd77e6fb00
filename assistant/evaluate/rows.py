"""The rows of a run on disk: a header line, then a line for each question.

    rows.jsonl       line 1: a Header; each further line: a Row, in the order of the questions
    comparison.json  this run compared with a baseline, if there is one
    report.json      written last; without it a run was interrupted
    report.html      the same for people

JSON Schemas are in tests/data/schemas. Two runs with the same header write the same bytes except
for times (`milliseconds`, `timing_ms`).
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from assistant.api.schema import AnswerBody
from assistant.errors import EvaluationError
from assistant.evaluate.judge import Verdicts

VERSION = 2
ROWS, REPORT, COMPARISON = "rows.jsonl", "report.json", "comparison.json"
PAGE = "report.html"


class _Body(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class QuestionsBody(_Body):
    """Which questions were asked, and of what."""

    name: str = Field(description="of the file or folder")
    sha256: str = Field(description="of the questions with their gold, as they were asked")
    asked_of: Literal["index", "open", "alone", "given", "retrieval"] = Field(
        description="the index in use; one index of all documents of the set; each question's own "
        "document in an index of its own; the reader alone, its own document given; the retrieval "
        "alone"
    )
    questions: int
    ambiguous: int = Field(0, description="questions that other documents may answer as well")
    left_out: int = Field(0, description="questions that name no document to be given")
    split: str | None = None
    where: tuple[str, ...] = ()
    sample: int | None = None


class RunIndexBody(_Body):
    """The index that was asked."""

    name: str
    generation: str
    inputs: str = Field(description="SHA-256 of all that it was built from")
    embedder: str
    embedder_sha256: str
    documents: int
    passages: int


class RunReaderBody(_Body):
    """The reader that was asked."""

    name: str
    sha256: str | None = Field(description="of its model; null where it has none of its own")
    calibrated: bool


class Header(_Body):
    """All that a run's answers depend on."""

    version: Literal[2] = 2
    questions: QuestionsBody
    documents: int
    index: RunIndexBody | None = Field(description="null where documents were given")
    reader: RunReaderBody | None = Field(description="null where retrieval alone was asked")
    threshold: float | None = Field(description="in force: abstained below it")
    passages_read: int
    writer: str | None = Field(
        None, description="the language model that rephrases answers; null without one"
    )
    seed: int = Field(description="of sample, bootstrap and comparison")
    versions: dict[str, str] = Field(
        description="of the assistant, its code (SHA-256) and the libraries that decide"
    )

    @property
    def calibrated(self) -> bool:
        """Whether values are calibrated confidences."""
        return self.reader is not None and self.reader.calibrated


class InFullBody(_Body):
    """A follow-up asked as a question that stands by itself."""

    question: str
    is_same_question: bool = Field(description="after a change of topic")
    right_and_cited: bool | None = Field(description="null where nothing answers it")
    abstained: bool
    is_same_answer: bool = Field(description="as the follow-up got, but for times")


class Scored(BaseModel):
    """What figures are made of: a row without its answer."""

    model_config = ConfigDict(frozen=True)

    id: str
    question: str
    kind: str = Field(description='how it is judged; "none" where nothing answers it')
    reason: str | None = Field(None, description="why nothing answers it")
    split: str | None
    answerable: bool
    ambiguous: bool = Field(
        False, description="other documents may answer it as well: in no figure but its own group's"
    )
    answers: tuple[str, ...] = Field(description="accepted answers, or the items of a list")
    gold: str = Field(description="SHA-256 of the question with all of its gold")
    value: float | None = Field(
        description="what the threshold is compared with: the confidence, or the score of a reader "
        "without; null where nothing was read"
    )
    verdicts: Verdicts
    milliseconds: float
    previous: tuple[str, ...] = Field((), description="questions before it, the latest last")
    in_full: InFullBody | None = Field(None, description="null where no full question is known")


class Row(Scored):
    """One question of a run."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    candidate: str | None = Field(description="the reader's best words, shown or not")
    response: AnswerBody | None = Field(description="as the API gives it; null for retrieval")
    ranking: tuple[str, ...] | None = Field(
        None, description="of retrieval: ids of the best documents, best first"
    )


@contextmanager
def open_rows(
    folder: Path, header: Header, ids: Iterable[str], *, resume: bool
) -> Iterator[tuple[int, Callable[[BaseModel], None]]]:
    """Open the rows of a run: how many there are already, and a function that writes more.

    An interrupted run with the same header is continued; any other starts again. With `resume`,
    rows with another header are refused instead. Raises EvaluationError.
    """
    path, report = folder / ROWS, folder / REPORT
    done, size = _find_done(path, header, ids, resume=resume)
    if report.exists() and not resume:  # a finished run is asked again
        done, size = 0, 0
    for old in (report, folder / COMPARISON, folder / PAGE):  # they describe other rows
        old.unlink(missing_ok=True)
    with path.open("a" if done else "w", encoding="utf-8", newline="\n") as file:
        if done:
            file.truncate(size)  # a last line that was cut short

        def write(body: BaseModel) -> None:
            file.write(body.model_dump_json() + "\n")
            file.flush()

        if not done:
            write(header)
        yield done, write


def read_header(folder: Path) -> Header:
    """The header of a run's rows. Raises EvaluationError."""
    path = folder / ROWS
    try:
        with path.open("rb") as file:
            return Header.model_validate_json(file.readline())
    except OSError as error:
        raise EvaluationError(
            f"{path} can't be read ({error.strerror or error})",
            hint="give the folder that an evaluation wrote with --out",
        ) from None
    except ValidationError as error:
        raise EvaluationError(
            f"{path} line 1 is not a header of version {VERSION} ({error.errors()[0]['msg']})",
            hint="run that evaluation again",
        ) from None


def read_scored(folder: Path) -> Iterator[Scored]:
    """The rows of a run without their answers, in order. Raises EvaluationError."""
    path = folder / ROWS
    with path.open("rb") as file:
        file.readline()
        for number, line in enumerate(file, start=2):
            try:
                yield Scored.model_validate_json(line)
            except ValidationError as error:
                raise EvaluationError(
                    f"{path} line {number} is not a row ({error.errors()[0]['msg']})",
                    hint="run that evaluation again",
                ) from None


def _find_done(path: Path, header: Header, ids: Iterable[str], *, resume: bool) -> tuple[int, int]:
    """The number of complete rows of this run in a file, and their size in bytes."""
    if not path.is_file():
        return 0, 0
    with path.open("rb") as file:
        first = file.readline()
        if first.decode("utf-8", "replace") != header.model_dump_json() + "\n":
            if resume:
                raise EvaluationError(
                    f"{path} is from another run ({_name_difference(first, header)})",
                    hint="leave --resume out to start again, or give another folder with --out",
                )
            return 0, 0
        done, size = 0, len(first)
        for line, id_ in zip(file, ids, strict=False):
            if not _is_row_of(line, id_):
                break
            done, size = done + 1, size + len(line)
    return done, size


def _is_row_of(line: bytes, id_: str) -> bool:
    """Whether a line is complete and the row of a question."""
    if not line.endswith(b"\n"):
        return False
    try:
        return Scored.model_validate_json(line).id == id_
    except ValidationError:
        return False


def _name_difference(first: bytes, header: Header) -> str:
    try:
        other = Header.model_validate_json(first)
    except ValidationError:
        return "its header can't be read"
    differing = [
        name for name in Header.model_fields if getattr(other, name) != getattr(header, name)
    ]
    return f"another {', '.join(differing)}"
