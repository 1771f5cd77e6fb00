"""Which elements of a page are boilerplate: menus, footers, notes that are not on its subject.

trafilatura and readability-lxml were considered. Both return what they take for the content and
drop the rest, so a mistake loses words without a trace; trafilatura needs a dozen packages. Here
boilerplate stays in the text and is marked, and only elements that are marked as menus, or consist
of links outside the prose, count as boilerplate.
"""

import re
from dataclasses import dataclass

from lxml import etree
from lxml.html import HtmlElement

_TAGS = frozenset(("nav", "footer", "aside"))
_ROLES = frozenset("navigation contentinfo complementary search menu menubar doc-toc".split())
# Asides and footers that belong to the content.
_NOTES = re.compile(r"note|admonition|callout|warning|caution|important|tip|hint|topic|example")
_QUOTES = frozenset(("blockquote", "figure", "q"))
_CONTAINERS = frozenset("html body div section article main center form tr td tbody table".split())
_LISTS = frozenset(("table", "ul", "ol", "dl"))
_BLOCKS = (
    _CONTAINERS
    | _TAGS
    | _LISTS
    | frozenset(
        "p li dd dt pre blockquote th header h1 h2 h3 h4 h5 h6 details fieldset menu".split()
    )
)
_MENU_NAMES = (
    "nav", "menu", "submenu", "breadcrumb", "sidebar", "toc", "pagination", "pager", "topbar",
    "toolbar", "share", "sharing", "social", "related", "tags", "skip", "jump",
)  # fmt: skip
_FOOTER_NAMES = frozenset("cookie cookies gdpr copyright footer colophon".split())
_TOKEN = re.compile(r"[A-Z]?[a-z]+|[A-Z]+")
_PROSE = 80  # characters of a paragraph, outside links, that a menu doesn't have
_MAIN_SHARE = 0.7  # of the prose is in the main content
_MENU_SHARE = 0.75  # of a menu's characters are in links
_NAMED_SHARE = 0.5  # if it is also called a menu
_LEAST_LINKS = 3
_LONGEST_FOOTER = 600  # characters


@dataclass(slots=True)
class _Amounts:
    """The characters of an element: all, those in links, prose; and how many links it has.

    `own` are the characters outside links of a block that are in no other block inside it.
    """

    characters: int = 0
    linked: int = 0
    prose: int = 0
    links: int = 0
    own: int = 0

    @property
    def share(self) -> float:
        return self.linked / max(1, self.characters)


def find_boilerplate(root: HtmlElement) -> set[HtmlElement]:
    """The elements of a page that are boilerplate; of nested ones the outermost."""
    amounts = _measure(root)
    main, is_declared = _find_main(root, amounts)
    around = set() if main is None else {main, *main.iterancestors()}
    around.update(parent for title in root.iter("h1") for parent in (title, *title.iterancestors()))
    found: set[HtmlElement] = set()
    is_inside = main is None
    walker = etree.iterwalk(root, events=("start", "end"))
    for event, element in walker:
        if element is main:
            is_inside = event == "start"
        if event == "end" or element is main:
            continue
        measured = amounts.get(element)
        is_other = is_declared and not is_inside and element not in around
        if (
            (is_other and element.tag not in ("html", "body"))
            or _is_declared(element)
            or (measured and element not in around and _is_menu(element, measured, is_inside))
        ):
            found.add(element)
            walker.skip_subtree()
        elif element.tag == "table" and element.find(".//th") is not None:
            walker.skip_subtree()  # links in a table are its content
    return found


def _measure(root: HtmlElement) -> dict[HtmlElement, _Amounts]:
    """The amounts of each block of a page."""
    measured: dict[HtmlElement, _Amounts] = {}
    open_amounts = [_Amounts()]
    links = 0  # that are open
    for event, element in etree.iterwalk(root, events=("start", "end")):
        if event == "start":
            links += element.tag == "a"
            open_amounts.append(_Amounts(links=int(element.tag == "a")))
            _add_text(open_amounts[-1], element.text, is_link=links > 0)
            continue
        amounts = open_amounts.pop()
        links -= element.tag == "a"
        parent = open_amounts[-1]
        if element.tag in _BLOCKS:
            _count_prose(element, amounts)
            measured[element] = amounts
        else:
            parent.own += amounts.own
        parent.characters += amounts.characters
        parent.linked += amounts.linked
        parent.prose += amounts.prose
        parent.links += amounts.links
        if element is not root:
            _add_text(parent, element.tail, is_link=links > 0)
    return measured


def _add_text(amounts: _Amounts, text: str | None, *, is_link: bool) -> None:
    length = len(text.strip()) if text else 0
    amounts.characters += length
    if is_link:
        amounts.linked += length
    else:
        amounts.own += length


def _count_prose(element: HtmlElement, amounts: _Amounts) -> None:
    if amounts.own >= _PROSE:
        amounts.prose += amounts.own
    elif element.tag in _LISTS:
        unlinked = amounts.characters - amounts.linked
        if unlinked >= max(_PROSE, amounts.linked):
            amounts.prose = max(amounts.prose, unlinked)


def _find_main(
    root: HtmlElement, amounts: dict[HtmlElement, _Amounts]
) -> tuple[HtmlElement | None, bool]:
    """The element with the content, and whether the page says so.

    Else it is the smallest one with most of the prose, and with the title of the page; None for a
    page without prose.
    """
    total = amounts[root].prose if root in amounts else 0
    for path in ("//main | //*[@role='main']", "//article"):
        declared = root.xpath(path)
        share = amounts[declared[0]].prose if len(declared) == 1 else 0
        if len(declared) == 1 and share >= _MAIN_SHARE * total:
            return declared[0], path != "//article"
    if not total:
        return None, False
    main = root
    while children := [
        child
        for child in main
        if child.tag in _CONTAINERS
        and amounts[child].prose >= _MAIN_SHARE * total
        and not _is_declared(child)
    ]:
        main = children[0]
    for element in (main, *main.iterancestors()):
        if element.tag not in ("body", "html") and element.find(".//h1") is not None:
            return element, False
    return main, False


def _is_declared(element: HtmlElement) -> bool:
    """Whether an element is boilerplate by its tag or role."""
    role = element.get("role")
    if element.tag not in _TAGS and role not in _ROLES:
        # LibreOffice writes the headers and footers of pages so.
        return element.tag == "div" and element.get("title") in ("header", "footer")
    if element.tag == "footer":
        return element.getparent() is None or element.getparent().tag not in _QUOTES
    names = f"{element.get('class')} {role} {element.get('epub:type')}".lower()
    return element.tag == "nav" or not _NOTES.search(names)


def _is_menu(element: HtmlElement, amounts: _Amounts, is_inside: bool) -> bool:
    """Whether a block is a menu or the like by its links and its names.

    Inside the main content, which may list links, both have to say so.
    """
    if not amounts.characters or element.tag in ("li", "html", "body"):
        return False
    names = _find_names(element)
    is_named = amounts.share >= _NAMED_SHARE and any(name.startswith(_MENU_NAMES) for name in names)
    has_links = amounts.links >= _LEAST_LINKS
    if is_inside:
        return is_named and has_links
    if amounts.characters <= _LONGEST_FOOTER and not _FOOTER_NAMES.isdisjoint(names):
        return True
    return is_named or (has_links and amounts.share >= _MENU_SHARE)


def _find_names(element: HtmlElement) -> set[str]:
    words = f"{element.get('class', '')} {element.get('id', '')}"
    return {token.lower() for token in _TOKEN.findall(words)} if words.strip() else set()
