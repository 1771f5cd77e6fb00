"""Formulas of Office (OMML) and of OpenDocument (MathML) in one line: x^2/b=4."""

from lxml import etree

MATH = "{http://schemas.openxmlformats.org/officeDocument/2006/math}"
MATHML = "{http://www.w3.org/1998/Math/MathML}"
# What is written before an element of OMML, and between the children of one of MathML.
_BEFORE = {f"{MATH}sup": "^", f"{MATH}den": "/"}
_BETWEEN = {f"{MATHML}msup": "^", f"{MATHML}mfrac": "/"}
_SKIPPED = (f"{MATHML}annotation",)  # the source of the formula


def read_formula(formula: etree._Element) -> str:
    """The text of a formula, with a/b for a fraction and a^2 for a power."""
    if len(formula) == 0:
        return (formula.text or "").strip()
    written = ""
    for child in formula:
        words = "" if child.tag in _SKIPPED else read_formula(child)
        sign = _BEFORE.get(child.tag) or (_BETWEEN.get(formula.tag) if written else None)
        written += f"{sign or ''}{words}" if words else ""
    return written
