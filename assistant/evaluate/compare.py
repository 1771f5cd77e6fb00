"""Two runs of the same questions: what was won and lost, and whether that can be chance."""

from collections.abc import Callable, Mapping
from pathlib import Path
from statistics import NormalDist
from typing import Literal

import numpy as np
from pydantic import BaseModel, Field

from assistant.errors import EvaluationError
from assistant.evaluate.calibration import find_area, find_error, find_risk
from assistant.evaluate.estimates import DIGITS, RESAMPLES, Numbers, draw_weights
from assistant.evaluate.report import AREAS, MEASURES, Columns, read_columns
from assistant.evaluate.rows import Header, read_header, read_scored

SWAPS, AREA_SWAPS = 10_000, 2_000
LEVEL = 0.05
POWER = 0.8  # with which a difference would have been seen
NAMED = 200  # ids of each of won and lost
_AT_ONCE = 2**20

Verdict = Literal["better", "worse", "no difference"]


class Difference(BaseModel):
    """One figure of both runs, over the questions they share."""

    name: str
    before: float
    after: float
    difference: float = Field(description="after less before")
    low: float = Field(description="of its 95 % interval: the paired bootstrap's")
    high: float
    p: float = Field(description="of the paired randomisation test")
    p_corrected: float = Field(description="after Holm, over all figures compared")
    smallest: float = Field(
        description="the smallest difference that so many questions show in four of five cases"
    )
    won: int = Field(description="questions that got better by this figure")
    lost: int
    unchanged: int
    verdict: Verdict
    words: str


class Comparison(BaseModel):
    """This run compared with an earlier one, question by question."""

    version: Literal[1] = 1
    baseline: Header
    questions: int = Field(description="asked in both, with the same gold")
    only_before: int
    only_after: int
    won: list[str] = Field(description="ids that are right now and were not; 200 at most")
    lost: list[str] = Field(description="ids that were right and are not; 200 at most")
    gone: list[str] = Field(description="figures that only the baseline has")
    differences: list[Difference]


def compare_runs(baseline: Path, folder: Path, *, seed: int = 0) -> Comparison:
    """Compare a run with an earlier one, both on disk.

    Raises EvaluationError where they share no question.
    """
    headers = read_header(baseline), read_header(folder)
    gold_before, gold_after = _list_gold(baseline), _list_gold(folder)
    shared = {id_ for id_, gold in gold_after.items() if gold_before.get(id_) == gold}
    if not shared:
        raise EvaluationError(
            f"{baseline} and {folder} share no question with the same gold",
            hint="give a --baseline that asked the same questions",
        )
    before, after = (
        _read_shared(path, shared, header)
        for path, header in zip((baseline, folder), headers, strict=True)
    )
    won, lost = _list_changed(before, after)
    differences = compare(before, after, seed=seed)
    compared = {one.name for one in differences}
    return Comparison(
        baseline=headers[0],
        questions=len(shared),
        only_before=len(gold_before) - len(shared),
        only_after=len(gold_after) - len(shared),
        won=won[:NAMED],
        lost=lost[:NAMED],
        gone=[name for name in _list_figures(before) if name not in compared],
        differences=differences,
    )


def compare(before: Columns, after: Columns, *, seed: int = 0) -> list[Difference]:
    """All figures of two runs of the same questions, in the same order.

    The interval is the paired bootstrap's: both runs are resampled together. The test swaps the
    two runs of each question by chance (Fisher 1935; Noreen 1989), as often as not; many figures
    are corrected for by Holm 1979, https://www.jstor.org/stable/4615733.
    """
    found = [*_compare_ratios(before, after, seed), *_compare_areas(before, after, seed)]
    corrected = correct([one.p for one in found])
    return [_conclude(one, p, len(found)) for one, p in zip(found, corrected, strict=True)]


def _list_figures(columns: Columns) -> list[str]:
    """The figures that some questions of a run have."""
    return [name for place, name in enumerate(MEASURES) if columns.bottoms[:, place].any()]


def correct(chances: list[float]) -> list[float]:
    """Holm's step-down correction of p values, in their order."""
    corrected, highest = [0.0] * len(chances), 0.0
    for step, place in enumerate(sorted(range(len(chances)), key=lambda n: chances[n])):
        highest = max(highest, min(1.0, (len(chances) - step) * chances[place]))
        corrected[place] = highest
    return corrected


class _Found(BaseModel):
    """A difference before it is judged."""

    name: str
    before: float
    after: float
    low: float
    high: float
    error: float
    p: float
    n: int
    won: int
    lost: int


def _compare_ratios(before: Columns, after: Columns, seed: int) -> list[_Found]:
    kept = [
        place
        for place in range(len(MEASURES))
        if before.bottoms[:, place].any() and after.bottoms[:, place].any()
    ]
    names = [list(MEASURES)[place] for place in kept]
    parts = [each[:, kept] for each in (before.tops, before.bottoms, after.tops, after.bottoms)]
    n = len(before.ids)
    drawn = [
        _divide(weights @ parts[2], weights @ parts[3])
        - _divide(weights @ parts[0], weights @ parts[1])
        for weights in draw_weights(n, RESAMPLES, seed=seed)
    ]
    apart = np.concatenate(drawn)
    old = _divide(parts[0].sum(axis=0), parts[1].sum(axis=0))
    new = _divide(parts[2].sum(axis=0), parts[3].sum(axis=0))
    chances = _swap_ratios(parts, new - old, seed)
    found = []
    for column, name in enumerate(names):
        better = 1 if MEASURES[name].higher_is_better else -1
        # What a question adds to the ratio: it can be lost by its denominator alone.
        more = parts[3][:, column] - parts[1][:, column]
        each = better * (parts[2][:, column] - parts[0][:, column] - old[column] * more)
        known = apart[~np.isnan(apart[:, column]), column]
        low, high = np.percentile(known, [2.5, 97.5]) if len(known) else (0.0, 0.0)
        found.append(
            _Found(
                name=name, before=old[column], after=new[column], low=low, high=high,
                error=known.std() if len(known) else 0.0, p=chances[column],
                n=int(np.count_nonzero(parts[1][:, column] + parts[3][:, column])),
                won=int((each > 0).sum()), lost=int((each < 0).sum()),
            )
        )  # fmt: skip
    return found


def _swap_ratios(parts: list[Numbers], seen: Numbers, seed: int) -> Numbers:
    """How often swapping the runs of each question by chance sets them as far apart as seen."""
    top_before, bottom_before, top_after, bottom_after = parts
    n = len(top_before)
    tops, bottoms = top_after - top_before, bottom_after - bottom_before
    generator = np.random.default_rng(seed)
    size, as_far = max(1, _AT_ONCE // n), np.zeros(len(seen))
    for done in range(0, SWAPS, size):
        swaps = generator.integers(0, 2, size=(min(size, SWAPS - done), n)).astype(float)
        more, fewer = swaps @ tops, swaps @ bottoms
        after = _divide(top_after.sum(axis=0) - more, bottom_after.sum(axis=0) - fewer)
        before = _divide(top_before.sum(axis=0) + more, bottom_before.sum(axis=0) + fewer)
        as_far += (np.nan_to_num(np.abs(after - before)) >= np.abs(seen) - 1e-12).sum(axis=0)
    chances: Numbers = (as_far + 1) / (SWAPS + 1)
    return chances


def _divide(tops: Numbers, bottoms: Numbers) -> Numbers:
    """Ratios, nan where a denominator is 0."""
    empty = np.full_like(tops, np.nan)
    divided: Numbers = np.divide(tops, bottoms, out=empty, where=bottoms > 0)
    return divided


def _compare_areas(before: Columns, after: Columns, seed: int) -> list[_Found]:
    """The figures of all values together, over the questions that have one in both runs."""
    valued = ~np.isnan(before.values) & ~np.isnan(after.values)
    judged = valued & ~np.isnan(before.right) & ~np.isnan(after.right)
    found = []
    kinds = before.answerable[valued]
    if 0 < kinds.sum() < len(kinds):
        values = before.values[valued], after.values[valued]
        found.append(_compare_area("auroc", find_area, values, (kinds, kinds), seed))
    if not judged.any():
        return found
    values = before.values[judged], after.values[judged]
    right = before.right[judged], after.right[judged]
    if before.calibrated and after.calibrated:
        found.append(_compare_area("calibration_error", find_error, values, right, seed))
    found.append(_compare_area("risk_coverage_area", find_risk, values, right, seed))
    return found


def _compare_area(
    name: str,
    find: Callable[[Numbers, Numbers], float],
    values: tuple[Numbers, Numbers],
    truths: tuple[Numbers, Numbers],
    seed: int,
) -> _Found:
    n = len(values[0])
    old, new = find(values[0], truths[0]), find(values[1], truths[1])
    generator = np.random.default_rng(seed)
    changed = (values[0] != values[1]) | (truths[0] != truths[1])
    if not changed.any():
        return _Found(
            name=name, before=old, after=new, low=0, high=0, error=0, p=1, n=n, won=0, lost=0
        )
    drawn, as_far = [], 0
    for _ in range(AREA_SWAPS):
        picks = generator.integers(0, n, size=n)
        drawn.append(
            find(values[1][picks], truths[1][picks]) - find(values[0][picks], truths[0][picks])
        )
        swap = generator.integers(0, 2, size=n).astype(bool)
        one = find(np.where(swap, *values), np.where(swap, *truths))
        other = find(np.where(swap, *values[::-1]), np.where(swap, *truths[::-1]))
        as_far += abs(one - other) >= abs(new - old) - 1e-12
    low, high = np.percentile(drawn, [2.5, 97.5])
    return _Found(
        name=name, before=old, after=new, low=low, high=high, error=float(np.std(drawn)),
        p=(as_far + 1) / (AREA_SWAPS + 1), n=n,
        won=int((truths[1] > truths[0]).sum()), lost=int((truths[1] < truths[0]).sum()),
    )  # fmt: skip


def _conclude(found: _Found, corrected: float, compared: int) -> Difference:
    difference = found.after - found.before
    higher = (
        MEASURES[found.name].higher_is_better if found.name in MEASURES else AREAS[found.name][1]
    )
    # What changed no question could have changed three in n unseen (the rule of three).
    normal = NormalDist()
    reach = normal.inv_cdf(1 - LEVEL / 2 / compared) + normal.inv_cdf(POWER)
    smallest = max(reach * found.error, 3 / found.n)
    verdict: Verdict = "no difference"
    if corrected < LEVEL and difference != 0:
        verdict = "better" if (difference > 0) == higher else "worse"
    return Difference(
        name=found.name,
        **{
            name: round(value, DIGITS)
            for name, value in {
                "before": found.before, "after": found.after, "difference": difference,
                "low": found.low, "high": found.high, "p": found.p, "p_corrected": corrected,
                "smallest": min(smallest, 1.0),
            }.items()
        },
        won=found.won,
        lost=found.lost,
        unchanged=found.n - found.won - found.lost,
        verdict=verdict,
        words=_describe(verdict, difference, found, min(smallest, 1.0)),
    )  # fmt: skip


def _describe(verdict: Verdict, difference: float, found: _Found, smallest: float) -> str:
    if verdict != "no difference":
        return f"{verdict} by {abs(difference):.3f} [{found.low:+.3f}, {found.high:+.3f}]"
    if found.won == found.lost == 0 and difference == 0:
        return f"the same on all {found.n} questions"
    return (
        f"no difference that {found.n} questions could show; the smallest they could have shown "
        f"is about {smallest:.3f}"
    )


def _list_gold(folder: Path) -> Mapping[str, str]:
    """The hash of each question with its gold, by id."""
    return {row.id: row.gold for row in read_scored(folder)}


def _read_shared(folder: Path, shared: set[str], header: Header) -> Columns:
    """The shared questions' rows as numbers, in order of their ids."""
    calibrated = header.reader is not None and header.reader.calibrated
    rows = (row for row in read_scored(folder) if row.id in shared)
    columns, _ = read_columns(rows, calibrated=calibrated).split_ambiguous()
    return columns.take(sorted(range(len(columns.ids)), key=lambda place: columns.ids[place]))


def _list_changed(before: Columns, after: Columns) -> tuple[list[str], list[str]]:
    """The ids of the questions that were won and lost: right now and not before, or the reverse.

    Where only retrieval was asked, by nDCG.
    """
    name = "good" if before.bottoms[:, list(MEASURES).index("good")].any() else "ndcg_10"
    column = list(MEASURES).index(name)
    each = after.tops[:, column] - before.tops[:, column]
    won = [id_ for id_, change in zip(after.ids, each, strict=True) if change > 0]
    lost = [id_ for id_, change in zip(after.ids, each, strict=True) if change < 0]
    return won, lost
