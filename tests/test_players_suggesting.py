"""Names proposed for a corpus without a file of players."""

from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given, strategies as st

from assistant.players import read_players
from assistant.players.reading import LONGEST_ID
from assistant.players.suggesting import (
    CONTEXT,
    MOST_EXAMPLES,
    MOST_SUGGESTIONS,
    Suggestion,
    render_suggestions,
    suggest,
)
from assistant.records import Document, Heading
from tests.test_players_names import ARTICLE
from tests.test_players_reading import write


def counts(*texts: str) -> dict[str, int]:
    documents = [Document(str(number), "", text) for number, text in enumerate(texts)]
    return {suggestion.name: suggestion.count for suggestion in suggest(documents)}


def test_names_are_suggested_by_how_often_they_occur() -> None:
    found = counts("We like Rokid and Lei Jun.", "They met Lei Jun. Now Rokid and Lei Jun part.")
    assert list(found.items()) == [("Lei Jun", 3), ("Rokid", 2)]


def test_words_that_only_open_sentences_are_not_suggested() -> None:
    openings = ["", ". ", "! ", "? ", ": ", "… ", " “", ' "', " (", "\n", "\n\n", "\n* "]
    assert counts("end".join(f"{opening}Glassy " for opening in openings)) == {}
    assert counts("Rokid sells. Rokid grows. But Rokid and Rokid differ.") == {"Rokid": 4}
    assert counts("The Rokid grew. The Rokid fell. See the Rokid.") == {"Rokid": 3}


def test_a_name_that_occurs_once_is_not_suggested() -> None:
    assert counts("from Rokid to Xiaomi to Rokid") == {"Rokid": 2}


def test_words_that_are_mostly_without_capital_are_not_suggested() -> None:
    assert counts("See The end, see The end, the end, the start, the rest of the day.") == {}
    assert counts("A smart cat of the Smart Group and the Smart Group") == {"Smart Group": 2}


def test_spellings_of_one_name_are_suggested_once_and_without_possessive() -> None:
    text = "the Ray - Ban, the Ray‑Ban's, the Ray-Ban’s, the RAY BAN, the Ray-Ban"
    assert counts(text) == {"Ray-Ban": 5}
    assert counts("by Xiaomi's Quark and by Xiaomi’s Quark") == {"Quark": 2, "Xiaomi": 2}
    assert counts("with AT&T and with AT & T and with AT&T") == {"AT&T": 3}


def test_single_letters_and_common_abbreviations_are_not_suggested() -> None:
    assert counts("in June the AI of U and AI and I in June with U") == {}


def test_sentences_and_lines_separate_names() -> None:
    assert counts("we met Rokid. Xiaomi left Rokid\nXiaomi saw Xiaomi") == {"Xiaomi": 3, "Rokid": 2}


def test_headings_and_boilerplate_suggest_nothing() -> None:
    text = "by Rokid\nmenu of Rokid\nwe saw Rokid and then Rokid"
    headings = (Heading(0, 8, "by Rokid", 1),)
    document = Document("a", "", text, headings=headings, boilerplate=((9, 22),))
    assert [suggestion.count for suggestion in suggest([document])] == [2]


def test_examples_are_few_and_in_the_words_of_the_documents() -> None:
    text = f"{'x' * 50} yesterday\n the \x07 Rokid\t glasses {'y' * 50}" + " of Rokid" * 9
    (suggestion,) = suggest([Document("a", "", text)])
    assert suggestion.count == 10
    assert len(suggestion.examples) == MOST_EXAMPLES
    assert suggestion.examples[0] == "yesterday the Rokid glasses"
    assert all(len(example) <= 2 * CONTEXT + len("Rokid") for example in suggestion.examples)


def test_the_number_of_suggested_names_is_limited() -> None:
    text = " ".join(f"a Name{number} or Name{number} or" for number in range(MOST_SUGGESTIONS + 5))
    assert len(counts(text)) == MOST_SUGGESTIONS


def test_the_players_of_the_article_are_suggested() -> None:
    found = counts(ARTICLE.read_text(encoding="utf-8"))
    assert list(found)[:9] == [
        "Xiaomi", "Alibaba", "Quark", "Li Chuangqi", "Lei Jun", "Huawei", "Ray-Ban Meta",
        "Smart Information Business Group", "Wu Jia",
    ]  # fmt: skip
    assert found["Quark"] == 10


def test_suggestions_are_a_file_of_players(tmp_path: Path) -> None:
    suggestions = [
        Suggestion("Ray-Ban Meta", 3, ("the Ray-Ban Meta # and", 'a "Ray"')),
        Suggestion("AT&T", 2, ()),
        Suggestion("AT T", 2, ()),
        Suggestion("Nestlé", 2, ()),
        Suggestion("Яндекс", 2, ()),
        Suggestion("Y" * 99, 2, ()),
    ]
    rendered = render_suggestions(suggestions)
    assert '# 3 times: the Ray-Ban Meta # and | a "Ray"\n[[players]]\n' in rendered
    players = read_players(write(tmp_path, rendered))
    assert [player.name for player in players] == [suggestion.name for suggestion in suggestions]
    ids = ["ray-ban-meta", "at-t", "at-t-2", "nestle", "player", "y" * LONGEST_ID]
    assert [player.id for player in players] == ids


@given(st.text(alphabet=st.sampled_from("AbXy' &-\\\"#\n\r\u2028\ud800\x00É雷.ＡＺ")))
def test_suggestions_of_any_document_can_be_read(text: str) -> None:
    suggestions = suggest([Document("a", "", f"of {text} and of {text}")])
    with TemporaryDirectory() as folder:
        players = read_players(write(Path(folder), render_suggestions(suggestions)))
    assert [player.name for player in players] == [suggestion.name for suggestion in suggestions]
