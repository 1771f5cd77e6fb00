"""The one judge: is an answer right, is it cited, does it show what proves it?

    fact, count, top      an accepted answer's words are in the text, or the F1 of the words is .6
    list                  .8 of the items are in the text, and .6 of the entries are items
    compare, two, trend   every value is in the text or in a cell of the table
    why, how, said, yesno an evidence sentence is cited

*Cited*: at least one citation overlaps an evidence sentence. *Good*: right and cited, or nothing
answers the question and nothing was answered. A question is judged by its own kind, never by the
kind that the assistant took it for.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace

import ir_measures
from ir_measures import RR, R, nDCG
from pydantic import BaseModel, Field

from assistant.answer.cite import UnverifiableError, verify
from assistant.evaluate.evidence import Piece
from assistant.evaluate.measures import exact_match, holds, token_f1, word_f1
from assistant.evaluate.questions import VALUE_KINDS, Asked
from assistant.index.store import Store
from assistant.records import Answer, Citation, Document, Hit, Offsets, Part, covers

SENTENCE_KINDS = ("why", "how", "said", "yesno")  # answered by sentences of a document
RIGHT_F1 = 0.6
LIST_RECALL, LIST_PRECISION = 0.8, 0.6
BEST_MARKS = 3  # sentences that a reader's eye falls on first
TOP_K = 10  # passages that evidence is looked for in
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
    """How an answer compares with its gold; null where the question has no such gold."""

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
    all_evidence_cited: bool | None = Field(None, description="each piece of evidence is cited")
    exact_match: float | None = Field(None, description="SQuAD 2.0's; where words are accepted")
    f1: float | None = Field(None, description="of words, SQuAD 2.0's")
    exact_match_forced: float | None = Field(
        None, description="of the reader's best span, shown or not"
    )
    f1_forced: float | None = Field(None, description="of the reader's best span, shown or not")
    item_recall: float | None = Field(None, description="share of the items or values given")
    item_precision: float | None = Field(None, description="share of a list's entries that are")
    verdict_right: bool | None = Field(None, description="the answer's yes or no is the gold one")
    evidence_in_passages: float | None = Field(
        None, description="share of the pieces of evidence that lie whole in the passages found"
    )
    citation_validity: float | None = Field(
        None, description="share of all citations whose quote stands where they say"
    )
    ndcg_10: float | None = None
    recall_10: float | None = None
    recall_100: float | None = None
    reciprocal_rank_10: float | None = None


def judge(asked: Asked, answer: Answer, store: Store | None = None) -> Verdicts:
    """All verdicts on an answer; those on retrieval where `store`, its index's, is given."""
    abstained = answer.status == "abstained"
    verdicts = Verdicts(
        good=abstained,
        abstained=abstained,
        candidate_right=is_candidate_right(asked, answer),
        citation_validity=_share_verified(answer.citations),
        **_compare_words(asked, answer),
    )
    if not asked.answerable:
        return verdicts
    right, cited = is_right(asked, answer), is_cited(asked, answer)
    both = right and cited is not False
    found = [(hit.passage.document, (hit.passage.start, hit.passage.end)) for hit in answer.hits]
    more = {
        "right": right,
        "cited": cited,
        "right_and_cited": both,
        "good": both,
        "shown": _is_shown(asked, answer),
        "all_evidence_cited": _is_all_cited(asked, answer),
        "item_recall": find_item_recall(asked, answer) if asked.items else None,
        "item_precision": find_item_precision(asked, answer)
        if asked.kind == "list" and asked.items and answer.parts
        else None,
        "verdict_right": answer.verdict == asked.verdict if asked.verdict is not None else None,
        "evidence_in_passages": _share_held(asked.evidence, found),
        **(_rank_passages(asked, answer.hits, store) if store is not None else {}),
    }
    return verdicts.model_copy(update=more)


def is_right(asked: Asked, answer: Answer) -> bool:
    """Whether an answer says what the question asks for; an abstention does not."""
    if answer.status == "abstained" or not asked.answerable:
        return False
    if asked.kind in SENTENCE_KINDS and asked.evidence:
        return bool(is_cited(asked, answer))
    if asked.kind == "list" and asked.items:
        recall, precision = find_item_recall(asked, answer), find_item_precision(asked, answer)
        return recall >= LIST_RECALL and precision >= LIST_PRECISION
    if asked.kind in VALUE_KINDS and asked.items:
        return find_item_recall(asked, answer) == 1
    if not asked.answers:
        return bool(is_cited(asked, answer))
    text = answer.text or ""
    return any(holds(text, one) or word_f1(text, one) >= RIGHT_F1 for one in asked.answers)


def is_cited(asked: Asked, answer: Answer) -> bool | None:
    """Whether a citation of the answer overlaps an evidence sentence; None without evidence."""
    if not asked.evidence:
        return None
    cited = _list_cited(answer)
    return any(_proves(piece, place) for piece in asked.evidence for place in cited)


def is_candidate_right(asked: Asked, answer: Answer) -> bool | None:
    """Whether the answer is right and cited, or the best guess, judged as an answer in one part."""
    if answer.status == "abstained":
        guess = answer.best_guess
        if guess is None:
            return None
        part = Part(guess.text, guess.citations, None)
        answer = replace(answer, status="answered", parts=(part,), table=None)
    return is_right(asked, answer) and is_cited(asked, answer) is not False


def find_item_recall(asked: Asked, answer: Answer) -> float:
    """The share of items that are in an answer's text or in a cell of its table."""
    said = [answer.text or ""]
    if answer.table is not None:
        said += [cell.text for row in answer.table.rows for cell in row.cells if cell is not None]
    given = [any(holds(text, name) for text in said for name in names) for names in asked.items]
    return round(sum(given) / len(given), DIGITS)


def find_item_precision(asked: Asked, answer: Answer) -> float:
    """The share of an answer's entries that hold an item or lie within one; 0 without entries."""
    if not answer.parts:
        return 0.0
    names = [name for names in asked.items for name in names]
    right = [
        any(holds(part.text, name) or holds(name, part.text) for name in names)
        for part in answer.parts
    ]
    return round(sum(right) / len(right), DIGITS)


def rank(relevant: dict[str, int], found: Sequence[str], *, deep: bool = False) -> Ranks:
    """nDCG, recall and reciprocal rank of what was found, best first, by ir_measures.

    `deep` says that 100 were looked for, not 10. All are 0 where nothing relevant was found.
    """
    wanted = {name: measure for name, measure in _RANKS.items() if deep or name != "recall_100"}
    judged = [ir_measures.Qrel("q", one, grade) for one, grade in relevant.items()]
    run = [ir_measures.ScoredDoc("q", one, float(-n)) for n, one in enumerate(found)]
    values = {
        metric.measure: metric.value
        for metric in ir_measures.iter_calc(list(wanted.values()), judged, run)
    }
    return {name: round(values.get(measure, 0.0), DIGITS) for name, measure in wanted.items()}


def _compare_words(asked: Asked, answer: Answer) -> dict[str, float]:
    """SQuAD's figures: of answers in words, of no answer, and of the reader's best span."""
    compared: dict[str, float] = {}
    in_words = asked.answers and asked.kind not in SENTENCE_KINDS
    if in_words or not asked.answerable:
        compared["exact_match"] = exact_match(answer.text, asked.answers)
        compared["f1"] = round(token_f1(answer.text, asked.answers), DIGITS)
    if asked.accepted:
        best = answer.text if answer.best is None else answer.best.text
        compared["exact_match_forced"] = exact_match(best, asked.accepted)
        compared["f1_forced"] = round(token_f1(best, asked.accepted), DIGITS)
    return compared


def _list_cited(answer: Answer) -> list[Place]:
    """What the parts and the table of an answer cite."""
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
    best = sorted(marks, key=lambda one: -one[0].evidence)[:BEST_MARKS]
    return [(document, (mark.start, mark.end)) for mark, document in best]


def _is_shown(asked: Asked, answer: Answer) -> bool | None:
    if not asked.evidence:
        return None
    places = [*_list_cited(answer), *_list_best_marks(answer)]
    return any(_proves(piece, place) for piece in asked.evidence for place in places)


def _is_all_cited(asked: Asked, answer: Answer) -> bool | None:
    if not asked.evidence:
        return None
    cited = _list_cited(answer)
    return all(any(_proves(piece, place) for place in cited) for piece in asked.evidence)


def _proves(piece: Piece, place: Place) -> bool:
    """Whether a place shares a character with a sentence of a piece of evidence."""
    document, (start, end) = place
    return _is_of(piece, document) and covers(piece.sentences, start, end)


def _share_held(evidence: Sequence[Piece], places: Sequence[Place]) -> float | None:
    """The share of pieces of evidence of which a quote lies whole inside one of some places."""
    if not evidence:
        return None
    held = [
        any(
            _is_of(piece, document) and start <= a and b <= end
            for a, b in piece.places
            for document, (start, end) in places
        )
        for piece in evidence
    ]
    return round(sum(held) / len(held), DIGITS)


def _is_of(piece: Piece, document: Document) -> bool:
    return piece.document_id in (document.id, *document.copies)


def _share_verified(citations: Sequence[Citation]) -> float | None:
    if not citations:
        return None
    return round(sum(map(_is_verified, citations)) / len(citations), DIGITS)


def _is_verified(citation: Citation) -> bool:
    try:
        verify(citation)
    except UnverifiableError:
        return False
    return True


def _rank_passages(asked: Asked, hits: Sequence[Hit], store: Store) -> Ranks:
    """How well the passages with evidence were found, or the document where no place is known."""
    if asked.evidence:
        relevant = {str(number): 1 for number in _find_gold_passages(asked, store)}
        found = [str(hit.passage.number) for hit in hits]
    elif asked.document is not None:
        relevant = {asked.document.id: 1}
        found = [hit.passage.document.id for hit in hits]
    else:
        return {}
    return rank(relevant, list(dict.fromkeys(found))) if relevant else {}


def _find_gold_passages(asked: Asked, store: Store) -> Iterator[int]:
    for piece in asked.evidence:
        for start, end in piece.places:
            yield from store.passages_holding(piece.document_id, start, end)
