"""What was filled into the fields of a form, or written on a page, becomes text of the page.

pdfium keeps it apart from the page; flattening draws it there.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pypdfium2 import PdfDocument, PdfPage

MOST_ANNOTATIONS = 5000  # of a page are looked at


def open_pages(pdf: "PdfDocument") -> Iterator["PdfPage"]:
    """The pages of a PDF, one after the other, with what was written on them."""
    from pypdfium2 import raw

    for number in range(len(pdf)):
        page = pdf[number]
        if _has_text(page):
            raw.FPDFPage_Flatten(page, raw.FLAT_NORMALDISPLAY)
            page.close()
            page = pdf[number]  # else pdfium reads the page as it was
        yield page


def _has_text(page: "PdfPage") -> bool:
    """Whether a page has fields, text boxes or stamps; links and comments are no text of it."""
    from pypdfium2 import raw

    kinds = (raw.FPDF_ANNOT_WIDGET, raw.FPDF_ANNOT_FREETEXT, raw.FPDF_ANNOT_STAMP)
    for number in range(min(raw.FPDFPage_GetAnnotCount(page), MOST_ANNOTATIONS)):
        annotation = raw.FPDFPage_GetAnnot(page, number)
        kind = raw.FPDFAnnot_GetSubtype(annotation)
        raw.FPDFPage_CloseAnnot(annotation)
        if kind in kinds:
            return True
    return False
