"""Answers made by hand, so that no model and no asking code is needed to show them."""

import html
import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from html.parser import HTMLParser
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Self, cast

from fastapi.testclient import TestClient

from assistant.answer import Assistant
from assistant.answer.answerer import Listener, ignore
from assistant.answer.cite import cite
from assistant.answer.explain import ExplainedCandidate, Explanation
from assistant.errors import DocumentUnknownError, QuestionError
from assistant.index.generation import Generation
from assistant.pages.app import create_app
from assistant.records import (
    ALL_DOCUMENTS,
    Abstention,
    Answer,
    AnswerCell,
    AnswerRow,
    AnswerTable,
    Calibration,
    Citation,
    Coverage,
    Document,
    DocumentFilter,
    Guess,
    Heading,
    Hit,
    Mark,
    Offsets,
    Part,
    Passage,
    Player,
    Reading,
    Source,
    Span,
)
from tests.conftest import LOCAL

TODAY = date(2026, 1, 31)
SHOP = Document(
    "shop.txt", "Shop", "Quark glasses cost 9 yuan. A case costs 4 yuan. A cloth costs 2 yuan."
)
STORE = Document("store.txt", "Store", "Lenses cost 9 yuan each. A chain costs 7 yuan and a box 5.")
GLASSES = Document(
    "shop/quark 1.txt",
    "Smart glasses",
    "# Prices\n\nQuark glasses cost 2,999 yuan. Nobody makes money.",
    published=date(2025, 9, 9),
    headings=(Heading(0, 8, "Prices", 1),),
)
BATTERIES = Document("b.txt", "Batteries", "A battery lasts 4 hours. It cost 1,999 yuan in May.")
QUARK = Player("quark", "Quark", "product")
BLANK = Answer(
    question="",
    status="answered",
    kind="span",
    parts=(),
    alternatives=(),
    score=None,
    confidence=None,
    abstention=None,
    citations=(),
    hits=(),
    coverage=Coverage(2, 3, 2, exhaustive=False, method="reader"),
    source=Source("default", "000001", "fake", "span"),
    timing_ms={"retrieve": 6.1, "read": 48.0, "total": 54.2},
    as_of=TODAY,
)


def find(passage: Passage, words: str) -> Offsets:
    """Where words are in a passage's document."""
    start = passage.document.text.index(words, passage.start)
    return start, start + len(words)


def passage_of(document: Document, *sentences: str, number: int = 0, heading: str = "") -> Passage:
    """A whole document as one passage."""
    passage = Passage(document, number, 0, len(document.text), heading, ())
    return replace(passage, sentences=tuple(find(passage, words) for words in sentences))


def cite_words(passage: Passage, quote: str, words: str | None = None) -> Citation:
    """A citation of a quote, of which some words answer."""
    return cite(passage, *find(passage, quote), marked=find(passage, words) if words else None)


def mark_words(passage: Passage, *marks: tuple[str, float]) -> tuple[Mark, ...]:
    return tuple(Mark(*find(passage, words), evidence) for words, evidence in marks)


def span_of(passage: Passage, words: str, score: float) -> Span:
    return Span(passage, *find(passage, words), score)


def hits_of(*passages: Passage) -> tuple[Hit, ...]:
    """Hits of passages, best first."""
    return tuple(
        Hit(passage, round(1 / n, 4), round(0.9 / n, 4), 7.0 / n, n, n)
        for n, passage in enumerate(passages, start=1)
    )


FIRST = passage_of(
    GLASSES, "Quark glasses cost 2,999 yuan.", "Nobody makes money.", heading="Prices"
)
SECOND = passage_of(BATTERIES, "A battery lasts 4 hours.", "It cost 1,999 yuan in May.", number=1)
PRICE = cite_words(FIRST, "Quark glasses cost 2,999 yuan.", "2,999 yuan")
OLD_PRICE = cite_words(SECOND, "It cost 1,999 yuan in May.", "1,999 yuan")
NOBODY = cite_words(FIRST, "Nobody makes money.")
BATTERY = cite_words(SECOND, "A battery lasts 4 hours.", "4 hours")
FOUND = replace(
    BLANK,
    hits=hits_of(FIRST, SECOND),
    marks=(
        mark_words(FIRST, ("Quark glasses cost 2,999 yuan.", 0.91)),
        mark_words(SECOND, ("It cost 1,999 yuan in May.", 0.27)),
    ),
)
ANSWERED = replace(
    FOUND,
    question="How much do Quark glasses cost?",
    parts=(Part("2,999 yuan", (1,), 8.4213),),
    alternatives=(Part("Nobody", (2,), 1.5, 0.31),),
    score=8.4213,
    confidence=0.83,
    citations=(PRICE, cite_words(FIRST, "Nobody makes money.", "Nobody")),
    players=(QUARK,),
)
LISTED = replace(
    FOUND,
    question="What are the prices?",
    kind="list",
    parts=(Part("2,999 yuan", (1,), 4.0), Part("1,999 yuan", (2,), 3.0)),
    confidence=0.7,
    citations=(PRICE, OLD_PRICE),
    coverage=Coverage(1, 40, 40, exhaustive=True, method="reader"),
)
COMPARED = replace(
    FOUND,
    question="What cost Quark and the battery, and which is lighter?",
    kind="comparison",
    parts=(Part("Quark: 2,999 yuan", (1,), 4.0), Part("the battery: 1,999 yuan", (2,), 3.0)),
    confidence=0.6,
    table=AnswerTable(
        ("price", "weight"),
        (
            AnswerRow("Quark", (AnswerCell("2,999 yuan", (1,)), None)),
            AnswerRow(
                "the battery",
                (AnswerCell("1,999 yuan", (2,)), AnswerCell("1 kg", (2,), "0.5 + 0.5")),
            ),
        ),
    ),
    citations=(PRICE, OLD_PRICE),
    missing=("which is lighter",),
)
CHARTED = replace(
    COMPARED,
    question="Compare the prices of Quark and the battery.",
    table=AnswerTable(
        ("value",),
        (
            AnswerRow("Quark", (AnswerCell("2,999 yuan", (1,)),)),
            AnswerRow("the battery", (AnswerCell("1,999 yuan", (2,)),)),
        ),
    ),
    missing=(),
)
REPHRASED = replace(
    LISTED,
    question="What are the prices, in sentences?",
    parts=(
        Part("Quark glasses cost 2,999 yuan.", (1,), None, 0.7),
        Part("It cost 1,999 yuan in May.", (2,), None, 0.7),
    ),
    generator="model-1b-instruct",
    extractive=LISTED.parts,
)
DECIDED = replace(
    FOUND,
    question="Does anybody make money?",
    kind="passage",
    verdict="no",
    parts=(Part("Nobody makes money.", (1,), 2.0),),
    confidence=0.9,
    citations=(NOBODY,),
)
DISAGREEING = replace(
    FOUND,
    question="What is the price?",
    parts=(Part("2,999 yuan", (1,), 4.0),),
    citations=(PRICE, OLD_PRICE),
    conflict=(1, 2),
)
UNSURE = replace(
    FOUND,
    question="How long does a Quark battery last?",
    status="abstained",
    kind="none",
    score=-0.5,
    confidence=0.31,
    abstention=Abstention("low_confidence", "No passage answers this for certain.", (2, 1)),
    best_guess=Guess("4 hours", 0.31, (1,)),
    citations=(BATTERY,),
    marks=(
        mark_words(FIRST, ("Nobody makes money.", 0.12)),
        mark_words(SECOND, ("A battery lasts 4 hours.", 0.44)),
    ),
    players=(QUARK,),
    coverage=Coverage(41, 900, 10, exhaustive=False, method="reader", unread=("x", "y", "z")),
)
ABSENT = replace(
    FOUND,
    question="Who designed Quark?",
    status="abstained",
    kind="none",
    abstention=Abstention("no_evidence", "No passage comes near the question.", (1,)),
    marks=(mark_words(FIRST, ("Quark glasses cost 2,999 yuan.", 0.05)), ()),
    players=(QUARK,),
)
FOREIGN = replace(
    BLANK,
    question="夸克眼镜多少钱？",
    status="abstained",
    kind="none",
    abstention=Abstention("language", "The question is in a script that is not known.", ()),
)
EVERY = (ANSWERED, LISTED, COMPARED, DECIDED, DISAGREEING, UNSURE, ABSENT, FOREIGN)
EXPLANATION = Explanation(
    decided_by="reader",
    threshold=0.5,
    calibration=Calibration({"short": {"bias": -0.5, "span": 0.25, "near": 1.0}}),
    kind="fact",
    kinds={"fact": 0.9, "list": 0.0625, "count": 0.0375},
    group="short",
    features={"span": 8.4, "near": 0.5, "names_near": 1.0},
    hits=FOUND.hits,
    readings=(
        Reading(
            FIRST,
            (span_of(FIRST, "2,999 yuan", 8.4), span_of(FIRST, "Nobody", 1.5)),
            items=(span_of(FIRST, "2,999 yuan", 0.75),),
            evidence=(0.91, 0.125),
            kind={"fact": 3.0},
        ),
    ),
    candidates=(
        ExplainedCandidate(span_of(FIRST, "2,999 yuan", 8.4), "answer"),
        ExplainedCandidate(span_of(FIRST, "Nobody", 1.5), "alternative"),
    ),
)


def answer_from(document: Document, quote: str, words: str | None) -> Answer:
    """An answer of some words of a quote, which is marked in the whole document."""
    passage = passage_of(document)
    return replace(
        ANSWERED,
        parts=(Part(words or quote, (1,), 1.0),),
        alternatives=(),
        citations=(cite_words(passage, quote, words),),
        hits=hits_of(passage),
        marks=(mark_words(passage, (quote, 0.5)),),
    )


class CannedAssistant:
    """Gives answers made by hand, each to its question; `asked` is what it was asked."""

    def __init__(self, answers: Sequence[Answer], *, generation: Generation | None = None) -> None:
        self.answers = {answer.question: answer for answer in answers}
        self.conversations: list[tuple[tuple[str, ...], DocumentFilter]] = []
        self.asked: list[tuple[str, int, date | None]] = []
        found = (hit.passage.document for answer in answers for hit in answer.hits)
        cited = (citation.document for answer in answers for citation in answer.citations)
        self.documents = {document.id: document for document in (*found, *cited)}
        self.generation = generation or SimpleNamespace(
            folder=Path("nowhere/default/000001"),
            is_kept=True,
            check_kept=lambda: None,
            catalog=SimpleNamespace(
                sample_questions=["How much do Quark glasses cost?"],
                documents=2,
                notices={},
                unread=(),
                skipped=(),
                count_copies=lambda: 0,
                formats=(),
                find_lines=lambda _: [],
                find_documents=lambda *_, **__: ([], 0),
                count_selected=lambda _: 2,
                players=(),
                mentions=lambda _: [],
                figures_of=lambda _: [],
                file_of=lambda _: None,
            ),
            manifest=SimpleNamespace(generation="000001", documents=2, passages=3),
            encoder=SimpleNamespace(
                count_pieces=lambda texts: [len(text.split()) for text in texts]
            ),
            warning=None,
        )

    def ask(
        self,
        question: str,
        *,
        previous: Sequence[str] = (),
        within: DocumentFilter = ALL_DOCUMENTS,
        top_k: int = 8,
        as_of: date | None = None,
    ) -> Answer:
        self.asked.append((question, top_k, as_of))
        self.conversations.append((tuple(previous), within))
        if len(question) > 2000:
            raise QuestionError(f"the question has {len(question):,} characters", hint="shorten it")
        for document_id in within.documents:
            self.document(document_id)
        answer = self.answers.get(question, next(iter(self.answers.values())))
        return replace(answer, question=question, as_of=as_of or TODAY, within=within)

    def explain(
        self, question: str, *, listen: Listener = ignore, **options: Any
    ) -> tuple[Answer, Explanation]:
        answer = self.ask(question, **options)
        listen(answer.hits)
        listen(answer.to_extractive())
        return answer, EXPLANATION

    def without_writer(self) -> Self:
        return self

    def document(self, document_id: str) -> Document:
        if document_id in self.documents:
            return self.documents[document_id]
        if isinstance(self.generation, Generation):
            return self.generation.catalog.document(document_id)
        raise DocumentUnknownError(f"no document {document_id!r}", hint="see /documents")


def assistant_of(*answers: Answer, generation: Generation | None = None) -> Assistant:
    return cast(Assistant, CannedAssistant(answers, generation=generation))


def client_of(*answers: Answer) -> TestClient:
    """A client of an app that gives these answers, each to its question."""
    return TestClient(create_app(assistant_of(*answers)), base_url=LOCAL)


def show(answer: Answer, **query: str) -> str:
    """The page of an answer."""
    page = client_of(answer).get("/", params={"question": answer.question, **query})
    assert page.status_code == 200
    return page.text


VOID = {"input", "meta", "link"}
INLINE = {"a", "b", "bdi", "cite", "code", "mark", "q", "span", "strong", "time", "kbd"}


class _Reader(HTMLParser):
    """Collects the lines that a page shows of its <main>."""

    def __init__(self) -> None:
        super().__init__()
        self.lines = [""]
        self.inside: list[tuple[str, bool, bool]] = []  # tag, shown, folded

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag not in INLINE:
            self.lines.append("")
        if tag in VOID:
            return
        _, shown, folded = self.inside[-1] if self.inside else ("", False, False)
        unseen = (
            tag in ("form", "textarea", "template")
            or "hidden" in given
            or given.get("class") == "unseen"
        )
        shown = tag == "main" or (shown and not unseen and (tag == "summary" or not folded))
        self.inside.append((tag, shown, tag == "details" and "open" not in given))

    def handle_endtag(self, tag: str) -> None:
        while self.inside and self.inside.pop()[0] != tag:
            pass
        if tag not in INLINE:
            self.lines.append("")

    def handle_data(self, data: str) -> None:
        if self.inside and self.inside[-1][1]:
            self.lines[-1] += data


def read_page(page: str) -> list[str]:
    """The lines that a page shows below its form; what is folded is left out."""
    reader = _Reader()
    reader.feed(page)
    lines = (" ".join(line.split()) for line in reader.lines)
    return [line for line in lines if line]


def strip_tags(page: str) -> str:
    """What a page says, to the character."""
    return html.unescape(re.sub(r"<[^>]+>", "", page))


def find_marks(page: str) -> list[str]:
    return [strip_tags(mark) for mark in re.findall(r"<mark[^>]*>(.*?)</mark>", page, re.DOTALL)]
