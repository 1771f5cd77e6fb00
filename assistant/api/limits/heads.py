"""The head of a request: what is malformed or contradicts itself is refused, not guessed."""

from collections import Counter
from urllib.parse import unquote_to_bytes

from starlette.types import Scope

from assistant.errors import RequestError

# Those that are read, and that two programs could read differently if there were two.
SINGLE = frozenset(
    {
        b"authorization",
        b"content-length",
        b"content-type",
        b"host",
        b"if-match",
        b"origin",
        b"sec-fetch-site",
        b"transfer-encoding",
        b"x-request-id",
        b"x-write-token",
    }
)


def check_head(scope: Scope) -> None:
    """Raises RequestError for a malformed address, or headers that contradict each other."""
    version = scope.get("http_version", "1.1")
    if version not in ("1.0", "1.1"):
        raise RequestError(f"this server does not speak HTTP/{version}", hint="send HTTP/1.1")
    if not scope["path"].startswith("/"):
        raise RequestError(
            "the address of the request is not a path", hint="send one that begins with /"
        )
    address = scope.get("raw_path", b"") + b"?" + scope["query_string"]
    decoded = unquote_to_bytes(address)
    if b"\0" in decoded or not _is_utf8(decoded):
        raise RequestError(
            "the address of the request has bytes that are not text",
            hint="encode it as UTF-8, without NUL, and each byte as %XX",
        )
    counts = Counter(name for name, _ in scope["headers"])
    for name in sorted(SINGLE & counts.keys()):
        if counts[name] > 1:
            raise RequestError(f"the header {_title(name)} is sent twice", hint="send it once")
    for name, value in scope["headers"]:
        if name in SINGLE and not value.isascii():
            raise RequestError(
                f"the header {_title(name)} has bytes outside ASCII", hint="send only ASCII in it"
            )
    if counts[b"transfer-encoding"] and counts[b"content-length"]:
        raise RequestError(
            "the length of the body is given by both Content-Length and Transfer-Encoding",
            hint="send one of them",
        )


def _is_utf8(value: bytes) -> bool:
    try:
        value.decode()
    except UnicodeDecodeError:
        return False
    return True


def _title(name: bytes) -> str:
    return name.decode("latin-1").title()
