"""A BEIR folder: its corpus indexed, its questions searched, ranked by documents.

Thakur et al. 2021, https://arxiv.org/abs/2104.08663: corpus.jsonl, queries.jsonl, qrels/test.tsv.
"""

import csv
from dataclasses import dataclass
from pathlib import Path

from assistant.errors import EvaluationError
from assistant.evaluate.files import CORPUS, find_file, read_corpus, read_lines, read_text
from assistant.evaluate.questions import Asked
from assistant.index.generation import Generation
from assistant.read import Reader
from assistant.records import Document
from assistant.retrieve import rerank, retrieve

QUERIES, QRELS = "queries.jsonl", "qrels/test.tsv"
DEPTH = 100  # documents ranked for a question
READ = 10  # passages that a reader reranks
PASSAGES = 200  # passages taken to rank them: a document counts as its best passage


@dataclass(frozen=True, slots=True)
class BeirSet:
    """The judged questions of a BEIR folder, and its documents."""

    questions: tuple[Asked, ...]
    documents: tuple[Document, ...]


def is_beir(path: Path) -> bool:
    return path.is_dir() and find_file(path, CORPUS) is not None


def read_beir(folder: Path) -> BeirSet:
    """The judged questions and the documents of a folder.

    Raises EvaluationError naming the file and what is wrong.
    """
    documents = read_corpus(_find(folder, CORPUS))
    questions = _read_questions(_find(folder, QUERIES))
    judged = _read_judgements(_find(folder, QRELS), questions)
    asked = (
        Asked(number, questions[number], kind="search", relevant=grades)
        for number, grades in judged.items()
    )
    return BeirSet(tuple(asked), tuple(documents.values()))


def rank_documents(question: str, generation: Generation, reader: Reader | None) -> list[str]:
    """The ids of the best documents, best first; with a reader its best are reranked."""
    hits = retrieve(question, generation, k=PASSAGES)
    if reader is not None:
        hits = rerank(hits, reader.read(question, [hit.passage for hit in hits[:READ]]))
    prefix = f"{CORPUS}/"
    found = (hit.passage.document for hit in hits)
    ids = (one for document in found for one in (document.id, *document.copies))
    ranked = dict.fromkeys(one.removeprefix(prefix) for one in ids)
    return list(ranked)[:DEPTH]


def _find(folder: Path, name: str) -> Path:
    found = find_file(folder, name)
    if found is None:
        raise EvaluationError(f"{folder} has no {name}", hint="give a BEIR folder")
    return found


def _read_questions(path: Path) -> dict[str, str]:
    questions = {}
    for where, fields in read_lines(path):
        try:
            questions[str(fields["_id"])] = str(fields["text"])
        except KeyError as error:
            raise EvaluationError(f"{where}: {error!r}", hint="give it _id and text") from None
    return questions


def _read_judgements(path: Path, questions: dict[str, str]) -> dict[str, dict[str, int]]:
    judged: dict[str, dict[str, int]] = {}
    rows = csv.reader(read_text(path).splitlines(), delimiter="\t")
    next(rows, None)  # the names of the columns
    for number, row in enumerate(rows, start=2):
        where = f"{path} line {number}"
        if len(row) != 3 or not row[2].strip().isdecimal():
            raise EvaluationError(f"{where} is not question, document, score", hint="mend it")
        if row[0] not in questions:
            raise EvaluationError(f"{where}: no question {row[0]!r}", hint=f"see {QUERIES}")
        judged.setdefault(row[0], {})[row[1]] = int(row[2])
    if not judged:
        raise EvaluationError(f"{path} judges no question", hint="give a BEIR folder")
    return judged
