"""What of a page is a menu or the like, and what is its content."""

import pytest

from assistant.load.html import load_page
from tests.loading import slices

PROSE = "The linen warp costs 24.90 euros a kilo, and it is woven in the mill above the lake. " * 3
LINKS = "".join(f"<li><a href=/{n}>Link {n} of many</a></li>" for n in range(40))


def find_menus(page: str) -> list[str]:
    """The first line of each piece of boilerplate."""
    document = load_page(page, "x.html")
    assert PROSE.strip() in document.text
    assert PROSE.strip() not in "".join(slices(document)[1])
    return [piece.split("\n")[0] for piece in slices(document)[1]]


@pytest.mark.parametrize(
    ("page", "menus"),
    [
        # nothing but divs
        (f"<div><div><ul>{LINKS}</ul></div><div><h1>Warp</h1><p>{PROSE}</p></div>"
         f"<div><a>Imprint</a> <a>Contact</a> <a>Privacy</a></div></div>",
         ["- Link 0 of many", "Imprint Contact Privacy"]),
        # classes of WordPress
        (f"<div id=page><div class=site-header><a>Blog</a></div><div class=hentry><h1>Warp</h1>"
         f"<p>{PROSE}</p><div class=sharedaddy><a>One</a><a>Two</a><a>Three</a></div></div>"
         f"<div class=widget-area><h2>Recent</h2><ul>{LINKS}</ul></div>"
         f"<div class=site-footer>Powered by <a>WordPress</a></div></div>",
         ["OneTwoThree", "Recent", "Powered by WordPress"]),
        # a layout of tables
        (f"<table><tr><td width=120><ul>{LINKS}</ul><td><p>{PROSE}</table>", ["- Link 0 of many"]),
        # declared content: all else is none
        (f"<div>Press S to search.</div><main><p>{PROSE}</p></main><div>Made by hand.</div>",
         ["Press S to search.", "Made by hand."]),
        (f"<div>Search</div><div role=main><h1>Warp</h1><p>{PROSE}</p></div>", ["Search"]),
        # roles
        (f"<div role=search>Find</div><p>{PROSE}<div role=contentinfo>End</div>", ["Find", "End"]),
        (f"<div><p>{PROSE}</div><div class=cookie-bar>We use cookies.</div>", ["We use cookies."]),
        (f"<div class=toc><ul>{LINKS}</ul></div><h1>Warp</h1><p>{PROSE}", ["- Link 0 of many"]),
        # headers and footers of pages, as LibreOffice writes them
        (f"<div title=header><p>Top</div><p>{PROSE}<div title=footer><p>7</div>", ["Top", "7"]),
    ],
)  # fmt: skip
def test_menus_are_found_around_the_content(page: str, menus: list[str]) -> None:
    assert find_menus(page) == menus


@pytest.mark.parametrize(
    "page",
    [
        # links inside the content
        f"<main><p>{PROSE}</p><h2>See also</h2><ul>{LINKS}</ul></main>",
        f"<body><h1>Warp</h1><p>{PROSE}</p><h2>See also</h2><ul>{LINKS}</ul></body>",
        f"<div class=content><h1>Warp</h1><p>{PROSE}</p><ul>{LINKS}</ul></div>",
        # notes and quotes
        f"<p>{PROSE}<aside class=footnote>Counted in May.</aside>",
        f"<p>{PROSE}<aside role=doc-footnote>Counted in May.</aside>",
        f"<p>{PROSE}<aside class='admonition warning'>Mind the reed.</aside>",
        f"<p>{PROSE}<blockquote>It runs.<footer>Hilda</footer></blockquote>",
        # words that only sound like menus
        f"<body class='has-sidebar nav-open'><p>{PROSE}</body>",
        f"<p>{PROSE}<div class=menu><p>Soup of the day 4.50</div>",
        f"<div class=social-housing><h1>Warp</h1><p>{PROSE}</div>",
        # a table of links
        f"<p>{PROSE}<table><tr><th>File<th>Size<tr><td><a>a.pdf</a><td><a>9</a><tr><td><a>b.pdf</a>"
        "<td><a>8</a></table>",
        f"<header><h1>Warp</h1><p>From the mill</p></header><p>{PROSE}",
    ],
)
def test_content_is_no_menu(page: str) -> None:
    assert find_menus(page) == []


def test_a_page_of_links_is_content() -> None:
    document = load_page(f"<h1>Index</h1><ul>{LINKS}</ul>", "x.html")
    assert document.boilerplate == ()


def test_the_title_of_a_page_is_content_wherever_it_is() -> None:
    page = f"<header><div><h1>Warp</h1></div></header><main><p>{PROSE}</p></main>"
    document = load_page(page, "x.html")
    assert (document.title, slices(document)) == ("Warp", (["Warp"], []))


def test_the_lines_of_a_menu_stay_in_the_text() -> None:
    page = f"<nav><p>Site</p><ul><li>Home<ul><li>News</ul></ul></nav><p>{PROSE}"
    ((start, end),) = load_page(page, "x.html").boilerplate
    assert load_page(page, "x.html").text[start:end] == "Site\n- Home\n  - News"
