"""The guide: web/guide/*.md as pages, in the order of the list in its README.md."""

import re
from collections.abc import Iterable, Sequence

from fastapi import APIRouter, Request
from markdown_it import MarkdownIt
from markdown_it.token import Token
from markupsafe import Markup
from starlette.exceptions import HTTPException
from starlette.responses import Response

from assistant.pages.language import find_base
from assistant.pages.templates import render_page
from assistant.settings import web_folder
from assistant.words import ENGLISH, read_words

CONTENTS = "README"
_PAGE = re.compile(r"([a-z-]+)\.md(#.*)?")  # a link from one page to another
_ALIGNMENT = re.compile(r"text-align:(\w+)")
_TABLE = '<div class="table" role="group" aria-label="{}" tabindex="0"><table>\n'


def create_guide() -> APIRouter:
    pages = APIRouter(include_in_schema=False)

    @pages.get("/guide")
    def get_contents(request: Request) -> Response:
        return _render_guide_page(request, CONTENTS)

    @pages.get("/guide/{name}")
    def get_page(request: Request, name: str) -> Response:
        # Only listed names are opened, never a path from a request.
        if name not in list_pages():
            raise HTTPException(404)
        return _render_guide_page(request, name)

    return pages


def list_pages() -> list[str]:
    return [name for name, _ in re.findall(rf"\({_PAGE.pattern}\)", _read_page(CONTENTS))]


def _render_guide_page(request: Request, name: str) -> Response:
    title, html = render_guide(_read_page(name), base=find_base(request))
    return render_page(request, "guide.html", {"title": title, "html": html, "name": name})


def _read_page(name: str) -> str:
    try:
        return (web_folder() / "guide" / f"{name}.md").read_text(encoding="utf-8")
    except FileNotFoundError:
        raise HTTPException(404) from None


def render_guide(text: str, *, base: str = "") -> tuple[str, Markup]:
    """The first heading of a page, and the page as HTML that needs no inline style or script.

    Links to other pages begin with `base`. The guide is in English.
    """
    words = read_words(ENGLISH)
    table = Markup(_TABLE).format(words("site.table"))
    markdown = MarkdownIt("commonmark", {"html": False}).enable("table")
    markdown.add_render_rule("table_open", lambda *_: table)
    markdown.add_render_rule("table_close", lambda *_: "</table></div>\n")
    tokens = markdown.parse(text)
    titles = _name_headings(tokens)
    _empty_heads(tokens)
    for token in tokens:
        style = str(token.attrs.pop("style", ""))
        if alignment := _ALIGNMENT.match(style):
            token.attrs["class"] = alignment[1]
        for child in token.children or ():
            _rewrite_link(child, base)
            if child.type == "code_inline" and child.content.startswith("-"):
                child.attrs["class"] = "option"  # is not broken after its hyphens
    html = markdown.renderer.render(tokens, markdown.options, {})
    # Both scroll.
    html = html.replace("<pre>", '<pre tabindex="0">')
    html = html.replace("<p><img", '<p class="wide" tabindex="0"><img')
    # The text is ours, and HTML in it is off: everything is escaped.
    return titles[0] if titles else words("site.guide"), Markup(html)


def _name_headings(tokens: Iterable[Token]) -> list[str]:
    """Give each heading an id made of its words, as GitHub does; return the headings."""
    titles: list[str] = []
    heading: Token | None = None
    for token in tokens:
        if heading is not None:
            titles.append("".join(child.content for child in token.children or ()))
            heading.attrs["id"] = re.sub(r"[^\w\- ]", "", titles[-1].lower()).replace(" ", "-")
        heading = token if token.type == "heading_open" else None
    return titles


def _empty_heads(tokens: Sequence[Token]) -> None:
    """Make the heads of a table that have no words plain cells."""
    for opening, words, closing in zip(tokens, tokens[1:], tokens[2:], strict=False):
        if opening.type == "th_open" and not words.content:
            opening.tag = closing.tag = "td"


def _rewrite_link(token: Token, base: str) -> None:
    """Replace links to files by links to their pages."""
    for name in ("href", "src"):
        address = str(token.attrs.get(name, ""))
        if page := _PAGE.fullmatch(address):
            token.attrs[name] = f"{base}/guide/{page[1]}{page[2] or ''}"
        elif address.startswith("../static/"):
            token.attrs[name] = address.removeprefix("..")
        elif address == f"{CONTENTS}.md":
            token.attrs[name] = f"{base}/guide"
