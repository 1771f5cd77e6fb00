from collections.abc import Sequence

import pytest
from hypothesis import assume, example, given, strategies as st

from assistant.errors import LoadError
from assistant.load.html import load_page
from assistant.load.markdown import load_markdown
from assistant.load.text import load_text
from assistant.records import Document, Heading, Passage
from assistant.split import Splitter, heading_prefix
from tests.conftest import AWKWARD_TEXT


def count_words(texts: Sequence[str]) -> list[int]:
    return [len(text.split()) for text in texts]


def count_bytes(texts: Sequence[str]) -> list[int]:
    """The worst a tokenizer can do: each byte a piece."""
    return [len(text.encode("utf-8", "surrogatepass")) for text in texts]


def document(text: str, name: str = "x.txt") -> Document:
    return load_markdown(text.encode(), name) if name.endswith(".md") else load_text(text, name)


def check(source: Document, passages: Sequence[Passage], splitter: Splitter) -> None:
    """Check what is true for every split."""
    places = [place for p in passages for place in range(p.start, p.end)]
    boilerplate = [place for start, end in source.boilerplate for place in range(start, end)]
    assert len(set(places)) == len(places), "passages share text"
    assert not set(places) & set(boilerplate), "boilerplate is in a passage"
    content = {place for place, character in enumerate(source.text) if not character.isspace()}
    assert content <= {*places, *boilerplate}, "text is in no passage"
    assert [passage.number for passage in passages] == list(range(len(passages)))
    for passage in passages:
        assert passage.text == source.text[passage.start : passage.end]
        assert passage.text.strip() == passage.text
        assert passage.sentences
        assert passage.sentences[-1][1] == passage.end
        assert all(passage.start <= a < b <= passage.end for a, b in passage.sentences)
        assert list(passage.sentences) == sorted(passage.sentences)
        assert splitter.count_pieces([splitter.embedded_text(passage)])[0] <= splitter.max_pieces


texts = st.text(
    alphabet=st.sampled_from('ab .!?\n\r\t#-é👍新。"”1)\u00a0\u0301\u200d'), max_size=400
).filter(lambda text: bool(text.strip()))


lines = st.sampled_from(
    "Home|Home > News|2025-09-09|By A. Writer, 9 May 2024|Launch date: 2026-03-01|Part Two|# Head|"
    "## Sub *em*|### |===|---|title: T|A sentence stands here.|One. Two! Three?|- item|> quote||  |"
    "Some words without a stop".split("|")
)
written = st.tuples(
    st.lists(lines, min_size=1, max_size=12), st.sampled_from(["\n", "\n\n", "\r\n"])
)
pages = st.recursive(
    st.sampled_from("Home|A sentence. Another!|9 May 2024|words &amp; more|👍新|<br>| ".split("|")),
    lambda inner: st.builds(
        lambda tag, parts, gap: f"<{tag}>{gap.join(parts)}</{tag}>",
        st.sampled_from("nav h1 h2 h6 p aside time footer div form ul li table td pre b".split()),
        st.lists(inner, min_size=1, max_size=4),
        st.sampled_from(["", " ", "\n"]),
    ),
    max_leaves=25,
)
splitters = st.sampled_from([Splitter(count_words, 12, 6), Splitter(count_bytes, 40, 20)])


@given(
    text=texts | written.map(lambda both: both[1].join(both[0])).filter(str.strip),
    name=st.sampled_from(["x.txt", "x.md"]),
    splitter=splitters,
)
@example(
    text="## Sub *em*\n\n2025-09-09\n\nSome words without a stop\n\n"
    "Launch date: 2026-03-01\n\nPart Two",
    name="x.txt",
    splitter=Splitter(count_pieces=count_words, max_pieces=12, target=6),
)
def test_every_character_is_in_one_passage_or_boilerplate(
    text: str, name: str, splitter: Splitter
) -> None:
    try:
        source = document(text, name)
    except LoadError:
        assume(False)
    assert name == "x.md" or source.text == text
    check(source, splitter.split(source), splitter)


@given(page=pages, splitter=splitters)
def test_every_character_of_a_page_is_in_one_passage_or_boilerplate(
    page: str, splitter: Splitter
) -> None:
    try:
        source = load_page(page, "x.html")
    except LoadError:
        assume(False)
    check(source, splitter.split(source), splitter)


def test_an_awkward_text_is_split_at_its_paragraphs() -> None:
    source = document(AWKWARD_TEXT)
    splitter = Splitter(count_words, 60, 15)
    passages = splitter.split(source)
    check(source, passages, splitter)
    assert [len(passage.sentences) for passage in passages] == [3, 2, 2]


def test_passages_stay_inside_their_section() -> None:
    source = document(
        "# T\n\nOne a. Two b.\n\n## S\n\nThree c.\n\n### U\n#### V\n\nFour d.", "x.md"
    )
    splitter = Splitter(count_words, 60)
    assert [(p.heading, p.text) for p in splitter.split(source)] == [
        ("T", "T\n\nOne a. Two b."),
        ("S", "S\n\nThree c."),
        ("V", "U\n\nV\n\nFour d."),
    ]


def test_headings_are_not_sentences_unless_nothing_is_below_them() -> None:
    source = document("# T\n\nOne a.\n\n## Last words", "x.md")
    first, last = Splitter(count_words, 60).split(source)
    assert [source.text[a:b] for a, b in first.sentences] == ["One a."]
    assert [source.text[a:b] for a, b in last.sentences] == ["Last words"]


def test_whole_paragraphs_are_put_together_up_to_the_target() -> None:
    paragraphs = ["One two three.", "Four five six.", "Seven eight nine ten eleven twelve. End."]
    source = document("Lead text. More.\n\n" + "\n\n".join(paragraphs))
    splitter = Splitter(count_words, 30, 8)
    assert [p.text for p in splitter.split(source)] == [
        "Lead text. More.\n\nOne two three.",
        "Four five six.",
        "Seven eight nine ten eleven twelve. End.",
    ]


def test_a_paragraph_that_is_too_long_is_cut_between_sentences() -> None:
    source = document("One two three. Four five six. Seven eight. Nine ten eleven.")
    splitter = Splitter(count_words, 5, 100)
    assert [p.text for p in splitter.split(source)] == [
        "One two three.",
        "Four five six. Seven eight.",
        "Nine ten eleven.",
    ]


def test_a_sentence_that_is_too_long_is_cut_between_words() -> None:
    source = document("one two three four five six seven eight nine.")
    assert [p.text for p in Splitter(count_words, 4, 100).split(source)] == [
        "one two three four",
        "five six seven eight",
        "nine.",
    ]


def test_a_word_without_end_is_cut_too() -> None:
    source = document("x" * 1000)
    splitter = Splitter(count_bytes, 100, 100)
    passages = splitter.split(source)
    check(source, passages, splitter)
    assert len(passages) == 10


def test_title_and_heading_are_put_in_front_where_they_are_missing() -> None:
    text = "# Title\n\nOne a.\n\n## Part\n\n" + "Two three four five. " * 4
    source = document(text.strip(), "x.md")
    splitter = Splitter(count_words, 12, 8)
    assert [splitter.embedded_text(p) for p in splitter.split(source)] == [
        "Title\n\nOne a.",
        "Title\nPart\n\nTwo three four five. Two three four five.",
        "Title\nPart\nTwo three four five. Two three four five.",
    ]


@pytest.mark.parametrize(
    ("id_", "title", "embedded"),
    [
        # The name of a file, and the id or number of a line of one.
        ("sub/notes.txt", "notes", ""),
        ("notes.txt", "notes.txt", ""),
        ("a.jsonl/7", "a.jsonl line 7", ""),
        ("a.jsonl/news/7", "news/7", ""),
        ("sub/notes.txt", "sub", "sub\n"),
        # Part of an id, which set-makers use as a title.
        ("set.json/0a1b2c3d4e5f60718293a4b5c6d7e8f9/1", "0a1b2c3d4e5f60718293a4b5c6d7e8f9", ""),
        (
            "set.json/5f0c6c2e-dead-4b7a-9d3c-0a1b2c3d4e5f/1",
            "5f0c6c2e-dead-4b7a-9d3c-0a1b2c3d4e5f",
            "",
        ),
        ("set.json/12-0034/1", "12-0034", ""),
        ("set.json/Smart_glasses/1", "Smart_glasses", "Smart_glasses\n"),
        ("set.json/新款眼镜/1", "新款眼镜", "新款眼镜\n"),
        # A title that is not in the id may be a number.
        ("books.jsonl/7", "1984", "1984\n"),
    ],
)
def test_a_name_or_an_id_is_not_embedded_as_a_title(id_: str, title: str, embedded: str) -> None:
    splitter = Splitter(count_words, 60, 100)
    (passage,) = splitter.split(Document(id_, title, "One two three."))
    assert splitter.embedded_text(passage) == f"{embedded}One two three."


@pytest.mark.parametrize(
    ("id_", "title", "heading", "prefix"),
    [
        ("a.txt", "Rokid", "Price", "Rokid / Price"),
        ("a.txt", "Rokid", "", "Rokid"),
        ("a.txt", "Rokid", "Rokid", "Rokid"),
        ("sub/budget 2024.txt", "budget 2024", "Price", "budget 2024 / Price"),
        ("sub/0a1b2c3d4e5f6071.txt", "0a1b2c3d4e5f6071", "Price", "Price"),
        ("a.jsonl/b0-06", "b0-06", "", ""),
        ("a.jsonl/7", "a.jsonl line 7", "Price", "Price"),
    ],
)
def test_title_and_heading_make_a_line_without_ids_and_repeats(
    id_: str, title: str, heading: str, prefix: str
) -> None:
    assert heading_prefix(Document(id_, title, "One."), heading) == prefix


def test_a_title_takes_a_fourth_of_the_room_at_most() -> None:
    source = Document("x", "title " * 50, "One two three. Four five six.")
    splitter = Splitter(count_words, 16, 16)
    (passage,) = splitter.split(source)
    embedded = splitter.embedded_text(passage)
    assert embedded.endswith("\nOne two three. Four five six.")
    assert 1 <= embedded.count("title") <= 4


@pytest.mark.parametrize("gap", ["\n\n", "\r\n\r\n", "\r\r", "\n \t\n"])
def test_a_blank_line_ends_a_paragraph_however_it_is_written(gap: str) -> None:
    source = Document("x", "x", f"One a.{gap}Two b.")
    assert [p.text for p in Splitter(count_words, 10, 2).split(source)] == ["One a.", "Two b."]


def test_boilerplate_inside_a_text_separates_passages() -> None:
    text = "Before it. MENU After it."
    source = Document(
        "x", "x", text, boilerplate=((11, 15),), headings=(Heading(0, 6, "Before", 2),)
    )
    passages = Splitter(count_words, 60).split(source)
    assert [p.text for p in passages] == ["Before it.", "After it."]
