"""HTML: inscriptis lays the page out as text and says where each element went.

The Document's text is that layout: its offsets count the text, not the markup.
"""

from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import PurePosixPath

from inscriptis.html_engine import Inscriptis
from inscriptis.model.config import ParserConfig
from lxml import etree
from lxml import html as lxml_html

from assistant.errors import LoadError
from assistant.load.dates import find_date
from assistant.records import Document, Heading, Offsets, covers, trim

_HEADINGS = {f"h{level}": [f"h{level}"] for level in range(1, 7)}
_BOILERPLATE = {name: ["boilerplate"] for name in ("nav", "footer", "aside", "#role=navigation")}
_CONFIG = ParserConfig(annotation_rules=_HEADINGS | _BOILERPLATE)


def load_html(content: str, name: str) -> Iterable[Document | LoadError]:
    """One document: the page, with menus, footers and the like told as boilerplate."""
    unreadable = LoadError(f"{name} holds no text", hint="remove it or save the page again")
    if not content.strip():
        return [unreadable]
    parser = lxml_html.HTMLParser(encoding="utf-8", huge_tree=False)
    try:
        # As bytes: lxml refuses a str that names its encoding in an XML declaration.
        page = lxml_html.document_fromstring(content.encode(), parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError):
        return _refuse_limit(parser, name) or [unreadable]
    refused = _refuse_limit(parser, name)
    if refused:
        return refused
    laid_out = Inscriptis(page, _CONFIG)
    text = laid_out.get_text()
    labels = sorted({(a.start, a.end, a.metadata) for a in laid_out.get_annotations()})
    if not text.strip():
        return [unreadable]
    headings = [
        Heading(*trim(text, start, end), " ".join(text[start:end].split()), int(label[1]))
        for start, end, label in labels
        if label != "boilerplate" and text[start:end].strip()
    ]
    boilerplate = _merge(
        trim(text, start, end)
        for start, end, label in labels
        if label == "boilerplate" and text[start:end].strip()
    )
    if not _outside(text, boilerplate).strip():
        return [LoadError(f"{name} holds menus and no content", hint="save the article's page")]
    outside: list[Heading] = []
    for heading in sorted(headings, key=lambda h: (h.start, -h.end, h.level)):
        apart = not outside or outside[-1].end <= heading.start  # a page may nest headings
        if apart and not covers(boilerplate, heading.start, heading.end):
            outside.append(heading)
    return [
        Document(
            id=name,
            title=_title(page, outside) or PurePosixPath(name).stem,
            text=text,
            published=_published(page),
            source=_source(page),
            headings=tuple(outside),
            boilerplate=tuple(boilerplate),
        )
    ]


def _refuse_limit(parser: lxml_html.HTMLParser, name: str) -> list[LoadError]:
    """A refusal where the parser stopped at a limit: it says so in its log alone.

    Raises MemoryError where that was the limit.
    """
    stops = {entry.type_name for entry in parser.error_log if entry.level_name == "FATAL"}
    if "ERR_NO_MEMORY" in stops:
        raise MemoryError
    if not stops:
        return []
    problem = f"{name} holds elements 256 deep, or one of more than 10 million characters"
    return [LoadError(problem, hint="save what it says as text")]


def _outside(text: str, boilerplate: Sequence[Offsets]) -> str:
    """What is left of a text without its boilerplate."""
    ends = [0, *(end for _, end in boilerplate)]
    starts = [*(start for start, _ in boilerplate), len(text)]
    return "".join(text[end:start] for end, start in zip(ends, starts, strict=True))


def _merge(offsets: Iterable[Offsets]) -> list[Offsets]:
    merged: list[Offsets] = []
    for start, end in sorted(offsets):
        if merged and start <= merged[-1][1]:
            merged[-1] = merged[-1][0], max(end, merged[-1][1])
        else:
            merged.append((start, end))
    return merged


def _title(page: lxml_html.HtmlElement, headings: Sequence[Heading]) -> str:
    """The only h1 of a page, else its <title>: the latter often ends with the site's name."""
    first = [heading for heading in headings if heading.level == 1]
    if len(first) == 1:
        return first[0].text
    return " ".join((page.findtext(".//title") or "").split())


def _published(page: lxml_html.HtmlElement) -> date | None:
    for path in (
        "//meta[@property='article:published_time']/@content",
        "//meta[@name='date']/@content",
        "//time/@datetime",
        "//time/text()",
    ):
        for value in page.xpath(path):
            found = find_date(str(value))
            if found:
                return found
    return None


def _source(page: lxml_html.HtmlElement) -> str | None:
    for path in ("//link[@rel='canonical']/@href", "//meta[@property='og:url']/@content"):
        for value in page.xpath(path):
            if str(value).startswith(("http://", "https://")):
                return str(value)
    return None
