"""What an answer may not be: about another player, or of another time, than the question."""

import re
from collections.abc import Sequence

from assistant.cite import find_sentences_around
from assistant.figures import Figure
from assistant.index.generation import Generation
from assistant.intent import Intent
from assistant.players import find_misspelt
from assistant.question import find_named
from assistant.records import Offsets, Reason, Span
from assistant.survey.about import About, is_of_year
from assistant.terms import find_terms

Refusal = tuple[Reason, str]


def refuse_names(intent: Intent, generation: Generation, about: About) -> Refusal | None:
    """Why a question about a name that no document holds can't be answered."""
    players = list(about.players.values())
    if not players:
        return None
    for word, player in find_misspelt(intent.question, players):
        # A word that the documents use is their own.
        if not any(generation.lexical.count_passages_with(find_terms(word))):
            return "other_player", f"They do not mention {word}. Did you mean {player.name}?"
    known = {
        term
        for mention in about.names.find(intent.question)
        for term in find_terms(intent.question[mention.start : mention.end])
    }
    for name in find_named(intent.question):
        if any(term in known or _is_plain(term) for term in name):
            continue
        if not any(generation.lexical.count_passages_with(name)):
            shown = _find_words(intent.question, name)
            return "no_evidence", f"They do not mention {shown}."
    return None


def refuse_span(
    intent: Intent, span: Span, about: About, figures: Sequence[Figure]
) -> Refusal | None:
    """Why a span is no answer to a question; `figures` are those of its document."""
    document = span.passage.document
    inside = [f for f in figures if f.start < span.end and span.start < f.end]
    sentence = find_sentences_around(span.passage, span.start, span.end)
    owner = inside[0].owner if inside else None
    if intent.players and not any(
        about.is_about([player], document, *sentence, owner=owner) for player in intent.players
    ):
        asked = " and ".join(player.name for player in intent.players)
        others = _name_others(owner, sentence, about, span)
        whose = f"is about {others}, not" if others else "is not about"
        return "other_player", f"What comes closest {whose} {asked}."
    near = f"{document.title} {span.passage.heading} {span.passage.text}"
    for year in intent.years:
        if not is_of_year(year, document, [figure.period for figure in inside], near):
            return "other_period", f"What comes closest is not of {year}."
    return None


def _is_plain(term: str) -> bool:
    """Whether a capital makes no name of a term: a number, or of which country something is
    ("Chinese", "American"; terms are stemmed).
    """
    return term.isdigit() or term.endswith(("nes", "gues", "ish", "ian", "can", "ean"))


def _name_others(owner: str | None, sentence: Offsets, about: About, span: Span) -> str:
    """Whom a sentence is about."""
    if owner is not None:
        return about.players[owner].name
    named = about.within(span.passage.document, *sentence)
    return " and ".join(dict.fromkeys(about.players[m.player_id].name for m in named))


def _find_words(question: str, terms: Sequence[str]) -> str:
    """The words of a question that some terms were made of."""
    words = re.findall(r"[^\W_]+", question)
    return " ".join(word for word in words if set(find_terms(word)) & set(terms))
