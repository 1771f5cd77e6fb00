import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import onnx
import pytest
from fastapi.testclient import TestClient

from assistant.answer import Assistant
from assistant.answer.followup import LONGEST, understand
from assistant.api.rendering import render_answer
from assistant.api.text import render_markdown, render_text
from assistant.embed.onnx import open_session
from assistant.errors import QuestionError, ReaderError
from assistant.evaluate.followups import compare_in_full, measure_followups
from assistant.evaluate.plan import ask_assistant
from assistant.evaluate.rows import InFullBody, Scored
from assistant.pages.app import create_app
from assistant.questions.choosing import choose_questions
from assistant.questions.handwritten import QUESTIONS_FOLDER
from assistant.questions.question import Question, hash_gold
from assistant.read import PACKAGED_FOLDER
from assistant.read.followup import (
    WEIGHTS,
    FollowupModel,
    name_output,
    open_followup_model,
)
from assistant.read.span import FIRST_PIECE, HEADS, MODEL
from assistant.records import Answer, Carried
from tests.answering import ASKED, SHOP, STORE, open_with
from tests.answers import ANSWERED
from tests.conftest import LOCAL, Maker
from tests.rows import row

PRICE = "How much do the Quark AI glasses cost?"
ROKID = "and what about Rokid?"
CHANGE = "Who is in charge of Xiaomi's wearable device department?"


@pytest.fixture(scope="module")
def shop(shared_make: Maker) -> Iterator[Assistant]:
    assistant = open_with(shared_make, SHOP, STORE)
    yield assistant
    assistant.generation.close()


def ask_body(answer: Answer) -> dict[str, object]:
    return render_answer(answer).model_dump(exclude={"timing_ms"})


def test_an_inner_tensor_becomes_an_output_and_the_others_stay_the_same() -> None:
    model = PACKAGED_FOLDER / MODEL
    layer = open_followup_model().settings.layer
    ids = np.array([[101, 2129, 2172, 102, 2027, 3465, 1023, 11237, 1012, 102]], dtype=np.int64)
    inputs = {
        "input_ids": ids,
        "attention_mask": np.ones_like(ids),
        "token_type_ids": np.array([[0] * 4 + [1] * 6], dtype=np.int64),
    }
    expected = open_session(model).run([HEADS, FIRST_PIECE], inputs)
    *found, hidden = open_session(model, appended=name_output(layer)).run(
        [HEADS, FIRST_PIECE, layer], inputs
    )
    assert all(map(np.array_equal, found, expected))
    assert hidden.shape == (1, 10, 384)


@pytest.mark.parametrize("name", ["n", "n" * 100, "n" * 200, "n" * 20_000])
def test_an_output_is_written_as_onnx_reads_it(name: str) -> None:
    (output,) = onnx.load_from_string(name_output(name)).graph.output
    assert output.name == name
    assert output.type.tensor_type.elem_type == onnx.TensorProto.FLOAT


@pytest.mark.parametrize(
    ("question", "before", "expected"),
    [
        ("and in 2023?", PRICE, False),
        (ROKID, PRICE, False),
        ("why?", PRICE, False),
        ("its price?", "Who makes the Quark AI glasses?", False),
        ("who said so?", "Will the price go down?", False),
        (CHANGE, PRICE, True),
        ("How many shops did Rokid open in 2025?", PRICE, True),
    ],
)
def test_a_follow_up_does_not_stand_by_itself(question: str, before: str, expected: bool) -> None:
    model = open_followup_model()
    is_alone = model.estimate_alone(question, before) >= model.settings.least_alone
    assert is_alone is expected


def test_a_model_for_another_reader_is_refused(tmp_path: Path) -> None:
    settings = json.loads((PACKAGED_FOLDER / WEIGHTS).read_bytes()) | {"reader_sha256": "0" * 64}
    (tmp_path / MODEL).symlink_to(PACKAGED_FOLDER / MODEL)
    (tmp_path / WEIGHTS).write_text(json.dumps(settings), encoding="utf-8")
    with pytest.raises(ReaderError, match="is for another reader"):
        FollowupModel(tmp_path)
    (tmp_path / WEIGHTS).write_text("{}", encoding="utf-8")
    with pytest.raises(ReaderError, match="can't be read"):
        FollowupModel(tmp_path)


def join(*questions: str) -> str:
    return " / ".join(questions)


@pytest.mark.parametrize(
    ("asked", "text", "words"),
    [
        ([PRICE, ROKID], join(PRICE, ROKID), ("much", "Quark", "AI", "glasses", "cost")),
        ([PRICE, ROKID, "why?"], join(PRICE, ROKID, "why?"), None),
        # A change of topic starts afresh, for the questions after it too.
        ([PRICE, CHANGE], CHANGE, ()),
        ([PRICE, ROKID, CHANGE, "why?"], join(CHANGE, "why?"), None),
        (
            [
                "price quark",
                "and in 2023?",
                "what about meta?",
                "its weight?",
                "why?",
                "since when?",
            ],
            "price quark / and in 2023? / what about meta? / its weight? / why? / since when?",
            ("price", "quark", "2023", "meta", "weight"),
        ),
        ([PRICE], PRICE, ()),
        ([PRICE, PRICE], PRICE, ()),
        ([PRICE, ROKID, ROKID], join(PRICE, ROKID), None),
    ],
)
def test_a_follow_up_is_asked_with_those_back_to_the_last_that_stands_alone(
    asked: Sequence[str], text: str, words: tuple[str, ...] | None
) -> None:
    *previous, question = asked
    understood = understand(question, previous, lambda _: True)
    assert (understood.text, understood.question) == (text, question)
    carried = understood.carried
    assert (carried is None) == (text == question)
    if carried is not None:
        assert carried.full == text
        assert words in (None, carried.words)


def test_only_as_much_is_carried_over_as_the_reader_reads() -> None:
    long = "How much do the Quark AI glasses " + "and the other glasses " * 8 + "cost?"
    short = understand("why?", ["price of Quark?", ROKID, long], lambda _: True)
    assert len(short.text) <= LONGEST
    too_long = understand("why?", ["word " * 60 + "cost?"], lambda _: True)
    assert (too_long.text, too_long.carried) == ("why?", None)


def test_nothing_is_carried_over_from_letters_that_the_models_do_not_know() -> None:
    assert understand("why?", [PRICE], lambda text: text != PRICE).carried is None


def test_sentences_answer_a_follow_up_which_is_asked_with_what_it_carries(shop: Assistant) -> None:
    answer = shop.ask("and its price?", previous=[ASKED])
    full = f"{ASKED} / and its price?"
    assert answer.carried == Carried(ASKED, ("Quark", "glasses", "cost"), full)
    sentences = "Quark glasses cost 9 yuan. Meta lenses cost 7 yuan."
    assert (answer.kind, answer.text) == ("passage", sentences)
    assert answer.hits == shop.ask(full).hits


def test_after_a_change_of_topic_the_answer_is_that_to_the_question_alone(shop: Assistant) -> None:
    question = "Who opened the store of Meta lenses in May?"
    answer = shop.ask(question, previous=[ASKED])
    assert answer.carried is None
    assert ask_body(answer) == ask_body(shop.ask(question))


@pytest.mark.parametrize(
    ("previous", "message"),
    [
        ([""], "the question is empty"),
        (["?!"], "has no word"),
        (["x" * 2001], "the question has 2,001 characters"),
        (["half \ud800"], "half of a surrogate pair"),
        ([PRICE] * 6, "6 previous questions are given"),
    ],
)
def test_a_hostile_question_before_is_refused(
    shop: Assistant, previous: Sequence[str], message: str
) -> None:
    with pytest.raises(QuestionError, match=message):
        shop.ask("why?", previous=previous)


def test_page_api_and_evaluation_give_one_answer_to_a_follow_up(shop: Assistant) -> None:
    question = "and its price?"
    expected = ask_body(shop.ask(question, previous=[ASKED]))
    client = TestClient(create_app(shop), base_url=LOCAL)
    asked = {"question": question, "previous": [{"question": ASKED}]}
    posted = client.post("/api/v1/query", json=asked).json()
    got = client.get("/api/v1/query", params={"question": question, "previous": ASKED}).json()
    row_of = ask_assistant(Question("q", question, previous=(ASKED,)), shop, None)
    assert row_of.response is not None
    assert row_of.previous == (ASKED,)
    written = json.loads(json.dumps(expected, default=str))
    for body in (posted, got, json.loads(row_of.response.model_dump_json())):
        del body["timing_ms"]
        assert {name: body[name] for name in ("answer", "carried", "citations", "confidence")} == {
            name: written[name] for name in ("answer", "carried", "citations", "confidence")
        }
    page = client.get("/", params={"question": question, "previous": ASKED}).text
    assert "Quark glasses cost 9 yuan." in page


def test_text_and_markdown_say_what_was_carried_over() -> None:
    carried = Carried("price *quark*", ("price", "quark"), "price *quark* / and in May?")
    body = render_answer(replace(ANSWERED, question="and in May?", carried=carried))
    said = "Understood with the question before, “price *quark*”: price, quark"
    assert render_text(body).startswith(f"{said}\n\n")
    escaped = said.replace("*", r"\*")
    assert f"**and in May?**\n\n{escaped}\n\n" in render_markdown(body)
    assert "结合上一个问题" in render_markdown(body, "zh")


def test_the_follow_ups_of_the_sets_are_asked_after_the_question_before() -> None:
    found = choose_questions(QUESTIONS_FOLDER, where=["set=followups", "split=dev"])
    assert (len(found.questions), len(found.documents)) == (220, 94)
    assert all(len(question.previous) == 1 for question in found.questions)
    assert sum(question.full == question.question for question in found.questions) == 30


def test_the_hash_of_a_question_without_others_before_it_is_what_it_was() -> None:
    question = Question("a", "Cost?", answers=("9 yuan",))
    hashed = hash_gold(question)
    assert hashed != hash_gold(replace(question, previous=("Quark?",)))
    assert hashed == "1e4d01ab1b423c7f1bdc441cd4c32034149ebfcf5a376b1e845e3a34dfb21040"


def in_full(*, same: bool = False, right: bool | None = None, is_same: bool = False) -> InFullBody:
    return InFullBody(
        question="q",
        is_same_question=same,
        right_and_cited=right,
        abstained=not right,
        is_same_answer=is_same,
    )


def with_full(found: Scored, full: InFullBody) -> Scored:
    return found.model_copy(update={"in_full": full})


def test_follow_ups_are_compared_with_the_same_questions_in_full() -> None:
    rows = [
        with_full(row("a", right_and_cited=True), in_full(right=True)),
        with_full(row("b", right_and_cited=False), in_full(right=True)),
        with_full(row("c", answerable=False, abstained=False), in_full()),
        with_full(row("d", right_and_cited=True), in_full(same=True, right=True, is_same=True)),
        with_full(row("e", right_and_cited=True), in_full(same=True, right=True)),
        row("f", right_and_cited=True),
    ]
    found = measure_followups(rows)
    assert found is not None
    assert (found.followups, found.right_and_cited, found.right_and_cited_in_full) == (2, 0.5, 1)
    assert (found.ratio, found.unanswerable) == (0.5, 1)
    assert (found.refused, found.refused_in_full) == (0, 1)
    assert (found.changes, found.same_answer) == (2, 0.5)
    assert measure_followups(rows[5:]) is None


def test_an_answer_in_full_is_the_same_but_for_what_was_carried_over(shop: Assistant) -> None:
    question = Question("q", "and its price?", answers=("9 yuan",), previous=(ASKED,))
    after = shop.ask("and its price?", previous=[ASKED])
    assert after.carried is not None
    alone = replace(after, question="What is its price?", carried=None)
    assert compare_in_full(question, after, alone).is_same_answer
    assert not compare_in_full(question, after, shop.ask("Who is Meta?")).is_same_answer
