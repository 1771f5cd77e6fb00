"""The text of a paragraph of a DOCX file as it is shown: runs, fields, marks of notes."""

from collections.abc import Callable
from typing import Protocol

from lxml import etree

from assistant.load.docx.fields import Fields
from assistant.load.docx.styles import Style, W, get_value, is_on
from assistant.load.docx.symbols import read_symbol
from assistant.load.formulas import MATH, read_formula
from assistant.load.superscripts import join_pieces

MC = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
# What surrounds runs. Deletions (w:del, w:moveFrom) are not among them.
WRAPPERS = frozenset(
    f"{W}{name}"
    for name in (
        "ins moveTo hyperlink smartTag sdt sdtContent customXml dir bdo ruby rubyBase"
    ).split()
) | {f"{MC}Choice"}
_SIGNS = {
    f"{W}tab": "\t", f"{W}ptab": "\t", f"{W}cr": "\n", f"{W}noBreakHyphen": "-",
}  # fmt: skip


class Context(Protocol):
    """What a paragraph refers to."""

    hidden: int
    page_mark: str  # what stands for a page number

    @property
    def find_style(self) -> Callable[[str], Style]: ...
    def add_note(self, reference: etree._Element) -> tuple[str, str]:
        """The mark of the note that is referred to, "" if it has one of its own; and its text."""


class TextReader:
    """Reads one paragraph. `drawings` are the drawings and objects in it, `notes` its notes."""

    def __init__(self, context: Context, *, is_hidden: bool) -> None:
        self.drawings: list[etree._Element] = []
        self.notes: list[str] = []
        self._context = context
        self._is_hidden = is_hidden
        self._has_hidden = False
        self._pieces: list[tuple[str, bool]] = []  # text, and whether it is raised
        self._fields = Fields()
        self._is_muted = self._is_raised = False

    def read(self, paragraph: etree._Element) -> str:
        """The text; each paragraph of which something is hidden is counted."""
        self._read_children(paragraph)
        self._context.hidden += self._has_hidden
        return join_pieces(self._pieces)

    def _read_children(self, parent: etree._Element) -> None:
        for child in parent:
            tag = child.tag
            if tag == f"{W}r":
                self._read_run(child)
            elif tag in WRAPPERS:
                self._read_children(child)
            elif tag == f"{W}t":
                self._add(child.text or "")
            elif tag in _SIGNS:
                self._add(_SIGNS[tag])
            elif tag in _READERS:
                _READERS[tag](self, child)

    def _read_run(self, run: etree._Element) -> None:
        properties = run.find(f"{W}rPr")
        self._is_muted = self._is_hidden
        self._is_raised = False
        if properties is not None:
            hidden = is_on(properties, "vanish")
            style = get_value(properties, "rStyle")
            if hidden is None and style:
                hidden = self._context.find_style(style).is_hidden or None
            self._is_muted = self._is_hidden if hidden is None else hidden
            self._is_raised = get_value(properties, "vertAlign") == "superscript"
        self._read_children(run)
        self._is_muted, self._is_raised = self._is_hidden, False

    def _add(self, words: str) -> None:
        """Add words that are shown: not hidden, and no code of a field."""
        if not self._fields.show_text:
            return
        if self._is_muted:
            self._has_hidden = self._has_hidden or bool(words.strip())
        elif words:
            self._pieces.append((words, self._is_raised))

    def _read_simple_field(self, field: etree._Element) -> None:
        self._fields.begin(field.get(f"{W}instr", ""))
        self._fields.begin_result()
        self._read_children(field)
        self._end_field()

    def _read_field_character(self, character: etree._Element) -> None:
        kind = character.get(f"{W}fldCharType")
        if kind == "begin":
            self._fields.begin()
        elif kind == "separate":
            self._fields.begin_result()
        elif kind == "end":
            self._end_field()

    def _read_code(self, code: etree._Element) -> None:
        self._fields.add_code(code.text or "")

    def _end_field(self) -> None:
        if self._fields.end_is_page():
            self._add(self._context.page_mark)

    def _read_note_mark(self, reference: etree._Element) -> None:
        if self._is_muted:
            return
        mark, words = self._context.add_note(reference)
        if mark:
            self._pieces.append((f" [{mark}]", False))
        self.notes.append(words)

    def _read_symbol(self, symbol: etree._Element) -> None:
        self._add(read_symbol(symbol.get(f"{W}font", ""), symbol.get(f"{W}char", "")))

    def _read_break(self, element: etree._Element) -> None:
        self._add("\n" if element.get(f"{W}type", "textWrapping") == "textWrapping" else "\n\n")

    def _read_alternatives(self, alternatives: etree._Element) -> None:
        """The first alternative is for newer programs; the others have the same content."""
        for choice in alternatives[:1]:
            self._read_children(choice)

    def _read_math(self, formula: etree._Element) -> None:
        self._add(read_formula(formula))

    def _keep_drawing(self, drawing: etree._Element) -> None:
        if not self._is_muted:
            self.drawings.append(drawing)


_READERS: dict[str, Callable[[TextReader, etree._Element], None]] = {
    f"{W}fldSimple": TextReader._read_simple_field,
    f"{W}fldChar": TextReader._read_field_character,
    f"{W}instrText": TextReader._read_code,
    f"{W}footnoteReference": TextReader._read_note_mark,
    f"{W}endnoteReference": TextReader._read_note_mark,
    f"{W}sym": TextReader._read_symbol,
    f"{W}br": TextReader._read_break,
    f"{MC}AlternateContent": TextReader._read_alternatives,
    f"{MATH}oMath": TextReader._read_math,
    f"{MATH}oMathPara": TextReader._read_math,
    f"{W}drawing": TextReader._keep_drawing,
    f"{W}pict": TextReader._keep_drawing,
    f"{W}object": TextReader._keep_drawing,
}
