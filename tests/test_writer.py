"""A faithful language model: its text is shown everywhere, with who wrote it and what it was."""

import asyncio
import json
import re
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from assistant.answer import Assistant
from assistant.answer.suggest.trying import choose_questions
from assistant.answer.writer import ModelWriter, open_writer
from assistant.answer.writer.client import ChatServer, CompletionError
from assistant.answer.writer.prompt import RULES
from assistant.api.chat.content import write_message
from assistant.api.csv_export import render_answer_csv
from assistant.api.rendering import render_answer
from assistant.api.text import render_markdown, render_text
from assistant.errors import ExtraAbsentError, SettingError
from assistant.evaluate.rows import read_header
from assistant.pages.app import create_app
from assistant.questions.question import Question
from assistant.records import Answer, Document, Part
from assistant.settings import Settings, read_settings
from tests.answers import (
    ANSWERED,
    DECIDED,
    LISTED,
    REPHRASED,
    client_of,
    read_page,
    show,
)
from tests.conftest import LOCAL, Maker
from tests.evaluating import run_set
from tests.model_server import KEY, MODEL, ModelServer, say, serve, write
from tests.reading import TermsReader
from tests.rephrasing import Scripted, list_parts, rephrase

SHOP = Document(
    "shop.txt",
    "Shop",
    "Quark glasses, which are sold in every shop, cost 9 yuan. Nobody makes money.\n\nMeta lenses, "
    "which are new, cost 7 yuan.",
)
QUESTION = "What do Quark glasses cost?"
LENSES = "What do Meta lenses cost?"
LONG = "Quark glasses, which are sold in every shop, cost 9 yuan."
SHORT = "Quark glasses cost 9 yuan."


def condense(_request: dict[str, Any]) -> str:
    return "Quark glasses cost 9 yuan [1]."


@pytest.fixture(scope="module")
def extractive(shared_make: Maker) -> Assistant:
    return shared_make.assistant(SHOP)


def open_with(extractive: Assistant, server: ModelServer) -> Assistant:
    settings = server.settings().model_copy(update={"threshold": 0.0})
    return Assistant.of(extractive.generation, TermsReader(), settings)


# Every interface


def test_a_faithful_text_is_the_answer_in_python_and_cites_what_it_says(
    extractive: Assistant,
) -> None:
    with serve(write(condense)) as server:
        answer = open_with(extractive, server).ask(QUESTION)
    found = extractive.ask(QUESTION)
    assert list_parts(found) == [(LONG, (1,))]
    assert list_parts(answer) == [(SHORT, (1,))]
    assert (answer.text, answer.generator, answer.extractive) == (SHORT, MODEL, found.parts)
    assert answer.parts == (Part(SHORT, (1,), None, found.parts[0].confidence),)
    unchanged = replace(answer.to_extractive(), timing_ms=found.timing_ms)
    assert unchanged == found
    render_answer(answer)  # which verifies its citations
    times = answer.timing_ms
    assert times.keys() == {"retrieve", "read", "write", "total"}
    assert times["write"] > 0
    assert times["total"] + 0.002 >= times["retrieve"] + times["read"] + times["write"]


def test_json_says_who_wrote_it_and_what_it_was(extractive: Assistant) -> None:
    with serve(write(condense)) as server:
        client = TestClient(create_app(open_with(extractive, server)), base_url=LOCAL)
        body = client.get("/api/v1/query", params={"question": QUESTION}).json()
    other = TestClient(create_app(extractive), base_url=LOCAL)
    before = other.get("/api/v1/query", params={"question": QUESTION}).json()
    assert body["answer"] == {
        "text": SHORT,
        "parts": [before["answer"]["parts"][0] | {"text": SHORT}],
    }
    assert (body["generator"], body["extractive"]) == (MODEL, before["answer"])
    assert (before["generator"], before["extractive"]) == ("extractive", None)
    assert before["timing_ms"]["write"] is None
    differing = {"answer", "generator", "extractive", "timing_ms"}
    assert {key for key in body if body[key] != before[key]} == differing


def test_the_page_shows_both_and_says_which_is_whose() -> None:
    page = show(REPHRASED)
    lines = read_page(page)
    place = lines.index("Quark glasses cost 2,999 yuan. 1")
    assert lines[place : place + 6] == [
        "Quark glasses cost 2,999 yuan. 1",
        "It cost 1,999 yuan in May. 2",
        "Likely",
        f"Written by {REPHRASED.generator} from the sentences cited.",
        "In the documents’ own words",
        "Citations",
    ]
    folded = page[page.index('<details class="original">') :]
    folded = folded[: folded.index("</details>")]
    assert "2,999 yuan" in folded
    assert '<ul class="entries">' in folded
    assert page.count('<ul class="entries">') == 1
    client = client_of(REPHRASED)
    chinese = client.get("/zh/", params={"question": REPHRASED.question}).text
    assert f"由 <bdi>{REPHRASED.generator}</bdi> 根据引用的句子撰写" in chinese
    assert "Rephrased" not in show(LISTED)


def test_the_words_that_are_the_answer_stand_out_in_the_sentences() -> None:
    def find_strong(*parts: Part, answer: Answer = REPHRASED) -> list[str]:
        page = show(replace(answer, parts=parts) if parts else answer)
        shown = page[page.index('<section class="answer') : page.index('<p class="quiet rephrased')]
        return re.findall(r"<strong>(.+?)</strong>", shown)

    assert find_strong() == ["2,999 yuan", "1,999 yuan"]
    # Only in a sentence that cites them, and not as a part of another number or word.
    assert find_strong(Part("Both, 2,999 yuan and 1,999 yuan, are prices.", (2,), None, 0.7)) == [
        "1,999 yuan"
    ]
    page = show(replace(REPHRASED, parts=(Part("12,999 yuan, or 2,999 yuan.", (1,), None, 0.7),)))
    assert "12,999 yuan, or <strong>2,999 yuan</strong>." in page
    # Of a whole sentence, nothing is.
    sentence = replace(DECIDED, extractive=DECIDED.parts, generator="model-1b-instruct")
    assert find_strong(answer=sentence) == []


def test_the_name_of_a_model_is_text_on_the_page() -> None:
    assert "<bdi>&lt;b&gt;</bdi>" in show(replace(REPHRASED, generator="<b>"))


def test_text_and_markdown_say_who_wrote_it() -> None:
    answer = replace(rephrase(ANSWERED, "Quark glasses cost 2,999 yuan [1]."), generator="m_1*")
    body = render_answer(answer)
    assert render_text(body).startswith(
        "Quark glasses cost 2,999 yuan. [1]\n\nWritten by m_1* from the sentences cited.\n\n"
        "Very likely. Confidence 83 %\n\n[1] Smart glasses, 2025-09-09\n"
    )
    assert render_markdown(body).startswith(
        "**How much do Quark glasses cost?**\n\nQuark glasses cost 2,999 yuan.[^1]\n\n"
        "Written by m\\_1\\* from the sentences cited.\n\n[^1]: “Quark glasses"
    )


def test_a_chat_says_who_wrote_it() -> None:
    message = write_message(render_answer(REPHRASED), LOCAL)
    assert message.content.startswith(
        "Quark glasses cost 2,999 yuan. [1]\n\nIt cost 1,999 yuan in May. [2]\n\n"
        "Written by model-1b-instruct from the sentences cited."
    )
    assert message.assistant is not None
    assert message.assistant.generator == "model-1b-instruct"


def test_a_list_is_sentences_in_text_and_values_in_a_spreadsheet() -> None:
    body = render_answer(REPHRASED)
    assert REPHRASED.text == "Quark glasses cost 2,999 yuan. It cost 1,999 yuan in May."
    assert render_text(body).startswith(
        "Quark glasses cost 2,999 yuan. [1]\nIt cost 1,999 yuan in May. [2]\n\nWritten by"
    )
    assert render_answer_csv(body) == render_answer_csv(render_answer(LISTED))


# What is sent


def test_only_the_question_and_the_sentences_cited_are_sent(extractive: Assistant) -> None:
    with serve(write(condense)) as server:
        open_with(extractive, server).ask(QUESTION)
    (request,) = server.requests
    messages = request.pop("messages")
    assert request == {
        "model": MODEL, "temperature": 0, "seed": 0, "max_tokens": 512, "stream": False
    }  # fmt: skip
    assert messages == [
        {"role": "system", "content": RULES},
        {"role": "user", "content": f"QUESTION\n{QUESTION}\n\nSENTENCES\n[1] {LONG}\n\nANSWER"},
    ]
    assert server.keys == [f"Bearer {KEY}"]


# One answer


def test_what_was_written_or_refused_is_kept_and_a_failure_is_not() -> None:
    faithful = "Quark glasses cost 2,999 yuan [1]."
    model: Any = Scripted([None, faithful])
    writer = ModelWriter(model)
    generators = [writer.rephrase(ANSWERED).generator for _ in range(3)]
    assert (generators, len(model.sent)) == (["extractive", MODEL, MODEL], 2)
    model = Scripted(["Nonsense.", faithful])
    writer = ModelWriter(model)
    generators = [writer.rephrase(ANSWERED).generator for _ in range(2)]
    assert (generators, len(model.sent)) == (["extractive", "extractive"], 1)
    other = replace(ANSWERED, question="And the price?")
    assert writer.rephrase(other).generator == MODEL


def test_the_longest_unused_is_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("assistant.answer.writer.CACHED", 2)
    model: Any = Scripted(["Quark glasses cost 2,999 yuan [1]."] * 4)
    writer = ModelWriter(model)
    for question in ("a", "b", "a", "c", "a", "b"):
        writer.rephrase(replace(ANSWERED, question=question))
    asked = [messages[1]["content"].split("\n")[1] for messages in model.sent]
    assert asked == ["a", "b", "c", "b"]


def test_of_two_texts_written_at_once_both_get_the_first(extractive: Assistant) -> None:
    both = threading.Barrier(2, timeout=60)
    texts = iter([f"{SHORT} [1]", f"{LONG} [1] {SHORT} [1]"])
    lock = threading.Lock()

    def differ(_request: dict[str, Any]) -> str:
        both.wait()
        with lock:
            return next(texts)

    with serve(write(differ)) as server, ThreadPoolExecutor(2) as pool:
        assistant = open_with(extractive, server)
        first, second = pool.map(assistant.ask, [QUESTION, QUESTION])
    assert len(server.requests) == 2
    assert first.parts == second.parts
    assert first.generator == MODEL


def test_two_questions_at_once_get_their_own_answers(extractive: Assistant) -> None:
    both = threading.Barrier(2, timeout=60)

    def answer(request: dict[str, Any]) -> str:
        both.wait()  # both are asked before either is answered
        is_quark = QUESTION in request["messages"][1]["content"]
        return "Quark glasses cost 9 yuan [1]." if is_quark else "Meta lenses cost 7 yuan [1]."

    with serve(write(answer)) as server, ThreadPoolExecutor(2) as pool:
        assistant = open_with(extractive, server)
        assistant = replace(assistant, _model_runs=threading.Semaphore(1))
        quark, meta = pool.map(assistant.ask, [QUESTION, LENSES])
    assert (quark.text, meta.text) == ("Quark glasses cost 9 yuan.", "Meta lenses cost 7 yuan.")
    assert [quark.generator, meta.generator] == [MODEL, MODEL]


def test_listeners_get_the_answer_before_it_is_rephrased(extractive: Assistant) -> None:
    heard: list[object] = []
    with serve(write(condense)) as server:
        answer, _ = open_with(extractive, server).explain(QUESTION, listen=heard.append)
    assert isinstance(heard[-1], Answer)
    assert heard[-1].text == LONG
    assert answer.text == SHORT


def test_suggestions_are_tried_without_the_writer(extractive: Assistant) -> None:
    with serve(write(condense)) as server:
        settings = server.settings().model_copy(update={"reader": "packaged"})
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("assistant.answer.suggest.trying.open_reader", lambda *_: TermsReader())
            choose_questions(extractive.generation, settings=settings)
    assert server.requests == []


# Opening


def test_without_an_address_there_is_no_writer() -> None:
    assert open_writer(Settings()) is None
    assert open_writer(Settings(llm_model="m")) is None


def test_without_the_extra_opening_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "httpx2", None)
    with pytest.raises(ExtraAbsentError, match="llm"):
        open_writer(Settings(llm_url="http://127.0.0.1:1/v1", llm_model="m"))


@pytest.mark.parametrize("url", ["http://127.0.0.1:70000/v1", "http://[::1/v1", "http://:80/v1"])
def test_an_impossible_address_is_refused_when_opening(url: str) -> None:
    with pytest.raises(SettingError, match="llm-url"):
        open_writer(Settings(llm_url=url, llm_model="m"))


@pytest.mark.parametrize("name", ["extractive", " Extractive "])
def test_no_model_is_called_extractive(name: str) -> None:
    with pytest.raises(SettingError, match="llm-model"):
        read_settings(llm_url="http://127.0.0.1:1/v1", llm_model=name)


def test_an_address_without_a_model_says_what_to_do() -> None:
    with pytest.raises(SettingError) as refused:
        read_settings(llm_url="http://127.0.0.1:1/v1")
    assert str(refused.value) == (
        "setting llm-model is not set: name the model to use at llm-url (ASSISTANT_LLM_MODEL)"
    )


def test_an_address_takes_no_password_and_is_not_repeated() -> None:
    with pytest.raises(SettingError) as refused:
        read_settings(llm_url="http://me:secret@127.0.0.1/v1", llm_model="m")
    assert "secret" not in f"{refused.value} {refused.value.hint}"
    assert "(hidden)" in str(refused.value)


def test_a_model_works_where_an_event_loop_is_running(extractive: Assistant) -> None:
    async def ask_inside(assistant: Assistant) -> Answer:
        return assistant.ask(QUESTION)

    with serve(write(condense)) as server:
        answer = asyncio.run(ask_inside(open_with(extractive, server)))
    assert answer.text == SHORT


def test_an_address_may_end_with_a_slash() -> None:
    with serve(say("Yes.")) as server:
        assert ChatServer(f"{server.url}/", MODEL, 20.0).complete([]) == "Yes."
    assert server.keys == [None]
    assert json.dumps(server.requests[0]["messages"]) == "[]"


def test_an_evaluation_says_who_wrote_and_judges_what_is_shown(
    extractive: Assistant, tmp_path: Path
) -> None:
    question = Question("q", QUESTION, ("9 yuan",), kind="fact")
    with serve(write(condense)) as server:
        (row,), _ = run_set(open_with(extractive, server), [question], tmp_path / "a")
    assert row.response is not None
    assert row.response.answer is not None
    assert (row.response.generator, row.response.answer.text) == (MODEL, SHORT)
    assert row.verdicts.right
    assert row.verdicts.f1 == round(2 * 2 / (5 + 2), 4)  # of "9 yuan" and SHORT
    assert row.milliseconds == row.response.timing_ms.total
    assert read_header(tmp_path / "a").writer == MODEL
    run_set(extractive, [question], tmp_path / "b")
    assert read_header(tmp_path / "b").writer is None


def test_a_name_that_nobody_resolves_is_left_at_the_deadline(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    left, resolved = threading.Event(), threading.Event()

    def look_up(*_: object, **__: object) -> list[object]:
        left.wait(60)
        resolved.set()
        return []

    monkeypatch.setattr("socket.getaddrinfo", look_up)
    with pytest.raises(CompletionError, match="no answer within"):
        ChatServer("http://model.test/v1", MODEL, 0.05).complete([])
    assert not resolved.is_set()
    left.set()
