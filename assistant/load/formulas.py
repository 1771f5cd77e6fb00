"""Formulas of Office (OMML) and of OpenDocument (MathML) in one line: x^2/b=4."""

from lxml import etree

MATH = "{http://schemas.openxmlformats.org/officeDocument/2006/math}"
MATHML = "{http://www.w3.org/1998/Math/MathML}"
# What is written before an element of OMML, and between the children of one of MathML.
_BEFORE = {f"{MATH}sup": "^", f"{MATH}den": "/"}
_BETWEEN = {f"{MATHML}msup": "^", f"{MATHML}mfrac": "/"}
_SKIPPED = (f"{MATHML}annotation",)  # the source of the formula
# What is around an element of OMML, unless its properties have another sign.
_AROUND = {
    f"{MATH}d": (("begChr", "("), ("endChr", ")")),
    f"{MATH}nary": (("chr", "∫"), ("", "")),
    f"{MATH}rad": (("", "√("), ("", ")")),
}


def read_formula(formula: etree._Element) -> str:
    """The text of a formula, with a/b for a fraction and a^2 for a power."""
    if len(formula) == 0:
        return (formula.text or "").strip()
    written = ""
    for child in formula:
        words = "" if child.tag in _SKIPPED else read_formula(child)
        sign = _BEFORE.get(child.tag) or (_BETWEEN.get(formula.tag) if written else None)
        written += f"{sign or ''}{words}" if words else ""
    if formula.tag not in _AROUND:
        return written
    before, after = (_find_sign(formula, *sign) for sign in _AROUND[formula.tag])
    return f"{before}{written}{after}"


def _find_sign(element: etree._Element, name: str, usual: str) -> str:
    """A sign that the properties of an element of OMML may name."""
    found = element.find(f"{element.tag}Pr/{MATH}{name}") if name else None
    return usual if found is None else found.get(f"{MATH}val", "")
