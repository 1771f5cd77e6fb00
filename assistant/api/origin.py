"""Whether a page of another site sent a request."""

from urllib.parse import urlsplit

from fastapi import Request


def is_foreign(request: Request) -> bool:
    """Whether a browser says that a page of another origin sent a request.

    Programs send neither header, and older browsers only Origin; no page can set them.
    """
    site, origin = request.headers.get("sec-fetch-site"), request.headers.get("origin")
    if site is not None:
        return site not in ("same-origin", "none")
    # The scheme is not compared: a proxy may add TLS.
    return origin is not None and _read_host(origin) != request.headers.get("host", "").lower()


def _read_host(origin: str) -> str:
    try:
        return urlsplit(origin).netloc.lower()
    except ValueError:
        return ""
