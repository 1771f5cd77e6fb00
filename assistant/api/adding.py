"""The JSON endpoints that add, replace and delete documents, and say how far the index is."""

from collections.abc import AsyncIterator
from typing import Annotated, Any, Literal, TypeAlias

from anyio import CapacityLimiter
from anyio.to_thread import run_sync
from fastapi import APIRouter, Header, Request
from pydantic import Field

from assistant.api.contents import NoticeBody
from assistant.api.rebuilding import Rebuilding
from assistant.api.reloading import CurrentAssistant
from assistant.api.schema import Body, ErrorBody
from assistant.errors import (
    FileChangedError,
    FileTakenError,
    IndexAbsentError,
    IndexDamagedError,
    IndexMismatchError,
)
from assistant.index.progress import read_progress
from assistant.load.limits import MIB
from assistant.load.naming import check_name
from assistant.load.storing import (
    check_place,
    delete_file,
    find_file,
    hash_file,
    put_in_place,
    receive_file,
)
from assistant.load.trial import try_file
from assistant.settings import Settings

IfMatch: TypeAlias = Annotated[str | None, Header(description="SHA-256 of the file, in quotes")]
MOST_TRIALS = 2  # files read at a time: each takes two processes, and the memory they may have
_PIECE = MIB  # bytes written at once
_REFUSED: dict[int | str, dict[str, Any]] = {
    status: {"model": ErrorBody, "description": words}
    for status, words in (
        (401, "The write token is missing or wrong"),
        (403, "The server adds no documents, or a page of another site sent the request"),
        (409, "Another file has the name; its SHA-256 is the ETag"),
        (412, "The file is not the one that If-Match names"),
        (413, "The file is too large"),
        (415, "Its format is not read"),
        (422, "Its name is not allowed, or nothing of it can be read"),
    )
}


class AddedBody(Body):
    """A file that was added to the corpus. It is asked as soon as its build is finished."""

    name: str
    sha256: str
    bytes: int
    replaced: bool
    documents: int = Field(description="how many documents it has")
    notices: list[NoticeBody]
    unread: list[str] = Field(description="what was not read of the file, and why")
    build: int = Field(description="compare with `finished` of /api/v1/corpus")


class DeletedBody(Body):
    """A file that was deleted. It answers until its build is finished."""

    name: str
    documents: list[str] = Field(description="ids of the documents that it had in the index")
    build: int


class StepBody(Body):
    """What a build is doing; `total` is 0 for a step that is not counted."""

    name: str
    done: int
    total: int


class CorpusBody(Body):
    """Whether documents can be added, and how far the index is."""

    writing: bool = Field(description="whether there is a write token")
    watching: bool
    largest_file: int = Field(description="bytes")
    most_files: int
    state: Literal["ready", "waiting", "building", "failed"]
    requested: int = Field(description="number of the last build that was asked for")
    finished: int = Field(description="number of the last one that has ended")
    problem: str = Field(description="why that one failed; the index before it answers")
    step: StepBody | None = Field(description="of a build that runs, also of another process")


class Corpus:
    """The corpus folder of a server, as requests may change it."""

    def __init__(
        self, settings: Settings, current: CurrentAssistant, rebuilding: Rebuilding
    ) -> None:
        self.settings, self.current, self.rebuilding = settings, current, rebuilding
        self.folder = settings.corpus
        self._trials = CapacityLimiter(MOST_TRIALS)

    async def add(
        self, given: str, pieces: AsyncIterator[bytes], *, replaces: str | None = None
    ) -> AddedBody:
        """Store a file that arrives in pieces, if it can be read at least partly."""
        name = await run_sync(self.check, given, replaces)
        most_bytes = self.settings.largest_file * MIB
        with receive_file(self.folder, name, most_bytes=most_bytes) as arriving:
            piece = bytearray()
            async for more in pieces:
                piece += more
                if len(piece) >= _PIECE:
                    await run_sync(arriving.write, bytes(piece))
                    piece.clear()
            await run_sync(arriving.write, bytes(piece))

            def keep() -> AddedBody:
                arriving.finish()
                trial = try_file(arriving.path, name, ocr=self.settings.ocr)
                most_files = self.settings.most_files
                put_in_place(self.folder, name, arriving, replaces=replaces, most_files=most_files)
                return AddedBody(
                    name=name,
                    sha256=arriving.digest,
                    bytes=arriving.size,
                    replaced=replaces is not None,
                    documents=trial.documents,
                    notices=[NoticeBody.of(notice) for notice in trial.notices],
                    unread=[*trial.refused, *(str(n) for n in trial.notices if n.is_unread)],
                    build=self.rebuilding.request(),
                )

            return await run_sync(keep, limiter=self._trials)

    def check(self, given: str, replaces: str | None = None) -> str:
        """The name that a file is stored under. Raises UploadError if it can't be added."""
        name = check_name(given)
        most_files = self.settings.most_files
        check_place(self.folder, name, replaces=replaces, most_files=most_files)
        return name

    def find(self, document_id: str) -> tuple[str, str, list[str]]:
        """The file of a document, or of a name: its path, SHA-256, and its documents' ids.

        The SHA-256 is that of the file as it was indexed, where that is known. Raises
        FileUnknownError.
        """
        try:
            catalog = self.current().generation.catalog
        except (IndexAbsentError, IndexDamagedError, IndexMismatchError):
            name = find_file(self.folder, document_id)
            return name, hash_file(self.folder, name), []
        indexed = catalog.file_of(document_id) or catalog.find_source(document_id)
        name = find_file(self.folder, indexed[0] if indexed else document_id)
        digest = indexed[1] if indexed else hash_file(self.folder, name)
        return name, digest, catalog.documents_in(name)

    def delete(self, document_id: str, digest: str | None) -> DeletedBody:
        """Delete the file of a document, if it has this SHA-256."""
        name, known, documents = self.find(document_id)
        if digest is None:
            raise FileTakenError(
                f"it is not said which version of {name} to delete",
                hint="send its SHA-256, the ETag of this response, as If-Match",
                digest=known,
            )
        delete_file(self.folder, name, digest=digest)
        return DeletedBody(name=name, documents=documents, build=self.rebuilding.request())

    def describe(self) -> CorpusBody:
        state = self.rebuilding.state
        progress = read_progress(self.current.index)
        step = progress and StepBody(name=progress.step, done=progress.done, total=progress.total)
        return CorpusBody(
            writing=self.settings.write_token is not None,
            watching=self.settings.watch,
            largest_file=self.settings.largest_file * MIB,
            most_files=self.settings.most_files,
            state=state.state,
            requested=state.requested,
            finished=state.finished,
            problem=state.problem,
            step=step,
        )


def read_digest(if_match: str | None) -> str | None:
    """The SHA-256 of an If-Match header: `"9f86d0..."`. Raises FileChangedError for another."""
    if if_match is None:
        return None
    digest = if_match.strip().removeprefix("W/").strip('"').lower()
    if len(digest) != 64 or not set(digest) <= set("0123456789abcdef"):
        raise FileChangedError(
            "If-Match is not a SHA-256", hint='write it as 64 digits in quotes: "9f86d0..."'
        )
    return digest


def create_adding(corpus: Corpus) -> APIRouter:
    api = APIRouter(prefix="/api/v1")

    @api.get("/corpus", summary="See how far the index is")
    def get_corpus() -> CorpusBody:
        """Whether documents can be added, and the build that follows when they are."""
        return corpus.describe()

    @api.put(
        "/documents/{name:path}", status_code=201, summary="Add a document",
        responses=_REFUSED,
        openapi_extra={"requestBody": {"content": {"application/octet-stream": {}}}},
    )  # fmt: skip
    async def put_document(request: Request, name: str, if_match: IfMatch = None) -> AddedBody:
        """The body is the file. One of its name is replaced only with its SHA-256 as If-Match."""
        return await corpus.add(name, request.stream(), replaces=read_digest(if_match))

    @api.delete(
        "/documents/{document_id:path}", status_code=202, summary="Delete a document",
        responses={s: _REFUSED[s] for s in (401, 403, 409, 412)},
    )  # fmt: skip
    def delete_document(document_id: str, if_match: IfMatch = None) -> DeletedBody:
        """Deletes the file of the document, with all its documents."""
        return corpus.delete(document_id, read_digest(if_match))

    return api
