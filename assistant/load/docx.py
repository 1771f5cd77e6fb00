"""DOCX: mammoth turns it into a page of HTML, which is loaded like other pages."""

import io
from dataclasses import replace

from assistant.errors import LoadError
from assistant.load.html import load_page
from assistant.load.office import check_office
from assistant.records import Document

_STYLES = """
p[style-name='Title'] => h1:fresh
p[style-name='Subtitle'] => p:fresh
"""


def load_docx(content: bytes, name: str) -> Document:
    """One document: the text with its headings, lists, tables and notes; pictures are left out."""
    title, created = check_office(content, name)
    import mammoth  # 0.1 s, in the worker process only

    page = mammoth.convert_to_html(
        io.BytesIO(content),
        style_map=_STYLES,
        convert_image=mammoth.images.img_element(lambda _: {}),
        external_file_access=False,
    ).value
    if not page.strip():
        raise LoadError(f"{name} has no text", hint="remove it or put text in")
    document = load_page(page, name)
    return replace(document, title=title or document.title, published=created)
