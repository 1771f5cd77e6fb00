"""A claim is kept if a sentence that it cites says all of it, and removed for a reason if not."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.answer.writer.claims import Claim, split_claims
from assistant.answer.writer.support import Reason, find_fault
from assistant.answer.writer.tokens import find_tokens
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
        ("The standard version of Quark AI glasses is priced at 2,999 yuan.", PRICE),
        ("The standard version of Quark AI glasses is priced at 2999 yuan.", PRICE),
        ("Ann Lee said that suppliers will be motivated.", HEAD),
        ("Ann Lee is the chief architect of Quark.", HEAD),
        ("Acme didn't close its 3 plants.", SALES),
        ("Acme, Beta, and Gamma sold 10,000,000 phones, nearly half of them in China.", LIST),
        ("The merger will be completed in May, if the court agrees.", COURT),
        ("There was no consensus on AI glasses in 2023.", YEAR),
        ("In 2023, there was no consensus on AI glasses.", YEAR),
        ('In the words of Wu, “we never sell at a loss.”', QUOTED),
        ("The plant has an output of 5 MW.", POWER),
        ("Bo Ek, the finance director, expects fewer flights.", TITLE),
        ("Bo Ek expects fewer flights.", TITLE),
        ("价格是2999元，比预期高。", CHINESE),
        ("Will Acme buy Beta?", ASKED),
        ("Shipments reached 1.5 million units, according to IDC.", NEWS),
    ],
)  # fmt: skip
def test_what_a_sentence_says_is_kept(claim: str, sentence: str) -> None:
    assert find_fault(Claim(claim, (1,)), [sentence]) is None


@pytest.mark.parametrize(
    ("claim", "sentence", "reason"),
    [
        ("The standard version is priced at 2,999 yuan.", PRICE, "omission"),
        ("The standard version of Quark AI glasses is priced at 1,999 yuan.", PRICE, "number"),
        ("The standard version of Quark AI glasses is priced at 2,999 dollars.", PRICE, "word"),
        ("The standard version of Quark AI glasses is equal to the cost.", PRICE, "omission"),
        ("Suppliers will be motivated.", HEAD, "omission"),
        ("Acme closed its three plants.", SALES, "word"),
        ("Acme did close its three plants.", SALES, "omission"),
        ("Acme and Beta sold 10 million phones.", LIST, "order"),
        ("Beta and Gamma sold 10 million phones.", LIST, "omission"),
        ("Acme, Beta and Gamma sold 10 million phones.", LIST, "omission"),
        ("The merger will be completed in May.", COURT, "omission"),
        ("There was no consensus on AI glasses.", YEAR, "omission"),
        ("Jones said Smith lied.", SAID, "order"),
        ("Smith, said Jones, lied.", SAID, "omission"),
        ("Smith said Jones never lied.", SAID, "negation"),
        ("Smith said Jones lied?", SAID, "word"),
        ("We never sell at a loss.", QUOTED, "pronoun"),
        ("In the words of Wu, we never sell at a loss.", QUOTED, "omission"),
        ("The plant has an output of 5 mW.", POWER, "word"),
        ("The court in Paris ruled in May.", PLACE, "omission"),
        ("Texas ruled in May.", PLACE, "omission"),
        ("价格是2999元。", CHINESE, "omission"),
        ("价格是1999元，比预期高。", CHINESE, "number"),
        ("Acme will buy Beta.", ASKED, "order"),
        ("Shipments reached 1.5 million units.", NEWS, "omission"),
        ("Shipments reached 1.5 million units, IDC.", NEWS, "order"),
        ("Acme paid 5 million, 1997.", "Acme paid 5 million (1997: 4), and rested.", "omission"),
        ("Ann heard 9 shots, at 5.", "Ann heard 9 shots, the last of them, at 5.", "omission"),
        ("Nobody was hurt.", "Nobody was hurt: all were out, said a spokeswoman.", "omission"),
        ("Acme <b>did</b> not close its three plants.", SALES, "markup"),
        ("Acme did not close its three pl\u200bants.", SALES, "markup"),
        ("Acme did not \u202eclose its three plants.", SALES, "markup"),
        ("Acme did not close its three plants at https://acme.example.", SALES, "markup"),
        ("Acme did not close its three plants. ```", SALES, "markup"),
        ("...", SALES, "word"),
        ("Acme " * 250, SALES, "long"),
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


def test_markup_is_kept_where_the_sentence_has_it() -> None:
    sentence = "Type `make *` in a shell."
    assert find_fault(Claim(sentence, (1,)), [sentence]) is None


def test_the_tokens_of_a_sentence() -> None:
    text = "A few firms can't pay $1.5 million, or -3 % (the U.S. plant’s 5 kW); twenty-two?"
    keys = "a few|firms|can|not|pay|$|1500000|or|minus|3|%|u|s|plant|5|kW|22|?".split("|")
    assert [token.key for token in find_tokens(text)] == keys


@given(st.text(max_size=60), st.lists(st.text(max_size=60), min_size=1, max_size=3))
def test_any_claim_is_judged(text: str, sentences: list[str]) -> None:
    for claim in split_claims(text):
        find_fault(Claim(claim.text, (1,)), sentences)


@given(
    st.lists(st.sampled_from("Acme Beta sold 5 , not which and if who ; units".split()), min_size=2)
)
def test_a_claim_has_no_word_that_its_sentence_lacks(words: list[str]) -> None:
    sentence = "Acme, which sold 5 units, did not buy Beta; and Beta sold 7, if asked."
    said = find_tokens(" ".join(words))
    if find_fault(Claim(" ".join(words), (1,)), [sentence]) is None:
        assert {token.key for token in said} <= {token.key for token in find_tokens(sentence)}


@pytest.mark.parametrize("piece", [", which a", ", a", "; a", "a, and b c d ", "[", "which, ", '"'])
def test_a_long_claim_about_a_large_quote_is_judged(piece: str) -> None:
    text = piece * 120
    quote = piece * (64 * 1024 // len(piece))
    assert find_fault(Claim(f"B {text}", (1,)), [quote]) is not None


def test_200_planted_errors_and_66_faithful_claims() -> None:
    passes = {kind: row["shipped"] for kind, row in count_passes("held").items()}
    kinds = ("roles", "negation", "number", "unit", "merged", "wrong_thing", "hedge", "scope")
    assert passes == dict.fromkeys(kinds, 0) | {FAITHFUL: 21}


def test_the_claims_with_which_the_check_was_made() -> None:
    rows = count_passes("developed")
    errors = {kind: row for kind, row in rows.items() if kind != FAITHFUL}
    assert sum(row["claims"] for row in errors.values()) == 400
    assert sum(row["shipped"] for row in errors.values()) == 0
    assert (rows[FAITHFUL]["claims"], rows[FAITHFUL]["shipped"]) == (132, 67)


def test_the_guide_has_the_figures() -> None:
    page = (Path(__file__).parents[1] / "web" / "guide" / "writer.md").read_text(encoding="utf-8")
    for kind, row in count_passes("held").items():
        assert f"| {kind} | {' | '.join(map(str, row.values()))} |" in page
