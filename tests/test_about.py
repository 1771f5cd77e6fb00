"""What the documents say about the names of a question that they do not answer."""

from assistant.answer.about import find_about
from assistant.records import About, Document, Player
from tests.conftest import Maker

ROKID = Player("rokid", "Rokid", "company", aliases=("乐奇",))
NEWS = Document(
    "news.txt",
    "News",
    "Rokid.\n\nIn May Rokid opened a shop. Rokid sold 40 glasses in 2024. Many like Rokid. "
    "Rokid is in Hangzhou. Song Gang met Wu Jia. A shop is a shop.\n",
)
NOTE = Document("note.txt", "Note", "Wu Jia's team has 12 people. 乐奇 sold 40 glasses.")
COPY = Document("copy.txt", "Copy", "Rokid sold 40 glasses in 2024. Wu Jia left.")


def quote_all(found: list[About]) -> list[tuple[str, list[str]]]:
    return [(about.name, [one.quote for one in about.citations]) for about in found]


def test_sentences_that_begin_with_a_name_and_give_a_figure_come_first(shared_make: Maker) -> None:
    generation = shared_make.generation(NEWS, COPY, players=[ROKID])
    (rokid,) = find_about("Who leads Rokid?", [ROKID], generation)
    assert rokid.player == ROKID
    assert [one.quote for one in rokid.citations] == [
        "Rokid sold 40 glasses in 2024.",
        "Rokid is in Hangzhou.",
        "In May Rokid opened a shop.",
    ]
    first = rokid.citations[0]
    assert first.marked is not None
    assert first.document.text[slice(*first.marked)] == "Rokid"


def test_other_names_of_a_question_are_looked_up_too(shared_make: Maker) -> None:
    generation = shared_make.generation(NEWS, NOTE, players=[ROKID])
    question = "Did Rokid's Song Gang or Wu Jia call Sony in May 2025?"
    found = find_about(question, [ROKID], generation)
    assert [(about.name, about.player) for about in found] == [
        ("Rokid", ROKID), ("Song Gang", None), ("Wu Jia", None),
    ]  # fmt: skip
    assert quote_all(found)[1:] == [
        ("Song Gang", ["Song Gang met Wu Jia."]),
        ("Wu Jia", ["Wu Jia's team has 12 people.", "Song Gang met Wu Jia."]),
    ]


def test_a_player_is_found_by_its_other_names(shared_make: Maker) -> None:
    generation = shared_make.generation(NOTE, players=[ROKID])
    assert quote_all(find_about("乐奇多少钱？", [ROKID], generation)) == [
        ("Rokid", ["乐奇 sold 40 glasses."])
    ]


def test_only_a_question_without_a_guess_gets_what_is_said_about_its_names(
    shared_make: Maker,
) -> None:
    sure = shared_make.assistant(NEWS, players=[ROKID], threshold=-100.0)
    assert sure.ask("How many glasses did Rokid sell?").about == ()
    strict = shared_make.assistant(NEWS, players=[ROKID], threshold=100.0)
    unsure = strict.ask("How many glasses did Rokid sell?")
    assert unsure.best_guess is not None
    assert unsure.about == ()
    absent = strict.ask("Which zebras quarrel with Song Gang on Jupiter?")
    assert absent.best_guess is None
    assert quote_all(list(absent.about)) == [("Song Gang", ["Song Gang met Wu Jia."])]
