"""The confidence of follow-ups is fitted on those of the split `train`, asked as they are served.

All documents that have follow-ups are one index. The other weights of the reader are used as they
are, and must be fitted before (`assistant.evaluate.calibrate`).
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from assistant.answer import Assistant
from assistant.answer.confidence import estimate
from assistant.answer.following import FOLLOWUP
from assistant.embed.model import PACKAGED
from assistant.errors import EvaluationError
from assistant.evaluate.calibrate import FOLDS, THRESHOLD, answer_always, fit_weights
from assistant.evaluate.confidence import find_auroc
from assistant.evaluate.indexing import index_documents
from assistant.evaluate.judge import judge
from assistant.questions.choosing import choose_questions
from assistant.questions.handwritten import QUESTIONS_FOLDER
from assistant.questions.question import Question
from assistant.read.span import SETTINGS, SpanReader, read_settings_file, write_settings
from assistant.records import Calibration

CHOSEN = ("split=train", "source=voices", "set=followups")
ASKED, SEED = 600, 11  # follow-ups, drawn at random: they take half an hour
EVERY, IN_FULL = 8, 2  # of every so many, so many are also asked in full
# Chosen on the development follow-ups: right and cited are .88 of what they are in full, and .57 of
# the unanswerable are refused; with .55, as for any question, .72 and .65.
FOLLOWUP_THRESHOLD = 0.4
BINS = 10


@dataclass(frozen=True, slots=True)
class AskedFollowup:
    """The answer to a follow-up, whatever its confidence; `right` means right and cited.

    `whole` is its confidence as if it were any question. `in_full` says whether the question in
    full is answered right and cited, with the reader's threshold; None if it was not asked.
    """

    document: str
    answerable: bool
    features: Mapping[str, float]
    whole: float
    right: bool
    in_full: bool | None = None


@dataclass(frozen=True, slots=True)
class CalibratedFollowups:
    """The weights, and each follow-up's confidence by weights fitted on other documents."""

    weights: Mapping[str, float]
    asked: tuple[AskedFollowup, ...]
    confidences: NDArray[np.float64]


def calibrate_followups(
    folder: Path, *, questions: Path = QUESTIONS_FOLDER, show: bool = False
) -> CalibratedFollowups:
    """Fit the confidence of follow-ups for the reader in a folder and add it to its settings.

    Raises EvaluationError, ReaderError.
    """
    reader = SpanReader(folder)
    if reader.calibration is None:
        raise EvaluationError(
            f"the reader in {folder} is not calibrated", hint=f"run `assistant calibrate {folder}`"
        )
    others = {group: weights for group, weights in reader.calibration.weights.items()
              if group != FOLLOWUP}  # fmt: skip
    # Weights that say nothing, so that the features are found.
    reader.calibration = Calibration(others | {FOLLOWUP: {"bias": 0.0}})
    found = fit_followups(list(ask_followups(reader, questions, show=show)))
    calibration = Calibration(
        others | {FOLLOWUP: found.weights}, thresholds={FOLLOWUP: FOLLOWUP_THRESHOLD}
    )
    settings = read_settings_file(folder / SETTINGS)
    write_settings(folder, replace(settings, calibration=calibration))
    return found


def ask_followups(
    reader: SpanReader, questions: Path, *, show: bool = False
) -> Iterator[AskedFollowup]:
    """Ask ASKED follow-ups of the split `train`, of which those with a question before count."""
    found = choose_questions(questions, where=CHOSEN)
    asked = sorted(
        (one for one in found.questions if one.full != one.question), key=lambda one: one.id
    )
    Random(SEED).shuffle(asked)
    used = {one.document.id for one in found.questions if one.document is not None}
    documents = [document for document in found.documents if document.id in used]
    with TemporaryDirectory() as temporary:
        generation = index_documents(documents, Path(temporary), embedder=PACKAGED, progress=show)
        assistant = Assistant.of(generation, reader, answer_always(reader))
        for number, one in enumerate(tqdm(asked[:ASKED], unit="q", disable=not show)):
            yield from ask_followup(one, assistant, with_full=number % EVERY < IN_FULL)
        generation.close()


def ask_followup(
    question: Question, assistant: Assistant, *, with_full: bool
) -> Iterator[AskedFollowup]:
    """What is observed; nothing for one that stood by itself, or that a line of a table answers."""
    document = question.document
    assert document is not None
    day = document.published
    answer, explanation = assistant.explain(
        question.question, previous=question.previous, as_of=day
    )
    if explanation.group != FOLLOWUP:
        return
    in_full = None
    if with_full and question.full is not None:
        full = assistant.ask(question.full, as_of=day)
        is_right = bool(judge(question, full).right_and_cited)
        in_full = is_right and (full.confidence or 0.0) >= THRESHOLD
    yield AskedFollowup(
        document.id,
        question.answerable,
        explanation.features,
        1 / (1 + np.exp(-explanation.features["whole"])),
        bool(judge(question, answer).right_and_cited),
        in_full,
    )


def fit_followups(asked: Sequence[AskedFollowup]) -> CalibratedFollowups:
    """Fit the weights; the confidences are cross-validated over documents."""
    from sklearn.model_selection import GroupKFold  # slow to import, and only fitting needs it

    confidences = np.zeros(len(asked))
    documents = [one.document for one in asked]
    for fitted, measured in GroupKFold(FOLDS).split(asked, groups=documents):
        calibration = Calibration({FOLLOWUP: _fit([asked[place] for place in fitted])})
        confidences[measured] = [
            estimate(asked[place].features, FOLLOWUP, calibration) for place in measured
        ]
    return CalibratedFollowups(_fit(asked), tuple(asked), confidences)


def describe(found: CalibratedFollowups) -> str:
    """The figures as Markdown: as any question is answered, and with weights of their own."""
    whole = np.array([one.whole for one in found.asked])
    lines = [
        "| confidence | threshold | mean confidence | right | calibration error, 10 bins | AUROC "
        "| right and cited, of the answerable | the same over that in full "
        "| not answered, of the unanswerable |",
        "|---|---|---|---|---|---|---|---|---|",
        _describe_row("of any question", found, whole, THRESHOLD),
        _describe_row("of follow-ups", found, found.confidences, FOLLOWUP_THRESHOLD),
    ]
    return "\n".join(lines) + "\n"


def _describe_row(
    name: str, found: CalibratedFollowups, confidences: NDArray[np.float64], threshold: float
) -> str:
    right = np.array([one.right for one in found.asked])
    answerable = np.array([one.answerable for one in found.asked])
    answered = confidences >= threshold
    figures = (
        confidences.mean(),
        right.mean(),
        find_error_of_bins(confidences, right),
        find_auroc(confidences, right),
        (right & answered)[answerable].mean(),
        _find_ratio(found.asked, confidences, threshold),
        (~answered)[~answerable].mean(),
    )
    return f"| {name} | {threshold} | " + " | ".join(f"{figure:.3f}" for figure in figures) + " |"


def find_error_of_bins(confidences: NDArray[np.float64], right: NDArray[np.bool_]) -> float:
    """The expected calibration error over BINS bins of equal width, 0 to 1."""
    bins = np.minimum((confidences * BINS).astype(int), BINS - 1)
    off = [abs((confidences - right)[bins == number].sum()) for number in range(BINS)]
    return float(sum(off) / len(confidences))


def _find_ratio(
    asked: Sequence[AskedFollowup], confidences: NDArray[np.float64], threshold: float
) -> float:
    """Right and cited, over right and cited in full, of the answerable ones asked in full too."""
    both = [
        (one.right and confidence >= threshold, one.in_full)
        for one, confidence in zip(asked, confidences, strict=True)
        if one.answerable and one.in_full is not None
    ]
    in_full = sum(full for _, full in both)
    return sum(right for right, _ in both) / in_full if in_full else 1.0


def _fit(asked: Sequence[AskedFollowup]) -> dict[str, float]:
    return fit_weights([one.features for one in asked], [one.right for one in asked])
