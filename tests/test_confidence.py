"""The features of a draft, and the probability that they make."""

import math
from dataclasses import replace
from datetime import date

import pytest

from assistant.answer.compose import Draft, compose
from assistant.answer.confidence import (
    GROUP_NAMES,
    GROUPS,
    ROW,
    decide_verdict,
    estimate,
    find_confidence,
    find_features,
    find_group,
    find_verdict,
)
from assistant.answer.evidence import Entry, Evidence
from assistant.answer.question import QuestionTerms
from assistant.answer.rows import CellMatch
from assistant.figures.periods import Period
from assistant.records import QUESTION_KINDS, Calibration, Document, QuestionKind, Table, TableRow
from tests.answers import passage_of
from tests.evidence import evidence_of, read_as, without_evidence

SHOP = Document(
    "shop.txt",
    "Shop",
    "Quark glasses cost 9 yuan.\n\nIn 2024 they cost 4 yuan.",
    published=date(2025, 3, 9),
)
STORE = Document("store.txt", "Store", "It opened in May. Meta glasses cost 7 yuan.")
FIRST = passage_of(SHOP, "Quark glasses cost 9 yuan.", "In 2024 they cost 4 yuan.")
SECOND = passage_of(STORE, "It opened in May.", "Meta glasses cost 7 yuan.", number=1)
TERMS = QuestionTerms(
    {"quark": 2.0, "cost": 1.0, "glass": 0.5, "mar": 0.5},
    names=(("quark",), ("mar",)),
    numbers=(("2024",), ("9",)),
    unknown=0.125,
)


def evidence_for(kind: QuestionKind = "fact") -> Evidence:
    return evidence_of(
        read_as(FIRST, evidence=(0.75, 0.5), spans=[("9 yuan", -2.0), ("yuan", -2.5)]),
        read_as(SECOND, evidence=(0.1, 0.2), spans=[("7 yuan", 2.0)]),
        scores=[(5.0, 4.0), (1.0, 3.5)],
        terms=TERMS,
        kind=kind,
    )


NO_CELL = dict.fromkeys(
    ("cell_lead", "row_lead", "cell_column", "cell_row", "cell_label", "cell_echo"), 0.0
)


def test_the_features_of_a_fact_are_worked_out_by_hand() -> None:
    evidence = evidence_for()
    features = find_features(evidence, compose(evidence, "fact"))
    assert features == {
        "span": 2.0,
        "span_below_0": 0.0,
        "likeliest_span": 2.0,
        "evidence": round(math.log(3), 4),
        "rank": 5.0,
        "margin": 1.5,  # before the best sentence of another document
        "span_margin": 4.0,  # before "9 yuan", which says something else
        "agreement": 0.0,
        "same_document": 0.0,
        "cosine": 0.5,
        "unknown": 0.125,
        "terms": round(math.log(5), 4),
        "kind": round(math.log(3), 4),
        "least_part": 0.0,
        "parts": 0.0,
        "figure": 0.0,
        "entries": round(math.log(2), 4),
        "least_entry": 0.0,
        "mean_entry": 0.0,
        "best_terms_here": 0.875,  # quark, cost, glass, of 4 in all
        "best_terms_near": 0.875,
        "best_terms_passage": 0.875,
        "best_names_near": 0.5,
        "best_names_passage": 0.5,
        "best_period": 0.0,
        "best_numbers_near": 0.5,  # the day of the document: the 9th
        "best_numbers_passage": 1.0,
        "best_evidence": round(math.log(3), 4),
        "span_terms_here": 0.375,
        "span_terms_near": 0.375,
        "span_terms_passage": 0.375,
        "span_names_near": 0.0,
        "span_names_passage": 0.0,
        "span_period": 0.0,
        "span_numbers_near": 0.0,
        "span_numbers_passage": 0.0,
        "span_evidence": round(math.log(1 / 4), 4),
        **{f"is_{kind}": float(kind == "fact") for kind in QUESTION_KINDS},
        **NO_CELL,
    }


def test_the_features_of_a_cell_are_its_match_and_its_leads() -> None:
    row = TableRow(0, 20, ((6, 7), (16, 20)))
    document = Document(
        "a.txt", "A", "Zone: B; Adult: 3.10", tables=(Table(("Zone", "Adult"), (row,)),)
    )
    passage = passage_of(document, document.text)
    found = read_as(passage, evidence=(0.9,), spans=[("3.10", 2.0), ("B", 1.0)])
    other = read_as(SECOND, evidence=(0.1, 0.2), spans=[("7 yuan", 2.0)])
    evidence = evidence_of(found, other, scores=[(5.0,), (1.0, 3.5)])
    cell = CellMatch(column=0.0, row=0.5, label=0.25, echo=0.0)
    best, *others = evidence.candidates
    scored = [replace(best, score=4.0, cell=cell), *others]
    evidence = replace(evidence, candidates=tuple(scored))
    features = find_features(evidence, Draft("fact", ()))
    assert {name: features[name] for name in NO_CELL} == {
        "cell_lead": 3.0, "row_lead": 2.0,
        "cell_column": 0.0, "cell_row": 0.5, "cell_label": 0.25, "cell_echo": 0.0,
    }  # fmt: skip
    weights = Calibration({name: {"bias": 0.0} for name in GROUP_NAMES})
    assert find_group(evidence, Draft("fact", ()), weights) == ROW
    assert find_group(evidence, Draft("list", ()), weights) == GROUPS["list"]
    old = Calibration({name: {"bias": 0.0} for name in GROUPS.values()})
    assert find_group(evidence, Draft("fact", ()), old) == GROUPS["fact"]


def test_the_best_sentence_and_span_may_agree() -> None:
    evidence = evidence_for()
    (far, near, *_) = sorted(evidence.candidates, key=lambda one: one.span.passage.number)[::-1]
    for sentence, agreement, same_document in (
        (evidence.sentences[0], 1.0, 1.0), (evidence.sentences[1], 0.0, 1.0),
    ):  # fmt: skip
        moved = replace(near, sentence=sentence)
        features = find_features(replace(evidence, candidates=(moved, far)), Draft("fact", ()))
        assert (features["agreement"], features["same_document"]) == (agreement, same_document)


def test_features_need_no_spans_rivals_or_evidence() -> None:
    evidence = without_evidence(evidence_of(read_as(FIRST), scores=[(5.0, 4.0)], terms=TERMS))
    features = find_features(evidence, Draft("fact", ()))
    assert features["span"] == features["span_below_0"] == features["likeliest_span"] == -10.0
    assert (features["margin"], features["span_margin"]) == (6.0, 0.0)
    assert (features["agreement"], features["same_document"]) == (0.0, 0.0)
    assert (features["evidence"], features["best_evidence"]) == (0.0, 0.0)
    assert features["kind"] == 7.0  # a reader without kinds: the kind that was composed
    assert features["entries"] == 0.0
    assert features["span_numbers_near"] == features["best_numbers_near"] == 0.5


@pytest.mark.parametrize(
    ("scores", "kept", "below", "likeliest", "margin"),
    [
        ([99.0, 3.0], 15.0, 0.0, 15.0, 6.0),
        ([-3.0, -99.0], -3.0, -3.0, -3.0, 6.0),
        ([-99.0, -99.5], -10.0, -10.0, -10.0, 0.5),
    ],
)
def test_scores_of_spans_are_kept_within_bounds(
    scores: list[float], kept: float, below: float, likeliest: float, margin: float
) -> None:
    spans = list(zip(("9 yuan", "4 yuan"), scores, strict=True))
    evidence = evidence_of(read_as(FIRST, spans=spans))
    features = find_features(evidence, Draft("fact", ()))
    assert (features["span"], features["span_below_0"]) == (kept, below)
    assert (features["likeliest_span"], features["span_margin"]) == (likeliest, margin)


def test_a_span_that_says_the_same_is_not_a_rival() -> None:
    spans = [("9 yuan", 4.0), ("yuan", 3.0), ("cost 9 yuan", 2.0), ("Quark", 1.5)]
    features = find_features(evidence_of(read_as(FIRST, spans=spans)), Draft("fact", ()))
    assert features["span_margin"] == 2.5


def test_a_list_is_as_likely_as_its_items_and_its_parts() -> None:
    reading = read_as(FIRST, items=[("Quark", 0.5), ("9 yuan", 0.9)], evidence=(0.9, 0.1))
    evidence = evidence_of(reading, kind="list")
    entries = Draft(
        "list", tuple(replace(one, score=score) for one, score in zip(
            compose(evidence_of(reading), "passage").entries * 2, (0.5, 0.9), strict=False
        ))
    )  # fmt: skip
    features = find_features(evidence, entries)
    assert (features["least_entry"], features["mean_entry"]) == (0.5, 0.7)
    assert features["entries"] == round(math.log(3), 4)
    other = find_features(evidence, replace(entries, kind="passage"))
    assert (other["least_entry"], other["mean_entry"]) == (0.0, 0.0)
    other_kinds = 0.25 / (len(QUESTION_KINDS) - 1)
    assert other["kind"] == round(math.log(other_kinds / (1 - other_kinds)), 4)


def test_the_least_part_counts() -> None:
    good, bad = (evidence_of(read_as(SECOND, evidence=(0.0, likely))) for likely in (0.75, 0.2))
    evidence = replace(evidence_for("two"), parts=(good, bad))
    features = find_features(evidence, Draft("two", ()))
    assert (features["parts"], features["least_part"]) == (1.0, round(math.log(1 / 4), 4))
    nothing = replace(evidence, parts=(good, replace(bad, sentences=())))
    assert find_features(nothing, Draft("two", ()))["least_part"] == -7.0


def test_the_best_figure_of_the_table_counts() -> None:
    entries = [Entry(SECOND, 36, 42, SECOND.sentences[1], likely) for likely in (0.75, 0.9)]
    evidence = replace(evidence_for("compare"), figures=tuple(entries))
    features = find_features(evidence, Draft("compare", ()))
    assert features["figure"] == round(math.log(3), 4)


@pytest.mark.parametrize(
    ("numbers", "names", "published", "near"),
    [
        ((("2025",),), (("march",),), date(2025, 3, 9), (1.0, 1.0)),
        ((("9",),), (), date(2025, 3, 9), (1.0, 1.0)),
        ((("10",),), (("april",),), date(2025, 3, 9), (0.0, 0.0)),
        ((("2025",),), (("march",),), None, (0.0, 0.0)),
    ],
)
def test_the_day_of_a_document_counts_as_its_words(
    numbers: tuple[tuple[str, ...], ...],
    names: tuple[tuple[str, ...], ...],
    published: date | None,
    near: tuple[float, float],
) -> None:
    document = Document("a.txt", "A", "It is sold.", published=published)
    terms = QuestionTerms({"sold": 1.0}, names, numbers, 0.0)
    evidence = evidence_of(read_as(passage_of(document, "It is sold.")), terms=terms)
    features = find_features(evidence, Draft("fact", ()))
    assert (features["best_numbers_near"], features["best_names_near"]) == near
    assert (features["best_numbers_passage"], features["best_names_passage"]) == near


YEAR_2024 = Period(date(2024, 1, 1), date(2024, 12, 31), "2024")
YEAR_2025 = Period(date(2025, 1, 1), date(2025, 12, 31), "2025")
LATE_2025 = Period(date(2025, 3, 10), date(2025, 12, 31), "later in 2025")


@pytest.mark.parametrize(
    ("text", "published", "asked", "found"),
    [
        ("It cost 4 yuan in 2024.", None, (YEAR_2024,), 1.0),
        ("It cost 4 yuan in 2024.", None, (YEAR_2025,), -1.0),
        ("It cost 4 yuan in 2024.", date(2025, 3, 9), (YEAR_2025,), -1.0),
        ("It cost 4 yuan in 2024.", None, (YEAR_2025, YEAR_2024), 1.0),
        ("It cost 4 yuan in 2024.", None, (), 0.0),
        ("It cost 4 yuan.", None, (YEAR_2024,), 0.0),
        ("It cost 4 yuan.", date(2025, 3, 9), (YEAR_2025,), 1.0),  # of the time of its document
        ("It cost 4 yuan.", date(2025, 3, 9), (YEAR_2024,), -1.0),
        ("It cost 4 yuan.", date(2025, 3, 9), (LATE_2025,), -1.0),
        ("2024 began. It cost 4 yuan.", date(2025, 3, 9), (YEAR_2024,), 1.0),  # right before
        ("2024 began. It went on. It cost 4 yuan.", None, (YEAR_2024,), 0.0),
        ("It cost 4 yuan last year.", date(2025, 3, 9), (YEAR_2024,), 1.0),
    ],
)
def test_a_sentence_is_about_the_time_of_the_question_or_another_or_unknown(
    text: str, published: date | None, asked: tuple[Period, ...], found: float
) -> None:
    words = [f"{sentence}." for sentence in text.rstrip(".").split(". ")]
    passage = passage_of(Document("a.txt", "A", text, published=published), *words)
    likely = [0.1] * (len(words) - 1) + [0.9]
    evidence = evidence_of(read_as(passage, evidence=likely), periods=asked)
    features = find_features(evidence, Draft("fact", ()))
    assert (features["best_period"], features["span_period"]) == (found, found)


# What the features make


def test_every_kind_of_question_has_a_group_with_weights() -> None:
    assert set(GROUPS) == set(QUESTION_KINDS)


def test_a_confidence_is_the_logistic_function_of_a_weighted_sum() -> None:
    calibration = Calibration({"span": {"bias": -1.0, "span": 0.5, "unseen": 9.0}, "list": {}})
    features = {"span": 3.0, "rank": 7.0}
    assert estimate(features, "span", calibration) == round(1 / (1 + math.exp(-0.5)), 4)
    for bias, expected in ((999.0, 1.0), (-999.0, 0.0)):
        assert estimate({}, "span", Calibration({"span": {"bias": bias}})) == expected


def test_the_confidence_of_a_line_is_the_measured_share() -> None:
    calibration = Calibration({"list": {"bias": 0.0}})
    for listed, confidence in ((1.0, 0.67), (0.9, 0.603), (None, 0.5)):
        draft = Draft("list", (), listed=listed)
        assert find_confidence(draft, {"span": 1.0}, "list", calibration) == confidence
        assert find_confidence(draft, {"span": 1.0}, "list", None) is None
    assert find_confidence(draft, find_features(evidence_of(), draft), "list", calibration) is None


@pytest.mark.parametrize(
    ("verdict", "weights", "decided"),
    [
        (1.735, 1.0, "yes"),  # 1 / (1 + exp(-1.735)) is .8501
        (-1.735, 1.0, "no"),
        (1.734, 1.0, None),  # .8499
        (-1.734, 1.0, None),
        (9.0, None, None),
        (None, 1.0, None),
    ],
)
def test_a_verdict_is_given_where_it_is_likely_to_be_right(
    verdict: float | None, weights: float | None, decided: str | None
) -> None:
    evidence = evidence_of(
        read_as(FIRST, verdict=-9.0), read_as(SECOND, verdict=verdict), scores=[(1, 1), (1, 2)]
    )
    by_group = {"yesno": {"bias": 0.0}}
    if weights is not None:
        by_group["verdict"] = {"bias": 0.0, "verdict": weights}
    assert find_verdict(evidence) == verdict  # of the passage of the best sentence
    assert decide_verdict(evidence, Calibration(by_group)) == decided
    assert decide_verdict(evidence, None) is None
