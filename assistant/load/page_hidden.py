"""What a page holds and doesn't show is removed from it, and counted."""

import re
from collections.abc import Iterator

from lxml.html import HtmlElement

_NEVER_SHOWN = frozenset(
    "script style template noscript head object iframe audio video canvas datalist rp title desc "
    "metadata defs".split()
)
_CELLS = frozenset(("tr", "td", "th"))
_STRUCK = frozenset(("del", "s", "strike"))  # deleted words, as tracked deletions of DOCX
# Marks for the page's own use: links to edit a section, numbers of lines, ways back from a note.
_CONTROLS = frozenset(
    "mw-editsection mw-cite-backlink headerlink anchor-link linenos linenodiv lineno gutter "
    "katex-html".split()
)
# Names of what a page shows on demand, which is not its content.
_NOISE = re.compile(
    r"cookie|consent|gdpr|modal|popup|menu|nav|toast|alert|load|tooltip|search|log-?in"
)
_STYLE = re.compile(
    r"(?<![\w-])(?:display\s*:\s*none|visibility\s*:\s*(?:hidden|collapse)"
    r"|(?:opacity|font-size)\s*:\s*0(?:\.0+)?(?![\d.])|mso-hide\s*:\s*all"
    r"|(?:left|top|text-indent)\s*:\s*-\d{4,}px)",
    re.IGNORECASE,
)
_DISPLAY = re.compile(r"(?<![\w-])(?:display|visibility)\s*:\s*([\w-]+)", re.IGNORECASE)
_SELECTOR = re.compile(r"(?:\w+)?([.#][\w-]+)")
_NAME = re.compile(r"[.#][\w-]+")
_COMMENT = re.compile(r"/\*.*?(?:\*/|\Z)", re.DOTALL)
_HIDING = ("none", "hidden")
_LONGEST_STYLE = 2_000_000  # characters read of a page's style sheets


def remove_hidden(root: HtmlElement) -> int:
    """Remove from a page what it doesn't show; how many of the elements held words of substance.

    Scripts and marks for the page's own use are not counted.
    """
    selectors = _find_hiding_selectors(root)
    hidden: list[HtmlElement] = []
    silent: list[HtmlElement] = []  # for screen readers only these are not there
    for element in root.iter():
        if element.tag in _NEVER_SHOWN:
            is_shadow = element.tag == "template" and element.get("shadowrootmode")
            hidden.extend([] if is_shadow else [element])
        elif element.tag in _STRUCK or (element.tag == "dialog" and "open" not in element.attrib):
            hidden.append(element)
        elif attributes := element.attrib:
            if attributes.get("aria-hidden") == "true":
                silent.append(element)
            if _is_hidden(element, selectors):
                hidden.append(element)
    # While a page shows a dialog, all of the rest may be silent.
    if sum(map(_count, silent)) * 2 <= _count(root):
        hidden.extend(silent)
    return _remove(root, hidden)


def _is_hidden(element: HtmlElement, selectors: frozenset[str]) -> bool:
    attributes = element.attrib
    if "hidden" in attributes and attributes["hidden"] != "until-found":
        return True
    if "style" in attributes and _STYLE.search(attributes["style"]):
        return element.find("math") is None  # MathML for readers who don't see its picture
    if "class" not in attributes and "id" not in attributes:
        return False
    classes = attributes.get("class", "").split()
    if not _CONTROLS.isdisjoint(classes):
        return True
    names = {f".{name}" for name in classes} | {f"#{attributes.get('id', '')}"}
    return not selectors.isdisjoint(names)


def _remove(root: HtmlElement, hidden: list[HtmlElement]) -> int:
    """Remove elements, of which some may be inside others; how many held words of substance."""
    count = 0
    elements = set(hidden)
    for element in hidden:
        if element is root or element.getparent() is None:
            continue
        if any(parent in elements for parent in element.iterancestors()):
            continue  # removed with it
        count += _matters(element)
    for element in hidden:
        parent = element.getparent()
        if element.tag in _CELLS and parent is not None and not (element.tail or "").strip():
            parent.remove(element)
        else:  # in place, as text on both sides would be copied to be joined
            element.clear(keep_tail=True)
            element.tag = "span"
    return count


def _matters(element: HtmlElement) -> bool:
    """Whether what is hidden would be missed: four words, or a number with a word."""
    names = f"{element.get('class', '')} {element.get('id', '')}"
    if element.tag in _NEVER_SHOWN or not _CONTROLS.isdisjoint(names.split()):
        return False
    if _NOISE.search(names.lower()):
        return False
    if any(parent.tag in ("nav", "footer", "aside") for parent in element.iterancestors()):
        return False
    words = " ".join(element.itertext()).split()
    letters = [word for word in words if any(character.isalpha() for character in word)]
    return len(letters) > 3 or (bool(letters) and any(word[0].isdigit() for word in words))


def _count(element: HtmlElement) -> int:
    return sum(len(words.strip()) for words in element.itertext())


def _find_hiding_selectors(root: HtmlElement) -> frozenset[str]:
    """The classes and ids that a page's own style sheets hide on a screen, always.

    A rule for ".tab" counts unless another, as for ".tab.active", shows it again.
    """
    hiding: set[str] = set()
    showing: set[str] = set()
    sheets = "\n".join(style.text or "" for style in root.iter("style"))[:_LONGEST_STYLE]
    for selectors, rules in _read_rules(sheets):
        shown = {value.lower() for value in _DISPLAY.findall(rules)}
        hides = not shown.isdisjoint(_HIDING)
        for selector in selectors.split(",") if shown else ():
            simple = _SELECTOR.fullmatch(selector.strip())
            if hides and simple:
                hiding.add(simple[1])
            elif not hides:
                showing.update(_NAME.findall(selector))
    return frozenset(hiding - showing)


def _read_rules(sheets: str) -> Iterator[tuple[str, str]]:
    """The rules of style sheets: selectors and declarations; without those for print and phones."""
    depth, start = 0, 0
    selectors = ""
    for brace in re.finditer(r"[{}]", _COMMENT.sub("", sheets)):
        words = brace.string[start : brace.start()]
        start = brace.end()
        if brace[0] == "{":
            depth += 1
            selectors = words if depth == 1 else ""
        else:
            if depth == 1 and not selectors.lstrip().startswith("@"):
                yield selectors, words
            depth = max(0, depth - 1)
