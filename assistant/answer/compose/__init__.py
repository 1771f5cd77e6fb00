"""Evidence becomes a Draft: the words of an answer, piece by piece, each with its place."""

from dataclasses import dataclass

from assistant.answer.evidence import Sentence
from assistant.records import Offsets, Passage, QuestionKind


@dataclass(frozen=True, slots=True)
class Entry:
    """A piece of an answer: words of a passage, and the sentence that is cited for them.

    Offsets are of the document. `score` is the reader's probability of an item, the score of a
    span, or the evidence of a sentence. `label` says what the piece is about where the answer has
    several: a name, a time, words of the question.
    """

    passage: Passage
    start: int
    end: int
    cited: Offsets
    score: float
    label: str = ""

    @property
    def text(self) -> str:
        return self.passage.document.text[self.start : self.end]

    @classmethod
    def of_sentence(cls, sentence: Sentence) -> "Entry":
        place = (sentence.start, sentence.end)
        return cls(sentence.passage, *place, place, sentence.evidence or 0.0)


@dataclass(frozen=True, slots=True)
class Draft:
    """What is to be answered, before it is decided whether it is; () where nothing was found.

    `kind` is how it was composed. `counted` says that the answer is the number of entries.
    `absent` are labels for which no entry was found.
    """

    kind: QuestionKind
    entries: tuple[Entry, ...]
    counted: bool = False
    absent: tuple[str, ...] = ()
