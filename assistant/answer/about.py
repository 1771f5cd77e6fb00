"""What the documents say about the names of a question that they do not answer."""

import re
from collections.abc import Iterator, Sequence

from assistant.answer.cite import cite
from assistant.answer.question import find_name_words
from assistant.figures.periods import find_times
from assistant.index.generation import Generation
from assistant.players import Names
from assistant.records import About, Citation, Passage, Player
from assistant.text import find_terms

MOST_NAMES = 4
MOST_SENTENCES = 3  # of each name
PASSAGES = 12  # searched for each name
_POSSESSIVE = re.compile(r"^['’]s?\b|['’]s?$")
_END = re.compile(r"[.!?。！？][\"'”’)]*\s*$")


def find_about(question: str, players: Sequence[Player], generation: Generation) -> list[About]:
    """The most informative sentences about each name of a question, players first.

    Names that no sentence has are left out. `players` are those the question names.
    """
    found = []
    for player in [*players, *_find_other_names(question, players)][:MOST_NAMES]:
        citations = _choose_sentences(player, generation)
        if citations:
            found.append(About(player.name, player if player.id else None, citations))
    return found


def _find_other_names(question: str, players: Sequence[Player]) -> Iterator[Player]:
    """The capitalised names of a question that are neither players nor times, without an id."""
    known = Names(players)
    times = [
        set(find_terms(question[time.start : time.end])) for time in find_times(question, None)
    ]
    for words in find_name_words(question):
        for mention in reversed(known.find(words)):
            words = f"{words[: mention.start]}\n{words[mention.end :]}"
        for line in words.splitlines():
            name = _POSSESSIVE.sub("", line).strip()
            terms = set(find_terms(name))
            if terms and not any(terms <= time for time in times):
                yield Player("", name, "organisation")


def _choose_sentences(player: Player, generation: Generation) -> tuple[Citation, ...]:
    """Whole sentences before headings; then those that begin with the name and give a figure, those
    that do one of the two, and the others, each in the order of the search.
    """
    names = Names([player])
    found: dict[str, tuple[int, Citation]] = {}
    words = " ".join((player.name, *player.aliases))
    for number, _ in generation.lexical.search(words, PASSAGES):
        passage = generation.catalog.passage(number)
        figures = {figure.sentence for figure in generation.catalog.figures_of(passage.document.id)}
        for citation in _cite_mentions(names, passage):
            begins = citation.marked is not None and citation.marked[0] == citation.start
            has_figure = (citation.start, citation.end) in figures
            is_whole = bool(_END.search(citation.quote))
            rank = -3 * is_whole - begins - has_figure
            found.setdefault(" ".join(citation.quote.split()), (rank, citation))
    best = sorted(found.values(), key=lambda ranked: ranked[0])
    return tuple(citation for _, citation in best[:MOST_SENTENCES])


def _cite_mentions(names: Names, passage: Passage) -> Iterator[Citation]:
    """The sentences of a passage that mention a name and say more than it."""
    text = passage.document.text
    for start, end in passage.sentences:
        mention = next(iter(names.find(text[start:end])), None)
        if mention is not None and len(find_terms(text[start:end])) > len(
            find_terms(text[start + mention.start : start + mention.end])
        ):
            yield cite(passage, start, end, marked=(start + mention.start, start + mention.end))
