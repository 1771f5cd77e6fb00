"""Which figures a question is about: by the terms of what they measure, and of where they stand."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from assistant.figures import Figure
from assistant.index.generation import Generation
from assistant.intent import Intent
from assistant.records import Document
from assistant.survey import Piece, Place
from assistant.survey.about import About, is_of_part, is_of_year
from assistant.survey.scope import Scope
from assistant.terms import find_terms

AROUND = 200  # characters before a sentence that tell what it is about, too
IN_METRIC, IN_SENTENCE, NEAR = 1.0, 0.75, 0.4
TELLING = 0.4  # of the rarest term's weight: what is in every passage tells nothing
NEAR_BEST = 0.7  # of the best figure's score, from which on others are shown beside it
LEAST = 0.4  # of a question's weight that a figure has to match

# Terms that ask for the same; what is matched counts once.
_ALIKE = tuple(
    frozenset(find_terms(words))
    for words in (
        "price prices priced pricing cost costs expensive cheap cheaper cheapest dear dearer "
        "dearest pay charge sell affordable costlier costliest",
        "shipment shipments ship shipped shipping sale sales sold volume units deliver delivered",
        "weight weigh weighs heavy heavier heaviest light lighter lightest",
        "battery runtime endurance",
        "share proportion percentage percent part account accounted",
        "shop shops store stores outlet outlets",
        "chip chips processor processors",
        "people persons employees employee staff team workers worker",
        "return returned returns",
        "bill bom materials material",
        "china chinese",
        "global globally worldwide world",
        "launch launched launches release released releases introduce introduced unveil unveiled "
        "announce announced debut debuted brought presented present reveal revealed",
        "big bigger biggest large larger largest huge",
        "early earlier first initial",
        "supply supplies supplied supplier suppliers provide provides provided deliver delivers",
        "boss chief head ceo leader leads lead led",
        "phone phones smartphone smartphones mobile",
    )
)
_PRICE, _TIME, _MASS = "price cost", "time duration last run long", "weight"
# What units tell of what is measured, where the document's words do not.
_UNIT_TERMS = {
    "%": "percentage percent rate share", "h": f"hour {_TIME}", "min": f"minute {_TIME}",
    "s": f"second {_TIME}", "day": f"day {_TIME}", "g": f"gram {_MASS}", "kg": f"kilogram {_MASS}",
    "CNY": f"yuan {_PRICE}", "USD": f"dollar {_PRICE}", "EUR": f"euro {_PRICE}",
    "GBP": f"pound {_PRICE}", "JPY": f"yen {_PRICE}", "INR": f"rupee {_PRICE}",
    "KRW": f"won {_PRICE}",
}  # fmt: skip
(_PRICED,) = find_terms("price")
CURRENCIES = frozenset(unit for unit, terms in _UNIT_TERMS.items() if _PRICE in terms)


@dataclass(frozen=True, slots=True)
class Match:
    """A figure that a question may be about: `score` 0 to 1, `terms` the telling ones of the
    question that say what it measures.
    """

    document: Document
    figure: Figure
    score: float
    terms: frozenset[str]

    @property
    def words(self) -> str:
        return self.document.text[self.figure.start : self.figure.end]

    @property
    def said(self) -> str:
        """The words, with whether they are a change, and whether they are no more than expected."""
        change = f"{self.figure.change} " if self.figure.change else ""
        status = "" if self.figure.status == "stated" else f" ({self.figure.status})"
        return f"{change}{self.words}{status}"

    @property
    def metric(self) -> str:
        return self.figure.metric or "figure"

    @property
    def piece(self) -> Piece:
        return Piece(self.said, (self.place,))

    @property
    def place(self) -> Place:
        return Place(self.document.id, self.figure.start, self.figure.end)


def match_figures(intent: Intent, generation: Generation, scope: Scope) -> list[Match]:
    """The figures of a scope that a question's terms fit, best first, ties in order of place.

    A question without any term fits all.
    """
    rarity = _weigh(intent.terms, generation, scope)
    telling = TELLING * max(rarity.values(), default=0.0)
    # Of several things that are asked for at once a figure is one, where they are in the documents.
    several = intent.kind == "comparison" and _knows_most(intent.terms, generation)
    matches = []
    for document_id, figure in generation.store.figures_in(scope.passages):
        document = generation.store.document(document_id)
        match = _match(document, figure, rarity, telling)
        if (several and match.terms) or match.score >= LEAST or not rarity:
            matches.append(match)
    kept = [one for one in matches if _is_of(one, intent)]
    return sorted(kept, key=lambda one: -one.score)


def keep_about(intent: Intent, matches: Sequence[Match], about: About) -> list[Match]:
    """The figures of the players that are named; of anybody where none is."""
    if not intent.players:
        return list(matches)
    return [
        one
        for one in matches
        if about.is_about(
            intent.players, one.document, *one.figure.sentence, owner=one.figure.owner
        )
    ]


def keep_near_best(matches: Sequence[Match]) -> list[Match]:
    """The figures that fit nearly as well as the best."""
    best = max((one.score for one in matches), default=0.0)
    return [one for one in matches if one.score >= NEAR_BEST * best]


def group_unit(figure: Figure) -> str:
    """A figure's unit; all currencies are one."""
    return "currency" if figure.unit in CURRENCIES else figure.unit


def find_alike(term: str) -> frozenset[str]:
    """A term and those that ask for the same."""
    return frozenset({term}).union(*(group for group in _ALIKE if term in group))


def _match(
    document: Document, figure: Figure, rarity: Mapping[str, float], telling: float
) -> Match:
    measured = frozenset(find_terms(f"{figure.metric} {figure.unit}"))
    unit = frozenset(find_terms(_UNIT_TERMS.get(figure.unit, "")))
    start, end = figure.sentence
    sentence = frozenset(find_terms(document.text[start:end]))
    near = frozenset(find_terms(document.text[max(0, start - AROUND) : start]))
    worth = ((measured | unit, IN_METRIC), (sentence, IN_SENTENCE), (near, NEAR))
    # A unit tells what is measured, too; of a share or a price only where no word does.
    plain = figure.unit != "%" and figure.unit not in CURRENCIES
    says = measured | unit if plain or not figure.metric else measured
    score, said = 0.0, set()
    for term, weight in rarity.items():
        alike = find_alike(term)
        score += weight * next((w for terms, w in worth if alike & terms), 0.0)
        # A share of costs is no price.
        priced = _PRICED not in alike or figure.unit in CURRENCIES
        if weight >= telling and alike & says and priced:
            said.add(term)
    whole = sum(rarity.values())
    return Match(document, figure, round(score / whole, 4) if whole else 0.0, frozenset(said))


def _knows_most(terms: Sequence[str], generation: Generation) -> bool:
    """Whether documents have more than half of some terms, or what asks for the same."""
    counts = (generation.lexical.count_passages_with(sorted(find_alike(one))) for one in terms)
    return 2 * sum(any(found) for found in counts) > len(terms)


def _weigh(terms: Sequence[str], generation: Generation, scope: Scope) -> dict[str, float]:
    """Terms with their rarity: the inverse document frequency of BM25, among the passages of the
    scope where it was not chosen by these terms.
    """
    if scope.exhaustive:
        passages = generation.store.terms_of(scope.passages)
        total, counts = len(passages), [sum(term in one for one in passages) for term in terms]
    else:
        total = generation.lexical.count
        counts = generation.lexical.count_passages_with(list(terms))
    return {
        term: math.log(1 + (total - count + 0.5) / (count + 0.5))
        for term, count in zip(terms, counts, strict=True)
    }


def _is_of(match: Match, intent: Intent) -> bool:
    """Whether a figure is of one of the years, and of the part of a year, that a question names."""
    start, end = match.figure.sentence
    sentence, periods = match.document.text[start:end], [match.figure.period]
    if intent.part is not None and not is_of_part(intent.part, periods, sentence):
        return False
    words = f"{match.document.title} {sentence}"
    return not intent.years or any(
        is_of_year(year, match.document, periods, words) for year in intent.years
    )
