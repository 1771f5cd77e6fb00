"""DOCX: mammoth makes a page of it, with its headings, and the page is laid out as others are."""

import io
from collections.abc import Iterable
from dataclasses import replace
from pathlib import PurePosixPath

from assistant.errors import LoadError
from assistant.load.html import load_html
from assistant.load.office import check_office
from assistant.records import Document

_STYLES = """
p[style-name='Title'] => h1:fresh
p[style-name='Subtitle'] => p:fresh
"""


def load_docx(content: bytes, name: str) -> Iterable[Document | LoadError]:
    """One document: the text with its headings, lists, tables and notes; pictures are left out."""
    properties = check_office(content, name)
    import mammoth  # 0.1 s, in the worker process alone

    page = mammoth.convert_to_html(
        io.BytesIO(content),
        style_map=_STYLES,
        convert_image=mammoth.images.img_element(lambda _: {}),
        external_file_access=False,
    ).value
    if not page.strip():
        return [LoadError(f"{name} holds no text", hint="remove it or put text in")]
    return [
        replace(
            item,
            title=properties.title or item.title or PurePosixPath(name).stem,
            published=properties.created,
        )
        if isinstance(item, Document)
        else item
        for item in load_html(page, name)
    ]
