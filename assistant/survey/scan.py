"""Which scan answers a question, if any does."""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

from assistant.index.generation import Generation
from assistant.intent import Intent, read_intent
from assistant.intent.splitting import find_compared
from assistant.read.sentence import SentenceReader
from assistant.records import Player
from assistant.survey import Finding, Line, Piece, Place
from assistant.survey.about import About
from assistant.survey.lists import find_player, list_figures, list_players
from assistant.survey.matching import Match, keep_about, match_figures
from assistant.survey.nearness import Nearness
from assistant.survey.scope import Scope, find_scope
from assistant.survey.tables import compare, rank_figures
from assistant.survey.trends import follow, rank_changes, set_against, set_side_by_side

MOST_READ = 50  # passages in which a player's nearest sentence is looked for
WHOLE = 0.75  # score of a figure that is shown where not all were looked at
FITS = 0.6  # score of a figure that is one of two things compared
LEAST_NEAR = 0.45  # score of a sentence that is shown in a comparison


def scan(intent: Intent, generation: Generation, about: About) -> Finding | None:
    """What a scan of everything finds; None where the question is for the reader."""
    figures = intent.amounts and not intent.nouns and intent.kind == "list"
    if intent.kind in ("list", "count") and not figures:
        wanted = intent.nouns or intent.roles
        return list_players(intent, generation, about) if wanted else None
    if intent.kind == "span" and intent.asks_which and (intent.nouns or intent.roles):
        return find_player(intent, generation, about)
    if not figures and intent.kind not in ("comparison", "trend"):
        return None
    scope = find_scope(intent, generation, about)
    matches = match_figures(intent, generation, scope)
    if not scope.exhaustive:
        matches = [one for one in matches if one.score >= WHOLE]
    finding = _find(intent, matches, scope, generation, about)
    if finding is None or scope.exhaustive or not finding.exhaustive:
        return finding
    read = len(scope.passages)
    return replace(finding, method=scope.method, exhaustive=False, passages_read=read)


def _find(
    intent: Intent,
    matches: Sequence[Match],
    scope: Scope,
    generation: Generation,
    about: About,
) -> Finding | None:
    """What the figures that fit a question say."""
    if intent.kind == "list":
        return list_figures(intent, matches, about)
    if intent.kind == "trend":
        return follow(intent, matches, about)
    if len(intent.players) > 1:
        near = Nearness(intent.question, generation).of
        say = partial(say_of_each, intent, generation, about)
        return compare(intent, matches, about, near, say)
    things = _find_things(intent, scope, generation, about)
    if things:
        return set_against(*things)
    if intent.direction and intent.change:
        return rank_changes(intent, matches, about)
    if intent.direction:
        return rank_figures(intent, matches, about)
    return set_side_by_side(intent, matches, about)


def _find_things(
    intent: Intent, scope: Scope, generation: Generation, about: About
) -> tuple[Match, Match] | None:
    """The figures of two things that a question compares in words of its own; None where one has
    none of its own.
    """
    compared = find_compared(intent.question)
    if compared is None:
        return None
    one, other = (_find_thing(words, intent, scope, generation, about) for words in compared)
    return (one, other) if one and other and one.place != other.place else None


def _find_thing(
    words: str, intent: Intent, scope: Scope, generation: Generation, about: About
) -> Match | None:
    """The figure that some words of a question ask for: of whom they name; else of whom the whole
    question names, or of nobody of them.
    """
    asked = replace(read_intent(words, generation.store.players, about.names), kind="comparison")
    least = FITS if scope.exhaustive else WHOLE
    fitting = [
        one
        for one in match_figures(asked, generation, scope)
        if one.terms and one.score >= least and one.figure.change == asked.change
    ]
    for players in [asked.players] if asked.players else [intent.players, ()]:
        found = keep_about(replace(asked, players=players), fitting, about)
        if found:
            return found[0]
    return None


def say_of_each(
    intent: Intent, generation: Generation, about: About, players: Sequence[Player]
) -> Finding | None:
    """The sentence on each of some players that is nearest to a question; None where one has none.

    Only the first passages that name a player are read.
    """
    said: list[Piece] = []
    read = set()
    for player in players:
        numbers = _find_passages(generation, about, player)[:MOST_READ]
        read.update(numbers)
        piece = _find_nearest(intent, generation, about, player, numbers)
        if piece is None:
            return None
        said.append(piece)
    columns = tuple(player.name for player in players)
    lines = (Line("what is said", tuple(said)),)
    pieces = tuple(dict.fromkeys(said))
    return Finding(
        "comparison", pieces, "nearest sentences", False, columns, lines, passages_read=len(read)
    )


def _find_passages(generation: Generation, about: About, player: Player) -> list[int]:
    """The numbers of the passages that name a player, or what belongs to it."""
    store, numbers = generation.store, set()
    for document_id, mention in store.mentions_of(about.family(player.id)):
        numbers.update(store.passages_holding(document_id, mention.start, mention.end))
    return sorted(numbers)


def _find_nearest(
    intent: Intent,
    generation: Generation,
    about: About,
    player: Player,
    passages: Sequence[int],
) -> Piece | None:
    """The sentence of some passages that names a player and is nearest to a question."""
    if generation.sentence_vectors is None:
        return None
    readings = SentenceReader(generation).read(
        intent.question, [generation.store.passage(number) for number in passages]
    )
    root = about.root(player.id)
    near = [
        span
        for reading in readings
        for span in reading.spans
        if span.score >= LEAST_NEAR
        and (span.start, span.end) in span.passage.sentences
        and root in about.roots_in(span.passage.document, span.start, span.end)
    ]
    if not near:
        return None
    best = max(near, key=lambda span: span.score)
    return Piece(best.text, (Place(best.passage.document.id, best.start, best.end),))
