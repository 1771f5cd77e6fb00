"""Numbers as their formats show them."""

import pytest
from hypothesis import given, strategies as st

from assistant.load.numbers import BUILT_IN, write_number


@pytest.mark.parametrize(
    ("value", "code", "shown"),
    [
        (3.0, "General", "3"), (0.1, "General", "0.1"), (1e21, "General", "1e+21"),
        (0.30000000000000004, "General", "0.3"), (5.0, "@", "5"), (5.0, "", "5"),
        (0.25, "0%", "25 %"), (0.256, "0.0%", "25.6 %"), (0.125, "0.00%", "12.50 %"),
        (1234.5, "#,##0.00", "1,234.50"), (1234567.0, "#,##0", "1,234,567"),
        (3.0, "0.##", "3"), (3.25, "0.##", "3.25"), (2.675, "0.00", "2.68"), (7.0, "000", "007"),
        (1234567.0, '#,##0,"k"', "1,235k"), (12345.0, "0.00E+00", "12345"), (0.5, "# ?/?", "0.5"),
        (1234.5, '#,##0.00 "EUR"', "1,234.50 EUR"), (1234.5, "[$€-407] #,##0.00", "€ 1,234.50"),
        (1234.5, "$#,##0.00", "$1,234.50"), (3.1, '0.00\\ "€"', "3.10 €"), (5.0, '0" kg"', "5 kg"),
        (-5.0, "#,##0", "-5"), (-5.0, "#,##0;(#,##0)", "(5)"), (-0.001, "0.00", "0.00"),
        (-5.0, '#,##0.00\\ "€";[Red]\\-#,##0.00\\ "€"', "-5.00 €"),
        (0.0, '_-* #,##0.00_-;-* #,##0.00_-;_-* "-"??_-;_-@_-', "-"),
        (45909.0, "yyyy-mm-dd", "2025-09-09"), (45909.0, "[$-409]d\\-mmm\\-yyyy;@", "9 Sep 2025"),
        (45909.5, "dd/mm/yyyy h:mm", "2025-09-09 12:00"), (45909.0, "mmm yyyy", "2025-09"),
        (45909.0, "yyyy", "2025"), (0.375, "h:mm", "9:00"), (0.375, "hh:mm:ss", "09:00:00"),
        (0.638, "h:mm AM/PM", "3:18 PM"), (1.5, "[h]:mm", "36:00"),
        (1.0, "yyyy-mm-dd", "1900-01-01"),
        (61.0, "yyyy-mm-dd", "1900-03-01"), (-3.0, "yyyy-mm-dd", "-3"),
        (3e6, "yyyy-mm-dd", "3000000"), (float("inf"), "0.00", "inf"),
    ],
)  # fmt: skip
def test_a_number_is_shown_in_its_format(value: float, code: str, shown: str) -> None:
    assert write_number(value, code) == shown


def test_days_may_count_from_1904() -> None:
    assert write_number(44447.0, "yyyy-mm-dd", since_1904=True) == "2025-09-09"
    assert write_number(2_958_000.0, "yyyy-mm-dd", since_1904=True) == "2958000"


@given(
    st.floats(),
    st.text(alphabet='0#?.,%;"\\[]$€-_*()ymdhsAMP/ @E+:Geral', max_size=12)
    | st.sampled_from(sorted(BUILT_IN.values())),
    st.booleans(),
)
def test_any_format_writes_something_on_one_line(value: float, code: str, early: bool) -> None:
    shown = write_number(value, code, since_1904=early)
    assert shown == " ".join(shown.split())
