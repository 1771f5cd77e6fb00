"""A small folder of handwritten question sets."""

import gzip
import json
from collections.abc import Mapping, Sequence
from pathlib import Path

FINED = "The council of Abon fined the mill 400 francs. The fine was paid in May."
SUED = "The court of Brim sued a bakery. The fine of 90 francs was waived."
WALKED = "Walkers met in Cole. They like the hills."


def write_documents(folder: Path) -> None:
    texts = {"d1": ("Mill", FINED), "d2": ("Bakery", SUED), "d3": ("Walk", WALKED)}
    write_lines(
        folder / "documents.jsonl.gz",
        [
            {"id": id_, "title": title, "date": "2025-01-02", "genre": "news", "text": text,
             "source": "voices" if id_ == "d3" else "articles", "split": "dev"}
            for id_, (title, text) in texts.items()
        ],
    )  # fmt: skip


def write_lines(path: Path, lines: Sequence[Mapping[str, object]]) -> None:
    text = "".join(json.dumps(line) + "\n" for line in lines)
    path.write_bytes(gzip.compress(text.encode()))


def make_line(
    id_: str, document: str, kind: str, question: str, *answers: str, evidence: str = "",
    **more: object,
) -> dict[str, object]:  # fmt: skip
    return {
        "id": id_, "document": document, "kind": kind, "question": question,
        "reason": "unstated" if kind == "none" else None,
        "answers": [[None, one] for one in answers], "verdict": None,
        "evidence": [evidence] if evidence else [], "set": "asked", "split": "dev", **more,
    }  # fmt: skip


def write_sets(folder: Path) -> Path:
    """Three documents and a paragraph with their questions."""
    write_documents(folder)
    paid = "The fine was paid in May"
    write_lines(
        folder / "questions.jsonl.gz",
        [
            make_line("1", "d1", "fact", "How large was the fine?", "400 francs", evidence=paid),
            make_line("2", "d1", "fact", "Who fined the mill?", "Abon", evidence="fined the mill"),
            make_line("3", "d2", "none", "Has the council paid the fine?"),
            make_line("4", "d2", "none", "Paid the fine in May?"),
            make_line("5", "d1", "list", "Who is named?", "Abon", "mill", evidence="The council"),
            make_line("6", "d1", "yesno", "Was it paid?", evidence=paid, verdict="yes"),
            make_line("7", "d1", "yesno", "Is it dear?", evidence=paid, verdict="not said"),
            make_line("8", "d3", "said", "What of hills?", evidence="They like", set="pairs"),
        ],
    )  # fmt: skip
    write_lines(folder / "paragraphs.jsonl.gz",
                [{"id": "p", "title": "P", "text": WALKED, "split": "dev"}])  # fmt: skip
    asked = {"paragraph": "p", "split": "dev", "answer": None, "start": None}
    write_lines(
        folder / "paragraph-questions.jsonl.gz",
        [
            asked | {"id": "p1", "question": "Where?", "answerable": True, "answer": "Cole",
                     "start": WALKED.index("Cole")},
            asked | {"id": "p2", "question": "When?", "answerable": False},
        ],
    )  # fmt: skip
    return folder
