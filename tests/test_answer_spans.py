"""Answers from the spans of a reader: which are read, weighed, shown and cited."""

import math
import threading
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import pytest

from assistant.answer import Assistant
from assistant.records import Answer, Document, Passage, Reading, Span, Weighing
from assistant.settings import Settings
from tests.answering import check
from tests.conftest import LikingReader, Maker


class BlankReader:
    """A reader whose best span is nothing but space."""

    name = "blank"
    threshold = 0.0
    weighing = None

    def read(self, question: str, passages: Sequence[Passage]) -> list[Reading]:
        del question
        (passage,) = passages
        blank = passage.text.index(" ")
        blank_span = Span(passage, blank, blank + 1, 0.9)
        return [Reading(passage, 0.9, 0.0, (blank_span, Span(passage, 0, blank, 0.8)))]


def test_what_can_not_be_verified_is_not_shown(
    make: Maker, caplog: pytest.LogCaptureFixture
) -> None:
    # The sentences are cited, so the space is one between two of them.
    generation = make.generation(Document("a.txt", "A", "Quark! It costs 9 yuan."))
    answer = Assistant.of(generation, BlankReader(), Settings()).ask("Quark?")
    check(answer)
    assert (answer.text, len(answer.citations)) == ("Quark!", 1)
    assert "is not shown" in caplog.text


class ScriptedReader:
    """A reader of given spans for each document; remembers what it is given to read."""

    name = "scripted"

    def __init__(
        self,
        script: dict[str, list[tuple[int, int, float]]],
        *,
        threshold: float = 0.0,
        weighing: Weighing | None = None,
    ) -> None:
        self.script = script
        self.threshold: float = threshold
        self.weighing: Weighing | None = weighing
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
        (  # the same place of another document is another place, but the same words say no more
            {"0.txt": [(1, 5, 0.8), (5, 7, 0.7)], "1.txt": [(1, 5, 0.9), (1, 4, 0.6)]},
            [("1.txt", 1, 5), ("0.txt", 5, 7)],
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
    generation = make.generation(
        *(Document(f"{n}.txt", "A", f"{LETTERS}{chr(10) * n}") for n in range(3))
    )
    answer = Assistant.of(generation, ScriptedReader(script), Settings()).ask("Quark?")
    check(answer)
    assert [(c.document.id, *(c.marked or ())) for c in answer.citations] == cited
    assert [part.text for part in (*answer.parts, *answer.alternatives)] == [
        LETTERS[start:end] for _, start, end in cited
    ]
    assert {citation.quote for citation in answer.citations} == {LETTERS}
    assert [part.citations for part in answer.parts] == [(1,)]


STORY = "Quark was late. Its glasses cost 9 yuan, said Song. Nobody bought it."


@pytest.mark.parametrize(
    ("question", "span", "shown", "kind", "marked"),
    [
        ("What does it cost?", (33, 39), "9 yuan", "span", (33, 39)),
        ("Why is it cheap?", (33, 39), STORY[16:51], "passage", (33, 39)),
        ("What did Song say?", (16, 39), STORY[16:51], "passage", (16, 39)),
        # sentences that are whole already need no mark
        ("What does it cost?", (16, 51), STORY[16:51], "passage", None),
        ("What does it cost?", (0, 51), STORY[:51], "passage", None),
        ("Who said what?", (46, 58), "Song. Nobody", "span", (46, 58)),
    ],
)
def test_an_answer_is_the_span_or_the_sentences_around_it_as_the_question_wants(
    make: Maker,
    question: str,
    span: tuple[int, int],
    shown: str,
    kind: str,
    marked: tuple[int, int] | None,
) -> None:
    generation = make.generation(Document("0.txt", "A", STORY))
    reader = ScriptedReader({"0.txt": [(*span, 0.9)]})
    answer = Assistant.of(generation, reader, Settings()).ask(question)
    check(answer)
    assert (answer.text, answer.kind) == (shown, kind)
    (citation,) = answer.citations
    assert citation.marked == marked
    sentences = [(0, 15), (16, 51), (52, 69)]
    touched = [(a, b) for a, b in sentences if a < span[1] and span[0] < b]
    assert (citation.start, citation.end) == (touched[0][0], touched[-1][1])


@pytest.mark.parametrize(
    ("given", "own", "answered"),
    [
        (None, 0.5, True),
        (None, 0.5001, False),
        (0.5, 9.0, True),
        (0.5001, 0.0, False),
        (0.0, 9.0, True),  # 0 is a value
    ],
)
def test_the_threshold_is_the_reader_s_own_unless_one_is_given(
    make: Maker, given: float | None, own: float, answered: bool
) -> None:
    reader = ScriptedReader({"0.txt": [(0, 5, 0.5)]}, threshold=own)
    generation = make.generation(Document("0.txt", "A", LETTERS))
    assistant = Assistant.of(generation, reader, Settings(threshold=given))
    answer = assistant.ask("Quark?")
    assert (answer.status == "answered", answer.score) == (answered, 0.5)
    assert answer.confidence is None


def test_with_a_weighing_the_threshold_is_of_the_confidence(make: Maker) -> None:
    names = "score score_below_0 retrieval named_near named_in_passage terms_near".split()
    weights = dict.fromkeys(names, 0.0)
    # The span's logit is its score, and the answer's the span's less one.
    first = {"logit": 1.0, "gap": 0.0, "agreeing": 0.0, "bias": -1.0}
    weighing = Weighing({**weights, "score": 1.0, "bias": 0.0}, first, first)
    script = {"0.txt": [(0, 5, 2.0), (5, 7, 0.5), (7, 9, -3.0)]}
    generation = make.generation(Document("0.txt", "A", LETTERS))

    def ask(threshold: float) -> Answer:
        reader = ScriptedReader(script, threshold=threshold, weighing=weighing)
        return Assistant.of(generation, reader, Settings()).ask("Quark?")

    sure = round(1 / (1 + math.exp(1 - math.log(0.8808 / 0.1192))), 4)
    answer = ask(sure)
    check(answer)
    assert (answer.text, answer.confidence, answer.score) == ("Quark", sure, 2.0)
    assert answer.alternatives == ()
    assert [part.confidence for part in ask(0.6225).alternatives] == [0.6225]
    assert [part.confidence for part in ask(0.0).alternatives] == [0.6225, 0.0474]
    refused = ask(sure + 1e-4)
    assert (refused.text, refused.confidence, refused.score) == (None, sure, 2.0)


def test_passages_are_reranked_by_a_reader_whose_scores_were_weighed(make: Maker) -> None:
    texts = ["Quark glasses cost 9 yuan.", "Glasses of Rokid.", "Nothing at all."]
    documents = [Document(f"{n}", "", text) for n, text in enumerate(texts)]
    generation = make.generation(*documents)
    reader = LikingReader("Rokid")
    for weighing, first in ((reader.weighing, texts[1]), (None, texts[0])):
        reader.weighing = weighing
        hits = Assistant.of(generation, reader, Settings()).ask("Quark glasses cost?").hits
        assert hits[0].passage.text == first


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
