"""Questions become training examples with passages, some of which do not answer.

The answers are marked in the passages. Those without an answer look similar, so that a reader
learns to reject them. Only the split `train` of a question set can become examples.
"""

from collections.abc import Container, Iterable, Iterator, Mapping, Sequence, Set as AbstractSet
from dataclasses import dataclass
from functools import cache
from itertools import islice
from pathlib import Path
from random import Random

from assistant.errors import TrainingError
from assistant.index.lexical import Lexical, join_terms, write_terms
from assistant.questions.handwritten import (
    SetDocument,
    SetParagraph,
    SetParagraphQuestion,
    SetQuestion,
)
from assistant.questions.squad import SquadParagraph, normalise
from assistant.records import Document, QuestionKind, Verdict
from assistant.split import CountPieces, Splitter
from assistant.train.marking import (
    MarkedPassage,
    find_answers,
    mark_passage,
    mark_spans,
    prepare_paragraph,
    prepare_passage,
)

PASSAGE_PIECES = 254  # as for the packaged embedder
MOST_GOLD = 4  # passages with evidence
LOCAL, LOCAL_UNANSWERED = 3, 4  # other passages of the document: if it answers, and if not
SIBLINGS = 1  # passages of documents about the same event
RETRIEVED, SEARCHED = 3, 20  # passages of other documents: used, and searched for these
PAIRED_SHARE = 0.35  # of SQuAD's questions, with a retrieved paragraph as well
# Rare kinds are repeated more often.
WEIGHTS: Mapping[str, float] = {
    "list": 1.2, "compare": 1.2, "two": 1.2, "trend": 1.2, "said": 1.2, "count": 1.3, "top": 1.3,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Example:
    """A question with its passages, those with evidence first.

    `kind` and `verdict` are None if unknown. `spanned` is false if no span is the answer. `weight`
    is how often the example is repeated in a pass.
    """

    question: str
    passages: tuple[MarkedPassage, ...]
    kind: QuestionKind | None = None
    verdict: Verdict | None = None
    spanned: bool = True
    weight: float = 1.0


def make_squad_examples(
    paragraphs: Sequence[SquadParagraph], folder: Path, *, held_out: AbstractSet[str], seed: int
) -> Iterator[Example]:
    """An example for each question, some with a second paragraph that does not answer.

    Paragraphs with texts that are held out for measuring are left out.
    """
    paragraphs = [paragraph for paragraph in paragraphs if paragraph.text not in held_out]
    candidates = Candidates([paragraph.text for paragraph in paragraphs], folder)
    prepared = [prepare_paragraph(p.title.replace("_", " "), p.text) for p in paragraphs]
    random = Random(f"{seed} squad")
    for number, paragraph in enumerate(paragraphs):
        for question in paragraph.questions:
            passages = [prepared[number]]
            if question.answers:
                text, start = question.answers[0]
                passages = [mark_spans(prepared[number], [(start, start + len(text))])]
            if question.answers and random.random() < PAIRED_SHARE:
                asked, answers = question.question, question.texts
                found = candidates.retrieve(asked, answers, count=1, without={number})
                passages += [prepared[n] for n in found]
            # The kind is unknown: some questions ask why or how.
            yield Example(question.question, tuple(passages))


def make_paragraph_examples(
    paragraphs: Sequence[SetParagraph], questions: Sequence[SetParagraphQuestion]
) -> Iterator[Example]:
    """An example for each question about a paragraph. Raises TrainingError for other splits."""
    _check_split([*paragraphs, *questions])
    shown = {
        paragraph.id: prepare_paragraph(paragraph.title, paragraph.text) for paragraph in paragraphs
    }
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
    """An example for each question about a document. Raises TrainingError for other splits."""
    _check_split([*documents, *questions])
    library = _Passages(documents, count_pieces, folder)
    for question in questions:
        example = library.make_example(question, Random(f"{seed} {question.id}"))
        if example is not None:
            yield example


def _check_split(
    records: Iterable[SetDocument | SetQuestion | SetParagraph | SetParagraphQuestion],
) -> None:
    for record in records:
        if record.split != "train":
            raise TrainingError(
                f"{record.id} is in the split {record.split!r}",
                hint="train only on the split 'train': the rest is for measuring",
            )


class _Passages:
    """The numbered passages of all documents."""

    def __init__(
        self, documents: Sequence[SetDocument], count_pieces: CountPieces, folder: Path
    ) -> None:
        splitter = Splitter(count_pieces, PASSAGE_PIECES)
        self._documents = {document.id: document for document in documents}
        self._passages = [
            passage
            for document in documents
            for passage in splitter.split(
                Document(document.id, document.title, document.text, published=document.date)
            )
        ]
        self._of_event: dict[str, list[int]] = {}
        for number, passage in enumerate(self._passages):
            event = self._documents[passage.document.id].event
            self._of_event.setdefault(event, []).append(number)
        texts = [f"{passage.document.title}\n{passage.text}" for passage in self._passages]
        self._candidates = Candidates(texts, folder)

    def make_example(self, question: SetQuestion, random: Random) -> Example | None:
        """A question with its passages; None if all its evidence is outside of them."""
        document = self._documents[question.document]
        event = self._of_event[document.event]
        local = [n for n in event if self._passages[n].document.id == document.id]
        answers = find_answers(question, document.text, [self._passages[n] for n in local])
        marked = {n: mark_passage(self._passages[n], question, answers) for n in local}
        gold = [n for n in local if marked[n].evidence]
        if question.kind != "none" and not gold:
            return None
        others = self._find_negatives(question, [n for n in local if n not in gold], random)
        shown = (
            *(marked[n] for n in gold[:MOST_GOLD]),
            *(prepare_passage(self._passages[n]) for n in others),
        )
        # Yes or no is not a span, and some answers are split between passages.
        has_span = question.kind != "yesno" and any(passage.spans for passage in shown)
        return Example(
            question.question,
            shown,
            kind=question.question_kind,
            verdict=question.verdict if question.verdict in ("yes", "no") else None,
            spanned=question.kind == "none" or has_span,
            weight=WEIGHTS.get(question.kind, 1.0),
        )

    def _find_negatives(
        self, question: SetQuestion, local: Sequence[int], random: Random
    ) -> list[int]:
        """Passages that do not answer: from the document, from its siblings, and retrieved."""
        asked, answers = question.question, [words for _, words in question.answers]
        event = self._of_event[self._documents[question.document].event]
        count = LOCAL_UNANSWERED if question.kind == "none" else LOCAL
        found = self._candidates.choose(asked, answers, among=local, count=count, random=random)
        if answers:  # otherwise a sibling may answer unnoticed
            siblings = [n for n in event if self._passages[n].document.id != question.document]
            found += self._candidates.choose(
                asked, answers, among=siblings, count=SIBLINGS, random=random
            )
        return found + self._candidates.retrieve(asked, answers, count=RETRIEVED, without=event)


class Candidates:
    """Numbered texts, among which passages that do not answer are found.

    A text that contains the words of an answer is never used: it may answer after all.
    """

    def __init__(self, texts: Sequence[str], folder: Path) -> None:
        """`folder` is an empty one for the lexical index."""
        self._texts = texts
        write_terms(folder, map(join_terms, texts))
        self._lexical = Lexical.open(folder)
        self._words = cache(lambda number: f" {normalise(texts[number])} ")

    def retrieve(
        self, question: str, answers: Sequence[str], *, count: int, without: Container[int]
    ) -> list[int]:
        """Numbers of the best texts by BM25 that contain no answer and are not in `without`."""
        found = (number for number, _ in self._lexical.search(question, SEARCHED))
        fit = (n for n in found if n not in without and not self.holds(n, answers))
        return list(islice(fit, count))

    def choose(
        self,
        question: str,
        answers: Sequence[str],
        *,
        among: Sequence[int],
        count: int,
        random: Random,
    ) -> list[int]:
        """The texts of `among` that share most words with a question, ties by chance."""
        asked = set(question.lower().split())
        fit = [number for number in among if not self.holds(number, answers)]
        shared = {n: len(asked & set(self._texts[n].lower().split())) for n in fit}
        return sorted(fit, key=lambda n: shared[n] + random.random(), reverse=True)[:count]

    def holds(self, number: int, answers: Sequence[str]) -> bool:
        """Whether a text contains the words of an answer, by SQuAD's rules."""
        words = self._words(number)
        return any(f" {answer} " in words for answer in map(normalise, answers) if answer)
