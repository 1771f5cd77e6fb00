"""Questions made of feedback are written: for evaluation, and as a set to train on."""

from collections.abc import Iterable, Mapping
from pathlib import Path

from assistant.errors import FeedbackWriteError
from assistant.questions.feedback_gold import GoldSet
from assistant.questions.handwritten import SetDocument, SetKind, SetQuestion
from assistant.questions.index_questions import FindDocument, IndexQuestion
from assistant.records import write_json

QUESTIONS = "feedback-questions.jsonl"  # of evaluation
# Of a set to train on; it has all files that sets have.
DOCUMENTS, SET_QUESTIONS = "documents.jsonl", "questions.jsonl"
EMPTY = ("followups.jsonl", "paragraphs.jsonl", "paragraph-questions.jsonl")
_KINDS: Mapping[str, SetKind] = {
    "fact": "fact", "how": "how", "list": "list", "count": "count", "comparison": "compare",
    "trend": "trend", "yes_no": "yesno",
}  # fmt: skip


def write_questions(path: Path, gold: GoldSet) -> None:
    """Write the file of questions that `assistant evaluate` asks."""
    _write_lines(path, (question.model_dump_json() for question in gold.questions))


def write_training_set(folder: Path, gold: GoldSet, find_document: FindDocument) -> int:
    """Write a folder that `assistant train` reads, and the file of questions; how many to train on.

    Those are the questions of the split "tune" with evidence in one document, or without an answer.
    Raises FeedbackWriteError, also for a folder with other files.
    """
    try:
        others = folder.is_dir() and any(folder.iterdir()) and not (folder / QUESTIONS).is_file()
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise _make_error(folder, error) from None
    if others:
        raise FeedbackWriteError(f"{folder} has other files", hint="give an empty folder")
    questions = list(_list_set_questions(gold, find_document))
    ids = dict.fromkeys(question.document for question in questions)
    write_questions(folder / QUESTIONS, gold)
    _write_lines(folder / SET_QUESTIONS, map(write_json, questions))
    _write_lines(folder / DOCUMENTS, (_write_document(id_, find_document) for id_ in ids))
    for name in EMPTY:
        _write_lines(folder / name, ())
    return len(questions)


def _list_set_questions(gold: GoldSet, find_document: FindDocument) -> Iterable[SetQuestion]:
    for question in gold.questions:
        document = gold.nearest.get(question.id)
        documents = {evidence.document_id for evidence in question.evidence}
        if question.split == "tune" and document is not None and documents <= {document}:
            yield _make_set_question(question, find_document(document).id)


def _make_set_question(question: IndexQuestion, document: str) -> SetQuestion:
    quotes = tuple(evidence.any_of[0] for evidence in question.evidence)
    words = [item[0] for item in question.items] or list(question.answers)
    # Only words that the evidence says can be marked in it.
    said = [word for word in words if any(word in quote for quote in quotes)]
    is_verdict = question.kind == "yes_no"
    return SetQuestion(
        question.id,
        document,
        _KINDS[question.kind] if question.answerable else "none",
        None if question.answerable else "unstated",
        question.question,
        () if is_verdict or question.kind == "how" else tuple((None, word) for word in said),
        "yes" if is_verdict and "yes" in question.answers else "no" if is_verdict else None,
        quotes,
        "train",
        set="asked",
    )


def _write_document(id_: str, find_document: FindDocument) -> str:
    document = find_document(id_)
    title = document.title or id_
    return write_json(
        SetDocument(id_, title, document.published, "any", document.text, "voices", "train")
    )


def _write_lines(path: Path, lines: Iterable[str]) -> None:
    try:
        path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8", newline="\n")
    except OSError as error:
        raise _make_error(path, error) from None


def _make_error(path: Path, error: OSError) -> FeedbackWriteError:
    return FeedbackWriteError(
        f"{path} can't be written ({error.strerror or error})", hint="give another folder"
    )
