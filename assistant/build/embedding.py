"""The vectors of a build: known ones are laid out, the texts that are new are embedded."""

from collections.abc import Sequence

import numpy as np

from assistant.build.earlier import Earlier
from assistant.build.order import Order
from assistant.build.plan import Plan
from assistant.build.vectors import (
    SMALL,
    Layer,
    PassageEmbedder,
    Stretch,
    fill,
    lay_out,
    list_missing,
)
from assistant.embed import Vectors
from assistant.embed.model import ModelEmbedder
from assistant.embed.twin import TwinEmbedder
from assistant.errors import IndexMismatchError
from assistant.split import Splitter


def choose_model(order: Order, earlier: Earlier | None) -> PassageEmbedder:
    """The question encoder of the generation before, which is there at once; else the model."""
    return ModelEmbedder(order.embedder) if earlier is None else TwinEmbedder(earlier.folder)


def embed_plan(
    order: Order, plan: Plan, splitter: Splitter, model: PassageEmbedder, earlier: Earlier | None
) -> tuple[list[Layer], int]:
    """The vectors of all passages and, where they are wanted, of all sentences.

    Also how many texts were embedded. Raises IndexMismatchError where the embedder's weights are
    not those that the generation before was built with.
    """
    layers = _lay_out(order, plan, splitter, model.dimension, earlier)
    missing = list_missing(layers)
    if earlier is not None and len(missing) > SMALL:
        model = ModelEmbedder(order.embedder)
        if model.sha256 != earlier.manifest.embedder_sha256:
            raise IndexMismatchError(
                f"embedder {order.embedder} has other weights than {earlier.folder} was built with",
                hint="run `assistant index --rebuild`",
            )
    fill(layers, missing, _embed(order, missing, model))
    return layers, len(missing)


def _lay_out(
    order: Order, plan: Plan, splitter: Splitter, dimension: int, earlier: Earlier | None
) -> list[Layer]:
    """The vectors of passages and, where they are wanted, of sentences, as far as is known."""
    taken = [(block, block.before) for block in plan.blocks if block.before is not None]
    stretches = [Stretch(b.first_passage, old.first_passage, b.passages) for b, old in taken]
    texts = [splitter.embedded_text(passage) for passage in plan.fresh]
    before = None if earlier is None else earlier.passages
    layers = [lay_out(stretches, texts, dimension, np.float32, before)]
    if order.with_sentences:
        stretches = [Stretch(b.first_sentence, old.first_sentence, b.sentences) for b, old in taken]
        texts = [p.document.text[start:end] for p in plan.fresh for start, end in p.sentences]
        before = None if earlier is None else earlier.sentences
        layers.append(lay_out(stretches, texts, dimension, np.float16, before))
    return layers


def _embed(order: Order, texts: Sequence[str], model: PassageEmbedder) -> Vectors:
    if not texts:
        return np.empty((0, model.dimension), dtype=np.float32)
    with order.show(len(texts), "embedding", "text") as bar:
        return model.embed(texts, progress=bar.update)
