"""How one answer compares with its question's gold."""

import re
from collections.abc import Iterator, Sequence

import ir_measures
from ir_measures import RR, R, nDCG
from pydantic import BaseModel, Field

from assistant.answer.cite import UnverifiableError, find_sentences_around, verify
from assistant.evaluate.measures import RIGHT_F1, exact_match, holds_any, says, token_f1
from assistant.evaluate.questions import Asked, Cell
from assistant.index.store import Store
from assistant.question import choose_kind
from assistant.records import Answer, Citation, Hit, Span, Table
from assistant.terms import find_terms

VERDICTS = {"yes", "no"}  # gold that no words of a document can be
TOP_K = 10  # passages that evidence and gold passages are looked for in
DIGITS = 4
_RANKS = {
    "ndcg_10": nDCG @ 10,
    "recall_10": R @ 10,
    "recall_100": R @ 100,
    "reciprocal_rank_10": RR @ 10,
}

Ranks = dict[str, float]


class Verdicts(BaseModel):
    """How an answer compares with its gold; null where the question has no such gold."""

    exact_match: float | None = Field(
        None, description="SQuAD 2.0's; no answer is right where none is gold"
    )
    f1: float | None = Field(None, description="of words, SQuAD 2.0's")
    exact_match_forced: float | None = Field(
        None, description="of the best candidate, shown or not; where gold is words of a document"
    )
    f1_forced: float | None = Field(None, description="of the best candidate, shown or not")
    candidate_right: bool | None = Field(
        None,
        description="whether the best candidate is right, shown or not: what its value is about",
    )
    right: bool | None = Field(
        None,
        description="a right answer was given, with all evidence cited where that is known; or "
        "what nothing answers was refused",
    )
    evidence_in_citations: float | None = Field(
        None, description="share of the pieces of evidence that lie whole in what is cited"
    )
    evidence_in_passages: float | None = Field(
        None, description="share of them that lie whole in the passages found"
    )
    citation_precision: float | None = Field(
        None,
        description="share of the citations shown that hold a piece of evidence, an item or a cell "
        "that none before holds; 0 where nothing should have been answered",
    )
    citation_validity: float | None = Field(
        None, description="share of all citations whose quote stands where they say"
    )
    abstained: bool | None = None
    item_recall: float | None = Field(None, description="share of the gold items given")
    item_precision: float | None = Field(None, description="share of the items given that are gold")
    cells_right: float | None = Field(None, description="share of gold cells in the table, cited")
    ndcg_10: float | None = None
    recall_10: float | None = None
    recall_100: float | None = None
    reciprocal_rank_10: float | None = None


def judge(asked: Asked, answer: Answer, store: Store | None) -> Verdicts:
    """All verdicts on an answer; those on retrieval where `store`, its index's, is given."""
    shown = [answer.citations[number - 1] for number in _list_shown(answer)]
    told = _find_told(asked, answer)
    evidence = _share_held(asked, [(c.document.id, c.start, c.end) for c in shown])
    passages = [(h.passage.document.id, h.passage.start, h.passage.end) for h in answer.hits]
    abstained = answer.status == "abstained"
    best = answer.best
    forced = asked.of_words and asked.answerable
    candidate = best.text if best is not None else told
    return Verdicts(
        exact_match=exact_match(told, asked.answers),
        f1=round(token_f1(told, asked.answers), DIGITS),
        exact_match_forced=exact_match(candidate, asked.answers) if forced else None,
        f1_forced=round(token_f1(candidate, asked.answers), DIGITS) if forced else None,
        candidate_right=_is_candidate_right(asked, answer),
        right=_is_settled(asked, answer, told, evidence),
        evidence_in_citations=evidence,
        evidence_in_passages=_share_held(asked, passages),
        citation_precision=_share_needed(asked, shown) if shown else None,
        citation_validity=_share_verified(answer.citations),
        abstained=abstained,
        item_recall=share_of_items(asked, answer),
        item_precision=share_of_parts(asked, answer),
        cells_right=share_of_cells(asked, answer),
        **(_rank_passages(asked, answer.hits, store) if store is not None else {}),
    )  # fmt: skip


def is_right(question: str, span: Span, answers: Sequence[str]) -> bool:
    """Whether what is shown for a span answers: its sentences, where the question wants them."""
    if choose_kind(question) == "span":
        return bool(answers) and token_f1(span.text, answers) >= RIGHT_F1
    start, end = find_sentences_around(span.passage, span.start, span.end)
    return says(span.passage.document.text[start:end], answers)


def rank(relevant: dict[str, int], found: Sequence[str], *, deep: bool = False) -> Ranks:
    """nDCG, recall and reciprocal rank of what was found, best first, by ir_measures.

    `deep` tells that 100 were looked for, not 10. All are 0 where nothing relevant was found.
    """
    wanted = {name: measure for name, measure in _RANKS.items() if deep or name != "recall_100"}
    judged = [ir_measures.Qrel("q", own_id, grade) for own_id, grade in relevant.items()]
    run = [ir_measures.ScoredDoc("q", own_id, float(-n)) for n, own_id in enumerate(found)]
    values = {
        metric.measure: metric.value
        for metric in ir_measures.iter_calc(list(wanted.values()), judged, run)
    }
    return {name: round(values.get(measure, 0.0), DIGITS) for name, measure in wanted.items()}


def share_of_items(asked: Asked, answer: Answer) -> float | None:
    """The share of gold items that are said; None where the question has none."""
    if not asked.items:
        return None
    said = [_names_any(answer.text, names) for names in asked.items]
    return round(sum(said) / len(said), DIGITS)


def share_of_parts(asked: Asked, answer: Answer) -> float | None:
    """The share of the parts of an answer that say a gold item; None without parts or items."""
    if not asked.items or not answer.parts:
        return None
    said = [any(_names_any(part.text, names) for names in asked.items) for part in answer.parts]
    return round(sum(said) / len(said), DIGITS)


def share_of_cells(asked: Asked, answer: Answer) -> float | None:
    """The share of gold cells that stand, cited, in a row or column of their name."""
    if not asked.cells:
        return None
    found = [has_cell(answer.table, cell) for cell in asked.cells]
    return round(sum(found) / len(found), DIGITS)


def has_cell(table: Table | None, gold: Cell) -> bool:
    """Whether a table has a cell; its axes may be exchanged."""
    if table is None:
        return False
    named = set(find_terms(f"{gold.row} {gold.column}"))
    for row in table.rows:
        for column, cell in zip(table.columns, row.cells, strict=True):
            if cell is None or not cell.citations or not _names_any(cell.text, (gold.text,)):
                continue
            beside = " ".join(other.text for other in row.cells if other is not None)
            if named & set(find_terms(f"{row.label} {column} {beside}")):
                return True
    return False


def _find_told(asked: Asked, answer: Answer) -> str | None:
    """The words that are compared with gold ones; None where it abstained."""
    if answer.text is None:
        return None
    return answer.best.text if asked.of_words and answer.best is not None else answer.text


def _is_settled(asked: Asked, answer: Answer, told: str | None, evidence: float | None) -> bool:
    if not asked.answerable or answer.status == "abstained":
        return asked.answerable == (answer.status == "answered")
    if asked.of_words:  # any place that says it will do
        if answer.best is not None:
            return is_right(asked.question, answer.best, asked.answers)
        return says(told, asked.answers)
    # Where the gold is yes or no, the sentence that is cited tells.
    says_it = says(told, asked.answers) or set(asked.answers) <= VERDICTS
    return says_it and evidence in (None, 1.0)


def _is_candidate_right(asked: Asked, answer: Answer) -> bool | None:
    if answer.best is None:
        return None
    return is_right(asked.question, answer.best, asked.answers)


def _list_shown(answer: Answer) -> list[int]:
    """The numbers of the citations of parts and table, in order."""
    numbers = {number for part in answer.parts for number in part.citations}
    cells = (cell for row in answer.table.rows for cell in row.cells) if answer.table else ()
    return sorted(numbers.union(*(cell.citations for cell in cells if cell is not None)))


def _share_held(asked: Asked, places: Sequence[tuple[str, int, int]]) -> float | None:
    """The share of pieces of evidence that lie whole inside one of some places."""
    if not asked.evidence:
        return None
    held = [
        any(
            piece.document_id == document and start <= a and b <= end
            for a, b in piece.places
            for document, start, end in places
        )
        for piece in asked.evidence
    ]
    return round(sum(held) / len(held), DIGITS)


def _share_needed(asked: Asked, shown: Sequence[Citation]) -> float | None:
    """The share of citations that hold something gold which none before them holds.

    A stricter kin of ALCE's citation precision (Gao et al. 2023, https://arxiv.org/abs/2305.14627):
    what a citation is needed for is known here, and no model has to judge it.
    """
    if asked.answerable and not (asked.evidence or asked.items or asked.cells):
        return None
    held: set[tuple[str, int]] = set()
    needed = 0
    for citation in shown:
        more = set(_list_held(asked, citation)) - held
        needed += bool(more)
        held |= more
    return round(needed / len(shown), DIGITS)


def _list_held(asked: Asked, citation: Citation) -> Iterator[tuple[str, int]]:
    """Which of the gold pieces, items and cells a citation holds."""
    for number, piece in enumerate(asked.evidence):
        if piece.document_id == citation.document.id and any(
            citation.start <= a and b <= citation.end for a, b in piece.places
        ):
            yield "evidence", number
    for number, names in enumerate(asked.items):
        if _names_any(citation.quote, names):
            yield "item", number
    for number, cell in enumerate(asked.cells):
        if _names_any(citation.quote, (cell.text,)):
            yield "cell", number


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
    """How well gold passages were found, or the gold document where the set asks for words."""
    if asked.of_words:
        relevant = {asked.document.id: 1} if asked.document is not None and asked.answers else {}
        found = [hit.passage.document.id for hit in hits]
    else:
        relevant = {
            str(number): 1
            for piece in asked.evidence
            for a, b in piece.places
            for number in store.passages_holding(piece.document_id, a, b)
        }
        found = [str(hit.passage.number) for hit in hits]
    return rank(relevant, list(dict.fromkeys(found))) if relevant else {}


def _names_any(text: str | None, names: Sequence[str]) -> bool:
    """Whether a text holds one of some names, dashes as spaces, also where the name owns something:
    "Alipay's code" holds Alipay.
    """
    return holds_any(_plain(text or ""), list(map(_plain, names)))


def _plain(text: str) -> str:
    return re.sub(r"(?<=\w)['’]s\b", "", text).replace("-", " ")
