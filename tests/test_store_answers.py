"""Answers from Milvus are those of the local disk, with the real embedder."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from assistant.answer import Assistant
from assistant.api.rendering import render_answer
from assistant.index.generation import Generation
from assistant.index.store import open_store
from assistant.questions.index_questions import read_index_questions
from assistant.settings import Settings
from tests.conftest import QUESTIONS
from tests.milvus import Server
from tests.reading import TermsReader

DAY = date(2025, 9, 9)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    running = Server(tmp_path_factory.mktemp("lite") / "milvus.db")
    yield running
    running.kill()


def test_the_questions_of_the_article_get_the_same_answers(
    article_index: Path, server: Server, tmp_path: Path
) -> None:
    local = Generation.open(article_index)
    store = open_store(Settings(indexes=tmp_path, store=server.name_store()))
    store.publish(local.folder, local.manifest)
    stored = store.open()
    reader = TermsReader()
    here, there = (Assistant.of(g, reader, Settings()) for g in (local, stored))
    asked = [question.question for question in read_index_questions(QUESTIONS)][:60]
    assert len(asked) > 20
    for question in asked:
        expected, found = (
            render_answer(assistant.ask(question, as_of=DAY)).model_dump(
                exclude={"timing_ms", "index"}
            )
            for assistant in (here, there)
        )
        shown, rounded = found.pop("passages"), expected.pop("passages")
        assert found == expected, question
        assert [p["passage_id"] for p in shown] == [p["passage_id"] for p in rounded]
        # Two sums of the same products in another order may be rounded to neighbours.
        scores = pytest.approx([p["score"] for p in rounded], abs=2e-4)
        assert [p["score"] for p in shown] == scores
    stored.close()
