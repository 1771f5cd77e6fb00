from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.train.negatives import Names, Negative, make_negatives
from tests.conftest import make_paragraph

PEOPLE = make_paragraph(
    "Ann Lee, Bob Roy, Song Gang and Bob Fox met in Rome.",
    ("Who came?", "Ann Lee"), ("Who came too?", "Bob Roy"), ("Whom did he meet?", "Song Gang"),
    ("Who else?", "Bob Fox"), ("Which city did they meet in?", "Rome"),
    id_="people",
)  # fmt: skip


def list_negatives(question: str, text: str, answer: str, *, seed: int = 0) -> dict[str, Negative]:
    """The negatives of one question, by rule; the names of PEOPLE are known."""
    paragraph = make_paragraph(text, (question, answer))
    names = Names([PEOPLE, paragraph])
    made = make_negatives(paragraph.questions[0], paragraph, names, Random(seed))
    assert len({one.rule for one in made}) == len(made)
    return {one.rule: one for one in made}


def list_changes(rule: str, question: str, text: str, answer: str) -> set[str | None]:
    """All questions that a rule makes of one."""
    found: set[str | None] = set()
    for seed in range(150):
        made = list_negatives(question, text, answer, seed=seed).get(rule)
        assert made is None or made.text == text
        found.add(made.question if made else None)
    return found


@pytest.mark.parametrize(
    ("rule", "question", "text", "changed"),
    [
        (
            "year",
            "Who ran it in 2015?",
            "Ann ran it in 2015. In 2016, 2017 and 2018 nobody did.",
            {f"Who ran it in {y}?" for y in (*range(2006, 2015), *range(2019, 2025))},
        ),
        (
            "year",
            "Who ran it in 2025?",
            "Ann ran it in 2025.",
            {f"Who ran it in {y}?" for y in (*range(2016, 2025), 2026, 2027, 2028, 2029)},
        ),
        (
            "number",
            "Who sold 40 glasses?",
            "Ann sold 40 glasses, Bob 41 and 80.",
            {f"Who sold {n} glasses?" for n in (42, 43, 45, 120, 160)},
        ),
        (
            "number",
            "Who sold 1,500 glasses?",
            "Ann sold 1,500 glasses.",
            {f"Who sold {n} glasses?" for n in ("3,000", "4,500", "6,000")},
        ),
        (
            "number",
            "Who sold 250 glasses?",
            "Ann sold 250 glasses and 500 lenses.",
            {"Who sold 750 glasses?", "Who sold 1000 glasses?"},
        ),
        (
            "number",
            "Who paid 7.5 percent?",
            "Ann paid 7.5 percent.",
            {f"Who paid {n} percent?" for n in ("3.8", "11.2", "15.0", "22.5")},
        ),
        ("word", "Who won the war?", "Ann won it.", {"Who lost the war?"}),
        (
            "word",
            "Who lives in the northern part?",
            "Ann lives in the northern part, not in the western.",
            {"Who lives in the southern part?", "Who lives in the eastern part?"},
        ),
        (
            "word",
            "Who met the vice president?",
            "Ann met the vice president.",
            # "president" itself stands in the paragraph
            {f"Who met the {w}?" for w in ("prime minister", "governor", "mayor")},
        ),
        (
            "word",
            "Who came on Sunday?",
            "Ann came on Sunday, Bob on Monday and Tuesday.",
            {f"Who came on {d}?" for d in ("Wednesday", "Thursday", "Friday", "Saturday")},
        ),
        (
            "word",
            "Who left Europe?",
            "Ann left Europe.",
            {f"Who left {d}?" for d in ("Asia", "Africa", "South America", "Australia")},
        ),
        (
            "name",
            "When did Ann Lee arrive?",
            "Ann Lee came in May.",
            {f"When did {name} arrive?" for name in ("Bob Roy", "Song Gang", "Bob Fox")},
        ),
        (
            "name",
            "What was said about Bob Roy?",
            "Bob Roy was said to come in May. Gang means go.",
            {"What was said about Ann Lee?"},
        ),
        (
            "near name",
            "When did Ann Lee arrive?",
            "Ann Lee arrived late. Song Gang slept. Bob Fox arrived.",
            {"When did Song Gang arrive?"},
        ),
    ],
)  # fmt: skip
def test_a_rule_changes_one_thing_to_what_the_paragraph_does_not_hold(
    rule: str, question: str, text: str, changed: set[str]
) -> None:
    assert list_changes(rule, question, text, text.split()[0]) == changed


@pytest.mark.parametrize(
    ("rule", "question", "text"),
    [
        *(
            ("year", f"Who ran it {bound}?", "Ann ran it in 2015.")
            for bound in ("after 2015", "before 2015", "since 2015", "until  2015", "by 2015",
                          "from 2015 on", "between 2015 and 2020", "in section 2015",
                          "in 2015-2016", "in 2015–16", "in 2015's end", "at 1999/2000", "at 20150",
                          "in 1130", "in 2030", "in may")
        ),
        (  # every year near it is there
            "year",
            "Who ran it in 2015?",
            "Ann: " + " ".join(map(str, range(2006, 2025))),
        ),
        *(
            ("number", question, "Ann sold 40 glasses.")
            for question in ("Who came on May 5?", "Who came on March 12, 2015?", "Who won 1 time?",
                             "Who won 0 times?", "What 3 features has it?", "Which 3 came?",
                             "Who are the 3 heirs?", "Who was 3rd?", "Who came in the 90s?",
                             "Who paid $5?", "Who paid 5,5 yuan?", "Who won 5-4 there?",
                             "Who took the 7/8 share?", "Who sold between 30 and 40 glasses?",
                             "Who uses mp3 or H.264?", "Who came at 5:30?", "Who sold 2015 pieces?",
                             "40 glasses were sold by whom?")
        ),
        ("number", "Who sold 250 glasses?", "Ann sold 250 of 500, 750 and 1000."),
        *(
            ("word", question, "Ann won it.")
            for question in ("Who left North Carolina?", "Who ran the First Bank?", "Who may come?",
                             "Who is in the Green Party?",
                             "Who leads the Northern line?", "Whose kingdom is it?",
                             "Who will march on?")
        ),
        ("word", "Who won the war?", "Ann won the war that Bob lost."),
        ("word", "Who came on Sunday?", "Ann: Monday Tuesday Wednesday Thursday Fridays Saturday"),
        *(
            (rule, question, "Ann Lee came in May. Song Gang slept.")
            for rule in ("name", "near name")
            for question in (
                "When did Lee Ann arrive?",  # is known by no question
                "When did Ann Lee's brother arrive?",  # is no person by himself
                "When did General Ann Lee arrive?",
                "Which of Ann Lee Park's gates is it?",
                "When did the Ann Lee arrive?",
                "When did it arrive?",
                "What is Rome called?",  # the only city
            )
        ),
        (  # they stand in the paragraph, by any word of theirs
            "name",
            "When did Bob Roy arrive?",
            "Ann and Gang came with Bob Roy.",
        ),
        (  # what is said of the other is what is asked
            "near name",
            "When did Ann Lee arrive?",
            "Ann Lee came in May. Song Gang arrives in June.",
        ),
        ("near name", "When did Ann Lee arrive?", "Ann Lee arrived in May. He slept."),
        ("near name", "When did Ann Lee meet Song Gang?", "Ann Lee left. Song Gang slept."),
    ],
)  # fmt: skip
def test_a_rule_leaves_a_question_alone(rule: str, question: str, text: str) -> None:
    assert list_changes(rule, question, text, text.split()[0]) == {None}


def test_a_word_with_an_apostrophe_is_another_word() -> None:
    assert list_changes("word", "Who won't come?", "Ann won't.", "Ann") == {None}
    assert list_changes("word", "Who won’t come?", "Ann won’t.", "Ann") == {None}


def test_an_answer_is_not_put_in_its_question() -> None:
    text = "Ann Lee came. Song Gang slept."
    question = "Whom did Ann Lee meet?"
    assert list_changes("near name", question, text, "Song Gang") == {None}
    assert list_changes("name", question, text, "Song Gang") == {
        "Whom did Bob Roy meet?",
        "Whom did Bob Fox meet?",
    }


@pytest.mark.parametrize(
    ("text", "answer", "left"),
    [
        ("Ann came. It cost 9 yuan. Bob left.", "9 yuan", "Ann came. Bob left."),
        ("Ann came. It cost 9 yuan! Bob left. He sang.", "9", "Ann came. Bob left. He sang."),
        ("It cost 9 yuan. Ann came. Bob left.", "It", "Ann came. Bob left."),
        ("Ann came. It cost. Yes 9. Bob left. Sing!", "cost. Yes", "Ann came. Bob left. Sing!"),
        # the answer, or a word of it, stands elsewhere
        ("Ann had 9. It cost 9 yuan. Bob left.", "9 yuan", None),
        ("Ann came. It cost 9 yuan. Bob had yuans.", "9 yuan", None),
        # one sentence is no paragraph
        ("Ann came. It cost 9 yuan.", "9 yuan", None),
        ("It cost 9 yuan.", "9 yuan", None),
    ],
)  # fmt: skip
def test_the_sentence_that_answers_is_taken_out_where_no_other_does(
    text: str, answer: str, left: str | None
) -> None:
    made = list_negatives("How much?", text, answer)
    assert made == ({} if left is None else {"removed": Negative("removed", "How much?", left)})


QUESTIONS = [
    "When did Ann Lee first sell 40 glasses in 2015?",
    "What was the largest city that Song Gang saw in May 1999?",
    "How many German kings did Bob Roy meet in 1,200 days of 1814?",
    "Why was the president of Italy elected with 7.5 percent?",
]
TEXTS = [
    "Ann Lee first sold 40 glasses in 2015. Song Gang slept in June. The smallest cost 41 yuan.",
    "Yes. The Germans of 1999 elected Bob Roy. In 1815 they lost 2,400 men. France has no queen.",
]


@given(question=st.sampled_from(QUESTIONS), text=st.sampled_from(TEXTS), seed=st.integers(0, 10**6))
def test_a_changed_question_holds_what_its_paragraph_does_not(
    question: str, text: str, seed: int
) -> None:
    made = list_negatives(question, text, text.split()[0], seed=seed)
    assert made == list_negatives(question, text, text.split()[0], seed=seed)
    assert made
    for rule, negative in made.items():
        if rule == "removed":
            assert (negative.question, negative.text != text) == (question, True)
            continue
        assert negative.question != question
        assert negative.text == text
        put = set(negative.question.strip("?").split()) - set(question.strip("?").split())
        assert put
        if rule == "near name":
            assert all(word in text for word in put)
        else:
            assert all(word.lower() not in text.lower() for word in put)


def test_a_name_is_of_the_kind_that_its_questions_ask_for() -> None:
    paragraph = make_paragraph(
        "Ann Lee, Oxford, Paris, IBM, Yale University, Peru, Georgia, John, the Duke, Texas.",
        ("Who came?", "Ann Lee"), ("who is it?", "John"), ("Whose is it?", "the Duke"),
        ("Which city is it?", "Oxford"), ("What university is it?", "Oxford"),
        ("In which city is it?", "Paris"), ("What company is it?", "IBM"),
        ("Which college is it?", "Yale University"), ("From what country is it?", "Peru"),
        ("Which country?", "Georgia"), ("In what US state?", "Georgia"), ("Which state?", "Texas"),
        ("Who owns it?", "Yale University"),
    )  # fmt: skip
    assert Names([paragraph]).kind == {
        "Ann Lee": "person", "Paris": "city", "IBM": "company", "Yale University": "university",
        "Peru": "country", "Texas": "state",
    }  # fmt: skip


def test_other_names_are_of_the_same_kind_and_article_and_share_no_word() -> None:
    elsewhere = make_paragraph("Tom Day.", ("Who?", "Tom Day"), title="Other")
    names = Names([PEOPLE, elsewhere])
    assert names.others("Ann Lee", "Meta") == ["Bob Roy", "Song Gang", "Bob Fox"]
    assert names.others("Bob Fox", "Meta") == ["Ann Lee", "Song Gang"]
    assert names.others("Rome", "Meta") == []
    assert names.others("Ann Lee", "Other") == ["Tom Day"]
