"""The features of answers become probabilities, fitted on the split `dev` of the question sets.

Each collection of documents is one index, asked as it is served: production settings, every
question that its documents single out. A logistic model per group of kinds of questions is fitted
on whether the answer was right and cited; what it is worth is measured on documents that it was not
fitted on.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from assistant.answer import Assistant
from assistant.answer.confidence import GROUPS, VERDICT
from assistant.embed.model import PACKAGED
from assistant.evaluate.calibration import calibration_excess
from assistant.evaluate.choosing import choose_questions, mark_ambiguous
from assistant.evaluate.handwritten import QUESTIONS_FOLDER
from assistant.evaluate.indexing import index_documents
from assistant.evaluate.judging import judge
from assistant.evaluate.questions import Asked
from assistant.evaluate.sets import QuestionSet
from assistant.read.span import SETTINGS, SpanReader, read_settings_file, write_settings
from assistant.records import Calibration
from assistant.settings import Settings

COLLECTIONS = ("articles", "voices")
# The lowest, in steps of .05, at which four in five of the unanswerable questions of each
# collection are not answered.
THRESHOLD = 0.55
FOLDS = 8
# Of the inverse L2 penalty on standardised features: .003, .01, .03, .1 and 1 gave calibration
# errors of .062, .039, .018, .025 and .049 on other documents.
STRENGTH = 0.03
WEIGHT_DIGITS = 6
COVERAGES = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.8, 1.0)  # shares answered, of the risk table
_ALWAYS = -100.0  # a threshold below every score


@dataclass(frozen=True, slots=True)
class Observation:
    """A question as it was answered whatever the confidence; `right` is right and cited.

    `event` is what documents have in common that must not be split between fitting and measuring.
    """

    collection: str
    event: str
    kind: str
    answerable: bool
    group: str
    features: Mapping[str, float]
    right: bool
    verdict: float | None = None  # the reader's, of a question for yes or no
    verdict_right: bool | None = None


@dataclass(frozen=True, slots=True)
class Calibrated:
    """A fitted calibration, with the confidence of each observation by a model that was fitted on
    other documents.
    """

    calibration: Calibration
    threshold: float
    observations: tuple[Observation, ...]
    confidences: NDArray[np.float64]


def calibrate_reader(
    folder: Path, *, questions: Path = QUESTIONS_FOLDER, show: bool = False
) -> Calibrated:
    """Fit the calibration of the reader in a folder, and write it with the threshold there.

    Raises EvaluationError, ReaderError.
    """
    observations = list(observe(SpanReader(folder), questions, show=show))
    found = fit(observations)
    settings = read_settings_file(folder / SETTINGS)
    write_settings(
        folder, replace(settings, threshold=found.threshold, calibration=found.calibration)
    )
    return found


def describe(found: Calibrated) -> str:
    """The figures of a calibration as Markdown, each on documents it was not fitted on: by
    collection, then by kind of question.
    """
    lines = [
        "| | questions | right and cited, always answering | right and cited "
        "| not answered, of the unanswerable | right, of the answered "
        "| calibration error, less chance |",
        "|---|---|---|---|---|---|---|",
    ]
    for name in (*COLLECTIONS, "both"):
        chosen = [name in (one.collection, "both") for one in found.observations]
        lines.append(_describe_row(name, found, np.array(chosen)))
    for group in sorted({one.group for one in found.observations}):
        chosen = [one.group == group for one in found.observations]
        lines.append(_describe_row(f"answered as {group}", found, np.array(chosen)))
    lines += ["", "| answered | " + " | ".join(f"{share:.0%}" for share in COVERAGES) + " |"]
    lines.append("|---" * (1 + len(COVERAGES)) + "|")
    for group in ("all", *sorted({one.group for one in found.observations})):
        chosen = [group in (one.group, "all") for one in found.observations]
        lines.append(_describe_risk(group, found, np.array(chosen)))
    return "\n".join(lines) + "\n"


def _describe_row(name: str, found: Calibrated, chosen: NDArray[np.bool_]) -> str:
    likely = found.confidences[chosen]
    right = np.array([one.right for one in found.observations])[chosen]
    can = np.array([one.answerable for one in found.observations])[chosen]
    given = likely >= found.threshold
    excess = calibration_excess(likely.tolist(), right.astype(float).tolist()).value
    figures = (right[can], (right & given)[can], ~given[~can], right[given])
    means = " | ".join(f"{part.mean():.2f}" if len(part) else "" for part in figures)
    return f"| {name} | {len(right):,} | {means} | {excess:.3f} |"


def _describe_risk(group: str, found: Calibrated, chosen: NDArray[np.bool_]) -> str:
    """The share that is wrong of the surest answers, for each share that is answered."""
    right = np.array([float(one.right) for one in found.observations])[chosen]
    ordered = right[np.argsort(-found.confidences[chosen], kind="stable")]
    risks = [1 - ordered[: max(1, round(len(ordered) * share))].mean() for share in COVERAGES]
    return f"| {group} | " + " | ".join(f"{risk:.2f}" for risk in risks) + " |"


def observe(reader: SpanReader, questions: Path, *, show: bool = False) -> Iterator[Observation]:
    """Ask every question of the split `dev` that its collection's documents single out."""
    for collection in COLLECTIONS:
        where = ("split=dev", f"source={collection}")
        found = mark_ambiguous(choose_questions(questions, where=where))
        with TemporaryDirectory() as temporary:
            generation = index_documents(
                found.documents, Path(temporary), embedder=PACKAGED, progress=show
            )
            assistant = Assistant.of(generation, reader, Settings(threshold=_ALWAYS))
            asked = [one for one in found.questions if not one.ambiguous]
            for one in tqdm(asked, desc=collection, unit="q", disable=not show):
                seen = _observe(one, assistant, collection, as_of=_find_last_day(found))
                # The confidence of a line of a table is not fitted here.
                if seen.features:
                    yield seen
            generation.close()


def fit(observations: Sequence[Observation]) -> Calibrated:
    """Fit a model per group, and measure each on the documents of the other folds."""
    from sklearn.model_selection import GroupKFold

    confidences = np.zeros(len(observations))
    for group in sorted({one.group for one in observations}):
        places = np.array([n for n, one in enumerate(observations) if one.group == group])
        chosen = [observations[place] for place in places]
        events = [one.event for one in chosen]
        folds = GroupKFold(min(FOLDS, len(set(events))))
        for fitted, measured in folds.split(chosen, groups=events):
            weights = _fit_group([chosen[place] for place in fitted])
            confidences[places[measured]] = [
                _estimate(chosen[place].features, weights) for place in measured
            ]
    fitted_all = {
        group: _fit_group([one for one in observations if one.group == group])
        for group in sorted(set(GROUPS.values()))
    }
    decided = [one for one in observations if one.verdict_right is not None]
    fitted_all[VERDICT] = _fit_verdict(decided)
    return Calibrated(Calibration(fitted_all), THRESHOLD, tuple(observations), confidences)


def _observe(asked: Asked, assistant: Assistant, collection: str, *, as_of: date) -> Observation:
    answer, explanation = assistant.explain(asked.question, as_of=as_of)
    document = asked.document.id if asked.document is not None else asked.id
    verdict = explanation.verdict if asked.verdict in ("yes", "no") else None
    return Observation(
        collection,
        re.sub(r"[a-d]$", "", document),
        asked.kind,
        asked.answerable,
        explanation.group,
        explanation.features,
        bool(judge(asked, answer).right_and_cited),
        None if verdict is None else abs(verdict),
        None if verdict is None else (verdict > 0) == (asked.verdict == "yes"),
    )


def _find_last_day(found: QuestionSet) -> date:
    """The day of the newest document: what "now" is for questions about them."""
    return max(one.published for one in found.documents if one.published is not None)


def _fit_group(observations: Sequence[Observation]) -> dict[str, float]:
    """The logistic weights of a group by feature name, on features as they are."""
    names = sorted(observations[0].features)
    rows = np.array([[one.features[name] for name in names] for one in observations])
    return _fit_logistic(names, rows, np.array([one.right for one in observations]))


def _fit_verdict(observations: Sequence[Observation]) -> dict[str, float]:
    rows = np.array([[one.verdict or 0.0] for one in observations])
    return _fit_logistic(
        [VERDICT], rows, np.array([bool(one.verdict_right) for one in observations])
    )


def _fit_logistic(
    names: Sequence[str], rows: NDArray[np.float64], right: NDArray[np.bool_]
) -> dict[str, float]:
    from sklearn.linear_model import LogisticRegression
    from sklearn.preprocessing import StandardScaler

    if len(set(right.tolist())) < 2:  # always right or always wrong: nothing to learn but that
        return {"bias": 2.0 if right.all() else -2.0}
    scaler = StandardScaler().fit(rows)
    model = LogisticRegression(C=STRENGTH, max_iter=5000).fit(scaler.transform(rows), right)
    weights = model.coef_[0] / scaler.scale_
    bias = float(model.intercept_[0] - (weights * scaler.mean_).sum())
    named = {
        name: round(float(weight), WEIGHT_DIGITS)
        for name, weight in zip(names, weights, strict=True)
        if round(float(weight), WEIGHT_DIGITS)
    }
    return {"bias": round(bias, WEIGHT_DIGITS), **named}


def _estimate(features: Mapping[str, float], weights: Mapping[str, float]) -> float:
    total = weights["bias"] + sum(weights.get(name, 0.0) * x for name, x in features.items())
    return float(1 / (1 + np.exp(-np.clip(total, -30, 30))))
