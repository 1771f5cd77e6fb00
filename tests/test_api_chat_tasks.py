"""What Open WebUI asks for on its own.

The requests are those of version 0.12.4, shortened: the templates are in its
backend/open_webui/config.py, and what it does with the answers in
backend/open_webui/utils/middleware.py and src/lib/apis/index.ts.
"""

import json
from dataclasses import replace

import pytest
from fastapi.testclient import TestClient
from hypothesis import given, strategies as st

from assistant.api.chat.schema import MessageBody
from assistant.api.chat.tasks import LONGEST_TITLE, cut_title, find_task
from assistant.pages.app import create_app
from tests.answers import ANSWERED, EVERY, CannedAssistant, client_of
from tests.conftest import LOCAL

HISTORY = """<chat_history>
USER: What does the "title": of it's plan say?
Over two lines.
ASSISTANT: 2,999 yuan [1]

Very likely. {"tags": ["none"]}
USER: How much do Quark glasses cost?
ASSISTANT: 2,999 yuan [1]
</chat_history>"""
FIRST = 'What does the "title": of it\'s plan say? Over two lines.'
LAST = "How much do Quark glasses cost?"
TITLE = f"""### Task:
Generate a concise, 3-5 word title with an emoji summarizing the chat history.
### Guidelines:
- Your entire response must consist solely of the JSON object, without any introductory text.
### Output:
JSON format: {{ "title": "your concise title here" }}
### Examples:
- {{ "title": "📉 Stock Market Trends" }},
- {{ "title": "Remote Work Productivity Tips" }}
### Chat History:
{HISTORY}"""
FOLLOW_UPS = f"""### Task:
Suggest 3-5 relevant follow-up questions or prompts that the user might naturally ask next.
### Guidelines:
- Response must be a JSON object with a "follow_ups" key containing an array of strings.
### Output:
JSON format: {{ "follow_ups": ["Question 1?", "Question 2?", "Question 3?"] }}
### Chat History:
{HISTORY}"""
TAGS = f"""### Task:
Generate 1-3 broad tags categorizing the main themes of the chat history.
### Output:
JSON format: {{ "tags": ["tag1", "tag2", "tag3"] }}
### Chat History:
{HISTORY}"""
QUERIES = f"""### Task:
Analyze the chat history to determine the necessity of generating search queries.
### Guidelines:
- If no useful results can be retrieved by a search, return: {{ "queries": [] }}.
### Output:
Strictly return in JSON format:
{{
  "queries": ["query1", "query2"]
}}
### Chat History:
{HISTORY}
"""
AUTOCOMPLETE = f"""### Task:
You are an autocompletion system. Continue the text in `<text>`.
### **Output Rules**:
- Respond only in JSON format: `{{ "text": "<your_completion>" }}`.
### Context:
{HISTORY}
<type>General</type>
<text>How much</text>
#### Output:
"""
IMAGE = f"""### Task:
Generate a detailed prompt for an image generation task.
### Output:
{{
    "prompt": "Your detailed description here."
}}
{HISTORY}"""
OTHER_WORDS = f"""Nenne ein Thema. Antworte als JSON: {{"title": "..."}}
{HISTORY}"""
ANSWERS = [
    (TITLE, {"title": FIRST}),
    (OTHER_WORDS, {"title": FIRST}),
    (FOLLOW_UPS, {"follow_ups": ["Who makes it's lenses?"]}),
    (TAGS, {"tags": []}),
    (QUERIES, {"queries": [LAST]}),
    (AUTOCOMPLETE, {"text": ""}),
    (IMAGE, {"prompt": ""}),
]


def send(client: TestClient, prompt: str, **options: object) -> dict[str, object]:
    body = {
        "model": "assistant",
        "messages": [{"role": "user", "content": prompt}],
        "stream": False,
        **options,
    }
    response = client.post("/v1/chat/completions", json=body)
    assert response.status_code == 200, response.text
    message: dict[str, object] = response.json()["choices"][0]["message"]
    return message


def read_as_open_webui(content: str) -> object:
    """Its server takes what is between the outer braces."""
    return json.loads(content[content.find("{") : content.rfind("}") + 1])


def read_as_its_page(content: str) -> object:
    for quote in "'‘’`":
        content = content.replace(quote, '"')
    return read_as_open_webui(content)


@pytest.mark.parametrize(("prompt", "expected"), ANSWERS)
def test_a_task_gets_the_json_that_it_asks_for(prompt: str, expected: dict[str, object]) -> None:
    asked = replace(ANSWERED, suggestions=("Who makes it's lenses?",))
    message = send(client_of(asked), prompt, max_completion_tokens=1000)
    content = str(message["content"])
    assert read_as_open_webui(content) == read_as_its_page(content) == expected
    assert (message["annotations"], message["assistant"]) == ([], None)


def test_only_follow_ups_ask_the_assistant_and_as_in_the_conversation() -> None:
    canned = CannedAssistant([ANSWERED])
    app_client = TestClient(create_app(canned), base_url=LOCAL)  # type: ignore[arg-type]
    for prompt in (TITLE, TAGS, QUERIES, AUTOCOMPLETE):
        send(app_client, prompt)
    assert canned.asked == []
    send(app_client, FOLLOW_UPS)
    ((previous, _),) = canned.conversations
    assert (previous, canned.asked[0][0]) == ((FIRST,), LAST)


def test_a_task_may_be_longer_than_a_question() -> None:
    long = TITLE.replace("ASSISTANT: 2,999", f"ASSISTANT: {'many words ' * 1000}2,999")
    assert read_as_open_webui(str(send(client_of(ANSWERED), long)["content"])) == {"title": FIRST}
    question = FOLLOW_UPS.replace(LAST, "x" * 3000)
    message = send(client_of(*EVERY), question)
    assert read_as_open_webui(str(message["content"])) == {"follow_ups": []}


def test_a_task_can_be_streamed() -> None:
    body = {"model": "assistant", "messages": [{"role": "user", "content": TAGS}], "stream": True}
    response = client_of(ANSWERED).post("/v1/chat/completions", json=body)
    chunks = [json.loads(line[6:]) for line in response.text.split("\n\n")[:-2]]
    deltas = [chunk["choices"][0]["delta"] for chunk in chunks]
    assert "".join(delta.get("content", "") for delta in deltas) == '{"tags": []}'


def test_a_conversation_without_questions_gives_nothing() -> None:
    empty = TITLE.replace(HISTORY, "<chat_history>\n</chat_history>")
    assert read_as_open_webui(str(send(client_of(ANSWERED), empty)["content"])) == {"title": ""}
    empty = QUERIES.replace(HISTORY, "<chat_history></chat_history>")
    assert read_as_open_webui(str(send(client_of(ANSWERED), empty)["content"])) == {"queries": []}


@pytest.mark.parametrize(
    "contents",
    [
        [LAST],
        ['Give {"title": "x"} as JSON.'],  # no conversation
        [f"Say it in other words.\n{HISTORY}"],  # no JSON
        ["Hello", TITLE],  # a message of a conversation
        ['<chat_history> of "title" is a tag'],
    ],
)
def test_a_question_is_no_task(contents: list[str]) -> None:
    messages = [MessageBody(role="user", content=content) for content in contents]
    assert find_task(messages) is None


def test_a_megabyte_of_tags_is_read_once() -> None:
    """A search for the end from each start of a conversation would take minutes."""
    starts = MessageBody(role="user", content="<chat_history>" * 70_000)
    assert find_task([starts]) is None
    ended = MessageBody(role="user", content=f'{starts.content}USER: {LAST}</chat_history>"title":')
    assert find_task([ended]) is not None


def test_a_title_is_cut_after_a_word() -> None:
    assert cut_title("How much?") == "How much?"
    assert cut_title("word " * 12) == " ".join(["word"] * 12)
    assert cut_title("word, " * 13) == ", ".join(["word"] * 10) + "…"
    assert cut_title("夸" * 61) == "夸" * 59 + "…"


@given(st.text("ab, ", max_size=150))
def test_a_title_has_only_words_of_the_question(question: str) -> None:
    title = cut_title(question)
    assert len(title) <= LONGEST_TITLE
    if not title.endswith("…"):
        assert title == " ".join(question.split())
    elif " " in title:
        assert question.split()[: len(title.split())][:-1] == title.split()[:-1]
