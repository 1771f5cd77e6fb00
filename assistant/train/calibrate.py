"""A reader's scores are weighed by what it gets right on articles that it was not trained on.

The questions are asked as they are served: of an index of many articles, the best passages read.
Some are asked as they stand, some with a thing changed by rule so that nothing answers them, and
some with their own paragraph taken away.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from random import Random
from typing import NamedTuple

import numpy as np
from tqdm import tqdm

from assistant.answer.cite import find_sentences_around
from assistant.answer.confidence import (
    Observed,
    find_logit,
    observe_answer,
    observe_spans,
    sigmoid,
)
from assistant.errors import TrainingError
from assistant.evaluate.judging import is_right
from assistant.evaluate.measures import RIGHT_F1, says, token_f1
from assistant.evaluate.squad import SquadParagraph
from assistant.index.generation import Generation
from assistant.question import choose_kind
from assistant.read import Reader
from assistant.records import Hit, Kind, Reading, Span, Weighing
from assistant.retrieve import retrieve
from assistant.train.negatives import Names, make_negatives

READ = 10  # passages, as the setting's default
QUESTIONS = 2500  # asked as they stand
CHANGED_SHARE, TAKEN_SHARE = 0.15, 0.1  # of them, asked again so that nothing answers them
# Of what is answered at the threshold, so much may be wrong, counted over all three kinds.
RISK = 0.22

Judge = Callable[[Span, tuple[str, ...]], float]


@dataclass(frozen=True, slots=True)
class Calibration:
    """A weighing, its threshold, and on how many questions it was fitted."""

    weighing: Weighing
    threshold: float
    questions: int
    coverage: float
    risk: float


class _Seen(NamedTuple):
    """One question with what was read for it; `answers` are empty where nothing answers it."""

    question: str
    answers: tuple[str, ...]
    spans: tuple[Span, ...]
    observed: tuple[Observed, ...]


def calibrate(
    reader: Reader,
    generation: Generation,
    paragraphs: Sequence[SquadParagraph],
    *,
    seed: int,
    show: bool = False,
) -> Calibration:
    """Fit both models on the questions of some paragraphs, which the index has to hold."""
    random = Random(seed)
    names = Names(paragraphs)
    asked = [(q, paragraph) for paragraph in paragraphs for q in paragraph.questions if q.answers]
    chosen = random.sample(asked, min(QUESTIONS, len(asked)))
    seen = []
    for question, paragraph in tqdm(chosen, desc="calibrating", disable=not show):
        found = _read(question.question, reader, generation)
        seen.append(_see(question.question, question.texts, found))
        if random.random() < TAKEN_SHARE:
            left = [(hit, r) for hit, r in found if hit.passage.document.text != paragraph.text]
            seen.append(_see(question.question, (), left))
        made = make_negatives(question, paragraph, names, random)
        changed = [one for one in made if one.text == paragraph.text]
        if changed and random.random() < CHANGED_SHARE:
            negative = random.choice(changed)
            seen.append(_see(negative.question, (), _read(negative.question, reader, generation)))
    return fit(seen)


def fit(seen: Sequence[_Seen]) -> Calibration:
    """The weighing of what was seen, and the lowest threshold that keeps to the risk.

    Raises TrainingError where the reader was always right, always wrong, or found nothing.
    """
    observed = [one for each in seen for one in each.observed]
    right = [_says(span, each.answers) for each in seen for span in each.spans]
    spans = _fit_logistic(observed, right)
    first = [(each, _rank(each, spans)) for each in seen if each.spans]
    models: dict[Kind, dict[str, float]] = {}
    sides: tuple[tuple[Kind, Judge], ...] = (("span", _says), ("passage", _says_around))
    for kind, judge in sides:
        models[kind] = _fit_logistic(
            [observe_answer(ranked, kind) for _, ranked in first],
            [judge(ranked[0][0], each.answers) for each, ranked in first],
        )
    sure, truths = [], []
    for each, ranked in first:
        kind = choose_kind(each.question)
        sure.append(sigmoid(find_logit(observe_answer(ranked, kind), models[kind])))
        truths.append(float(is_right(each.question, ranked[0][0], each.answers)))
    threshold, coverage, risk = find_threshold(np.array(sure), np.array(truths), RISK)
    weighing = Weighing(spans, answers=models["span"], sentences=models["passage"])
    return Calibration(weighing, threshold, len(seen), coverage, risk)


def _rank(seen: _Seen, weights: Mapping[str, float]) -> list[tuple[Span, float]]:
    """Spans with their probabilities, the likeliest first."""
    likely = [sigmoid(find_logit(one, weights)) for one in seen.observed]
    return sorted(zip(seen.spans, likely, strict=True), key=lambda ranked: -ranked[1])


def find_threshold(sure: np.ndarray, right: np.ndarray, risk: float) -> tuple[float, float, float]:
    """The lowest confidence from which on at most `risk` is wrong, the share above it, its risk.

    1 where there is none.
    """
    order = np.argsort(-sure, kind="stable")
    wrong = np.cumsum(1 - right[order]) / np.arange(1, len(sure) + 1)
    kept = np.flatnonzero(wrong <= risk)
    if not len(kept):
        return 1.0, 0.0, 0.0
    last = int(kept[-1])
    return round(float(sure[order[last]]), 4), (last + 1) / len(sure), float(wrong[last])


def _read(question: str, reader: Reader, generation: Generation) -> list[tuple[Hit, Reading]]:
    """Some more than are read in the end, so that some can be taken away."""
    hits = retrieve(question, generation, k=READ + 3)
    readings = reader.read(question, [hit.passage for hit in hits])
    return list(zip(hits, readings, strict=True))


def _see(question: str, answers: tuple[str, ...], found: Sequence[tuple[Hit, Reading]]) -> _Seen:
    hits, readings = [hit for hit, _ in found[:READ]], [reading for _, reading in found[:READ]]
    observed = observe_spans(question, hits, readings)
    spans = tuple(span for reading in readings for span in reading.spans)
    return _Seen(question, answers, spans, tuple(observed))


def _says(span: Span, answers: tuple[str, ...]) -> float:
    return float(bool(answers) and token_f1(span.text, answers) >= RIGHT_F1)


def _says_around(span: Span, answers: tuple[str, ...]) -> float:
    start, end = find_sentences_around(span.passage, span.start, span.end)
    return float(says(span.passage.document.text[start:end], answers))


def _fit_logistic(observed: Sequence[Observed], right: Sequence[float]) -> dict[str, float]:
    """Weights by name, with a "bias". Inputs are scaled for the fit, weights scaled back."""
    from sklearn.linear_model import LogisticRegression
    from sklearn.preprocessing import StandardScaler

    if len(set(right)) < 2:
        raise TrainingError(
            f"of {len(right):,} spans that the reader found, {sum(right):.0f} are right: "
            "no confidence can be fitted",
            hint="train on more questions, or hold out more articles",
        )
    names = list(observed[0])
    inputs = np.array([[one[name] for name in names] for one in observed])
    scaler = StandardScaler().fit(inputs)
    model = LogisticRegression(max_iter=1000).fit(scaler.transform(inputs), np.array(right))
    weights = model.coef_[0] / scaler.scale_
    bias = float(model.intercept_[0] - (weights * scaler.mean_).sum())
    fitted = {name: round(float(w), 6) for name, w in zip(names, weights, strict=True)}
    return {"bias": round(bias, 6), **fitted}
