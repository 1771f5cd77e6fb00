"""Questions become examples: each with the passages that a reader is shown together.

Of every passage it is known which spans answer, which are items of a list or table, and which
sentences are evidence. Only the split `train` of a question set can become examples.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Protocol

from assistant.errors import TrainingError
from assistant.questions.handwritten import (
    SetDocument,
    SetParagraph,
    SetParagraphQuestion,
    SetQuestion,
    Split,
)
from assistant.questions.squad import SquadParagraph, SquadQuestion
from assistant.records import Document, QuestionKind, Verdict
from assistant.split import CountPieces, Splitter
from assistant.train.marking import (
    Shown,
    find_places,
    mark_passage,
    mark_spans,
    show,
    show_text,
)
from assistant.train.negatives import Candidates

PASSAGE_PIECES = 254  # of the documents' passages, as the packaged embedder takes
MOST_GOLD = 4  # passages with evidence that are shown
OWN, OWN_UNANSWERED = 3, 4  # other passages of the document: if it answers, and if it does not
SIBLINGS = 1  # passages of documents that tell of the same event
RETRIEVED = 3  # passages of other documents
PAIRED_SHARE = 0.35  # of SQuAD's questions, shown with a retrieved paragraph as well
# The rarer kinds are asked more often.
WEIGHTS: Mapping[str, float] = {
    "list": 1.2, "compare": 1.2, "two": 1.2, "trend": 1.2, "said": 1.2, "count": 1.3, "top": 1.3,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Example:
    """A question with its passages, those with evidence first.

    `kind` and `verdict` are None where they are not known. `spanned` is false where no span is the
    answer. `weight` is how often it is asked in a pass.
    """

    question: str
    passages: tuple[Shown, ...]
    kind: QuestionKind | None = None
    verdict: Verdict | None = None
    spanned: bool = True
    weight: float = 1.0


class _OfSplit(Protocol):
    @property
    def id(self) -> str: ...

    @property
    def split(self) -> Split: ...


def refuse_dev(records: Iterable[_OfSplit]) -> None:
    """Raise TrainingError for anything that is for measuring."""
    for record in records:
        if record.split != "train":
            raise TrainingError(
                f"{record.id} is of the split {record.split!r}",
                hint="train on the split 'train' alone: the rest is for measuring",
            )


def make_squad_examples(
    paragraphs: Sequence[SquadParagraph], folder: Path, *, kept_aside: AbstractSet[str], seed: int
) -> Iterator[Example]:
    """An example of each question; some with a second paragraph, which does not answer.

    Paragraphs with a text that is kept aside, for measuring, are left out.
    """
    kept = [paragraph for paragraph in paragraphs if paragraph.text not in kept_aside]
    candidates = Candidates([paragraph.text for paragraph in kept], folder)
    shown = [show_text(paragraph.title.replace("_", " "), paragraph.text) for paragraph in kept]
    random = Random(f"{seed} squad")
    for number, paragraph in enumerate(kept):
        for question in paragraph.questions:
            passages = [_mark_answer(shown[number], question)]
            if question.answers and random.random() < PAIRED_SHARE:
                asked, answers = question.question, question.texts
                found = candidates.retrieve(asked, answers, count=1, without={number})
                passages += [shown[n] for n in found]
            # Why and how are asked here too, so the kind is not known.
            yield Example(question.question, tuple(passages))


def make_paragraph_examples(
    paragraphs: Sequence[SetParagraph], questions: Sequence[SetParagraphQuestion]
) -> Iterator[Example]:
    """An example of each question about a paragraph. Raises TrainingError for another split."""
    refuse_dev(paragraphs)
    refuse_dev(questions)
    shown = {one.id: show_text(one.title, one.text) for one in paragraphs}
    for question in questions:
        passage = shown[question.paragraph]
        if question.answer is None or question.start is None:
            yield Example(question.question, (passage,))
        else:
            span = (question.start, question.start + len(question.answer))
            yield Example(question.question, (mark_spans(passage, [span]),), kind="fact")


def make_document_examples(
    documents: Sequence[SetDocument],
    questions: Sequence[SetQuestion],
    count_pieces: CountPieces,
    folder: Path,
    *,
    seed: int,
) -> Iterator[Example]:
    """An example of each question about a document. Raises TrainingError for another split."""
    refuse_dev(documents)
    refuse_dev(questions)
    library = _Library(documents, count_pieces, folder)
    for question in questions:
        example = library.make_example(question, Random(f"{seed} {question.id}"))
        if example is not None:
            yield example


class _Library:
    """The passages of all documents, numbered through."""

    def __init__(
        self, documents: Sequence[SetDocument], count_pieces: CountPieces, folder: Path
    ) -> None:
        splitter = Splitter(count_pieces, PASSAGE_PIECES)
        self._documents = {document.id: document for document in documents}
        self._passages = [
            p for document in documents for p in splitter.split(_as_document(document))
        ]
        self._of_event: dict[str, list[int]] = {}
        for number, passage in enumerate(self._passages):
            event = self._documents[passage.document.id].event
            self._of_event.setdefault(event, []).append(number)
        texts = [f"{passage.document.title}\n{passage.text}" for passage in self._passages]
        self._candidates = Candidates(texts, folder)

    def make_example(self, question: SetQuestion, random: Random) -> Example | None:
        """A question with its passages; None where all its evidence is outside of them."""
        document = self._documents[question.document]
        event = self._of_event[document.event]
        own = [n for n in event if self._passages[n].document.id == document.id]
        places = find_places(question, document.text, [self._passages[n] for n in own])
        marked = {n: mark_passage(self._passages[n], question, places) for n in own}
        gold = [n for n in own if marked[n].evidence]
        if question.kind != "none" and not gold:
            return None
        others = self._find_negatives(question, [n for n in own if n not in gold], random)
        shown = (*(marked[n] for n in gold[:MOST_GOLD]), *(show(self._passages[n]) for n in others))
        # Yes or no is no span, and some answers are cut in two by the passages.
        has_span = question.kind != "yesno" and any(passage.spans for passage in shown)
        yes_or_no = question.verdict if question.verdict in ("yes", "no") else None
        return Example(
            question.question,
            shown,
            kind=question.question_kind,
            verdict=yes_or_no,
            spanned=question.kind == "none" or has_span,
            weight=WEIGHTS.get(question.kind, 1.0),
        )

    def _find_negatives(
        self, question: SetQuestion, own: Sequence[int], random: Random
    ) -> list[int]:
        """Passages that do not answer: of the document, of its siblings, and retrieved."""
        asked, answers = question.question, [words for _, words in question.answers]
        event = self._of_event[self._documents[question.document].event]
        count = OWN_UNANSWERED if question.kind == "none" else OWN
        found = self._candidates.choose(asked, answers, among=own, count=count, random=random)
        if answers:  # without answers to look for, a sibling may well answer
            siblings = [n for n in event if self._passages[n].document.id != question.document]
            found += self._candidates.choose(
                asked, answers, among=siblings, count=SIBLINGS, random=random
            )
        return found + self._candidates.retrieve(asked, answers, count=RETRIEVED, without=event)


def _as_document(document: SetDocument) -> Document:
    return Document(document.id, document.title, document.text, published=document.date)


def _mark_answer(passage: Shown, question: SquadQuestion) -> Shown:
    """A paragraph with the first gold answer of a question, if it has one."""
    if not question.answers:
        return passage
    text, start = question.answers[0]
    return mark_spans(passage, [(start, start + len(text))])
