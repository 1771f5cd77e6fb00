"""Size and shape of the package: `python -m tests.structure` prints them.

Levels are counted between the modules and packages directly below `assistant/`: one that imports
no other is on level 1, else it is one above the highest that it imports. A question's modules are
the files of the package that run during one `ask`, of an index that is open.
"""

import ast
import sys
from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "assistant"
# The layers in the order of the pipeline: a module imports only layers to its left.
ORDER = (
    "errors deadline records settings words scripts terminal text load split feedback questions "
    "players figures embed index read build retrieve answer overview api pages evaluate train cli"
).split()


def list_sources() -> list[Path]:
    return sorted(PACKAGE.rglob("*.py"))


def name_layer(path: Path) -> str:
    """`assistant/load/html.py` and `assistant/load/__init__.py` belong to the layer `load`."""
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def list_imports(tree: ast.AST) -> dict[str, str]:
    """What a module imports, by its full name: {"np": "numpy", "loads": "pickle.loads"}."""
    found: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {name.asname or name.name: name.name for name in node.names}
        if isinstance(node, ast.ImportFrom):
            assert not node.level, "a relative import"
            found |= {n.asname or n.name: f"{node.module}.{n.name}" for n in node.names}
    return found


def list_layers(tree: ast.AST) -> set[str]:
    """The layers of the package that a module imports from."""
    names = [name.split(".") for name in list_imports(tree).values()]
    return {name[1] for name in names if name[0] == "assistant" and len(name) > 1}


def count_levels() -> dict[str, int]:
    """The level of each layer, from 1."""
    uses: dict[str, set[str]] = defaultdict(set)
    for path in list_sources():
        uses[name_layer(path)] |= list_layers(ast.parse(path.read_text(encoding="utf-8")))

    @cache
    def find_level(layer: str) -> int:
        return 1 + max(
            (find_level(used) for used in uses[layer] - {layer} if used in uses), default=0
        )

    return {layer: find_level(layer) for layer in sorted(uses) if layer != "__init__"}


def count_lines() -> dict[Path, int]:
    return {path: path.read_text(encoding="utf-8").count("\n") for path in list_sources()}


def trace_modules(index: Path, question: str) -> list[Path]:
    """The files of the package in which a line runs while an open index is asked."""
    from assistant.answer import Assistant

    assistant = Assistant.open(index)
    files: set[str] = set()

    def note(frame: object, *_: object) -> None:
        files.add(frame.f_code.co_filename)  # type: ignore[attr-defined]

    sys.setprofile(note)
    try:
        assistant.ask(question)
    finally:
        sys.setprofile(None)
    return sorted(Path(name) for name in files if Path(name).is_relative_to(PACKAGE))


def list_copies(folder: Path, *, least: int) -> Iterator[tuple[str, str]]:
    """Pairs of places with `least` equal lines below a folder, blank lines and imports aside."""
    seen: dict[tuple[str, ...], str] = {}
    for path in sorted(folder.rglob("*.py")):
        lines = [
            (number, line.strip())
            for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
            if line.strip() and not line.lstrip().startswith(("import ", "from "))
        ]
        for at in range(len(lines) - least + 1):
            run = tuple(line for _, line in lines[at : at + least])
            place = f"{path.relative_to(folder)}:{lines[at][0]}"
            if run in seen:
                yield seen[run], place
            seen.setdefault(run, place)


def count_words() -> int:
    return len((ROOT / "README.md").read_text(encoding="utf-8").split())


def main() -> None:
    lines = count_lines()
    levels = count_levels()
    print(f"lines of assistant/: {sum(lines.values()):,} in {len(lines)} files")
    print(f"longest file: {max(lines.values())} lines")
    print(f"levels of imports: {max(levels.values())} of {len(levels)} modules and packages")
    for level in sorted(set(levels.values())):
        print(f"  {level}: {' '.join(name for name in levels if levels[name] == level)}")
    index = ROOT / "indexes/default"
    if (index / "CURRENT").exists():
        questions = (
            "How much do the Quark AI glasses cost?",
            "Who is mentioned in the article?",
            "Compare the prices of Xiaomi and Quark.",
            "How did shipments change from 2024 to 2025?",
        )
        for question in questions:
            print(f"modules of a question: {len(trace_modules(index, question))} ({question})")
    else:
        print("modules of a question: not counted; run `assistant index` first")
    print(f"words of README.md: {count_words():,}")
    for first, second in list_copies(PACKAGE, least=11):
        print(f"same lines: {first} and {second}")


if __name__ == "__main__":
    main()
