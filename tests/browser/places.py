"""Every page that the tests of all pages visit, by the name of its test.

A new page gets a line here; then it is checked like all others.
"""

from typing import NamedTuple
from urllib.parse import quote, urlencode

from assistant.api.rendering import quote_href
from tests.answers import CHARTED, EVERY, REPHRASED
from tests.browser.awkward import (
    ANSWERS,
    ARABIC,
    ARABIC_SENTENCE,
    BEFORE,
    FOLLOW_UP,
    HOSTILE,
    LONG,
    SHORT_ANSWER,
    TABLE,
    TO_DELETE,
)
from tests.browser.visiting import ANSWER, QUARK
from tests.conftest import ARTICLE_ID, CORPUS, ROOT


class Place(NamedTuple):
    """A page of a site: the shipped `article`, `awkward` documents, or one with `no_index`."""

    site: str
    path: str


def ask(question: str, more: str = "") -> str:
    return f"/?question={quote(question)}{more}"


def cite(document: str, text: str, words: str) -> str:
    """The address of words marked in a document."""
    start = text.index(words)
    return quote_href(document, start, start + len(words), words)


# A follow-up that is asked of some documents.
CHOSEN = [("documents", LONG.id), ("documents", "many.txt"), ("formats", "txt")]
FOLLOWING = urlencode(
    [*CHOSEN, ("published_to", "2026-01-31"), ("previous", BEFORE), ("previous", HOSTILE)]
)
ARTICLE = (CORPUS / ARTICLE_ID).read_bytes().decode()
GUIDES = sorted(path.stem for path in (ROOT / "web" / "guide").glob("[a-z]*.md"))
PLACES = {
    "welcome": Place("article", "/"),
    "answer": Place("article", ask(QUARK)),
    "answer-feedback": Place("article", ask(QUARK, "&feedback=wrong")),
    "explained": Place("article", ask(QUARK, "&explain=1&as_of=2025-03-01")),
    **{
        f"answer-{answer.abstention.reason if answer.abstention else answer.kind}-{n}": Place(
            "article", ask(answer.question)
        )
        for n, answer in enumerate(EVERY)
    },
    "charted": Place("article", ask(CHARTED.question)),
    "rephrased": Place("article", ask(REPHRASED.question)),
    "rephrased-zh": Place("article", f"/zh{ask(REPHRASED.question)}"),
    "too-long": Place("article", ask("x" * 2001)),
    "players": Place("article", "/players"),
    "player": Place("article", "/players/xiaomi"),
    "trends": Place("article", "/trends"),
    "trends-chosen": Place("article", "/trends?metric=battery+life&unit=h"),
    "trends-none": Place("article", "/trends?metric=nothing+of+the+kind"),
    "trends-wrong": Place("article", "/trends?from=tomorrow"),
    "documents": Place("article", "/documents"),
    "document": Place("article", cite(ARTICLE_ID, ARTICLE, ANSWER)),
    "document-moved": Place("article", f"/documents/{ARTICLE_ID}?start=0&end=11&quote=x"),
    "api": Place("article", "/docs"),
    "guide": Place("article", "/guide"),
    **{f"guide-{name}": Place("article", f"/guide/{name}") for name in GUIDES},
    "not-found": Place("article", "/none"),
    "welcome-zh": Place("article", "/zh/"),
    "answer-zh": Place("article", f"/zh{ask(QUARK)}"),
    "unsure-zh": Place("article", f"/zh{ask(EVERY[5].question)}"),
    "trends-zh": Place("article", "/zh/trends?unit=h"),
    "player-zh": Place("article", "/zh/players/xiaomi"),
    "documents-zh": Place("article", "/zh/documents"),
    "document-zh": Place("article", f"/zh{cite(ARTICLE_ID, ARTICLE, ANSWER)}"),
    **{
        f"awkward-{name}": Place("awkward", ask(answer.question))
        for name, answer in zip(
            ("arabic", "hebrew", "word", "emoji", "unsure", "short", "long", "sixty"),
            ANSWERS,
            strict=True,
        )
    },
    "follow-up": Place("awkward", ask(FOLLOW_UP.question, f"&{FOLLOWING}")),
    "awkward-chosen": Place("awkward", f"/zh/?{urlencode(CHOSEN)}"),
    "awkward-not-chosen": Place("awkward", ask("x", "&documents=none.txt&published_from=")),
    "awkward-feedback": Place("awkward", "/zh" + ask(SHORT_ANSWER.question, "&feedback=wrong")),
    "awkward-documents": Place("awkward", "/documents"),
    "delete": Place("awkward", f"/delete/{quote(TO_DELETE)}"),
    "awkward-players": Place("awkward", "/players"),
    "awkward-player": Place("awkward", "/players/long"),
    "awkward-trends": Place("awkward", "/trends?player=arabic"),
    "rtl-document": Place("awkward", cite(ARABIC.id, ARABIC.text, ARABIC_SENTENCE)),
    "long-document": Place("awkward", f"/documents/{quote(LONG.id)}"),
    "table": Place("awkward", f"/documents/{TABLE.id}"),
    "no-index": Place("no_index", "/"),
    "no-index-zh": Place("no_index", "/zh/trends"),
}
# Pages of a template that another page has, too: they are checked in fewer themes and widths.
ALIKE = {
    name
    for name in PLACES
    if name.startswith(("answer-", "guide-", "awkward-", "trends-")) or name.endswith("-zh")
} | {"explained", "document-moved", "long-document", "rtl-document"}
ALIKE -= {"answer-comparison-2", "answer-low_confidence-5", "answer-no_evidence-6", "guide-scale"}
ALIKE -= {"welcome-zh", "unsure-zh"}
