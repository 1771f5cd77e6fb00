"""Which questions are answered with a sentence, and what holds for every answer."""

from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from assistant.answer import Assistant
from assistant.errors import QuestionError
from assistant.load.text import load_text
from assistant.records import Document
from assistant.schema.rendering import render_answer
from tests.answering import check
from tests.conftest import ARTICLE_ID, AWKWARD_TEXT, Maker

PRICE = "How much do the Quark AI glasses cost?"


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
        ("Who won the 2022 World Cup?", "no_evidence"),
        ("Who sells lenses in 1900 shops?", "low_confidence"),
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
