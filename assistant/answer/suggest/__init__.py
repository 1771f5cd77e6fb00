"""Sample questions for the first page: those that a finished index answers with confidence."""

from collections.abc import Iterable, Iterator
from itertools import islice

from assistant.answer import Assistant, open_reader
from assistant.answer.suggest.candidates import Candidate, find_candidates
from assistant.index.generation import Generation
from assistant.index.store import Store
from assistant.records import Answer
from assistant.settings import Settings

MOST_SAMPLES = 6
MOST_OF_FORM = 2
MOST_TRIED = 40  # at about 50 ms each
MOST_DOCUMENTS = 60  # that are looked at, evenly over the index
MOST_PASSAGES = 30  # of a document that are looked at
LEAST_CONFIDENCE = 0.8


def choose_samples(generation: Generation, *, settings: Settings) -> list[str]:
    """Questions that the index answers from where they were made, at most MOST_SAMPLES; the same
    on every run. [] if no sentence has a simple form.
    """
    candidates = list(_order(_collect(generation.store)))
    if not candidates:
        return []
    assistant = Assistant.of(generation, open_reader(settings.reader, generation), settings)
    good = (one for one in candidates[:MOST_TRIED] if is_answered(assistant, one))
    return list(islice(_limit_forms(good), MOST_SAMPLES))


def _limit_forms(candidates: Iterable[Candidate]) -> Iterator[str]:
    """The questions of at most MOST_OF_FORM candidates of each form."""
    counts: dict[str, int] = {}
    for candidate in candidates:
        counts[candidate.form] = counts.get(candidate.form, 0) + 1
        if counts[candidate.form] <= MOST_OF_FORM:
            yield candidate.question


def is_answered(assistant: Assistant, candidate: Candidate) -> bool:
    """Whether a question is answered with confidence, from the place that it was made of."""
    answer = assistant.ask(candidate.question, top_k=1)
    sure = answer.confidence is None or answer.confidence >= LEAST_CONFIDENCE
    return answer.status == "answered" and sure and _is_cited(answer, candidate)


def _is_cited(answer: Answer, candidate: Candidate) -> bool:
    start, end = candidate.evidence
    return any(
        citation.document.id == candidate.document_id
        and citation.start < end
        and start < citation.end
        for citation in answer.citations
    )


def _collect(store: Store) -> Iterator[list[Candidate]]:
    """The candidates of each document that is looked at."""
    for passages in _choose_passages(store):
        found = (one for number in passages for one in find_candidates(store.passage(number)))
        yield list({candidate.question: candidate for candidate in found}.values())


def _choose_passages(store: Store) -> Iterator[range]:
    """The numbers of the first passages of documents, evenly over the index."""
    stored = sorted(store.passages_by_content().values(), key=lambda one: one.first)
    stored = [one for one in stored if one.length]
    step = max(1, len(stored) // MOST_DOCUMENTS)
    for one in stored[::step][:MOST_DOCUMENTS]:
        yield range(one.first, one.first + min(one.length, MOST_PASSAGES))


def _order(by_document: Iterable[list[Candidate]]) -> Iterator[Candidate]:
    """One candidate of each document in turn, each time of the form that is rarest so far, first
    those with a name."""
    left = [candidates for candidates in by_document if candidates]
    counts: dict[str, int] = {}
    asked: set[str] = set()
    while left:
        for candidates in left:
            chosen = min(candidates, key=lambda one: (counts.get(one.form, 0), not one.has_name))
            candidates.remove(chosen)
            if chosen.question not in asked:
                asked.add(chosen.question)
                counts[chosen.form] = counts.get(chosen.form, 0) + 1
                yield chosen
        left = [candidates for candidates in left if candidates]
