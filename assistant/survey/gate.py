"""What an answer may not be: about another player, or of another time, than the question."""

import re
from collections.abc import Sequence

from assistant.answer.cite import find_sentences_around
from assistant.figures import Figure
from assistant.index.generation import Generation
from assistant.intent import Intent, find_changes
from assistant.players import find_misspelt
from assistant.question import choose_kind, find_named
from assistant.records import Offsets, Player, Reason, Span
from assistant.survey.about import About, is_of_part, is_of_year
from assistant.terms import find_terms

Refusal = tuple[Reason, str]
_DAYS = frozenset(
    find_terms(
        "january february march april may june july august september october november december "
        "monday tuesday wednesday thursday friday saturday sunday christmas easter"
    )
)


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
    opening = _find_opening(intent.question)
    for name in find_named(intent.question):
        if any(term in known or _is_plain(term) for term in name) or name == opening:
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
        about.is_about([player], document, *sentence, owner=owner)
        or (_is_source(player) and player.id in _list_named(span, sentence, about))
        for player in intent.players
    ):
        asked = " and ".join(player.name for player in intent.players)
        others = _name_others(owner, sentence, about, span)
        whose = f"is about {others}, not" if others else "is not about"
        return "other_player", f"What comes closest {whose} {asked}."
    if _names_nobody(intent, span, sentence, about):
        return "low_confidence", "What comes closest names nobody."
    if inside and _is_opposed(intent.question, inside):
        change = next(figure.change for figure in inside if figure.change)
        return "no_evidence", f"What comes closest says that it went {change}."
    near = f"{document.title} {span.passage.heading} {span.passage.text}"
    periods = [figure.period for figure in inside]
    for year in intent.years:
        if not is_of_year(year, document, periods, near):
            return "other_period", f"What comes closest is not of {year}."
    if intent.part is not None and not is_of_part(intent.part, periods, near):
        return "other_period", f"What comes closest is not of {intent.part.words}."
    return None


def _names_nobody(intent: Intent, span: Span, sentence: Offsets, about: About) -> bool:
    """Whether a question asks who, and a span names nobody though its sentence names a person."""
    if not re.match(r"\W*who\b", intent.question, re.IGNORECASE):
        return False
    document = span.passage.document
    named = [about.players[mention.player_id] for mention in about.within(document, *sentence)]
    people = any(player.kind == "person" for player in named)
    return people and not about.within(document, span.start, span.end)


def _is_opposed(question: str, figures: Sequence[Figure]) -> bool:
    """Whether a question takes for granted that something fell, and all that is found rose, or the
    other way. A question for yes or no takes nothing for granted.
    """
    explained = re.match(r"\W*(?:why|how|explain|describe)\b", question, re.IGNORECASE)
    if choose_kind(question) == "passage" and not explained:
        return False
    presumed = find_changes(question)
    said = {figure.change for figure in figures if figure.change}
    return len(presumed) == len(said) == 1 and presumed != said


def _find_opening(question: str) -> tuple[str, ...]:
    """The terms of the word that opens a question: every word has a capital there, so that by
    itself it is no name ("Put", "Kinds"), unless it owns something ("Apple's price").
    """
    opening = re.match(r"\W*([^\W_]+)\b(?!['’]s\b)", question)
    return tuple(find_terms(opening[1])) if opening else ()


def _is_plain(term: str) -> bool:
    """Whether a capital makes no name of a term: a number, a month or day, or of which country
    something is ("Chinese", "American"; terms are stemmed).
    """
    plain = term.isdigit() or term in _DAYS
    return plain or term.endswith(("nes", "gues", "ish", "ian", "can", "ean"))


def _is_source(player: Player) -> bool:
    """Whether a player may be named for what it says of others."""
    return player.kind == "organisation" or "source" in player.roles


def _list_named(span: Span, sentence: Offsets, about: About) -> list[str]:
    """The ids of those that a sentence names."""
    return [one.player_id for one in about.within(span.passage.document, *sentence)]


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
