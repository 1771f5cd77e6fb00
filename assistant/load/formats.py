"""One loader per format: those of text run here, the others in the worker process."""

from collections.abc import Callable, Iterable

from assistant.errors import LoadError
from assistant.load.csv import load_csv
from assistant.load.docx import load_docx
from assistant.load.encoding import decode, find_declared
from assistant.load.html import load_html
from assistant.load.jsonl import load_jsonl
from assistant.load.markdown import load_markdown
from assistant.load.pdf import load_pdf
from assistant.load.text import load_text
from assistant.load.xlsx import load_xlsx
from assistant.records import Document

# A loader takes the file's content and its path inside the corpus. It yields Documents, and
# LoadErrors for what it could not read: one bad line costs itself and nothing else.
Loader = Callable[[str, str], Iterable[Document | LoadError]]
WorkerLoader = Callable[[bytes, str], Iterable[Document | LoadError]]


def load_page(content: bytes, name: str) -> Iterable[Document | LoadError]:
    """An HTML page, by the encoding that it declares where it is not UTF-8."""
    return load_html(decode(content, name, declared=find_declared(content)).text, name)


LOADERS: dict[str, Loader] = {
    ".txt": load_text,
    ".md": load_markdown,
    ".csv": load_csv,
    ".tsv": load_csv,
    ".jsonl": load_jsonl,
}
WORKER_LOADERS: dict[str, WorkerLoader] = {
    ".html": load_page,
    ".htm": load_page,
    ".pdf": load_pdf,
    ".docx": load_docx,
    ".xlsx": load_xlsx,
}
# Documents without a loader, and what to save them as.
SAVE_AS = {
    ".doc": ".docx", ".odt": ".docx", ".rtf": ".docx", ".docm": ".docx",
    ".xls": ".xlsx", ".ods": ".xlsx", ".xlsm": ".xlsx", ".xlsb": ".xlsx",
    ".ppt": ".pdf", ".pptx": ".pdf", ".odp": ".pdf", ".epub": ".pdf",
}  # fmt: skip
