"""What a batch makes of lists and tables, worked by hand; and what the store keeps of figures."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from assistant.answer import Assistant
from assistant.figures import Figure, Period
from assistant.index.rows import read_figure, write_figure
from assistant.index.store import Store
from assistant.index.writing import Found, Placed, write_records
from assistant.records import Document, Heading, Mention, Player
from assistant.split import Splitter
from tests.conftest import Maker

TEXT = "Rokid sells lenses. The price of Rokid glasses is 500 yuan. Rokit is a word here, too."


def test_a_word_of_the_documents_is_no_misspelling(make: Maker) -> None:
    players = (Player("rokid", "Rokid", "company"),)
    with_word, without = Document("a.txt", "A", TEXT), Document("a.txt", "A", TEXT[:60])
    known = make.assistant(with_word, players=players).ask("Is Rokit dear?")
    strange = make.assistant(without, players=players).ask("Is Rokit dear?")
    assert strange.abstention is not None
    assert strange.abstention.message == "They do not mention Rokit. Did you mean Rokid?"
    assert known.abstention is None or "Did you mean" not in known.abstention.message


DAYS = st.dates(date(1900, 1, 1), date(2100, 1, 1))
FIGURES = st.builds(
    Figure,
    start=st.integers(0, 9), end=st.integers(10, 19),
    sentence=st.tuples(st.integers(0, 9), st.integers(10, 30)),
    value=st.decimals(allow_nan=False, allow_infinity=False),
    highest=st.none() | st.decimals(allow_nan=False, allow_infinity=False),
    unit=st.sampled_from(["%", "CNY", ""]), relation=st.sampled_from(["exactly", "about"]),
    status=st.sampled_from(["stated", "expected"]), change=st.sampled_from([None, "up"]),
    compared_with=st.none() | st.text(st.characters(codec="utf-8")),
    period=st.none() | st.builds(Period, DAYS, DAYS, st.text(st.characters(codec="utf-8"))),
    owner=st.none() | st.just("rokid"), metric=st.text(st.characters(codec="utf-8")),
    metric_place=st.none() | st.tuples(st.integers(0, 9), st.integers(10, 19)),
    source=st.none() | st.text(st.characters(codec="utf-8")),
)  # fmt: skip


@given(FIGURES)
def test_a_figure_is_read_as_it_was_written(figure: Figure) -> None:
    assert read_figure(write_figure(figure)) == figure


@hypothesis_settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=20)
@given(figures=st.lists(FIGURES, max_size=4), other=st.lists(FIGURES, max_size=4))
def test_the_store_gives_back_what_was_found(
    figures: list[Figure], other: list[Figure], tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder: Path = tmp_path_factory.mktemp("store")
    documents = [Document("a", "A", TEXT), Document("b", "B", TEXT)]
    splitter = Splitter(lambda texts: [len(text.split()) for text in texts], 64)
    passages = [
        replace(passage, number=number)
        for number, passage in enumerate(p for d in documents for p in splitter.split(d))
    ]
    players = (
        Player("rokid", "Rokid", "company", ("若琪",), None, ("maker",)),
        Player("max", "Max", "product", (), "rokid"),
    )
    mentions = {"a": [Mention("rokid", 0, 5)], "b": [Mention("max", 1, 3), Mention("rokid", 7, 9)]}
    found = Found(players, mentions, {"a": figures, "b": other})
    write_records(folder, documents, [Placed(passage, 0) for passage in passages], (), found)
    store = Store(folder)
    assert store.players == players
    assert store.mentions("b") == mentions["b"]
    assert store.mentions_of(["rokid"]) == [("a", mentions["a"][0]), ("b", mentions["b"][1])]
    assert store.count_mentions() == {"rokid": (2, 2), "max": (1, 1)}
    assert list(store.figures) == [("a", one) for one in figures] + [("b", one) for one in other]
    assert store.figures_of("b") == other
    assert store.sentences_at("a", 21, 22) == [(20, 59)]
    assert store.sentences_of("a") == [(0, 19), (20, 59), (60, 86)]
    store.close()


def make_many(make: Maker, *, players: tuple[Player, ...] = ()) -> Assistant:
    """Sixty documents of one passage: figures of Rokid in two, of nobody in the others."""
    texts = [f"The price of pair {number} is {number + 7} yuan." for number in range(58)]
    texts += ["The price of Rokid glasses is 500 yuan.", "The price of Rokid lenses is 90 yuan."]
    documents = [Document(f"{n:02}.txt", f"Text {n}", text) for n, text in enumerate(texts)]
    return make.assistant(*documents, players=players, threshold=0.999)


def test_all_passages_of_whom_is_named_are_looked_at(make: Maker) -> None:
    assistant = make_many(make, players=(Player("rokid", "Rokid", "company"),))
    answer = assistant.ask("How has the price of Rokid changed?")
    assert answer.table is not None
    told = {row.cells[0].text for row in answer.table.rows if row.cells[0]}
    assert told == {"500 yuan", "90 yuan"}
    assert (answer.coverage.exhaustive, answer.coverage.method) == (True, "figure table")


def test_of_many_documents_the_nearest_passages_are_looked_at_and_that_is_said(
    make: Maker,
) -> None:
    answer = make_many(make).ask("How have prices changed over time?")
    assert answer.table is not None
    assert not answer.coverage.exhaustive
    assert answer.coverage.method == "figures of the nearest passages"
    assert (answer.coverage.passages_read, answer.coverage.passages) == (50, 60)


def test_a_reader_that_is_sure_goes_before_a_scan_of_some_passages(make: Maker) -> None:
    sure = replace(make_many(make), threshold=0.0)
    assert sure.ask("How have prices changed over time?").coverage.method == "reader"


def make_long(name: str, sentences: list[str]) -> Document:
    """A document of a section, so a passage, for each sentence."""
    text, headings = "", []
    for number, sentence in enumerate(sentences):
        headings.append(Heading(len(text), len(text) + 7, f"Part {number:02}", 1))
        text += f"Part {number:02}\n\n{sentence}\n\n"
    return Document(name, name, text, headings=tuple(headings))


def test_what_a_document_is_about_tells_nothing_of_its_sentences(make: Maker) -> None:
    """Other documents, in which it is rare, change neither lists nor comparisons."""
    players = (Player("rokid", "Rokid", "company"), Player("meta", "Meta", "company"))
    said = ["Rokid sells glasses.", "Meta launched new glasses.", "Rokid glasses cost 500 yuan.",
            "Meta glasses cost 900 yuan.", "Rokid has three kinds of glasses.",
            "Meta has two kinds of glasses."]  # fmt: skip
    said += [f"Glasses are worn by people of group {number}." for number in range(8)]
    article = make_long("glasses.txt", said)
    others = [Document(f"{n:02}.txt", f"Text {n}", f"It is text {n} of many.") for n in range(60)]
    alone = make.assistant(article, players=players)
    among = make.assistant(article, *others, players=players)
    topics = among._about.topics(players, ["glass", "launch", "cost"])
    assert topics == {"glasses.txt": {"glass"}}  # the others name no player
    for question, text in [
        ("What do the glasses of Rokid and Meta cost?",
         "Rokid: 500 yuan Meta: 900 yuan difference: 400 yuan ratio: 1.8 times"),
        ("Which companies launched glasses?", "Meta"),
        ("Which companies have given up glasses?", None),
    ]:  # fmt: skip
        assert (alone.ask(question).text, among.ask(question).text) == (text, text)


def test_terms_beside_mentions_are_those_of_their_passages(make: Maker) -> None:
    players = (Player("rokid", "Rokid", "company"), Player("meta", "Meta", "company"))
    said = ["Rokid sells glasses.", "Nobody sells chips.", "Meta and Rokid glasses cost 500 yuan."]
    documents = [
        make_long("a.txt", said),
        make_long("b.txt", said[1:]),
        make_long("c.txt", said[:2]),
    ]
    store = make.generation(*documents, players=players).store
    for ids in (["rokid"], ["meta", "rokid"], ["nobody"]):
        plain = store.mentions_of(ids)
        beside = store.mentions_with_terms(ids)
        assert [(document, mention) for document, mention, _ in beside] == plain
        for document, mention, terms in beside:
            numbers = store.passages_holding(document, mention.start, mention.end)
            assert set(terms.split()) == frozenset().union(*store.terms_of(numbers))
            assert (terms[0], terms[-1]) == (" ", " ")
        asked = ["glass", "cost", "no"]
        expected = {}
        for document in dict.fromkeys(document for document, _ in plain):
            held = store.terms_of(store.passages_of([document]))
            counts = tuple(sum(term in one for one in held) for term in asked)
            expected[document] = (len(held), counts)
        assert store.count_terms(ids, asked) == expected
