"""Answers for the judge, put together by hand over one document."""

from assistant.answer.cite import cite
from assistant.questions.question import (
    Question,
    find_paragraph_sentences,
    find_quotes,
    make_evidence,
)
from assistant.records import (
    Answer,
    AnswerCell,
    AnswerRow,
    AnswerTable,
    Coverage,
    Document,
    Guess,
    Hit,
    Kind,
    Mark,
    Part,
    Passage,
    Source,
    Verdict,
)

TEXT = (
    "Quark glasses cost 1,999 yuan. Rokid glasses cost 2,499 yuan. Sales rose because "
    "screens became cheaper.\n\nRokid, Meta and Quark sell glasses. Prices fell in May."
)
DOCUMENT = Document("a.txt", "A", TEXT)
PASSAGE = Passage(
    DOCUMENT, 0, 0, len(TEXT), "", tuple(find_paragraph_sentences(TEXT, 0, len(TEXT)))
)
HIT = Hit(PASSAGE, score=1.0, dense=1.0, lexical=1.0)


def find_sentence(words: str) -> tuple[int, int]:
    """The sentence of the document with some words."""
    place = TEXT.index(words)
    return next((a, b) for a, b in PASSAGE.sentences if a <= place < b)


def make_question(
    kind: str,
    *quotes: str,
    answers: tuple[str, ...] = (),
    items: tuple[tuple[str, ...], ...] = (),
    verdict: str | None = None,
) -> Question:
    """A question of a kind; each quote is evidence."""
    evidence = tuple(make_evidence("a.txt", TEXT, find_quotes(TEXT, quote)) for quote in quotes)
    return Question("q", "?", answers, kind, items=items, verdict=verdict, evidence=evidence)


def make_answer(
    *parts: tuple[str, str],
    kind: Kind = "span",
    cells: tuple[tuple[str, str], ...] = (),
    guess: tuple[str, str] | None = None,
    marks: tuple[tuple[str, float], ...] = (),
    verdict: Verdict | None = None,
) -> Answer:
    """An answer whose parts and cells are (text, words of the sentence that is cited).

    An abstention without any of both. `marks` are (words of a sentence, evidence).
    """
    cited = [*parts, *cells, *([] if guess is None else [guess])]
    citations = tuple(cite(PASSAGE, *find_sentence(words)) for _, words in cited)
    numbers = iter(range(1, len(cited) + 1))
    made = tuple(Part(text, (next(numbers),), None) for text, _ in parts)
    filled = tuple(AnswerCell(text, (next(numbers),)) for text, _ in cells)
    answered = bool(made or filled)
    return Answer(
        question="?",
        status="answered" if answered else "abstained",
        kind=kind if answered else "none",
        parts=made,
        alternatives=(),
        score=None,
        confidence=0.5,
        abstention=None,
        citations=citations,
        hits=(HIT,),
        coverage=Coverage(1, 1, 1, exhaustive=False, method="reader"),
        source=Source("i", "g", "e", "r"),
        timing_ms={"retrieve": 0.5, "read": 0.5, "total": 1.0},
        table=AnswerTable(("value",), tuple(AnswerRow("", (cell,)) for cell in filled))
        if cells
        else None,
        best_guess=None if guess is None else Guess(guess[0], 0.3, (next(numbers),)),
        marks=(tuple(Mark(*find_sentence(words), evidence) for words, evidence in marks),),
        verdict=verdict,
    )
