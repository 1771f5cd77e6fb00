"""Ask documents a question and get an answer that can be checked.

    from assistant import Assistant

    assistant = Assistant.open("indexes/default")
    answer = assistant.ask("What does Quark cost?")

The package lists like the pipeline, and a module imports only modules to its left; README.md has
the list.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from assistant.answer import Assistant as Assistant
    from assistant.errors import AssistantError as AssistantError
    from assistant.records import Answer as Answer
    from assistant.records import Citation as Citation
    from assistant.records import DocumentFilter as DocumentFilter
    from assistant.records import Hit as Hit
    from assistant.settings import Settings as Settings

__version__ = "0.1.0"
__all__ = [
    "Answer",
    "Assistant",
    "AssistantError",
    "Citation",
    "DocumentFilter",
    "Hit",
    "Settings",
    "__version__",
]


def __getattr__(name: str) -> object:
    """Opened at their first use: `import assistant` loads no model and no library."""
    if name in __all__:
        from assistant import answer, errors, records, settings

        for module in (records, answer, errors, settings):
            if hasattr(module, name):
                return getattr(module, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
