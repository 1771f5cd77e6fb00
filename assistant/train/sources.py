"""Sources of questions to train on, as named on the command line, and their examples."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

from assistant.errors import TrainingError
from assistant.questions.handwritten import (
    QUESTIONS_FOLDER,
    read_followups,
    read_set_documents,
    read_set_paragraph_questions,
    read_set_paragraphs,
    read_set_questions,
)
from assistant.questions.squad import read_squad
from assistant.split import CountPieces
from assistant.train.examples import (
    Example,
    make_document_examples,
    make_paragraph_examples,
    make_squad_examples,
)

PACKAGED_QUESTIONS = "questions"
MOST_WEIGHT = 100.0


@dataclass(frozen=True, slots=True)
class Source:
    """SQuAD JSON or a folder of question sets; `weight` is how often a pass repeats a question."""

    path: Path
    weight: float

    @property
    def name(self) -> str:
        """The source as on the command line, without its folder."""
        name = PACKAGED_QUESTIONS if self.path == QUESTIONS_FOLDER else self.path.name
        return name if self.weight == 1 else f"{name}={self.weight:g}"

    @property
    def files(self) -> list[Path]:
        return sorted(self.path.glob("*.jsonl*")) if self.path.is_dir() else [self.path]


def parse_source(text: str) -> Source:
    """A source from NAME or NAME=WEIGHT. Raises TrainingError.

    >>> parse_source("own.json=0.5")
    Source(path=PosixPath('own.json'), weight=0.5)
    """
    name, separator, weight = text.rpartition("=")
    if not separator:
        return Source(_find(text), 1.0)
    try:
        found = float(weight)
    except ValueError:
        found = -1.0
    if not 0 < found <= MOST_WEIGHT:
        raise TrainingError(
            f"{name} has weight {weight!r}", hint=f"give FILE=0.5, above 0, at most {MOST_WEIGHT:g}"
        )
    return Source(_find(name), found)


def _find(name: str) -> Path:
    return QUESTIONS_FOLDER if name == PACKAGED_QUESTIONS else Path(name)


def read_examples(source: Source, count_pieces: CountPieces, *, seed: int) -> list[Example]:
    """The training examples of a source, never texts for measuring. Raises EvaluationError."""
    # tantivy may still be writing when its folder is removed.
    with TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        if source.path.is_dir():
            return list(_read_sets(source.path, count_pieces, Path(folder), seed=seed))
        paragraphs = read_squad(source.path)
        return list(
            make_squad_examples(
                paragraphs, Path(folder), held_out=read_held_out(QUESTIONS_FOLDER), seed=seed
            )
        )


def read_held_out(folder: Path) -> frozenset[str]:
    """The texts for measuring, some of which are also in SQuAD's training set.

    Empty in an installed package, which has no question sets.
    """
    if not folder.is_dir():
        return frozenset()
    paragraphs = read_set_paragraphs(folder, split="dev")
    documents = read_set_documents(folder, split="dev")
    return frozenset(
        [*(source.text for source in paragraphs), *(source.text for source in documents)]
    )


def _read_sets(
    path: Path, count_pieces: CountPieces, folder: Path, *, seed: int
) -> Iterator[Example]:
    """The examples of a folder of question sets, with follow-ups written in full."""
    followups = [
        replace(followup, question=followup.full)
        for followup in read_followups(path, split="train")
    ]
    yield from make_document_examples(
        read_set_documents(path, split="train"),
        [*read_set_questions(path, split="train"), *followups],
        count_pieces,
        folder,
        seed=seed,
    )
    yield from make_paragraph_examples(
        read_set_paragraphs(path, split="train"), read_set_paragraph_questions(path, split="train")
    )
