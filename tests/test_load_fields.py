from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.load.fields import DATES, SOURCES, find_date, find_title


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
