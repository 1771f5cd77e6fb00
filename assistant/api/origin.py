"""Requests that change something are refused where a page of another site sends them."""

from urllib.parse import urlsplit

from fastapi import Request

from assistant.errors import OriginError


def check_origin(request: Request) -> None:
    """Raise OriginError if a browser says that a page of another origin sent a request.

    Programs, which send neither header, are let in: they have no cookie or password of a reader.
    """
    site, origin = request.headers.get("sec-fetch-site"), request.headers.get("origin")
    if site is not None:
        is_own = site in ("same-origin", "none")
    else:
        is_own = origin is None or _read_host(origin) == request.headers.get("host", "").lower()
    if not is_own:
        raise OriginError(
            f"a page of another site sent this request ({(origin or site or '')[:100]!r})",
            hint="use the pages of this server",
        )


def _read_host(origin: str) -> str:
    try:
        return urlsplit(origin).netloc.lower()
    except ValueError:
        return ""
