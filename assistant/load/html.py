"""HTML: inscriptis lays the page out as text and gives the offsets of each element.

The Document's text is that layout: its offsets count the text, not the markup.
"""

from collections.abc import Iterable, Sequence
from contextlib import suppress
from itertools import chain
from pathlib import PurePosixPath

from inscriptis.html_engine import Inscriptis
from inscriptis.model.config import ParserConfig
from lxml import etree
from lxml.html import HtmlElement, HTMLParser, document_fromstring

from assistant.errors import LoadError
from assistant.load.encoding import decode, find_declared_encoding
from assistant.load.fields import find_date
from assistant.records import Document, Heading, Offsets, covers, trim

_HEADINGS = {f"h{level}": [f"h{level}"] for level in range(1, 7)}
_BOILERPLATE = {name: ["boilerplate"] for name in ("nav", "footer", "aside", "#role=navigation")}
_CONFIG = ParserConfig(annotation_rules=_HEADINGS | _BOILERPLATE)
_DATES = (
    "//meta[@property='article:published_time']/@content",
    "//meta[@name='date']/@content",
    "//time/@datetime",
    "//time/text()",
)
_SOURCES = ("//link[@rel='canonical']/@href", "//meta[@property='og:url']/@content")


def load_html(content: bytes, name: str) -> Document:
    """One document: the page, decoded as it declares if it is not UTF-8."""
    return load_page(decode(content, name, declared=find_declared_encoding(content))[0], name)


def load_page(page: str, name: str) -> Document:
    """A page as a document; menus, footers and the like are boilerplate."""
    root = _parse(page, name)
    layout = Inscriptis(root, _CONFIG)
    text = layout.get_text()
    spans = [
        (*trim(text, note.start, note.end), note.metadata)
        for note in layout.get_annotations()
        if text[note.start : note.end].strip()
    ]
    boilerplate = _merge((start, end) for start, end, label in spans if label == "boilerplate")
    edges = [0, *chain.from_iterable(boilerplate), len(text)]
    if not any(text[a:b].strip() for a, b in zip(edges[::2], edges[1::2], strict=True)):
        if boilerplate:
            raise LoadError(f"{name} has menus and no content", hint="save the article's page")
        raise _make_empty_error(name)
    headings: list[Heading] = []
    for start, end, label in sorted(spans, key=lambda span: (span[0], -span[1], span[2])):
        is_nested = headings and start < headings[-1].end
        if label != "boilerplate" and not is_nested and not covers(boilerplate, start, end):
            headings.append(Heading(start, end, " ".join(text[start:end].split()), int(label[1])))
    return Document(
        id=name,
        title=_find_title(root, headings) or PurePosixPath(name).stem,
        text=text,
        published=find_date(*_find_values(root, _DATES)),
        source=next(
            (v for v in _find_values(root, _SOURCES) if v.startswith(("http://", "https://"))), None
        ),
        headings=tuple(headings),
        boilerplate=tuple(boilerplate),
    )


def _parse(page: str, name: str) -> HtmlElement:
    """The root of a page. Raises LoadError for an empty page, and if a limit was reached."""
    parser = HTMLParser(encoding="utf-8", huge_tree=False)
    root = None
    with suppress(etree.ParserError, etree.XMLSyntaxError):
        # As bytes: lxml refuses a str that names its encoding in an XML declaration.
        root = document_fromstring(page.encode(), parser=parser)
    # The parser reports a limit only in its log, and goes on with what it has.
    fatal = {entry.type_name for entry in parser.error_log if entry.level_name == "FATAL"}
    if "ERR_NO_MEMORY" in fatal:
        raise MemoryError
    if fatal:
        problem = f"{name} contains elements 256 deep, or one of more than 10 million characters"
        raise LoadError(problem, hint="save what it says as text")
    if root is None:
        raise _make_empty_error(name)
    return root


def _make_empty_error(name: str) -> LoadError:
    return LoadError(f"{name} has no text", hint="remove it or save the page again")


def _merge(spans: Iterable[Offsets]) -> list[Offsets]:
    merged: list[Offsets] = []
    for start, end in sorted(spans):
        if merged and start <= merged[-1][1]:
            merged[-1] = merged[-1][0], max(end, merged[-1][1])
        else:
            merged.append((start, end))
    return merged


def _find_title(root: HtmlElement, headings: Sequence[Heading]) -> str:
    """The only h1 of a page, else its <title>: the latter often ends with the site's name."""
    highest = [heading.text for heading in headings if heading.level == 1]
    return highest[0] if len(highest) == 1 else " ".join((root.findtext(".//title") or "").split())


def _find_values(root: HtmlElement, paths: Iterable[str]) -> list[str]:
    return [str(value) for path in paths for value in root.xpath(path)]
