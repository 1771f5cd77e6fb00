"""A question to some of the documents: by the API, in words, on the command line, in a file."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from assistant.api.rendering import render_answer
from assistant.api.text import render_markdown, render_text
from assistant.api.wording import read_wording
from assistant.cli import main
from assistant.errors import EvaluationError
from assistant.pages.app import create_app
from assistant.questions.index_questions import LocatedQuestions, locate, read_index_questions
from assistant.records import Coverage, DocumentFilter
from tests.answers import ANSWERED
from tests.conftest import LOCAL, Maker
from tests.evaluating import GOOD, SQUAD, plan_set, write_questions
from tests.test_subset import EVERY, LOUD, NEWS, PLAIN, PLAYERS, PRICES

ASKED = "What do Quark glasses cost?"
ONLY = {"documents": [NEWS.id, PRICES.id], "formats": ["HTML"]}


@pytest.fixture(scope="module")
def client(shared_make: Maker) -> Iterator[TestClient]:
    assistant = shared_make.assistant(*EVERY, players=PLAYERS)
    with TestClient(create_app(assistant), base_url=LOCAL) as client:
        yield client


def ask(client: TestClient, **fields: Any) -> dict[str, Any]:
    """The same answer by both ways, without times."""
    given = {"question": ASKED, "as_of": "2026-01-01", **fields}
    bodies = [
        client.post("/api/v1/query", json=given).json(),
        client.get("/api/v1/query", params=given).json(),
    ]
    for body in bodies:
        body.pop("timing_ms", None)
        body.get("error", {}).pop("request_id", None)
    assert bodies[0] == bodies[1]
    found: dict[str, Any] = bodies[0]
    return found


def test_only_the_chosen_documents_are_asked(client: TestClient) -> None:
    body = ask(client, **ONLY)
    assert body["answer"]["text"] == "Quark glasses cost 9 yuan."
    assert {passage["document_id"] for passage in body["passages"]} == {NEWS.id}
    assert {citation["document_id"] for citation in body["citations"]} == {NEWS.id}
    coverage = body["coverage"]
    assert (coverage["documents"], coverage["all_documents"]) == (1, len(EVERY))
    assert (coverage["passages"], coverage["passages_read"]) == (1, 1)
    # Without a filter, others are nearer.
    body = ask(client)
    assert body["passages"][0]["document_id"] in {document.id for document in LOUD}
    assert (body["filter"], body["coverage"]["all_documents"]) == (None, None)


def test_an_answer_says_which_documents_were_asked(client: TestClient) -> None:
    body = ask(client, **ONLY, published_from="2025-01-01", published_to="2025-03-01")
    assert body["filter"] == {
        "documents": [NEWS.id, PRICES.id],
        "published_from": "2025-01-01",
        "published_to": "2025-03-01",
        "formats": ["html"],
    }


@pytest.mark.parametrize(
    ("fields", "message", "hint"),
    [
        ({"documents": ["none.txt"]}, "no document 'none.txt'", "see the list of documents"),
        ({"formats": ["xls"]}, "no document has the format 'xls'", "there are: html, md, pdf, txt"),
        (
            {"published_from": "2025-02-01", "published_to": "2025-01-01"},
            "published_from is 2025-02-01, after published_to, 2025-01-01", "swap the two days",
        ),
        (
            {"published_from": "2030-01-01"},
            "no document meets published_from 2030-01-01", "leave a condition out",
        ),
    ],
)  # fmt: skip
def test_a_bad_filter_is_422_and_says_the_way_out(
    client: TestClient, fields: dict[str, Any], message: str, hint: str
) -> None:
    assert client.post("/api/v1/query", json={"question": ASKED, **fields}).status_code == 422
    body = ask(client, **fields)
    assert body["error"] == {"code": "bad_filter", "message": message, "hint": hint}
    page = client.get("/", params={"question": ASKED, **fields})
    assert page.status_code == 422
    assert "'" not in message or message.split("'")[1] in page.text


def test_csv_is_of_the_chosen_documents_alone(client: TestClient) -> None:
    table = client.post("/api/v1/query", json={"question": ASKED, "format": "csv", **ONLY}).text
    assert NEWS.id in table
    assert "loud/" not in table


def test_documents_are_searched_and_listed_in_parts(client: TestClient) -> None:
    def list_ids(**query: Any) -> tuple[int, list[str]]:
        body = client.get("/api/v1/documents", params=query).json()
        return body["count"], [line["id"] for line in body["documents"]]

    count, ids = list_ids()
    assert (count, ids) == (len(EVERY), [document.id for document in EVERY])
    assert list_ids(query="LOUD 1", limit=2) == (11, ["loud/10.txt", "loud/11.txt"])
    assert list_ids(query="loud 1", first=10) == (11, ["loud/21.txt"])
    assert list_ids(query="loud 1", first=11) == (11, [])
    assert list_ids(query="notes", limit=0) == (1, [])
    for wrong in ({"limit": -1}, {"first": 10**30}, {"words": "x"}):
        assert client.get("/api/v1/documents", params=wrong).status_code == 422


def test_words_say_how_many_of_the_documents_were_asked() -> None:
    answer = replace(
        ANSWERED,
        within=DocumentFilter((NEWS.id,)),
        coverage=Coverage(3, 57, 10, False, "reader", (NEWS.id,), all_documents=41),
    )
    body = render_answer(answer)
    said = "Read 10 of 57 passages in 3 of 41 documents. 1 of 3 documents was only partly read."
    assert read_wording().describe_coverage(body.coverage) == said
    assert render_text(body).endswith(f"\n\n{said}")
    assert render_markdown(body).endswith(f"\n\n{said}")
    said = "41 篇文档中的 3 篇共 57 个段落，已阅读其中 10 个。"
    assert read_wording("zh").describe_coverage(body.coverage).startswith(said)
    assert said in render_markdown(body, "zh")
    alone = body.coverage.model_copy(update={"all_documents": 1, "documents": 1, "unread": []})
    assert read_wording().describe_coverage(alone) == "Read 10 of 57 passages in 1 of 1 document."
    assert "Read" not in render_markdown(render_answer(ANSWERED))


@pytest.mark.usefixtures("terms_reader")
def test_the_command_line_asks_only_the_chosen_documents(
    shared_make: Maker, capsys: pytest.CaptureFixture[str]
) -> None:
    generation = shared_make.generation(*EVERY, players=PLAYERS)
    place = ["--indexes", str(generation.folder.parents[1]), "--index", generation.name]
    options = ["--document", PLAIN.id, "--document", NEWS.id, "--format", "HTML"]
    days = ["--published-from", "2025-01-01", "--published-to", "2025-03-01"]
    assert main(["ask", ASKED, *options, *days, *place]) == 0
    printed = capsys.readouterr().out
    assert "Quark glasses cost 9 yuan. [1]\n" in printed
    assert printed.endswith("Read 1 of 1 passage in 1 of 20 documents.\n")
    assert main(["ask", ASKED, "--json", *options, *days, *place]) == 0
    filtered = json.loads(capsys.readouterr().out)["filter"]
    assert filtered == {
        "documents": [NEWS.id, PLAIN.id], "published_from": "2025-01-01",
        "published_to": "2025-03-01", "formats": ["html"],
    }  # fmt: skip
    assert main(["ask", ASKED, "--document", "x", *place]) == 1
    assert "no document 'x': see the list of documents" in capsys.readouterr().err
    assert main(["ask", ASKED, "--published-from", "May", *place]) == 2


def test_a_line_of_questions_names_its_documents(shared_make: Maker, tmp_path: Path) -> None:
    assistant = shared_make.assistant(*EVERY, players=PLAYERS)
    evidence = [{"document_id": NEWS.id, "any_of": ["cost 9 yuan"]}]
    whole = GOOD | {"question": ASKED, "evidence": evidence}
    lines = [
        whole,
        whole | {"id": "q2", "documents": [NEWS.id]},
        whole | {"id": "q3", "published_from": "2024-12-31", "published_to": "2025-05-31",
                 "formats": ["html"]},
    ]  # fmt: skip
    path = write_questions(tmp_path / "q.jsonl", *lines)
    plan = plan_set(assistant, list(locate(read_index_questions(path), assistant.document)))
    rows = [plan.ask(question) for question in plan.questions]
    coverages = [row.response.coverage for row in rows if row.response is not None]
    assert [(one.documents, one.all_documents) for one in coverages] == [
        (20, None), (1, 20), (1, 20),
    ]  # fmt: skip
    assert [row.verdicts.cited for row in rows] == [0.0, 1.0, 1.0]
    assert len({row.gold for row in rows}) == 3
    again = lines[1] | {"id": "q4", "question": f"{ASKED} "}
    with pytest.raises(EvaluationError, match="line 4, question: the same as 'q2'"):
        list(read_index_questions(write_questions(path, *lines, again)))
    wrong = lines[1] | {"documents": ["x", NEWS.id, "y"]}
    with pytest.raises(EvaluationError, match="question q2: no document 'x'; question q2: no doc"):
        list(locate(read_index_questions(write_questions(path, wrong)), assistant.document))


def test_an_evaluation_asks_the_chosen_documents_where_a_line_names_none(
    shared_make: Maker, tmp_path: Path
) -> None:
    assistant = shared_make.assistant(*EVERY, players=PLAYERS)
    line = GOOD | {"evidence": [{"document_id": NEWS.id, "any_of": ["cost 9 yuan"]}]}
    named = line | {"id": "q2", "documents": [NEWS.id]}
    path = write_questions(tmp_path / "q.jsonl", line, named)
    within = DocumentFilter(formats=("pdf",))
    questions = LocatedQuestions(path, assistant.document, within=within)
    assert [one.within for one in questions] == [within, DocumentFilter((NEWS.id,))]


@pytest.mark.parametrize("options", [["--document", "x"], ["--reader-only", "--format", "txt"]])
def test_an_evaluation_without_an_index_can_not_choose_documents(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], options: list[str]
) -> None:
    path = tmp_path / "dev.json"
    path.write_text(json.dumps(SQUAD))
    assert main(["evaluate", str(path), *options]) == 1
    assert "there is no index whose documents can be chosen: use --open" in capsys.readouterr().err
