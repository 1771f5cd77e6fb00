"""What near-copies say in the place of an answer."""

from datetime import date

import pytest

from assistant.answer.evidence import Entry
from assistant.answer.question import QuestionTerms, find_subjects
from assistant.answer.versions import find_versions
from assistant.records import Document, Passage
from tests.answers import passage_of
from tests.evidence import evidence_of

TARIFF = (
    "The harbour of {harbour} is open from April to October.",
    "A berth costs {price} a night.",
    "The harbour master is {master}.",
    "Dogs are kept on a lead.",
)


def tariff(
    number: int, *, harbour: str = "Skarv", price: str = "240 crowns", master: str = "Olaf Berg"
) -> Passage:
    sentences = [line.format(harbour=harbour, price=price, master=master) for line in TARIFF]
    document = Document(f"{number}.txt", "Tariff", " ".join(sentences), date(2020 + number, 1, 1))
    return passage_of(document, *sentences, number=number)


def entry_of(passage: Passage, words: str, *, whole: bool = False) -> Entry:
    place = passage.document.text.index(words)
    cited = next((a, b) for a, b in passage.sentences if a <= place < b)
    start, end = cited if whole else (place, place + len(words))
    return Entry(passage, start, end, cited, 1.0)


def versions_of(entry: Entry, *others: Passage, question: str = "?") -> list[str]:
    terms = QuestionTerms(dict.fromkeys(("berth", "night", "cost"), 1.0), (), (), 0.0)
    evidence = evidence_of(question=question, terms=terms, subjects=find_subjects(question, {}))
    return [version.text for version in find_versions(entry, others, evidence)]


OLD = tariff(0)


@pytest.mark.parametrize("price", ["310 crowns", "9.50 crowns", "three hundred crowns", "nothing"])
def test_a_version_is_what_stands_in_the_place_of_the_answer(price: str) -> None:
    new = tariff(1, price=price, master="Lena Holm")
    assert versions_of(entry_of(OLD, "240 crowns"), OLD, new) == [price]


def test_names_may_differ_where_they_are_the_answer() -> None:
    assert versions_of(entry_of(OLD, "Olaf Berg"), tariff(1, master="Lena Holm")) == ["Lena Holm"]


def test_a_whole_sentence_has_versions_too() -> None:
    found = versions_of(entry_of(OLD, "240", whole=True), tariff(1, price="310 crowns"))
    assert found == ["A berth costs 310 crowns a night."]


def test_the_same_value_is_no_version_and_each_value_is_given_once() -> None:
    others = [tariff(1), tariff(2, price="310 crowns"), tariff(3, price="310 crowns")]
    assert versions_of(entry_of(OLD, "240 crowns"), *others) == ["310 crowns"]


def test_the_same_words_about_another_thing_are_no_version() -> None:
    other = tariff(1, harbour="Brant", price="150 crowns")
    assert versions_of(entry_of(OLD, "240 crowns"), other) == []


def test_a_version_has_the_names_of_the_question() -> None:
    other = tariff(1, harbour="this town", price="150 crowns")
    asked = "What is the price at Skarv?"
    assert versions_of(entry_of(OLD, "240 crowns"), other, question=asked) == []
    assert versions_of(entry_of(OLD, "240 crowns"), other) == ["150 crowns"]


def test_a_text_about_something_else_is_no_version() -> None:
    text = "A berth costs 90 crowns a night."
    other = passage_of(Document("9.txt", "Ferry", f"{text} The ferry sails at noon."), text)
    assert versions_of(entry_of(OLD, "240 crowns"), other) == []
