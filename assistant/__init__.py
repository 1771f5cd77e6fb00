"""Ask documents a question and get an answer that can be checked.

    from assistant import Assistant

    assistant = Assistant.open("indexes/default")
    answer = assistant.ask("What does Quark cost?")

What is named here is the Python interface; web/guide/python.md describes it. The package lists
like the pipeline, and a module imports only modules to its left; README.md has the list.
"""

import os
from typing import TYPE_CHECKING

# Unless this is set before it is imported, ONNX Runtime reports its use to its makers, with an
# identifier of the machine: https://github.com/microsoft/onnxruntime/blob/main/docs/Privacy.md
os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")

if TYPE_CHECKING:
    from assistant.answer import Assistant as Assistant
    from assistant.api.reloading import CurrentAssistant as CurrentAssistant
    from assistant.api.rendering import quote_href as quote_href, render_answer as render_answer
    from assistant.api.schema import AnswerBody as AnswerBody
    from assistant.cli.indexing import index_corpus as index_corpus
    from assistant.errors import AssistantError as AssistantError
    from assistant.records import (
        Answer as Answer,
        Citation as Citation,
        Document as Document,
        DocumentFilter as DocumentFilter,
        Hit as Hit,
        Part as Part,
        Passage as Passage,
    )
    from assistant.settings import Settings as Settings, read_settings as read_settings

__version__ = "0.1.0"
__all__ = [
    "Answer",
    "AnswerBody",
    "Assistant",
    "AssistantError",
    "Citation",
    "CurrentAssistant",
    "Document",
    "DocumentFilter",
    "Hit",
    "Part",
    "Passage",
    "Settings",
    "__version__",
    "index_corpus",
    "quote_href",
    "read_settings",
    "render_answer",
]


if not TYPE_CHECKING:  # else a type checker would accept any name

    def __getattr__(name: str) -> object:
        """Opened at their first use: `import assistant` loads no model and no library."""
        if name in __all__:
            from assistant import errors, records

            for module in (errors, records):
                if hasattr(module, name):
                    return getattr(module, name)

            # These load libraries.
            from assistant import answer, settings
            from assistant.api import reloading, rendering, schema
            from assistant.cli import indexing

            for module in (settings, answer, schema, rendering, reloading, indexing):
                if hasattr(module, name):
                    return getattr(module, name)
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
