import json
from datetime import date

import pytest
from hypothesis import given, strategies as st

from assistant.errors import LoadError
from assistant.load.fields import DATES, SOURCES
from assistant.load.jsonl import load_jsonl
from assistant.records import Document
from tests.loading import assert_valid, only


def test_each_line_of_json_is_a_document_or_a_named_refusal() -> None:
    lines = [
        '{"_id": "a/1", "title": "T", "text": "Text.", "date": "2024/05/01", "url": "https://e.org",'
        ' "week": 3, "by": "X"}',
        "not json",
        '["text"]',
        '{"id": "b"}',
        "",
        '{"text": "No id. \\u2028 One line.", "id": 0}',
        '{"text": "No id at all."}',
        '{"id": "c", "text": "\\ud800"}',
    ]
    found = list(load_jsonl("\n".join(lines), "d.jsonl"))
    documents = [item for item in found if isinstance(item, Document)]
    refusals = [str(item) for item in found if isinstance(item, LoadError)]
    assert [document.id for document in documents] == ["d.jsonl/a/1", "d.jsonl/0", "d.jsonl/7"]
    first = documents[0]
    assert (first.title, first.published, first.source) == ("T", date(2024, 5, 1), "https://e.org")
    assert first.extra == {"week": "3", "by": "X"}
    assert [refusal.partition(":")[0].partition(" (")[0] for refusal in refusals] == [
        "d.jsonl line 2 is not JSON",
        "d.jsonl line 3 is not an object",
        "d.jsonl line 4 has no text",
        "d.jsonl line 8 contains half of a surrogate pair",
    ]


BAD_LINES = [
    (r'{"text": "\ud800"}', "line 1 contains half of a surrogate pair"),
    (r'{"text": "x", "title": "\udfff"}', "line 1 contains half of a surrogate pair"),
    (r'{"text": "x", "id": "\ud800"}', "line 1 contains half of a surrogate pair"),
    (r'{"text": "x", "\ud800": 1}', "line 1 contains half of a surrogate pair"),
    (r'{"text": "x", "w": {"a": ["\ud800"]}}', "line 1 contains half of a surrogate pair"),
    ('{"text": "x", "w": ' + "[" * 100_000 + "]" * 100_000 + "}", "line 1 is not JSON"),
    ("[" * 100_000, "line 1 is not JSON"),
    ('{"text": "x", "id": [1]}', "line 1 has the id [1]"),
    ('{"text": "x", "_id": true}', "line 1 has the _id True"),
    ('{"text": "x", "id": 1.5}', "line 1 has the id 1.5"),
    ('{"text": "x", "id": "a/../b"}', "the id 'd.jsonl/a/../b' can't be part of an address"),
    ('{"text": "x", "id": "."}', "the id 'd.jsonl/.' can't be part of an address"),
    (r'{"text": "x", "id": "a\u0007"}', r"the id 'd.jsonl/a\u0007' can't be part of an address"),
    (f'{{"text": "x", "id": "{"y" * 1000}"}}', "can't be part of an address"),
    (r'{"text": "x\u0000y"}', "line 1 contains a NUL character"),
]  # fmt: skip


@pytest.mark.parametrize(("line", "message"), BAD_LINES, ids=[line[:34] for line, _ in BAD_LINES])
def test_a_bad_line_of_json_costs_only_itself(line: str, message: str) -> None:
    refusal, document = load_jsonl(line + '\n{"text": "Fine.", "id": "a..b/.c"}', "d.jsonl")
    assert isinstance(refusal, LoadError)
    assert message in str(refusal)
    assert isinstance(document, Document)
    assert document.id == "d.jsonl/a..b/.c"


@pytest.mark.parametrize("key", DATES)
def test_each_name_of_a_date_is_read(key: str) -> None:
    document = only(load_jsonl(f'{{"text": "x", "{key}": "9 May 2024"}}', "d.jsonl"))
    assert (document.published, document.extra) == (date(2024, 5, 9), {})


def test_an_invalid_date_does_not_hide_the_next() -> None:
    line = '{"text": "x", "published": "soon", "publish_date": "2024-05-09", "date": "2020-01-01"}'
    assert only(load_jsonl(line, "d.jsonl")).published == date(2024, 5, 9)


@pytest.mark.parametrize("key", SOURCES)
def test_each_name_of_a_source_is_read(key: str) -> None:
    document = only(load_jsonl(f'{{"text": "x", "{key}": "https://e.org"}}', "d.jsonl"))
    assert (document.source, document.extra) == ("https://e.org", {})


@pytest.mark.parametrize(
    ("value", "published", "dated"),
    [
        ('"May 2024"', date(2024, 5, 1), "May 2024"),
        ("2024", date(2024, 1, 1), "2024"),
        ('"2024-Q3"', date(2024, 7, 1), "Q3 2024"),
        ('"2024-05-03T10:00"', date(2024, 5, 3), ""),
        ("null", None, ""),
        ("1714521600000", None, ""),
    ],
)
def test_a_date_without_a_day_is_kept_in_words(
    value: str, published: date | None, dated: str
) -> None:
    document = only(load_jsonl(f'{{"text": "Text.", "date": {value}}}', "d.jsonl"))
    assert (document.published, document.dated) == (published, dated)


def test_lists_inside_lists_are_kept_or_refused_at_any_depth() -> None:
    for depth in range(100, 1200, 7):
        line = f'{{"text": "Text.", "date": {"[" * depth}{"]" * depth}}}'
        (item,) = load_jsonl(line, "d.jsonl")
        assert isinstance(item, Document | LoadError)


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)
keys = st.sampled_from(["id", "_id", "title", "text", "date", "published", "url", "x"])


@given(st.lists(st.dictionaries(keys, values).map(json.dumps) | st.text(), max_size=4))
def test_any_lines_are_valid_documents_or_refused(lines: list[str]) -> None:
    for item in load_jsonl("\n".join(lines), "d.jsonl"):
        if isinstance(item, Document):
            assert_valid(item)
