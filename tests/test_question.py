import pytest

from assistant.errors import QuestionError
from assistant.question import check_question, choose_kind, find_named, fits, spell_out

EXPLAINED = """
Why do users return the glasses?
why?
Why's it slow?
  "Why did sales fall?"
Explain the price.
Describe how Meta sells them
For what reason did he resign?
For what reasons was it banned?
What is the reason for the delay?
What were the reasons?
How do the glasses translate?
How does Xiaomi earn money?
How did Meta win the market?
How is the display made?
How was the battery improved?
How are they sold?
How were users counted?
How has the market changed?
How have makers reacted?
How had they failed before?
How can it be repaired?
How could it be cheaper?
How will Apple answer?
How would a user notice?
How should it be worn?
How come nobody buys it?
What did Song Gang say?
What did Song Gang say about prices?
What has Zuckerberg said of it?
What does the author think about Quark?
What do analysts argue?
What did Meta mean by "super sensing"?
What does "hundred mirror battle" mean?
How did he describe the market
Does it explain anything?
Is it known why?
Was Ray-Ban Meta a hit in 2023?
Can users see maps?
"""
SHORT = """
How many glasses were sold?
How much does it cost?
How tall is the tower?
How long did the war last?
How often does it fail?
How old was he?
How far is it?
How heavy are the glasses?
Who made the glasses?
Who explained the delay?
Whose idea was it?
Who said that prices would fall?
When did it open?
Where is it sold?
Which company leads?
What is the price?
What did Meta buy?
What was the weight of Quark's glasses in 2025?
What is the meaning?
What reasons does the list count?
What year was it founded?
In what year did why cease to matter?
Whyte was born when?
Howard does what?
However did costs 3 yuan?
Wasabi is what?
Candid users say what?
Quark price
618?
"""


@pytest.mark.parametrize("question", EXPLAINED.strip().split("\n"))
def test_why_how_and_what_was_said_want_sentences(question: str) -> None:
    assert choose_kind(question) == "passage"
    assert choose_kind(question.upper()) == "passage"


@pytest.mark.parametrize("question", SHORT.strip().split("\n"))
def test_other_questions_want_a_few_words(question: str) -> None:
    assert choose_kind(question) == "span"


def test_a_long_hostile_question_is_told_in_no_time() -> None:
    assert choose_kind("what did " + "say about " * 199 + "it was") == "passage"
    assert choose_kind("what did " + "say x " * 330 + "!") == "span"
    assert choose_kind("?" * 2000) == "span"


@pytest.mark.parametrize(
    ("question", "named"),
    [
        ("How much do Ray-Ban Meta glasses cost in 2025?", [("ray", "ban", "meta"), ("2025",)]),
        ("Who is Song Gang?", [("song", "gang")]),
        ("What did Meta's CEO say?", [("meta", "ceo")]),
        ("what does quark cost?", []),
        ("Quark price?", [("quark",)]),
        ("The price of Quark?", [("quark",)]),
        ("Is The Quark cheap?", [("the", "quark")]),
        ("What should I buy?", []),
        ("Should I buy Quark?", [("quark",)]),
        ("How many were sold in the 1st quarter of 2025?", [("1st",), ("2025",)]),
        ("Does it weigh 40.5 grams?", [("40.5",)]),
        ("Is the Quark S1 sold for 90% of 30?", [("quark", "s1"), ("90",), ("30",)]),
        ("Was it in 2024 or 2025?", [("2024",), ("2025",)]),
        ("did it grow in 2024-2025?", [("2024", "2025")]),
        ("Who beat Xiaomi in Hong Kong?", [("xiaomi",), ("hong", "kong")]),
        ("Who leads “Meta” (USA)?", [("meta",), ("usa",)]),
        ("Name the chips of Quark.", [("quark",)]),
        ("How tall is he?", []),
        ("夸克眼镜多少钱？", []),
        ("WHO IS HE", [("is", "he")]),
        ("Why?", []),
        ("", []),
    ],
)
def test_names_years_and_numbers_are_found_as_terms(
    question: str, named: list[tuple[str, ...]]
) -> None:
    assert find_named(question) == named


@pytest.mark.parametrize(
    ("question", "named"),
    [
        ("Which glasses cost 1,999 yuan?", [("1999",)]),
        ("Who sold 2,000,000.5 of them?", [("2000000.5",)]),
    ],
)
def test_a_number_with_separators_is_one_number(
    question: str, named: list[tuple[str, ...]]
) -> None:
    assert find_named(question) == named


@pytest.mark.parametrize(
    ("question", "named"),
    [
        ("What do Xiaomi, Quark and Rokid cost?", [("xiaomi",), ("quark",), ("rokid",)]),
        ("Is it sold by Meta? Xiaomi?", [("meta",), ("xiaomi",)]),
    ],
)
def test_names_apart_by_a_sign_are_two(question: str, named: list[tuple[str, ...]]) -> None:
    assert find_named(question) == named


@pytest.mark.parametrize(
    ("question", "top_k", "message"),
    [
        ("", 8, "the question is empty: write one"),
        (" \r\n\u3000 ", 8, "the question is empty: write one"),
        ("?! 👍", 8, "the question '?! 👍' has no word: write one"),
        ("?" * 50, 8, f"the question '{'?' * 40}' has no word: write one"),
        ("x" * 2001, 8, "the question has 2,001 characters: ask in at most 2,000"),
        (
            "\ud800 x",
            8,
            "the question holds half of a surrogate pair: write the whole character",
        ),
        ("x", 0, "top_k is 0: give 1 to 50"),
        ("x", -1, "top_k is -1: give 1 to 50"),
        ("x", 51, "top_k is 51: give 1 to 50"),
        ("x", 10**40, "top_k is 10000000000000000000: give 1 to 50"),
    ],
)
def test_a_question_that_can_not_be_asked_is_refused_with_the_way_out(
    question: str, top_k: int, message: str
) -> None:
    with pytest.raises(QuestionError) as caught:
        check_question(question, top_k=top_k)
    assert str(caught.value) == message


@pytest.mark.parametrize("top_k", [1, 8, 50])
def test_a_question_loses_only_the_space_around_it(top_k: int) -> None:
    assert check_question("  What  is it?\n", top_k=top_k) == "What  is it?"
    longest = "x" * 2000
    assert check_question(f" {longest} ", top_k=top_k) == longest
    assert check_question("夸") == "夸"


@pytest.mark.parametrize(
    ("question", "words", "fit"),
    [
        ("How many glasses were sold?", "10,000", True),
        ("How many glasses were sold?", "about a dozen", True),
        ("How many glasses were sold?", "in Beijing", False),
        ("By how much did prices fall?", "a third", True),
        ("When was it launched?", "last June", True),
        ("When was it launched?", "by Xiaomi", False),
        ("What percentage of users return them?", "40%", True),
        ("What percentage of users return them?", "users", False),
        ("Who leads Quark?", "Song Gang", True),
        ("Who leads Quark?", "the chief", False),
        ("Who leads Quark?", "李创奇", True),
        ("Whose chip is it?", "qualcomm's", False),
        ("Why do users return them?", "because", True),
        ("What did Meta buy?", "", True),
        ("How do they work?", "slowly", True),
    ],
)
def test_words_fit_a_question_by_their_form(question: str, words: str, fit: bool) -> None:
    assert fits(question, words) is fit


@pytest.mark.parametrize(
    ("question", "spelt"),
    [
        ("How many in Q1 2025?", "How many in the first quarter of 2025?"),
        ("The q4 result, YoY", "the fourth quarter result, year-on-year"),
        ("H2?", "the second half?"),
        ("Q5 2025, HQ1", "Q5 2025, HQ1"),
    ],
)
def test_short_forms_are_spelt_out(question: str, spelt: str) -> None:
    assert spell_out(question, lambda _: False) == spelt


def test_short_forms_of_the_documents_stay() -> None:
    assert spell_out("Q1 or Q2?", lambda term: term == "q1") == "Q1 or the second quarter?"
