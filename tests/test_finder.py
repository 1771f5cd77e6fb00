"""What is read for a question: passages, more of them, parts, lines, names and figures."""

from datetime import date

import pytest

from assistant.answer import Assistant
from assistant.answer.finder import find_parts
from assistant.answer.question import Subject
from assistant.records import Carried, Document, QuestionKind
from assistant.settings import Settings
from tests.answering import ASKED, META, QUARK, SAID, SHOP, STORE, ask, check, open_with
from tests.conftest import Maker
from tests.evidence import evidence_of
from tests.reading import CountingReader

ABOUT_META, ABOUT_QUARK = (Subject(name, ((name.casefold(),),)) for name in ("Meta", "Quark"))


@pytest.mark.parametrize(
    ("kind", "question", "subjects", "parts"),
    [
        (
            "two",
            "What does Quark cost and who is its chief architect?",
            (ABOUT_QUARK,),
            [
                ("What does Quark cost", (ABOUT_QUARK,)),
                ("who is its chief architect?", (ABOUT_QUARK,)),
            ],
        ),
        ("two", "What does Quark cost?", (ABOUT_QUARK,), []),
        (
            "compare",
            "Do Quark or Meta glasses cost more?",
            (ABOUT_QUARK, ABOUT_META),
            [
                ("Do Quark or glasses cost more?", (ABOUT_QUARK,)),
                ("Do or Meta glasses cost more?", (ABOUT_META,)),
            ],
        ),
        ("compare", "Is Quark dearer than last year?", (ABOUT_QUARK,), []),
        (
            "fact",
            "What do Quark and Meta glasses cost in each shop?",
            (ABOUT_QUARK, ABOUT_META),
            [],
        ),
    ],
)
def test_each_part_of_a_question_is_read_separately(
    kind: QuestionKind, question: str, subjects: tuple[Subject, ...], parts: list[object]
) -> None:
    evidence = evidence_of(question=question, subjects=subjects, kind=kind)
    assert evidence.kind == kind
    assert find_parts(evidence) == parts


def test_a_comparison_is_read_once_for_each_subject(make: Maker) -> None:
    reader = CountingReader("compare")
    assistant = open_with(make, SHOP, STORE, players=(QUARK, META), reader=reader)
    answer = ask(assistant, "Do Quark glasses cost more than Meta lenses?")
    assert [part.text for part in answer.parts] == [SAID, "Meta lenses cost 7 yuan."]
    assert reader.asked == [
        "Do Quark glasses cost more than Meta lenses?",
        "Do Quark glasses cost more than lenses?",
        "Do glasses cost more than Meta lenses?",
    ]


def test_a_subject_is_read_without_the_others(make: Maker) -> None:
    assistant = open_with(make, SHOP, STORE, kind="compare", players=(QUARK, META))
    question = "Do Quark glasses cost more than Meta lenses?"
    hits = assistant.finder.retrieve(question, 10)
    evidence = assistant.finder.find_evidence(question, hits, date(2026, 1, 31))
    assert [subject.words for subject in evidence.subjects] == ["Quark", "Meta"]
    named = [[subject.words for subject in part.subjects] for part in evidence.parts]
    assert named == [["Quark"], ["Meta"]]


def test_a_question_in_two_says_which_half_has_no_answer(make: Maker) -> None:
    reader = CountingReader("two", threshold=-9.0)
    assistant = open_with(make, SHOP, reader=reader)
    answer = ask(assistant, "What do Quark glasses cost and where does Rokid live?")
    assert reader.asked[1:] == ["What do Quark glasses cost", "where does Rokid live?"]
    assert (answer.text, answer.missing) == (SAID, ("where does Rokid live?",))
    reader = CountingReader("fact")
    ask(open_with(make, SHOP, reader=reader), "What do Quark glasses cost and who is it?")
    assert len(reader.asked) == 1


def test_a_record_that_repeats_others_is_read_by_itself(make: Maker) -> None:
    lines = [f"{name}. The battery holds {n} volts." for n, name in ((11, "Alba"), (12, "Brim"))]
    document = Document("log.txt", "Log", "\n\n".join(lines))
    question = "How many volts does the battery hold at Brim?"
    said = "The battery holds 12 volts."
    for kind, text in ((None, said), ("count", said), ("passage", f"Brim. {said}"), ("top", None)):
        reader = CountingReader(kind, threshold=-9.0)  # type: ignore[arg-type]
        answer = ask(open_with(make, document, reader=reader), question)
        assert reader.given == [document.text, lines[1]][: 1 if text is None else 2]
        assert text is None or answer.text == text


@pytest.mark.parametrize(
    ("kind", "scale", "tables", "shown"),
    [
        ("count", 5.0, 1, "count"),
        ("fact", 1.0, 1, "list"),  # of other kinds, where a list or a count is possible
        ("fact", 5.0, 0, "span"),
    ],
)
def test_names_are_read_for_a_possible_list_or_count(
    make: Maker, kind: QuestionKind, scale: float, tables: int, shown: str
) -> None:
    reader = CountingReader(kind, scale=scale, threshold=-9.0)
    answer = ask(open_with(make, SHOP, STORE, players=(META,), reader=reader), "Which companies?")
    assert (len(reader.tables), answer.kind) == (tables, shown)
    if tables:
        assert answer.text == ("1 Meta" if kind == "count" else "Meta")


def test_a_comparison_reads_the_table_of_figures(make: Maker) -> None:
    reader = CountingReader("compare", threshold=-9.0)
    assistant = open_with(make, SHOP, STORE, players=(QUARK, META), reader=reader)
    answer = ask(assistant, "Quark or Meta cost?")
    (table,) = reader.tables
    assert table.splitlines()[0].startswith("Quark, ")
    assert answer.table is not None
    labels = [row.label.split(",")[0] for row in answer.table.rows]
    cells = [cell.text for row in answer.table.rows for cell in row.cells if cell is not None]
    assert (labels, cells) == (["Quark", "Meta"], ["9 yuan", "7 yuan"])


@pytest.mark.parametrize(
    ("kind", "given", "read"),
    [(None, 3, 3), ("fact", 3, 3), ("list", 3, 40), ("trend", 3, 24), ("list", 45, 45)],
)
def test_how_many_passages_are_read_depends_on_the_kind_alone(
    make: Maker, kind: QuestionKind | None, given: int, read: int
) -> None:
    documents = [Document(f"{n:02}.txt", "A", f"Quark sold {n} lenses.") for n in range(48)]
    generation = make.generation(*documents)
    for top_k in (1, 50):
        reader = CountingReader(kind)
        assistant = Assistant.of(generation, reader, Settings(passages_read=given))
        answer = assistant.ask("What did Quark sell?", top_k=top_k)
        check(answer)
        assert answer.coverage.passages_read == len(set(reader.given)) == read
        assert not answer.coverage.exhaustive
        assert len(answer.hits) == (1 if top_k == 1 else 48)


@pytest.mark.parametrize(("asked", "newest"), [(2024, "a.txt"), (2026, "b.txt")])
def test_newer_documents_rank_higher_but_not_later_ones(
    make: Maker, asked: int, newest: str
) -> None:
    documents = [
        Document(f"{id_}.txt", "A", f"Quark glasses cost 9 yuan{mark}", published=date(year, 5, 1))
        for id_, mark, year in (("a", ".", 2022), ("b", "!", 2025))
    ]
    answer = ask(open_with(make, *documents), ASKED, as_of=date(asked, 6, 1))
    assert answer.hits[0].passage.document.id == newest


@pytest.mark.parametrize(
    ("question", "before", "expected"),
    [
        ("what about Meta?", "What do Quark glasses cost?", "What do Meta glasses cost?"),
        ("and Meta?", "Is Quark new, and is Quark cheap?", "Is Meta new, and is Meta cheap?"),
        ("and Quark?", "What do Quark glasses cost?", None),
        ("what does Meta cost?", "Is Quark new?", None),
        ("and Meta?", "Is Quark older than Meta?", None),
        ("and Meta or Quark?", "Is Quark new?", None),
        ("and Meta?", "What do glasses cost?", None),
        ("why?", "Is Quark new?", None),
    ],
)
def test_only_the_name_of_a_player_takes_the_place_of_the_player_before(
    shared_make: Maker, question: str, before: str, expected: str | None
) -> None:
    assistant = open_with(shared_make, SHOP, STORE, players=(QUARK, META))
    assert assistant.finder.rename_player(question, before) == expected
    assistant.generation.close()


def test_a_follow_up_of_only_a_name_is_answered_like_the_question_with_it(make: Maker) -> None:
    assistant = open_with(make, SHOP, STORE, kind="fact", players=(QUARK, META))
    before, full = "What do Quark lenses cost?", "What do Meta lenses cost?"
    followed, alone = assistant.ask("and Meta?", previous=[before]), assistant.ask(full)
    assert followed.carried == Carried(before, ("lenses", "cost"), full)
    assert (followed.text, followed.kind) == (alone.text, alone.kind)
    assert (alone.text, alone.kind) == ("Meta lenses cost 7 yuan.", "span")
