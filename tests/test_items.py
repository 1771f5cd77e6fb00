"""Lists in running text: every item, and nothing that is none."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.items import find_list_around, split_items


@pytest.mark.parametrize(
    ("sentence", "item", "whole"),
    [
        ("It supports maps, Alipay's \"Scan - to - Pay\", and Fliggy's reminders.", "maps",
         "maps, Alipay's \"Scan - to - Pay\", and Fliggy's reminders"),
        ("the \"triangle\" - speed, light weight, and battery life.", "battery life",
         "speed, light weight, and battery life"),
        ("devices such as phones, screens, and AR glasses through a link", "screens",
         "phones, screens, and AR glasses"),
        ("areas such as driving, homes, and health, enabling more", "driving, homes, and "
         "health, enabling more", "driving, homes, and health"),
        ("It has apps, 1,999 models and stores.", "1,999 models", "apps, 1,999 models and stores"),
        ("It sold phones and cars.", "phones", "phones"),  # two without a comma
        ("However, phones rose.", "phones", "phones"),
        ("When the company sold phones, screens fell by half.", "screens", "screens"),
        ("Phones, which were sold in the very many shops of all towns, rose.", "Phones", "Phones"),
        ("Xiaomi (phones, cars) and Rokid", "cars", "phones, cars"),
    ],
)  # fmt: skip
def test_a_list_is_found_around_an_item(sentence: str, item: str, whole: str) -> None:
    start = sentence.index(item)
    first, last = find_list_around(sentence, start, start + len(item), (0, len(sentence)))
    assert sentence[first:last] == whole


def test_a_list_ends_with_its_sentence() -> None:
    text = "It sells a, b, c. And d, e, f."
    start, end = find_list_around(text, 9, 10, (0, 17))
    assert text[start:end] == "a, b, c"


@given(st.text(alphabet='ab ,;-.()"1andor\n'), st.data())
def test_what_is_found_stays_in_its_sentence(text: str, data: st.DataObject) -> None:
    marks = st.integers(0, len(text))
    low, start, end, high = sorted(data.draw(st.tuples(marks, marks, marks, marks)))
    first, last = find_list_around(text, start, end, (low, high))
    assert low <= first <= last <= high
    assert first <= start


@pytest.mark.parametrize(
    ("text", "items"),
    [
        ("traffic, content, and 1,999 models", ["traffic", "content", "1,999 models"]),
        ("AR1 + Hengxuan 2700", ["AR1", "Hengxuan 2700"]),
        ("phones; cars or homes", ["phones", "cars", "homes"]),
        ("brand and candour", ["brand", "candour"]),
        ("phones", ["phones"]),
        (", ", []),
    ],
)
def test_items_are_split(text: str, items: list[str]) -> None:
    assert split_items(text) == items
