from datetime import date

import pytest
from hypothesis import given, strategies as st

from assistant.load.fields import DATES, SOURCES, find_title
from assistant.text.dates import Issued, find_date, find_issued


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("on 2025-09-09 15:19", date(2025, 9, 9)),
        ("2025/9/9", date(2025, 9, 9)),
        ("Sept. 3, 2024", date(2024, 9, 3)),
        ("3 June 2024", date(2024, 6, 3)),
        ("31 June 2024, then 1 July 2024", date(2024, 7, 1)),
        ("12025-09-09 or 2025-09-091", None),
        ("May 2024", None),
        ("9\u00a0May, 2024", date(2024, 5, 9)),
        ("2024-13-01 and 2024.1.2", date(2024, 1, 2)),
    ],
)
def test_dates_are_found_in_all_notations(text: str, expected: date | None) -> None:
    assert find_date(text) == expected


def test_the_first_date_of_some_texts_is_found() -> None:
    assert find_date("", "soon", "9 May 2024", "2020-01-01") == date(2024, 5, 9)


@given(st.from_regex(r"[\d]{1,4}[-/. ](May|Sept\.|\d{1,3})[-/., ]{1,2}\d{1,5}", fullmatch=True))
def test_nothing_that_looks_like_a_date_is_an_error(text: str) -> None:
    found = find_date(text)
    assert found is None or isinstance(found, date)


def test_names_of_dates_and_sources_are_fixed() -> None:
    assert (DATES, SOURCES) == (("published", "publish_date", "date"), ("source", "url"))


@pytest.mark.parametrize(
    "title",
    ["", " ", "Untitled 1", "Microsoft Word - Report", "PowerPoint Presentation", "Document1",
     "Slide 3", "draft-3.docx", "C:\\tmp\\a.TEX", "_", "2024-05", "Title"],
)  # fmt: skip
def test_what_programs_write_is_no_title(title: str) -> None:
    assert find_title(title) == ""
    assert find_title(title, " The\n Price ") == "The Price"


@pytest.mark.parametrize("title", ["Guide to Node.js", "Page of History", "报告", "2024 Report"])
def test_what_a_person_may_write_is_a_title(title: str) -> None:
    assert find_title(title) == title


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("3rd May 2024", date(2024, 5, 3)),
        ("on the 1st of June 2024", date(2024, 6, 1)),
        ("May 3rd, 2024", date(2024, 5, 3)),
        ("2024-05-03T15:30:00Z", date(2024, 5, 3)),
        ("2024年5月3日", date(2024, 5, 3)),
    ],
)
def test_days_are_found_in_more_notations(text: str, expected: date) -> None:
    assert find_date(text) == expected


@pytest.mark.parametrize(
    ("name", "day", "words"),
    [
        ("prices-2024.txt", "2024-01-01", "2024"),
        ("prices2024.txt", "2024-01-01", "2024"),
        ("FY2024.pdf", "2024-01-01", "2024"),
        ("menu (2024).txt", "2024-01-01", "2024"),
        ("report-2024-v2.txt", "2024-01-01", "2024"),
        ("minutes-12-2024.txt", "2024-01-01", "2024"),
        ("budget 2023-24.txt", "2023-01-01", "2023"),
        ("report 2019-2023.txt", "2023-01-01", "2023"),
        ("2011-12 season.txt", "2011-01-01", "2011"),
        ("Prices of 2023 and 2021", "2023-01-01", "2023"),
        ("公告2024年.txt", "2024-01-01", "2024"),
        ("minutes May 2024.docx", "2024-05-01", "May 2024"),
        ("2024_sept.docx", "2024-09-01", "September 2024"),
        ("2024-05.txt", "2024-05-01", "May 2024"),
        ("2024年5月.txt", "2024-05-01", "May 2024"),
        ("2024Q3.xlsx", "2024-07-01", "Q3 2024"),
        ("sales q3-2024.txt", "2024-07-01", "Q3 2024"),
        ("H1_2025.md", "2025-01-01", "H1 2025"),
        ("report_2024-05-03.pdf", "2024-05-03", ""),
        ("scan20240503T1530.pdf", "2024-05-03", ""),
        ("minutes_3rd_May_2024.txt", "2024-05-03", ""),
        ("25.12.2024.txt", "2024-12-25", ""),
        ("12-25-2024.txt", "2024-12-25", ""),
        ("03-05-2024.txt", "2024-01-01", "2024"),  # May or March
    ],
)
def test_the_date_in_a_name_is_as_exact_as_it_is(name: str, day: str, words: str) -> None:
    assert find_issued(name) == Issued(date.fromisoformat(day), words)


@pytest.mark.parametrize(
    "name",
    ["prices-1999mm.txt", "RTX2080.txt", "bolt-1950-25.txt", "tel-030-1999-22.txt",
     "tel 0301999.txt", "photo 1920x1080.png", "part-20241350.txt", "x-1899.txt", "2101.txt",
     "2000W heater.txt", "2024-13-45.txt", "maybe.txt", "a2000b.txt", "1899-05-03.txt"],
)  # fmt: skip
def test_other_numbers_in_a_name_are_no_date(name: str) -> None:
    assert find_issued(name) is None


@given(st.text(alphabet="0129QHMay-_. 年月日FY(", max_size=24))
def test_no_name_is_an_error(name: str) -> None:
    found = find_issued(name)
    assert found is None or 1900 <= found.day.year <= 2100
