import hashlib

import pytest
from hypothesis import given, strategies as st

from assistant.answer.cite import (
    UnverifiableError,
    cite,
    find_sentences_around,
    find_surroundings,
    hash_quote,
    verify,
)
from assistant.records import Citation, Document, Passage, Span
from tests.conftest import AWKWARD_TEXT

DOCUMENT = Document("a.txt", "A", AWKWARD_TEXT, page_starts=(0, 40, 90))
PASSAGE = Passage(DOCUMENT, 0, 0, len(AWKWARD_TEXT), "", ((0, 5),))


@given(start=st.integers(-5, 300), end=st.integers(-5, 300))
def test_a_citation_is_the_text_at_its_place_or_nothing(start: int, end: int) -> None:
    quote = AWKWARD_TEXT[start:end] if 0 <= start < end <= len(AWKWARD_TEXT) else ""
    if quote.strip():
        citation = cite(PASSAGE, start, end)
        assert citation.quote == quote
        before, after = find_surroundings(citation)
        assert AWKWARD_TEXT[start - len(before) : end + len(after)] == before + quote + after
    else:
        with pytest.raises(UnverifiableError):
            cite(PASSAGE, start, end)


@pytest.mark.parametrize(
    ("start", "end", "quote"),
    [(0, 7, "awkward"), (0, 6, "Awkward"), (1, 8, "Awkward"), (0, 0, ""), (13, 17, "\r\n\r\n")],
)
def test_a_quote_that_is_not_there_is_refused(start: int, end: int, quote: str) -> None:
    with pytest.raises(UnverifiableError):
        verify(Citation(DOCUMENT, PASSAGE, start, end, quote))


@given(start=st.integers(0, 200), end=st.integers(0, 200))
def test_a_marked_part_is_inside_its_quote_or_refused(start: int, end: int) -> None:
    if 15 <= start < end <= 60 and AWKWARD_TEXT[start:end].strip():
        assert cite(PASSAGE, 15, 60, marked=(start, end)).marked == (start, end)
    elif not 15 <= start < end <= 60:
        with pytest.raises(UnverifiableError):
            cite(PASSAGE, 15, 60, marked=(start, end))


@pytest.mark.parametrize(
    ("start", "end", "around"),
    [(0, 1, (0, 5)), (4, 5, (0, 5)), (5, 6, (5, 6)), (6, 9, (6, 14)), (4, 7, (0, 14)),
     (3, 20, (0, 20)), (14, 30, (14, 30))],
)  # fmt: skip
def test_the_sentences_around_a_span_are_whole(
    start: int, end: int, around: tuple[int, int]
) -> None:
    passage = Passage(DOCUMENT, 0, 0, 30, "", ((0, 5), (6, 14)))
    assert find_sentences_around(passage, start, end) == around


@pytest.mark.parametrize(("start", "page"), [(0, 1), (39, 1), (40, 2), (90, 3), (150, 3)])
def test_a_citation_names_its_page(start: int, page: int) -> None:
    assert cite(PASSAGE, start, start + 2).page == page


def test_a_citation_that_runs_over_a_page_names_both() -> None:
    citation = cite(PASSAGE, 30, 41)
    assert (citation.page, citation.page_end) == (1, 2)


def test_a_link_carries_six_digits_of_the_quote_s_hash() -> None:
    assert hash_quote("é👍") == hashlib.sha256("é👍".encode()).hexdigest()[:6]


def test_a_span_stays_inside_its_passage() -> None:
    passage = Passage(DOCUMENT, 0, 10, 20, "", ((10, 20),))
    assert Span(passage, 10, 20, 0.5).text == AWKWARD_TEXT[10:20]
    for start, end in ((9, 12), (12, 21), (15, 15), (16, 12)):
        with pytest.raises(ValueError, match="is not inside passage"):
            Span(passage, start, end, 0.5)
