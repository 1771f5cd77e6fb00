"""The Python interface: what `import assistant` gives, loads and promises to a type checker."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

import assistant
from assistant import answer, records, settings
from assistant.api import reloading, rendering, schema
from assistant.cli import indexing
from assistant.errors import AssistantError, IndexAbsentError, SettingError
from assistant.records import Document
from tests.conftest import ROOT, Maker

GUIDE = ROOT / "web" / "guide" / "python.md"
MODULES = {
    answer: {"Assistant"},
    records: {"Answer", "Citation", "Document", "DocumentFilter", "Hit", "Part", "Passage"},
    rendering: {"quote_href", "render_answer"},
    schema: {"AnswerBody"},
    reloading: {"CurrentAssistant"},
    indexing: {"index_corpus"},
    settings: {"Settings", "read_settings"},
}


def test_every_name_is_that_of_its_module() -> None:
    for module, names in MODULES.items():
        for name in names:
            assert getattr(assistant, name) is getattr(module, name)
    assert assistant.AssistantError is AssistantError
    assert {*assistant.__all__} == {"AssistantError", "__version__"}.union(*MODULES.values())


def test_the_names_are_listed_and_in_the_guide() -> None:
    assert {*assistant.__all__} <= {*dir(assistant)}
    table = GUIDE.read_text(encoding="utf-8").split("## ")[0]
    assert {*re.findall(r"`(\w+)`", table)} >= {*assistant.__all__} - {"__version__"}


def test_an_unknown_name_is_refused_as_by_any_module() -> None:
    with pytest.raises(AttributeError, match=r"^module 'assistant' has no attribute 'Asistant'$"):
        _ = assistant.Asistant  # type: ignore[attr-defined]
    with pytest.raises(ImportError, match="cannot import name 'Asistant' from 'assistant'"):
        from assistant import Asistant  # type: ignore[attr-defined]  # noqa: F401
    assert not hasattr(assistant, "faiss")


def test_importing_loads_no_library() -> None:
    code = (
        "import sys, assistant\n"
        "before = {name.split('.')[0] for name in sys.modules} - {*sys.stdlib_module_names}\n"
        "assistant.Citation, assistant.AssistantError, assistant.DocumentFilter\n"
        "light = {name.split('.')[0] for name in sys.modules} - {*sys.stdlib_module_names}\n"
        "assistant.Assistant, assistant.index_corpus\n"
        "heavy = {'torch', 'transformers', 'sentence_transformers', 'sklearn', 'fastapi'}\n"
        "libraries = {'numpy', 'faiss', 'onnxruntime', 'pydantic', 'tantivy', *heavy}\n"
        "print(sorted(before & libraries), sorted(light & {*libraries} - {'pydantic'}),"
        " sorted(heavy & set(sys.modules)))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout == "[] [] []\n"


def test_a_type_checker_accepts_the_examples_of_the_guide(tmp_path: Path) -> None:
    """With the cache of `make lint`. LangChain and Haystack are left out: they take a minute."""
    text = GUIDE.read_text(encoding="utf-8").partition("\n## LangChain")[0]
    program = tmp_path / "program.py"
    blocks: list[str] = re.findall(r"^```python\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    assert len(blocks) > 10
    program.write_text("\n".join(blocks), encoding="utf-8")
    wrong = tmp_path / "wrong.py"
    wrong.write_text(
        "from assistant import Assistant\n"
        'number: int = Assistant.open("x").ask("x").text\n'
        'Assistant.open("x").asks("x")\n'
        "from assistant import Asistant\n"
    )
    command = [sys.executable, "-m", "mypy", "--strict", "--no-error-summary"]
    done = subprocess.run([*command, program, wrong], cwd=ROOT, capture_output=True, text=True)
    found = [line.rpartition("[")[2] for line in done.stdout.splitlines()]
    assert found == ["assignment]", "attr-defined]", "attr-defined]"], done.stdout + done.stderr


def test_a_closed_assistant_answers_no_more(make: Maker) -> None:
    opened = make.assistant(Document("a.txt", "A", "Quark glasses cost 9 yuan."))
    assert opened.ask("What do Quark glasses cost?").text == "Quark glasses cost 9 yuan."
    opened.close()
    opened.close()
    with pytest.raises(Exception, match="closed"):
        opened.document("a.txt")


@pytest.mark.usefixtures("fake_models", "terms_reader")
def test_an_index_is_built_as_by_the_command(tmp_path: Path) -> None:
    corpus = tmp_path / "notes"
    corpus.mkdir()
    (corpus / "a.txt").write_text("Quark glasses cost 9 yuan.\n")
    chosen = assistant.read_settings(corpus=corpus, indexes=tmp_path / "indexes", embedder="fake")
    first, second = assistant.index_corpus(chosen), assistant.index_corpus(chosen)
    assert (first.built, first.manifest.documents, second.built) == (True, 1, False)
    assert assistant.index_corpus(chosen, rebuild=True).manifest.generation == "000002"
    opened = assistant.Assistant.open(settings=chosen)
    assert opened.ask("What do Quark glasses cost?").text == "Quark glasses cost 9 yuan."
    # The questions that it makes and tries are those of `assistant index`.
    assert opened.generation.manifest.tried is not None


def test_without_settings_the_environment_names_the_corpus(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ASSISTANT_CORPUS", str(tmp_path / "nothing"))
    with pytest.raises(AssistantError, match="nothing"):
        assistant.index_corpus()


def test_errors_have_a_code_a_message_and_a_hint(tmp_path: Path) -> None:
    with pytest.raises(IndexAbsentError) as absent:
        assistant.Assistant.open(tmp_path / "nothing")
    assert (absent.value.code, bool(absent.value.hint)) == ("no_index", True)
    with pytest.raises(SettingError):
        assistant.read_settings(passages_read=0)
