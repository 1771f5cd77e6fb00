"""The names and figures of an index, as lines that the reader reads."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

import pytest

from assistant.answer.evidence import Entry
from assistant.answer.lines import (
    Line,
    choose_lines,
    find_figures,
    find_listed,
    write_figures,
    write_names,
)
from assistant.index.generation import Generation
from assistant.records import Calibration, Document, Passage, Player, Reading
from tests.answers import hits_of, passage_of
from tests.conftest import Maker

DOCUMENTS = (
    Document(
        "a.txt",
        "Glasses",
        "Xiaomi glasses cost 1,999 yuan. Lei Jun leads Xiaomi. It weighs 40 grams.\n\n"
        "In 2024 sales grew by 12%.",
        published=date(2025, 9, 9),
    ),
    Document(
        "b.txt",
        "Stores",
        "Quark glasses cost 2,999 yuan. Sales of Quark fell by 7%. Costs of Quark fell by 7%.",
    ),
)
PLAYERS = (
    Player("xiaomi", "Xiaomi", "company", ("小米",), roles=("maker", "giant")),
    Player("lei", "Lei Jun", "person"),
    Player("quark", "Quark", "product", owner="alibaba", roles=("maker",)),
    Player("alibaba", "Alibaba", "company"),  # mentioned nowhere
)


@pytest.fixture
def generation(make: Maker) -> Generation:
    return make.generation(*DOCUMENTS, players=PLAYERS)


def quote(entry: Entry) -> tuple[str, str]:
    return entry.text, entry.passage.document.text[slice(*entry.cited)]


def test_a_line_has_owner_metric_value_and_period_of_a_figure(
    generation: Generation,
) -> None:
    catalog = generation.catalog
    passages = [catalog.passage(number) for number in range(catalog.passages)]
    lines = write_figures(hits_of(*passages), catalog)
    assert {"Xiaomi", "Quark (Alibaba)"} <= {line.text.split(",")[0] for line in lines}
    for line in lines:
        (entry,) = line.entries
        assert f": {entry.text}" in line.text
        assert entry.text in quote(entry)[1]
    found = {quote(line.entries[0]) for line in lines}
    assert ("1,999 yuan", "Xiaomi glasses cost 1,999 yuan.") in found
    assert ("2,999 yuan", "Quark glasses cost 2,999 yuan.") in found
    dated = [line.text for line in lines if "12%" in line.text]
    assert [text.endswith("12% (2024).") for text in dated] == [True]
    first, *_, last = passages[0].sentences
    for start, end in (first, last):  # of passages that hold one sentence
        alone = replace(passages[0], start=start, end=end, sentences=((start, end),))
        inside = [line.text for line in lines if line.entries[0].passage.number == 0
                  and line.entries[0].cited == (start, end)]  # fmt: skip
        assert [line.text for line in write_figures(hits_of(alone), catalog)] == inside
        assert len(inside) == 1


def test_no_more_than_80_figures_are_written(
    generation: Generation, monkeypatch: pytest.MonkeyPatch
) -> None:
    catalog = generation.catalog
    hits = hits_of(*(catalog.passage(number) for number in range(catalog.passages)))
    lines = write_figures(hits, catalog)
    monkeypatch.setattr("assistant.answer.lines.MOST_FIGURES", 2)
    assert write_figures(hits, catalog) == lines[:2]


def test_names_are_lines_by_kind_and_role_and_figures_by_unit(generation: Generation) -> None:
    lines = write_names(generation.catalog)
    assert [line.text for line in lines] == [
        "Companies: Xiaomi.",
        "Makers: Xiaomi, Quark.",
        "Giants: Xiaomi.",
        "People: Lei Jun.",
        "Products: Quark.",
        "Amounts in Chinese yuan: 1,999 yuan, 2,999 yuan.",
        "Percentages: 12%, 7%.",
    ]
    cited = {line.text.split(":")[0]: [quote(entry) for entry in line.entries] for line in lines}
    assert cited["Makers"] == [
        ("Xiaomi", "Xiaomi glasses cost 1,999 yuan."),
        ("Quark", "Quark glasses cost 2,999 yuan."),
    ]
    assert cited["Percentages"] == [
        ("12%", "In 2024 sales grew by 12%."), ("7%", "Sales of Quark fell by 7%.")
    ]  # fmt: skip


def test_figures_of_other_units_do_not_make_a_list(make: Maker) -> None:
    text = "The club has 40 members. The union has 50 members. It weighs 3 kg. That weighs 4 kg."
    catalog = make.generation(Document("c.txt", "Clubs", text)).catalog
    assert len(catalog.figures) == 4
    lines = write_names(catalog)
    assert [line.text for line in lines] == [
        "Numbers of member: 40 members, 50 members.",
        "Numbers of kg: 3 kg, 4 kg.",
    ]
    assert find_listed("How many members?", lines, LineReader(0.9, 0.0)) == ()


def test_large_indexes_and_long_lines_are_shortened(
    generation: Generation, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = write_names(generation.catalog)
    monkeypatch.setattr("assistant.answer.lines.MOST_NAMES", 1)
    assert [line.text for line in write_names(generation.catalog)] == [
        "Companies: Xiaomi.", "Giants: Xiaomi.", "People: Lei Jun.", "Products: Quark."
    ]  # fmt: skip
    monkeypatch.undo()
    monkeypatch.setattr("assistant.answer.lines.MOST_PASSAGES", 1)
    assert write_names(generation.catalog) == lines[:5]


PASSAGE = passage_of(DOCUMENTS[1], "Quark glasses cost 2,999 yuan.", "Sales of Quark fell by 7%.")


def entry(label: str) -> Entry:
    return Entry(PASSAGE, 0, 5, (0, 30), 0.0, label)


LINES = [
    Line("Products: Quark.", (entry("Quark"),)),
    Line("Makers: Xiaomi, Quark, Rokid.", (entry("Xiaomi"), entry("Quark"), entry("Rokid"))),
    Line("People: Lei Jun.", (entry("Lei Jun"),)),
]


class LineReader:
    """A reader with given evidence, or without any."""

    name, threshold = "lines", 0.0
    calibration: Calibration | None = None

    def __init__(self, *evidence: float, has_evidence: bool = True) -> None:
        self.evidence = evidence if has_evidence else None
        self.given: list[Passage] = []

    def read(self, question: str, passages: Sequence[Passage]) -> list[Reading]:
        del question
        self.given += passages
        return [Reading(passage, (), evidence=self.evidence) for passage in passages]


def test_lines_are_read_as_one_passage_a_sentence_each() -> None:
    reader = LineReader(0.7, 0.6, 0.59)
    assert choose_lines("Who makes glasses?", LINES, reader) == [(LINES[0], 0.7), (LINES[1], 0.6)]
    (passage,) = reader.given
    text = passage.document.text
    assert [text[a:b] for a, b in passage.sentences] == [line.text for line in LINES]
    assert (passage.start, passage.end, passage.document.title) == (0, len(text), "")
    ranked = choose_lines("Who?", LINES, LineReader(0.7, 0.9, 0.95))
    assert [likely for _, likely in ranked] == [0.95, 0.9, 0.7]


def test_without_evidence_no_line_answers() -> None:
    reader = LineReader()
    assert choose_lines("Who?", [], reader) == []
    assert reader.given == []
    assert choose_lines("Who?", LINES, LineReader(has_evidence=False)) == []
    assert find_listed("Who?", LINES, LineReader(0.1, 0.1, 0.1)) == ()


def test_a_list_has_the_entries_of_the_best_line_that_the_question_does_not_name() -> None:
    found = find_listed("Who else than QUARK makes glasses?", LINES, LineReader(0.7, 0.9, 0.0))
    assert [(one.label, one.score) for one in found] == [("Xiaomi", 0.9), ("Rokid", 0.9)]


def test_part_of_a_word_of_the_question_names_no_entry() -> None:
    found = find_listed("Who else makes Rokidlike glasses?", LINES, LineReader(0.7, 0.9, 0.0))
    assert "Rokid" in [one.label for one in found]


def test_the_figures_that_answer_are_likeliest_first(generation: Generation) -> None:
    catalog = generation.catalog
    hits = hits_of(*(catalog.passage(number) for number in range(catalog.passages)))
    lines = write_figures(hits, catalog)
    evidence = [0.0] * len(lines)
    evidence[0], evidence[-1] = 0.7, 0.8
    found = find_figures("How much?", hits, catalog, LineReader(*evidence))
    assert [(one.text, one.score) for one in found] == [
        (lines[-1].entries[0].text, 0.8), (lines[0].entries[0].text, 0.7)
    ]  # fmt: skip
