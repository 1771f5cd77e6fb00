"""The store on the local disk: FAISS, tantivy and SQLite."""

from pathlib import Path

from assistant.errors import IndexAbsentError
from assistant.index.generation import Generation
from assistant.index.integrity import read_pointer
from assistant.index.manifest import Manifest
from assistant.index.publish import publish


class LocalStore:
    """The generations in an index folder."""

    def __init__(self, index: Path) -> None:
        self.name = index.name
        self.folder = index

    def find_in_use(self) -> str | None:
        try:
            return read_pointer(self.folder).generation
        except IndexAbsentError:
            return None

    def open(self) -> Generation:
        """The generation before it is opened instead if the one in use is damaged."""
        return Generation.open(self.folder)

    def publish(self, folder: Path, manifest: Manifest) -> Manifest:
        """`folder` is that of `building`."""
        return publish(folder, manifest)
