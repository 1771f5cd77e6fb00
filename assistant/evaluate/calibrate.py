"""The features of answers become probabilities, fitted on the split `dev` of the question sets.

Each collection of documents is one index, asked all its unambiguous questions with the default
settings; so are the files with tables, read by their loaders. A logistic model for each group of
kinds of questions predicts whether an answer is right and cited; it is measured on documents that
it was not fitted on.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from assistant.answer import Assistant
from assistant.answer.confidence import GROUP_NAMES, VERDICT, estimate
from assistant.build import build_index
from assistant.embed.model import PACKAGED
from assistant.evaluate.confidence import find_calibration_error, simulate_calibration_error
from assistant.evaluate.indexing import index_documents
from assistant.evaluate.judge import judge
from assistant.evaluate.plan import find_newest
from assistant.index.generation import Generation
from assistant.questions.choosing import choose_questions, mark_ambiguous
from assistant.questions.handwritten import QUESTIONS_FOLDER, name_event
from assistant.questions.index_questions import locate, read_index_questions
from assistant.questions.question import Question
from assistant.read import Reader
from assistant.read.span import SETTINGS, SpanReader, read_settings_file, write_settings
from assistant.records import Calibration
from assistant.settings import Settings

COLLECTIONS = ("articles", "voices")
TABLES = "tables"  # a folder of the question sets: `files`, and `questions.jsonl` about them
# The lowest, in steps of .05, at which four in five unanswerable questions of each collection are
# not answered.
THRESHOLD = 0.55
FOLDS = 8
# Inverse of the L2 penalty on standardised features: .003, .01, .03, .1 and 1 gave calibration
# errors of .062, .039, .018, .025 and .049 on other documents.
STRENGTH = 0.03
WEIGHT_DIGITS = 6
COVERAGES = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.8, 1.0)  # shares answered, of the risk table


@dataclass(frozen=True, slots=True)
class Observation:
    """The answer to a question, whatever its confidence; `right` means right and cited.

    Documents about one `event` must be in the same fold.
    """

    collection: str
    event: str
    answerable: bool
    group: str
    features: Mapping[str, float]
    right: bool
    verdict: float | None = None  # the reader's certainty for a yes-or-no question
    verdict_right: bool | None = None


@dataclass(frozen=True, slots=True)
class Calibrated:
    """A calibration, and each observation's confidence by a model fitted on other documents."""

    calibration: Calibration
    observations: tuple[Observation, ...]
    confidences: NDArray[np.float64]


def calibrate_reader(
    folder: Path, *, questions: Path = QUESTIONS_FOLDER, show: bool = False
) -> Calibrated:
    """Fit the calibration of the reader in a folder and add it to its settings.

    Raises EvaluationError, ReaderError.
    """
    reader = SpanReader(folder)
    reader.calibration = None  # another one would decide the groups
    observations = list(ask_dev_questions(reader, questions, show=show))
    observations += ask_table_questions(reader, questions / TABLES, show=show)
    found = fit(observations)
    settings = read_settings_file(folder / SETTINGS)
    write_settings(folder, replace(settings, threshold=THRESHOLD, calibration=found.calibration))
    return found


def describe(found: Calibrated) -> str:
    """The figures of a calibration as Markdown, by collection and by kind of question."""
    lines = [
        "| | questions | right and cited, always answering | right and cited "
        "| not answered, of the unanswerable | right, of the answered "
        "| calibration error, less chance |",
        "|---|---|---|---|---|---|---|",
    ]
    collections = np.array([observation.collection for observation in found.observations])
    groups = np.array([observation.group for observation in found.observations])
    every = np.full(len(groups), True)
    of_group = {name: groups == name for name in sorted(set(groups.tolist()))}
    rows = {name: collections == name for name in dict.fromkeys(collections.tolist())} | {
        "together": every
    }
    rows |= {f"answered as {name}": chosen for name, chosen in of_group.items()}
    lines += [_describe_row(name, found, chosen) for name, chosen in rows.items()]
    lines += ["", "| answered | " + " | ".join(f"{share:.0%}" for share in COVERAGES) + " |"]
    lines.append("|---" * (1 + len(COVERAGES)) + "|")
    risks = {"all": every} | of_group
    lines += [_describe_risk(name, found, chosen) for name, chosen in risks.items()]
    return "\n".join(lines) + "\n"


def _describe_row(name: str, found: Calibrated, chosen: NDArray[np.bool_]) -> str:
    confidences = found.confidences[chosen]
    right = np.array([observation.right for observation in found.observations])[chosen]
    answerable = np.array([observation.answerable for observation in found.observations])[chosen]
    answered = confidences >= THRESHOLD
    excess = find_calibration_error(confidences, right) - simulate_calibration_error(confidences)
    figures = (
        right[answerable], (right & answered)[answerable], ~answered[~answerable], right[answered]
    )  # fmt: skip
    means = " | ".join(f"{part.mean():.2f}" if len(part) else "" for part in figures)
    return f"| {name} | {len(right):,} | {means} | {excess:.3f} |"


def _describe_risk(group: str, found: Calibrated, chosen: NDArray[np.bool_]) -> str:
    """For each share answered, the share of wrong answers among the most confident."""
    right = np.array([float(observation.right) for observation in found.observations])[chosen]
    ordered = right[np.argsort(-found.confidences[chosen], kind="stable")]
    risks = [1 - ordered[: max(1, round(len(ordered) * share))].mean() for share in COVERAGES]
    return f"| {group} | " + " | ".join(f"{risk:.2f}" for risk in risks) + " |"


def ask_dev_questions(
    reader: SpanReader, questions: Path, *, show: bool = False
) -> Iterator[Observation]:
    """Ask the unambiguous questions of the split `dev`."""
    for collection in COLLECTIONS:
        where = ("split=dev", f"source={collection}")
        found = mark_ambiguous(choose_questions(questions, where=where))
        with TemporaryDirectory() as temporary:
            generation = index_documents(
                found.documents, Path(temporary), embedder=PACKAGED, progress=show
            )
            assistant = Assistant.of(generation, reader, answer_always(reader))
            as_of = find_newest(assistant)
            asked = [question for question in found.questions if not question.ambiguous]
            for question in tqdm(asked, desc=collection, unit="q", disable=not show):
                document = question.document.id if question.document is not None else question.id
                yield from _ask(question, assistant, collection, name_event(document), as_of)
            generation.close()


def answer_always(reader: Reader) -> Settings:
    """With a threshold below every confidence; below every score, if the reader has none."""
    return Settings(threshold=0.0 if reader.calibration is not None else -100.0)


def ask_table_questions(
    reader: SpanReader, folder: Path, *, show: bool = False
) -> Iterator[Observation]:
    """Ask the questions about files with tables; a question's id begins with that of its file."""
    questions = folder / "questions.jsonl"
    with TemporaryDirectory() as temporary:
        index = Path(temporary, TABLES)
        build_index(folder / "files", index, embedder=PACKAGED, progress=show)
        generation = Generation.open(index)
        assistant = Assistant.of(generation, reader, answer_always(reader))
        found = list(locate(read_index_questions(questions), assistant.document))
        for question in tqdm(found, desc=TABLES, unit="q", disable=not show):
            yield from _ask(question, assistant, TABLES, question.id.partition("-")[0], None)
        generation.close()


def fit(observations: Sequence[Observation]) -> Calibrated:
    """Fit a model for each group, and measure it by cross-validation over documents."""
    from sklearn.model_selection import GroupKFold  # slow to import, and only fitting needs it

    confidences = np.zeros(len(observations))
    for group in sorted({observation.group for observation in observations}):
        places = np.array(
            [n for n, observation in enumerate(observations) if observation.group == group]
        )
        chosen = [observations[place] for place in places]
        events = [observation.event for observation in chosen]
        folds = GroupKFold(min(FOLDS, len(set(events))))
        for fitted, measured in folds.split(chosen, groups=events):
            calibration = Calibration({group: _fit_group([chosen[place] for place in fitted])})
            confidences[places[measured]] = [
                estimate(chosen[place].features, group, calibration) for place in measured
            ]
    weights_of = {
        group: _fit_group(
            [observation for observation in observations if observation.group == group]
        )
        for group in sorted(GROUP_NAMES)
    }
    decided = [observation for observation in observations if observation.verdict_right is not None]
    weights_of[VERDICT] = fit_weights(
        [{VERDICT: observation.verdict or 0.0} for observation in decided],
        [bool(observation.verdict_right) for observation in decided],
    )
    return Calibrated(Calibration(weights_of), tuple(observations), confidences)


def _ask(
    question: Question, assistant: Assistant, collection: str, event: str, as_of: date | None
) -> Iterator[Observation]:
    """What is observed; nothing for a line of a table of names or figures, which has no features:
    its confidence is not fitted here.
    """
    answer, explanation = assistant.explain(question.question, as_of=as_of)
    if not explanation.features:
        return
    verdict = explanation.verdict if question.verdict in ("yes", "no") else None
    yield Observation(
        collection,
        event,
        question.answerable,
        explanation.group,
        explanation.features,
        bool(judge(question, answer).right_and_cited),
        None if verdict is None else abs(verdict),
        None if verdict is None else (verdict > 0) == (question.verdict == "yes"),
    )


def _fit_group(observations: Sequence[Observation]) -> dict[str, float]:
    return fit_weights(
        [observation.features for observation in observations],
        [observation.right for observation in observations],
    )


def fit_weights(features: Sequence[Mapping[str, float]], right: Sequence[bool]) -> dict[str, float]:
    """The logistic weights by feature name, on features as they are."""
    from sklearn.linear_model import LogisticRegression
    from sklearn.preprocessing import StandardScaler

    if len(set(right)) < 2:  # always right or always wrong
        return {"bias": 2.0 if all(right) else -2.0}
    names = sorted(features[0])
    rows = np.array([[row[name] for name in names] for row in features])
    scaler = StandardScaler().fit(rows)
    model = LogisticRegression(C=STRENGTH, max_iter=5000).fit(scaler.transform(rows), right)
    weights = model.coef_[0] / scaler.scale_
    bias = float(model.intercept_[0] - (weights * scaler.mean_).sum())
    rounded = [round(float(weight), WEIGHT_DIGITS) for weight in weights]
    named = {name: weight for name, weight in zip(names, rounded, strict=True) if weight}
    return {"bias": round(bias, WEIGHT_DIGITS), **named}
