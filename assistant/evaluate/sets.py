"""Question sets made by others: SQuAD JSON, or a folder of questions.jsonl with corpus.jsonl.

A line of questions holds `id`, `question`, `answers` (gold texts, any of which is right) and
`gold_doc_ids`; one of the corpus `id`, `title`, `text`. All files may be gzipped.
"""

import gzip
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from assistant.errors import EvaluationError, LoadError
from assistant.evaluate.squad import is_squad, read_squad
from assistant.load.jsonl import load_jsonl
from assistant.records import Document

CORPUS = "corpus.jsonl"


@dataclass(frozen=True, slots=True)
class Asked:
    """A question, its gold texts (() where nothing answers it), and the document it is about."""

    id: str
    question: str
    answers: tuple[str, ...]
    document: Document | None


@dataclass(frozen=True, slots=True)
class QuestionSet:
    """Questions, and the documents that they are asked of."""

    questions: tuple[Asked, ...]
    documents: tuple[Document, ...]


def is_set(path: Path) -> bool:
    """Whether a file is a question set: SQuAD JSON, or JSON Lines beside a corpus.jsonl."""
    return path.is_file() and (is_squad(path) or _find_corpus(path) is not None)


def read_set(path: Path, *, where: str | None = None) -> QuestionSet:
    """The questions and documents of a set; `where` keeps lines of one value ("kind=span").

    Raises EvaluationError naming the file and what is wrong.
    """
    found = _read_squad_set(path) if is_squad(path) else _read_lines_set(path, where)
    if not found.questions:
        raise EvaluationError(f"{path} holds no question where {where}", hint="see its fields")
    return found


def read_documents(path: Path) -> tuple[Document, ...]:
    """The paragraphs of SQuAD JSON or the documents of JSON Lines. Raises EvaluationError."""
    if is_squad(path):
        return _read_squad_set(path).documents
    return tuple(_read_corpus(path).values())


def _read_squad_set(path: Path) -> QuestionSet:
    questions, documents = [], []
    counts: dict[str, int] = {}
    for paragraph in read_squad(path):
        number = counts[paragraph.title] = counts.get(paragraph.title, 0) + 1
        title = paragraph.title.replace("_", " ") or "untitled"
        document = Document(f"{path.name}/{paragraph.title}/{number}", title, paragraph.text)
        documents.append(document)
        questions += [
            Asked(one.id, one.question, one.texts, document) for one in paragraph.questions
        ]
    return QuestionSet(tuple(questions), tuple(documents))


def _read_lines_set(path: Path, where: str | None) -> QuestionSet:
    corpus = _find_corpus(path)
    if corpus is None:
        raise EvaluationError(f"{path} has no {CORPUS} beside it", hint="put it there")
    documents = _read_corpus(corpus)
    name, _, value = (where or "").partition("=")
    questions = []
    for number, line in enumerate(_read_text(path).split("\n"), start=1):
        if not line.strip():
            continue
        try:
            fields: dict[str, Any] = json.loads(line)
            if where is not None and json.dumps(fields.get(name)).strip('"') != value:
                continue
            gold = next(iter(fields.get("gold_doc_ids") or ()), None)
            asked = Asked(
                str(fields["id"]),
                str(fields["question"]),
                tuple(map(str, fields["answers"])) if fields.get("answerable", True) else (),
                None if gold is None else documents[gold],
            )
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise EvaluationError(f"{path} line {number}: {error!r}", hint="mend it") from None
        questions.append(asked)
    return QuestionSet(tuple(questions), tuple(documents.values()))


def _read_corpus(path: Path) -> dict[str, Document]:
    """Documents by their own ids."""
    documents = {}
    for item in load_jsonl(_read_text(path), path.name):
        if isinstance(item, LoadError):
            raise EvaluationError(f"{path}: {item.message}", hint=item.hint)
        documents[item.id.removeprefix(f"{path.name}/")] = item
    return documents


def _find_corpus(path: Path) -> Path | None:
    beside = (path.parent / f"{CORPUS}{end}" for end in ("", ".gz"))
    return next((corpus for corpus in beside if corpus.is_file() and corpus != path), None)


def _read_text(path: Path) -> str:
    try:
        if path.suffix == ".gz":
            with gzip.open(path, "rt", encoding="utf-8") as file:
                return file.read()
        return path.read_text(encoding="utf-8")
    except (OSError, EOFError, UnicodeDecodeError) as error:
        raise EvaluationError(f"{path} can't be read ({error})", hint="give JSON Lines") from None
