"""The words that explain how an answer was found."""

from collections.abc import Iterator

from assistant.answer.explain import Decider, Outcome
from assistant.api.explanation import (
    CandidateBody,
    ConfidenceBody,
    ExplanationBody,
    FoundBody,
    ScoredBody,
)
from assistant.records import QuestionKind
from assistant.words import read_words

OUTCOMES: dict[Outcome, str] = {
    "answer": "the answer",
    "alternative": "another candidate",
    "duplicate": "a duplicate of a better one",
    "unsure": "below the threshold",
    "beyond": "beyond the number shown",
}
DECIDERS: dict[Decider, str] = {
    "language": "the script of the text, which the models do not know",
    "reader": "the reader",
}
QUESTION_KINDS: dict[QuestionKind, str] = {
    "fact": "a fact",
    "passage": "an explanation",
    "list": "a list",
    "compare": "a comparison",
    "two": "two things at once",
    "trend": "a trend",
    "yesno": "yes or no",
    "count": "a count",
    "top": "the highest or lowest",
}
FEATURES = {
    "span": "score of the best span",
    "span_below_0": "score of the best span, if below 0",
    "likeliest_span": "highest score of a span",
    "evidence": "evidence of the best sentence",
    "rank": "ranking score of the best sentence",
    "margin": "lead over the best sentence of another document",
    "span_margin": "lead over the next span",
    "agreement": "the best span is in the best sentence",
    "same_document": "the best span is in the document of the best sentence",
    "cosine": "similarity of the passage",
    "unknown": "share of the question’s words that no document has",
    "terms": "length of the question",
    "kind": "certainty of the kind of question",
    "least_part": "evidence of the weakest part of the question",
    "parts": "the question has parts",
    "figure": "score of the best figure",
    "entries": "length of the list",
    "least_entry": "score of the weakest entry",
    "mean_entry": "mean score of the entries",
    "cell_lead": "lead over the next cell of the row",
    "row_lead": "lead over cells of other rows",
    "cell_column": "words of the question in the column’s label, less those in another’s",
    "cell_label": "words of the question in the column’s label",
    "cell_row": "words of the question in the other cells of the row",
    "cell_echo": "words of the question in the cell",
}
PLACES = {"best_": "best sentence", "span_": "sentence of the best span"}
PLACE_FEATURES = {
    "terms_here": "words of the question in it",
    "terms_near": "words of the question nearby",
    "terms_passage": "words of the question in its passage",
    "names_near": "names of the question nearby",
    "names_passage": "names of the question in its passage",
    "numbers_near": "numbers of the question nearby",
    "numbers_passage": "numbers of the question in its passage",
    "period": "it is about the time asked for",
    "evidence": "evidence",
}
FEATURES |= {
    f"{prefix}{name}": f"{words} ({place})"
    for prefix, place in PLACES.items()
    for name, words in PLACE_FEATURES.items()
}
FEATURES |= {f"is_{kind}": f"asks for {words}" for kind, words in QUESTION_KINDS.items()}


def describe_explanation(body: ExplanationBody) -> Iterator[tuple[str, list[str]]]:
    """The sections of an explanation: a title and lines."""
    yield "What decided", list(_describe_decision(body))
    if body.confidence:
        yield "The confidence", list(_describe_confidence(body.confidence))
    yield (
        f"Passages found ({len(body.passages)})",
        [_describe_found(passage) for passage in body.passages],
    )
    if body.candidates:
        lines = [_describe_candidate(candidate) for candidate in body.candidates]
        yield f"Candidates ({len(lines)})", lines


def _describe_decision(body: ExplanationBody) -> Iterator[str]:
    yield f"Decided by {DECIDERS[body.decided_by]}"
    if body.decided_by == "reader":
        yield f"Kind of question: {QUESTION_KINDS[body.kind]}"
    if body.kinds:
        ranked = sorted(body.kinds.items(), key=lambda item: -item[1])
        shown = (f"{QUESTION_KINDS[kind]} {100 * p:.0f} %" for kind, p in ranked if p >= 0.005)
        yield f"Probable kinds of question: {', '.join(shown)}"
    yield f"Threshold of the {'confidence' if body.confidence else 'score'}: {body.threshold:.4f}"


def _describe_confidence(confidence: ConfidenceBody) -> Iterator[str]:
    """The terms of the sum, without those that are 0."""
    yield f"constant: {confidence.bias:.4f}"
    for term in confidence.terms:
        share = term.value * term.weight
        if share:
            words = FEATURES.get(term.feature, term.feature.replace("_", " "))
            yield f"{words}: {term.value:.4f} x {term.weight:.4f} = {share:.4f}"
    yield f"sum: {confidence.logit:.4f}, which is a confidence of {confidence.confidence:.4f}"


def _describe_found(found: FoundBody) -> str:
    words = read_words("en")
    scores = [
        f"{found.number}. {found.passage_id}",
        f"fused {found.fused:.4f}",
        f"cosine {found.dense:.4f}{_describe_rank(found.dense_rank)}",
        f"BM25 {found.lexical:.4f}{_describe_rank(found.lexical_rank)}",
        "" if found.read else "not read",
        f"best span {_describe_scored(found.span)}" if found.span else "",
        "" if found.items is None else f"{words('count.entry', n=found.items)} of a list",
        f"best sentence {_describe_scored(found.evidence)}" if found.evidence else "",
    ]
    return "; ".join(filter(None, scores))


def _describe_rank(rank: int | None) -> str:
    return "" if rank is None else f" (rank {rank})"


def _describe_candidate(candidate: CandidateBody) -> str:
    place = "" if candidate.passage is None else f", passage {candidate.passage}"
    return f"{_describe_scored(candidate)}{place}: {OUTCOMES[candidate.outcome]}"


def _describe_scored(scored: ScoredBody) -> str:
    return f"{scored.score:.4f} “{' '.join(scored.text.split())}”"
