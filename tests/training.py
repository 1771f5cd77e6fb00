"""Small question sets, SQuAD paragraphs and examples for the tests of training."""

import json
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

from assistant.questions.handwritten import (
    Answers,
    SetDocument,
    SetKind,
    SetQuestion,
    SetReason,
    Split,
)
from assistant.questions.squad import SquadParagraph, SquadQuestion
from assistant.train.batches import Batches
from assistant.train.examples import Example, make_squad_examples
from assistant.train.pieces import encode_examples, find_special
from tests.tiny import make_tiny_tokenizer

GLASSES = (
    "Quark sold 40 glasses in 2024. The price of Quark was 99 yuan.\n\n"
    "Meta made lenses. Xiaomi, Quark and Meta paid the family 99 yuan. Nobody else did."
)


def count_words(texts: Sequence[str]) -> list[int]:
    """Stands in for an embedder's word pieces: each passage of these tests is one paragraph."""
    return [10 * len(text.split()) for text in texts]


def make_document(
    text: str = GLASSES, *, id_: str = "doc-1", title: str = "Glasses", split: Split = "train"
) -> SetDocument:
    return SetDocument(id_, title, date(2025, 6, 24), "news", text, "voices", split)


def make_question(
    question: str,
    *evidence: str,
    answers: Answers = (),
    kind: SetKind = "fact",
    document: str = "doc-1",
    split: Split = "train",
    id_: str = "doc-1-00",
    reason: SetReason | None = None,
    verdict: Any = None,
) -> SetQuestion:
    return SetQuestion(
        id_, document, kind, reason, question, answers, verdict, evidence, split, set="asked"
    )


def make_paragraph(
    text: str, *asked: tuple[str, str | None], title: str = "Meta", id_: str = "q"
) -> SquadParagraph:
    """A paragraph with its questions; each answer stands where it is first found."""
    questions = tuple(
        SquadQuestion(
            f"{id_}{n}", question, () if answer is None else ((answer, text.index(answer)),)
        )
        for n, (question, answer) in enumerate(asked)
    )
    return SquadParagraph(title, text, questions)


def make_paragraphs(count: int, *, title: str = "T", long: int = 0) -> list[SquadParagraph]:
    """Paragraphs of three questions each, the last of which has no answer."""
    made = []
    for n in range(count):
        more = " ".join(["glasses made money"] * (n % 7 + long))
        text = f"The company c{n} sold {n + 100} lenses. {more} The price of c{n} was {n}5 yuan."
        made.append(
            make_paragraph(
                text,
                (f"how many did c{n} sell?", f"{n + 100} lenses"),
                (f"what was the price of c{n}?", f"{n}5 yuan"),
                (f"who is c{n}?", None),
                title=f"{title}{n % 3}",
                id_=f"{title}{n}-",
            )
        )
    return made


def make_examples(count: int, folder: Path, *, long: int = 0) -> list[Example]:
    """The examples of some paragraphs; `folder` is made for their lexical index."""
    folder.mkdir(parents=True)
    paragraphs = make_paragraphs(count, long=long)
    return list(make_squad_examples(paragraphs, folder, held_out=frozenset(), seed=0))


def make_batches(
    examples: Sequence[Example], *, pieces: int = 1024, seed: int = 0, weight: float = 1.0
) -> Batches:
    tokenizer = make_tiny_tokenizer()
    encoded = encode_examples(examples, tokenizer, weight=weight)
    return Batches(encoded, find_special(tokenizer), pieces=pieces, seed=seed)


def write_lines(path: Path, *lines: dict[str, Any]) -> None:
    path.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")


DOCUMENT: dict[str, Any] = {
    "id": "doc-1",
    "title": "Glasses",
    "date": "2025-06-24",
    "genre": "news",
    "text": GLASSES,
    "source": "voices",
    "split": "train",
}
QUESTION: dict[str, Any] = {
    "id": "doc-1-00",
    "document": "doc-1",
    "kind": "fact",
    "reason": None,
    "question": "How many glasses did Quark sell?",
    "answers": [[None, "40"]],
    "verdict": None,
    "evidence": ["sold 40 glasses"],
    "set": "asked",
    "split": "train",
}
FOLLOWUP: dict[str, Any] = {
    **QUESTION,
    "id": "doc-1-f1",
    "previous": "What did Quark sell?",
    "question": "how many?",
    "full": "How many did Quark sell?",
}
PARAGRAPH: dict[str, Any] = {
    "id": "p1",
    "title": "Meta",
    "text": "Meta made lenses. It sold 19.",
    "split": "train",
}
PARAGRAPH_QUESTION: dict[str, Any] = {
    "id": "p1-0",
    "paragraph": "p1",
    "question": "How many did Meta sell?",
    "answerable": True,
    "answer": "19",
    "start": 26,
    "split": "train",
}


def write_sets(folder: Path) -> Path:
    """A folder of question sets with one of everything in each split.

    What is of dev asks "DEV" and has DEV in its text.
    """
    folder.mkdir(parents=True, exist_ok=True)
    dev: dict[str, Any] = {"split": "dev"}
    write_lines(
        folder / "documents.jsonl",
        DOCUMENT,
        DOCUMENT | dev | {"id": "doc-2", "text": f"DEV {GLASSES}"},
    )
    of_dev = dev | {"document": "doc-2"}
    write_lines(
        folder / "questions.jsonl",
        QUESTION,
        QUESTION | of_dev | {"id": "doc-2-00", "question": "DEV?"},
    )
    write_lines(
        folder / "followups.jsonl",
        FOLLOWUP,
        FOLLOWUP | of_dev | {"id": "doc-2-f1", "full": "DEV in full?"},
    )
    write_lines(
        folder / "paragraphs.jsonl",
        PARAGRAPH,
        PARAGRAPH | dev | {"id": "p2", "text": "DEV made 19 lenses."},
    )
    write_lines(
        folder / "paragraph-questions.jsonl",
        PARAGRAPH_QUESTION,
        PARAGRAPH_QUESTION
        | dev
        | {"id": "p2-0", "paragraph": "p2", "question": "DEV lenses?", "start": 9},
    )
    return folder
