"""Passages without an answer, and what a caller hears of while a question is answered."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

import pytest

from assistant.answer import Assistant
from assistant.errors import FilterError, QuestionError
from assistant.records import Answer, Document, DocumentFilter, Hit, Part
from assistant.retrieve import retrieve
from tests.answering import ASKED, SAID, SHOP, STORE, open_with
from tests.conftest import Maker
from tests.reading import CountingReader

DAY = date(2026, 1, 31)
MANY = tuple(
    Document(f"{number}.html", f"Note {number}", f"Rokid frames cost {number} yuan.")
    for number in range(4)
)
CHINESE = Document("c.txt", "Chinese", "夸克眼镜售价九元。")


class Heard:
    """Takes note of what it is called with, and whether another question could be read then."""

    def __init__(self, assistant: Assistant) -> None:
        self.passages: list[list[Hit]] = []
        self.answers: list[Answer] = []
        self.is_free: list[bool] = []
        self._runs = assistant._model_runs

    def __call__(self, found: Sequence[Hit] | Answer) -> None:
        assert len(self.answers) == 0
        if isinstance(found, Answer):
            self.answers.append(found)
        else:
            self.passages.append(list(found))
        self.is_free.append(self._runs.acquire(blocking=False))
        if self.is_free[-1]:
            self._runs.release()


class LoudWriter:
    """Rephrases whatever it is given."""

    model = "loud"

    def rephrase(self, answer: Answer) -> Answer:
        parts = (Part("LOUD", (1,), None),)
        return replace(answer, parts=parts, extractive=answer.parts, generator="loud")


@pytest.fixture(autouse=True)
def one_core(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ASSISTANT_CONCURRENCY", "1")


def drop_times(answer: Answer) -> Answer:
    return replace(answer, timing_ms={})


# Passages


def test_a_search_finds_passages_and_reads_none(make: Maker) -> None:
    reader = CountingReader()
    assistant = open_with(make, SHOP, STORE, *MANY, reader=reader)
    hits = assistant.search("Quark glasses", top_k=3)
    assert hits == retrieve("Quark glasses", assistant.generation, k=3)
    assert hits[0].passage.document == SHOP
    scores = [hit.score for hit in hits]
    assert (len(hits), scores) == (3, sorted(scores, reverse=True))
    assert reader.asked == []


def test_a_search_finds_at_most_eight_passages_unless_more_are_asked_for(make: Maker) -> None:
    documents = [Document(f"{n}.txt", f"{n}", f"Rokid frames cost {n} yuan.") for n in range(10)]
    assistant = open_with(make, *documents)
    assert [len(assistant.search("Rokid frames", top_k=n)) for n in (1, 9, 50)] == [1, 9, 10]
    assert len(assistant.search("Rokid frames")) == 8


def test_a_search_in_some_documents_finds_nothing_else(make: Maker) -> None:
    assistant = open_with(make, SHOP, STORE, *MANY)
    within = DocumentFilter(formats=(".HTML",))
    found = {hit.passage.document.id for hit in assistant.search("Quark glasses", within=within)}
    assert found == {document.id for document in MANY}
    with pytest.raises(FilterError):
        assistant.search("Quark glasses", within=DocumentFilter(documents=("none.txt",)))
    with pytest.raises(FilterError):
        assistant.search("Quark glasses", within=DocumentFilter(formats=("xls",)))


def test_a_search_in_a_script_that_the_models_do_not_know_is_by_words(make: Maker) -> None:
    (hit,) = open_with(make, SHOP, CHINESE).search("夸克眼镜")
    assert (hit.passage.document, hit.dense_rank) == (CHINESE, None)


@pytest.mark.parametrize(
    ("query", "top_k", "message"),
    [
        (" ", 8, "the question is empty"),
        ("?", 8, "has no word"),
        ("x" * 2001, 8, "2,001 characters"),
        ("x", 0, "top_k is 0"),
        ("x", 51, "top_k is 51"),
    ],
)
def test_a_search_for_nothing_is_refused(make: Maker, query: str, top_k: int, message: str) -> None:
    assistant = open_with(make, SHOP)
    with pytest.raises(QuestionError, match=message):
        assistant.search(query, top_k=top_k)


# Steps


def test_the_passages_are_heard_of_before_the_answer(make: Maker) -> None:
    assistant = open_with(make, SHOP, STORE, *MANY)
    heard = Heard(assistant)
    answer, explanation = assistant.explain(ASKED, top_k=2, as_of=DAY, listen=heard)
    assert heard.passages == [list(explanation.hits[:2])] == [assistant.search(ASKED, top_k=2)]
    assert heard.answers == [answer]
    # Who listens holds up others only while the passages are read.
    assert heard.is_free == [False, True]


def test_who_listens_changes_nothing(make: Maker) -> None:
    assistant = open_with(make, SHOP, STORE)
    answer, explanation = assistant.explain(ASKED, as_of=DAY, listen=Heard(assistant))
    silent, same = assistant.explain(ASKED, as_of=DAY)
    assert drop_times(answer) == drop_times(silent) == drop_times(assistant.ask(ASKED, as_of=DAY))
    assert explanation == same


def test_the_answer_is_heard_of_before_it_is_rephrased(make: Maker) -> None:
    assistant = replace(open_with(make, SHOP), writer=LoudWriter())
    heard = Heard(assistant)
    answer, _ = assistant.explain(ASKED, listen=heard)
    (first,) = heard.answers
    assert (first.text, first.generator) == (SAID, "extractive")
    assert (answer.text, answer.generator) == ("LOUD", "loud")
    assert answer.to_extractive() == first


def test_an_abstention_is_heard_of_and_not_rephrased(make: Maker) -> None:
    assistant = replace(open_with(make, SHOP), writer=LoudWriter())
    heard = Heard(assistant)
    answer, _ = assistant.explain("What is the capital of France?", listen=heard)
    assert (answer.text, answer.generator) == (None, "extractive")
    assert heard.answers == [answer]


def test_the_passages_of_a_follow_up_are_those_of_the_whole_question(make: Maker) -> None:
    assistant = open_with(make, SHOP, STORE)
    heard = Heard(assistant)
    answer, _ = assistant.explain("and what about lenses?", previous=[ASKED], listen=heard)
    assert answer.carried is not None
    assert heard.passages == [assistant.search(answer.carried.full)]
    assert heard.answers == [answer]


def test_nothing_is_heard_of_a_question_that_is_refused(make: Maker) -> None:
    assistant = open_with(make, SHOP)
    heard = Heard(assistant)
    with pytest.raises(QuestionError):
        assistant.explain(" ", listen=heard)
    assert (heard.passages, heard.answers) == ([], [])


def test_an_error_of_who_listens_ends_the_question_and_holds_up_no_other(make: Maker) -> None:
    assistant = open_with(make, SHOP)

    def fail(_: object) -> None:
        raise ValueError("listened badly")

    with pytest.raises(ValueError, match="listened badly"):
        assistant.explain(ASKED, listen=fail)
    assert assistant.ask(ASKED).text == SAID
