"""Questions that are made of sentences, and those that an index answers."""

from dataclasses import replace
from pathlib import Path

import pytest

from assistant.answer.suggest.candidates import Candidate, find_candidates
from assistant.answer.suggest.forms import ask_sentence
from assistant.answer.suggest.trying import ask_candidate, choose_questions
from assistant.build import build_index
from assistant.index.generation import Generation
from assistant.records import (
    Answer,
    ChosenQuestions,
    Document,
    Heading,
    KeptQuestions,
    Passage,
    Suggestion,
    Table,
    TableRow,
)
from assistant.settings import Settings
from tests.answers import ANSWERED, assistant_of
from tests.conftest import Maker
from tests.reading import TermsReader


@pytest.mark.parametrize(
    ("sentence", "question"),
    [
        ("The main building was opened in May 1924.", "When was the main building opened?"),
        ("The old ferry was sold to Norlund Lines in 2019.",
         "When was the old ferry sold to Norlund Lines?"),
        ("The west wing closed on 3 May 2019.", "When did the west wing close?"),
        ("A day ticket costs 14 euros.", "How much does a day ticket cost?"),
        ("According to the plan, the Quark glasses are priced at 2,999 yuan.",
         "How much do the Quark glasses cost?"),
        ("The audio guide lasts 75 minutes.", "How long does the audio guide last?"),
        ("The travel restrictions lasted five weeks.",
         "How long did the travel restrictions last?"),
        ("The waiting list has 26 names.", "How many names does the waiting list have?"),
        ("Two crew members were injured.", "How many crew members were injured?"),
        ("The roof garden was closed because the railings were too low.",
         "Why was the roof garden closed?"),
        ("The delay in April was caused mainly because ice blocked the river.",
         "Why was the delay in April caused?"),
        ("The new dam was designed by Ferrand Partners.", "Who designed the new dam?"),
        ("The ward report was written by Ann Hale.", "Who wrote the ward report?"),
        ("Maria Holt, the chief executive of Tarn Water, spoke first.", "Who is Maria Holt?"),
        ("The Tarn laboratory is located in Upper Tarn.", "Where is the Tarn laboratory located?"),
        ("In 2024, the leakage rate of the Tarn network was 11.4 per cent.",
         "What was the leakage rate of the Tarn network in 2024?"),
        ("Dogs are not allowed in the galleries.", "Are dogs allowed in the galleries?"),
        ("Visitors may not take photographs with a flash.",
         "Can visitors take photographs with a flash?"),
        ("Lotte Brink proposed a new fee of 22 pounds.", "What did Lotte Brink propose?"),
        ("The Nitrate Directive is a European law on water.", "What is the Nitrate Directive?"),
        ("The council's turnover on the Tarn rose to 5 million euros, up 3 per cent.",
         "What did the council's turnover on the Tarn rise to?"),
        ("In 2024, ticket sales of the museum fell by 4 per cent.",
         "By how much did ticket sales of the museum fall in 2024?"),
        ("1.2 The deadline for tender documents is 4 June 2025.",
         "When is the deadline for tender documents?"),
        ("Maintenance costs of Tarn harbour came to 9.7 million euros.",
         "How much did maintenance costs of Tarn harbour come to?"),
        ("In 2024, sales of spare parts were 5 million euros.",
         "What were sales of spare parts in 2024?"),
    ],
)  # fmt: skip
def test_a_sentence_of_a_simple_shape_becomes_its_question(sentence: str, question: str) -> None:
    def begin_inside(words: str) -> str:
        return words if words.startswith(("Maria", "Lotte")) else words[:1].lower() + words[1:]

    assert question in [asked.text for asked in ask_sentence(sentence, begin_inside)]


@pytest.mark.parametrize(
    "sentence",
    [
        "A value whose cell is not read is missing because it is hidden.",
        "It was opened in May 1924.",  # which one is not said
        "The plan was dropped in 2019.",  # nor here
        "When it rains, the gate is closed because of mud.",
        "The gate is closed because of its age!",
        "The fall on route 14 is the largest and is due to road works.",
        "The explosion of glasses is partly due to the weight.",
        "This bridge, which was built in 1924, is closed.",
        "Hardware manufacturing is not an overnight thing.",
        "Revenue was 5 million.",
        "The work costs 85,000 euros.",  # which work is not said
        "An inspection in February found a leak in the roof.",
        "Orders received rose for the first time.",
        "I've spent two winters in the archives at Berlin and Stockholm.",
        "海港委员会于2024年举行会议。",
        "",
    ],
)
def test_other_sentences_become_none(sentence: str) -> None:
    assert list(ask_sentence(sentence, str.lower)) == []


def ask_about(text: str, **fields: object) -> list[str]:
    document = replace(Document("a", "A", text), **fields)  # type: ignore[arg-type]
    passage = Passage(document, 0, 0, len(text), "", ((0, len(text)),))
    return [candidate.question for candidate in find_candidates(passage)]


def test_a_name_keeps_its_capital_inside_of_the_question() -> None:
    text = "Brinex costs 5 euros. We sell Brinex."
    document = Document("a", "A", text)
    passage = Passage(document, 0, 0, len(text), "", ((0, 21), (22, len(text))))
    assert [one.question for one in find_candidates(passage)] == ["How much does Brinex cost?"]
    assert ask_about("Annual membership costs 5 euros.") == [
        "How much does annual membership cost?"
    ]


def test_values_of_tables_are_asked_by_row_and_column() -> None:
    text = "Halcyon 8 | 45 | today\nTotal | 90 | now"
    rows = (
        TableRow(0, 22, ((0, 9), (12, 14), (17, 22))),
        TableRow(23, 39, ((23, 28), (31, 33), (36, 39))),
    )
    table = Table(("Model", "Price per element", "Date"), rows)
    assert ask_about(text, tables=(table,)) == ["What is the price per element for Halcyon 8?"]


def test_a_heading_that_is_a_question_is_asked() -> None:
    document = Document("a", "A", "Write to us.", headings=(Heading(0, 5, "x", 1),))
    passage = Passage(document, 0, 0, 12, "How do I book a visit?", ((0, 12),))
    (candidate,) = find_candidates(passage)
    assert (candidate.question, candidate.evidence) == ("How do I book a visit?", (0, 12))


@pytest.mark.parametrize(
    ("answer", "evidence", "kept"),
    [
        (ANSWERED, True, True),
        (ANSWERED, False, False),  # from another place
        (replace(ANSWERED, confidence=0.5), True, False),
        (replace(ANSWERED, status="abstained"), True, False),
    ],
)
def test_a_question_is_kept_if_its_place_answers_it(
    answer: Answer, evidence: bool, kept: bool
) -> None:
    citation = ANSWERED.citations[0]
    place = (citation.start, citation.end) if evidence else (9000, 9005)
    candidate = Candidate(ANSWERED.question, "price", citation.document.id, place)
    assert (ask_candidate(assistant_of(answer), candidate) is not None) is kept


def test_a_heading_that_points_elsewhere_is_not_asked() -> None:
    passage = Passage(Document("a", "A", "No."), 0, 0, 3, "Did it get any worse?", ((0, 3),))
    assert list(find_candidates(passage)) == []


def test_samples_are_of_different_documents_and_forms(
    make: Maker, monkeypatch: pytest.MonkeyPatch
) -> None:
    texts = (
        "The ferry Ann costs 5 euros. The ferry Ann lasts 9 hours.",
        "The ferry Bob costs 6 euros. The ferry Bob lasts 8 hours. The ferry Ann costs 5 euros.",
        "Nothing of interest is said in this one.",
    )
    generation = make.generation(*(Document(text[:13], "", text) for text in texts))
    monkeypatch.setattr("assistant.answer.suggest.trying.open_reader", lambda *_: TermsReader())
    chosen = choose_questions(generation, settings=Settings(threshold=0.0))
    assert chosen.samples == (
        "How much does the ferry Ann cost?",
        "How long does the ferry Bob last?",
        "How long does the ferry Ann last?",
        "How much does the ferry Bob cost?",
    )
    assert {one.text for one in chosen.suggestions} == {*chosen.samples}
    assert [one.passage for one in chosen.suggestions] == [0, 0, 1, 1]
    assert choose_questions(generation, settings=Settings(threshold=0.0)) == chosen


def test_questions_are_chosen_before_a_generation_is_published(
    tmp_path: Path, fake_models: None
) -> None:
    del fake_models
    corpus, index = tmp_path / "corpus", tmp_path / "index"
    corpus.mkdir()
    (corpus / "a.txt").write_text("A ticket costs 5 euros.")
    seen: list[int] = []

    suggestion = Suggestion(0, "How much does a ticket cost?", "price", "5 euros", 0.875)

    def choose(
        generation: Generation, _track: object, _kept: KeptQuestions | None
    ) -> ChosenQuestions:
        seen.append(generation.catalog.passages)
        assert generation.folder.name == ".building"
        return ChosenQuestions(("How much does a ticket cost?",), (suggestion,))

    build_index(corpus, index, embedder="fake", choose_questions=choose)
    build_index(corpus, index, embedder="fake", choose_questions=choose)
    assert seen == [1], "asked again though nothing had changed"
    opened = Generation.open(index)
    assert opened.catalog.sample_questions == ("How much does a ticket cost?",)
    assert opened.catalog.suggestions_of([0]) == [suggestion]
    assert opened.catalog.suggestions_in("a.txt") == [suggestion]
    assert opened.manifest.suggestions == 1
    assert not [name for name in opened.manifest.files if name.endswith(".lock")]
    (corpus / "questions.txt").write_text("What else?\n")
    build_index(corpus, index, embedder="fake", choose_questions=choose)
    assert seen == [1, 1], "what was suggested is tried again in every new generation"
    opened = Generation.open(index)
    assert opened.catalog.sample_questions == ("What else?",)
    assert opened.catalog.suggestions_of([0, 1]) == [suggestion]
