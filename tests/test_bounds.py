"""No question makes asking do work without bound, whatever it names and however it is cut."""

import pytest

from assistant.answer import Assistant, question
from assistant.answer.compose.lists import find_members
from assistant.answer.finder import MOST_PARTS
from assistant.answer.question import LONGEST_QUESTION, MOST_CUTS, split_question
from assistant.records import QuestionKind
from assistant.settings import Settings
from tests.answers import SHOP, STORE
from tests.conftest import Maker
from tests.reading import CountingReader


def ask(make: Maker, asked: str, kind: QuestionKind) -> list[str]:
    """What a reader is asked for a question, once for each different one."""
    reader = CountingReader(kind)
    Assistant.of(make.generation(SHOP, STORE), reader, Settings()).ask(asked)
    return list(dict.fromkeys(reader.asked))


def test_a_comparison_of_very_many_names_reads_for_a_few(make: Maker) -> None:
    names = [f"{a}{b}x" for a in "ABCDEFGHIJKLMNOPQRST" for b in "aeiou"]
    asked = f"Compare {', '.join(names)}"
    assert len(ask(make, asked, "compare")) == 1 + MOST_PARTS


def test_a_comparison_is_asked_of_each_subject_without_the_names_of_the_others(
    make: Maker,
) -> None:
    assert ask(make, "Do Meta glasses or Metaverse glasses cost more?", "compare")[1:] == [
        "Do Meta glasses or glasses cost more?",
        "Do glasses or Metaverse glasses cost more?",
    ]
    assert ask(make, "Does a Ray-Ban Meta cost more, or a Meta?", "compare")[1:] == [
        "Does a Ray-Ban Meta cost more, or a ?",
        "Does a cost more, or a Meta?",
    ]


def test_few_of_very_many_cuts_are_tried(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    looked = 0

    def count(text: str) -> list[str]:
        nonlocal looked
        looked += 1
        return text.split()

    monkeypatch.setattr(question, "find_question_terms", count)
    asked = "a& " * (LONGEST_QUESTION // 3)
    split_question(asked)
    assert looked == 2 * MOST_CUTS  # both halves of each cut


@pytest.mark.parametrize("filler", [" ", "a, ", "(", "x and ", "\n"])
def test_cutting_a_sentence_into_members_is_linear(filler: str) -> None:
    """Counted in characters that are looked at, not timed."""

    class Counted(str):
        looked = 0

        def count(self, *given: object) -> int:
            Counted.looked += int(str(given[2])) - int(str(given[1]))
            return str.count(self, *given)  # type: ignore[arg-type]

    text = Counted("a" + filler * 20_000 + "b")
    members = find_members(text, 0, len(text))
    assert Counted.looked <= 2 * len(text)
    assert "".join(text[a:b] for a, b in members).count("b") == 1


@pytest.mark.parametrize("space", [" ", "\t", "\u00a0"])
def test_long_white_space_is_not_a_separator(space: str) -> None:
    text = f"a{space * 200_000}b"
    assert find_members(text, 0, len(text)) == [(0, len(text))]
