"""A model's text is cut into claims, each with what it cites."""

import pytest
from hypothesis import given, strategies as st

from assistant.answer.writer.claims import Claim, split_claims

LARGEST = 64 * 1024  # characters


@pytest.mark.parametrize(
    ("text", "claims"),
    [
        ("A costs 3 [1]. B is sold out [2].", [("A costs 3.", (1,)), ("B is sold out.", (2,))]),
        ("A costs 3. [1] B is out. [2]", [("A costs 3.", (1,)), ("B is out.", (2,))]),
        ("[1] A costs 3. [2] B is out.", [("A costs 3.", (1,)), ("B is out.", (2,))]),
        ("[1] A costs 3.\n[2] B is out", [("A costs 3.", (1,)), ("B is out.", (2,))]),
        ("A costs 3 [2][1], [2, 3].", [("A costs 3.", (2, 1, 3))]),
        ("A [1] costs 3 [2].", [("A costs 3.", (1, 2))]),
        ("A costs 3 [1] and B costs 4 [2].", [("A costs 3.", (1,)), ("B costs 4.", (2,))]),
        ("A is 3 [1]; b is 4 [2].", [("A is 3.", (1,)), ("B is 4.", (2,))]),
        ("A costs 3 [1] and B costs 4.", [("A costs 3 and B costs 4.", (1,))]),
        ("- A costs 3 [1]\n2. B is out [2]", [("A costs 3.", (1,)), ("B is out.", (2,))]),
        ("A costs 3. B is out [1].", [("A costs 3.", ()), ("B is out.", (1,))]),
        ("It said: “No.” [1]", [("It said: “No.”", (1,))]),
        ("价格是2999元[1]。它很大【2】", [("价格是2999元。", (1,)), ("它很大。", (2,))]),
        ("A costs 3 [99] [1-3].", [("A costs 3 [1-3].", (99,))]),
        ("[1]", []),
        ("\n \n", []),
    ],
)
def test_a_text_becomes_claims(text: str, claims: list[tuple[str, tuple[int, ...]]]) -> None:
    assert split_claims(text) == [Claim(*claim) for claim in claims]


@given(st.text(alphabet=st.sampled_from("aB1 .,;[]【】\n,、元。\"'and"), max_size=80))
def test_a_claim_is_one_line_with_each_number_once(text: str) -> None:
    for claim in split_claims(text):
        assert claim.text == " ".join(claim.text.split())
        assert len(set(claim.citations)) == len(claim.citations)
        assert not claim.text[0].islower()


@given(st.text(max_size=200))
def test_any_text_is_split(text: str) -> None:
    letters = sum(map(str.isalnum, text))
    claims = split_claims(text)
    assert len(claims) <= letters + text.count("_")


@pytest.mark.parametrize(
    "piece",
    ["[", "[1]", "[1", "(", "[1,", "- ", "a [1] and ", '"', "1. ", "。", "\n[1]\n", " ", ",", "; "],
)
def test_a_large_text_of_one_piece_is_split(piece: str) -> None:
    text = f"{(piece * LARGEST)[:LARGEST]}b"
    assert sum(len(claim.text) for claim in split_claims(text)) <= 2 * LARGEST
