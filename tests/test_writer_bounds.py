"""Whatever a language model writes, what is shown is in the sentences cited."""

from dataclasses import replace
from typing import Any

import hypothesis.strategies as st
from hypothesis import given

from assistant.answer.cite import verify
from assistant.answer.writer import ModelWriter
from assistant.api.rendering import render_answer
from assistant.evaluate.judge import judge
from assistant.records import Answer
from assistant.text import find_terms
from tests.answers import ANSWERED, DECIDED
from tests.judged import make_question
from tests.rephrasing import PAIR, Scripted

ANSWERS = (ANSWERED, PAIR, DECIDED)
WORDS = sorted(
    {word for answer in ANSWERS for one in answer.citations for word in one.quote.split()}
)
PIECES = st.one_of(
    st.sampled_from([one.quote for answer in ANSWERS for one in answer.citations]),
    st.sampled_from(["2,999 yuan", "4 hours", "Nobody makes money"]),
    st.sampled_from(WORDS),
    st.sampled_from([f"[{number}]" for number in (0, 1, 2, 3, 99)] + ["[1][2]", "[1, 2]", "[-1]"]),
    st.sampled_from([".", "!", "\n", ", and", "not", "never", "<b>", "**", "[x](y)", "\u202e"]),
    st.text(max_size=12),
)
TEXTS = st.lists(PIECES, max_size=30).map(" ".join) | st.text()


@given(st.sampled_from(ANSWERS), TEXTS)
def test_every_word_shown_is_in_a_sentence_cited(answer: Answer, text: str) -> None:
    model: Any = Scripted([text])
    written = ModelWriter(model).rephrase(answer)
    for citation in written.citations:
        verify(citation)
    if written.generator == "extractive":
        assert replace(written, timing_ms=answer.timing_ms) == answer
        return
    assert written.extractive == answer.parts
    assert replace(written.to_extractive(), timing_ms=answer.timing_ms) == answer
    cited = {number for part in answer.parts for number in part.citations}
    for part in written.parts:
        assert part.citations
        assert cited.issuperset(part.citations)
        for number in part.citations:
            words = {*find_terms(answer.citations[number - 1].quote)}
            assert words.issuperset(find_terms(part.text))
    shown = written.text or ""
    assert all(part.text in shown for part in answer.parts)
    assert "<" not in shown
    assert render_answer(written).generator == model.model


def test_the_texts_of_the_property_are_also_used() -> None:
    """That its texts can pass: a property of nothing would hold."""
    for answer in (ANSWERED, PAIR):
        text = " ".join(f"{one.quote} [{n}]" for n, one in enumerate(answer.citations, 1))
        model: Any = Scripted([text])
        assert ModelWriter(model).rephrase(answer).generator == model.model


def test_the_judge_judges_what_is_shown() -> None:
    question = make_question("fact", answers=("2,999 yuan",))
    model: Any = Scripted(["Quark glasses cost 2,999 yuan [1]."])
    written = ModelWriter(model).rephrase(ANSWERED)
    assert judge(question, written).right
    assert judge(question, ANSWERED).exact_match == 1
    assert judge(question, written).exact_match == 0  # of the whole text
