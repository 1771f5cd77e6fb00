"""A BEIR folder: its corpus indexed, its questions searched, ranked by documents.

Thakur et al. 2021, https://arxiv.org/abs/2104.08663: corpus.jsonl, queries.jsonl, qrels/test.tsv.
"""

import csv
from collections.abc import Callable, Iterable
from pathlib import Path

import ir_measures
from ir_measures import RR, R, nDCG
from pydantic import BaseModel

from assistant.errors import EvaluationError
from assistant.evaluate.files import CORPUS, find_file, read_corpus, read_lines, read_text
from assistant.evaluate.indexing import index_documents
from assistant.evaluate.measures import Figure, mean
from assistant.index.generation import Generation
from assistant.read import Reader
from assistant.retrieve import rerank, retrieve

QUERIES, QRELS = "queries.jsonl", "qrels/test.tsv"
DEPTH = 100  # documents ranked for a question
READ = 10  # passages that a reader reranks
PASSAGES = 200  # passages taken to rank them: a document counts as its best passage
MEASURES = {"ndcg@10": nDCG @ 10, "recall@10": R @ 10, "recall@100": R @ 100, "rr@10": RR @ 10}


class BeirReport(BaseModel):
    """Figures of a retrieval set, over all its judged questions."""

    version: int = 1
    folder: str
    questions: int
    documents: int
    passages: int
    figures: dict[str, Figure]


def is_beir(path: Path) -> bool:
    return path.is_dir() and find_file(path, CORPUS) is not None


def run_beir(
    folder: Path,
    indexes: Path,
    *,
    embedder: str,
    reader: Reader | None = None,
    show_progress: bool = False,
    progress: Callable[[Iterable[str]], Iterable[str]] = iter,
) -> BeirReport:
    """Index a BEIR folder's corpus, unless that is done, and rank it for each judged question.

    With a trained reader the best passages are read and reranked, as an answer's are.

    Raises EvaluationError naming the file and what is wrong.
    """
    documents = read_corpus(_find(folder, CORPUS))
    questions = _read_questions(_find(folder, QUERIES))
    judged = _read_judgements(_find(folder, QRELS), questions)
    generation = index_documents(
        list(documents.values()), indexes, embedder=embedder, progress=show_progress
    )
    run = [
        ir_measures.ScoredDoc(number, document, float(-place))
        for number in progress(judged)
        for place, document in enumerate(_rank(questions[number], generation, reader))
    ]
    relevant = [
        ir_measures.Qrel(n, d, s) for n, scores in judged.items() for d, s in scores.items()
    ]
    values: dict[str, list[float]] = {name: [] for name in MEASURES}
    for metric in ir_measures.iter_calc(list(MEASURES.values()), relevant, run):
        name = next(name for name, measure in MEASURES.items() if measure == metric.measure)
        values[name].append(metric.value)
    return BeirReport(
        folder=folder.name,
        questions=len(judged),
        documents=generation.manifest.documents,
        passages=generation.manifest.passages,
        figures={name: mean(found) for name, found in values.items()},
    )


def _rank(question: str, generation: Generation, reader: Reader | None) -> list[str]:
    """The own ids of the best documents, best first."""
    hits = retrieve(question, generation, k=PASSAGES)
    if reader is not None:
        hits = rerank(hits, reader.read(question, [hit.passage for hit in hits[:READ]]))
    prefix = f"{CORPUS}/"
    found = (hit.passage.document for hit in hits)
    ids = (own_id for document in found for own_id in (document.id, *document.copies))
    ranked = dict.fromkeys(own_id.removeprefix(prefix) for own_id in ids)
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
