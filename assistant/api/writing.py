"""Which requests may add and delete documents: those that carry the write token and were not sent
by a page of another site.
"""

import secrets

from fastapi import Request

from assistant.api.origin import is_foreign
from assistant.errors import ForeignSiteError, WriteError, WriteTokenError
from assistant.load.limits import MIB
from assistant.settings import Settings
from assistant.words import LANGUAGES

HEADER = "X-Write-Token"
FILES = "/api/v1/documents/"  # followed by the name of a file
# Where a form without a script sends files.
FORMS = frozenset(["/documents", *(f"/{language}/documents" for language in LANGUAGES)])
FORM_FILES = 20  # of one form


def check_write(request: Request, settings: Settings, given: str | None = None) -> None:
    """Raise WriteError or ForeignSiteError unless a request may write.

    `given` is the token of a form. Without one the header X-Write-Token counts, or Authorization
    where no other token is set.
    """
    if settings.write_token is None:
        raise WriteError(
            "this server adds and deletes no documents",
            hint="set ASSISTANT_WRITE_TOKEN (16 characters or more) and start it again, or change "
            "the corpus folder and run `assistant index`",
        )
    if is_foreign(request):
        raise ForeignSiteError(
            "a page of another site can't add or delete documents",
            hint="use the page of documents of this server",
        )
    sent = given if given is not None else _read_token(request, settings)
    if not sent:
        raise WriteTokenError(
            "adding and deleting documents takes the write token", hint=f"send it as {HEADER}"
        )
    if not secrets.compare_digest(sent.encode(), settings.write_token.encode()):
        raise WriteTokenError(
            "this is not the write token", hint="it is the server's ASSISTANT_WRITE_TOKEN"
        )


def find_limit(request: Request, settings: Settings, *, usual: int) -> int:
    """How many bytes the body of a request may have: more than `usual` for a file.

    Raises WriteError or ForeignSiteError, before any of the body is read, for one that may not be
    sent. A form has the token in its body: who reads it checks that it comes first.
    """
    path: str = request.scope["path"]  # what routes match: the URL is made with the Host header too
    largest = settings.largest_file * MIB
    if request.method == "POST" and path in FORMS and settings.write_token is not None:
        return usual if is_foreign(request) else FORM_FILES * largest + usual
    if request.method in ("PUT", "DELETE") and path.startswith(FILES):
        check_write(request, settings)
        return largest if request.method == "PUT" else usual
    return usual


def _read_token(request: Request, settings: Settings) -> str:
    given = request.headers.get(HEADER)
    if given is not None or settings.token is not None:
        return given or ""
    scheme, _, sent = request.headers.get("authorization", "").partition(" ")
    return sent.strip() if scheme.lower() == "bearer" else ""
