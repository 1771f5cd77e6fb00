"""A claim is kept if a sentence that it cites says all of it, and removed for a reason if not."""

from pathlib import Path

import pytest
from hypothesis import given, strategies as st

from assistant.answer.writer.claims import Claim, split_claims
from assistant.answer.writer.support import Reason, find_fault, find_words
from tests.benchmarks.planted import FAITHFUL, count_passes

PRICE = (
    "The standard version of Quark AI glasses is priced at 2,999 yuan, basically equal to the cost."
)
HEAD = "Ann Lee, the chief architect of Quark, also said that suppliers will be motivated."
SALES = "Although sales fell 5%, Acme did not close its three plants, which employ 900 people."
LIST = "Acme, Beta and Gamma sold 10 million phones, nearly half of them in China."
COURT = "If the court agrees, the merger will be completed in May."
YEAR = "In 2023, there was no consensus on AI glasses, and Acme was not a hit."
SAID = "Smith said Jones lied."
QUOTED = 'In the words of Wu, "we never sell at a loss."'
POWER = "The plant has an output of 5 MW, up from 3 MW."
TITLE = "The finance director, Bo Ek, expects fewer flights."
PLACE = "The court in Paris, Texas, ruled in May."
CHINESE = "价格是2999元，比预期高。"
ASKED = "Will Acme buy Beta?"
NEWS = "According to IDC, shipments reached 1.5 million units, a rise of 82%."


@pytest.mark.parametrize(
    ("claim", "sentence"),
    [
        (PRICE, PRICE),
        (PRICE.replace(" ", "  ").removesuffix("."), PRICE),
        ('In the words of Wu, “we never sell at a loss.”', QUOTED),
        ("Ray-Ban's year-on-year sales fell.", "Ray - Ban’s year - on - year sales fell."),
        ("Sales fell.", "sales fell"),
        (CHINESE, CHINESE),
        (ASKED, ASKED),
        ("Sales fell.", "However, sales fell."),
        ("Sales in May fell.", "Sales in May, for example, fell."),
        ("The plant closed.", "The plant, which employs 9 people, closed."),
        ("Acme closed in May.", "Acme, which grew in Spain, closed in May."),
        ("Acme closed in May.", "Acme, in which Lee has 5 %, closed in May."),
    ],
)  # fmt: skip
def test_what_a_sentence_says_is_kept(claim: str, sentence: str) -> None:
    assert find_fault(Claim(claim, (1,)), [sentence]) is None


@pytest.mark.parametrize(
    ("claim", "sentence", "reason"),
    [
        ("The standard version of Quark AI glasses is priced at 2,999 yuan.", PRICE, "omission"),
        (PRICE.replace("2", "1"), PRICE, "number"),
        (PRICE.replace("yuan", "dollars"), PRICE, "word"),
        (PRICE.replace("The", "A"), PRICE, "word"),
        (PRICE.replace("glasses", "glass"), PRICE, "word"),
        ("Ann Lee said that suppliers will be motivated.", HEAD, "omission"),
        ("Suppliers will be motivated.", HEAD, "omission"),
        ("Acme closed its three plants.", SALES, "word"),
        ("Acme and Beta sold 10 million phones.", LIST, "order"),
        ("Beta and Gamma sold 10 million phones.", LIST, "omission"),
        ("The merger will be completed in May.", COURT, "omission"),
        ("The merger will be completed in May, if the court agrees.", COURT, "order"),
        ("There was no consensus on AI glasses.", YEAR, "omission"),
        ("Jones said Smith lied.", SAID, "order"),
        ("Smith, said Jones, lied.", SAID, "word"),
        ("Smith said Jones never lied.", SAID, "word"),
        ("Smith said Jones lied?", SAID, "word"),
        ("In the words of Wu, we never sell at a loss.", QUOTED, "omission"),
        ("We never sell at a loss.", QUOTED, "pronoun"),
        ("The plant has an output of 5 mW, up from 3 MW.", POWER, "omission"),
        ("The court in Paris ruled in May.", PLACE, "omission"),
        ("Texas ruled in May.", PLACE, "omission"),
        ("价格是2999元。", CHINESE, "omission"),
        ("价格是1999元，比预期高。", CHINESE, "number"),
        ("Acme will buy Beta.", ASKED, "order"),
        ("Smith <b>said</b> Jones lied.", SAID, "word"),
        ("Smith said Jo\u200bnes lied.", SAID, "word"),
        ("Smith \u202esaid Jones lied.", SAID, "word"),
        ("...", SALES, "word"),
        # A clause that does not only add something, or after which it is open what goes on.
        ("Members pay 5 euros.", "Members pay 5 euros, who are under 65.", "omission"),
        ("Acme bought Beta.", "Acme bought Beta, which is false.", "omission"),
        ("The plant closed.", "The plant, which (Lee says) grew, closed.", "omission"),
        ("Acme sued Lee and left.", "Acme sued Lee, who lost, and left.", "omission"),
        ("Acme and Beta closed.", "Acme, which bought Gamma, and Beta closed.", "omission"),
        ("Acme C and D, closed.", "Acme, which bought B, C and D, closed.", "omission"),
        ("Long it takes, Acme pays.", "However long it takes, Acme pays.", "omission"),
    ],
)  # fmt: skip
def test_what_no_sentence_says_is_removed(claim: str, sentence: str, reason: Reason) -> None:
    assert find_fault(Claim(claim, (1,)), [sentence]) == reason


def test_a_claim_cites_sentences_that_exist() -> None:
    claim = "Smith said Jones lied."
    assert find_fault(Claim(claim, ()), [SAID]) == "uncited"
    assert find_fault(Claim(claim, (0,)), [SAID]) == "unknown_citation"
    assert find_fault(Claim(claim, (1, 99)), [SAID]) == "unknown_citation"
    assert find_fault(Claim(claim, (2,)), [SAID, LIST]) == "word"
    assert find_fault(Claim(claim, (2, 1)), [SAID, LIST]) is None


def test_the_words_of_two_sentences_are_not_one_claim() -> None:
    sentences = ["Acme bought Beta.", "Gamma sold a plant."]
    assert find_fault(Claim("Acme sold a plant.", (1, 2)), sentences) == "mixed"


def test_a_claim_does_not_begin_with_a_word_for_something_else() -> None:
    sentence = "It costs 5 euros."
    assert find_fault(Claim(sentence, (1,)), [sentence]) == "pronoun"
    expected = "It is expected that sales rise."
    assert find_fault(Claim(expected, (1,)), [expected]) is None


def test_a_sentence_of_a_longer_quote_is_kept_if_it_begins_there() -> None:
    quote = 'Prices rose. Wu said: "Costs fell. Sales rose." Then it rained.'
    assert find_fault(Claim("Prices rose.", (1,)), [quote]) is None
    assert find_fault(Claim("Sales rose.", (1,)), [quote]) is not None


def test_a_part_of_a_long_sentence_is_no_sentence() -> None:
    long = "If the court agrees " + "and the board too " * 60 + "; the merger is completed in May."
    assert find_fault(Claim("The merger is completed in May.", (1,)), [long]) is not None
    begins = "The merger is completed in May" + " or in June" * 50
    assert (
        find_fault(Claim(begins, (1,)), [f"{begins}; if {'the court agrees ' * 40}."]) is not None
    )
    assert find_fault(Claim(begins, (1,)), [f"{begins}.\nIf {'the court agrees ' * 40}."]) is None


@given(st.text(max_size=60), st.lists(st.text(max_size=60), min_size=1, max_size=3))
def test_any_claim_is_judged(text: str, sentences: list[str]) -> None:
    for claim in split_claims(text):
        find_fault(Claim(claim.text, (1,)), sentences)


@given(
    st.lists(st.sampled_from("Acme Beta sold 5 , not which and if who ; units".split()), min_size=2)
)
def test_a_claim_has_no_word_that_its_sentence_lacks(words: list[str]) -> None:
    sentence = "Acme, which sold 5 units, did not buy Beta; and Beta sold 7, if asked."
    if find_fault(Claim(" ".join(words), (1,)), [sentence]) is None:
        assert {*find_words(" ".join(words))} <= {*find_words(sentence)}


@pytest.mark.parametrize("piece", [", which a", ", a", "; a", "a, and b c d ", "[", "which, ", '"'])
def test_a_long_claim_about_a_large_quote_is_judged(piece: str) -> None:
    text = piece * 120
    quote = piece * (64 * 1024 // len(piece))
    assert find_fault(Claim(f"B {text}", (1,)), [quote]) is not None


def test_200_planted_errors_and_66_faithful_claims() -> None:
    passes = {kind: row["shipped"] for kind, row in count_passes("held").items()}
    kinds = ("roles", "negation", "number", "unit", "merged", "wrong_thing", "hedge", "scope")
    assert passes == dict.fromkeys(kinds, 0) | {FAITHFUL: 3}


def test_the_claims_with_which_the_check_was_made() -> None:
    rows = count_passes("developed")
    errors = {kind: row for kind, row in rows.items() if kind != FAITHFUL}
    assert sum(row["claims"] for row in errors.values()) == 400
    assert sum(row["shipped"] for row in errors.values()) == 0
    assert (rows[FAITHFUL]["claims"], rows[FAITHFUL]["shipped"]) == (132, 6)


def test_125_errors_that_were_written_to_get_past_a_check() -> None:
    rows = count_passes("attacked").values()
    assert sum(row["claims"] for row in rows) == 125
    assert sum(row["shipped"] for row in rows) == 0


def test_the_guide_has_the_figures() -> None:
    page = (Path(__file__).parents[1] / "web" / "guide" / "writer.md").read_text(encoding="utf-8")
    for kind, row in count_passes("held").items():
        assert f"| {kind} | {' | '.join(map(str, row.values()))} |" in page
