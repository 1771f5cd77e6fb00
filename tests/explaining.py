"""How answers were found, for tests, and some documents to ask."""

from assistant.answer import Assistant
from assistant.records import Document
from assistant.schema import AnswerBody
from assistant.schema.explaining import ExplainedBody, StepBody, render_explained

SHOP = Document(
    "shop.txt", "Shop", "Quark glasses cost 9 yuan. A case costs 4 yuan. A cloth costs 2 yuan."
)
STORE = Document("store.txt", "Store", "Lenses cost 9 yuan each. A chain costs 7 yuan and a box 5.")
FAR = Document("far.txt", "Far", "The moon is far away.")
COST = "How much do Quark glasses cost?"


def explain(assistant: Assistant, question: str = COST, *, top_k: int = 8) -> ExplainedBody:
    return render_explained(*assistant.explain(question, top_k=top_k))


def only_step(body: ExplainedBody) -> StepBody:
    (step,) = body.explanation.steps
    return step


def without_times(answer: AnswerBody) -> dict[str, object]:
    return answer.model_dump(exclude={"timing_ms", "explanation"})
