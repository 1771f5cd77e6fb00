"""Questions become examples: which passages are shown, and that nothing of dev ever is."""

from pathlib import Path
from random import Random

import pytest

from assistant.errors import TrainingError
from assistant.questions.handwritten import (
    QUESTIONS_FOLDER,
    SetDocument,
    SetParagraph,
    SetParagraphQuestion,
    SetQuestion,
    read_set_paragraphs,
)
from assistant.train import examples as module
from assistant.train.examples import (
    Candidates,
    Example,
    make_document_examples,
    make_paragraph_examples,
    make_squad_examples,
)
from assistant.train.sources import Source, parse_source, read_examples, read_held_out
from tests.training import (
    GLASSES,
    count_words,
    make_document,
    make_paragraph,
    make_question,
    write_sets,
)

SOLD = make_question("How many glasses did Quark sell?", "sold 40 glasses", answers=((None, "40"),))


def make(documents: list[SetDocument], questions: list[SetQuestion], folder: Path) -> list[Example]:
    return list(make_document_examples(documents, questions, count_words, folder, seed=0))


def describe(example: Example) -> list[tuple[str, str, tuple[int, ...]]]:
    """Of each passage its title, its first word and its evidence."""
    return [(p.prefix, p.text.split()[0], p.evidence) for p in example.passages]


def test_passages_come_from_the_document_its_siblings_and_retrieval(tmp_path: Path) -> None:
    documents = [
        make_document(id_="e1a", title="Own"),
        make_document("Quark sold many glasses. It did.\n\nMilk.", id_="e1b", title="Sibling"),
        make_document("Quark sold many more glasses.", id_="e2", title="Other"),
        make_document("Quark sold 40 glasses here too.", id_="e3", title="Answers"),
        make_document("Milk is cheap.", id_="e4", title="Far"),
    ]
    question = make_question(
        SOLD.question, "sold 40 glasses", answers=((None, "40"),), document="e1a"
    )
    (example,) = make(documents, [question], tmp_path)
    assert describe(example) == [
        ("Own", "Quark", (0,)),
        ("Own", "Meta", ()),
        ("Sibling", "Quark", ()),
        ("Other", "Quark", ()),
    ]
    assert (example.kind, example.verdict, example.spanned, example.weight) == (
        "fact", None, True, 1.0,
    )  # fmt: skip


def test_siblings_are_not_negatives_of_unanswerable_questions(tmp_path: Path) -> None:
    documents = [
        make_document(id_="e1a", title="Own"),
        make_document("Quark sold 50 glasses in 2025.", id_="e1b", title="Sibling"),
    ]
    question = make_question(
        "How many glasses did Quark sell in 2025?", kind="none", reason="period", document="e1a"
    )
    (example,) = make(documents, [question], tmp_path)
    assert describe(example) == [("Own", "Quark", ()), ("Own", "Meta", ())]
    assert (example.kind, example.spanned) == (None, True)  # "none of them" is to be learned


def test_rare_kinds_are_repeated_and_a_verdict_is_not_a_span(tmp_path: Path) -> None:
    questions = [
        make_question("A?", "Meta made", kind="yesno", verdict="yes", id_="1"),
        make_question("B?", "Meta made", kind="yesno", verdict="not said", id_="2"),
        make_question("C?", "Meta made", kind="why", id_="3"),
        make_question("D?", "sold 40", kind="top", answers=((None, "40"),), id_="4"),
    ]
    made = make([make_document()], questions, tmp_path)
    assert [(one.kind, one.verdict, one.spanned, one.weight) for one in made] == [
        ("yesno", "yes", False, 1.0),
        ("yesno", None, False, 1.0),
        ("passage", None, True, 1.0),
        ("top", None, True, 1.3),
    ]


def test_an_answer_that_two_passages_cut_is_evidence_without_a_span(tmp_path: Path) -> None:
    question = make_question(
        "?", "was 99 yuan.\n\nMeta made", answers=((None, "99 yuan.\n\nMeta"),)
    )
    (example,) = make([make_document()], [question], tmp_path)
    assert [p.evidence for p in example.passages] == [(1,), (0,)]
    assert not example.spanned


def test_squad_questions_have_their_paragraph_and_perhaps_a_similar_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    paragraphs = [
        make_paragraph(
            "Quark sold 40 glasses.", ("Who sold 40 glasses?", "Quark"), ("Who lost?", None),
            title="The_Quark", id_="a",
        ),
        make_paragraph("Xiaomi sold no glasses.", id_="b", title="Xiaomi"),
        make_paragraph("Quark sold 40 lenses and glasses.", id_="c", title="Quark"),
    ]  # fmt: skip
    for share, shown in ((1.0, ["The Quark", "Xiaomi"]), (0.0, ["The Quark"])):
        monkeypatch.setattr(module, "PAIRED_SHARE", share)
        folder = tmp_path / str(share)
        folder.mkdir()
        first, second = make_squad_examples(paragraphs, folder, held_out=frozenset(), seed=0)
        assert [p.prefix for p in first.passages] == shown
        assert first.passages[0].spans == first.passages[0].items == ((0, 5),)
        assert (first.passages[0].evidence, first.kind) == ((0,), None)
        assert [(p.prefix, p.spans, p.evidence) for p in second.passages] == [("The Quark", (), ())]


def test_a_paragraph_question_has_only_its_paragraph() -> None:
    paragraph = SetParagraph("p", "Meta", "Meta made lenses. It sold 19.", "train")
    questions = [
        SetParagraphQuestion("q", "p", "How many?", True, "19", 26, "train"),
        SetParagraphQuestion("r", "p", "How few?", False, None, None, "train"),
    ]
    answered, unanswered = make_paragraph_examples([paragraph], questions)
    (shown,) = answered.passages
    assert (shown.spans, shown.evidence, answered.kind) == (((26, 28),), (1,), "fact")
    (shown,) = unanswered.passages
    assert (shown.spans, shown.evidence, unanswered.kind) == ((), (), None)


# Passages that do not answer

TEXTS = [
    "Quark sold glasses in 2024.",
    "Quark sold glasses in 2025 for $99.",
    "Meta sold lenses.",
    "The price of milk rose by 1999 yuan.",
    "Quark, the company, sold 99 glasses.",
]


@pytest.fixture
def candidates(tmp_path: Path) -> Candidates:
    return Candidates(TEXTS, tmp_path)


def test_excluded_passages_are_not_retrieved(candidates: Candidates) -> None:
    asked = "Quark sold how many glasses in 2024?"
    assert candidates.retrieve(asked, [], count=2, without=())[0] == 0
    found = candidates.retrieve(asked, [], count=9, without={0})
    assert set(found) == {1, 2, 4}  # milk shares no term
    assert candidates.retrieve(asked, [], count=2, without={0}) == found[:2]


def test_a_passage_with_an_answer_is_never_a_negative(candidates: Candidates) -> None:
    asked = "What was sold by Quark for 99?"
    for answers, left in ((["99"], {0, 2}), (["$99!"], {0, 2}), (["the Quark"], {2})):
        assert set(candidates.retrieve(asked, answers, count=9, without=())) == left
        every = candidates.choose(asked, answers, among=range(5), count=9, random=Random(0))
        assert set(every) == left | {3}


def test_a_part_of_a_word_is_not_an_answer(candidates: Candidates) -> None:
    assert candidates.holds(1, ["99"])
    assert not candidates.holds(3, ["99", "yua"])
    assert not candidates.holds(3, ["", "the"])  # nothing is left of them to look for


def test_passages_are_chosen_by_shared_words_and_ties_by_chance(
    candidates: Candidates,
) -> None:
    def choose(seed: int) -> list[int]:
        return candidates.choose(
            "quark sold glasses in 2025", [], among=[0, 1, 2, 3], count=2, random=Random(seed)
        )

    assert choose(0) == [1, 0]  # 2025 and 2024 end with a stop in one of them only
    tied = {
        tuple(candidates.choose("milk lenses", [], among=[0, 1], count=1, random=Random(seed)))
        for seed in range(20)
    }
    assert tied == {(0,), (1,)}


# Nothing of dev


@pytest.mark.parametrize("what", ["document", "question"])
def test_a_document_or_question_of_dev_is_refused(tmp_path: Path, what: str) -> None:
    document = make_document(split="dev" if what == "document" else "train")
    question = make_question("?", "sold 40", split="dev" if what == "question" else "train")
    with pytest.raises(TrainingError, match="is in the split 'dev'") as caught:
        make([document], [question], tmp_path)
    assert caught.value.hint == "train only on the split 'train': the rest is for measuring"


def test_a_paragraph_or_its_question_of_dev_is_refused() -> None:
    paragraph = SetParagraph("p", "Meta", "Meta sold 19.", "train")
    dev = SetParagraph("p", "Meta", "Meta sold 19.", "dev")
    with pytest.raises(TrainingError, match="p is in the split 'dev'"):
        list(make_paragraph_examples([dev], []))
    question = SetParagraphQuestion("q", "p", "?", False, None, None, "dev")
    with pytest.raises(TrainingError, match="q is in the split 'dev'"):
        list(make_paragraph_examples([paragraph], [question]))


def test_only_the_split_train_of_question_sets_is_read_and_follow_ups_in_full(
    tmp_path: Path,
) -> None:
    found = read_examples(Source(write_sets(tmp_path), 1.0), count_words, seed=0)
    assert [example.question for example in found] == [
        "How many glasses did Quark sell?", "How many did Quark sell?", "How many did Meta sell?",
    ]  # fmt: skip
    texts = [passage.text for example in found for passage in example.passages]
    assert set(texts) == {*GLASSES.split("\n\n"), "Meta made lenses. It sold 19."}


def test_squad_paragraphs_that_are_for_measuring_are_left_out(tmp_path: Path) -> None:
    paragraphs = [make_paragraph(f"{name} paid.", (f"Who? {name}", name)) for name in "ABC"]
    found = make_squad_examples(paragraphs, tmp_path, held_out={"B paid.", "x"}, seed=0)
    assert [example.question for example in found] == ["Who? A", "Who? C"]


def test_the_texts_of_the_shipped_dev_are_held_out(tmp_path: Path) -> None:
    held_out = read_held_out(QUESTIONS_FOLDER)
    assert len(held_out) == 94 + 251
    assert {one.text for one in read_set_paragraphs(QUESTIONS_FOLDER, split="dev")} < held_out
    assert not {one.text for one in read_set_paragraphs(QUESTIONS_FOLDER, split="train")} & held_out
    assert read_held_out(tmp_path / "no folder") == frozenset()


# Sources


@pytest.mark.parametrize(
    ("text", "source"),
    [
        ("own.json", Source(Path("own.json"), 1.0)),
        ("own.json=0.5", Source(Path("own.json"), 0.5)),
        ("a=b.json=3", Source(Path("a=b.json"), 3.0)),
        ("questions", Source(QUESTIONS_FOLDER, 1.0)),
        ("questions=2", Source(QUESTIONS_FOLDER, 2.0)),
    ],
)
def test_a_source_is_a_name_and_a_weight(text: str, source: Source) -> None:
    assert parse_source(text) == source
    assert source.name == text


@pytest.mark.parametrize("weight", ["0", "-1", "x", "nan", "101", ""])
def test_a_bad_weight_is_refused(weight: str) -> None:
    with pytest.raises(TrainingError, match=f"own.json has weight '{weight}'"):
        parse_source(f"own.json={weight}")


def test_the_files_of_a_source_are_those_that_are_read(tmp_path: Path) -> None:
    folder = write_sets(tmp_path / "sets")
    (folder / "README.md").write_text("card")
    assert [path.name for path in Source(folder, 1.0).files] == [
        "documents.jsonl", "followups.jsonl", "paragraph-questions.jsonl", "paragraphs.jsonl",
        "questions.jsonl",
    ]  # fmt: skip
    assert Source(tmp_path / "own.json", 1.0).files == [tmp_path / "own.json"]
