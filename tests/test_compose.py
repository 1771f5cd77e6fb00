"""How an answer is composed, by the kind of its question."""

from dataclasses import replace

import pytest

from assistant.answer.compose import Draft, compose
from assistant.answer.compose.cells import find_values
from assistant.answer.compose.lists import compose_list, is_listed
from assistant.answer.evidence import Entry, Evidence
from assistant.answer.question import Subject
from assistant.records import QUESTION_KINDS, Document, Passage, QuestionKind, Reading
from tests.answers import find, passage_of
from tests.evidence import evidence_of, read_as

STORY = Document(
    "story.txt", "Story", "Quark was late. Its glasses cost 9 yuan. Nobody bought it. It closed."
)
TALE = Document("tale.txt", "Tale", "Meta was early. Its glasses cost 7 yuan. Rokid left.")
FIRST = passage_of(
    STORY, "Quark was late.", "Its glasses cost 9 yuan.", "Nobody bought it.", "It closed."
)
SECOND = passage_of(
    TALE, "Meta was early.", "Its glasses cost 7 yuan.", "Rokid left.", number=1
)  # fmt: skip


def show(draft: Draft) -> list[tuple[str, str]]:
    """The words of each entry, and what is cited for them."""
    return [(one.text, one.passage.document.text[slice(*one.cited)]) for one in draft.entries]


def say(draft: Draft) -> list[str]:
    return [entry.text for entry in draft.entries]


@pytest.mark.parametrize("kind", QUESTION_KINDS)
def test_without_readings_a_draft_is_empty(kind: QuestionKind) -> None:
    assert compose(evidence_of(kind=kind), kind) == Draft(kind, ())


# A fact, a count, an extreme


@pytest.mark.parametrize("kind", ["fact", "top", "count"])
def test_a_fact_is_the_best_span_with_its_sentence(kind: QuestionKind) -> None:
    evidence = evidence_of(
        read_as(FIRST, spans=[("late", 1.0)]), read_as(SECOND, spans=[("7 yuan", 3.0)])
    )
    draft = compose(evidence, kind)
    assert (draft.kind, draft.counted) == (kind, False)
    assert show(draft) == [("7 yuan", "Its glasses cost 7 yuan.")]
    assert draft.entries[0].score == 3.0


def test_a_span_over_two_sentences_is_cited_with_both() -> None:
    draft = compose(evidence_of(read_as(FIRST, spans=[("late. Its glasses", 1.0)])), "fact")
    assert show(draft) == [("late. Its glasses", "Quark was late. Its glasses cost 9 yuan.")]


def test_a_fact_without_a_span_has_no_answer() -> None:
    assert compose(evidence_of(read_as(FIRST)), "fact") == Draft("fact", ())


NAMED = Document("named.txt", "Named", "Quark, Meta and Rokid sell old glasses. It has two shops.")
SELLERS = passage_of(NAMED, "Quark, Meta and Rokid sell old glasses.", "It has two shops.")


@pytest.mark.parametrize(
    ("spans", "items", "said", "counted"),
    [
        ([("two", 0.5)], [("Quark", 0.9), ("Meta", 0.9)], ["two"], False),
        ([("two", 0.0)], [("Quark", 0.9), ("Meta", 0.9)], ["Quark", "Meta"], True),
        ([], [("Quark", 0.9), ("Meta", 0.9), ("Rokid", 0.9)], ["Quark", "Meta", "Rokid"], True),
        ([("two", -3.0)], [("Quark", 0.9), ("Meta", 0.49)], ["two"], False),
        ([], [], [], False),
    ],
)
def test_a_count_is_the_number_stated_or_the_items_counted(
    spans: list[tuple[str, float]], items: list[tuple[str, float]], said: list[str], counted: bool
) -> None:
    reading = read_as(SELLERS, spans=spans, items=items, evidence=(0.9, 0.8))
    draft = compose(evidence_of(reading, kind="count"), "count")
    assert (draft.kind, say(draft), draft.counted) == ("count", said, counted)


# A passage, yes or no


def test_a_passage_is_the_best_sentences_in_order_of_place() -> None:
    reading = read_as(FIRST, evidence=(0.1, 0.9, 0.05, 0.4))
    draft = compose(evidence_of(reading), "passage")
    assert show(draft) == [(one, one) for one in (
        "Quark was late.", "Its glasses cost 9 yuan.", "It closed."
    )]  # fmt: skip
    assert [entry.score for entry in draft.entries] == [0.1, 0.9, 0.4]
    assert say(compose(evidence_of(reading), "yesno")) == ["Its glasses cost 9 yuan.", "It closed."]


def test_sentences_without_evidence_are_left_out_except_the_best() -> None:
    reading = read_as(FIRST, evidence=(0.09, 0.08, 0.07, 0.06))
    assert say(compose(evidence_of(reading), "passage")) == ["Quark was late."]


def test_a_passage_may_have_sentences_of_several_documents() -> None:
    evidence = evidence_of(
        read_as(SECOND, evidence=(0.05, 0.3, 0.0)), read_as(FIRST, evidence=(0.9, 0.2, 0.0, 0.0))
    )
    found = ["Its glasses cost 7 yuan.", "Quark was late.", "Its glasses cost 9 yuan."]
    assert say(compose(evidence, "passage")) == found


# A list


def list_of(text: str, *items: tuple[str, float], sentences: tuple[str, ...] = ()) -> list[str]:
    """The entries of a list of items that are found in a text of one sentence."""
    document = Document("list.txt", "List", text)
    passage = passage_of(document, *(sentences or (text,)))
    evidence = tuple(0.9 - n / 10 for n in range(len(passage.sentences)))
    draft = compose(evidence_of(read_as(passage, items=items, evidence=evidence)), "list")
    for entry in draft.entries:
        assert entry.cited in passage.sentences
        assert entry.cited[0] <= entry.start < entry.end <= entry.cited[1]
    return say(draft)


@pytest.mark.parametrize(
    ("text", "items", "entries"),
    [
        (  # the words between two items are items too
            "Its shop sells lamps, red chairs and tables.",
            [("lamps", 0.9), ("tables", 0.9)],
            ["lamps", "red chairs", "tables"],
        ),
        (  # but not those before the first or after the last
            "Its shop sells lamps, red chairs, tables and beds.",
            [("red chairs", 0.9), ("tables", 0.9)],
            ["red chairs", "tables"],
        ),
        (  # an item is extended to the ends of its member
            "Of old they sold lamps, chairs from the north; and tables.",
            [("lamps", 0.9), ("chairs", 0.9), ("tables", 0.9)],
            ["lamps", "chairs from the north", "tables"],
        ),
        (  # save at the ends of the enumeration, by two words at most
            "Its shop sells oil lamps, red chairs and tables in its shop.",
            [("lamps", 0.9), ("chairs", 0.9), ("tables", 0.9)],
            ["lamps", "red chairs", "tables"],
        ),
        (
            "Oil lamps, red chairs and tables too.",
            [("lamps", 0.9), ("chairs", 0.9), ("tables", 0.9)],
            ["Oil lamps", "red chairs", "tables too"],
        ),
        (  # an item that is less than sure is extended far at the end as well
            "Its shop sells lamps, chairs and tables of dark wood.",
            [("lamps", 0.9), ("chairs", 0.9), ("tables", 0.89)],
            ["lamps", "chairs", "tables of dark wood"],
        ),
        (  # a comma in brackets or in a number cuts nothing
            "Its shop sells lamps (red, blue and green), 1,999 chairs or tables.",
            [("lamps", 0.9), ("chairs", 0.9), ("tables", 0.9)],
            ["lamps (red, blue and green)", "1,999 chairs", "tables"],
        ),
        (  # lines are members as well
            "Its shop sells:\n- lamps\n- red chairs\n- tables",
            [("lamps", 0.9), ("tables", 0.9)],
            ["lamps", "red chairs", "tables"],
        ),
        (  # and the mark before the first is no part of it
            "- Oil lamps\n- red chairs\n- tables",
            [("lamps", 0.9), ("red chairs", 0.9), ("tables", 0.9)],
            ["Oil lamps", "red chairs", "tables"],
        ),
        ("• Lamps, – chairs", [("Lamps", 0.9), ("chairs", 0.9)], ["Lamps", "chairs"]),
        ("-5 °C and -3 °C", [("5 °C", 0.9), ("3 °C", 0.9)], ["-5 °C", "-3 °C"]),
        (  # a member of more than nine words is none
            "Its shop sells lamps, one two three four five six seven eight nine ten, tables.",
            [("lamps", 0.9), ("tables", 0.9)],
            ["lamps", "tables"],
        ),
        (
            "Its shop sells lamps, one two three four five six seven eight nine, tables.",
            [("lamps", 0.9), ("tables", 0.9)],
            ["lamps", "one two three four five six seven eight nine", "tables"],
        ),
        (  # several items in one member are one entry
            "Here they sell lamps by Meta & Quark Home, chairs.",
            [("lamps", 0.9), ("Quark", 0.9), ("Home", 0.9), ("chairs", 0.9)],
            ["lamps by Meta", "Quark Home", "chairs"],
        ),
        (  # the start of a clear item is trusted, that of another is extended
            "Of old they sold lamps, from the far north chairs, and tables.",
            [("lamps", 0.9), ("chairs", 0.9), ("tables", 0.9)],
            ["lamps", "chairs", "tables"],
        ),
        (
            "Of old they sold lamps, from the far north chairs, and tables.",
            [("lamps", 0.9), ("chairs", 0.89), ("tables", 0.9)],
            ["lamps", "from the far north chairs", "tables"],
        ),
        (  # what is no word of its own is no entry
            "They sell lamps, it, and chairs.",
            [("lamps", 0.96), ("it", 0.96), ("chairs", 0.96)],
            ["They sell lamps", "chairs"],
        ),
        (  # a possible item next to a certain one
            "Its shop sells lamps as well as chairs.",
            [("lamps", 0.5), ("chairs", 0.12)],
            ["lamps", "chairs"],
        ),
        (
            "Its shop sells lamps as well as chairs.",
            [("lamps", 0.5), ("chairs", 0.11)],
            ["lamps"],
        ),
    ],
)  # fmt: skip
def test_a_list_has_an_entry_for_each_member_of_an_enumeration(
    text: str, items: list[tuple[str, float]], entries: list[str]
) -> None:
    assert list_of(text, *items) == entries


def test_the_items_of_a_list_are_in_order_and_each_once() -> None:
    first, second = "Its shop sells lamps and chairs.", "Lamps, beds and a chair are all old."
    items = [("lamps", 0.9), ("chairs", 0.9), ("Lamps", 0.9), ("beds", 0.9), ("a chair", 0.9)]
    found = list_of(f"{first} {second}", *items, sentences=(first, second))
    assert found == ["lamps", "chairs", "beds", "a chair"]


def test_two_names_of_one_player_are_one_entry() -> None:
    text = "The old brands are Facebook, Quark, Meta, Meta glasses and 小米."
    named = {"Facebook": "meta", "Meta": "meta", "Quark": "quark"}
    items = [(one, 0.96) for one in ("Facebook", "Quark", "Meta", "Meta glasses", "小米")]
    passage = passage_of(Document("list.txt", "List", text), text)
    evidence = evidence_of(read_as(passage, items=items))
    every = ["Facebook", "Quark", "Meta", "Meta glasses", "小米"]
    assert say(compose(evidence, "list")) == every
    evidence = replace(evidence, player_of=named.get)
    assert say(compose(evidence, "list")) == ["Facebook", "Quark", "Meta glasses", "小米"]


def test_a_list_continues_in_similar_sentences_and_documents() -> None:
    readings = [
        read_as(FIRST, items=[("Quark", 0.9), ("glasses", 0.6), ("Nobody", 0.9)]),
        read_as(SECOND, items=[("Meta", 0.9), ("Rokid", 0.9)]),
    ]

    def compose_with(*scores: tuple[float, ...]) -> list[tuple[str, str]]:
        return show(compose(evidence_of(*readings, scores=scores), "list"))

    quark, meta = ("Quark was late", "Quark was late."), ("Meta was early", "Meta was early.")
    nobody = ("Nobody bought it", "Nobody bought it.")
    glasses = ("Its glasses cost 9 yuan", "Its glasses cost 9 yuan.")
    assert compose_with((5.0, 0.0, 2.5, 0.0), (4.5, 0.0, 4.4)) == [quark, nobody, meta]
    assert compose_with((5.0, 2.5, 2.4, 0.0), (4.4, 0.0, 4.4)) == [quark, glasses]
    assert compose_with((1.0, 0.0, 0.0, 0.0), (5.0, 0.0, 2.4)) == [meta]


def test_possible_items_count_in_the_best_sentence() -> None:
    items = [("Quark", 0.2), ("Nobody", 0.4)]
    evidence = evidence_of(read_as(FIRST, items=items), scores=[(5.0, 0.0, 4.9, 0.0)])
    assert say(compose(evidence, "list")) == ["Quark was late"]


def test_a_list_without_items_is_the_best_span() -> None:
    for items in ([], [("Quark", 0.11)]):
        evidence = evidence_of(read_as(FIRST, items=items, spans=[("9 yuan", 2.0)]))
        draft = compose(evidence, "list")
        assert (draft.kind, show(draft)) == ("list", [("9 yuan", "Its glasses cost 9 yuan.")])


def test_a_reader_without_items_still_gives_a_list() -> None:
    plain = Reading(FIRST, read_as(FIRST, spans=[("9 yuan", 2.0)]).spans)
    evidence = replace(evidence_of(read_as(FIRST, spans=[("9 yuan", 2.0)])), readings=[plain])
    assert say(compose_list(evidence)) == ["9 yuan"]


# A comparison, two parts, a trend


@pytest.mark.parametrize("kind", ["compare", "two", "trend"])
def test_cells_are_the_best_sentences_in_order_of_the_documents(kind: QuestionKind) -> None:
    readings = [
        read_as(SECOND, evidence=(0.9, 0.9, 0.9)),
        read_as(FIRST, evidence=(0.04, 0.3, 0.03, 0.9)),
    ]
    scores = [(9.0, 3.0, 2.95), (6.0, 8.0, 8.0, 5.9)]
    draft = compose(evidence_of(*readings, kind=kind, scores=scores), kind)
    # Of the same document within 6 of the best, of another within 3; evidence of .04 or more.
    assert show(draft) == [(one, one) for one in (
        "Quark was late.", "Its glasses cost 9 yuan.", "Meta was early.", "Its glasses cost 7 yuan."
    )]  # fmt: skip
    assert (draft.kind, draft.absent) == (kind, ())


def test_cells_come_from_five_sentences_at_most() -> None:
    words = [f"Quark sold {n} lenses." for n in range(7)]
    passage = passage_of(Document("a.txt", "A", " ".join(words)), *words)
    likely = (0.6, 0.7, 0.3, 0.9, 0.8, 0.2, 0.5)
    draft = compose(evidence_of(read_as(passage, evidence=likely), kind="trend"), "trend")
    assert say(draft) == [words[n] for n in (0, 1, 3, 4, 6)]


def part_of(passage: Passage, likely: tuple[float, ...], question: str) -> Evidence:
    subject = Subject(question.split()[0], ((question.split()[0].casefold(),),))
    return evidence_of(read_as(passage, evidence=likely), question=question, subjects=(subject,))


@pytest.mark.parametrize(
    ("kind", "absent"), [("compare", "Meta"), ("two", "Meta cost?")]
)  # fmt: skip
def test_each_part_has_its_best_sentence_or_is_absent(kind: QuestionKind, absent: str) -> None:
    whole = read_as(FIRST, evidence=(0.9, 0.1, 0.0, 0.0))
    there = part_of(FIRST, (0.0, 0.2, 0.0, 0.1), "Quark cost?")
    gone = part_of(SECOND, (0.19, 0.0, 0.0), "Meta cost?")
    draft = compose(evidence_of(whole, kind=kind, parts=(there, gone)), kind)
    assert (say(draft), draft.absent) == (
        ["Quark was late.", "Its glasses cost 9 yuan."],
        (absent,),
    )
    nothing = replace(gone, sentences=())
    draft = compose(evidence_of(whole, kind=kind, parts=(nothing, there, there)), kind)
    assert (say(draft), draft.absent) == (
        ["Quark was late.", "Its glasses cost 9 yuan."],
        (absent,),
    )


PRICES = Document("p.txt", "Prices", "Quark glasses cost 9 yuan, while Meta glasses cost 7 yuan.")
PRICE = passage_of(PRICES, PRICES.text)


def values_of(question: str, *items: tuple[str, float]) -> list[tuple[str, str, float]]:
    evidence = evidence_of(read_as(PRICE, items=items), question=question, kind="compare")
    draft = compose(evidence, "compare")
    values = find_values(evidence, draft)
    assert {value.cited for value in values} <= {PRICE.sentences[0]}
    return [(value.text, value.label, value.score) for value in values]


def test_a_value_is_labelled_with_the_words_of_the_question_in_its_clause_alone() -> None:
    items = ("9 yuan", 0.9), ("7 yuan", 0.5)
    found = values_of("What do Quark and “Meta” glasses cost?", *items)
    assert found == [("9 yuan", "Quark", 0.9), ("7 yuan", "Meta", 0.5)]
    assert values_of("Quark?", items[1]) == [("7 yuan", "Quark", 0.5)]


def test_values_make_a_table_only_if_each_has_its_own_label() -> None:
    items = ("9 yuan", 0.9), ("7 yuan", 0.5)
    assert values_of("What do glasses cost?", *items) == [], "none has a label"
    assert values_of("What do Quark glasses cost?", *items) == [], "one has none"
    sentences = "Quark glasses cost 9 yuan.", "Quark lenses cost 7 yuan."
    passage = passage_of(Document("q.txt", "Q", " ".join(sentences)), *sentences)
    evidence = evidence_of(read_as(passage, items=items), question="Quark?")
    assert find_values(evidence, compose(evidence, "compare")) == [], "both have the same"
    # The values of a trend have times, which are found elsewhere.
    trend = find_values(evidence, compose(evidence, "trend"))
    assert [(value.text, value.label) for value in trend] == [
        ("9 yuan", "Quark"), ("7 yuan", "Quark")
    ]  # fmt: skip


def test_unlikely_items_and_stop_words_are_not_values() -> None:
    found = values_of("Quark?", ("9 yuan", 0.49), ("7 yuan", 0.5))
    assert found == [("7 yuan", "Quark", 0.5)]
    assert values_of("Quark?", ("while", 0.9)) == []


def test_words_of_the_question_are_not_values() -> None:
    assert values_of("Are Quark glasses 9 yuan?", ("9 yuan", 0.9)) == []
    assert values_of("Quark 9?", ("9 yuan", 0.9)) == [("9 yuan", "Quark 9", 0.9)]


def test_the_values_of_a_part_are_the_items_that_were_read_for_it() -> None:
    part = evidence_of(read_as(SECOND, items=[("7 yuan", 0.9)], evidence=(0.0, 0.9, 0.0)))
    whole = evidence_of(
        read_as(FIRST, items=[("9 yuan", 0.9)], evidence=(0.0, 0.9, 0.0, 0.0)), parts=(part,)
    )
    draft = compose(whole, "trend")
    assert [value.text for value in find_values(whole, draft)] == ["9 yuan", "7 yuan"]
    without = Reading(FIRST, (), None)
    plain = replace(whole, readings=[without], parts=())
    assert find_values(plain, compose(whole, "trend")) == []


# What the tables of names and figures add


FIGURES = (
    Entry(PRICE, *find(PRICE, "9 yuan"), PRICE.sentences[0], 0.9, "Quark, price"),
    Entry(SECOND, *find(SECOND, "7 yuan"), SECOND.sentences[1], 0.8, "Meta, price"),
)


def test_the_figures_that_answer_are_the_values_of_cells_and_their_sentences_are_cited() -> None:
    reading = read_as(FIRST, items=[("9 yuan", 0.9)], evidence=(0.0, 0.9, 0.0, 0.0))
    evidence = replace(evidence_of(reading), figures=FIGURES)
    draft = compose(evidence, "compare")
    assert say(draft) == [PRICES.text, "Its glasses cost 9 yuan.", "Its glasses cost 7 yuan."]
    assert find_values(evidence, draft) == list(FIGURES)


def test_the_best_four_figures_are_values_once_each() -> None:
    others = [replace(FIGURES[0], label=f"Quark, {n}") for n in range(3)]
    worse = replace(FIGURES[0], score=0.5, cited=(0, 12))
    for figures, values in (
        ((*FIGURES, worse), FIGURES),
        ((*FIGURES, *others), (*FIGURES, *others[:2])),
    ):
        evidence = replace(evidence_of(read_as(FIRST)), figures=figures)
        assert find_values(evidence, compose(evidence, "compare")) == list(values)


def test_with_one_figure_the_items_are_the_values() -> None:
    reading = read_as(PRICE, items=[("9 yuan", 0.8), ("7 yuan", 0.9)])
    for figures in (FIGURES[:1], FIGURES[:1] * 2):
        evidence = replace(evidence_of(reading, question="Quark or Meta?"), figures=figures)
        draft = compose(evidence, "compare")
        assert say(draft) == [PRICES.text], "a sentence is cited once"
        assert [(one.text, one.label, one.score) for one in find_values(evidence, draft)] == [
            ("9 yuan", "Quark", 0.8), ("7 yuan", "Meta", 0.9)
        ]  # fmt: skip


@pytest.mark.parametrize(
    ("line", "sentence", "listed"),
    [(0.8, 0.7, True), (0.8, 0.8, False), (0.91, 0.99, True), (0.9, 0.99, False)],
)
def test_a_line_of_names_or_figures_is_a_list_where_it_answers_best(
    line: float, sentence: float, listed: bool
) -> None:
    reading = read_as(FIRST, items=[("Quark", 0.9)], evidence=(sentence, 0.0, 0.0, 0.0))
    entries = tuple(replace(figure, score=line) for figure in FIGURES)
    evidence = replace(evidence_of(reading), listed=entries)
    assert is_listed(evidence) is listed
    found = [compose(evidence, "list"), compose(evidence, "count")]
    if listed:
        assert found == [
            Draft("list", entries, listed=line),
            Draft("count", entries, counted=True, listed=line),
        ]
    else:
        assert [(draft.listed, draft.counted) for draft in found] == [(None, False)] * 2
        assert say(found[0]) == ["Quark was late"]


def test_an_entry_of_a_sentence_is_the_whole_sentence() -> None:
    (best, *_) = evidence_of(read_as(FIRST, evidence=(0.25, 0.1, 0.1, 0.1))).sentences
    assert Entry.of_sentence(best) == Entry(FIRST, 0, 15, (0, 15), 0.25)
    assert Entry.of_sentence(replace(best, evidence=None)).score == 0.0
