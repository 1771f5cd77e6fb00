"""The fields of a DOCX file: a code, such as PAGE, and the result that is shown for it."""

from dataclasses import dataclass

_PAGES = ("PAGE", "NUMPAGES", "SECTIONPAGES")


@dataclass(slots=True)
class _Field:
    code: str = ""
    has_result: bool = False

    @property
    def is_page(self) -> bool:
        return self.code.split()[:1] in ([page] for page in _PAGES)


class Fields:
    """The fields of a paragraph that have begun and not ended, inside each other."""

    def __init__(self) -> None:
        self._open: list[_Field] = []

    @property
    def show_text(self) -> bool:
        """Whether text is shown here: it is no code, and no page number."""
        return all(field.has_result and not field.is_page for field in self._open)

    def begin(self, code: str = "") -> None:
        self._open.append(_Field(code))

    def add_code(self, code: str) -> None:
        if self._open:
            self._open[-1].code += code

    def begin_result(self) -> None:
        if self._open:
            self._open[-1].has_result = True

    def end_is_page(self) -> bool:
        """End a field, and say whether its result is a page number."""
        return bool(self._open) and self._open.pop().is_page
