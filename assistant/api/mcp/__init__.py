"""The documents as tools and resources for language models, by the Model Context Protocol.

The official SDK, the package `mcp`, is an optional part: only `server` imports it, when the server
starts.
"""

from assistant.errors import ExtraAbsentError


def check_installed() -> None:
    """Raise ExtraAbsentError if the SDK is not installed."""
    try:
        import mcp.server.lowlevel  # noqa: F401
    except ImportError:
        raise ExtraAbsentError("mcp") from None
