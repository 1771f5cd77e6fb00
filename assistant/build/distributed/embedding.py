"""Workers embed texts, with one model each."""

from typing import TYPE_CHECKING

from assistant.embed import open_embedder
from assistant.errors import AssistantError

if TYPE_CHECKING:
    import pyarrow


class EmbedTexts:
    """Embeds tables of `key` and `text` into `key` and `vector`, on a GPU if Ray has given one.

    A machine that lacks the model, or has it with other weights, answers with the column `fault`.
    """

    def __init__(self, name: str, sha256: str) -> None:
        import ray

        self._fault = ""
        try:
            self._model = open_embedder(name, device="cuda" if ray.get_gpu_ids() else "cpu")
            if self._model.sha256 != sha256:
                self._fault = f"embedder {name} has other weights on a machine of the cluster\n"
                self._fault += "give every machine the same model, or share its folder"
        except AssistantError as error:
            self._fault = f"on a machine of the cluster: {error.message}\n{error.hint}"

    def __call__(self, table: "pyarrow.Table") -> "pyarrow.Table":
        import pyarrow

        if self._fault:
            return pyarrow.table({"fault": [self._fault]})
        vectors = self._model.embed(table["text"].to_pylist())
        flat = pyarrow.array(vectors.reshape(-1))
        rows = pyarrow.FixedSizeListArray.from_arrays(flat, self._model.dimension)
        return pyarrow.table({"key": table["key"], "vector": rows})
