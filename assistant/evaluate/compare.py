"""Two runs of the same questions: what was won and lost, and whether it may be chance."""

from collections.abc import Callable
from pathlib import Path
from statistics import NormalDist
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, Field

from assistant.errors import EvaluationError
from assistant.evaluate.estimates import (
    BLOCK_SIZE,
    DIGITS,
    RESAMPLES,
    Numbers,
    Places,
    bootstrap,
    count_places,
    divide,
)
from assistant.evaluate.measures import (
    AREAS,
    AUROC,
    CALIBRATION_ERROR,
    CALIBRATION_EXCESS,
    FIGURES,
    MEASURES,
)
from assistant.evaluate.report import Columns, read_columns
from assistant.evaluate.rows import Header, read_header, read_scored

SWAPS, AREA_SWAPS = 10_000, 2_000
LEVEL = 0.05
POWER = 0.8  # of the test, for the smallest difference that would have been seen
NAMED = 200  # ids listed as won, and as lost

Verdict = Literal["better", "worse", "no difference"]
# Returns the differences of figures (figures, resamples) with the runs of some questions swapped.
Swap = Callable[[NDArray[np.bool_]], Numbers]


class Difference(BaseModel):
    """One figure of both runs, over the questions that they share."""

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
    """This run compared with a previous one, question by question."""

    version: Literal[1] = 1
    baseline: Header
    questions: int = Field(description="asked in both, with the same gold")
    only_before: int
    only_after: int
    won: list[str] = Field(description="ids that are right now and were not; 200 at most")
    lost: list[str] = Field(description="ids that were right and are not; 200 at most")
    gone: list[str] = Field(description="figures that only the baseline has")
    differences: list[Difference]


class _Measured(NamedTuple):
    """A figure of both runs before the test; `gains` are above 0 where a question got better."""

    name: str
    before: float
    after: float
    low: float
    high: float
    error: float
    p: float
    n: int
    gains: Numbers


def compare_runs(baseline: Path, folder: Path, *, seed: int = 0) -> Comparison:
    """Compare two runs on disk. Raises EvaluationError if they share no question."""
    headers = read_header(baseline), read_header(folder)
    gold_before, gold_after = (
        {row.id: row.gold for row in read_scored(path)} for path in (baseline, folder)
    )
    shared = {id_ for id_, gold in gold_after.items() if gold_before.get(id_) == gold}
    if not shared:
        raise EvaluationError(
            f"{baseline} and {folder} share no question with the same gold",
            hint="give a --baseline that asked the same questions",
        )
    before, after = (_read_shared(path, shared) for path in (baseline, folder))
    won, lost = _list_changed(before, after)
    calibrated = all(header.calibrated for header in headers)
    differences = compare_columns(before, after, calibrated=calibrated, seed=seed)
    compared = {difference.name for difference in differences}
    return Comparison(
        baseline=headers[0],
        questions=len(shared),
        only_before=len(gold_before) - len(shared),
        only_after=len(gold_after) - len(shared),
        won=won[:NAMED],
        lost=lost[:NAMED],
        gone=[name for name in _list_measures(before) if name not in compared],
        differences=differences,
    )


def compare_columns(
    before: Columns, after: Columns, *, calibrated: bool, seed: int = 0
) -> list[Difference]:
    """All figures of two runs of the same questions, in the same order.

    Intervals by the paired bootstrap, which resamples both runs together; p values by the paired
    randomisation test (Fisher 1935; Noreen 1989), corrected for the number of figures by Holm
    1979, https://www.jstor.org/stable/4615733.
    """
    found = _compare_ratios(before, after, seed)
    for name in AREAS:
        if name != CALIBRATION_EXCESS and (calibrated or name != CALIBRATION_ERROR):
            found += _compare_area(name, before, after, seed)
    corrected = correct_p_values([figure.p for figure in found])
    return [
        _make_difference(figure, p, len(found)) for figure, p in zip(found, corrected, strict=True)
    ]


def correct_p_values(p_values: list[float]) -> list[float]:
    """Holm's step-down correction, in the order of the p values."""
    corrected, highest = [0.0] * len(p_values), 0.0
    for step, place in enumerate(sorted(range(len(p_values)), key=lambda n: p_values[n])):
        highest = max(highest, min(1.0, (len(p_values) - step) * p_values[place]))
        corrected[place] = highest
    return corrected


def _compare_ratios(before: Columns, after: Columns, seed: int) -> list[_Measured]:
    n, both = len(before.ids), _list_measures(after)
    names = [name for name in _list_measures(before) if name in both]
    kept = [list(MEASURES).index(name) for name in names]
    old_tops, old_bottoms = before.tops[:, kept], before.bottoms[:, kept]
    new_tops, new_bottoms = after.tops[:, kept], after.bottoms[:, kept]
    old = divide(old_tops.sum(axis=0), old_bottoms.sum(axis=0), 0.0)
    new = divide(new_tops.sum(axis=0), new_bottoms.sum(axis=0), 0.0)

    def resample(places: Places) -> Numbers:
        weights = count_places(places)
        later = divide(weights @ new_tops, weights @ new_bottoms, new)
        return (later - divide(weights @ old_tops, weights @ old_bottoms, old)).T

    def swap(swapped: NDArray[np.bool_]) -> Numbers:
        weights = swapped.astype(float)
        tops, bottoms = weights @ (new_tops - old_tops), weights @ (new_bottoms - old_bottoms)
        later = divide(new_tops.sum(axis=0) - tops, new_bottoms.sum(axis=0) - bottoms, np.nan)
        earlier = divide(old_tops.sum(axis=0) + tops, old_bottoms.sum(axis=0) + bottoms, np.nan)
        return np.nan_to_num(later - earlier).T

    low, high, error = bootstrap(n, resample, resamples=RESAMPLES, seed=seed)
    p_values = _find_p_values(n, swap, new - old, SWAPS, seed)
    # What a question adds to the ratio; a change of the denominator counts too.
    changes = new_tops - old_tops - old * (new_bottoms - old_bottoms)
    signs = np.array([1 if MEASURES[name].higher_is_better else -1 for name in names])
    asked = np.count_nonzero(old_bottoms + new_bottoms, axis=0).tolist()
    columns = zip(
        names, old, new, low, high, error, p_values, asked, (signs * changes).T, strict=True
    )
    return [_Measured(*column) for column in columns]


def _compare_area(name: str, before: Columns, after: Columns, seed: int) -> list[_Measured]:
    """A figure of all values together, over the questions that have one in both runs."""
    known = ~np.isnan(before.values) & ~np.isnan(after.values)
    if name != AUROC:
        known &= ~np.isnan(before.right) & ~np.isnan(after.right)
    kinds = len(set(before.answerable[known]))
    if not known.any() or (name == AUROC and kinds < 2):
        return []
    find, n = AREAS[name].find, int(known.sum())
    # Values and truths of both runs: (runs, 2, questions).
    runs = np.stack([run.take(known).find_area_columns(name) for run in (before, after)])
    old, new = (find(*run) for run in runs)
    gains = runs[1, 1] - runs[0, 1]
    if np.array_equal(*runs):
        return [_Measured(name, old, new, 0.0, 0.0, 0.0, 1.0, n, gains)]

    def resample(places: Places) -> Numbers:
        drawn = (runs[:, :, row] for row in places)
        return np.array([[find(*later) - find(*earlier) for earlier, later in drawn]])

    def swap(swapped: NDArray[np.bool_]) -> Numbers:
        drawn = (np.where(row, runs[::-1], runs) for row in swapped)
        return np.array([[find(*later) - find(*earlier) for earlier, later in drawn]])

    low, high, error = bootstrap(n, resample, resamples=AREA_SWAPS, seed=seed)
    (chance,) = _find_p_values(n, swap, np.array([new - old]), AREA_SWAPS, seed)
    return [_Measured(name, old, new, low[0], high[0], error[0], chance, n, gains)]


def _find_p_values(n: int, swap: Swap, seen: Numbers, count: int, seed: int) -> Numbers:
    """How often randomly swapping the runs gives a difference as large as the observed ones."""
    # scipy's permutation_test loops over pairs in Python: for one figure of 7,567 questions it
    # needs four times as long as this for all figures.
    generator = np.random.default_rng(seed)
    size, as_far = max(1, BLOCK_SIZE // n), np.zeros(len(seen))
    for done in range(0, count, size):
        swapped = generator.integers(0, 2, size=(min(size, count - done), n)).astype(bool)
        as_far += (np.abs(swap(swapped)) >= np.abs(seen)[:, None] - 1e-12).sum(axis=1)
    p_values: Numbers = (as_far + 1) / (count + 1)
    return p_values


def _make_difference(found: _Measured, corrected: float, compared: int) -> Difference:
    difference = found.after - found.before
    # Where no question changed, three in n may still change (the rule of three).
    normal = NormalDist()
    reach = normal.inv_cdf(1 - LEVEL / 2 / compared) + normal.inv_cdf(POWER)
    smallest = min(max(reach * found.error, 3 / found.n), 1.0)
    won, lost = int((found.gains > 0).sum()), int((found.gains < 0).sum())
    verdict: Verdict = "no difference"
    words = (
        f"no difference that {found.n} questions could show; the smallest they could have shown "
        f"is about {smallest:.3f}"
    )
    if corrected < LEVEL and difference != 0:
        verdict = "better" if (difference > 0) == FIGURES[found.name].higher_is_better else "worse"
        words = f"{verdict} by {abs(difference):.3f} [{found.low:+.3f}, {found.high:+.3f}]"
    elif won == lost == 0 and difference == 0:
        words = f"the same on all {found.n} questions"
    return Difference(
        name=found.name,
        before=round(found.before, DIGITS),
        after=round(found.after, DIGITS),
        difference=round(difference, DIGITS),
        low=round(found.low, DIGITS),
        high=round(found.high, DIGITS),
        p=round(found.p, DIGITS),
        p_corrected=round(corrected, DIGITS),
        smallest=round(smallest, DIGITS),
        won=won,
        lost=lost,
        unchanged=found.n - won - lost,
        verdict=verdict,
        words=words,
    )


def _list_measures(columns: Columns) -> list[str]:
    """The ratios that some questions of a run have."""
    return [name for place, name in enumerate(MEASURES) if columns.bottoms[:, place].any()]


def _read_shared(folder: Path, shared: set[str]) -> Columns:
    """The rows of the shared unambiguous questions as arrays, in order of their ids."""
    columns = read_columns(row for row in read_scored(folder) if row.id in shared)
    columns = columns.take(columns.ambiguous == 0)
    return columns.take(np.argsort(columns.ids))


def _list_changed(before: Columns, after: Columns) -> tuple[list[str], list[str]]:
    """The ids of the questions that were won and lost, by nDCG where only retrieval was asked."""
    name = "good" if "good" in _list_measures(before) else "ndcg_10"
    column = list(MEASURES).index(name)
    change = after.tops[:, column] - before.tops[:, column]
    return after.ids[change > 0].tolist(), after.ids[change < 0].tolist()
