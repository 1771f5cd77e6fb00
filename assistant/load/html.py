"""HTML: what a page shows becomes the text; menus and the like are marked as boilerplate.

The Document's offsets count the text, not the markup.
"""

import re
from collections.abc import Iterable
from contextlib import suppress

from lxml import etree
from lxml.html import HtmlElement, HTMLParser, document_fromstring

from assistant.errors import LoadError
from assistant.load.builder import DocumentBuilder
from assistant.load.encoding import decode, find_declared_encoding
from assistant.load.fields import find_published
from assistant.load.page import add_page
from assistant.records import Document

# Names of <meta> that say when a page was published, the surest first.
_DATE_NAMES = (
    "article:published_time", "datepublished", "date", "dcterms.date", "dcterms.issued", "dc.date",
    "dc.date.issued", "pubdate", "publish_date", "publication_date", "citation_publication_date",
    "created", "dcterms.created",
)  # fmt: skip
_TIMES = (
    "//*[@itemprop='datePublished']/@datetime",
    "//time[@pubdate]/@datetime",
    "//time/@datetime",
    "//time/text()",
)
_LINKED_DATE = re.compile(r'"datePublished"\s*:\s*"([^"]{1,40})"')  # in JSON-LD
_SOURCES = ("//link[@rel='canonical']/@href", "//meta[@property='og:url']/@content")


def load_html(content: bytes, name: str) -> Document:
    """One document: the page, decoded as it declares if it is not UTF-8."""
    return load_page(decode(content, name, declared=find_declared_encoding(content))[0], name)


def load_page(page: str, name: str) -> Document:
    """A page as a document; menus, footers and the like are boilerplate."""
    root = parse_page(page, name)
    title = " ".join((root.findtext(".//title") or "").split())
    dates = [*_find_dates(root), *_find_values(root, _TIMES)]
    source = next(
        (v for v in _find_values(root, _SOURCES) if v.startswith(("http://", "https://"))), None
    )
    builder = DocumentBuilder(name)
    byline = add_page(builder, root)
    published, dated = find_published(*dates, byline)
    highest = [heading.text for heading in builder.headings if heading.level == 1]
    document = builder.build(
        # The only h1, as a <title> often ends with the site's name.
        title=highest[0] if len(highest) == 1 else title,
        published=published,
        dated=dated,
        source=source,
    )
    if not has_content(document):
        raise LoadError(f"{name} has menus and no content", hint="save the article's page")
    return document


def has_content(document: Document) -> bool:
    """Whether a document has words outside its boilerplate."""
    starts = [0, *(end for _, end in document.boilerplate)]
    ends = [*(start for start, _ in document.boilerplate), len(document.text)]
    return any(document.text[a:b].strip() for a, b in zip(starts, ends, strict=True))


def parse_page(page: str, name: str) -> HtmlElement:
    """The root of a page. Raises LoadError for an empty page, and if a limit was reached."""
    parser = HTMLParser(encoding="utf-8", huge_tree=False, remove_comments=True, remove_pis=True)
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
        raise LoadError(f"{name} has no text", hint="remove it or save the page again")
    return root


def _find_dates(root: HtmlElement) -> list[str]:
    """When a page was published as its head says."""
    found: dict[str, str] = {}
    for meta in root.iter("meta"):
        for key in ("property", "name", "itemprop"):
            if meta.get(key) and meta.get("content"):
                found.setdefault(meta.get(key).lower(), meta.get("content"))
    named = [found[name] for name in _DATE_NAMES if name in found]
    scripts = (script.text or "" for script in root.iter("script") if _is_json_ld(script))
    linked = (match[1] for script in scripts for match in _LINKED_DATE.finditer(script))
    return [*named, *linked]


def _is_json_ld(script: HtmlElement) -> bool:
    return bool(script.get("type") == "application/ld+json")


def _find_values(root: HtmlElement, paths: Iterable[str]) -> list[str]:
    return [str(value) for path in paths for value in root.xpath(path)]
