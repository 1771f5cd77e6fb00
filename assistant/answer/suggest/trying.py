"""Questions are made of the passages of a finished index, asked, and kept if it answers them."""

import os
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence, Set
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from itertools import islice
from typing import TypeVar

from assistant.answer import Assistant, open_reader
from assistant.answer.suggest.candidates import Candidate, find_candidates
from assistant.answer.suggest.choosing import is_confident
from assistant.index.catalog import Catalog
from assistant.index.generation import Generation
from assistant.index.progress import Track
from assistant.index.samples import choose_samples, count_tries
from assistant.read import name_reader
from assistant.records import (
    Answer,
    ChosenQuestions,
    DocumentFilter,
    KeptQuestions,
    StoredPassages,
    Suggestion,
    Tried,
)
from assistant.settings import Settings

MOST_OF_PASSAGE = 4  # questions that are tried
LONGEST_ANSWER = 400  # characters of an answer that are stored
T = TypeVar("T")


def choose_questions(
    generation: Generation,
    track: Track = iter,
    kept: KeptQuestions | None = None,
    *,
    settings: Settings,
) -> ChosenQuestions:
    """The questions that an index answers from where they were made, spread evenly over its
    documents; the same on every run. `track` counts what is tried.

    Of what an update has kept, only what may be answered otherwise now is asked again, and of its
    new documents as many questions as their passages are due.
    """
    catalog = generation.catalog
    if kept is None:
        most = count_tries(catalog.passages)
        candidates = list(islice(_order(list(_collect(catalog, most))), most))
        if not candidates:
            return ChosenQuestions(
                tried=Tried(name_reader(settings.reader), settings.passages_read)
            )
        found, tried = _try(candidates, generation, track, settings)
        return ChosenQuestions(tuple(choose_samples(found)), _sort(found), tried)
    candidates = list(_make_again(kept.again, catalog))
    if kept.tries:
        new = _collect(catalog, kept.tries, kept.new)
        candidates += islice(_order(list(new)), kept.tries)
    found, tried = _try(candidates, generation, track, settings)
    known = {one.text: one for one in (*kept.chosen.suggestions, *found)}
    samples = tuple(choose_samples(known.values(), kept.chosen.samples))
    return ChosenQuestions(samples, _sort(known.values()), tried, kept.chosen.untried)


def _try(
    candidates: Sequence[Candidate], generation: Generation, track: Track, settings: Settings
) -> tuple[list[Suggestion], Tried]:
    """Those of some questions that are answered from where they were made, in the same order."""
    # In the documents' words: a language model would be asked once for each question.
    settings = settings.model_copy(update={"llm_url": None})
    assistant = Assistant.of(generation, open_reader(settings.reader, generation), settings)
    kept: dict[Candidate, Suggestion] = {}
    for candidate, answer in _ask_each(partial(ask_candidate, assistant), candidates, track):
        if answer is not None:
            kept[candidate] = _describe(candidate, answer)
    if generation.catalog.documents > 1:
        kept = {one: kept[one] for one in _choose_alone(kept, assistant, track)}
    return list(kept.values()), Tried(assistant.reader.name, settings.passages_read)


def _make_again(suggestions: Iterable[Suggestion], catalog: Catalog) -> Iterator[Candidate]:
    """The candidates that suggestions were."""
    players = {player.id: player for player in catalog.players}
    for one in sorted(suggestions):
        passage = catalog.passage(one.passage)
        figures = catalog.figures_of(passage.document.id)
        yield from islice(
            (
                candidate
                for candidate in find_candidates(passage, figures, players)
                if (candidate.question, candidate.form) == (one.text, one.form)
            ),
            1,
        )


def _sort(suggestions: Iterable[Suggestion]) -> tuple[Suggestion, ...]:
    """Suggestions in order of their passages."""
    return tuple(sorted(suggestions, key=lambda one: one.passage))


def _choose_alone(kept: Iterable[Candidate], assistant: Assistant, track: Track) -> list[Candidate]:
    """Those that are answered with confidence from their document alone as well, as in a filter."""

    def ask_alone(candidate: Candidate) -> Answer:
        within = DocumentFilter(documents=(candidate.document_id,))
        return assistant.ask(candidate.question, within=within)

    order = list(kept)
    by_document = sorted(order, key=lambda one: one.passage)  # as few filters are cached
    answers = _ask_each(ask_alone, by_document, track)
    sure = {candidate for candidate, answer in answers if is_confident(answer)}
    return [candidate for candidate in order if candidate in sure]


def _ask_each(
    ask: Callable[[Candidate], T], candidates: Sequence[Candidate], track: Track
) -> Iterator[tuple[Candidate, T]]:
    """Ask candidates, several at a time; those with their answers, in order."""
    with ThreadPoolExecutor(os.cpu_count()) as threads:
        yield from zip(track(candidates), threads.map(ask, candidates), strict=True)


def ask_candidate(assistant: Assistant, candidate: Candidate) -> Answer | None:
    """The answer to a question; None unless it is confident, and from the place that the question
    was made of.
    """
    answer = assistant.ask(candidate.question)
    return answer if is_confident(answer) and _is_cited(answer, candidate) else None


def _is_cited(answer: Answer, candidate: Candidate) -> bool:
    start, end = candidate.evidence
    return any(
        citation.document.id == candidate.document_id
        and citation.start < end
        and start < citation.end
        for citation in answer.citations
    )


def _describe(candidate: Candidate, answer: Answer) -> Suggestion:
    words = (answer.text or "")[:LONGEST_ANSWER]
    return Suggestion(
        candidate.passage, candidate.question, candidate.form, words, answer.confidence
    )


@dataclass(slots=True)
class _Source:
    """The candidates of a document that are left, and how many were taken of each passage."""

    candidates: list[Candidate]
    taken: Counter[int] = field(default_factory=Counter)

    def take(self, forms: Counter[str]) -> Candidate | None:
        """The next candidate: of the passage with the fewest so far, then of the rarest form, first
        those with a name.
        """
        left = [one for one in self.candidates if self.taken[one.passage] < MOST_OF_PASSAGE]
        if not left:
            return None
        chosen = min(
            left, key=lambda one: (self.taken[one.passage], forms[one.form], not one.has_name)
        )
        self.candidates = [one for one in left if one.question != chosen.question]
        self.taken[chosen.passage] += 1
        return chosen


def _order(sources: Sequence[_Source]) -> Iterator[Candidate]:
    """One candidate of each document in turn."""
    forms: Counter[str] = Counter()
    asked: set[str] = set()
    left = list(sources)
    while left:
        going_on: list[_Source] = []
        for source in left:
            candidate = source.take(forms)
            if candidate is None:
                continue
            going_on.append(source)
            forms[candidate.form] += 1
            if candidate.question not in asked:
                asked.add(candidate.question)
                yield candidate
        left = going_on


def _collect(catalog: Catalog, most: int, within: Set[str] | None = None) -> Iterator[_Source]:
    """The candidates of each document that is looked at, as many documents as can be tried; of all
    documents, or those with some ids.
    """
    stored = sorted(catalog.passages_by_content().values(), key=lambda one: one.first)
    if within is not None:
        stored = [one for one in stored if one.document_id in within]
    stored = [one for one in stored if one.length]
    chosen = stored[:: max(1, -(-len(stored) // most))]
    of_each = max(1, 2 * most // max(1, len(chosen)))
    players = {player.id: player for player in catalog.players}
    for one in chosen:
        figures = catalog.figures_of(one.document_id)
        yield _Source(
            [
                candidate
                for number in _spread(one, of_each)
                for candidate in find_candidates(catalog.passage(number), figures, players)
            ]
        )


def _spread(stored: StoredPassages, most: int) -> range:
    """The numbers of a document's passages, evenly over it if there are too many."""
    step = max(1, -(-stored.length // most))
    return range(stored.first, stored.first + stored.length, step)
