import threading
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from assistant.answer import Assistant
from assistant.cite import verify
from assistant.errors import QuestionError
from assistant.load.text import load_text
from assistant.records import Answer, Document, Passage, Reading, Span
from assistant.schema import render_answer
from assistant.settings import Settings
from tests.conftest import ARTICLE_ID, AWKWARD_TEXT, Maker

PRICE = "How much do the Quark AI glasses cost?"


def check(answer: Answer) -> None:
    """What holds for every answer."""
    for citation in answer.citations:
        verify(citation)
        assert citation.document.text[citation.start : citation.end] == citation.quote
    numbers = set(range(1, len(answer.citations) + 1))
    used = {number for part in (*answer.parts, *answer.alternatives) for number in part.citations}
    assert used == numbers
    for part in (*answer.parts, *answer.alternatives):
        assert part.text in {answer.citations[number - 1].quote for number in part.citations}
    assert (answer.status == "answered") == bool(answer.parts) == (answer.abstention is None)
    assert answer.confidence is None
    assert answer.coverage.passages_read <= answer.coverage.passages


def test_a_fact_is_answered_with_the_sentence_that_says_it(article_assistant: Assistant) -> None:
    answer = article_assistant.ask(PRICE)
    check(answer)
    assert answer.text == (
        "According to the plan, the standard version of Quark AI glasses is priced at 2,999 yuan, "
        "basically equal to the cost."
    )
    assert (answer.status, answer.kind, len(answer.hits)) == ("answered", "passage", 8)
    assert answer.citations[0].document.id == ARTICLE_ID
    coverage = answer.coverage
    assert (coverage.documents, coverage.passages_read, coverage.exhaustive) == (1, 10, False)


def test_every_sample_question_is_answered(article_assistant: Assistant) -> None:
    samples = article_assistant.generation.store.sample_questions
    assert len(samples) == 6
    assert {article_assistant.ask(sample).status for sample in samples} == {"answered"}


@pytest.mark.parametrize(
    ("question", "reason"),
    [
        ("What is the capital of France?", "no_evidence"),
        ("Who won the 2022 World Cup?", "low_confidence"),
        ("Zyx qwv?", "no_evidence"),
        ("夸克眼镜多少钱？", "language"),
    ],
)
def test_what_the_documents_do_not_say_is_not_answered(
    article_assistant: Assistant, question: str, reason: str
) -> None:
    answer = article_assistant.ask(question)
    check(answer)
    assert answer.text is None
    assert answer.abstention is not None
    assert answer.abstention.reason == reason
    assert answer.abstention.closest == (() if reason == "language" else (1, 2, 3))
    assert len(answer.hits) == 8


def test_the_answer_does_not_depend_on_top_k(article_assistant: Assistant) -> None:
    few, many = (article_assistant.ask(PRICE, top_k=k) for k in (1, 50))
    assert (len(few.hits), len(many.hits)) == (1, 40)
    assert few.parts == many.parts
    assert few.citations == many.citations
    assert few.coverage == many.coverage
    abstained = article_assistant.ask("Who won the 2022 World Cup?", top_k=1)
    assert abstained.abstention is not None
    assert abstained.abstention.closest == (1,)


def test_concurrent_questions_get_the_same_answers(article_assistant: Assistant) -> None:
    questions = [
        PRICE,
        "Who is Song Gang?",
        "What is the capital of France?",
        "Why is it slow?",
    ] * 8

    def ask(question: str) -> str:
        body = render_answer(article_assistant.ask(question)).model_dump(exclude={"timing_ms"})
        return repr(body)

    alone = [ask(question) for question in questions]
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(ask, questions)) == alone


@pytest.mark.parametrize(
    ("question", "top_k", "message"),
    [
        ("", 8, "the question is empty"),
        (" \n ", 8, "the question is empty"),
        ("?!", 8, "has no word"),
        ("x" * 2001, 8, "the question has 2,001 characters: ask in at most 2,000"),
        ("\ud800 x", 8, "half of a surrogate pair"),
        ("x", 0, "top_k is 0: give 1 to 50"),
        ("x", 51, "top_k is 51: give 1 to 50"),
    ],
)
def test_a_question_that_can_not_be_asked_is_refused(
    article_assistant: Assistant, question: str, top_k: int, message: str
) -> None:
    with pytest.raises(QuestionError) as caught:
        article_assistant.ask(question, top_k=top_k)
    assert message in str(caught.value)


def test_the_longest_question_is_answered(article_assistant: Assistant) -> None:
    check(article_assistant.ask("price " * 332 + "is?"))


def test_the_threshold_decides(make: Maker) -> None:
    document = Document("a.txt", "A", "Quark glasses cost 2,999 yuan. Nobody makes money.")
    score = make.assistant(document, threshold=0).ask("Quark cost?").score
    assert score is not None
    assert make.assistant(document, threshold=score).ask("Quark cost?").text is not None
    refused = make.assistant(document, threshold=score + 1e-4).ask("Quark cost?")
    assert (refused.text, refused.score) == (None, score)


def test_alternatives_share_no_text(make: Maker) -> None:
    text = "Quark glasses cost much. Quark glasses cost 9. Glasses cost. Quark cost. All the same."
    answer = make.assistant(Document("a.txt", "A", text), threshold=0).ask("Quark glasses cost?")
    check(answer)
    places = sorted((citation.start, citation.end) for citation in answer.citations)
    assert len(places) > 1
    assert all(end <= start for (_, end), (start, _) in pairwise(places))


class BlankReader:
    """A reader whose best span is nothing but space."""

    name = "blank"

    def read(self, question: str, passages: Sequence[Passage]) -> list[Reading]:
        del question
        (passage,) = passages
        blank = passage.text.index(" ")
        spans = (Span(passage, blank, blank + 1, 0.9), Span(passage, 0, 5, 0.8))
        return [Reading(passage, 0.9, 0.0, spans)]


def test_what_can_not_be_verified_is_not_shown(
    make: Maker, caplog: pytest.LogCaptureFixture
) -> None:
    generation = make.generation(Document("a.txt", "A", "Quark glasses cost 9 yuan."))
    answer = Assistant.of(generation, BlankReader(), Settings()).ask("Quark?")
    check(answer)
    assert (answer.text, len(answer.citations)) == ("Quark", 1)
    assert "is not shown" in caplog.text


class ScriptedReader:
    """A reader of given spans for each document; remembers what it is given to read."""

    name = "scripted"

    def __init__(self, script: dict[str, list[tuple[int, int, float]]]) -> None:
        self.script = script
        self.given: list[str] = []
        self.overlaps = 0
        self._reading = threading.Lock()

    def read(self, question: str, passages: Sequence[Passage]) -> list[Reading]:
        del question
        alone = self._reading.acquire(blocking=False)
        self.overlaps += not alone
        time.sleep(0.01)
        self.given += [passage.document.id for passage in passages]
        if alone:
            self._reading.release()
        return [
            Reading(
                passage,
                0.0,
                0.0,
                tuple(Span(passage, *span) for span in self.script.get(passage.document.id, [])),
            )
            for passage in passages
        ]


LETTERS = "Quarkabcdefghijklmnopqrstuvwxyz."


@pytest.mark.parametrize(
    ("script", "cited"),
    [
        (  # across, inside, around, the same: not shown; right behind and before: shown
            {"0.txt": [(9, 15, 0.9), (12, 18, 0.8), (6, 10, 0.79), (10, 11, 0.78), (8, 16, 0.77),
                       (9, 15, 0.76), (15, 18, 0.75), (6, 9, 0.74)]},
            [("0.txt", 9, 15), ("0.txt", 15, 18), ("0.txt", 6, 9)],
        ),
        (  # the same place of another document is another text
            {"0.txt": [(1, 5, 0.8)], "1.txt": [(1, 5, 0.9)]},
            [("1.txt", 1, 5), ("0.txt", 1, 5)],
        ),
        (  # ties go by passage, then by place; scores differ from the fourth digit on
            {"1.txt": [(2, 3, 0.7), (0, 1, 0.7)], "0.txt": [(6, 7, 0.70004), (4, 5, 0.7)]},
            [("0.txt", 4, 5), ("0.txt", 6, 7), ("1.txt", 0, 1), ("1.txt", 2, 3)],
        ),
        (  # one answer and three others at most
            {"2.txt": [(n, n + 1, 0.9 - n / 100) for n in range(9)]},
            [("2.txt", n, n + 1) for n in range(4)],
        ),
    ],
)  # fmt: skip
def test_the_best_spans_apart_are_cited(
    make: Maker,
    script: dict[str, list[tuple[int, int, float]]],
    cited: list[tuple[str, int, int]],
) -> None:
    generation = make.generation(*(Document(f"{n}.txt", "A", LETTERS) for n in range(3)))
    answer = Assistant.of(generation, ScriptedReader(script), Settings()).ask("Quark?")
    check(answer)
    assert [(c.document.id, c.start, c.end) for c in answer.citations] == cited
    assert [part.citations for part in answer.parts] == [(1,)]


@pytest.mark.parametrize("top_k", [1, 5])
def test_exactly_the_best_passages_are_read(make: Maker, top_k: int) -> None:
    generation = make.generation(*(Document(f"{n}.txt", "A", "Quark " * n + ".") for n in range(6)))
    reader = ScriptedReader({})
    assistant = Assistant.of(generation, reader, Settings(passages_read=3))
    answer = assistant.ask("Quark?", top_k=top_k)
    best = [hit.passage.document.id for hit in assistant.ask("Quark?", top_k=6).hits]
    assert reader.given == best[:3] * 2
    assert (len(answer.hits), answer.coverage.passages_read) == (top_k, 3)


def test_a_question_in_an_unknown_script_is_not_read(make: Maker) -> None:
    reader = ScriptedReader({"0.txt": [(0, 5, 0.9)]})
    generation = make.generation(Document("0.txt", "A", LETTERS))
    answer = Assistant.of(generation, reader, Settings()).ask("夸克眼镜多少钱？")
    assert (answer.status, answer.score, answer.coverage.passages_read) == ("abstained", None, 0)
    assert reader.given == []


def test_no_more_questions_are_read_at_a_time_than_there_are_cores(
    make: Maker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("os.cpu_count", lambda: 1)
    reader = ScriptedReader({"0.txt": [(0, 5, 0.9)]})
    assistant = Assistant.of(make.generation(Document("0.txt", "A", LETTERS)), reader, Settings())
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(assistant.ask, ["Quark?"] * 8))
    assert [answer.text for answer in answers] == ["Quark"] * 8
    assert (len(reader.given), reader.overlaps) == (8, 0)


def test_times_add_up(article_assistant: Assistant) -> None:
    timing = article_assistant.ask(PRICE).timing_ms
    assert timing.keys() == {"retrieve", "read", "total"}
    assert min(timing.values()) > 0
    assert timing["total"] + 0.002 >= timing["retrieve"] + timing["read"]  # rounded apart


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
    st.text(alphabet=st.sampled_from("yuan família👍𝄞١２é\u0301\u200d نظ\u202e<>&"), max_size=30),
)


@pytest.fixture
def awkward_assistant(make: Maker) -> Assistant:
    (document,) = load_text(AWKWARD_TEXT, "awkward 👍.txt")
    assert isinstance(document, Document)
    return make.assistant(document, threshold=0.0)


@hypothesis_settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(question=AWKWARD_QUESTIONS)
def test_every_citation_verifies_whatever_the_text(
    awkward_assistant: Assistant, question: str
) -> None:
    if not any(character.isalnum() for character in question):
        return
    answer = awkward_assistant.ask(question)
    check(answer)
    body = render_answer(answer)
    for citation in body.citations:
        assert AWKWARD_TEXT[citation.start : citation.end] == citation.quote
        around = citation.prefix + citation.quote + citation.suffix
        assert around in AWKWARD_TEXT
