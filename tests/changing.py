"""Sites whose documents can be changed; their indexes are built with the fake models."""

from pathlib import Path

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from assistant.api.rebuilding import Rebuilding, take_snapshot
from assistant.build import build_index
from assistant.errors import AssistantError, NoDocumentError
from assistant.index.publish import withdraw
from assistant.pages.app import create_app
from assistant.settings import Settings
from tests.conftest import LOCAL

TOKEN = "a-token-to-write-with"
WITH_TOKEN = {"X-Write-Token": TOKEN}
FERRY = "The ferry to Sorrel costs 12 euros."
BELL = "The tide bell of Sorrel pier was cast in 1911."


def build_here(rebuilding: Rebuilding) -> str:
    """Stands in for the process that builds the index."""
    settings = rebuilding._settings
    rebuilding._seen = take_snapshot(settings.corpus)
    folder = settings.indexes / settings.index
    try:
        build_index(settings.corpus, folder, embedder="fake")
    except NoDocumentError:
        withdraw(folder)
    except AssistantError as error:
        return str(error)
    return ""


def make_site(folder: Path, patch: pytest.MonkeyPatch, **settings: object) -> FastAPI:
    """An app over a corpus of two files, of which `ferry.txt` is in the index."""
    patch.setattr(Rebuilding, "_build", build_here)
    corpus = folder / "corpus"
    corpus.mkdir()
    (corpus / "ferry.txt").write_text(FERRY)
    build_index(corpus, folder / "indexes" / "default", embedder="fake")
    given: dict[str, object] = {
        "corpus": corpus, "indexes": folder / "indexes", "write_token": TOKEN, **settings
    }  # fmt: skip
    return create_app(settings=Settings.model_validate(given))


def client_of(app: FastAPI) -> TestClient:
    return TestClient(app, base_url=LOCAL)


def wait_for_build(client: TestClient) -> None:
    """Return when every build that was asked for has ended."""
    while client.get("/api/v1/corpus").json()["state"] in ("waiting", "building"):
        pass
