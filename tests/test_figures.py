"""The figures of whole texts: of any text, of awkward and hostile ones, of the article."""

import json
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from time import process_time

from hypothesis import given, strategies as st

from assistant.figures import Figure, find_figures
from assistant.load.text import load_text
from assistant.records import Document, Offsets
from assistant.split import find_sections
from assistant.text import find_sentences
from tests.conftest import ARTICLE_ID, AWKWARD_TEXT, CORPUS, ROOT
from tests.figuring import PLAYERS, PUBLISHED, mention

LABELS = ROOT / "tests" / "data" / "article_figures.jsonl"


def check(document: Document, sentences: Sequence[Offsets]) -> None:
    """Check what is true for every text."""
    figures = find_figures(document, sentences, [], {})
    assert [figure.start for figure in figures] == sorted(figure.start for figure in figures)
    end = 0
    for figure in figures:
        start, last = figure.sentence
        assert (start, last) in sentences
        assert start <= figure.start < figure.end <= last
        assert figure.start >= end
        end = figure.end
        words = document.text[figure.start : figure.end]
        assert words == words.strip()
        assert figure.metric in document.text[start:last]
        assert figure.highest is None or figure.highest > figure.value


pieces = st.lists(
    st.sampled_from(
        "5|10,000|1.5|９|½|٣|2025|99999999999999999999999|$|£|%|-|–|--|/|:|.|,|(|\n|\n\n|万|亿|元|two|"
        "hundred|million|thousands of|half of|a third|dozen|between|and|to|from|or|about|more than|"
        "kg|hours|year-old|people|stores|of the|rose|by|in|this year|March|May 5|since|the past|"
        "Q1|\ud800|👍|year|first|quarter|No.|said|according to|Xiaomi|is|the|it".split("|")
    ),
    max_size=30,
)


@given(pieces, st.sampled_from([" ", ""]), st.sampled_from([PUBLISHED, date(1, 1, 1), None]))
def test_every_figure_is_inside_its_sentence(
    words: list[str], join: str, published: date | None
) -> None:
    text = join.join(words)
    check(Document("x", "x", text, published), find_sentences(text, 0, len(text)))


def test_awkward_characters_keep_their_offsets() -> None:
    text = AWKWARD_TEXT
    sentences = find_sentences(text, 0, len(text))
    check(Document("x", "x", text), sentences)
    figures = find_figures(Document("x", "x", text), sentences, [], {})
    words = [text[figure.start : figure.end] for figure in figures]
    assert words == ["1,999 yuan", "𝟙𝟚𝟛 lenses"]


def test_a_hostile_text_is_read_in_linear_time() -> None:
    for piece in ("1,", "1-", "a ", "million ", "1 to ", "$", "of the ", "A a, "):
        seconds = []
        for times in (1_000, 4_000):
            text = "It has 5 " + piece * times + "."
            start = process_time()
            check(Document("x", "x", text, PUBLISHED), [(0, len(text))])
            seconds.append(process_time() - start)
        assert seconds[1] < 8 * seconds[0] + 0.1, piece  # 16 times as long if it were quadratic


def find_in_article() -> tuple[Document, list[Figure]]:
    document = load_text((CORPUS / ARTICLE_ID).read_text("utf-8"), ARTICLE_ID)
    assert isinstance(document, Document)
    sentences = [
        sentence
        for section in find_sections(document)
        for paragraph in section.paragraphs
        for sentence in find_sentences(document.text, *paragraph)
    ]
    return document, find_figures(document, sentences, mention(document.text), PLAYERS)


def test_the_figures_of_the_article_are_found_and_read() -> None:
    document, figures = find_in_article()
    labels = [json.loads(line) for line in LABELS.read_text("utf-8").splitlines()]
    missed, misread, misplaced = [], [], []
    for label in labels:
        place, words = (label["start"], label["end"]), label["text"]
        assert document.text[slice(*place)] == words
        found = [figure for figure in figures if figure.start < place[1] and place[0] < figure.end]
        if not found:
            missed.append(words)
            continue
        figure = found[0]
        if (figure.value, figure.unit) != (Decimal(label["value"]), label["unit"]):
            misread.append((words, figure))
        period = figure.period and f"{figure.period.start}/{figure.period.end}"
        if (figure.owner, period) != (label["owner"], label["period"]):
            misplaced.append((words, figure.owner, period))
    number = len(labels) - len(missed)
    assert number >= 0.95 * len(labels), missed
    assert number - len(misread) >= 0.98 * number, misread
    assert number - len(misplaced) >= 0.85 * number, misplaced
    assert len(figures) - number <= 0.05 * number, figures
