"""How an answer was found, in words: the same on the page and on the command line."""

from collections.abc import Iterator, Mapping

from assistant.answer.explain import Decider, Outcome
from assistant.schema.explaining import (
    CandidateBody,
    ExplanationBody,
    FoundBody,
    IntentBody,
    RefusalBody,
    StepBody,
    WeightsBody,
)

OUTCOMES: dict[Outcome, str] = {
    "answer": "the answer",
    "alternative": "another candidate",
    "refused": "refused",
    "alike": "shares words with a better one, or says the same",
    "beyond": "behind the best that are kept",
    "unsure": "below the threshold",
    "unverified": "its citation does not verify",
}
DECIDERS: dict[Decider, str] = {
    "language": "the script of the question, which the embedder does not know",
    "names": "a name that the documents do not hold",
    "scan": "a scan of what the index holds",
    "reader": "the reader",
}


def tell_explanation(body: ExplanationBody) -> str:
    """An explanation as plain text."""
    lines = ["", "How it was found", ""]
    for step in body.steps:
        if len(body.steps) > 1:
            lines += [f"Part: {step.question}"]
        lines += [*tell_step(step), "", "Passages found"]
        lines += [f"  {line}" for line in map(tell_passage, step.passages)]
        if step.candidates:
            lines += ["", tell_candidates(step, body.threshold)]
        for candidate in step.candidates:
            lines += [f"  {tell_scores(candidate)}: {tell_outcome(candidate)}"]
            lines += [f"      {' '.join(candidate.text.split())}"]
        for title, sum_ in tell_sums(step, body.weights):
            lines += ["", title, *(f"  {line}" for line in sum_)]
        lines.append("")
    return "\n".join(lines).rstrip()


def tell_step(step: StepBody) -> list[str]:
    """What was wanted, what a scan said, and what decided, a line each."""
    lines = [f"Wanted: {_tell_intent(step.intent)}."] if step.intent else []
    if step.scan:
        pieces = ", ".join(piece.text for piece in step.scan.pieces)
        scanned = "everything" if step.scan.exhaustive else f"{step.scan.passages_read} passages"
        found = "; ".join(filter(None, (pieces, step.scan.message))) or "nothing"
        lines.append(f"Scan for a {step.scan.kind} ({step.scan.method}) of {scanned}: {found}")
    elif step.intent and not step.refusal:
        lines.append("Scan: none fits the question, or found anything.")
    lines.append(f"Decided by {DECIDERS[step.decided_by]}.")
    if step.refusal:
        lines.append(_tell_refusal(step.refusal))
    return lines


def _tell_intent(intent: IntentBody) -> str:
    told = {
        "players": ", ".join(player.name for player in intent.players),
        "kinds of player": ", ".join(intent.nouns),
        "roles": ", ".join(intent.roles),
        "amounts": "yes" if intent.amounts else "",
        "forecasts": "yes" if intent.expected else "",
        "direction": intent.direction or "",
        "years": ", ".join(map(str, intent.years)),
        "part of a year": intent.part or "",
        "terms": ", ".join(intent.terms),
    }
    return "; ".join([intent.kind, *(f"{name} {words}" for name, words in told.items() if words)])


def _tell_refusal(refusal: RefusalBody) -> str:
    return f"{refusal.reason.replace('_', ' ')}: {refusal.message}"


def tell_passage(found: FoundBody) -> str:
    """A passage found, with all its scores, in a line."""
    lexical = f" (rank {found.lexical_rank})" if found.lexical_rank is not None else ""
    told = [
        f"{found.number}. {found.passage_id}",
        f"fused {found.fused:.4f}",
        f"cosine {found.dense:.4f} (rank {found.dense_rank})",
        f"BM25 {found.lexical:.4f}{lexical}",
    ]
    if found.relevance is None or found.no_answer is None:
        told.append("not read")
    else:
        told += [f"relevance {found.relevance:.4f}", f"no answer {found.no_answer:.4f}"]
        told.append(f"{found.spans} candidate{'' if found.spans == 1 else 's'}")
    if found.reranked is not None:
        told.append(f"reranked {found.reranked:.4f}, now {found.final}.")
    return "; ".join(told)


def tell_candidates(step: StepBody, threshold: float) -> str:
    told, found = len(step.candidates), step.candidates_found
    return f"Candidates, {told} of {found}; the threshold is {threshold:.4f}"


def tell_scores(candidate: CandidateBody) -> str:
    told = [f"passage {candidate.passage}", f"score {candidate.score:.4f}"]
    if candidate.alone is not None and candidate.confidence is not None:
        told.append(f"alone {candidate.alone:.4f}, confidence {candidate.confidence:.4f}")
    return ", ".join(told)


def tell_outcome(candidate: CandidateBody) -> str:
    """What became of a candidate, and why."""
    said = OUTCOMES[candidate.outcome]
    return f"{said}, {_tell_refusal(candidate.refusal)}" if candidate.refusal else said


def tell_sums(step: StepBody, weights: WeightsBody | None) -> Iterator[tuple[str, list[str]]]:
    """What the first candidate's confidence is made of: a title and a line a term, twice."""
    if weights is None or step.beside is None:
        return
    first = step.candidates[0]
    assert first.observed is not None
    alone = _tell_sum(first.observed, weights.spans)
    yield f"The first candidate alone: {first.alone:.4f}, of the sum", alone
    beside = _tell_sum(step.beside.observed, getattr(weights, step.beside.weights))
    yield f"Beside the others: {step.beside.confidence:.4f}, of the sum", beside


def _tell_sum(observed: Mapping[str, float], weights: Mapping[str, float]) -> list[str]:
    terms = [
        f"{name.replace('_', ' ')}: {value:.4f} x {weights.get(name, 0.0):.4f}"
        for name, value in observed.items()
    ]
    return [f"bias: {weights['bias']:.4f}", *terms]
