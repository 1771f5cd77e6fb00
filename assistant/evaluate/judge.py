"""The only judge: is an answer right, is it cited, does it show its evidence?

    fact, count, top      an accepted answer's words are in the text, or the F1 of the words is .6
    list                  .8 of the items are in the text, and .6 of the entries are items
    compare, two, trend   every value is in the text or in a cell of the table
    why, how, said, yesno an evidence sentence is cited

*Cited*: at least one citation overlaps an evidence sentence. *Good*: right and cited, or an
unanswerable question that was not answered. A question is judged by its own kind, never by the
kind that the assistant found.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

import ir_measures
from ir_measures import RR, R, nDCG
from pydantic import BaseModel, Field

from assistant.answer.cite import UnverifiableError, verify
from assistant.evaluate.overlap import exact_match, holds, token_f1, word_f1
from assistant.index.catalog import Catalog
from assistant.questions.question import VALUE_KINDS, Evidence, Question
from assistant.records import Answer, Citation, Document, Hit, Offsets, Part, covers

SENTENCE_KINDS = ("why", "how", "said", "yesno")  # answered by sentences of a document
RIGHT_F1 = 0.6
LIST_RECALL, LIST_PRECISION = 0.8, 0.6
BEST_MARKS = 3  # marked sentences that count as shown
TOP_K = 10  # passages searched for evidence
DIGITS = 4
_RANKS = {
    "ndcg_10": nDCG @ 10,
    "recall_10": R @ 10,
    "recall_100": R @ 100,
    "reciprocal_rank_10": RR @ 10,
}

Place = tuple[Document, Offsets]
Ranks = dict[str, float]


class Verdicts(BaseModel):
    """An answer compared with its gold; null where the question has no such gold."""

    right: bool | None = Field(None, description="the answer is right; of answerable questions")
    cited: bool | None = Field(None, description="a citation overlaps an evidence sentence")
    right_and_cited: bool | None = None
    good: bool | None = Field(
        None, description="right and cited, or rightly not answered; null for retrieval alone"
    )
    shown: bool | None = Field(
        None,
        description="an evidence sentence is cited, or is one of the three marked sentences with "
        "the highest evidence",
    )
    abstained: bool | None = None
    candidate_right: bool | None = Field(
        None,
        description="whether the answer, or the best guess next to an abstention, is right and "
        "cited: what its confidence is about; null where there is neither",
    )
    all_evidence_cited: bool | None = Field(None, description="all evidence is cited")
    exact_match: float | None = Field(None, description="SQuAD 2.0's; where words are accepted")
    f1: float | None = Field(None, description="of words, SQuAD 2.0's")
    exact_match_forced: float | None = Field(
        None, description="of the reader's best span, shown or not"
    )
    f1_forced: float | None = Field(None, description="of the reader's best span, shown or not")
    item_recall: float | None = Field(
        None, description="share of the items or values that are in the answer"
    )
    item_precision: float | None = Field(None, description="share of a list's entries that are")
    verdict_right: bool | None = Field(None, description="the answer's yes or no is the gold one")
    evidence_in_passages: float | None = Field(
        None, description="share of the evidence that lies whole in the passages found"
    )
    citation_validity: float | None = Field(
        None, description="share of all citations of which the quote is where they say"
    )
    ndcg_10: float | None = None
    recall_10: float | None = None
    recall_100: float | None = None
    reciprocal_rank_10: float | None = None


def judge(question: Question, answer: Answer, catalog: Catalog | None = None) -> Verdicts:
    """All verdicts on an answer; those on retrieval only with the `catalog` of its index."""
    abstained = answer.status == "abstained"
    found: dict[str, bool | float | None] = {
        "good": abstained,
        "abstained": abstained,
        "candidate_right": is_candidate_right(question, answer),
        "citation_validity": _average(map(_is_verified, answer.citations)),
        **_compare_words(question, answer),
    }
    if question.answerable:
        found |= _judge_answerable(question, answer)
        found |= {} if catalog is None else _rank_passages(question, answer.hits, catalog)
    return Verdicts.model_validate(found)


def _judge_answerable(question: Question, answer: Answer) -> dict[str, bool | float | None]:
    right, cited = is_right(question, answer), is_cited(question, answer)
    both = right and cited is not False
    shown = [*_list_cited(answer), *_list_best_marks(answer)]
    is_list = question.kind == "list" and question.items and answer.parts
    return {
        "right": right,
        "cited": cited,
        "right_and_cited": both,
        "good": both,
        "shown": _prove_any(question, shown),
        "all_evidence_cited": _prove_all(question, _list_cited(answer)),
        "item_recall": find_item_recall(question, answer) if question.items else None,
        "item_precision": find_item_precision(question, answer) if is_list else None,
        "verdict_right": None if question.verdict is None else answer.verdict == question.verdict,
        "evidence_in_passages": _average(
            _is_in_passage(evidence, answer.hits) for evidence in question.evidence
        ),
    }


def is_right(question: Question, answer: Answer) -> bool:
    """Whether an answer is right; an abstention is not."""
    if answer.status == "abstained" or not question.answerable:
        return False
    if question.kind == "list" and question.items:
        recall = find_item_recall(question, answer)
        return recall >= LIST_RECALL and find_item_precision(question, answer) >= LIST_PRECISION
    if question.kind in VALUE_KINDS and question.items:
        return find_item_recall(question, answer) == 1
    by_sentences = question.kind in SENTENCE_KINDS and question.evidence
    if by_sentences or not question.answers:
        return bool(is_cited(question, answer))
    text = answer.text or ""
    return any(
        holds(text, accepted) or word_f1(text, accepted) >= RIGHT_F1
        for accepted in question.answers
    )


def is_cited(question: Question, answer: Answer) -> bool | None:
    """None without evidence."""
    return _prove_any(question, _list_cited(answer))


def is_candidate_right(question: Question, answer: Answer) -> bool | None:
    """Whether the answer, or the best guess as an answer in one part, is right and cited."""
    if answer.status == "abstained":
        guess = answer.best_guess
        if guess is None:
            return None
        part = Part(guess.text, guess.citations, None)
        answer = replace(answer, status="answered", parts=(part,), table=None)
    return is_right(question, answer) and is_cited(question, answer) is not False


def find_item_recall(question: Question, answer: Answer) -> float:
    """The share of items that are in an answer's text or in a cell of its table."""
    texts = [answer.text or ""]
    if answer.table is not None:
        texts += [cell.text for row in answer.table.rows for cell in row.cells if cell is not None]
    found = (any(holds(text, name) for text in texts for name in names) for names in question.items)
    return _average(found) or 0.0


def find_item_precision(question: Question, answer: Answer) -> float:
    """The share of an answer's entries that contain an item or are part of one."""
    names = [name for names in question.items for name in names]
    right = (
        any(holds(part.text, name) or holds(name, part.text) for name in names)
        for part in answer.parts
    )
    return _average(right) or 0.0


def score_ranking(
    relevant: Mapping[str, int], found: Sequence[str], *, deep: bool = False
) -> Ranks:
    """nDCG, recall and reciprocal rank of a ranking; with recall at 100 if `deep`."""
    measures = {name: measure for name, measure in _RANKS.items() if deep or name != "recall_100"}
    judged = [ir_measures.Qrel("q", key, grade) for key, grade in relevant.items()]
    run = [ir_measures.ScoredDoc("q", key, float(-n)) for n, key in enumerate(found)]
    values = {
        metric.measure: metric.value
        for metric in ir_measures.iter_calc(list(measures.values()), judged, run)
    }
    return {name: round(values.get(measure, 0.0), DIGITS) for name, measure in measures.items()}


def _average(found: Iterable[bool]) -> float | None:
    """The share that is true; None of nothing."""
    values = list(found)
    return round(sum(values) / len(values), DIGITS) if values else None


def _compare_words(question: Question, answer: Answer) -> dict[str, float]:
    """SQuAD's figures for the answer, and for the reader's best span."""
    compared: dict[str, float] = {}
    in_words = question.answers and question.kind not in SENTENCE_KINDS
    if in_words or not question.answerable:
        compared["exact_match"] = exact_match(answer.text, question.answers)
        compared["f1"] = round(token_f1(answer.text, question.answers), DIGITS)
    if question.accepted:
        best = answer.text if answer.best is None else answer.best.text
        compared["exact_match_forced"] = exact_match(best, question.accepted)
        compared["f1_forced"] = round(token_f1(best, question.accepted), DIGITS)
    return compared


def _list_cited(answer: Answer) -> list[Place]:
    """The places that the parts and the table of an answer cite."""
    numbers = {number for part in answer.parts for number in part.citations}
    cells = (cell for row in answer.table.rows for cell in row.cells) if answer.table else ()
    numbers.update(*(cell.citations for cell in cells if cell is not None))
    cited = (answer.citations[number - 1] for number in sorted(numbers))
    return [(citation.document, (citation.start, citation.end)) for citation in cited]


def _list_best_marks(answer: Answer) -> list[Place]:
    """The marked sentences with the highest evidence, ties in the order of the hits."""
    marks = [
        (mark, hit.passage.document)
        for hit, marked in zip(answer.hits, answer.marks, strict=False)
        for mark in marked
    ]
    best = sorted(marks, key=lambda pair: -pair[0].evidence)[:BEST_MARKS]
    return [(document, (mark.start, mark.end)) for mark, document in best]


def _prove_any(question: Question, places: Sequence[Place]) -> bool | None:
    """Whether one of the places overlaps the evidence; None without evidence."""
    if not question.evidence:
        return None
    return any(_proves(evidence, place) for evidence in question.evidence for place in places)


def _prove_all(question: Question, places: Sequence[Place]) -> bool | None:
    if not question.evidence:
        return None
    return all(any(_proves(evidence, place) for place in places) for evidence in question.evidence)


def _proves(evidence: Evidence, place: Place) -> bool:
    """Whether a place overlaps an evidence sentence."""
    document, (start, end) = place
    return _is_in(evidence, document) and covers(evidence.sentences, start, end)


def _is_in_passage(evidence: Evidence, hits: Sequence[Hit]) -> bool:
    """Whether a quote of the evidence is entirely inside one of the passages."""
    return any(
        _is_in(evidence, hit.passage.document)
        and hit.passage.start <= start
        and end <= hit.passage.end
        for start, end in evidence.places
        for hit in hits
    )


def _is_in(evidence: Evidence, document: Document) -> bool:
    return evidence.document_id in (document.id, *document.copies)


def _is_verified(citation: Citation) -> bool:
    try:
        verify(citation)
    except UnverifiableError:
        return False
    return True


def _rank_passages(question: Question, hits: Sequence[Hit], catalog: Catalog) -> Ranks:
    """Measures for the passages with evidence, or for the document if no place is known."""
    if question.evidence:
        relevant = {
            str(number): 1
            for evidence in question.evidence
            for place in evidence.places
            for number in catalog.passages_holding(evidence.document_id, *place)
        }
        found = [str(hit.passage.number) for hit in hits]
    elif question.document is not None:
        relevant = {question.document.id: 1}
        found = [hit.passage.document.id for hit in hits]
    else:
        return {}
    return score_ranking(relevant, list(dict.fromkeys(found))) if relevant else {}
