"""Questions as people ask them, of the packaged reader: the shipped article and small corpora."""

from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import pytest

from assistant.answer import Assistant
from assistant.build import build_from
from assistant.index.generation import Generation
from assistant.load import Corpus
from assistant.read import PACKAGED, open_model
from assistant.records import Answer, Document
from assistant.settings import Settings
from tests.answering import check

TODAY = date(2026, 1, 31)
GARDEN = Document(
    "other.txt",
    "other",
    "The garden club keeps twelve plots behind the station. Beans are sown in May.",
)
Open = Callable[..., Assistant]


@pytest.fixture(scope="module")
def article(article_index: Path) -> Iterator[Assistant]:
    """The shipped article, as it is served."""
    assistant = Assistant.open(article_index)
    yield assistant
    assistant.generation.close()


@pytest.fixture(scope="module")
def open_texts(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Open]:
    """Opens an assistant over some documents; the reader is opened once."""
    reader = open_model(PACKAGED)
    opened: list[Assistant] = []

    def open_(*documents: Document) -> Assistant:
        index = tmp_path_factory.mktemp("indexes") / "texts"
        build_from(Corpus(documents, (), "1" * 64), index, embedder="packaged")
        opened.append(Assistant.of(Generation.open(index), reader, Settings()))
        return opened[-1]

    yield open_
    for assistant in opened:
        assistant.generation.close()


def ask(assistant: Assistant, question: str) -> Answer:
    answer = assistant.ask(question, as_of=TODAY)
    check(answer)
    return answer


def say(answer: Answer) -> str:
    """The answer, or the best guess next to an abstention."""
    return answer.text or (answer.best_guess.text if answer.best_guess else "")


def quote(answer: Answer) -> str:
    """All that is cited for the answer or the best guess."""
    numbers = [number for part in answer.parts for number in part.citations]
    numbers += answer.best_guess.citations if answer.best_guess else ()
    return "\n".join(answer.citations[number - 1].quote for number in numbers)


@pytest.mark.parametrize(
    ("question", "said"),
    [
        ("what's the price of the Quark AI glasses?", "2,999 yuan"),
        ("how's the yield of Thunderbird's MicroLED optical engine?", "92%"),
    ],
)
def test_a_capital_at_the_beginning_of_a_question_changes_nothing(
    article: Assistant, question: str, said: str
) -> None:
    lower, capital = ask(article, question), ask(article, question[0].upper() + question[1:])
    assert said in say(lower) + quote(lower)
    assert (capital.status, capital.text, capital.confidence) == (
        lower.status, lower.text, lower.confidence
    )  # fmt: skip
    assert (capital.citations, capital.best_guess) == (lower.citations, lower.best_guess)


def test_the_companies_according_to_the_article_are_several(article: Assistant) -> None:
    answer = ask(article, "Which companies make AI glasses according to the article?")
    assert (answer.status, answer.kind) == ("answered", "list")
    named = [
        name
        for name in ("Meta", "Xiaomi", "Alibaba", "Rokid", "Thunderbird", "Huawei", "XREAL")
        if name in say(answer)
    ]
    assert len(named) > 1


def test_what_the_article_says_about_huawei_is_of_huawei(article: Assistant) -> None:
    assert "Huawei" in quote(ask(article, "What does the article say about Huawei?"))


def test_a_person_is_asked_for_in_short(article: Assistant) -> None:
    answer = ask(article, "Who's Lei Jun?")
    assert "Lei Jun" in say(answer)
    assert "Lei Jun" in quote(answer)


def test_the_chips_in_the_glasses_of_one_maker(article: Assistant) -> None:
    assert "Qualcomm AR1" in quote(ask(article, "Which chips does Xiaomi use in its glasses?"))


@pytest.mark.parametrize(
    ("question", "said"),
    [
        ("How much do the Quark AI glasses cost?", "2,999 yuan"),
        ("Who is in charge of Xiaomi's wearable device department?", "Li Chuangqi"),
        ("What is Rokid's shipment target for next year?", "1 million units"),
        ("What's the yield of Thunderbird's MicroLED optical engine?", "92%"),
    ],
)
def test_a_plain_question_is_answered(article: Assistant, question: str, said: str) -> None:
    answer = ask(article, question)
    assert (answer.text, answer.kind) == (said, "span")
    citation = answer.citations[0]
    assert citation.document.text[slice(*(citation.marked or (0, 0)))] == said
    assert answer.confidence is not None
    assert answer.confidence >= article.threshold


def test_a_plain_question_that_the_reader_is_not_sure_of_gets_a_guess(article: Assistant) -> None:
    answer = ask(article, "What yield did Thunderbird reach for its MicroLED optical engine?")
    assert say(answer) == "92%"


@pytest.mark.parametrize("question", ["Who founded XREAL?", "What is the capital of France?"])
def test_what_the_article_does_not_say_is_not_answered(article: Assistant, question: str) -> None:
    assert ask(article, question).status == "abstained"


def test_two_words_are_a_question(article: Assistant) -> None:
    answer = ask(article, "xiaomi battery")
    assert "8.6 hours" in say(answer) + quote(answer)


def test_a_space_or_two_thousand_between_two_words_are_the_same(article: Assistant) -> None:
    once, often = (ask(article, f"xiaomi{spaces}battery") for spaces in (" ", " " * 2000))
    assert (often.text, often.parts, often.citations) == (once.text, once.parts, once.citations)
    assert (often.best_guess, often.confidence) == (once.best_guess, once.confidence)
    assert [hit.passage.id for hit in often.hits] == [hit.passage.id for hit in once.hits]


NOTES = (
    "Minutes of March\n\nThe board met in Room 4. The marketing budget for 2024 was 300,000 euros. "
    "The annual party was moved to June.",
    "Minutes of September\n\nThe marketing budget for 2025 was cut to 240,000 euros. The lease of "
    "the second floor ends in May.",
)
STATIONS = {"Alba": "11", "Brim": "12", "Crag": "13", "Dune": "14"}
BUOYS = "\n\n".join(
    [
        "Log of the buoys",
        *(
            f"Station {name}. The water level is normal. The battery holds {volts} volts."
            for name, volts in STATIONS.items()
        ),
    ]
)
ENTRANCE = "The observatory on Mount Fell opens every Thursday. Entrance is"


@pytest.fixture(scope="module")
def folder(open_texts: Open) -> Assistant:
    """A shared folder: notes of two years, two versions of prices, a log that repeats itself."""
    return open_texts(
        Document("buoys.txt", "Log of the buoys", BUOYS),
        Document("notes-1.txt", "Minutes of March", NOTES[0], published=date(2024, 3, 1)),
        Document("notes-2.txt", "Minutes of September", NOTES[1], published=date(2025, 9, 1)),
        GARDEN,
        Document("prices-2019.txt", "prices 2019", f"{ENTRANCE} 9 francs."),
        Document("prices-2024.txt", "prices 2024", f"{ENTRANCE} 11 francs."),
    )


def test_a_budget_that_changed_is_a_table_of_its_values(folder: Assistant) -> None:
    answer = ask(folder, "How did the marketing budget change?")
    assert answer.kind == "trend"
    assert answer.table is not None
    values = [cell.text for row in answer.table.rows for cell in row.cells if cell is not None]
    assert ["300,000" in values[0], "240,000" in values[-1]] == [True, True]
    cited = "\n".join(citation.quote for citation in answer.citations)
    assert "was 300,000 euros" in cited
    assert "cut to 240,000 euros" in cited


@pytest.mark.parametrize(
    "question",
    [
        "What is the entrance fee of the observatory?",
        "How much is the entrance to the observatory?",
    ],
)
def test_two_versions_that_disagree_are_both_given_newest_first(
    folder: Assistant, question: str
) -> None:
    answer = ask(folder, question)
    assert answer.status == "answered"
    assert answer.text == "11 francs (prices 2024); 9 francs (prices 2019)"
    assert answer.conflict == (1, 2)
    cited = [citation.document.id for citation in answer.citations]
    assert cited == ["prices-2024.txt", "prices-2019.txt"]


@pytest.mark.parametrize("station", STATIONS)
def test_of_similar_records_the_one_named_in_the_question_answers(
    folder: Assistant, station: str
) -> None:
    answer = ask(folder, f"How many volts does the battery of station {station} hold?")
    assert answer.status == "answered"
    assert answer.text in (STATIONS[station], f"{STATIONS[station]} volts")
    citation = answer.citations[answer.parts[0].citations[0] - 1]
    assert citation.quote == f"The battery holds {STATIONS[station]} volts."
    before = citation.document.text[: citation.start]
    assert before.rindex(f"Station {station}") == before.rindex("Station")


def test_another_file_does_not_change_the_confidence(open_texts: Open) -> None:
    mill = Document(
        "mill.txt", "mill", "The quarterly dividend of Morrow Mills is 17 cents per share."
    )
    question = "What is the quarterly dividend of Morrow Mills?"
    alone, together = (ask(open_texts(*texts), question) for texts in ([mill], [mill, GARDEN]))
    assert alone.text is not None
    assert "17 cents" in alone.text
    assert (alone.text, alone.score) == (together.text, together.score)
    assert alone.confidence == pytest.approx(together.confidence, abs=0.05)
