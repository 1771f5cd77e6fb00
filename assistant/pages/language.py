"""The language of a page: that of its address (`/zh/documents`), or else the browser's."""

from urllib.parse import quote

from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from assistant.words import LANGUAGES

# Have only one address.
WITHOUT_LANGUAGE = frozenset(
    {"api", "livez", "mcp", "metrics", "openapi.json", "readyz", "static", "v1"}
)


class LanguageInAddress:
    """Middleware that makes a language at the start of the path the root path, so that routes match
    the rest.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            first, _, rest = scope["path"].removeprefix("/").partition("/")
            if first in LANGUAGES and rest.partition("/")[0] not in WITHOUT_LANGUAGE:
                # In the server's own scope: the page of an unexpected error is made from it.
                scope["root_path"] = f"/{first}"
        await self._app(scope, receive, send)


def find_base(request: Request) -> str:
    """What the addresses of pages begin with: "/zh", or "" if this one names no language."""
    base: str = request.scope.get("root_path", "")
    return base


def find_path(request: Request) -> str:
    """The path of a page without its language, as it is written in an address."""
    path: str = request.scope["path"]
    return quote(path.removeprefix(find_base(request)))


def find_language(request: Request) -> str:
    """The language named in the address, or the one of LANGUAGES that the browser prefers."""
    named = find_base(request).removeprefix("/")
    if named in LANGUAGES:
        return named
    return choose_language(request.headers.get("accept-language", ""))


def choose_language(accepted: str) -> str:
    """The language for an Accept-Language header.

    >>> choose_language("fr, zh-CN;q=0.8, en; q=0.5"), choose_language("fr")
    ('zh', 'en')
    """
    preferred = []
    for place, choice in enumerate(accepted.split(",")):
        tag, _, parameter = choice.partition(";")
        try:
            quality = float(parameter.strip().removeprefix("q=") or 1)
        except ValueError:
            continue
        language = tag.strip().lower().partition("-")[0]
        if language in LANGUAGES and quality > 0:
            preferred.append((-quality, place, language))
    return min(preferred)[2] if preferred else LANGUAGES[0]
