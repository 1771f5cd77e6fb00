"""Up to three suggestions after an answer: questions that the index is known to answer, near what
the answer cites.
"""

from collections.abc import Callable, Iterator, Sequence

from assistant.answer.explain import Explanation
from assistant.index.catalog import Catalog
from assistant.records import Answer, Citation, Suggestion
from assistant.text import find_question_terms, find_terms

LEAST_CONFIDENCE = 0.8
MOST_SHOWN = 3
MOST_TRIED = 1  # after a question, where the confidence found while indexing does not hold
MOST_DOCUMENTS = 20  # that are looked at for the players of the question


def choose_suggestions(
    answer: Answer,
    explanation: Explanation,
    catalog: Catalog,
    *,
    previous: Sequence[str] = (),
    is_sure: Callable[[str], bool] | None = None,
) -> tuple[str, ...]:
    """The questions to suggest after an answer, the nearest first.

    None asks what was asked, now or in `previous`, or has a value that was shown; two have the same
    form only if there is no other choice. `is_sure` tries a question; None where the confidence
    holds that was found while indexing.
    """
    carried = [answer.carried.full] if answer.carried is not None else []
    asked = [answer.question, *carried, *previous]
    known = [set(find_question_terms(question)) for question in asked]
    shown = [find_terms(text) for text in _list_shown(answer)]
    left: list[Suggestion] = []
    chosen: list[set[str]] = []
    for one in dict.fromkeys(_find_near(answer, explanation, catalog)):
        terms, words = set(find_question_terms(one.text)), find_terms(one.answer)
        is_shown = one.confidence is None or one.confidence >= explanation.threshold
        is_new = terms not in known and not any(_holds(words, other) for other in shown)
        # "Who is" somebody and "what is said" about them are too much alike.
        if is_shown and is_new and not any(terms <= other or other <= terms for other in chosen):
            left.append(one)
            chosen.append(terms)
            shown.append(words)
    other_forms = {one.form: one for one in reversed(left)}.values()
    ordered = sorted(left, key=lambda one: one not in other_forms)
    if is_sure is not None:
        ordered = [one for one in ordered[:MOST_TRIED] if is_sure(one.text)]
    return tuple(one.text for one in ordered[:MOST_SHOWN])


def is_confident(answer: Answer) -> bool:
    """Whether a question is answered well enough to suggest it."""
    sure = answer.confidence is None or answer.confidence >= LEAST_CONFIDENCE
    return answer.status == "answered" and sure


def _find_near(answer: Answer, explanation: Explanation, catalog: Catalog) -> Iterator[Suggestion]:
    """The suggestions of the passages that are cited; then those of the same documents, the nearest
    first; then those that name a player of the question; then those of the passages that were read.
    """
    citations = [*answer.citations, *(one for about in answer.about for one in about.citations)]
    cited = list(dict.fromkeys(_list_passages(citations, catalog)))
    yield from catalog.suggestions_of(cited)
    for document_id in dict.fromkeys(citation.document.id for citation in citations):
        yield from sorted(
            catalog.suggestions_in(document_id),
            key=lambda one: min((abs(one.passage - number) for number in cited), default=0),
        )
    for player in answer.players:
        names = [find_terms(name) for name in (player.name, *player.aliases)]
        for document_id in catalog.documents_mentioning(player.id, most=MOST_DOCUMENTS):
            for one in catalog.suggestions_in(document_id):
                if any(_holds(name, find_terms(one.text)) for name in names):
                    yield one
    yield from catalog.suggestions_of([one.passage.number for one in explanation.readings])


def _list_passages(citations: Sequence[Citation], catalog: Catalog) -> Iterator[int]:
    for citation in citations:
        yield from catalog.passages_holding(citation.document.id, citation.start, citation.end)


def _list_shown(answer: Answer) -> list[str]:
    """The words of the answer, or of the best guess."""
    parts = [part.text for part in answer.parts]
    cells = [
        cell.text
        for row in (answer.table.rows if answer.table is not None else ())
        for cell in row.cells
        if cell is not None
    ]
    guess = [answer.best_guess.text] if answer.best_guess is not None else []
    return [*parts, *cells, *guess]


def _holds(words: Sequence[str], other: Sequence[str]) -> bool:
    """Whether one of two texts holds the other, by whole words."""
    short, long = (f" {' '.join(one)} " for one in sorted((words, other), key=len))
    return short in long
