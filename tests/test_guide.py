"""README and guide: every command runs or parses; every path, option, setting and link exists."""

import importlib.util
import json
import re
import shlex
import shutil
import subprocess
from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import chdir, redirect_stdout
from functools import cache
from io import StringIO
from itertools import zip_longest
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from markdown_it import MarkdownIt
from markdown_it.token import Token

from assistant.answer import Assistant
from assistant.cli import main, make_parser
from assistant.errors import UsageError
from assistant.load.formats import BINARY_LOADERS, TEXT_LOADERS
from assistant.pages.app import create_app
from assistant.pages.guide import render_guide
from assistant.players import read_players
from assistant.settings import Settings
from tests.conftest import CORPUS, LOCAL, QUESTIONS, ROOT

README = ROOT / "README.md"
GUIDE = ROOT / "web" / "guide"
PAGES = [
    README,
    *sorted(GUIDE.glob("*.md")),
    CORPUS / "README.md",
    ROOT / "assistant/train/questions/README.md",
    ROOT / "assistant/read/packaged/MODEL_CARD.md",
]
PROGRAMS = {"assistant", "curl", "make", "python", "python3", "pytest"}
# A command with one of these words is parsed, and not run.
NOT_RUN = {
    "serve": "does not end",
    "mcp": "talks to a program",
    "train": "takes hours",
    "--from-feedback": "needs feedback",
    "--store": "needs Milvus",
    "calibrate": "takes minutes",
    "assistant/train/questions": "takes minutes",
    "my-reader": "a reader that somebody trained",
    "dev-v2.0.json": "of SQuAD",
    "dev-v1.1.json": "of SQuAD",
    "path/to/beir/scifact": "of BEIR",
    "news/questions.jsonl": "somebody's questions",
    "questions.jsonl": "somebody's questions",
    "--ray": "takes a cluster, or all cores",
}
# Files and folders that are made by commands or brought along; all other paths are in the tree.
NOT_IN_TREE = {
    "rows.jsonl", "report.json", "report.html", "questions.jsonl",
    "corpus.jsonl", "questions.txt", ".shards", "dev-v1.1.json", "dev-v2.0.json", ".checked/",
    "documents.jsonl.gz", "questions.jsonl.gz", "followups.jsonl.gz", "paragraphs.jsonl.gz",
    "paragraph-questions.jsonl.gz", "reader.onnx", "build/peers", "feedback.jsonl",
    "feedback-questions.jsonl", "documents.jsonl", "claude_desktop_config.json",
    ".cursor/mcp.json", ".mcp.json", ".vscode/mcp.json", "120/minute",
}  # fmt: skip
PATH = re.compile(r"\.?[\w-][\w.-]*(/[\w.-]+)*/?")
SUFFIX = re.compile(r"\w\.(py|md|toml|txt|jsonl?|html|svg|png|gz|onnx|npy)$")


def read_tokens(page: Path, kind: str) -> list[Token]:
    """The tokens of a kind: `fence` is a block, with its language as `info`."""
    markdown = MarkdownIt("commonmark", {"html": False}).enable("table")
    tokens = markdown.parse(page.read_text(encoding="utf-8"))
    return [token for token in tokens if token.type == kind]


def read_inline(page: Path, kind: str) -> list[Token]:
    children = (child for token in read_tokens(page, "inline") for child in token.children or ())
    return [child for child in children if child.type == kind]


def read_curl() -> ArgumentParser:
    """The options of curl that the pages use."""
    curl = ArgumentParser()
    curl.add_argument("url")
    curl.add_argument("-s", action="store_true")
    curl.add_argument("-G", action="store_true")
    curl.add_argument("-H", action="append", default=[])
    curl.add_argument("-d", "--data-urlencode", dest="data", action="append", default=[])
    curl.add_argument("--data-binary", dest="file")
    return curl


def split_commands(text: str) -> Iterator[list[str]]:
    """The words of each command of a shell block."""
    for line in text.replace("\\\n", " ").splitlines():
        command: list[str] = []
        for word in [*shlex.split(line, comments=True), "&&"]:
            if word != "&&":
                command.append(word)
            elif command:
                yield command
                command = []


def split_variables(words: list[str]) -> tuple[dict[str, str], list[str]]:
    """The variables that are set for a command, and the command."""
    variables: dict[str, str] = {}
    while re.match(r"[A-Z_]+=", words[0]):
        name, _, variables[name] = words[0].partition("=")
        words = words[1:]
    return variables, [words[0].removeprefix(".venv/bin/"), *words[1:]]


class Shell:
    """Runs the commands of the pages, in a folder that holds what a fresh clone does."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        assistant = Assistant.open(folder / "indexes" / "default", settings=Settings())
        self.app = create_app(assistant, settings=Settings(feedback=folder / "feedback"))
        self.client = TestClient(self.app, base_url=LOCAL)

    def run(self, words: list[str]) -> str:
        """What a command prints; "" for one that is only checked."""
        variables, (program, *given) = split_variables(words)
        match program:
            case "assistant":
                return self._run_assistant(given, variables)
            case "curl":
                return self._ask_server(given)
            case "cat":
                return (self.folder / given[0]).read_text(encoding="utf-8")
            case "make":
                check_make(given, variables)
            case "python" | "python3":
                assert given[0] == "-m"
                assert importlib.util.find_spec(given[1]) is not None, given[1]
            case "docker" | "export" | "openssl" | "ray" | "sudo":
                pass  # of the machine that it is installed on: tests/test_packaging.py
            case "pytest":
                assert all((ROOT / path).exists() for path in given)
            case _:
                pytest.fail(f"not known how to check: {shlex.join(words)}")
        return ""

    def _run_assistant(self, given: list[str], variables: dict[str, str]) -> str:
        make_parser().parse_args(given)
        settings = {f"ASSISTANT_{name.upper()}" for name in Settings.model_fields}
        assert variables.keys() <= settings
        if NOT_RUN.keys() & set(given):
            return ""
        with chdir(self.folder), pytest.MonkeyPatch.context() as patch:
            for name, value in variables.items():
                patch.setenv(name, value)
            with redirect_stdout(StringIO()) as printed:
                assert main(given) == 0, shlex.join(given)
        return printed.getvalue()

    def _ask_server(self, given: list[str]) -> str:
        curl = read_curl().parse_args(given)
        assert curl.url.startswith(LOCAL), curl.url
        headers = dict(header.split(": ") for header in curl.H)
        if curl.file:
            content = (self.folder / curl.file.removeprefix("@")).read_bytes()
            return self.client.post(curl.url, content=content, headers=headers).text
        if curl.data and not curl.G:
            (content,) = curl.data
            return self.client.post(curl.url, content=content, headers=headers).text
        # None keeps the query of the address.
        query = dict(part.split("=", 1) for part in curl.data) or None
        return self.client.get(curl.url, params=query, headers=headers).text

    def run_python(self, code: str, names: dict[str, object]) -> str:
        """What a block prints; its clients, which use httpx2, send to the app of the pages.

        `names` are those that the blocks before it have given.
        """
        with (
            chdir(self.folder),
            pytest.MonkeyPatch.context() as patch,
            redirect_stdout(StringIO()) as printed,
        ):
            patch.setattr("httpx2._client.HTTPTransport", lambda **_: self.client._transport)
            exec(compile(code, "guide", "exec", dont_inherit=True), names)
        return printed.getvalue()


def check_make(given: list[str], variables: dict[str, str]) -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    for word in given:
        name, is_variable, _ = word.partition("=")
        if is_variable:
            variables = variables | {name: ""}
        else:
            assert re.search(rf"^{name}:", makefile, re.MULTILINE), f"make {word}"
    assert all(f"$({name})" in makefile for name in variables), variables


@pytest.fixture(scope="module")
def shell(article_index: Path, tmp_path_factory: pytest.TempPathFactory) -> Shell:
    folder = tmp_path_factory.mktemp("clone")
    shutil.copytree(CORPUS, folder / "corpus")
    shutil.copytree(article_index, folder / "indexes" / "default")
    (folder / "my-notes").mkdir()
    note = "# Meeting of 3 March\n\nWe decided to sell the warehouse in Leeds by June.\n"
    (folder / "my-notes" / "meeting.md").write_text(note, encoding="utf-8")
    asked = '{"question": "Who is Wu Jia?", "top_k": 1}\n{"question": ""}\n'
    (folder / "my-questions.jsonl").write_text(asked, encoding="utf-8")
    # A run over all questions is the subject of a test of its own.
    some = QUESTIONS.read_text(encoding="utf-8").splitlines(keepends=True)[:6]
    questions = folder / QUESTIONS.relative_to(ROOT)
    questions.parent.mkdir(parents=True)
    questions.write_text("".join(some), encoding="utf-8")
    with chdir(folder), redirect_stdout(StringIO()):
        assert main(["index", "--corpus", "my-notes", "--index", "notes"]) == 0
    return Shell(folder)


def fits(example: object, real: object) -> bool:
    """Whether an example, with "..." where something is left out, shows what is real."""
    match example:
        case dict():
            named = example.keys() - {"..."}
            return (
                isinstance(real, dict)
                and ("..." in example or named == real.keys())
                and all(name in real and fits(example[name], real[name]) for name in named)
            )
        case [*shown, "..."]:
            return isinstance(real, list) and fits(shown, real[: len(shown)])
        case list():
            return (
                isinstance(real, list)
                and len(example) == len(real)
                and all(map(fits, example, real))
            )
        case str():
            return isinstance(real, str) and shows(example, real)
        case float():
            return bool(real == pytest.approx(example, abs=0.05))
    return example == real


def shows(example: str, real: str) -> bool:
    """Whether a text with "..." where something is left out is a real one, but for space."""
    parts = (re.escape(" ".join(part.split())) for part in example.split("..."))
    return bool(re.fullmatch(r"\s*.*\s*".join(parts), " ".join(real.split()), re.DOTALL))


@pytest.mark.parametrize(
    ("example", "real", "fit"),
    [
        ({"a": 1}, {"a": 1}, True),
        ({"a": 1}, {"a": 1, "b": 2}, False),
        ({"a": 1, "...": "..."}, {"a": 1, "b": 2}, True),
        ({"a": 1, "...": "..."}, {"b": 2}, False),
        ([1, "..."], [1, 2], True),
        ([1], [1, 2], False),
        ([1, 2, "..."], [1], False),
        ("The ... of", "The end of", True),
        ("The ... of", "The end", False),
        (0.5, 0.52, True),
        (0.5, 0.6, False),
        (None, 0, False),
    ],
)
def test_an_example_fits_what_it_shows(example: object, real: object, fit: bool) -> None:
    assert fits(example, real) is fit


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_the_blocks_of_a_page_run_and_show_what_is_printed(page: Path, shell: Shell) -> None:
    shutil.rmtree(shell.folder / "runs", ignore_errors=True)
    printed = ""
    names: dict[str, object] = {"__name__": "guide"}
    blocks = read_tokens(page, "fence")
    for block, following in zip_longest(blocks, blocks[1:]):
        text, where = block.content, f"{page.name}, line {(block.map or [0])[0] + 1}"
        match block.info:
            case "sh":
                commands = list(split_commands(text))
                assert commands, where
                printed = "".join(shell.run(words) for words in commands)
                is_shown = following is not None and following.info == "json"
                assert is_shown or not printed.startswith('{"error"'), f"{where}\n{printed}"
            case "python":
                printed = shell.run_python(text, names)
            case "text":
                assert shows(text, printed), f"{where}\n{printed}"
            case "json":
                assert fits(json.loads(text), json.loads(printed)), f"{where}\n{printed}"
            case "jsonl":
                questions = shell.folder / "questions-of-the-guide.jsonl"
                questions.write_text(text, encoding="utf-8")
                shell.run(["assistant", "evaluate", questions.name])
            case "ini":
                assert text.startswith("# /etc/systemd/system/"), where
            case "toml":
                players = shell.folder / "players.toml"
                players.write_text(text, encoding="utf-8")
                assert read_players(players)
            case _:
                pytest.fail(f"{where}: not known how to check {block.info!r}")


@pytest.mark.parametrize(
    "command",
    [
        "assistant ask --topk 3 x", "assistant asks x", "ASSISTANT_INDEXX=a assistant serve",
        "assistant serve --token x", "make rum", "make bench CORPSE=x", "python -m tests.nothing",
        "wget x", ".venv/bin/pytest tests/test_nothing.py", "assistant ask --index nothing x",
    ],
)  # fmt: skip
def test_a_wrong_command_is_noticed(command: str, shell: Shell) -> None:
    with pytest.raises((AssertionError, UsageError, pytest.fail.Exception)):
        shell.run(shlex.split(command))


@pytest.mark.parametrize("words", ["--nothing", "/nothing", "assistant/nothing.py", "nothing.md"])
def test_a_wrong_name_is_noticed(words: str, shell: Shell) -> None:
    with pytest.raises(AssertionError):
        check_name(words, README, shell)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_what_a_page_names_exists(page: Path, shell: Shell) -> None:
    for token in read_inline(page, "code_inline"):
        check_name(token.content, page, shell)
    for token in read_tokens(page, "code_block"):  # a diagram; commands are fenced
        first = {line.split()[0] for line in token.content.splitlines() if line.strip()}
        assert not first & PROGRAMS


def check_name(words: str, page: Path, shell: Shell) -> None:
    """Check a command, option, address or path that stands in a sentence."""
    first = words.split()[0].removeprefix(".venv/bin/")
    options = {option for one in list_options().values() for option in one}
    if first in PROGRAMS:
        check_inline_command(words, shell)
    elif words.startswith("--"):
        assert words.split()[0] in options, words
    elif address := re.fullmatch(r"(?:(?:GET|POST) )?(/[^ ]*)", words):
        check_address(address[1], shell)
    elif words.startswith("assistant."):
        assert importlib.util.find_spec(words) is not None, words
    elif words not in NOT_IN_TREE and is_path(words):
        local = (page.parent / words).relative_to(ROOT).as_posix()
        assert {words.rstrip("/"), local} & list_tree(), words


@cache
def list_tree() -> set[str]:
    """The files of a clone, and their folders."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    files = [Path(name) for name in listed.stdout.splitlines()]
    return {path.as_posix() for file in files for path in (file, *file.parents)}


def is_path(words: str) -> bool:
    if words.startswith(("text/", "application/")):  # the type of a content
        return False
    return bool(PATH.fullmatch(words) and ("/" in words or SUFFIX.search(words)))


def check_inline_command(words: str, shell: Shell) -> None:
    """A whole command is checked as in a block, but not run; `assistant ask` names a command."""
    (command,) = split_commands(words)
    variables, (program, *given) = split_variables(command)
    if not given:
        return  # the program itself
    if program != "assistant":
        shell.run(command)
    elif len(given) == 1:
        assert given[0] in list_options()
    else:
        assert not variables
        make_parser().parse_args(given)


@cache
def list_options() -> dict[str, set[str]]:
    """The options of each command of `assistant`."""
    (commands,) = (one.choices for one in make_parser()._actions if isinstance(one.choices, dict))
    return {
        name: {option for action in parser._actions for option in action.option_strings}
        for name, parser in commands.items()
    }


def check_address(address: str, shell: Shell) -> None:
    known = {re.sub(r"\{\w+\}", "{id}", path) for path in shell.app.openapi()["paths"]}
    is_start = any(path.startswith(f"{address.rstrip('/')}/") for path in known)
    if "{" in address:
        assert address in known, address
    else:  # `/v1`, which clients are given, is only a start
        assert shell.client.get(address).status_code != 404 or is_start, address


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_the_links_of_a_page_lead_somewhere(page: Path, shell: Shell) -> None:
    for address in re.findall(rf"{LOCAL}(/[\w/.-]*\w)", page.read_text(encoding="utf-8")):
        check_address(address, shell)
    links = [str(token.attrGet("href")) for token in read_inline(page, "link_open")]
    images = [str(token.attrGet("src")) for token in read_inline(page, "image")]
    for link in [*links, *images]:
        if link.startswith("https://"):
            continue
        name, _, heading = link.partition("#")
        target = (page.parent / name).resolve() if name else page
        assert target.is_file(), link
        if heading:
            _, html = render_guide(target.read_text(encoding="utf-8"))
            assert f'id="{heading}"' in html, link
        if page.parent == GUIDE:  # the server has the guide and /static, and nothing else
            assert target.parent == GUIDE or target.is_relative_to(ROOT / "web" / "static"), link


def test_the_guide_lists_all_its_pages_once() -> None:
    listed = [str(token.attrGet("href")) for token in read_inline(GUIDE / "README.md", "link_open")]
    assert sorted(listed) == [page.name for page in PAGES if page.parent == GUIDE][1:]


def test_every_setting_is_in_the_guide_with_its_default() -> None:
    table = (GUIDE / "production.md").read_text(encoding="utf-8").splitlines()
    for name, field in Settings.model_fields.items():
        default = field.default if field.default not in ((), None) else "none"
        row = f"| `ASSISTANT_{name.upper()}` | `{default}` |"
        assert [line for line in table if line.startswith(row)], row


def test_every_variable_of_the_pages_is_a_setting() -> None:
    text = "".join(page.read_text(encoding="utf-8") for page in PAGES)
    known = {f"ASSISTANT_{name.upper()}" for name in Settings.model_fields}
    assert set(re.findall(r"\bASSISTANT_[A-Z_]+", text)) == known


def test_every_format_has_its_row() -> None:
    table = (GUIDE / "files.md").read_text(encoding="utf-8")
    first_cells = re.findall(r"^\| (`\..*?) \|", table, re.MULTILINE)
    listed = set(re.findall(r"`(\.\w+)`", "".join(first_cells)))
    assert listed == TEXT_LOADERS.keys() | BINARY_LOADERS.keys()


def test_a_recipe_names_what_its_file_holds() -> None:
    steps = 0
    for step in read_tokens(GUIDE / "contributing.md", "inline"):
        path, *names = re.findall(r"`(.+?)`", step.content) or [""]
        if path.endswith(".py") and step.content.startswith(f"`{path}`:"):
            held = (ROOT / path).read_text(encoding="utf-8")
            assert not [name for name in names if name.isidentifier() and name not in held], path
            steps += 1
    assert steps >= 8


def test_the_exceptions_are_used() -> None:
    blocks = (block for page in PAGES for block in read_tokens(page, "fence"))
    shell = "".join(block.content for block in blocks if block.info == "sh")
    assert NOT_RUN.keys() <= {word for words in split_commands(shell) for word in words}
    inline = {token.content for page in PAGES for token in read_inline(page, "code_inline")}
    assert inline >= NOT_IN_TREE
