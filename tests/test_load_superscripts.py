import pytest

from assistant.load.superscripts import write_superscript


@pytest.mark.parametrize(
    ("before", "raised", "after", "written"),
    [
        ("has 1,250", "3", " colonies", " [3]"),
        ("colonies", "3", ".", " [3]"),
        ("colonies.", "12", "", " [12]"),
        ("1,250", "[3]", "", " [3]"),
        ("1,250", "a", "", " [a]"),
        ("1,250", "*", "", " [*]"),
        ("sold", "1,2", "", " [1,2]"),
        ("sold", "3–5", "", " [3–5]"),
        ("1,250 ", "3", "", "[3]"),
        ("", "3", "Counted in May", "[3] "),
        ("sold in 2010", "4", "", " [4]"),
        ("about 10", "6", " polyps", "^6"),
        ("4.5 × 10", "−6", "", "^−6"),
        ("2", "10", "", "^10"),
        ("E = mc", "2", "", "^2"),
        ("x", "2", "", "^2"),
        ("x", "n", "", "^n"),
        ("Ca", "2+", "", "^2+"),
        ("12 km", "2", "", "²"),
        ("5 m", "3", "", "³"),
        ("W/m", "2", "", "²"),
        ("60 ft", "2", "", "²"),
        ("kg m", "-3", "", "^-3"),
        ("1", "st", " of May", "st"),
        ("the 22", "nd", "", "nd"),
        ("XIX", "e", " siècle", "e"),
        ("M", "me", " Dupont", "me"),
        ("N", "o", " 5", "o"),
        ("20", "o", "C", "°"),
        ("Xiaomi", "TM", "", "™"),
        ("Xiaomi", "®", "", "®"),
        ("3", "1", "/2", " 1"),
        ("", "14", "C dating", "14"),
        ("D", "r", " Ono", "r"),
        ("Xiaomi", "new", "", " new "),
        ("24", "€", "", "€"),
        ("24", ".90", "", ".90"),
        ("24", "", "", ""),
    ],
)
def test_raised_words_are_written_so_that_numbers_stay_what_they_are(
    before: str, raised: str, after: str, written: str
) -> None:
    assert write_superscript(before, raised, after) == written


@pytest.mark.parametrize("before", ["10", "12 km", "x"])
def test_a_link_is_the_mark_of_a_note(before: str) -> None:
    assert write_superscript(before, "2", is_link=True) == " [2]"
