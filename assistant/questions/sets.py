"""Foreign question sets: SQuAD JSON, BEIR folders, JSON Lines next to a corpus.jsonl.

A line of questions has `id`, `question`, `answers` (any of which is right) and `gold_doc_ids`; a
line of the corpus `id`, `title`, `text`. A follow-up has `previous`, the questions
before it. All files may be gzipped. A BEIR folder (Thakur et al.
2021, https://arxiv.org/abs/2104.08663) has corpus.jsonl, queries.jsonl and qrels/test.tsv.
"""

import csv
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, TypeAdapter

from assistant.errors import EvaluationError
from assistant.questions.files import (
    CORPUS,
    find_file,
    parse_where,
    read_corpus,
    read_lines,
    read_records,
    read_text,
)
from assistant.questions.question import NONE, SYNONYMS, Question, make_evidence
from assistant.questions.squad import SquadQuestion, is_squad, read_squad
from assistant.records import Document

QUERIES, QRELS = "queries.jsonl", "qrels/test.tsv"


@dataclass(frozen=True, slots=True)
class QuestionSet:
    """Questions and the documents that they are about."""

    questions: tuple[Question, ...]
    documents: tuple[Document, ...]


class _Line(BaseModel):
    model_config = ConfigDict(coerce_numbers_to_str=True)

    id: str
    question: str
    answers: tuple[str, ...]
    gold_doc_ids: Annotated[tuple[str, ...], BeforeValidator(lambda value: value or ())] = ()
    answerable: bool = True
    kind: Annotated[str, BeforeValidator(lambda value: value or "fact")] = "fact"
    previous: tuple[str, ...] = ()


def is_set(path: Path) -> bool:
    """Whether a file is a question set: SQuAD JSON, or JSON Lines next to a corpus.jsonl."""
    return path.is_file() and (is_squad(path) or _find_corpus(path) is not None)


def is_beir(path: Path) -> bool:
    return path.is_dir() and find_file(path, CORPUS) is not None


def read_set(path: Path, *, where: Sequence[str] = ()) -> QuestionSet:
    """The questions and documents of a set; `where` selects lines ("kind=span").

    Raises EvaluationError.
    """
    if not is_squad(path):
        return _read_lines_set(path, where)
    if where:
        raise EvaluationError(
            f"{path} has no fields to choose by ({', '.join(where)})", hint="leave --where out"
        )
    return _read_squad_set(path)


def read_documents(path: Path) -> tuple[Document, ...]:
    """The paragraphs of SQuAD JSON or the documents of JSON Lines. Raises EvaluationError."""
    if is_squad(path):
        return _read_squad_set(path).documents
    return tuple(read_corpus(path).values())


def read_beir(folder: Path) -> QuestionSet:
    """The judged questions and the documents of a BEIR folder. Raises EvaluationError."""
    documents = read_corpus(_require_file(folder, CORPUS))
    queries: dict[str, str] = {}
    for line, fields in read_lines(_require_file(folder, QUERIES)):
        try:
            queries[str(fields["_id"])] = str(fields["text"])
        except KeyError as error:
            raise EvaluationError(f"{line} has no {error}", hint="give it _id and text") from None
    questions = (
        Question(id_, queries[id_], kind="search", relevant=grades)
        for id_, grades in _read_judgements(_require_file(folder, QRELS), queries).items()
    )
    return QuestionSet(tuple(questions), tuple(documents.values()))


def _read_squad_set(path: Path) -> QuestionSet:
    questions, documents = [], []
    counts: Counter[str] = Counter()
    for paragraph in read_squad(path):
        counts[paragraph.title] += 1
        title = paragraph.title.replace("_", " ") or "untitled"
        id_ = f"{path.name}/{paragraph.title}/{counts[paragraph.title]}"
        document = Document(id_, title, paragraph.text)
        documents.append(document)
        questions += [_convert_squad(question, document) for question in paragraph.questions]
    return QuestionSet(tuple(questions), tuple(documents))


def _convert_squad(question: SquadQuestion, document: Document) -> Question:
    places = dict.fromkeys((start, start + len(text)) for text, start in question.answers)
    return Question(
        question.id,
        question.question,
        kind="fact" if places else NONE,
        answers=question.texts,
        document=document,
        evidence=(make_evidence(document.id, document.text, places),) if places else (),
    )


def _read_lines_set(path: Path, where: Sequence[str]) -> QuestionSet:
    corpus = _find_corpus(path)
    if corpus is None:
        raise EvaluationError(f"{path} has no {CORPUS} next to it", hint="put it there")
    documents = read_corpus(corpus)
    questions = []
    for place, line in read_records(path, TypeAdapter(_Line), where=parse_where(where)):
        gold = line.gold_doc_ids[:1]
        if not documents.keys() >= set(gold):
            raise EvaluationError(f"{place}: no document {gold[0]!r}", hint=f"see {corpus}")
        questions.append(_convert_line(line, documents))
    if not questions:
        chosen = f" where {', '.join(where)}" if where else ""
        raise EvaluationError(f"{path} has no questions{chosen}", hint="see its fields")
    return QuestionSet(tuple(questions), tuple(documents.values()))


def _convert_line(line: _Line, documents: Mapping[str, Document]) -> Question:
    answers = line.answers if line.answerable else ()
    kind = SYNONYMS.get(line.kind, line.kind)
    return Question(
        line.id,
        line.question,
        kind=kind if answers else NONE,
        reason=None if answers else kind,
        answers=answers,
        document=documents[line.gold_doc_ids[0]] if line.gold_doc_ids else None,
        previous=line.previous,
    )


def _find_corpus(path: Path) -> Path | None:
    corpus = find_file(path.parent, CORPUS)
    return None if corpus == path else corpus


def _require_file(folder: Path, name: str) -> Path:
    path = find_file(folder, name)
    if path is None:
        raise EvaluationError(f"{folder} has no {name}", hint="give a BEIR folder")
    return path


def _read_judgements(path: Path, queries: Mapping[str, str]) -> dict[str, dict[str, int]]:
    judged: dict[str, dict[str, int]] = {}
    rows = csv.reader(read_text(path).splitlines(), delimiter="\t")
    next(rows, None)  # the names of the columns
    for number, row in enumerate(rows, start=2):
        where = f"{path} line {number}"
        if len(row) != 3 or not row[2].strip().isdecimal():
            raise EvaluationError(f"{where} is not question, document, score", hint="fix it")
        if row[0] not in queries:
            raise EvaluationError(f"{where}: no question {row[0]!r}", hint=f"see {QUERIES}")
        judged.setdefault(row[0], {})[row[1]] = int(row[2])
    if not judged:
        raise EvaluationError(f"{path} judges no question", hint="give a BEIR folder")
    return judged
