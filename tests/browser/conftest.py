"""The browser that the tests drive, and what it visits."""

import shutil
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserType, expect, sync_playwright

from assistant.index.generation import Generation
from assistant.pages.app import create_app
from assistant.records import Answer, Coverage, Document, Part, Passage
from assistant.settings import Settings
from tests.answers import (
    ANSWERED,
    CHARTED,
    EVERY,
    REPHRASED,
    assistant_of,
    cite_words,
    hits_of,
    mark_words,
)
from tests.browser.awkward import ANSWERS, DOCUMENTS, FOLLOW_UP, MANY, PLAYERS, TO_DELETE
from tests.browser.visiting import ANSWER, PATIENCE, QUARK, served
from tests.changing import TOKEN
from tests.conftest import ARTICLE_ID, Maker, use_fake_models

CHROMIUM = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def launch(kind: BrowserType, *more: str) -> Browser:
    """The system's Chromium, with more arguments."""
    path = next((found for name in CHROMIUM if (found := shutil.which(name))), None)
    assert path, "no Chromium: run `make browser`, which says how to get one"
    # A container's root has no sandbox to use; the pages are ours and local.
    return kind.launch(executable_path=path, timeout=PATIENCE, args=["--no-sandbox", *more])


# Not of the session: the loop that Playwright runs would be in the way of later tests.
@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as playwright:
        browser = launch(playwright.chromium)
        yield browser
        browser.close()


@pytest.fixture(scope="package")
def address(article_index: Path) -> Iterator[str]:
    """Where the shipped article is served, with answers made by hand to some questions."""
    generation = Generation.open(article_index)
    article = generation.catalog.document(ARTICLE_ID)
    answers = (answer_from_article(article), *EVERY, CHARTED, REPHRASED)
    assistant = assistant_of(*answers, generation=generation)
    with served(create_app(assistant)) as found:
        yield found
    generation.close()


@pytest.fixture(scope="package")
def sites(address: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """Where the sites of PLACES are served."""
    folder = tmp_path_factory.mktemp("sites")
    with pytest.MonkeyPatch.context() as patch:  # other tests of the package open real indexes
        use_fake_models(patch)
        generation = Maker(folder / "awkward").generation(*DOCUMENTS, players=PLAYERS)
    corpus = folder / "corpus"  # whose files can be changed
    corpus.mkdir()
    (corpus / TO_DELETE).write_text(MANY.text)
    writable = Settings(
        corpus=corpus, indexes=folder, feedback=folder / "feedback", write_token=TOKEN
    )
    with ExitStack() as opened:
        assistant = assistant_of(*ANSWERS, FOLLOW_UP, generation=generation)
        awkward = create_app(assistant, settings=writable)
        no_index = create_app(settings=Settings(indexes=folder / "none"))
        yield {
            "article": address,
            "awkward": opened.enter_context(served(awkward)),
            "no_index": opened.enter_context(served(no_index)),
        }
        generation.close()


def answer_from_article(article: Document) -> Answer:
    """ "2,999 yuan" to QUARK, and another candidate."""
    start = article.text.index(ANSWER)
    passage = Passage(
        article, 0, article.text.rfind("\n", 0, start) + 1, article.text.find("\n", start), "", ()
    )
    other = replace(passage, number=1, start=0, end=len(article.text))
    return replace(
        ANSWERED,
        question=QUARK,
        parts=(Part("2,999 yuan", (1,), 8.4),),
        alternatives=(Part("Song Gang", (2,), 1.5, 0.31),),
        citations=(
            cite_words(passage, ANSWER, "2,999 yuan"),
            cite_words(other, "Song Gang"),
        ),
        hits=hits_of(passage, other),
        marks=(mark_words(passage, (ANSWER, 0.9)), ()),
        players=(),
        coverage=Coverage(1, 40, 10, exhaustive=False, method="reader"),
    )
