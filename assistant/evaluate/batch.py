"""Ask many questions of one Assistant: a row for each, and a report over all."""

from collections.abc import Callable, Iterable, Iterator, Sequence

import ir_measures
from ir_measures import RR, R
from pydantic import BaseModel

from assistant.answer import Assistant
from assistant.cite import UnverifiableError, verify
from assistant.evaluate.measures import (
    Figure,
    exact_match,
    mean,
    normalise,
    percentile,
    ratio,
    says,
    token_f1,
)
from assistant.evaluate.questions import Cell as GoldCell
from assistant.evaluate.questions import Gold, Question, find_gold
from assistant.records import Answer, Table
from assistant.schema import AnswerBody, IndexBody
from assistant.schema.rendering import render_answer
from assistant.terms import find_terms

VERDICTS = {"yes", "no"}  # gold that no words of a document can be
TOP_K = 10  # passages that evidence and gold passages are looked for in


class Verdicts(BaseModel):
    """How an answer compares with its gold; None where the question has no such gold.

    `right_and_cited` asks that the answer says a gold one (where that is yes or no, the cited
    sentence tells) and that all evidence is in what it cites. Evidence is the share of the pieces
    that are needed; of a list's gold items `item_recall` were given, and of the items given
    `item_precision` are gold ones; `cells_right` is the share of gold cells that a table has,
    cited; `abstained` is what was done, `decided_rightly` whether that was right.
    """

    exact_match: float
    f1: float
    right_and_cited: bool | None
    evidence_in_citations: float | None
    evidence_in_passages: float | None
    abstained: bool
    decided_rightly: bool
    citations_verified: bool
    item_recall: float | None = None
    item_precision: float | None = None
    cells_right: float | None = None
    reciprocal_rank: float | None = None
    recall: float | None = None


class Row(BaseModel):
    """One question of a batch."""

    id: str
    question: str
    kind: str
    split: str
    answerable: bool
    answers: tuple[str, ...]
    response: AnswerBody
    verdicts: Verdicts
    milliseconds: float


class Group(BaseModel):
    """Figures over some of the questions."""

    questions: int
    figures: dict[str, Figure]


class Report(BaseModel):
    """Figures over a batch."""

    version: int = 1
    index: IndexBody
    threshold: float
    all: Group
    by_kind: dict[str, Group]
    by_split: dict[str, Group]
    milliseconds: dict[str, float | None]


def run_batch(
    assistant: Assistant,
    questions: Sequence[Question],
    *,
    progress: Callable[[Iterable[Question]], Iterable[Question]] = iter,
) -> tuple[list[Row], Report]:
    """Ask all questions in order. Raises EvaluationError before the first where gold is amiss."""
    gold = find_gold(assistant, questions)
    answers = [assistant.ask(q.question, top_k=TOP_K) for q in progress(questions)]
    ranks = _rank(assistant, answers, questions, gold)
    rows = []
    for question, answer in zip(questions, answers, strict=True):
        verdicts = _judge(question, answer, gold[question.id])
        rows.append(
            Row(
                id=question.id,
                question=question.question,
                kind=question.kind,
                split=question.split,
                answerable=question.answerable,
                answers=question.answers,
                response=render_answer(answer),
                verdicts=verdicts.model_copy(update=ranks.get(question.id, {})),
                milliseconds=answer.timing_ms["total"],
            )
        )
    return rows, summarise(rows, assistant)


def summarise(rows: Sequence[Row], assistant: Assistant) -> Report:
    """The figures over all rows, by kind and by split."""
    times = [row.milliseconds for row in rows]
    return Report(
        index=IndexBody.model_validate(assistant.source, from_attributes=True),
        threshold=assistant.threshold,
        all=_group(rows),
        by_kind=dict(_group_by(rows, lambda row: row.kind)),
        by_split=dict(_group_by(rows, lambda row: row.split)),
        milliseconds={f"p{percent}": percentile(times, percent) for percent in (50, 95, 99)},
    )


def _judge(question: Question, answer: Answer, gold: Sequence[Gold]) -> Verdicts:
    shown = {number for part in answer.parts for number in part.citations}
    cited = [
        (citation.document.id, citation.start, citation.end)
        for number, citation in enumerate(answer.citations, start=1)
        if number in shown
    ]
    passages = [(h.passage.document.id, h.passage.start, h.passage.end) for h in answer.hits]
    abstained = answer.status == "abstained"
    evidence = _share_found(gold, cited)
    told = says(answer.text, question.answers) or set(question.answers) <= VERDICTS
    return Verdicts(
        right_and_cited=told and not abstained and evidence in (None, 1.0)
        if question.answerable
        else None,
        exact_match=exact_match(answer.text, question.answers),
        f1=token_f1(answer.text, question.answers),
        evidence_in_citations=evidence,
        evidence_in_passages=_share_found(gold, passages),
        abstained=abstained,
        decided_rightly=abstained != question.answerable,
        citations_verified=all(_is_verified(answer, n) for n in range(len(answer.citations))),
        item_recall=_share_of_items(question, answer),
        item_precision=_share_of_parts(question, answer),
        cells_right=_share_of_cells(question, answer),
    )


def _share_of_items(question: Question, answer: Answer) -> float | None:
    """The share of gold items that are said; None where the question has none."""
    if not question.items:
        return None
    said = [_holds_any(answer.text, names) for names in question.items]
    return sum(said) / len(said)


def _share_of_parts(question: Question, answer: Answer) -> float | None:
    """The share of the parts of an answer that say a gold item; None without parts or items."""
    if not question.items or not answer.parts:
        return None
    said = [any(_holds_any(part.text, names) for names in question.items) for part in answer.parts]
    return sum(said) / len(said)


def _share_of_cells(question: Question, answer: Answer) -> float | None:
    """The share of gold cells that stand, cited, in a row or column of their name."""
    if not question.cells:
        return None
    found = [_has_cell(answer.table, cell) for cell in question.cells]
    return sum(found) / len(found)


def _has_cell(table: Table | None, gold: GoldCell) -> bool:
    """Whether a table has a cell; its axes may be exchanged."""
    if table is None:
        return False
    named = set(find_terms(f"{gold.row} {gold.column}"))
    for row in table.rows:
        for column, cell in zip(table.columns, row.cells, strict=True):
            if cell is None or not cell.citations or not _holds_any(cell.text, (gold.text,)):
                continue
            beside = " ".join(other.text for other in row.cells if other is not None)
            if named & set(find_terms(f"{row.label} {column} {beside}")):
                return True
    return False


def _holds_any(text: str | None, names: Sequence[str]) -> bool:
    """Whether a text holds one of some names, compared as SQuAD does, dashes as spaces."""
    words = f" {_plain(text or '')} "
    return any(f" {_plain(name)} " in words for name in names)


def _plain(text: str) -> str:
    return normalise(text.replace("-", " "))


def _is_verified(answer: Answer, number: int) -> bool:
    try:
        verify(answer.citations[number])
    except UnverifiableError:
        return False
    return True


def _share_found(gold: Sequence[Gold], places: Sequence[tuple[str, int, int]]) -> float | None:
    """The share of pieces of evidence that lie whole inside one of some places."""
    if not gold:
        return None
    found = (
        any(
            piece.document_id == document and start <= a and b <= end
            for a, b in piece.places
            for document, start, end in places
        )
        for piece in gold
    )
    return sum(found) / len(gold)


def _rank(
    assistant: Assistant,
    answers: Sequence[Answer],
    questions: Sequence[Question],
    gold: dict[str, list[Gold]],
) -> dict[str, dict[str, float]]:
    """Reciprocal rank and recall of each answerable question's gold passages, by ir_measures."""
    measures = {"reciprocal_rank": RR @ TOP_K, "recall": R @ TOP_K}
    store = assistant.generation.store
    relevant = [
        ir_measures.Qrel(question.id, str(number), 1)
        for question in questions
        for number in sorted(
            {
                number
                for piece in gold[question.id]
                for a, b in piece.places
                for number in store.passages_holding(piece.document_id, a, b)
            }
        )
    ]
    run = [
        ir_measures.ScoredDoc(question.id, str(hit.passage.number), float(-place))
        for question, answer in zip(questions, answers, strict=True)
        for place, hit in enumerate(answer.hits)
    ]
    ranks: dict[str, dict[str, float]] = {}
    for metric in ir_measures.iter_calc(list(measures.values()), relevant, run):
        name = next(n for n, measure in measures.items() if measure == metric.measure)
        ranks.setdefault(metric.query_id, {})[name] = round(metric.value, 4)
    return ranks


def _group_by(rows: Sequence[Row], key: Callable[[Row], str]) -> Iterator[tuple[str, Group]]:
    for name in dict.fromkeys(key(row) for row in rows):
        yield name, _group([row for row in rows if key(row) == name])


def _group(rows: Sequence[Row]) -> Group:
    answerable = [row for row in rows if row.answerable]
    traps = [float(not row.answerable) for row in rows]
    abstained = [float(row.verdicts.abstained) for row in rows]
    rightly = [float(row.verdicts.abstained and not row.answerable) for row in rows]
    figures = {
        "exact_match": mean([row.verdicts.exact_match for row in rows]),
        "f1": mean([row.verdicts.f1 for row in rows]),
        "f1_answerable": mean([row.verdicts.f1 for row in answerable]),
        "right_and_cited": _mean_known(row.verdicts.right_and_cited for row in rows),
        "item_recall": _mean_known(row.verdicts.item_recall for row in rows),
        "item_precision": _mean_known(row.verdicts.item_precision for row in rows),
        "cells_right": _mean_known(row.verdicts.cells_right for row in rows),
        "evidence_in_citations": _mean_known(r.verdicts.evidence_in_citations for r in rows),
        "evidence_in_passages": _mean_known(r.verdicts.evidence_in_passages for r in rows),
        # Where every question is answerable, there is nothing to abstain from rightly.
        "abstention_precision": ratio(rightly, abstained if any(traps) else traps),
        "abstention_recall": ratio(rightly, traps),
        "wrongly_refused": mean([float(row.verdicts.abstained) for row in answerable]),
        "reciprocal_rank": _mean_known(row.verdicts.reciprocal_rank for row in rows),
        "recall": _mean_known(row.verdicts.recall for row in rows),
        "citations_verified": mean([float(row.verdicts.citations_verified) for row in rows]),
    }
    return Group(questions=len(rows), figures=figures)


def _mean_known(values: Iterable[float | None]) -> Figure:
    return mean([value for value in values if value is not None])
