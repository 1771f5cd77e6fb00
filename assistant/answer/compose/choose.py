"""The kind of a question decides how its answer is composed."""

from assistant.answer.compose import Draft
from assistant.answer.compose.cells import compose_cells
from assistant.answer.compose.lists import compose_count, compose_list
from assistant.answer.compose.passages import compose_passage
from assistant.answer.compose.spans import compose_span
from assistant.answer.evidence import Evidence
from assistant.records import QuestionKind


def compose(evidence: Evidence, kind: QuestionKind) -> Draft:
    """The answer of a kind; without entries where nothing was read that has words."""
    if not evidence.sentences:
        return Draft(kind, ())
    match kind:
        case "list":
            return compose_list(evidence)
        case "passage" | "yesno":
            return compose_passage(evidence, kind)
        case "compare" | "two" | "trend":
            return compose_cells(evidence, kind)
        case "count":
            return compose_count(evidence)
        case _:
            return compose_span(evidence, kind)
