"""Question sets made by others: SQuAD JSON, or a folder of questions.jsonl with corpus.jsonl.

A line of questions holds `id`, `question`, `answers` (gold texts, any of which is right) and
`gold_doc_ids`; one of the corpus `id`, `title`, `text`. All files may be gzipped.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from assistant.errors import EvaluationError
from assistant.evaluate.evidence import make_piece
from assistant.evaluate.files import CORPUS, find_file, read_corpus, read_lines
from assistant.evaluate.questions import NONE, SYNONYMS, Asked
from assistant.evaluate.squad import SquadQuestion, is_squad, read_squad
from assistant.records import Document


@dataclass(frozen=True, slots=True)
class QuestionSet:
    """Questions, and the documents that they are asked of."""

    questions: tuple[Asked, ...]
    documents: tuple[Document, ...]


def is_set(path: Path) -> bool:
    """Whether a file is a question set: SQuAD JSON, or JSON Lines next to a corpus.jsonl."""
    return path.is_file() and (is_squad(path) or _find_corpus(path) is not None)


def read_set(path: Path, *, where: Sequence[str] = ()) -> QuestionSet:
    """The questions and documents of a set; `where` keeps lines of some values ("kind=span").

    Raises EvaluationError naming the file and what is wrong.
    """
    if not is_squad(path):
        return _read_lines_set(path, where)
    if where:
        raise EvaluationError(
            f"{path} has no fields to choose by ({', '.join(where)})", hint="leave --where out"
        )
    return _read_squad_set(path)


def parse_where(where: Sequence[str]) -> dict[str, frozenset[str]]:
    """The values of each field that are kept: any of those given for it.

    >>> parse_where(["split=dev", "kind=fact", "kind=top"])["kind"] == {"fact", "top"}
    True

    Raises EvaluationError for what is not FIELD=VALUE.
    """
    kept: dict[str, frozenset[str]] = {}
    for condition in where:
        name, sign, value = condition.partition("=")
        if not name or not sign:
            raise EvaluationError(f"--where {condition!r} is not FIELD=VALUE", hint='"split=dev"')
        kept[name] = kept.get(name, frozenset()) | {value}
    return kept


def read_documents(path: Path) -> tuple[Document, ...]:
    """The paragraphs of SQuAD JSON or the documents of JSON Lines. Raises EvaluationError."""
    if is_squad(path):
        return _read_squad_set(path).documents
    return tuple(read_corpus(path).values())


def _read_squad_set(path: Path) -> QuestionSet:
    questions, documents = [], []
    counts: dict[str, int] = {}
    for paragraph in read_squad(path):
        number = counts[paragraph.title] = counts.get(paragraph.title, 0) + 1
        title = paragraph.title.replace("_", " ") or "untitled"
        document = Document(f"{path.name}/{paragraph.title}/{number}", title, paragraph.text)
        documents.append(document)
        questions += [_ask_of(one, document) for one in paragraph.questions]
    return QuestionSet(tuple(questions), tuple(documents))


def _ask_of(question: SquadQuestion, document: Document) -> Asked:
    places = dict.fromkeys((start, start + len(text)) for text, start in question.answers)
    return Asked(
        question.id,
        question.question,
        kind="fact" if places else NONE,
        answers=question.texts,
        document=document,
        evidence=(make_piece(document.id, document.text, places),) if places else (),
    )


def _read_lines_set(path: Path, where: Sequence[str]) -> QuestionSet:
    corpus = _find_corpus(path)
    if corpus is None:
        raise EvaluationError(f"{path} has no {CORPUS} next to it", hint="put it there")
    documents = read_corpus(corpus)
    kept = parse_where(where)
    questions: list[Asked] = []
    seen: set[str] = set()
    for place, fields in read_lines(path):
        values = {name: json.dumps(fields.get(name)).strip('"') for name in kept}
        if any(values[name] not in wanted for name, wanted in kept.items()):
            continue
        try:
            questions.append(_read_question(fields, documents))
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise EvaluationError(f"{place}: {error!r}", hint="mend it") from None
        if questions[-1].id in seen:
            raise EvaluationError(
                f"{place}, id: {questions[-1].id!r} occurs twice", hint="rename one"
            )
        seen.add(questions[-1].id)
    if not questions:
        chosen = f" where {', '.join(where)}" if where else ""
        raise EvaluationError(f"{path} holds no question{chosen}", hint="see its fields")
    return QuestionSet(tuple(questions), tuple(documents.values()))


def _read_question(fields: dict[str, Any], documents: Mapping[str, Document]) -> Asked:
    gold = next(iter(fields.get("gold_doc_ids") or ()), None)
    answers = tuple(map(str, fields["answers"])) if fields.get("answerable", True) else ()
    kind = str(fields.get("kind") or "fact")
    kind = SYNONYMS.get(kind, kind)
    return Asked(
        str(fields["id"]),
        str(fields["question"]),
        kind=kind if answers else NONE,
        reason=None if answers else kind,
        answers=answers,
        document=None if gold is None else documents[gold],
    )


def _find_corpus(path: Path) -> Path | None:
    corpus = find_file(path.parent, CORPUS)
    return None if corpus == path else corpus
