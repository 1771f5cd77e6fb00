"""One answer: every interface gives the same one, but for times, by the packaged reader.

An interface is a line of INTERFACES: it asks all questions and gives their JSON, in order.
"""

import gzip
import json
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import redirect_stdout
from dataclasses import asdict, dataclass, field
from datetime import date
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from mcp import Client
from mcp.types import CallToolResult

from assistant import Assistant, Document, DocumentFilter, Passage, Settings, render_answer
from assistant.build import build_from
from assistant.cli import main
from assistant.evaluate.judge import TOP_K
from assistant.index.generation import Generation
from assistant.load import Corpus
from assistant.pages.app import create_app
from assistant.read import PACKAGED, Reader, open_model
from assistant.records import Reading
from tests.answers import strip_tags
from tests.conftest import LOCAL, ROOT
from tests.evaluating import run_questions, write_questions
from tests.mcp_clients import read_result, talk
from tests.streaming import read_events
from tests.test_api_chat import ask as ask_chat, openai_of

SETS = ROOT / "assistant" / "train" / "questions"
# Some documents of the project's own question sets, and the endings that their files get here.
ENDINGS = {
    "mkt-016": ".html", "biz-033": ".docx", "sci-042": ".pdf", "law-009": ".txt",
    "con-021": ".html", "mkt-044": ".md",
}  # fmt: skip
NEWEST = date(2024, 12, 12)  # of the documents; `assistant evaluate` asks as of this day
JSON = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Asked:
    """A question as it is asked everywhere."""

    question: str
    previous: tuple[str, ...] = ()
    within: DocumentFilter = field(default_factory=DocumentFilter)

    def to_json(self) -> JSON:
        """As the body of a query."""
        within = {name: value for name, value in asdict(self.within).items() if value}
        previous = [{"question": question} for question in self.previous]
        fields = {"question": self.question, **within, "top_k": TOP_K, "as_of": NEWEST}
        fields |= {"previous": previous} if previous else {}
        body: JSON = json.loads(json.dumps(fields, default=str))
        return body

    def to_address(self) -> JSON:
        """As the parameters of an address."""
        body = self.to_json()
        return body | {"previous": list(self.previous)}


@dataclass(frozen=True, slots=True)
class Site:
    """An index that is asked, and a folder to write into."""

    assistant: Assistant
    client: TestClient
    folder: Path


class RememberingReader:
    """The packaged reader, which reads the same passages for the same question once."""

    def __init__(self, reader: Reader) -> None:
        self.name, self.threshold = reader.name, reader.threshold
        self.calibration = reader.calibration
        self._reader = reader
        self._read: dict[tuple[object, ...], list[Reading]] = {}

    def read(self, question: str, passages: Sequence[Passage]) -> list[Reading]:
        key = (question, *((passage.document.id, passage.text) for passage in passages))
        if key not in self._read:
            self._read[key] = self._reader.read(question, passages)
        return self._read[key]


def read_lines(name: str) -> list[JSON]:
    with gzip.open(SETS / name, "rt", encoding="utf-8") as file:
        return [json.loads(line) for line in file]


def read_documents() -> Iterator[Document]:
    for line in read_lines("documents.jsonl.gz"):
        if line["id"] in ENDINGS:
            published = date.fromisoformat(line["date"])
            name = line["id"] + ENDINGS[line["id"]]
            yield Document(name, line["title"], line["text"], published=published)


def choose_questions() -> list[Asked]:
    """50: of each document the first, its follow-ups and some in a filter; some off the topic."""
    asked: dict[str, list[str]] = {name: [] for name in ENDINGS}
    for line in read_lines("questions.jsonl.gz"):
        if line["document"] in ENDINGS and line["set"] == "asked":
            asked[line["document"]].append(line["question"])
    followed = [line for line in read_lines("followups.jsonl.gz") if line["document"] in ENDINGS]
    chosen = [Asked(question) for questions in asked.values() for question in questions[:3]]
    chosen += [
        Asked(line["question"], (line["previous"],))
        for line in followed
        if line["id"].endswith(("f1", "f3"))
    ]
    for name, ending in ENDINGS.items():
        only = DocumentFilter(documents=(name + ending,))
        chosen.append(Asked(asked[name][3], within=only))
    recent = DocumentFilter(published_from=date(2024, 1, 1))
    old = DocumentFilter(published_to=date(2023, 3, 17), formats=("docx",))
    for within in (recent, old, DocumentFilter(formats=("html", "md"))):
        chosen.append(Asked("What does the lab say about the rosemary honey?", within=within))
        chosen.append(Asked("and the price?", ("magic v3 weight",), within))
    several = ("Who is the data protection officer?", "number of shops", "min age w/o parent")
    chosen += [Asked("insurer?", several), Asked("why?", several[:2])]
    others = ["Who won the World Cup?", "夸克眼镜多少钱？", "Qwx?", "<b>What</b> does & cost?"]
    others += ["What does the\u2028hinge of the V3 cost?", "How many “heads” – in a year? 👓"]
    return [*chosen, *map(Asked, others)]


QUESTIONS = choose_questions()


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("interfaces")
    documents = sorted(read_documents(), key=lambda document: document.id)
    build_from(Corpus(tuple(documents), (), "1" * 64), folder / "default", embedder="packaged")
    reader = RememberingReader(open_model(PACKAGED))
    generation = Generation.open(folder / "default")
    assistant = Assistant.of(generation, reader, Settings(passages_read=3))
    app = create_app(assistant, settings=Settings(feedback=folder / "feedback"))
    with TestClient(app, base_url=LOCAL) as client:
        yield Site(assistant, client, folder)
    assistant.close()


@pytest.fixture(scope="module")
def answers(site: Site) -> list[JSON]:
    """What Python gives."""
    return [
        drop_times(
            render_answer(
                site.assistant.ask(
                    asked.question,
                    previous=asked.previous,
                    within=asked.within,
                    top_k=TOP_K,
                    as_of=NEWEST,
                )
            ).model_dump_json()
        )
        for asked in QUESTIONS
    ]


def drop_times(text: str | bytes) -> JSON:
    body: JSON = json.loads(text)
    del body["timing_ms"]
    return body


# The interfaces


def post(site: Site) -> Iterator[str]:
    for asked in QUESTIONS:
        yield site.client.post("/api/v1/query", json=asked.to_json()).text


def get(site: Site) -> Iterator[str]:
    for asked in QUESTIONS:
        yield site.client.get("/api/v1/query", params=asked.to_address()).text


def stream(site: Site) -> Iterator[str]:
    headers = {"Accept": "text/event-stream"}
    for asked in QUESTIONS:
        response = site.client.post("/api/v1/query", json=asked.to_json(), headers=headers)
        *_, (name, data) = read_events(response.text)
        assert name == "done"
        yield json.dumps(data)


def send_batch(site: Site) -> Iterator[str]:
    lines = "\n".join(json.dumps(asked.to_json(), ensure_ascii=False) for asked in QUESTIONS)
    response = site.client.post("/api/v1/batch", content=lines.encode())
    yield from response.text.removesuffix("\n").split("\n")


def run_command(site: Site) -> Iterator[str]:
    for asked in QUESTIONS:
        options = [f"--previous={question}" for question in asked.previous]
        options += [f"--document={name}" for name in asked.within.documents]
        options += [f"--format={name}" for name in asked.within.formats]
        for name in ("published_from", "published_to"):
            if (day := getattr(asked.within, name)) is not None:
                options.append(f"--{name.replace('_', '-')}={day}")
        with pytest.MonkeyPatch.context() as patch, redirect_stdout(StringIO()) as printed:
            patch.setattr(Assistant, "open", lambda **_: site.assistant)
            arguments = ["--json", f"--top-k={TOP_K}", f"--as-of={NEWEST}", *options]
            assert main(["ask", *arguments, asked.question]) == 0
        yield printed.getvalue()


def evaluate(site: Site) -> Iterator[str]:
    gold = {"kind": "not_stated", "answers": [], "answerable": False, "split": "tune"}
    lines = []
    for number, asked in enumerate(QUESTIONS):
        line = asked.to_json() | gold | {"id": str(number), "previous": list(asked.previous)}
        del line["top_k"], line["as_of"]
        lines.append(line)
    path = write_questions(site.folder / "questions.jsonl", *lines)
    rows, _ = run_questions(site.assistant, path, site.folder / "run")
    for row in rows:
        assert row.response is not None
        yield row.response.model_dump_json()


def chat(site: Site) -> Iterator[str]:
    client = openai_of(site.client)
    for asked in QUESTIONS:
        options = asked.to_json()
        question, _ = options.pop("question"), options.pop("previous", None)
        completion = ask_chat(client, *asked.previous, question, extra_body={"assistant": options})
        yield json.dumps(completion.choices[0].message.assistant)


def call_tool(site: Site) -> Iterator[str]:
    async def ask_all(client: Client) -> list[CallToolResult]:
        return [await client.call_tool("ask", asked.to_json()) for asked in QUESTIONS]

    for result in talk(site.assistant, ask_all):
        yield json.dumps(read_result(result))


INTERFACES: dict[str, Callable[[Site], Iterator[str]]] = {
    "POST": post,
    "GET": get,
    "stream": stream,
    "batch": send_batch,
    "chat": chat,
    "MCP": call_tool,
    "command": run_command,
    "evaluate": evaluate,
}


@pytest.mark.parametrize("name", INTERFACES)
def test_every_interface_gives_the_answer_that_python_gives(
    name: str, site: Site, answers: list[JSON]
) -> None:
    given = [drop_times(text) for text in INTERFACES[name](site)]
    assert len(given) == len(answers)
    for asked, body, answer in zip(QUESTIONS, given, answers, strict=True):
        assert body == answer, asked


def test_the_page_shows_the_answer_that_python_gives(site: Site, answers: list[JSON]) -> None:
    for asked, answer in zip(QUESTIONS, answers, strict=True):
        page = site.client.get("/", params=asked.to_address()).text
        shown = " ".join(strip_tags(page).split())
        for text in list_shown(answer):
            assert " ".join(text.split()) in shown, asked


def list_shown(answer: JSON) -> Iterator[str]:
    """The words of an answer or best guess with their quotes, and why there is no answer."""
    parts = answer["answer"]["parts"] if answer["answer"] else []
    parts += [answer["best_guess"]] if answer["best_guess"] else []
    yield from (part["text"] for part in parts)
    numbers = {number for part in parts for number in part["citations"]}
    yield from (one["quote"] for one in answer["citations"] if one["number"] in numbers)
    if answer["abstention"]:
        yield answer["abstention"]["message"]


def test_the_questions_are_of_every_kind(answers: list[JSON]) -> None:
    """50 of them: with all outcomes, follow-ups and filters, so that each could differ."""
    assert len(answers) == len({*QUESTIONS}) == 50
    outcomes = Counter(
        "answered" if answer["answer"] else "not sure" if answer["best_guess"] else "absent"
        for answer in answers
    )
    assert outcomes.keys() == {"answered", "not sure", "absent"}
    assert min(outcomes.values()) >= 5
    assert sum(answer["carried"] is not None for answer in answers) >= 10
    assert sum(answer["filter"] is not None for answer in answers) >= 10
    kinds = {answer["kind"] for answer in answers}
    assert kinds >= {"span", "passage", "list", "comparison", "trend", "none"}
    reasons = {answer["abstention"]["reason"] for answer in answers if answer["abstention"]}
    assert reasons >= {"no_evidence", "low_confidence", "language"}
