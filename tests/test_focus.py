"""Lines that repeat each other: which one a question names."""

from dataclasses import replace

import pytest

from assistant.answer.focus import extend_to_passage, find_named_record
from assistant.answer.question import QuestionTerms
from assistant.records import Document, Passage, Reading
from assistant.text import find_passage_terms
from tests.answers import passage_of, span_of

LINES = (
    ("Station Alba.", "The battery holds 11 volts."),
    ("Station Brim.", "The battery holds 12 volts."),
    ("Station Crag.", "The battery holds 13 volts."),
)
SENTENCES = [sentence for line in LINES for sentence in line]
TEXT = "\n\n".join(" ".join(line) for line in LINES)
PASSAGE = passage_of(Document("log.txt", "Log", TEXT), *SENTENCES, heading="Buoys")


def terms_of(*terms: str) -> QuestionTerms:
    return QuestionTerms(dict.fromkeys(terms, 1.0), (), (), 0.0)


def record_of(passage: Passage, *terms: str, number: int = 1) -> str | None:
    """The record of the sentences that repeat one, by its number."""
    found = find_named_record(passage, number, terms_of(*terms), find_passage_terms)
    return found.text if found is not None else None


@pytest.mark.parametrize(
    ("terms", "line"),
    [
        (("batteri", "station", "brim"), 1),
        (("batteri", "station", "crag"), 2),
        (("alba",), 0),
        (("batteri", "station"), None),  # all are as near
        (("alba", "brim"), None),
        ((), None),
        (("quark",), None),
    ],
)
def test_the_record_that_a_question_names_is_nearer_than_all_others(
    terms: tuple[str, ...], line: int | None
) -> None:
    expected = None if line is None else " ".join(LINES[line])
    assert record_of(PASSAGE, *terms) == expected


def test_a_record_is_a_passage_of_its_own_sentences() -> None:
    found = find_named_record(PASSAGE, 1, terms_of("brim"), find_passage_terms)
    start = TEXT.index("Station Brim.")
    assert found == Passage(
        PASSAGE.document, 0, start, start + 41, "Buoys",
        ((start, start + 13), (start + 14, start + 41)),
    )  # fmt: skip


def passage_with(*lines: str) -> Passage:
    """A passage of lines, a sentence each."""
    return passage_of(Document("a.txt", "A", "\n".join(lines)), *lines)


@pytest.mark.parametrize(
    ("other", "repeats"),
    [
        ("Brim holds one two three", True),  # 4 of 6 terms are in both
        ("Brim holds one two four", False),  # 3 of 7
        ("Brim holds one two three four five", False),  # 4 of 8
    ],
)
def test_lines_repeat_each_other_by_three_fifths_of_their_terms(other: str, repeats: bool) -> None:
    passage = passage_with("Alba holds one two three.", f"{other}.")
    assert (record_of(passage, "brim", number=0) is not None) is repeats


@pytest.mark.parametrize(("words", "repeats"), [("It is.", False), ("It is on.", True)])
def test_a_sentence_with_fewer_than_three_terms_repeats_nothing(words: str, repeats: bool) -> None:
    sentences = ["Alba.", words, "Brim.", words]
    document = Document("a.txt", "A", " ".join(sentences))
    places, start = [], 0
    for sentence in sentences:
        places.append((start, start + len(sentence)))
        start += len(sentence) + 1
    passage = replace(passage_of(document), sentences=tuple(places))
    assert record_of(passage, "brim") == (f"Brim. {words}" if repeats else None)


def test_a_record_begins_after_the_sentence_that_is_repeated() -> None:
    sentences = [
        "Station Alba.", "The battery holds 11 volts.", "The lamp was changed in March.",
        "Station Brim.", "The battery holds 12 volts.", "The lamp was changed in April.",
    ]  # fmt: skip
    passage = passage_of(Document("a.txt", "A", " ".join(sentences)), *sentences)
    assert record_of(passage, "brim", number=1) == " ".join(sentences[2:5])
    assert record_of(passage, "brim", number=2) == " ".join(sentences[3:])
    assert record_of(passage, "alba", number=5) == " ".join(sentences[:3])
    assert record_of(passage, "alba", number=0) is None


def test_a_sentence_alone_repeats_nothing() -> None:
    assert (
        record_of(passage_of(Document("a.txt", "A", "Words."), "Words."), "words", number=0) is None
    )


def test_the_reading_of_a_record_is_placed_in_its_passage() -> None:
    line = find_named_record(PASSAGE, 1, terms_of("brim"), find_passage_terms)
    assert line is not None
    spans, items = (span_of(line, "12 volts", 3.0),), (span_of(line, "12", 0.5),)
    found = Reading(line, spans, items, (0.25, 0.75), {"fact": 1.0}, -2.0)
    placed = extend_to_passage(found, PASSAGE)
    assert placed == Reading(
        PASSAGE, spans, items, (0.0, 0.0, 0.25, 0.75, 0.0, 0.0), {"fact": 1.0}, -2.0
    )
    plain = extend_to_passage(Reading(line, spans), PASSAGE)
    assert plain == Reading(PASSAGE, spans)
