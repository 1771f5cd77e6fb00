"""Lists and counts: every player, or every figure, that passes the test a question names."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from assistant.index.generation import Generation
from assistant.intent import Intent, find_noun_terms, find_role_terms
from assistant.records import Player
from assistant.survey import Finding, Piece, Place
from assistant.survey.about import COMMON, LEAST_PASSAGES, About, is_of_year
from assistant.survey.matching import (
    AROUND,
    CURRENCIES,
    NEAR,
    Match,
    find_alike,
    keep_about,
)
from assistant.terms import find_terms

MOST_PLACES = 3  # of an item that are cited
LEAST = 0.5  # of a question's terms that a sentence on the player has to hold
LEAST_COUNTED = 0.75  # the same for a count: one too many makes it wrong
METHOD = "player names"
NUMBERS = "zero one two three four five six seven eight nine ten eleven twelve".split()
_SHARES = frozenset(find_terms("percentage percent share rate yield"))
_SUMS = frozenset(find_terms("price cost sum amount"))
_MONEY = {"CNY": "yuan", "USD": "dollar", "EUR": "euro"}

# A mention, what its document leaves of the terms that tell, and those around it.
Sentence = tuple[Place, Sequence[str], frozenset[str], frozenset[str]]
Scored = tuple[float, Place]


def list_players(intent: Intent, generation: Generation, about: About) -> Finding | None:
    """The players of the kinds asked for: each distinct one, by what is said of it."""
    wanted = _choose(intent, about)
    telling = _find_telling(intent, generation, about)
    sentences = _gather(intent, wanted, telling, generation, about)
    if not sentences:
        return None
    least = LEAST_COUNTED if intent.kind == "count" else LEAST
    items: list[tuple[Player, list[Scored]]] = []
    for player in wanted:
        scored = _score(sentences.get(player.id, ()), least)
        if scored:
            items.append((player, scored))
    if not items:
        if intent.kind == "count":  # the documents may state the number
            return None
        message = "They say it of none of the players they name."
        return Finding(intent.kind, (), METHOD, exhaustive=True, message=message)
    items.sort(key=lambda item: (-item[1][0][0] if telling else 0, -len(item[1])))
    pieces = tuple(
        Piece(player.name, tuple(place for _, place in scored[:MOST_PLACES]))
        for player, scored in items
    )
    if intent.kind == "count":
        pieces = (_count(pieces),)
    return Finding(intent.kind, pieces, METHOD, exhaustive=True)


def find_player(intent: Intent, generation: Generation, about: About) -> Finding | None:
    """The one player of the kind asked for of which all is said that a question says; None where
    that is nobody or several.
    """
    telling = _find_telling(intent, generation, about)
    wanted = _choose(intent, about)
    sentences = _gather(intent, wanted, telling, generation, about)
    scored = ((player, _score(sentences.get(player.id, ()), LEAST_COUNTED)) for player in wanted)
    found = [(player, places) for player, places in scored if places]
    if len(found) != 1 or not telling:
        return None
    (player, places) = found[0]
    cited = tuple(place for _, place in places[:MOST_PLACES])
    return Finding("list", (Piece(player.name, cited),), METHOD, exhaustive=True)


def list_figures(intent: Intent, matches: Sequence[Match], about: About) -> Finding | None:
    """Every distinct figure of the unit that is asked for, in order of place."""
    kept = [one for one in keep_about(intent, matches, about) if _has_unit(intent, one)]
    same: dict[tuple[object, ...], list[Match]] = defaultdict(list)
    for one in sorted(kept, key=lambda one: (one.document.id, one.figure.start)):
        figure = one.figure
        same[figure.value, figure.highest, figure.unit].append(one)
    if not same:
        return None
    pieces = tuple(
        Piece(found[0].words, tuple(one.place for one in found[:MOST_PLACES]))
        for found in same.values()
    )
    return Finding("list", pieces, "figure table", exhaustive=True)


def _count(pieces: Sequence[Piece]) -> Piece:
    """How many there are, by name."""
    count, names = len(pieces), ", ".join(piece.text for piece in pieces)
    word = NUMBERS[count] if count < len(NUMBERS) else str(count)
    places = tuple(piece.places[0] for piece in pieces)
    return Piece(f"{word}: {names}", places, formula=f"{count} = names counted: {names}")


def _choose(intent: Intent, about: About) -> list[Player]:
    """Those of the roles asked for, else of the kinds; of whom is named, where it has any."""
    everybody = about.players.values()
    if intent.roles:
        # Whoever has the role, of whatever kind: a retailer's data may be a source.
        chosen = [player for player in everybody if set(intent.roles) <= set(player.roles)]
    else:
        chosen = [player for player in everybody if player.kind in intent.nouns]
    named = {player.id for player in (*intent.players, *intent.excluded)}
    chosen = [player for player in chosen if player.id not in named]
    roots = {about.root(player.id) for player in intent.players}
    return [player for player in chosen if about.root(player.id) in roots] or chosen


def _gather(
    intent: Intent,
    players: Sequence[Player],
    telling: Sequence[str],
    generation: Generation,
    about: About,
) -> Mapping[str, list[Sentence]]:
    """Each player's sentences with their terms, in order of place.

    Where a question names somebody, a sentence counts that can be about them; where it names
    years, one that is of them. Else a mention where nothing tells is passed over, yet its player
    has an entry.
    """
    store = generation.store
    found: dict[str, list[Sentence]] = defaultdict(list)
    roots = {about.root(player.id) for player in intent.players}
    topics = about.topics(players, telling) if telling else {}
    alike = {term: [f" {one} " for one in find_alike(term)] for term in telling}
    for document_id, mention, held in store.mentions_with_terms(player.id for player in players):
        topic = topics.get(document_id, frozenset())
        terms = [term for term in telling if term not in topic]
        sentences = found[mention.player_id]
        tells = not terms or any(one in held for term in terms for one in alike[term])
        if not (tells or roots or intent.years):
            continue
        own = not roots or about.root(mention.player_id) in roots
        place = Place(document_id, mention.start, mention.end)
        if own and not terms and not intent.years:
            sentences.append((place, terms, frozenset(), frozenset()))
            continue
        document = store.document(document_id)
        for start, end in store.sentences_at(document_id, mention.start, mention.end):
            text = document.text[start:end]
            if not own and not roots & about.roots_in(document, start, end):
                continue
            if intent.years and not any(is_of_year(y, document, (), text) for y in intent.years):
                continue
            before = document.text[max(0, start - AROUND) : start]
            around = frozenset(find_terms(text)), frozenset(find_terms(before))
            sentences.append((place, terms, *around))
    return found if not (roots or intent.years) else {own: of for own, of in found.items() if of}


def _find_telling(intent: Intent, generation: Generation, about: About) -> list[str]:
    """The terms of a question that are no kind or role, nor in so many passages that they tell
    nothing.
    """
    roles = {role for player in about.players.values() for role in player.roles}
    known = find_noun_terms(intent.question).union(*map(find_role_terms, roles))
    terms = [term for term in intent.terms if term not in known]
    total = generation.lexical.count
    if total < LEAST_PASSAGES:
        return terms
    counts = generation.lexical.count_passages_with(terms)
    return [term for term, count in zip(terms, counts, strict=True) if count < COMMON * total]


def _score(sentences: Iterable[Sentence], least: float) -> list[Scored]:
    """A player's mentions with the share of terms that stand around them, the highest first;
    without those of less than `least`.
    """
    scored = [(_share(terms, words, before), place) for place, terms, words, before in sentences]
    return sorted((one for one in scored if one[0] >= least), key=lambda one: -one[0])


def _share(terms: Sequence[str], words: frozenset[str], before: frozenset[str]) -> float:
    held = 0.0
    for term in terms:
        alike = find_alike(term)
        held += 1.0 if alike & words else NEAR if alike & before else 0.0
    return round(held / len(terms), 4) if terms else 1.0


def _has_unit(intent: Intent, match: Match) -> bool:
    """Whether a figure is of the unit that a question names: yuan, dollars, percent, prices."""
    asked, unit = frozenset(find_terms(intent.question)), match.figure.unit
    if asked & _SHARES:
        return unit == "%"
    named = [code for code, word in _MONEY.items() if asked.intersection(find_terms(word))]
    if named:
        return unit in named
    return unit in CURRENCIES if asked & _SUMS else True
