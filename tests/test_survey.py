import re
from datetime import date

import pytest

from assistant.answer import Assistant
from assistant.answer.cite import verify
from assistant.evaluate.questions import read_questions
from assistant.index.generation import Generation
from assistant.intent import read_intent
from assistant.records import Answer, Cell, Document, Heading, Part, Player, Span
from assistant.survey import Finding, Line, Piece, Place
from assistant.survey.about import About, is_of_year
from assistant.survey.citing import cite_finding
from assistant.survey.gate import refuse_span
from assistant.survey.matching import Match, find_alike, match_figures
from assistant.survey.scope import find_scope
from assistant.terms import find_terms
from tests.conftest import QUESTIONS, Maker

PLAYERS = (
    Player("xiaomi", "Xiaomi", "company", roles=("maker",)),
    Player("su7", "SU7", "product", owner="xiaomi"),
    Player("lei-jun", "Lei Jun", "person", owner="xiaomi"),
    Player("rokid", "Rokid", "company", roles=("maker", "startup")),
    Player("huawei", "Huawei", "company", roles=("maker",)),
    Player("idc", "IDC", "organisation", roles=("source",)),
)
TEXT = (
    "Rokid is a startup that sells lenses. The price of Rokid glasses is 500 yuan. "
    "The price of Xiaomi glasses is 1,999 yuan. The battery life of Xiaomi glasses is 8 hours.\n\n"
    "Lei Jun praised Xiaomi. Huawei also makes screens. According to IDC, shipments of glasses "
    "reached 3 million units in 2024. It is expected that shipments of glasses will reach 5 "
    "million units in 2026."
)
DOCUMENT = Document("a.txt", "Glasses", TEXT, published=date(2025, 5, 1))


@pytest.fixture
def generation(make: Maker) -> Generation:
    return make.generation(DOCUMENT, players=PLAYERS)


@pytest.fixture
def assistant(make: Maker) -> Assistant:
    return make.assistant(DOCUMENT, players=PLAYERS)


def ask(assistant: Assistant, question: str) -> Answer:
    answer = assistant.ask(question)
    numbers = set(range(1, len(answer.citations) + 1))
    for citation in answer.citations:
        verify(citation)
    for part in answer.parts:
        assert set(part.citations) <= numbers
    return answer


def find_matches(generation: Generation, question: str) -> list[Match]:
    about = About(generation)
    intent = read_intent(question, PLAYERS, about.names)
    return match_figures(intent, generation, find_scope(intent, generation, about))


def test_a_player_belongs_to_the_end_of_its_owners(generation: Generation) -> None:
    about = About(generation)
    assert (about.root("su7"), about.root("rokid")) == ("xiaomi", "rokid")
    assert about.family("lei-jun") == {"xiaomi", "su7", "lei-jun"}


def test_who_is_near_is_named_before_or_alone_above(make: Maker) -> None:
    text = "Rokid\n\nIt sells lenses. Huawei too. It costs 5 yuan.\n\nRokid and IDC\n\nIt is new."
    above = text.index("Rokid and IDC")
    headings = (Heading(0, 5, "Rokid", 1), Heading(above, above + 13, "Rokid and IDC", 1))
    document = Document("a.txt", "Xiaomi and Rokid", text, headings=headings)
    about = About(make.generation(document, players=PLAYERS))
    first, last = text.index("It sells"), text.index("It is new")
    assert about.roots_near(document, first, first + 16) == {"rokid"}
    costs = text.index("It costs")
    assert about.roots_near(document, costs, costs + 16) == {"rokid", "huawei"}
    assert "xiaomi" not in about.roots_near(document, last, last + 10)
    assert about.is_about([PLAYERS[4]], document, costs, costs + 16)
    assert not about.is_about([PLAYERS[4]], document, costs, costs + 16, owner="rokid")
    assert about.is_about([PLAYERS[1]], document, 0, 5, owner="xiaomi")


def test_a_place_is_of_a_year_by_its_period_then_its_words_then_its_document() -> None:
    assert is_of_year(2025, DOCUMENT, (), "")
    assert not is_of_year(2024, DOCUMENT, (), "")
    assert is_of_year(2024, DOCUMENT, (), "in 2024")


def test_alike_terms_ask_for_the_same() -> None:
    (price,), (cheap,), (lens,) = find_terms("price"), find_terms("cheaper"), find_terms("lens")
    assert cheap in find_alike(price)
    assert find_alike(lens) == {lens}


@pytest.mark.parametrize(
    ("question", "words"),
    [
        ("Compare the prices.", ["500 yuan", "1,999 yuan"]),
        ("Compare the shipments.", ["3 million units", "5 million units"]),
        ("Compare the shipments of 2026.", ["5 million units"]),
        ("Compare the shipments of 2030.", []),
        ("Compare the endurance.", ["8 hours"]),
    ],
)
def test_figures_match_by_metric_unit_and_year(
    generation: Generation, question: str, words: list[str]
) -> None:
    told = [match.words for match in find_matches(generation, question) if match.terms]
    assert told == words


@pytest.mark.parametrize(
    ("question", "kind", "text"),
    [
        ("Which companies are mentioned?", "list", "Xiaomi, Rokid, Huawei"),
        ("Which startups sell lenses?", "list", "Rokid"),
        ("Which companies make screens?", "list", "Huawei"),
        ("Who are the people named?", "list", "Lei Jun"),
        ("How many companies are mentioned?", "count", "three: Xiaomi, Rokid, Huawei"),
        ("Which people of Xiaomi are named?", "list", "Lei Jun"),
        ("What amounts in yuan are named?", "list", "500 yuan, 1,999 yuan"),
        ("Compare the price of Xiaomi and Rokid.", "comparison",
         "Xiaomi: 1,999 yuan Rokid: 500 yuan"),
        ("Who has the lowest price?", "comparison", "Rokid: 500 yuan"),
        ("Who has the highest price?", "comparison", "Xiaomi: 1,999 yuan"),
    ],
)  # fmt: skip
def test_a_scan_answers(assistant: Assistant, question: str, kind: str, text: str) -> None:
    answer = ask(assistant, question)
    assert (answer.kind, answer.text) == (kind, text)
    assert answer.coverage.exhaustive
    assert answer.coverage.passages_read == answer.coverage.passages
    assert all(part.citations for part in answer.parts)


def test_a_trend_is_in_order_of_time(assistant: Assistant) -> None:
    table = ask(assistant, "How have shipments changed over time?").table
    assert table is not None
    cells = [[cell.text if cell else None for cell in row.cells] for row in table.rows]
    assert [row[0] for row in cells] == ["3 million units", "5 million units (expected)"]
    assert [row[1] for row in cells] == ["2024", "2026"]
    expected = ask(assistant, "What is the forecast of shipments?")
    assert "5 million" in (expected.text or "")
    assert "3 million" not in (expected.text or "")


@pytest.mark.parametrize(
    ("question", "reason", "message"),
    [
        ("Is the battery life of Xiaomi longer than of Rokid?", "other_player",
         "They give the battery life of Xiaomi, not of Rokid."),
        ("How much does Rokit cost?", "other_player",
         "They do not mention Rokit. Did you mean Rokid?"),
        ("How much does Apple ask?", "no_evidence", "They do not mention Apple."),
        ("Which companies have given up?", "other_player",
         "They say it of none of the players they name."),
    ],
)  # fmt: skip
def test_what_is_missing_is_told(
    assistant: Assistant, question: str, reason: str, message: str
) -> None:
    abstention = ask(assistant, question).abstention
    assert abstention is not None
    assert (abstention.reason, abstention.message) == (reason, message)


def test_a_span_about_another_player_or_year_is_refused(make: Maker) -> None:
    assistant = make.assistant(DOCUMENT, threshold=0.0, players=PLAYERS)
    assert "8 hours" not in (ask(assistant, "What is the battery life of Rokid?").text or "")
    other = ask(assistant, "What did shipments reach in 1999?").abstention
    assert other is not None
    assert other.reason == "other_period"


def test_what_can_not_be_cited_is_left_out(generation: Generation) -> None:
    good, bad = Place("a.txt", 0, 5), Place("a.txt", 9_000, 9_005)
    pieces = (Piece("x", (bad,)), Piece("Rokid", (good, good)), Piece("Rokid", (good, bad)))
    lines = (Line("none", (Piece("x", (bad,)), None)), Line("one", (Piece("Rokid", (good,)), None)))
    cited = cite_finding(Finding("list", pieces, "m", True, ("a", "b"), lines), generation.store)
    assert [(part.text, part.citations) for part in cited.parts] == [("Rokid", (1,))] * 2
    assert cited.table is not None
    assert [row.label for row in cited.table.rows] == ["one"]
    (citation,) = cited.citations
    assert (citation.quote, citation.marked) == ("Rokid is a startup that sells lenses.", (0, 5))


def test_numbers_of_joined_answers_point_at_their_own_citations(assistant: Assistant) -> None:
    answer = ask(assistant, "Which startups sell lenses? Who has the highest price?")
    assert [part.text for part in answer.parts] == ["Rokid", "Xiaomi: 1,999 yuan"]
    assert answer.table is not None
    for row in answer.table.rows:
        for cell in row.cells:
            assert cell is not None
            quotes = " ".join(answer.citations[n - 1].quote for n in cell.citations)
            assert cell.text in quotes


def test_every_number_of_an_answer_is_cited_or_derived(article_assistant: Assistant) -> None:
    number = re.compile(r"\d[\d,.]*\d|\d")
    for question in read_questions(QUESTIONS):
        answer = article_assistant.ask(question.question)
        cells = [c for row in answer.table.rows for c in row.cells if c] if answer.table else []
        pieces: list[Part | Cell] = [*answer.parts, *cells]
        for piece in pieces:
            quotes = " ".join(answer.citations[n - 1].quote for n in piece.citations)
            for found in number.findall(piece.text):
                assert found in f"{quotes} {piece.formula or ''}", question.id


@pytest.mark.parametrize(
    ("question", "reason", "message"),
    [
        ("Why did shipments drop in 2024?", "no_evidence",
         "What comes closest says that it went up."),
        ("What did shipments reach in the second quarter of 2024?", "other_period",
         "What comes closest is not of the second quarter of 2024."),
    ],
)  # fmt: skip
def test_a_premise_that_is_wrong_is_told(
    make: Maker, question: str, reason: str, message: str
) -> None:
    text = "According to IDC, shipments rose by 8% in 2024."
    document = Document("a.txt", "Glasses", text, published=date(2025, 5, 1))
    abstention = ask(make.assistant(document, threshold=0.0, players=PLAYERS), question).abstention
    assert abstention is not None
    assert (abstention.reason, abstention.message) == (reason, message)


def test_yes_or_no_takes_nothing_for_granted(make: Maker) -> None:
    document = Document("a.txt", "Glasses", "Shipments rose by 8% in 2024.")
    assistant = make.assistant(document, threshold=0.0, players=PLAYERS)
    assert ask(assistant, "Did shipments drop in 2024?").text == document.text


@pytest.mark.parametrize(
    "question",
    ["Put the price of Rokid glasses in a table.", "Is the price of Rokid glasses new in May?"],
)
def test_a_word_that_opens_a_question_and_a_month_are_no_names(
    assistant: Assistant, question: str
) -> None:
    abstention = ask(assistant, question).abstention
    assert abstention is None or "do not mention" not in abstention.message


def test_an_opening_name_that_owns_is_a_name(assistant: Assistant) -> None:
    abstention = ask(assistant, "Apple's price?").abstention
    assert abstention is not None
    assert abstention.message == "They do not mention Apple."


def test_one_of_a_kind_is_whoever_alone_passes(assistant: Assistant) -> None:
    assert ask(assistant, "Which startup sells lenses?").text == "Rokid"
    assert ask(assistant, "Which company makes screens?").text == "Huawei"
    # Several do, or nobody: the reader's.
    assert ask(assistant, "Which company is there?").kind != "list"


def test_what_the_reader_finds_comes_with_when_its_figures_are(assistant: Assistant) -> None:
    answer = ask(assistant, "What did shipments of glasses reach in 2024?")
    assert answer.kind == "passage"
    assert answer.table is not None
    assert answer.table.columns == ("value", "when", "who says so")
    row = answer.table.rows[0]
    assert row.label == "shipments of glasses"
    assert [cell.text if cell else None for cell in row.cells] == [
        "3 million units", "2024", "IDC",
    ]  # fmt: skip
    assert {cell.citations for cell in row.cells if cell} == {(1,)}


def test_of_one_players_figures_the_end_of_the_scale_counts(make: Maker) -> None:
    text = "Rokid has a yield of 92%. The production yield of Rokid has been increased to 95%."
    assistant = make.assistant(Document("a.txt", "A", text), players=PLAYERS)
    assert ask(assistant, "Who has the highest production yield?").text == "Rokid: 95%"
    assert ask(assistant, "Who has the lowest yield?").text == "Rokid: 92%"


def test_figures_of_one_player_are_set_side_by_side_by_what_they_measure(make: Maker) -> None:
    text = (
        "Xiaomi glasses have a starting price of 1,999 yuan. The expected price of Xiaomi glasses "
        "was 1,499 yuan. Xiaomi glasses at a price of 1,999 yuan sell. The weight of Xiaomi "
        "glasses is 40 g. The price of Rokid glasses is 500 yuan."
    )
    assistant = make.assistant(Document("a.txt", "A", text), players=PLAYERS)
    table = ask(assistant, "Compare Xiaomi's price with the expected price and the weight.").table
    assert table is not None
    assert sorted((row.label, row.cells[0].text) for row in table.rows if row.cells[0]) == [
        ("expected price of Xiaomi glasses", "1,499 yuan (expected)"),
        ("starting price", "1,999 yuan"),  # once, though it stands there twice
        ("weight of Xiaomi glasses", "40 g"),
    ]


def test_what_is_said_of_each_is_shown_where_figures_are_missing(make: Maker) -> None:
    text = (
        "Rokid sells by its strategy of lenses. Nobody is named here. "
        "Huawei has the strategy to sell screens."
    )
    assistant = make.assistant(Document("a.txt", "A", text), players=PLAYERS)
    answer = ask(assistant, "Compare the strategy of Rokid and Huawei to sell.")
    assert (answer.kind, answer.coverage.method) == ("comparison", "nearest sentences")
    assert answer.table is not None
    (row,) = answer.table.rows
    assert [cell.text if cell else None for cell in row.cells] == [
        "Rokid sells by its strategy of lenses.", "Huawei has the strategy to sell screens.",
    ]  # fmt: skip
    assert not answer.coverage.exhaustive


def test_what_is_far_from_the_question_is_not_said_of_anybody(make: Maker) -> None:
    text = "Rokid was here. Huawei was there."
    assistant = make.assistant(Document("a.txt", "A", text), players=PLAYERS, threshold=0.999)
    assert ask(assistant, "Compare the founding teams of Rokid and Huawei.").status == "abstained"


def test_who_says_a_figure_is_cited_where_it_is_named(make: Maker) -> None:
    text = (
        "According to IDC, shipments reached 3 million units in 2024. "
        "It is expected that shipments will reach 5 million units in 2026."
    )
    assistant = make.assistant(Document("a.txt", "A", text), players=PLAYERS)
    answer = ask(assistant, "How have shipments changed over time?")
    assert answer.table is not None
    for row in answer.table.rows:
        cell = row.cells[2]
        assert cell is not None
        assert cell.text == "IDC"
        assert all("IDC" in answer.citations[number - 1].quote for number in cell.citations)


def test_who_asks_for_somebody_that_the_words_name(make: Maker) -> None:
    """The fake reader likes the first sentence whole, so a span of it is made by hand."""
    document = Document("a.txt", "A", "Lei Jun leads Xiaomi, the maker of AI glasses.")
    generation = make.generation(document, players=PLAYERS)
    about, passage = About(generation), generation.store.passage(0)
    intent = read_intent("Who leads Xiaomi?", PLAYERS, about.names)

    def refuse(words: str) -> str | None:
        start = document.text.index(words)
        refusal = refuse_span(intent, Span(passage, start, start + len(words), 1.0), about, [])
        return refusal[1] if refusal else None

    assert refuse("AI glasses") == "What comes closest names nobody."
    assert refuse("Lei Jun") is None


def test_whoever_says_something_of_another_is_no_other_player(make: Maker) -> None:
    document = Document("a.txt", "A", "According to IDC, the price of Xiaomi glasses is 5 yuan.")
    generation = make.generation(document, players=PLAYERS)
    about, passage = About(generation), generation.store.passage(0)
    figures = generation.store.figures_of("a.txt")
    span = Span(passage, document.text.index("5 yuan"), len(document.text) - 1, 1.0)
    assert figures[0].owner == "xiaomi"
    for question, refused in (("What did IDC report?", False), ("What did Rokid report?", True)):
        intent = read_intent(question, PLAYERS, about.names)
        assert (refuse_span(intent, span, about, figures) is not None) == refused


GROWTH = (
    "In the first quarter of 2025, the global shipment of lenses reached 2 million units, an "
    "increase of 50%. The shipment of lenses in China reached 3 million units in the second "
    "quarter of 2025, an increase of 20%. Sales of screens increased by 2 times. The yield of "
    "Rokid fell by 30%. The price of Rokid glasses is 500 yuan. A single frame costs 100 yuan."
)


@pytest.fixture
def growth(make: Maker) -> Assistant:
    return make.assistant(Document("a.txt", "A", GROWTH), players=PLAYERS)


def test_what_changed_most_is_measured_in_percent(growth: Assistant) -> None:
    answer = ask(growth, "What saw the steepest growth?")
    assert answer.text == "Sales of screens: up 2 times."
    assert answer.table is not None
    assert [row.cells[0].text for row in answer.table.rows if row.cells[0]] == [
        "up 2 times", "up 50%", "up 20%"
    ]  # fmt: skip
    assert ask(growth, "What fell most?").text == "yield of Rokid: down 30%."


def test_what_rose_did_not_fall(growth: Assistant) -> None:
    answer = ask(growth, "How much did the shipment of lenses fall in 2025?")
    assert (answer.status, answer.table) == ("abstained", None)
    assert answer.abstention is not None
    assert answer.abstention.message == "What comes closest says that it went up."
    assert ask(growth, "How much did the shipment of lenses rise in 2025?").status == "answered"


def test_two_things_are_set_against_each_other(growth: Assistant) -> None:
    answer = ask(growth, "Compare the global shipment of lenses with the shipment in China.")
    assert [part.text for part in answer.parts] == [
        "global shipment of lenses: 2 million units (the first quarter of 2025);",
        "shipment of lenses in China: 3 million units (the second quarter of 2025).",
    ]
    rises = ask(growth, "Compare the growth of the global shipment with the growth in China.")
    assert [part.text for part in rises.parts[:2]] == [
        "global shipment of lenses: up 50% (the first quarter of 2025);",
        "shipment of lenses in China: up 20% (the second quarter of 2025).",
    ]
    # What no question's player has is nobody's.
    mixed = ask(growth, "Compare the price of Rokid glasses with the cost of a single frame.")
    assert mixed.text == "price of Rokid glasses: 500 yuan; costs: 100 yuan."


def test_what_the_documents_do_not_have_is_compared_with_nothing(growth: Assistant) -> None:
    answer = ask(growth, "Compare the price of bananas with the price of apples.")
    assert (answer.kind, answer.coverage.method) == ("passage", "reader")
    answer = ask(growth, "Compare the price of Rokid glasses with the price of glasses in China.")
    assert answer.coverage.method == "figure table"


def test_what_is_compared_with_a_players_is_its_own_where_it_has_one(make: Maker) -> None:
    text = (
        "The expected price of Rokid glasses is 500 yuan. The price of Xiaomi glasses is 1,999 "
        "yuan. The expected price of Xiaomi glasses was 1,499 yuan."
    )
    assistant = make.assistant(Document("a.txt", "A", text), players=PLAYERS)
    answer = ask(assistant, "Set the price of Xiaomi glasses against the expected price.")
    assert [part.text for part in answer.parts] == [
        "price of Xiaomi glasses: 1,999 yuan;",
        "expected price of Xiaomi glasses: 1,499 yuan (expected).",
    ]


def test_prices_of_what_no_document_has_are_not_told_by_others(make: Maker) -> None:
    text = "The price of Rokid glasses is 500 yuan. The price of lenses is 20 yuan."
    others = [Document(f"{n}.txt", "T", f"Text {n} is of others.") for n in range(30)]
    assistant = make.assistant(Document("a.txt", "A", text), *others, players=PLAYERS)
    answer = ask(assistant, "Compare the price of bananas with the price of apples.")
    assert answer.coverage.method == "reader"
    assert ask(assistant, "Compare the price and the cost.").coverage.method == "figure table"


def test_a_quarter_leaves_the_figures_of_others_out(growth: Assistant) -> None:
    table = ask(growth, "How did shipments of lenses grow in Q2 2025?").table
    assert table is not None
    assert {row.cells[0].text for row in table.rows if row.cells[0]} >= {"up 20%"}
    assert not [row for row in table.rows if row.cells[0] and row.cells[0].text == "up 50%"]


def test_one_level_does_not_tell_by_how_much_something_grew(make: Maker) -> None:
    text = "The share of lenses was 20% in 2024."
    assistant = make.assistant(Document("a.txt", "A", text), players=PLAYERS)
    answer = ask(assistant, "By what percentage did the share of lenses grow in 2024?")
    assert answer.coverage.method == "reader"
    assert ask(assistant, "How did the share of lenses develop?").kind == "trend"


def test_whoever_is_left_out_is_not_listed(assistant: Assistant) -> None:
    names = [part.text for part in ask(assistant, "Which companies are there?").parts]
    others = [
        part.text for part in ask(assistant, "Which companies besides Xiaomi are there?").parts
    ]
    assert sorted(names) == ["Huawei", "Rokid", "Xiaomi"]
    assert sorted(others) == ["Huawei", "Rokid"]
