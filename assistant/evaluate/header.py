"""The header of a run: everything that its answers depend on."""

import hashlib
import platform
from collections.abc import Iterable
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

import assistant as package
from assistant.evaluate.rows import Header, QuestionsBody, RunIndexBody, RunReaderBody
from assistant.index.generation import Generation
from assistant.questions.question import Question, hash_gold
from assistant.read import Reader
from assistant.read.span import SpanReader
from assistant.records import ALL_DOCUMENTS, DocumentFilter

_LIBRARIES = ("faiss-cpu", "numpy", "onnxruntime", "tantivy", "tokenizers")


@dataclass(frozen=True, slots=True)
class Options:
    """The options of a run, besides the settings.

    `one_index`: all questions of a set are asked of one index of all its documents, and of those
    in the files `documents`; `reader_only`: the reader alone reads each question's own document;
    `within`: which documents of the index are asked, where a question does not say.
    """

    one_index: bool = False
    reader_only: bool = False
    documents: tuple[Path, ...] = ()
    where: tuple[str, ...] = ()
    count: int | None = None
    split: str | None = None
    seed: int = 0
    show_progress: bool = False
    within: DocumentFilter = ALL_DOCUMENTS


def make_header(
    path: Path,
    questions: Iterable[Question],
    asked_of: str,
    options: Options,
    *,
    generation: Generation | None = None,
    documents: int = 0,
    reader: Reader | None = None,
    threshold: float | None = None,
    passages_read: int = 0,
    left_out: int = 0,
    writer: str | None = None,
) -> Header:
    """The header; `documents` is their number if there is no index to count them in."""
    count, ambiguous, digest = 0, 0, hashlib.sha256()
    for question in questions:
        count += 1
        ambiguous += question.ambiguous
        digest.update(hash_gold(question).encode())
    described = {
        "name": path.name,
        "sha256": digest.hexdigest(),
        "asked_of": asked_of,
        "questions": count,
        "ambiguous": ambiguous,
        "left_out": left_out,
        "split": options.split,
        "where": options.where,
        "sample": options.count,
    }
    return Header(
        questions=QuestionsBody.model_validate(described),
        documents=documents if generation is None else generation.manifest.documents,
        index=None if generation is None else _describe_index(generation),
        reader=None if reader is None else _describe_reader(reader, asked_of),
        threshold=threshold,
        passages_read=passages_read,
        writer=writer,
        seed=options.seed,
        versions=find_versions(),
    )


def find_versions() -> dict[str, str]:
    """The versions of the code and of the libraries that decide an answer."""
    folder, code = Path(package.__file__).parent, hashlib.sha256()
    for path in sorted(folder.rglob("*.py")):
        code.update(path.relative_to(folder).as_posix().encode() + b"\0" + path.read_bytes())
    return {
        "assistant": package.__version__,
        "code": code.hexdigest(),
        "python": platform.python_version(),
        **{name: version(name) for name in _LIBRARIES},
    }


def _describe_index(generation: Generation) -> RunIndexBody:
    fields = generation.manifest.model_dump(include=set(RunIndexBody.model_fields))
    return RunIndexBody.model_validate({"name": generation.name, **fields})


def _describe_reader(reader: Reader, asked_of: str) -> RunReaderBody:
    return RunReaderBody(
        name=reader.name,
        sha256=reader.settings.sha256 if isinstance(reader, SpanReader) else None,
        calibrated=reader.calibration is not None and asked_of != "given",
    )
