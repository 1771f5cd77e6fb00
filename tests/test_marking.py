"""What is marked in the passages of a question: spans, items and evidence."""

from collections.abc import Sequence

from assistant.questions.handwritten import Answers, SetKind
from assistant.records import Document, Passage
from assistant.split import Splitter
from assistant.train.marking import (
    MarkedPassage,
    find_answers,
    mark_passage,
    mark_spans,
    prepare_paragraph,
)
from tests.training import GLASSES, count_words, make_question


def mark(*evidence: str, kind: SetKind = "fact", answers: Answers = ()) -> list[MarkedPassage]:
    """The passages of the document, each a paragraph, with what answers marked."""
    passages: list[Passage] = Splitter(count_words, 10_000).split(
        Document("doc-1", "Glasses", GLASSES)
    )
    assert [passage.text for passage in passages] == GLASSES.split("\n\n")
    question = make_question("?", *evidence, kind=kind, answers=answers)
    places = find_answers(question, GLASSES, passages)
    return [mark_passage(passage, question, places) for passage in passages]


def read(shown: MarkedPassage, spans: Sequence[tuple[int, int]]) -> list[str]:
    return [shown.text[start:end] for start, end in spans]


def test_the_words_of_an_answer_are_taken_from_the_sentence_that_is_evidence() -> None:
    """99 yuan and Quark stand in both paragraphs."""
    first, second = mark("paid the family 99 yuan", answers=((None, "99 yuan"), (None, "Quark")))
    assert (first.spans, first.items, first.evidence) == ((), (), ())
    assert read(second, second.spans) == ["99 yuan", "Quark"]
    assert second.evidence == (1,)
    first, second = mark("The price of Quark", answers=((None, "99 yuan"), (None, "Quark")))
    assert read(first, first.spans) == ["99 yuan", "Quark"]
    assert first.spans[1][0] == GLASSES.index("Quark was")  # not the first sentence's
    assert (first.evidence, second.evidence) == ((1,), ())


def test_the_items_of_a_list_are_its_answers() -> None:
    _, second = mark(
        "Xiaomi, Quark and Meta", kind="list",
        answers=((None, "Xiaomi"), (None, "Quark"), (None, "Meta")),
    )  # fmt: skip
    assert read(second, second.items) == ["Xiaomi", "Quark", "Meta"]
    assert second.items == second.spans
    assert second.evidence == (1,)


def test_a_question_that_sentences_answer_has_them_as_items_and_the_first_as_span() -> None:
    for kind in ("why", "how", "said", "yesno"):
        _, second = mark("Meta made", "Nobody else", kind=kind)
        assert read(second, second.items) == ["Meta made lenses.", "Nobody else did."]
        assert read(second, second.spans) == ["Meta made lenses."]
        assert second.evidence == (0, 2)
    _, second = mark("Meta made lenses", kind="why", answers=((None, "made lenses"),))
    assert read(second, second.items) == read(second, second.spans) == ["made lenses"]


def test_a_sentence_that_holds_an_answer_is_evidence() -> None:
    first, second = mark("sold 40 glasses", answers=((None, "40"), (None, "Nobody")), kind="two")
    assert read(first, first.spans) == ["40"]
    assert read(second, second.spans) == ["Nobody"]
    assert (first.evidence, second.evidence) == ((0,), (2,))


def test_nothing_is_marked_for_a_question_without_an_answer() -> None:
    for shown in mark(kind="none"):
        assert (shown.spans, shown.items, shown.evidence) == ((), (), ())


def test_sentences_count_from_the_start_of_their_passage() -> None:
    for shown in mark(kind="none"):
        assert " ".join(read(shown, shown.sentences)) == shown.text
        assert shown.prefix == "Glasses"


def test_a_paragraph_s_evidence_is_each_sentence_that_a_span_touches() -> None:
    text = "One. Two three. Four."
    assert mark_spans(prepare_paragraph("T", text), [(5, 15)]).evidence == (1,)
    assert mark_spans(prepare_paragraph("T", text), [(9, 18)]).evidence == (1, 2)
    assert mark_spans(prepare_paragraph("T", text), [(4, 5)]).evidence == ()
