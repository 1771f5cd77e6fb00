"""Why, how, what is said, yes or no: the sentences that answer best, in order of the documents."""

from assistant.answer.compose import Draft, Entry
from assistant.answer.evidence import Evidence
from assistant.records import QuestionKind

MOST_SENTENCES = {"passage": 3, "yesno": 2}
ALSO = 0.1  # evidence from which a sentence after the best is part of the answer


def compose_passage(evidence: Evidence, kind: QuestionKind) -> Draft:
    """The best sentence, and the next ones that are evidence by themselves."""
    best, *others = evidence.sentences[: MOST_SENTENCES[kind]]
    chosen = [best, *(one for one in others if (one.evidence or 0.0) >= ALSO)]
    chosen.sort(key=lambda one: (one.place, one.number))
    return Draft(kind, tuple(Entry.of_sentence(sentence) for sentence in chosen))
