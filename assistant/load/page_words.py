"""Words of a page: their spaces, and what pictures, formulas, links and numbers say in words."""

import re

from lxml.html import HtmlElement

from assistant.load.superscripts import is_note_mark

HEADINGS = {f"h{level}": level for level in range(1, 7)}
BLOCKS = frozenset(
    "address article aside blockquote body caption center dd details dialog dir div dl dt fieldset "
    "figcaption figure footer form frameset header hgroup hr html iframe legend li listing main "
    "menu nav noframes ol optgroup p plaintext pre search section summary table tbody td text "
    "textarea tfoot th thead tr ul xmp h1 h2 h3 h4 h5 h6".split()
)
_BULLET = re.compile(r"^[·•▪◦●○■❖➢] ?(?=\S)", re.MULTILINE)
_BOX = re.compile(r"display\s*:\s*(?:block|flex|grid|table|list-item)", re.IGNORECASE)
_INVISIBLE = re.compile("[\x00-\x08\x0e-\x1f\x7f\u00ad\u200b\u2060\ufeff]")
_FILE = re.compile(r"\S+\.\w{2,4}|(?=[\w-]*?\d{3})[\w-]++")


def tidy(text: str, *, keep_spaces: bool = False) -> str:
    """Text without superfluous space and invisible characters; code keeps its lines as they are."""
    text = _INVISIBLE.sub("", text)
    if keep_spaces:
        lines = [line.rstrip() for line in text.replace("\xa0", " ").split("\n")]
    else:
        lines = [" ".join(line.split()) for line in text.split("\n")]
    joined = "\n".join(lines).strip("\n")
    if not keep_spaces:
        joined = _BULLET.sub("- ", joined)  # lists that are only drawn, as by Word
    return re.sub(r"\n{3,}", "\n\n", joined) if "\n\n\n" in joined else joined


def is_block(element: HtmlElement) -> bool:
    """Whether an element begins a line of its own."""
    return element.tag in BLOCKS or has_style(element, _BOX)


def has_style(element: HtmlElement, pattern: re.Pattern[str]) -> bool:
    """Whether a pattern is found in an element's own style."""
    style = element.get("style")
    return style is not None and pattern.search(style) is not None


def read_words(element: HtmlElement) -> str:
    """The text of an element as written in the markup."""
    return "".join(element.itertext()).strip()


def is_linked(element: HtmlElement, words: str) -> bool:
    """Whether a superscript is a link to another place of the page, which notes are."""
    parent = element.getparent()
    link = element if element.tag == "a" else element.find(".//a[@href]")
    if link is None and parent is not None and parent.tag == "a":
        link = parent if read_words(parent) == words.strip() else None
    return link is not None and "#" in link.get("href", "")


def is_mark_of_page(link: HtmlElement) -> bool:
    """Whether a link is only a sign, like ¶ behind headings and ↩ behind notes."""
    words = read_words(link)
    is_inside = link.get("role") == "doc-backlink" or link.get("href", "").startswith("#")
    return bool(words) and is_inside and not re.search(r"\w", words)


def is_note_link(link: HtmlElement, *, is_first: bool) -> bool:
    """Whether a link leads to a note, or from a note, whose mark it is, back to the text."""
    if link.find(".//sup") is not None:
        return False
    if link.get("role") == "doc-noteref" or link.get("epub:type") == "noteref":
        return True
    words = read_words(link)
    if not link.get("href", "").startswith("#") or not is_note_mark(words):
        return False
    # Word writes "1,250[1]", LibreOffice "1Counted in May" for the note itself.
    return words.startswith("[") or (is_first and bool((link.tail or "")[:1].strip()))


def read_start(element: HtmlElement) -> int:
    """The number of the first item of a list."""
    start = element.get("start", "")
    return int(start) if start.isdecimal() and len(start) < 9 else 1


def write_number(item: HtmlElement, number: int) -> str:
    """The number of an item, which a list may write as a letter."""
    parent = item.getparent()
    first = {"a": "a", "A": "A"}.get("" if parent is None else parent.get("type", ""))
    return chr(ord(first) + number - 1) if first and 0 < number <= 26 else str(number)


def describe_image(image: HtmlElement) -> str:
    """What an image says instead: a sign as it is, words in brackets, no name of a file."""
    words = " ".join(image.get("alt", "").split())
    figure = next(image.iterancestors("figure"), None)
    if _FILE.fullmatch(words) or (figure is not None and figure.find(".//figcaption") is not None):
        return ""
    return f" [Image: {words}] " if " " in words else words


def read_formula(math: HtmlElement) -> str:
    """A formula as its author wrote it, in TeX, else its signs in order."""
    for notation in [math.get("alttext"), *(note.text for note in math.iter("annotation"))]:
        if notation:
            return re.sub(r"^\{\\(?:display|text)style\s*+(.*)\}$", r"\1", notation.strip())
    for tag, sign in (("msup", "^"), ("msub", "_"), ("mfrac", "/")):
        for element in math.iter(tag):
            if len(element) == 2:
                element[1].text = sign + (element[1].text or "")
    return " ".join("".join(math.itertext()).split())
