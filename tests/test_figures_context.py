"""What the words around a figure say of it: its status, change and source."""

import pytest

from tests.figuring import find, find_one


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("It has 10 shops.", "stated"),
        ("It will have 10 shops.", "expected"),
        ("It is expected to reach $5.", "expected"),
        ("The target is 10 shops.", "expected"),
        ("According to the plan, it costs $5.", "expected"),
        ("It may be as high as 40%.", "claimed"),
        ("It reportedly has 10 shops.", "claimed"),
        ("Sales in May were 10 units.", "stated"),
        ("It claimed that it will have 10 shops.", "expected"),
        ("This, which claims to be good, has 10 shops.", "stated"),
        ("It will be late, but it has 10 shops.", "stated"),
        ("It may be the reason why it has 10 shops.", "stated"),
    ],
)
def test_the_nearest_word_of_the_clause_decides_the_status(text: str, status: str) -> None:
    assert find_one(text).status == status


@pytest.mark.parametrize(
    ("text", "change"),
    [
        ("Sales saw an increase of 5%.", "up"),
        ("Sales increased by 5%.", "up"),
        ("Sales rose sharply by 5%.", "up"),
        ("Sales fell 5%.", "down"),
        ("Sales are up 5%.", "up"),
        ("Sales are down 5%.", "down"),
        ("It saw a 5% rise.", "up"),
        ("It saw a 5% year-on-year decline.", "down"),
        ("It is 5% cheaper.", "down"),
        ("It raised rates by 75 basis points.", "up"),
        ("It increased to 95%.", None),
        ("It rose from 95%.", None),
        ("It cut rates to 4%.", None),
        ("Sales rose year - on - year by 5%.", "up"),
        ("It raised $5m.", None),
        ("It is made up of 12 people.", None),
        ("He climbed 300 metres.", None),
        ("It is 95% of sales.", None),
    ],
)
def test_a_change_is_not_a_level(text: str, change: str | None) -> None:
    assert find_one(text).change == change


@pytest.mark.parametrize(
    ("text", "compared"),
    [
        ("Sales rose 5% year - on - year.", "year - on - year"),
        ("Sales saw a year-on-year increase of 5%.", "year-on-year"),
        ("Sales rose 5% from 2024.", "from 2024"),
        ("Sales rose 5% from a year earlier.", "from a year earlier"),
        ("Sales rose 5% compared with Asia.", "compared with Asia"),
        ("Sales rose 5%.", None),
        ("Sales were $5 year-on-year.", None),
    ],
)
def test_a_change_has_the_basis_of_its_comparison(text: str, compared: str | None) -> None:
    assert find_one(text).compared_with == compared


@pytest.mark.parametrize(
    ("text", "source"),
    [
        ("According to IDC, it sold 10 shops.", "IDC"),
        ("According to relevant data from IDC, it sold 10 shops.", "IDC"),
        ("According to the statistics of the industry media XR Vision, it has 5%.", "XR Vision"),
        ("According to Chinese data from IDC, it sold 10 shops.", "IDC"),
        ("According to market researcher IDC, it sold 10 shops.", "IDC"),
        ("According to the army, it killed 10 people.", "army"),
        ("According to police, it killed 10 people.", "police"),
        ("According to the plan, it costs $5.", None),
        ("JD.com data shows that it sold 10 shops.", "JD.com"),
        ("Li Chuangqi said that it has 10 shops.", "Li Chuangqi"),
        ("Li Chuangqi, the head of it, later told it had 10 shops.", "Li Chuangqi"),
        ("It has 10 shops, said Wu Jia.", "Wu Jia"),
        ("It has 10 shops, police said.", "police"),
        ("He said it has 10 shops.", None),
        ("It is said to have 10 shops.", None),
    ],
)
def test_the_source_of_a_figure_is_in_the_words_of_the_document(
    text: str, source: str | None
) -> None:
    assert find_one(text).source == source


def test_a_prediction_without_a_name_has_the_source_of_the_sentence_before() -> None:
    text = "According to IDC, it sold 10 units. It is predicted that it will sell 20 units."
    assert [figure.source for figure in find(text)] == ["IDC", "IDC"]
    separate = text.replace(". It is", ".\n\nIt is")
    assert [figure.source for figure in find(separate)] == ["IDC", None]


@pytest.mark.parametrize(
    ("text", "periods"),
    [
        ("Sales were $4 in 2022, $5 in 2023 and $6 in 2024.", ["2022", "2023", "2024"]),
        ("Sales rose from $4 in 2022 to $6 in 2024.", ["2022", "2024"]),
        ("In 2022 sales were $4, in 2023 $5 and in 2024 $6.", ["2022", "2023", "2024"]),
        ("Sales were $5 (2023), compared with $4 (2022).", ["2023", "2022"]),
        ("A cup cost $4 per litre in 2022 and $5 per litre in 2023.", ["2022", "2023"]),
        ("In 2024, sales were below 20%, and they will exceed 60% in 2025.", ["2024", "2025"]),
        ("Sales were $6 in 2024, an increase of 5%.", ["2024", "2024"]),
    ],
)
def test_a_time_next_to_a_figure_is_of_no_other(text: str, periods: list[str]) -> None:
    assert [figure.period and figure.period.words for figure in find(text)] == periods


def test_a_list_over_time_repeats_what_is_measured_and_its_direction() -> None:
    figures = find("Sales rose by 12% in 2023 and by 9% in 2024.")
    assert [(figure.metric, figure.change) for figure in figures] == [("Sales", "up")] * 2
    figures = find("The unemployment rate was 5% in 2023, compared with 4% in 2024.")
    assert [figure.metric for figure in figures] == ["unemployment rate"] * 2
    figures = find("Sales rose by 12% in 2023, but fell by 9% in 2024.")
    assert [figure.change for figure in figures] == ["up", "down"]
