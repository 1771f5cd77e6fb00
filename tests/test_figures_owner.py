"""The player that a figure belongs to."""

import pytest

from tests.figuring import find_one


@pytest.mark.parametrize(
    ("text", "owner"),
    [
        ("Xiaomi sold 10 phones.", "xiaomi"),
        ("The yield of Xiaomi is 92%.", "xiaomi"),
        ("It is dearer than the $299 of Ray - Ban Meta.", "ray-ban-meta"),
        ("Xiaomi beats the 4-hour battery life of Ray - Ban Meta.", "ray-ban-meta"),
        ("Compared with Xiaomi, Alibaba has 10 shops.", "alibaba"),
        ("On JD.com it sold 10 phones.", None),
        ("Huawei joins, through NearLink and HarmonyOS, 10 devices.", "huawei"),
        ("According to IDC, sales were 10 units.", None),
        ("Rokid claimed that its target is 10 shops.", "rokid"),
        ("Rokid said that sales rose 5%.", None),
        ("Wu Jia said that we sold 10 units.", "alibaba"),
        ("Xiaomi came, but the global market sold 10 units.", None),
        ("Xiaomi came. It sold 10 units.", "xiaomi"),
        ("Xiaomi came. Some chips hold 10 parts.", None),
        ("Xiaomi came.\n\nIt sold 10 units.", None),
        ("Nobody sold 10 units.", None),
    ],
)
def test_the_owner_of_a_figure_is_found(text: str, owner: str | None) -> None:
    assert find_one(text).owner == owner


def test_a_heading_with_one_player_names_the_owner() -> None:
    text = "The starting price is $5."
    assert find_one(text, heading="Xiaomi explores").owner == "xiaomi"
    assert find_one(text, heading="Xiaomi and Alibaba").owner is None
