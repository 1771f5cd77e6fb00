"""An answer as an example, for the description of the API."""

from pydantic import JsonValue

_QUOTE = "The standard version of Quark AI glasses is priced at 2,999 yuan."
EXAMPLE: dict[str, JsonValue] = {
    "question": "How much do the Quark AI glasses cost?",
    "status": "answered",
    "kind": "span",
    "answer": {"text": "2,999 yuan", "parts": [{"text": "2,999 yuan", "citations": [1]}]},
    "confidence": 0.83,
    "score": 8.4213,
    "abstention": None,
    "best_guess": None,
    "verdict": None,
    "missing": [],
    "conflict": [],
    "alternatives": [],
    "table": None,
    "citations": [
        {
            "number": 1,
            "document_id": "glasses.txt",
            "document_title": "AI glasses",
            "published": "2025-09-09",
            "passage_id": "glasses.txt:100-183",
            "quote": _QUOTE,
            "start": 100,
            "end": 165,
            "answer_start": 154,
            "answer_end": 164,
            "page": None,
            "prefix": "as planned. ",
            "suffix": " That is its cost.",
            "href": "/documents/glasses.txt?start=100&end=165&quote=2c5035"
            "&answer_start=154&answer_end=164#cited",
        }
    ],
    "passages": [
        {
            "number": 1,
            "passage_id": "glasses.txt:100-183",
            "document_id": "glasses.txt",
            "document_title": "AI glasses",
            "heading": "Prices",
            "start": 100,
            "end": 183,
            "text": f"{_QUOTE} That is its cost.",
            "score": 1.0,
            "href": "/documents/glasses.txt?start=100&end=183&quote=d12922#cited",
            "marked": [{"start": 100, "end": 165, "evidence": 0.9132}],
        }
    ],
    "players": [{"id": "quark", "name": "Quark", "href": "/players/quark"}],
    "as_of": "2026-01-31",
    "coverage": {
        "documents": 1,
        "passages": 40,
        "passages_read": 10,
        "exhaustive": False,
        "method": "reader",
        "unread": [],
    },
    "index": {
        "name": "default",
        "generation": "000001",
        "embedder": "all-MiniLM-L6-v2",
        "reader": "minilm-l6-span",
    },
    "timing_ms": {"retrieve": 6.1, "read": 48.0, "total": 54.2},
}
