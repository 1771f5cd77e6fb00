"""What a run's answers depend on, as its first line says it."""

import hashlib
import platform
from collections.abc import Iterable
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

import assistant as package
from assistant.evaluate.questions import Asked, hash_gold
from assistant.evaluate.rows import Header, QuestionsBody, RunIndexBody, RunReaderBody
from assistant.index.generation import Generation
from assistant.read import Reader
from assistant.read.span import SpanReader

_LIBRARIES = ("faiss-cpu", "numpy", "onnxruntime", "tantivy", "tokenizers")


@dataclass(frozen=True, slots=True)
class Options:
    """What may be chosen of a run, besides the settings.

    `opened`: a set is asked of all its documents; `reader_only`: the reader alone reads each
    question's own document. `documents` are files of more documents for an open set.
    """

    opened: bool = False
    reader_only: bool = False
    documents: tuple[Path, ...] = ()
    where: tuple[str, ...] = ()
    count: int | None = None
    split: str | None = None
    rerank: bool = False
    seed: int = 0
    show_progress: bool = False


def describe(path: Path, asked: Iterable[Asked], asked_of: str, options: Options) -> QuestionsBody:
    """What the header says of the questions."""
    count, ambiguous, whole = 0, 0, hashlib.sha256()
    for one in asked:
        count += 1
        ambiguous += one.ambiguous
        whole.update(hash_gold(one).encode())
    return QuestionsBody.model_validate(
        {
            "name": path.name,
            "sha256": whole.hexdigest(),
            "asked_of": asked_of,
            "questions": count,
            "ambiguous": ambiguous,
            "split": options.split,
            "where": options.where,
            "sample": options.count,
        }
    )  # fmt: skip


def make_header(
    questions: QuestionsBody,
    *,
    generation: Generation | None = None,
    documents: int = 0,
    reader: Reader | None = None,
    threshold: float | None = None,
    passages_read: int = 0,
    seed: int = 0,
) -> Header:
    """All that the answers will depend on."""
    manifest = None if generation is None else generation.manifest
    return Header(
        questions=questions,
        documents=documents if manifest is None else manifest.documents,
        index=None
        if generation is None or manifest is None
        else RunIndexBody(
            name=generation.name,
            generation=manifest.generation,
            inputs=manifest.inputs,
            embedder=manifest.embedder,
            embedder_sha256=manifest.embedder_sha256,
            documents=manifest.documents,
            passages=manifest.passages,
        ),
        reader=None
        if reader is None
        else RunReaderBody(
            name=reader.name,
            sha256=_find_hash(reader),
            calibrated=reader.calibration is not None and questions.asked_of != "given",
        ),
        threshold=threshold,
        passages_read=passages_read,
        seed=seed,
        versions=find_versions(),
    )


def find_versions() -> dict[str, str]:
    """The versions of what decides an answer."""
    folder, code = Path(package.__file__).parent, hashlib.sha256()
    for path in sorted(folder.rglob("*.py")):
        code.update(path.relative_to(folder).as_posix().encode() + b"\0" + path.read_bytes())
    return {
        "assistant": package.__version__,
        "code": code.hexdigest(),
        "python": platform.python_version(),
        **{name: version(name) for name in _LIBRARIES},
    }


def _find_hash(reader: Reader) -> str | None:
    return reader.settings.sha256 if isinstance(reader, SpanReader) else None
