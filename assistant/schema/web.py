"""Where templates and static files lie."""

from pathlib import Path

import assistant

_TREE = Path(assistant.__file__).parent.parent / "web"
_PACKED = Path(assistant.__file__).parent / "web"


def web_folder() -> Path:
    """Templates and static files: the tree's where there is one, else the packed ones."""
    return _TREE if (_TREE / "templates").is_dir() else _PACKED
