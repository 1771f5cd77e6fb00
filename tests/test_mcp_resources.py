"""Documents as resources."""

from urllib.parse import unquote

import pytest
from hypothesis import given, strategies as st
from mcp import Client
from mcp.shared.exceptions import MCPError
from mcp.types import INTERNAL_ERROR, INVALID_PARAMS, Resource, TextResourceContents

from assistant.api.mcp import server
from assistant.api.mcp.server import DOCUMENTS, read_uri, write_uri
from assistant.errors import IndexAbsentError
from assistant.records import Document
from tests.conftest import AWKWARD_TEXT, Maker
from tests.mcp_clients import talk

AWKWARD = (
    "a/b c/100%25 & more?.txt",
    "#1 [draft] {id}.md",
    "文档/Ünï – 👓.txt",
    "+plus=equals;semi,comma.txt",
    "..",
)


async def list_all(client: Client) -> list[Resource]:
    resources: list[Resource] = []
    cursor = None
    while True:
        page = await client.list_resources(cursor=cursor)
        resources += page.resources
        cursor = page.next_cursor
        if cursor is None:
            return resources


async def read(client: Client, uri: str) -> str:
    (content,) = (await client.read_resource(uri)).contents
    assert isinstance(content, TextResourceContents)
    assert (content.uri, content.mime_type) == (uri, "text/plain")
    return content.text


@pytest.mark.parametrize("mode", ["auto", "legacy"])
def test_each_listed_document_is_read_exactly(make: Maker, mode: str) -> None:
    documents = [Document(id, f"T {id}", f"{n} {AWKWARD_TEXT}") for n, id in enumerate(AWKWARD)]
    assistant = make.assistant(*documents)

    async def use(client: Client) -> dict[str, str]:
        return {one.name: await read(client, one.uri) for one in await list_all(client)}

    texts = talk(assistant, use, mode=mode)
    assert texts == {document.id: document.text for document in documents}


@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=1))
def test_an_address_gives_its_id_back(document_id: str) -> None:
    uri = write_uri(document_id)
    assert uri.isascii()
    assert "/" not in uri.removeprefix(DOCUMENTS)
    assert read_uri(uri) == document_id


def test_slashes_may_also_stay_as_they_are() -> None:
    assert read_uri("assistant://documents/notes/May%201.md") == "notes/May 1.md"


def test_the_template_is_that_of_the_addresses(make: Maker) -> None:
    assistant = make.assistant(Document("a/b.txt", "B", "One two three."))

    async def use(client: Client) -> tuple[str, str]:
        (template,) = (await client.list_resource_templates()).resource_templates
        uri = template.uri_template.replace("{id}", "a%2Fb.txt")
        return uri, await read(client, uri)

    assert talk(assistant, use) == (write_uri("a/b.txt"), "One two three.")


def test_many_documents_are_listed_in_pages(make: Maker, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "PAGE", 3)
    ids = [f"{n:02}.txt" for n in range(7)]
    assistant = make.assistant(*(Document(id, f"T{id}", f"Text {id} is here.") for id in ids))
    sizes = []

    async def use(client: Client) -> list[str]:
        first = await client.list_resources()
        second = await client.list_resources(cursor=first.next_cursor)
        third = await client.list_resources(cursor=second.next_cursor)
        after = await client.list_resources(cursor="7")
        sizes.extend([len(page.resources) for page in (first, second, third, after)])
        assert (third.next_cursor, after.next_cursor) == (None, None)
        return [unquote(one.uri).removeprefix(DOCUMENTS) for one in await list_all(client)]

    assert talk(assistant, use) == ids
    assert sizes == [3, 3, 1, 0]


@pytest.mark.parametrize(
    ("uri", "message"),
    [
        (write_uri("no.txt"), "no document 'no.txt': the tool list_documents gives the ids"),
        ("file:///etc/passwd", "no resource 'file:///etc/passwd'"),
        (f"{DOCUMENTS}..%2F..%2Fetc%2Fpasswd", "no document '../../etc/passwd': "),
        (f"{DOCUMENTS}%FF", "no document '\ufffd': "),
        (DOCUMENTS, "no document '': "),
    ],
)
def test_another_address_is_unknown(make: Maker, uri: str, message: str) -> None:
    async def use(client: Client) -> None:
        with pytest.raises(MCPError) as raised:
            await client.read_resource(uri)
        assert raised.value.message.startswith(message)
        assert raised.value.code == INVALID_PARAMS

    talk(make.assistant(Document("a.txt", "A", "One two three.")), use)


@pytest.mark.parametrize("cursor", ["-1", "x", "٣", "9" * 10, ""])
def test_a_page_that_was_not_given_is_refused(make: Maker, cursor: str) -> None:
    async def use(client: Client) -> None:
        with pytest.raises(MCPError, match=r"no page .*: list from the start"):
            await client.list_resources(cursor=cursor)

    talk(make.assistant(Document("a.txt", "A", "One two three.")), use)


def test_a_missing_index_and_a_fault_are_errors(caplog: pytest.LogCaptureFixture) -> None:
    errors = [IndexAbsentError("no index", hint="run `assistant index`"), OSError("the secret")]

    def current() -> object:
        raise errors.pop(0)

    async def use(client: Client) -> None:
        with pytest.raises(MCPError) as raised:
            await client.list_resources()
        assert raised.value.message == "no index: run `assistant index`"
        with pytest.raises(MCPError) as raised:
            await client.read_resource(write_uri("a.txt"))
        assert raised.value.message == "something went wrong on the server: see its log"
        assert raised.value.code == INTERNAL_ERROR

    talk(current, use)
    assert "the secret" in caplog.text
