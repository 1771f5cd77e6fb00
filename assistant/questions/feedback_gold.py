"""Feedback becomes questions with gold: what people said is right, in the documents as they are."""

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

from assistant.errors import DocumentUnknownError
from assistant.feedback.record import Feedback, QuotedPlace
from assistant.questions.index_questions import EvidenceLine, FindDocument, IndexQuestion
from assistant.questions.question import find_quotes, find_sentences_of
from assistant.records import ALL_DOCUMENTS, Document, DocumentFilter, Kind, Offsets

Unusable = Literal[
    "no correct answer", "asked for another day", "document gone", "document changed",
    "damaged line",
]  # fmt: skip
CountSelected = Callable[[DocumentFilter], int]
NOT_STATED = "not_stated"
# Kinds of answers, as questions name them. One with a verdict is a question for yes or no.
_KINDS: Mapping[Kind, str] = {
    "span": "fact", "passage": "how", "list": "list", "count": "count",
    "comparison": "comparison", "trend": "trend", "none": "fact",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class GoldSet:
    """Questions made of feedback, by the time of their first line, and what became of each line.

    `nearest` is, by the id of a question, the document that is about it. `repeated` lines say the
    same as another; `contradicted` ones something else than a later one.
    """

    questions: tuple[IndexQuestion, ...]
    nearest: Mapping[str, str]
    repeated: int
    contradicted: int
    unusable: Mapping[Unusable, int]

    @property
    def lines(self) -> int:
        of_questions = len(self.questions) + self.repeated + self.contradicted
        return of_questions + sum(self.unusable.values())


class _UnusableError(Exception):
    def __init__(self, reason: Unusable) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(slots=True)
class _Lines:
    """The last word on each question, and how often others were overruled."""

    chosen: dict[str, Feedback] = field(default_factory=dict)
    repeated: int = 0
    contradicted: int = 0

    def add(self, feedback: Feedback) -> None:
        key = name_question(feedback.understood, feedback.within)
        before = self.chosen.get(key)
        if before is None:
            self.chosen[key] = feedback
            return
        agrees = before.verdict == feedback.verdict
        # A verdict alone leaves a correct answer that was given with the same verdict.
        adds_nothing = agrees and before.is_corrected and not feedback.is_corrected
        if adds_nothing or _says_the_same(before, feedback):
            self.repeated += 1
        elif agrees and not before.is_corrected and feedback.is_corrected:
            self.repeated += 1  # the same person, who goes on
            self.chosen[key] = feedback
        else:
            self.contradicted += 1
            self.chosen[key] = feedback


def make_gold(
    lines: Iterable[Feedback | None], find_document: FindDocument, count_selected: CountSelected
) -> GoldSet:
    """The questions that feedback answers; of several lines about one, the latest counts.

    `lines` are in order of time; None is a damaged one. `count_selected` counts the documents that
    a filter leaves.
    """
    unusable: Counter[Unusable] = Counter()
    found = _Lines()
    for feedback in lines:
        if feedback is None:
            unusable["damaged line"] += 1
        elif feedback.as_of is not None:
            unusable["asked for another day"] += 1
        else:
            found.add(feedback)
    questions, nearest = [], {}
    for id_, feedback in found.chosen.items():
        try:
            find_selected = _restrict(find_document, feedback.within.normalise(), count_selected)
            question, document = _make_question(id_, feedback, find_selected)
        except _UnusableError as error:
            unusable[error.reason] += 1
            continue
        questions.append(question)
        if document is not None:
            nearest[id_] = document
    return GoldSet(
        tuple(questions),
        nearest,
        found.repeated,
        found.contradicted,
        dict(sorted(unusable.items())),
    )


def name_question(question: str, within: DocumentFilter = ALL_DOCUMENTS) -> str:
    """The id of a question asked of some documents, which does not depend on case and spaces."""
    words = " ".join(question.casefold().split())
    if within != ALL_DOCUMENTS:
        words = f"{words}\n{within.normalise()}"
    return f"feedback-{hashlib.sha256(words.encode()).hexdigest()[:16]}"


def choose_split(id_: str) -> Literal["tune", "held"]:
    """Half of the questions are held out: by their ids, so that each stays where it is."""
    return "held" if hashlib.sha256(id_.encode()).digest()[0] % 2 else "tune"


def _says_the_same(one: Feedback, other: Feedback) -> bool:
    return (one.verdict, one.correct_answer, one.selected) == (
        other.verdict,
        other.correct_answer,
        other.selected,
    ) and one.answer.found == other.answer.found


def _make_question(
    id_: str, feedback: Feedback, find_document: FindDocument
) -> tuple[IndexQuestion, str | None]:
    """The question, and the document that is about it. Raises _UnusableError."""
    given, within = feedback.answer, feedback.within.normalise()
    question = IndexQuestion(
        id=id_,
        question=feedback.understood,
        kind=NOT_STATED,
        answers=(),
        documents=within.documents,
        published_from=within.published_from,
        published_to=within.published_to,
        formats=within.formats,
        answerable=False,
        split=choose_split(id_),
    )
    is_gap = feedback.verdict == "right" and given.outcome == "absent"
    if is_gap or feedback.verdict == "should_have_abstained":
        near = (*(place.document_id for place in given.citations), *given.closest)
        return question, next((id_ for id_ in near if _exists(id_, find_document)), None)
    if feedback.verdict != "right" and not feedback.is_corrected:
        raise _UnusableError("no correct answer")
    evidence: list[EvidenceLine] = []
    if feedback.selected is not None:
        evidence = [_quote_sentences(feedback.selected, find_document)]
    elif feedback.verdict == "right":
        evidence = [_quote(place, find_document) for place in given.citations]
    document = evidence[0].document_id if evidence else None
    return question.model_copy(
        update={"answerable": True, "evidence": tuple(evidence), **_describe_answer(feedback)}
    ), document


def _restrict(
    find_document: FindDocument, within: DocumentFilter, count_selected: CountSelected
) -> FindDocument:
    """Finds only the documents that a filter leaves.

    Raises _UnusableError for a filter that the index refuses: one that leaves none, or names a
    document or format that is gone.
    """
    if within == ALL_DOCUMENTS:
        return find_document
    named = [DocumentFilter(documents=(document_id,)) for document_id in within.documents]
    named += [DocumentFilter(formats=(name,)) for name in within.formats]
    if not all(map(count_selected, [*named, within])):
        raise _UnusableError("document gone")

    def find_selected(document_id: str) -> Document:
        is_chosen = not within.documents or document_id in within.documents
        if not is_chosen or not count_selected(replace(within, documents=(document_id,))):
            raise DocumentUnknownError(f"{document_id!r} was not asked")
        return find_document(document_id)

    return find_selected


def _describe_answer(feedback: Feedback) -> dict[str, object]:
    """The kind, accepted answers and items."""
    given, typed, selected = feedback.answer, feedback.correct_answer, feedback.selected
    # A wrong source does not make the answer wrong.
    keeps_answer = feedback.verdict == "right" or (feedback.verdict == "wrong_source" and not typed)
    found = given.found
    if not keeps_answer or found is None:
        words = (typed, selected.quote if selected else None)
        is_long = typed is None and selected is not None and _is_sentence(selected.quote)
        answers = tuple(word for word in dict.fromkeys(words) if word is not None)
        return {"kind": "how" if is_long else "fact", "answers": answers}
    if given.yes_or_no is not None:
        return {"kind": "yes_no", "answers": (given.yes_or_no,)}
    kind = _KINDS[given.kind]
    if given.kind == "none" and _is_sentence(found):
        kind = "how"
    items = tuple((item,) for item in given.items)
    more = () if typed is None or typed == found else (typed,)
    return {"kind": kind, "answers": (found, *more), "items": items}


def _is_sentence(words: str) -> bool:
    return words.rstrip().endswith((".", "!", "?", "。", "！", "？", "؟"))


def _quote(place: QuotedPlace, find_document: FindDocument) -> EvidenceLine:
    text, (start, end) = _find(place, find_document)
    return EvidenceLine(document_id=place.document_id, any_of=(text[start:end],))


def _quote_sentences(place: QuotedPlace, find_document: FindDocument) -> EvidenceLine:
    """The sentences of a place: some words alone may be elsewhere in the document as well."""
    text, (start, end) = _find(place, find_document)
    sentences = find_sentences_of(text, start, end)
    first = min([start, *(sentence[0] for sentence in sentences)])
    last = max([end, *(sentence[1] for sentence in sentences)])
    return EvidenceLine(document_id=place.document_id, any_of=(text[first:last],))


def _exists(document_id: str, find_document: FindDocument) -> bool:
    try:
        find_document(document_id)
    except DocumentUnknownError:
        return False
    return True


def _find(place: QuotedPlace, find_document: FindDocument) -> tuple[str, Offsets]:
    """A document's text and where a quote is in it: at its place, or at the only other one."""
    try:
        text = find_document(place.document_id).text
    except DocumentUnknownError:
        raise _UnusableError("document gone") from None
    if text[place.start : place.end] == place.quote:
        return text, (place.start, place.end)
    found = find_quotes(text, place.quote)
    if len(found) != 1:
        raise _UnusableError("document changed")
    return text, found[0]
