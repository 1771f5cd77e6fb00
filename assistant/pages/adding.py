"""Adding and deleting documents on the pages: the question before a deletion, and what became of
files that a form sent.
"""

from dataclasses import dataclass
from http import HTTPStatus

from anyio.to_thread import run_sync
from fastapi import APIRouter, Request
from starlette.responses import Response

from assistant.api.adding import AddedBody, Corpus, DeletedBody, read_digest
from assistant.api.rendering import delete_href
from assistant.api.writing import FORM_FILES, check_write
from assistant.errors import (
    AssistantError,
    FileTakenError,
    ForeignSiteError,
    UploadError,
    WriteError,
    WriteTokenError,
)
from assistant.pages.errors import STATUSES
from assistant.pages.forms import FormPart, read_fields, read_parts
from assistant.pages.starting import describe_adding
from assistant.pages.templates import render_page

SHOWN_DOCUMENTS = 20


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a file that was sent."""

    name: str
    added: AddedBody | None = None
    error: AssistantError | None = None


def create_adding_pages(corpus: Corpus) -> APIRouter:
    pages = APIRouter(include_in_schema=False)

    @pages.post("/documents")
    async def post_documents(request: Request) -> Response:
        outcomes: list[Outcome] = []
        problem: AssistantError | None = None
        try:
            await _add_files(request, corpus, outcomes)
        except (UploadError, WriteTokenError) as error:
            problem = error
        page = {**describe_adding(corpus), "outcomes": outcomes, "problem": problem}
        status = HTTPStatus.OK if problem is None else STATUSES[type(problem)]
        return render_page(request, "added.html", page, status)

    @pages.get("/delete/{document_id:path}")
    def ask_to_delete(request: Request, document_id: str) -> Response:
        return _ask_to_delete(request, corpus, document_id)

    @pages.post("/delete/{document_id:path}")
    async def delete_document(request: Request, document_id: str) -> Response:
        fields = await read_fields(request)

        def delete() -> DeletedBody:
            check_write(request, corpus.settings, fields.get("token", ""))
            return corpus.delete(document_id, read_digest(fields.get("digest", "")))

        try:
            deleted = await run_sync(delete)
        except WriteTokenError as error:
            return await run_sync(_ask_to_delete, request, corpus, document_id, error)
        page = {**describe_adding(corpus), "deleted": deleted}
        return render_page(request, "deleted.html", page)

    return pages


def _ask_to_delete(
    request: Request, corpus: Corpus, document_id: str, problem: AssistantError | None = None
) -> Response:
    if corpus.settings.write_token is None:
        check_write(request, corpus.settings)  # says why
    name, digest, documents = corpus.find(document_id)
    page: dict[str, object] = {
        "document_id": document_id,
        "name": name,
        "digest": digest,
        "documents": documents or [document_id],
        "shown": SHOWN_DOCUMENTS,
        "action": delete_href(document_id),
        "problem": problem,
    }
    status = HTTPStatus.OK if problem is None else STATUSES[type(problem)]
    return render_page(request, "delete.html", page, status)


async def _add_files(request: Request, corpus: Corpus, outcomes: list[Outcome]) -> None:
    """Add the files of a form whose first field is the token."""
    is_checked = replaces = False
    async for part in read_parts(request):
        if part.name == "token":
            check_write(request, corpus.settings, await part.read())
            is_checked = True
        elif not is_checked:
            check_write(request, corpus.settings, "")
        elif part.name == "replace":
            replaces = True
        elif part.file:
            outcomes.append(await _add_file(part, part.file, corpus, len(outcomes), replaces))


async def _add_file(
    part: FormPart, name: str, corpus: Corpus, before: int, replaces: bool
) -> Outcome:
    """What became of a file, of which the form has so many before it."""
    try:
        if before >= FORM_FILES:
            raise UploadError(
                f"the form has more than {FORM_FILES} files", hint="send it with the next ones"
            )
        digest = await run_sync(_find_taken, corpus, name) if replaces else None
        return Outcome(name, await corpus.add(name, part.pieces(), replaces=digest))
    except (WriteError, ForeignSiteError):
        raise
    except AssistantError as error:
        return Outcome(name, error=error)


def _find_taken(corpus: Corpus, name: str) -> str | None:
    """The SHA-256 of the file that has a name; None if none has."""
    try:
        corpus.check(name)
    except FileTakenError as error:
        return error.digest or None
    return None
