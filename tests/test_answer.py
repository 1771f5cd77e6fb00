"""The three outcomes of a question, and what holds for every answer."""

import math
import re
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings as hypothesis_settings, strategies as st

from assistant.answer import Assistant
from assistant.answer.confidence import GROUPS
from assistant.answer.explain import Explanation
from assistant.api.rendering import render_answer
from assistant.errors import QuestionError
from assistant.load.text import load_text
from assistant.records import (
    QUESTION_KINDS,
    Document,
    Guess,
    Passage,
    Player,
    QuestionKind,
    Reading,
    Span,
)
from assistant.settings import Settings
from tests.answering import ASKED, META, QUARK, SAID, SHOP, STORE, ask, check, open_with
from tests.conftest import ARTICLE_ID, AWKWARD_TEXT, Maker
from tests.reading import CountingReader, TermsReader

PRICE = "How much do the Quark AI glasses cost?"


# Three outcomes


def test_a_fact_is_answered_with_the_sentence_that_says_it(article_assistant: Assistant) -> None:
    answer = ask(article_assistant, PRICE)
    assert answer.text == (
        "According to the plan, the standard version of Quark AI glasses is priced at 2,999 yuan, "
        "basically equal to the cost."
    )
    assert (answer.status, answer.kind, len(answer.hits)) == ("answered", "span", 8)
    assert (answer.best_guess, answer.abstention) == (None, None)
    assert answer.citations[0].document.id == ARTICLE_ID
    coverage = answer.coverage
    assert (coverage.documents, coverage.passages_read, coverage.exhaustive) == (1, 10, False)


def test_every_sample_question_is_answered(article_assistant: Assistant) -> None:
    samples = article_assistant.generation.catalog.sample_questions
    assert len(samples) == 6
    assert {article_assistant.ask(sample).status for sample in samples} == {"answered"}


@pytest.mark.parametrize(
    ("own", "given", "status"),
    [
        (5.0, None, "answered"),
        (5.1, None, "abstained"),
        (9.0, 5.0, "answered"),
        (0.0, 5.1, "abstained"),
        (9.0, 0.0, "answered"),  # 0 is a value
    ],
)
def test_without_a_calibration_the_score_of_the_best_span_decides(
    make: Maker, own: float, given: float | None, status: str
) -> None:
    reader = TermsReader(threshold=own)
    assistant = Assistant.of(make.generation(SHOP), reader, Settings(threshold=given))
    answer = ask(assistant, ASKED)
    assert (answer.status, answer.score, answer.confidence) == (status, 5.0, None)
    assert answer.best is not None
    assert answer.best.text == SAID
    if status == "answered":
        assert (answer.text, answer.best_guess) == (SAID, None)
    else:  # not sure: the sentence comes near
        assert (answer.text, answer.best_guess) == (None, Guess(SAID, None, (1,)))
        assert answer.citations[0].quote == SAID


def test_with_a_calibration_the_confidence_decides(make: Maker) -> None:
    sure = round(1 / (1 + math.exp(-(5.0 - 4.0))), 4)
    for threshold, status in ((sure, "answered"), (sure + 1e-4, "abstained")):
        answer = ask(open_with(make, SHOP, threshold=threshold, bias=-4.0), ASKED)
        assert (answer.status, answer.confidence, answer.score) == (status, sure, 5.0)
        guess = Guess(SAID, sure, (1,)) if status == "abstained" else None
        assert answer.best_guess == guess
        assert [part.confidence for part in answer.parts] == ([sure] if guess is None else [])


@pytest.mark.parametrize(
    ("question", "reason"),
    [
        ("What is the capital of France?", "no_evidence"),
        ("Zyx qwv?", "no_evidence"),
        ("夸克眼镜多少钱？", "language"),
    ],
)
def test_a_question_about_nothing_in_the_documents_gets_no_guess(
    make: Maker, question: str, reason: str
) -> None:
    answer = ask(open_with(make, SHOP, STORE), question)
    assert answer.abstention is not None
    assert answer.abstention.reason == reason
    assert answer.abstention.closest == (() if reason == "language" else (1, 2))
    assert (answer.text, answer.best_guess, answer.citations) == (None, None, ())
    assert len(answer.hits) == (0 if reason == "language" else 2)


def test_a_question_in_an_unknown_script_is_not_read(make: Maker) -> None:
    reader = CountingReader()
    assistant = open_with(make, SHOP, reader=reader)
    answer, explanation = assistant.explain("夸克眼镜多少钱？", as_of=date(2025, 1, 31))
    check(answer)
    assert (answer.score, answer.coverage.passages_read, answer.coverage.method) == (
        None,
        0,
        "words",
    )
    assert (answer.marks, answer.as_of) == ((), date(2025, 1, 31))
    assert (explanation.decided_by, explanation.readings) == ("language", ())
    assert reader.given == []


# What the kind of a question decides


@pytest.mark.parametrize(
    ("kind", "shown"),
    [
        (None, "span"), ("fact", "span"), ("top", "span"), ("count", "count"), ("list", "list"),
        ("passage", "passage"), ("yesno", "passage"), ("compare", "comparison"),
        ("two", "comparison"), ("trend", "trend"),
    ],
)  # fmt: skip
def test_an_answer_has_the_kind_that_the_reader_finds(
    make: Maker, kind: QuestionKind | None, shown: str
) -> None:
    assistant = open_with(make, SHOP, STORE, kind=kind, bias=0.0)
    answer, explanation = assistant.explain(ASKED)
    check(answer)
    assert answer.kind == shown
    assert explanation.kind == (kind or "fact")
    assert explanation.group == GROUPS[kind or "fact"]
    likely = round(math.exp(5) / (math.exp(5) + len(QUESTION_KINDS) - 1), 4)
    assert (explanation.kinds or {}).get(kind or "fact") == (likely if kind else None)


def test_a_player_s_name_alone_asks_what_is_said_about_it(make: Maker) -> None:
    assistant = open_with(make, SHOP, STORE, kind="fact", players=(QUARK,))
    for question in ("Quark", "Quark?", " Quark!"):
        answer = ask(assistant, question)
        assert (answer.kind, answer.text) == ("passage", SAID)
        assert answer.players == (QUARK,)
    answer = ask(assistant, ASKED)
    assert (answer.kind, answer.players) == ("span", (QUARK,))


def test_the_players_of_a_question_are_in_order_and_unique(make: Maker) -> None:
    assistant = open_with(make, SHOP, STORE, players=(QUARK, META))
    assert ask(assistant, "Is Meta or Quark older than Meta?").players == (META, QUARK)
    assert ask(assistant, "What do lenses cost?").players == ()


def test_sources_that_disagree_are_both_given(make: Maker) -> None:
    old = Document("a.txt", "2019", "Entrance costs 9 yuan here.", published=date(2019, 1, 1))
    new = Document("b.txt", "2024", "Entrance costs 11 yuan here.", published=date(2024, 1, 1))
    for kind, conflict in ((None, (1, 2)), ("passage", (2, 1))):
        reader = NumberReader(kind, threshold=-9.0)  # type: ignore[arg-type]
        answer = ask(open_with(make, old, new, reader=reader), "What does the entrance cost?")
        assert answer.conflict == conflict
    answer = ask(open_with(make, old, new, reader=NumberReader()), "What does the entrance cost?")
    assert answer.text == "11 yuan (2024-01-01); 9 yuan (2019-01-01)"


def test_two_names_of_a_player_are_one_entry_of_a_list_or_a_guess(make: Maker) -> None:
    brands = Document("a.txt", "A", "The old brands are Facebook, Quark, Meta and Meta Lab.")
    players = replace(META, aliases=("Facebook",)), QUARK
    for threshold in (-9.0, 9.0):
        reader = ItemsReader("list", threshold=threshold)
        answer = ask(open_with(make, brands, players=players, reader=reader), "Which old brands?")
        if threshold < 0:
            assert answer.text == "Facebook, Quark, Meta Lab"
        else:
            assert answer.best_guess == Guess("Facebook; Quark; Meta Lab", None, (1, 2, 3))


@pytest.mark.parametrize(
    ("as_of", "reason"),
    [(date(2024, 12, 31), "low_confidence"), (date(2025, 1, 1), "other_period")],
)
def test_a_past_time_may_be_a_reason_to_abstain(make: Maker, as_of: date, reason: str) -> None:
    old = Document("a.txt", "A", "In 2023 Quark glasses cost 9 yuan.")
    answer = ask(open_with(make, old, threshold=9.0), "What do Quark glasses cost in 2025?", as_of)
    assert answer.abstention is not None
    assert answer.abstention.reason == reason


# What the tables of names and figures add


def test_a_list_of_all_names_of_a_kind_is_exhaustive(make: Maker) -> None:
    players = QUARK, META, Player("rokid", "Rokid", "company"), Player("lei", "Lei Jun", "person")
    documents = SHOP, STORE, Document("more.txt", "More", "Rokid has competitors in town.")
    for scale, exhaustive in ((5.0, True), (2.0, False)):
        reader = CountingReader("list", scale=scale)
        assistant = open_with(make, *documents, players=players, reader=reader, bias=0.0)
        answer = ask(assistant, "Which companies?")
        assert (answer.kind, answer.text) == ("list", "Meta, Rokid")
        cited = [citation.quote for citation in answer.citations]
        assert cited == ["Meta lenses cost 7 yuan.", "Rokid has competitors in town."]
        assert answer.confidence == 0.67
        coverage = answer.coverage
        assert (coverage.passages_read, coverage.method) == (3, "tables")
        assert coverage.exhaustive is exhaustive
        assert len(reader.tables) == 1
        # The confidence is not made of the features.
        assert assistant.explain("Which companies?")[1].features == {}
        assert assistant.explain("Lenses?")[1].features != {}


def test_a_guess_comes_only_with_its_own_citations(make: Maker) -> None:
    for kind in ("compare", "fact"):
        reader = CountingReader(kind, threshold=9.0)
        assistant = open_with(make, SHOP, STORE, players=(QUARK, META), reader=reader)
        answer = ask(assistant, "Quark or Meta cost?")
        assert answer.best_guess is not None
        assert answer.best_guess.citations == tuple(range(1, len(answer.citations) + 1))


# How much is read


@pytest.mark.parametrize(
    ("kind", "given", "scale", "exhaustive"),
    [
        ("list", 10, 5.0, True),
        ("list", 1, 5.0, True),  # a list reads more
        ("list", 10, 2.0, False),  # the question may not have been understood
        ("passage", 10, 5.0, False),
        (None, 10, 5.0, False),
    ],
)
def test_only_a_list_of_all_passages_is_exhaustive(
    make: Maker, kind: QuestionKind | None, given: int, scale: float, exhaustive: bool
) -> None:
    reader = CountingReader(kind, scale=scale)
    assistant = Assistant.of(make.generation(SHOP, STORE), reader, Settings(passages_read=given))
    coverage = ask(assistant, ASKED).coverage
    assert (coverage.passages, coverage.exhaustive, coverage.method) == (2, exhaustive, "reader")


def test_the_answer_does_not_depend_on_top_k(article_assistant: Assistant) -> None:
    few, many = (article_assistant.ask(PRICE, top_k=k) for k in (1, 50))
    assert (len(few.hits), len(many.hits)) == (1, 40)
    assert few.hits[0] == many.hits[0]
    assert (few.parts, few.citations, few.coverage) == (many.parts, many.citations, many.coverage)
    abstained = article_assistant.ask("Who is Zyx Qwv?", top_k=1)
    assert abstained.abstention is not None
    assert abstained.abstention.closest == (1,)


def test_passages_that_were_read_are_ordered_by_their_best_sentence(make: Maker) -> None:
    texts = ["Nothing at all.", "Quark lenses.", "Quark glasses cost 9 yuan."]
    documents = [Document(f"{n}.txt", "A", text) for n, text in enumerate(texts)]
    answer = ask(open_with(make, *documents), ASKED)
    assert [hit.passage.text for hit in answer.hits] == texts[::-1]
    assert [[mark.evidence for mark in marks] for marks in answer.marks] == [
        [1.0], [1 / 3], [0.0],
    ]  # fmt: skip


# The day of the question


def test_an_answer_states_its_day(make: Maker) -> None:
    assistant = open_with(make, SHOP)
    day = date(2024, 2, 29)
    assert ask(assistant, ASKED, as_of=day).as_of == day
    before, answer, after = date.today(), ask(assistant, ASKED), date.today()
    assert answer.as_of in (before, after)


# What holds for every answer


def test_the_same_question_gets_the_same_answer_with_its_explanation(
    article_assistant: Assistant,
) -> None:
    answer = article_assistant.ask(PRICE)
    same, explanation = article_assistant.explain(PRICE)
    assert (same.parts, same.hits, same.marks) == (answer.parts, answer.hits, answer.marks)
    assert isinstance(explanation, Explanation)
    assert (explanation.decided_by, explanation.kinds) == ("reader", None)
    assert explanation.threshold == article_assistant.threshold
    assert len(explanation.hits) == len(explanation.readings) == 10
    scores = [hit.score for hit in explanation.hits]
    assert scores == sorted(scores, reverse=True)
    assert explanation.candidates[0].outcome == "answer"
    assert explanation.candidates[0].span == answer.best


def test_concurrent_questions_get_the_same_answers(article_assistant: Assistant) -> None:
    questions = [PRICE, "Who is Song Gang?", "What is the capital of France?", "Why slow?"] * 8

    def ask_for(question: str) -> str:
        return repr(
            render_answer(article_assistant.ask(question)).model_dump(exclude={"timing_ms"})
        )

    alone = [ask_for(question) for question in questions]
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(ask_for, questions)) == alone


def test_no_more_questions_are_read_at_a_time_than_there_are_cores(
    make: Maker, monkeypatch: pytest.MonkeyPatch
) -> None:
    class TurnReader(TermsReader):
        """Notes at each reading whether another question could be read as well."""

        def __init__(self) -> None:
            super().__init__()
            self.free: list[bool] = []

        def read(self, question: str, passages: Sequence[Passage]) -> list[Reading]:
            self.free.append(assistant._model_runs.acquire(blocking=False))
            return super().read(question, passages)

    monkeypatch.setenv("ASSISTANT_CONCURRENCY", "1")
    reader = TurnReader()
    assistant = open_with(make, SHOP, reader=reader)
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(assistant.ask, [ASKED] * 8))
    assert [answer.text for answer in answers] == [SAID] * 8
    assert reader.free == [False] * 8
    assert assistant._model_runs.acquire(blocking=False), "the last one is done"


def test_an_invalid_question_is_refused(article_assistant: Assistant) -> None:
    with pytest.raises(QuestionError, match="the question is empty"):
        article_assistant.ask(" ")
    with pytest.raises(QuestionError, match="top_k is 51"):
        article_assistant.ask("x", top_k=51)


def test_a_question_is_asked_with_single_spaces(make: Maker) -> None:
    answer = ask(open_with(make, SHOP), "Quark" + " " * 2000 + "glasses?")
    assert (answer.question, answer.text) == ("Quark glasses?", SAID)


def test_the_longest_question_is_answered(article_assistant: Assistant) -> None:
    ask(article_assistant, "price " * 332 + "is?")


def test_times_add_up(article_assistant: Assistant) -> None:
    timing = article_assistant.ask(PRICE).timing_ms
    assert timing.keys() == {"retrieve", "read", "total"}
    assert min(timing.values()) > 0
    assert timing["total"] + 0.002 >= timing["retrieve"] + timing["read"]  # each is rounded


AWKWARD_QUESTIONS = st.one_of(
    st.sampled_from(
        [
            "How many yuan did the family 👨‍👩‍👧‍👦 pay?",
            "Café Zoë lenses １２ days?",
            "النظارات الذكية",
            "clef 𝄞",
            "Zero\u200bwidth",
        ]
    ),
    st.text(alphabet=st.sampled_from("yuan família👍𝄞１２é\u0301\u200d نظ\u202e<>&"), max_size=30),
)


@pytest.fixture
def awkward_assistants(make: Maker) -> list[Assistant]:
    """One for each way to compose an answer."""
    document = load_text(AWKWARD_TEXT, "awkward 👍.txt")
    assert isinstance(document, Document)
    kinds: list[QuestionKind] = ["fact", "list", "passage", "trend"]
    return [open_with(make, document, kind=kind, threshold=-4.0) for kind in kinds]


@hypothesis_settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(question=AWKWARD_QUESTIONS, which=st.integers(0, 3))
def test_citations_of_any_text_can_be_verified(
    awkward_assistants: list[Assistant], question: str, which: int
) -> None:
    if not any(character.isalnum() for character in question):
        return
    answer = ask(awkward_assistants[which], question)
    for citation in render_answer(answer).citations:
        assert AWKWARD_TEXT[citation.start : citation.end] == citation.quote
        around = citation.prefix + citation.quote + citation.suffix
        assert around in AWKWARD_TEXT


class NumberReader(TermsReader):
    """The spans of its sentences are the prices in them."""

    def read(self, question: str, passages: Sequence[Passage]) -> list[Reading]:
        return [
            replace(
                reading,
                spans=tuple(
                    Span(reading.passage, match.start(), match.end(), span.score)
                    for span in reading.spans
                    for match in re.finditer(r"\d+ yuan", reading.passage.document.text)
                ),
            )
            for reading in super().read(question, passages)
        ]


class ItemsReader(TermsReader):
    """The items of its sentences are the words with a capital, save the first."""

    def read(self, question: str, passages: Sequence[Passage]) -> list[Reading]:
        return [
            replace(
                reading,
                items=tuple(
                    Span(reading.passage, match.start(), match.end(), 0.96)
                    for match in re.finditer(r"(?<= )[A-Z]\w+", reading.passage.document.text)
                ),
            )
            for reading in super().read(question, passages)
        ]
