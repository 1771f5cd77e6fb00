"""The package stays small and layered: limits on what `python -m tests.structure` prints."""

import ast
from pathlib import Path

import pytest

from tests import structure


def test_a_module_imports_only_layers_to_its_left() -> None:
    for path in structure.list_sources():
        layer = structure.name_layer(path)
        if layer == "__init__":
            continue
        used = structure.list_layers(ast.parse(path.read_text(encoding="utf-8")))
        for other in used - {layer, "__version__"}:
            assert structure.ORDER.index(other) < structure.ORDER.index(layer), f"{path}: {other}"


@pytest.mark.parametrize(
    "line",
    ["import assistant.cli", "import assistant.cli as c", "from assistant import cli as c",
     "from assistant.cli import main", "def f():\n    from assistant import text, cli"],
)  # fmt: skip
def test_a_layer_is_noticed_however_it_is_imported(line: str) -> None:
    assert "cli" in structure.list_layers(ast.parse(line))


def test_layers_have_at_most_8_levels() -> None:
    levels = structure.count_levels()
    assert set(levels) == set(structure.ORDER)
    assert levels["errors"] == levels["records"] == 1
    assert levels["cli"] == max(levels.values()) <= 8


def test_files_have_at_most_350_lines() -> None:
    assert {path.name for path, lines in structure.count_lines().items() if lines > 350} == set()


def test_a_question_passes_through_at_most_35_modules(article_index: Path) -> None:
    names = [path.name for path in structure.trace_modules(article_index, "Who is Song Gang?")]
    assert "retrieve.py" in names
    assert len(names) <= 35


def test_no_11_lines_are_written_twice() -> None:
    assert list(structure.list_copies(structure.PACKAGE, least=11)) == []


def test_copies_are_noticed(tmp_path: Path) -> None:
    lines = [f"number_{n} = {n}" for n in range(11)]
    (tmp_path / "a.py").write_text("\n".join(["first = 1", *lines]))
    (tmp_path / "b.py").write_text("\n".join(["import re", "", *lines[:10], lines[10]]))
    assert list(structure.list_copies(tmp_path, least=11)) == [("a.py:2", "b.py:3")]
    assert list(structure.list_copies(tmp_path, least=12)) == []


def test_the_readme_has_at_most_1800_words() -> None:
    assert structure.count_words() <= 1800
