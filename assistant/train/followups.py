"""The model that tells a follow-up from a change of topic is fitted on the split `train`.

Changes of topic are those of the follow-ups; each follow-up asked in full after the same question;
and pairs of questions about one document, drawn at random.
"""

from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from assistant.embed.model import hash_file
from assistant.questions.handwritten import QUESTIONS_FOLDER, read_followups, read_set_questions
from assistant.read import PACKAGED_FOLDER
from assistant.read.followup import WEIGHTS, FollowupWeights, PairEncoder, Rows
from assistant.read.span import MODEL
from assistant.records import write_json

LAYER = "/bert/encoder/layer.3/output/LayerNorm/LayerNormalization_output_0"
# Area under the ROC curve on other documents of `train` (5 folds): .986 with the fourth layer of
# six, .984 with the third, .982 with the last, .986 with two of them.
STRENGTH = 3e-3  # inverse of the L2 penalty on standardised features
REAL_WEIGHT = 3.0  # of the pairs as they were written, against those made here
DRAWN = 5  # pairs of questions about each document
FOLDS = 5
# Of the changes of topic in `train`, the share to be recognised on other documents.
RECOGNISED = 0.98
WEIGHT_DIGITS = 6

Flags = NDArray[np.bool_]


class Pair(NamedTuple):
    """A question, the one before it, and whether it stands by itself."""

    document: str
    question: str
    before: str
    stands_alone: bool
    is_real: bool


def list_pairs(folder: Path = QUESTIONS_FOLDER, *, seed: int = 0) -> Iterator[Pair]:
    """The pairs to fit on. Raises EvaluationError."""
    documents = set()
    for one in read_followups(folder, split="train"):
        documents.add(one.document)
        is_change = one.question == one.full
        yield Pair(one.document, one.question, one.previous, is_change, True)
        if not is_change:
            yield Pair(one.document, one.full, one.previous, True, False)
    asked: dict[str, list[str]] = {}
    for question in read_set_questions(folder, split="train"):
        if question.set == "asked" and question.document in documents:
            asked.setdefault(question.document, []).append(question.question)
    random = Random(seed)
    for document, questions in asked.items():
        for _ in range(DRAWN):
            before, question_after = random.sample(questions, 2)
            yield Pair(document, question_after, before, True, False)


def fit_followups(out: Path, *, folder: Path = QUESTIONS_FOLDER, show: bool = False) -> str:
    """Fit the model, write it into a folder, and say how good it is.

    Raises EvaluationError, ReaderError.
    """
    pairs = list(list_pairs(folder))
    out.mkdir(parents=True, exist_ok=True)
    encoder = PairEncoder(LAYER)
    shown = tqdm(pairs, desc="reading", unit="pair", disable=not show)
    rows = np.stack([encoder.encode(pair.question, pair.before) for pair in shown])
    alone = np.array([pair.stands_alone for pair in pairs])
    is_real = np.array([pair.is_real for pair in pairs])
    documents = sorted({pair.document for pair in pairs})
    Random(0).shuffle(documents)
    fold_of = {document: place % FOLDS for place, document in enumerate(documents)}
    folds = np.array([fold_of[pair.document] for pair in pairs])
    found = np.zeros(len(pairs))
    for fold in range(FOLDS):
        rest = folds != fold
        weights, bias = _fit(rows[rest], alone[rest], is_real[rest])
        found[~rest] = 1 / (1 + np.exp(-(rows[~rest] @ weights + bias)))
    changes, followups = found[is_real & alone], found[is_real & ~alone]
    least = round(float(np.quantile(changes, 1 - RECOGNISED)), 2)
    weights, bias = _fit(rows, alone, is_real)
    settings = FollowupWeights(
        reader_sha256=hash_file(PACKAGED_FOLDER / MODEL),
        layer=LAYER,
        least_alone=least,
        bias=round(bias, WEIGHT_DIGITS),
        weights=tuple(round(float(weight), WEIGHT_DIGITS) for weight in weights),
    )
    (out / WEIGHTS).write_text(write_json(settings) + "\n", encoding="utf-8")
    return (
        f"{len(pairs):,} pairs, least {least}; on documents that it was not fitted on: "
        f"{(changes >= least).mean():.3f} of {len(changes)} changes of topic stand by themselves, "
        f"{(followups < least).mean():.3f} of {len(followups):,} follow-ups do not"
    )


def _fit(rows: Rows, alone: Flags, is_real: Flags) -> tuple[NDArray[np.float64], float]:
    """The logistic weights and bias, on features as they are."""
    from sklearn.linear_model import LogisticRegression
    from sklearn.preprocessing import StandardScaler

    scaler = StandardScaler().fit(rows)
    model = LogisticRegression(C=STRENGTH, max_iter=300)
    model.fit(scaler.transform(rows), alone, np.where(is_real, REAL_WEIGHT, 1.0))
    weights = model.coef_[0] / scaler.scale_
    return weights, float(model.intercept_[0] - (weights * scaler.mean_).sum())
