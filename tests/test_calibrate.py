from collections.abc import Sequence

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from assistant.answer.confidence import find_logit, sigmoid
from assistant.errors import TrainingError
from assistant.evaluate.squad import SquadParagraph, SquadQuestion
from assistant.records import Document, Passage, Reading, Span, Weighing
from assistant.train import calibrate as module
from assistant.train.calibrate import calibrate, find_threshold, fit
from assistant.train.negatives import Negative
from tests.conftest import Maker


def test_the_threshold_is_the_lowest_that_keeps_to_the_risk() -> None:
    sure = np.array([0.9, 0.3, 0.8, 0.6, 0.5])
    right = np.array([1.0, 0.0, 1.0, 0.0, 1.0])
    # From the surest on: right, right, wrong, right, wrong.
    assert find_threshold(sure, right, 0.25) == (0.5, 0.8, 0.25)
    assert find_threshold(sure, right, 0.2) == (0.8, 0.4, 0.0)
    assert find_threshold(sure, right, 0.4) == (0.3, 1.0, 0.4)
    assert find_threshold(sure, np.zeros(5), 0.25) == (1.0, 0.0, 0.0)


def make_seen(*, count: int, right: float) -> list[module._Seen]:
    """Questions with three spans each, of which the surer ones are oftener right."""
    random = np.random.default_rng(0)
    text = "one two three four"
    passage = Passage(Document("d", "D", text), 0, 0, len(text), "", ((0, 3), (4, 18)))
    seen = []
    for _ in range(count):
        scores = random.normal(size=3)
        hits = random.random(3) < right * (1 + scores) / 2
        spans = tuple(
            Span(passage, *((0, 3) if hit else (4, 7)), float(score))
            for hit, score in zip(hits, scores, strict=True)
        )
        observed = tuple({"score": float(score), "fits": float(score > 1)} for score in scores)
        seen.append(module._Seen("Which?", ("one",), spans, observed))
    return seen


def test_the_weights_give_the_probabilities_of_a_fit_on_scaled_inputs() -> None:
    seen = make_seen(count=60, right=0.9)
    weights = fit(seen).weighing.spans
    inputs = [[one["score"], one["fits"]] for each in seen for one in each.observed]
    right = [float(span.text == "one") for each in seen for span in each.spans]
    oracle = make_pipeline(StandardScaler(), LogisticRegression(max_iter=1000)).fit(inputs, right)
    expected = oracle.predict_proba(inputs)[:, 1]
    found = [sigmoid(find_logit(one, weights)) for each in seen for one in each.observed]
    assert found == pytest.approx(expected.tolist(), abs=1e-4)


@pytest.mark.parametrize(("count", "message"), [(20, "60 spans .* 0 are right"), (0, "of 0 spans")])
def test_a_reader_that_is_never_right_can_not_be_calibrated(count: int, message: str) -> None:
    with pytest.raises(TrainingError, match=message):
        fit(make_seen(count=count, right=0.0))


class NoisyReader:
    """Finds each passage's first word, and remembers what it was asked."""

    name, threshold = "noisy", 0.0
    weighing: Weighing | None = None

    def __init__(self) -> None:
        self.asked: list[tuple[str, tuple[str, ...]]] = []

    def read(self, question: str, passages: Sequence[Passage]) -> list[Reading]:
        self.asked.append((question, tuple(passage.text for passage in passages)))
        return [
            Reading(p, 0.0, 0.0, (Span(p, p.start, p.start + len(p.text.split()[0]), 1.0),))
            for p in passages
        ]


def test_questions_are_asked_as_they_stand_changed_and_without_their_paragraph(
    make: Maker, monkeypatch: pytest.MonkeyPatch
) -> None:
    texts = [
        f"{city} has a bridge since {1900 + n}." for n, city in enumerate(["Rome", "Oslo", "Bonn"])
    ]
    paragraphs = [
        SquadParagraph(
            f"T{n}", text,
            (SquadQuestion(f"q{n}", f"Since when has {text.split()[0]} a bridge?",
                           ((f"{1900 + n}", text.index("19")),)),),
        )
        for n, text in enumerate(texts)
    ]  # fmt: skip
    documents = [Document(f"{n}", f"T{n}", text) for n, text in enumerate(texts)]
    generation = make.generation(*documents)
    collected: list[module._Seen] = []

    def remember(seen: list[module._Seen]) -> module.Calibration:
        collected.extend(seen)
        return module.Calibration(Weighing({}, {}, {}), 0.0, len(seen), 0.0, 0.0)

    def change(_question: object, paragraph: SquadParagraph, *_: object) -> list[Negative]:
        return [Negative("name", "Who?", paragraph.text), Negative("cut", "Why?", "cut")]

    monkeypatch.setattr(module, "fit", remember)
    monkeypatch.setattr(module, "make_negatives", change)
    for share in (0.0, 1.0):
        monkeypatch.setattr(module, "TAKEN_SHARE", share)
        monkeypatch.setattr(module, "CHANGED_SHARE", share)
        collected.clear()
        reader = NoisyReader()
        calibrate(reader, generation, paragraphs, seed=0)
        asked = [question for question, _ in reader.asked]
        plain = [q.question for p in paragraphs for q in p.questions]
        assert set(plain) <= set(asked)
        answered = [each for each in collected if each.answers]
        assert len(answered) == 3
        if share:
            without = [each for each in collected if not each.answers]
            # Without its own paragraph two are left to read; a changed question is asked of all.
            assert sorted(len(each.spans) for each in without) == [2, 2, 2, 3, 3, 3]
            # A paragraph that was changed itself is in no index, so that is not asked.
            assert sorted(set(asked) - set(plain)) == ["Who?"]
        else:
            assert len(collected) == 3
