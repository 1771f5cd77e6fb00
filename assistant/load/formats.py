"""The supported formats and their loaders.

To add a format, write a module with its loader (`csv.py` and `xlsx.py` are short examples), add a
line to one of the two tables below, and a test like tests/test_load_csv.py.
"""

from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

from assistant.errors import LoadError
from assistant.load.csv import load_csv
from assistant.load.docx import load_docx
from assistant.load.eml import load_eml
from assistant.load.epub import load_epub
from assistant.load.html import load_html
from assistant.load.jsonl import load_jsonl
from assistant.load.limits import check_text
from assistant.load.markdown import load_markdown
from assistant.load.ods import load_ods
from assistant.load.odt import load_odt
from assistant.load.pdf import load_pdf
from assistant.load.pptx import load_pptx
from assistant.load.text import load_text
from assistant.load.xlsx import load_xlsx
from assistant.records import Document

# A loader takes the content of a file and its path inside the corpus. It returns the Document, or
# Documents and LoadErrors for the parts of the file; it raises LoadError to refuse the whole file.
Items = Iterable[Document | LoadError]
Content = TypeVar("Content", str, bytes)
Loader = Callable[[str, str], Document | Items]
BinaryLoader = Callable[[bytes, str], Document | Items]

# Formats of plain text: the loader gets a decoded text that is not blank.
TEXT_LOADERS: dict[str, Loader] = {
    ".txt": load_text,
    ".text": load_text,
    ".log": load_text,
    ".rst": load_text,
    ".csv": load_csv,
    ".tsv": load_csv,
    ".jsonl": load_jsonl,
}
# Formats that libraries parse: the loader gets bytes, and runs in the worker process.
BINARY_LOADERS: dict[str, BinaryLoader] = {
    ".html": load_html,
    ".htm": load_html,
    ".xhtml": load_html,
    ".md": load_markdown,
    ".markdown": load_markdown,
    ".epub": load_epub,
    ".eml": load_eml,
    ".pdf": load_pdf,
    ".docx": load_docx,
    ".odt": load_odt,
    ".pptx": load_pptx,
    ".xlsx": load_xlsx,
    ".xlsm": load_xlsx,
    ".ods": load_ods,
}
# The libraries of all loaders: a new version of one makes the next build read all files again.
LIBRARIES = (
    "charset-normalizer", "lxml", "markdown-it-py", "mdit-py-plugins", "pypdfium2",
    "python-dateutil", "python-pptx", "pyyaml",
)  # fmt: skip
# Documents without a loader, and what to save them as.
SAVE_AS = {
    ".json": ".jsonl, with one object a line", ".xml": ".html",
    ".doc": ".docx", ".rtf": ".docx", ".docm": ".docx", ".ott": ".odt", ".fodt": ".odt",
    ".xls": ".xlsx", ".xlsb": ".xlsx",
    ".ppt": ".pptx", ".pptm": ".pptx", ".ppsx": ".pptx", ".odp": ".pptx",
    ".mobi": ".epub", ".azw3": ".epub", ".msg": ".eml", ".mht": ".html", ".mhtml": ".html",
}  # fmt: skip


PICTURES = frozenset(
    f".{ending}" for ending in "png jpg jpeg gif tif tiff bmp webp heic svg".split()
)


def run_loader(
    load: Callable[[Content, str], Document | Items], content: Content, name: str
) -> Iterator[Document | LoadError]:
    """The result of a loader, with a LoadError for what it or `check_text` refuses."""
    try:
        loaded = load(content, name)
        for item in [loaded] if isinstance(loaded, Document) else loaded:
            yield item if isinstance(item, LoadError) else _check(item, name)
    except LoadError as error:  # the loader stops here
        yield error


def _check(document: Document, name: str) -> Document | LoadError:
    try:
        check_text(document.text, name)
    except LoadError as error:
        return error
    return document
