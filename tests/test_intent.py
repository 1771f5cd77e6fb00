import pytest

from assistant.intent import Intent, read_intent
from assistant.intent.splitting import find_compared, split_question
from assistant.players import Names
from assistant.records import Player

PLAYERS = (
    Player("xiaomi", "Xiaomi", "company", roles=("maker",)),
    Player("quark", "Quark", "product", owner="xiaomi"),
    Player("rokid", "Rokid", "company", roles=("maker", "startup")),
    Player("ar1", "AR1", "product", roles=("chip",)),
    Player("idc", "IDC", "organisation", roles=("source",)),
)
NAMES = Names(PLAYERS)


def read(question: str) -> Intent:
    return read_intent(question, PLAYERS, NAMES)


@pytest.mark.parametrize(
    ("question", "kind"),
    [
        ("How many players are there?", "count"),
        ("How many different startup companies exist?", "count"),
        ("How many chips are inside Xiaomi's glasses?", "count"),
        ("How many units did the companies sell?", "span"),
        ("Compare Xiaomi and Rokid.", "comparison"),
        ("How does Xiaomi differ from Rokid?", "comparison"),
        ("Xiaomi versus Rokid: how many shops?", "comparison"),
        ("What did the comparable glasses cost?", "span"),
        ("What different uses has Quark?", "span"),
        ("Set the price against the costs.", "comparison"),
        ("Xiaomi's glasses against Rokid's: whose sell?", "comparison"),
        ("What did Rokid set up?", "span"),
        ("Is Xiaomi cheaper than Rokid?", "comparison"),
        ("Are more glasses returned at Xiaomi, or at Rokid?", "comparison"),
        ("Is Xiaomi cheaper?", "passage"),
        ("Whose yield is higher?", "comparison"),
        ("When was the yield higher?", "span"),
        ("Who has the most shops?", "comparison"),
        ("What is the cheapest pair?", "comparison"),
        ("Where is the nest?", "span"),
        ("Which companies sell glasses?", "list"),
        ("Name the startups.", "list"),
        ("Where do companies sell glasses?", "span"),
        ("Who are the people?", "list"),
        ("Whose data is used?", "list"),
        ("Who is the person?", "span"),
        ("List all features.", "list"),
        ("List a feature.", "span"),
        ("What amounts are named?", "list"),
        ("What amount did Rokid pay?", "span"),
        ("Which services do the glasses support?", "list"),
        ("What functions of the glasses are paid for?", "list"),
        ("Which service does Rokid support?", "span"),
        ("What is the outlook for glasses?", "trend"),
        ("What growth was there over time?", "trend"),
        ("How has the price changed?", "trend"),
        ("How have prices risen?", "trend"),
        ("Who changed the price?", "span"),
        ("Why is it slow?", "passage"),
        ("price of Xiaomi, Rokid?", "comparison"),
        ("What do Xiaomi and Rokid charge?", "comparison"),
        ("When did Xiaomi acquire Rokid?", "span"),
        ("Which sorts of companies can win?", "list"),
        ("everybody named in the text", "list"),
        ("startups in the text", "list"),
        ("Where do startups sell?", "span"),
        ("What could the early models do?", "span"),
        ("By what percentage did sales grow?", "trend"),
        ("Which percentage does the text name in 2024?", "list"),
    ],
)
def test_the_first_rule_that_a_question_fits_decides(question: str, kind: str) -> None:
    assert read(question).kind == kind


def test_an_intent_holds_what_is_named_and_asked_for() -> None:
    intent = read("Which chips of Xiaomi's Quark had the highest price in 2024 and 2025?")
    assert [player.id for player in intent.players] == ["xiaomi", "quark"]
    assert (intent.nouns, intent.roles) == ((), ("chip",))
    assert (intent.direction, intent.years, intent.expected) == ("highest", (2024, 2025), False)
    assert intent.terms == ("chip", "price")


@pytest.mark.parametrize(
    ("question", "nouns", "roles"),
    [
        ("Which companies exist?", ("company",), ()),
        ("Which executives and products are new?", ("person", "product"), ()),
        ("Which organisations exist?", ("organisation",), ()),
        ("Which manufacturers exist?", ("company",), ("maker",)),
        ("Which companies make glasses?", ("company",), ("maker",)),
        ("Which chips do people make?", (), ("chip",)),  # what it names goes before doing
        ("Where in the whole very long text does the author name companies?", (), ()),
    ],
)
def test_kinds_and_roles_are_found(
    question: str, nouns: tuple[str, ...], roles: tuple[str, ...]
) -> None:
    intent = read(question)
    assert (intent.nouns, intent.roles) == (nouns, roles)


@pytest.mark.parametrize(
    ("question", "direction"),
    [("the dearest?", "highest"), ("the cheapest?", "lowest"), ("lower or higher?", "lowest"),
     ("which has more?", "highest"), ("the price?", None)],
)  # fmt: skip
def test_a_direction_is_the_end_of_a_scale(question: str, direction: str | None) -> None:
    assert read(question).direction == direction


def test_forecasts_and_amounts_are_noticed() -> None:
    assert read("What prices are expected?").expected
    assert read("What prices are expected?").amounts
    assert not read("What is the price?").expected
    assert not read("What is the price?").amounts


@pytest.mark.parametrize(
    ("question", "parts"),
    [
        ("What does Quark cost and who is its chief?",
         ["What does Quark cost?", "who is Quark's chief?"]),
        ("What does Quark cost, and where is it sold?",
         ["What does Quark cost?", "where is Quark sold?"]),
        ("What is a chip, and how fast does it grow?",
         ["What is a chip, and how fast does it grow?"]),  # of nothing else
        ("What is expected, and who says so?", ["What is expected, and who says so?"]),
        ("What ails chips, and which part of a device do they cost?",
         ["What ails chips?", "which part of a device do they cost?"]),
        ("What keeps Rokid going and how does Quark sell its glasses?",
         ["What keeps Rokid going?", "how does Quark sell its glasses?"]),
        ("What do Quark and Rokid cost and when are they sold?",
         ["What do Quark and Rokid cost and when are they sold?"]),
        ("What is a chip and who is Song?", ["What is a chip?", "who is Song?"]),
        ("What is a chip? Who is Song?", ["What is a chip?", "Who is Song?"]),
        ("What do Quark and Rokid cost?", ["What do Quark and Rokid cost?"]),
        ("what keeps Rokid going + what does Quark use",
         ["what keeps Rokid going?", "what does Quark use?"]),
        ("Who came first, and by what margin?", ["Who came first?", "by what margin?"]),
    ],
)  # fmt: skip
def test_a_question_is_split_where_a_second_begins(question: str, parts: list[str]) -> None:
    assert split_question(question, NAMES) == parts


@pytest.mark.parametrize(
    ("question", "players", "excluded"),
    [
        ("Which companies besides Xiaomi and Rokid exist?", [], ["xiaomi", "rokid"]),
        ("Who is leaving Xiaomi?", ["xiaomi"], []),
        ("Leaving IDC Corp. aside, who is left?", [], ["idc"]),
        ("Leaving IDC aside, whose data is used?", [], ["idc"]),
        ("Which products of Xiaomi other than Quark exist?", ["xiaomi"], ["quark"]),
        ("Which companies exist besides those that Xiaomi owns?", ["xiaomi"], []),
        ("Does Rokid, except for IDC, know Xiaomi?", ["rokid", "xiaomi"], ["idc"]),
    ],
)
def test_whom_a_question_leaves_out_it_is_not_about(
    question: str, players: list[str], excluded: list[str]
) -> None:
    intent = read(question)
    assert [player.id for player in intent.players] == players
    assert [player.id for player in intent.excluded] == excluded


@pytest.mark.parametrize(
    ("question", "change"),
    [("What rose most?", "up"), ("What fell most?", "down"), ("What cost most?", None),
     ("Did it rise or fall more?", None)],
)  # fmt: skip
def test_what_rose_or_fell_may_be_asked_for(question: str, change: str | None) -> None:
    assert read(question).change == change


@pytest.mark.parametrize(
    ("question", "things"),
    [
        ("Compare the yield with the target.", ("the yield", "the target")),
        ("yield versus target?", ("yield", "target")),
        ("What is the gap between the yield and the target?", ("the yield", "the target")),
        ("Which is higher: the yield, or the target?", ("the yield", "the target")),
        ("Compare the yield with the target and the cost.", None),
        ("What is the yield?", None),
    ],
)
def test_two_things_are_compared_by_their_words(
    question: str, things: tuple[str, str] | None
) -> None:
    assert find_compared(question) == things
