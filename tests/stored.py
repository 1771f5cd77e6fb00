"""Index folders that are loaded into a store in Milvus."""

from pathlib import Path

from assistant.build import build_index
from assistant.build.storing import update_store
from assistant.index.milvus import open_milvus
from assistant.index.milvus.store import MilvusStore
from tests.generations import build
from tests.milvus import Server, make_settings


class Place:
    """An index folder, and a store of its own."""

    def __init__(self, folder: Path, server: Server) -> None:
        self.folder, self.server = folder, server
        self.index = folder / "indexes" / "default"
        self.settings = make_settings(folder / "indexes", server.name_store())
        self.store: MilvusStore = open_milvus(self.settings)

    def load(self, text: str) -> str:
        """Build and load the index of a text; the generation in the store."""
        build(self.index, text)
        report = update_store(self.settings)
        assert report is not None
        assert report.manifest is not None
        return report.manifest.generation

    def read(self) -> str:
        """The price in the document of the generation in use."""
        generation = self.store.open()
        return generation.catalog.document("a.txt").text.partition(" Xiaomi")[0]

    def list_states(self) -> list[str]:
        return [stored.state for stored in self.store.names.list_all()]


def load_corpus(place: Place, **files: str) -> None:
    corpus = place.folder / "corpus"
    corpus.mkdir(exist_ok=True)
    for path in corpus.iterdir():
        path.unlink()
    for name, text in files.items():
        (corpus / f"{name}.txt").write_text(text)
    build_index(corpus, place.index, embedder="fake")
    update_store(place.settings)
