"""Which questions of the previous generation an update may keep, and what has changed for them."""

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import chain

from assistant.build.plan import Plan
from assistant.build.previous import PreviousGeneration
from assistant.index.samples import choose_samples, count_tries
from assistant.records import ChosenQuestions, KeptQuestions, StoredPassages, Suggestion, Tried
from assistant.text import find_question_terms


def keep_questions(
    plan: Plan, previous: PreviousGeneration, tried: Tried | None
) -> KeptQuestions | None:
    """The questions of unchanged passages; None if they were not tried in the way of `tried`.

    One that a passage which is new or gone is near to has to be asked again: its answer may be
    another one now. New passages get as many tries as others, the rest is left to the next update.
    """
    manifest, catalog = previous.manifest, previous.catalog
    if tried is None or manifest.tried != tried:
        return None
    new = [planned for planned in plan.documents if planned.new]
    added = [passage.terms for planned in new for passage in planned.new]
    gaps = _list_gaps(plan, catalog.passages)
    gone = (terms for gap in gaps for terms in catalog.terms(gap.start, len(gap)))
    suggestions = sorted(_renumber(plan, catalog.list_suggestions()))
    again = set(_find_near(suggestions, chain(added, gone)))
    untried, most = manifest.untried + len(added), count_tries(plan.passages)
    tries = untried * most // plan.passages
    same = tuple(one for one in suggestions if one not in again)
    before = catalog.sample_questions
    chosen = ChosenQuestions(
        # Those asked again may become samples again.
        before if again else tuple(choose_samples(same, before)),
        same,
        tried,
        untried - tries * plan.passages // most,
    )
    ids = frozenset(planned.document.id for planned in new)
    return KeptQuestions(chosen, tuple(sorted(again)), tries, ids)


def _renumber(plan: Plan, suggestions: Iterable[Suggestion]) -> Iterator[Suggestion]:
    """The suggestions of passages that are reused, with their new numbers."""
    reused = [one for one in _list_reused(plan) if one[0].length]
    firsts = [stored.first for stored, _ in reused]
    for suggestion in suggestions:
        place = bisect_right(firsts, suggestion.passage) - 1
        if place >= 0:
            stored, first = reused[place]
            inside = suggestion.passage - stored.first
            if inside < stored.length:
                yield suggestion._replace(passage=first + inside)


def _list_reused(plan: Plan) -> list[tuple[StoredPassages, int]]:
    """The passages that are reused with the new number of the first, in their previous order."""
    reused = [
        (planned.stored, planned.first_passage)
        for planned in plan.documents
        if planned.stored is not None
    ]
    return sorted(reused, key=lambda one: one[0].first)


def _list_gaps(plan: Plan, passages: int) -> Iterator[range]:
    """The numbers of the previous passages that are not reused."""
    end = 0
    for stored, _ in _list_reused(plan):
        if stored.first > end:
            yield range(end, stored.first)
        end = stored.first + stored.length
    if end < passages:
        yield range(end, passages)


def _find_near(suggestions: Iterable[Suggestion], changed: Iterable[str]) -> Iterator[Suggestion]:
    """The suggestions that one of some passages may now answer, or answered before, given the terms
    of each: it has half of the question's terms or more.
    """
    terms = {one: set(find_question_terms(one.text)) for one in suggestions}
    having: dict[str, list[Suggestion]] = {}
    for suggestion, words in terms.items():
        for word in words:
            having.setdefault(word, []).append(suggestion)
    near: set[Suggestion] = set()
    for line in changed:
        shared = Counter(one for word in set(line.split()) for one in having.get(word, ()))
        near.update(one for one, count in shared.items() if 2 * count >= len(terms[one]))
    yield from near
