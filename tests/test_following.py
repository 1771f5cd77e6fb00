"""The confidence in an answer to a follow-up, its threshold, and how both are fitted."""

import hashlib
import json
import math
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from random import Random

import numpy as np
import pytest

from assistant.answer import Assistant
from assistant.answer.confidence import (
    GROUP_NAMES,
    LIKELY,
    VERDICT,
    describe_likelihood,
    estimate,
)
from assistant.answer.following import FOLLOWUP, find_followup_features, find_places
from assistant.api.explanation import render_explanation
from assistant.api.rendering import render_answer
from assistant.cli import main
from assistant.errors import EvaluationError
from assistant.evaluate import calibrate_followups as module
from assistant.evaluate.calibrate import answer_always
from assistant.evaluate.calibrate_followups import (
    AskedFollowup,
    ask_followup,
    calibrate_followups,
    describe,
    find_error_of_bins,
    fit_followups,
)
from assistant.questions.question import Question
from assistant.read import PACKAGED_FOLDER
from assistant.read.span import SETTINGS, ReaderSettings, read_settings_file, write_settings
from assistant.records import Answer, Calibration, Carried
from assistant.settings import Settings
from tests.answering import ASKED, SHOP, STORE, open_with
from tests.answers import ANSWERED, passage_of
from tests.conftest import Maker
from tests.evidence import evidence_of, read_as, without_evidence
from tests.reading import CountingReader

AND_PRICE = "and its price?"
FULL = f"{ASKED} / {AND_PRICE}"
FIRST = passage_of(SHOP, "Quark glasses cost 9 yuan.", "Nobody makes money.")
SECOND = passage_of(STORE, "Meta lenses cost 7 yuan.", "It opened in May.", number=1)
# Of the weights of the other groups in the packaged reader, which follow-ups leave as they are.
OTHERS_SHA256 = "9f7697f2de3f3838d019c22b14a066ab7e748ecbc9b57911d48a6dd0f7966441"


def test_the_features_of_a_follow_up_are_worked_out_by_hand() -> None:
    evidence = evidence_of(
        read_as(FIRST, evidence=(0.75, 0.5), spans=[("9 yuan", -2.0)]),
        read_as(SECOND, evidence=(0.1, 0.2), spans=[("7 yuan", 2.0)]),
    )
    assert find_places(evidence) == (0, 1)  # of the best sentence, and of the best span
    alone = {
        0: read_as(FIRST, evidence=(0.2, 0.9)),
        1: read_as(
            SECOND,
            evidence=(0.8, 0.1),
            spans=[("cost 7 yuan", -1.0), ("yuan", 0.5), ("It opened in May", 4.0)],
        ),
    }
    assert find_followup_features(evidence, {"rank": 3.0}, 0.8, alone) == {
        "rank": 3.0,
        "whole": round(math.log(4), 4),
        "alone_evidence": round(math.log(1 / 4), 4),
        "alone_same_sentence": 0.0,
        "alone_span": 0.5,  # the better one of those that overlap
        "alone_best_span": 4.0,
        "alone_same_span": 0.0,
    }
    same = {0: read_as(FIRST, evidence=(0.9, 0.2)), 1: read_as(SECOND, spans=[("7 yuan", 99.0)])}
    found = find_followup_features(evidence, {}, 0.5, same)
    assert (found["alone_same_sentence"], found["alone_same_span"]) == (1.0, 1.0)
    assert (found["whole"], found["alone_span"]) == (0.0, 15.0)  # within bounds


def test_a_follow_up_needs_no_spans_and_no_evidence() -> None:
    evidence = without_evidence(evidence_of(read_as(FIRST)))
    assert find_places(evidence) == (0,)
    reading = replace(read_as(FIRST), evidence=None)
    assert find_followup_features(evidence, {}, 0.5, {0: reading}) == {
        "whole": 0.0,
        "alone_evidence": 0.0,
        "alone_same_sentence": 0.0,
        "alone_span": -10.0,
        "alone_best_span": -10.0,
        "alone_same_span": 0.0,
    }


def calibrate(*, bias: float, threshold: float | None = None) -> Calibration:
    """Every answer has the confidence of a span; one to a follow-up that of a bias."""
    groups: dict[str, dict[str, float]] = {
        name: {"bias": 1.0, "span": 1.0} for name in (*GROUP_NAMES, VERDICT)
    }
    thresholds = {} if threshold is None else {FOLLOWUP: threshold}
    return Calibration(groups | {FOLLOWUP: {"bias": bias}}, thresholds)


@pytest.fixture(scope="module")
def shop(shared_make: Maker) -> Iterator[Assistant]:
    assistant = open_with(shared_make, SHOP, STORE)
    yield assistant
    assistant.generation.close()


def with_weights(
    shop: Assistant, calibration: Calibration | None, settings: Settings | None = None
) -> tuple[Assistant, CountingReader]:
    reader = CountingReader("fact", threshold=0.5)
    reader.calibration = calibration
    return Assistant.of(shop.generation, reader, settings or Settings()), reader


def body_of(answer: Answer) -> str:
    return render_answer(answer).model_dump_json(exclude={"timing_ms"})


def test_a_follow_up_is_answered_from_a_threshold_of_its_own(shop: Assistant) -> None:
    assistant, reader = with_weights(shop, calibrate(bias=-0.5, threshold=0.3))
    answer, explanation = assistant.explain(AND_PRICE, previous=[ASKED])
    assert answer.carried is not None
    assert answer.confidence == round(1 / (1 + math.exp(0.5)), 4)
    assert (explanation.group, explanation.threshold) == (FOLLOWUP, 0.3)
    assert (answer.status, describe_likelihood(answer)) == ("answered", None)
    assert reader.asked[-2:] == [FULL, AND_PRICE]  # alone, in the passages of the answer
    rendered = render_explanation(explanation).confidence
    assert rendered is not None
    assert rendered.confidence == pytest.approx(answer.confidence, abs=1e-4)
    strict, _ = with_weights(shop, calibrate(bias=-0.5))
    assert strict.ask(AND_PRICE, previous=[ASKED]).status == "abstained"
    chosen, _ = with_weights(shop, calibrate(bias=-0.5, threshold=0.3), Settings(threshold=0.4))
    assert chosen.explain(AND_PRICE, previous=[ASKED])[1].threshold == 0.4


def test_the_answer_to_any_other_question_is_what_it_was(shop: Assistant) -> None:
    new = calibrate(bias=-9.0, threshold=0.9)
    old = Calibration({name: one for name, one in new.weights.items() if name != FOLLOWUP})
    change = "Who opened the store of Meta lenses in May?"
    for question, previous in ((ASKED, ()), ("When?", ()), (change, (ASKED,)), (FULL, ())):
        found = []
        for calibration in (new, old):
            assistant, reader = with_weights(shop, calibration)
            answer, explanation = assistant.explain(question, previous=previous)
            assert answer.carried is None
            found.append((body_of(answer), explanation.features, explanation.group, reader.asked))
        assert found[0] == found[1]


def test_a_reader_without_the_weights_reads_a_follow_up_once_and_answers_in_sentences(
    shop: Assistant,
) -> None:
    weights = {name: {"bias": 1.0, "span": 1.0} for name in (*GROUP_NAMES, VERDICT)}
    for calibration in (None, Calibration(weights)):
        assistant, reader = with_weights(shop, calibration)
        followed, explanation = assistant.explain(AND_PRICE, previous=[ASKED])
        asked = list(reader.asked)
        whole, _ = assistant.explain(FULL)
        assert (explanation.group, explanation.kind) == ("passage", "passage")
        assert followed.hits == whole.hits
        assert followed.carried is not None
        assert reader.asked == asked * 2


@pytest.mark.parametrize(
    ("confidence", "is_followup", "expected"),
    [
        (0.33, True, None),
        (LIKELY, True, "likely"),
        (0.8, True, "very_likely"),
        (0.33, False, "likely"),
    ],
)
def test_an_unsure_answer_to_a_follow_up_is_not_called_likely(
    confidence: float, is_followup: bool, expected: str | None
) -> None:
    carried = Carried("a", ("a",), "a / b") if is_followup else None
    answer = replace(ANSWERED, confidence=confidence, carried=carried)
    assert describe_likelihood(answer) == expected


def test_the_packaged_reader_has_weights_for_follow_ups_and_the_others_as_they_were() -> None:
    settings = read_settings_file(PACKAGED_FOLDER / SETTINGS)
    calibration = settings.calibration
    assert calibration is not None
    assert settings.threshold == LIKELY
    assert 0 < calibration.thresholds[FOLLOWUP] < LIKELY
    assert set(calibration.thresholds) == {FOLLOWUP}
    others = {name: one for name, one in calibration.weights.items() if name != FOLLOWUP}
    written = json.dumps(others, sort_keys=True).encode()
    assert hashlib.sha256(written).hexdigest() == OTHERS_SHA256


def make_asked(count: int = 400, seed: int = 5) -> list[AskedFollowup]:
    """Answers that are right as often as the logistic function of `x` says, ten to a document."""
    random = Random(seed)
    made = []
    for number in range(count):
        x = random.uniform(-3, 3)
        right, answerable = random.random() < 1 / (1 + math.exp(-2 * x)), number % 4 != 0
        in_full = random.random() < 0.5 if number % 2 else None
        features = {"x": x, "whole": 1.0}
        made.append(AskedFollowup(f"d{number // 10}", answerable, features, 0.73, right, in_full))
    return made


def test_fitted_weights_give_back_the_probabilities_that_made_the_answers() -> None:
    found = fit_followups(make_asked(8000))
    calibration = Calibration({FOLLOWUP: found.weights})
    for x in (-2.0, 0.0, 2.0):
        likely = estimate({"x": x, "whole": 1.0}, FOLLOWUP, calibration)
        assert likely == pytest.approx(1 / (1 + math.exp(-2 * x)), abs=0.05)
    right = np.array([one.right for one in found.asked])
    assert find_error_of_bins(found.confidences, right) < 0.03


def test_the_error_of_bins_of_equal_width_is_worked_out_by_hand() -> None:
    confidences = np.array([0.05, 0.15, 0.18, 0.95, 1.0])
    right = np.array([False, True, False, True, True])
    # |.05| and |.33 - 1| and |1.95 - 2|, of five.
    assert find_error_of_bins(confidences, right) == pytest.approx((0.05 + 0.67 + 0.05) / 5)


def test_what_is_observed_of_a_follow_up_is_its_answer_and_that_in_full(shop: Assistant) -> None:
    shop, reader = with_weights(shop, calibrate(bias=0.0))
    assistant = Assistant.of(shop.generation, reader, answer_always(reader))
    followup = Question(
        "q", AND_PRICE, answers=("9 yuan",), document=SHOP, previous=(ASKED,), full=ASKED
    )
    (found,) = ask_followup(followup, assistant, with_full=True)
    assert (found.document, found.answerable, found.in_full) == (SHOP.id, True, True)
    assert found.whole == pytest.approx(1 / (1 + math.exp(-found.features["whole"])))
    wrong = replace(followup, answers=("8 yuan",))
    (found,) = ask_followup(wrong, assistant, with_full=True)
    assert (found.right, found.in_full) == (False, False)
    (found,) = ask_followup(followup, assistant, with_full=False)
    assert found.in_full is None
    change = replace(followup, question="Who opened the store of Meta lenses in May?")
    assert list(ask_followup(change, assistant, with_full=True)) == []


def test_the_command_adds_the_weights_and_leaves_the_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    old = calibrate(bias=7.0, threshold=0.9)
    write_settings(tmp_path, ReaderSettings("mine", "0" * 64, 512, 0.5, old))

    class Opened:
        def __init__(self, _: Path) -> None:
            self.calibration = read_settings_file(tmp_path / SETTINGS).calibration

    monkeypatch.setattr(module, "SpanReader", Opened)
    monkeypatch.setattr(module, "ask_followups", lambda *_given, **_more: make_asked())
    assert main(["calibrate", str(tmp_path), "--followups"]) == 0
    found = fit_followups(make_asked())
    assert capsys.readouterr().out == describe(found)
    stored = read_settings_file(tmp_path / SETTINGS)
    expected = Calibration(
        {**old.weights, FOLLOWUP: found.weights}, {FOLLOWUP: module.FOLLOWUP_THRESHOLD}
    )
    assert stored == ReaderSettings("mine", "0" * 64, 512, 0.5, expected)


def test_a_reader_that_is_not_calibrated_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "SpanReader", lambda _: CountingReader(threshold=0.5))
    with pytest.raises(EvaluationError, match="is not calibrated"):
        calibrate_followups(tmp_path)
