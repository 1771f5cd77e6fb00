"""What holds for the project as a whole: its layers, its words, its package."""

import ast
import doctest
import importlib
import json
import os
import re
import subprocess
import sys
import tarfile
import tomllib
import urllib.request
import venv
import zipfile
from itertools import chain
from pathlib import Path

import pytest

from assistant.embed.model import hash_file
from assistant.errors import ExtraAbsentError
from tests.structure import ORDER, PACKAGE, ROOT, list_imports, list_sources

README = (ROOT / "README.md").read_text(encoding="utf-8")
TOP = {"assistant", "corpus", "indexes", "tests", "web", ".ci"}

EXAMPLES = [path for path in list_sources() if ">>>" in path.read_text(encoding="utf-8")]


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_the_examples_in_docstrings_hold(path: Path) -> None:
    name = ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
    results = doctest.testmod(importlib.import_module(name))
    assert results.attempted > 0
    assert results.failed == 0


UNSAFE_MODULES = {"pickle", "cPickle", "_pickle", "marshal", "shelve", "dill", "joblib"}
UNSAFE_CALLS = {
    "eval", "exec", "compile", "__import__", "importlib.import_module", "builtins.eval",
    "builtins.exec", "torch.load", "yaml.load", "yaml.unsafe_load", "yaml.full_load", "os.system",
}  # fmt: skip
UNSAFE_OPTIONS = {"trust_remote_code", "allow_pickle", "shell"}


def find_unsafe(tree: ast.AST) -> list[str]:
    imported = list_imports(tree)
    found = [name for name in imported.values() if name.split(".")[0] in UNSAFE_MODULES]
    found += [name for name in imported.values() if name in UNSAFE_CALLS]
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            head, dot, rest = ast.unparse(node.func).partition(".")
            called = f"{imported.get(head, head)}{dot}{rest}"
            found += [called] if called in UNSAFE_CALLS else []
            found += [
                str(keyword.arg)
                for keyword in node.keywords
                if keyword.arg in UNSAFE_OPTIONS and ast.unparse(keyword.value) != "False"
            ]
    return found


@pytest.mark.parametrize(
    "code",
    ["import pickle", "from pickle import loads", "import torch\ntorch.load(f)",
     "import torch as t\nt.load(f)", "from torch import load", "import marshal as m",
     "import yaml\nyaml.load(f)", "eval(x)", "__import__('x')", "np.load(f, allow_pickle=True)",
     "load(trust_remote_code=x)", "run(x, shell=True)"],
)  # fmt: skip
def test_what_is_unsafe_would_be_noticed(code: str) -> None:
    assert find_unsafe(ast.parse(code))


@pytest.mark.no_cover
def test_nothing_unsafe_is_called() -> None:
    for path in list_sources():
        assert not find_unsafe(ast.parse(path.read_text(encoding="utf-8"))), path


def test_templates_escape_everything() -> None:
    for path in (ROOT / "web" / "templates").glob("*.html"):
        text = path.read_text(encoding="utf-8")
        assert not re.search(r"\|\s*safe|autoescape\s+false|<script>|\sstyle=|\son\w+=", text), path


def test_the_root_holds_what_the_owner_fixed() -> None:
    listed = subprocess.run(
        ["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.splitlines()
    assert {name.split("/")[0] for name in listed if "/" in name} <= TOP


def test_every_module_is_in_the_readme_in_its_order() -> None:
    places = [README.index(f"| `{name}") for name in ORDER]
    assert places == sorted(places)


def test_versions_are_pinned_and_torch_without_a_suffix() -> None:
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    pins = dict(line.split("==") for line in lines if line and not line.startswith("#"))
    assert pins["torch"] == "2.13.0"
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    wanted = [*project["dependencies"], *chain(*project["optional-dependencies"].values())]
    names = {re.split(r"[<>=~!\[]", line)[0].lower().replace("_", "-") for line in wanted}
    names -= {"assistant"}  # with its optional parts
    assert names <= {name.lower().replace("_", "-") for name in pins}


def test_hints_install_what_the_extras_need_and_never_the_name_of_the_project() -> None:
    """On PyPI, `assistant` is another project."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = {
        name: kept for name, kept in project["optional-dependencies"].items() if name != "test"
    }
    for extra, wanted in extras.items():
        quoted = " ".join(f"'{one}'" for one in wanted)
        assert f"`pip install {quoted}`" in ExtraAbsentError(extra).hint
    texts = [*list_sources(), ROOT / "README.md", *(ROOT / "web").rglob("*.md")]
    for path in texts:
        assert not re.search(r"install.*['\" ]assistant\[", path.read_text(encoding="utf-8")), path


def test_the_source_distribution_holds_the_question_sets_and_their_card(tmp_path: Path) -> None:
    subprocess.run(
        [sys.executable, "-m", "build", "--sdist", "--no-isolation", "--outdir", tmp_path, ROOT],
        check=True, capture_output=True,
    )  # fmt: skip
    (packed,) = tmp_path.glob("*.tar.gz")
    with tarfile.open(packed) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    folder = PACKAGE / "train" / "questions"
    files = [path.relative_to(ROOT).as_posix() for path in folder.rglob("*.*")]
    assert len(files) == 6 + 53  # the files with tables, and their questions
    assert names >= set(files)


def build_wheel(source: Path, folder: Path, **variables: str) -> Path:
    subprocess.run(
        [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", folder, source],
        check=True, capture_output=True, env=os.environ | variables,
    )  # fmt: skip
    (wheel,) = folder.glob("*.whl")
    return wheel


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build_wheel(ROOT, tmp_path_factory.mktemp("wheel"))


def list_context() -> list[Path]:
    """The files that .dockerignore leaves to the build of the container."""
    lines = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    left_out = [line.removeprefix("**/") for line in lines if line[0] not in "#!*"]
    found = []
    for line in lines:
        path = ROOT / line.removeprefix("!")
        if line.startswith("!"):
            found += [one for one in (path, *path.rglob("*")) if one.is_file()]
    return [path for path in found if not any(f"/{name}/" in path.as_posix() for name in left_out)]


def test_a_wheel_built_elsewhere_is_the_same(wheel: Path, tmp_path: Path) -> None:
    """From another folder, as the container is built, with other times, rights and locale."""
    source = tmp_path / "elsewhere"
    mask = os.umask(0o077)
    try:
        for path in reversed(list_context()):
            copy = source / path.relative_to(ROOT)
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.write_bytes(path.read_bytes())
        other = build_wheel(source, tmp_path, TZ="Asia/Tokyo", LC_ALL="C", PYTHONHASHSEED="7")
    finally:
        os.umask(mask)
    assert not list(source.rglob("questions*.jsonl*"))
    assert other.name == wheel.name
    assert hash_file(other) == hash_file(wheel)


def test_the_wheel_has_the_list_of_what_it_needs(wheel: Path) -> None:
    name = "assistant-0.1.0.dist-info/sboms/sbom.cdx.json"
    assert zipfile.ZipFile(wheel).read(name) == (ROOT / "sbom.cdx.json").read_bytes()


@pytest.mark.allow_hosts(["127.0.0.1"])
def test_the_wheel_serves_its_pages_from_an_empty_environment(
    wheel: Path, article_index: Path, tmp_path: Path
) -> None:
    packed = zipfile.ZipFile(wheel).namelist()
    assert "assistant/train/run.py" in packed
    assert not [name for name in packed if name.startswith("assistant/train/questions/")]
    environment = tmp_path / "environment"
    venv.create(environment)
    python = environment / "bin" / "python"
    install = ["install", "--no-index", "--no-deps", "--quiet", str(wheel)]
    subprocess.run([sys.executable, "-m", "pip", "--python", python, *install], check=True)
    # The dependencies come from this environment; the package itself must come from the wheel.
    packages = next(path for path in sys.path if path.endswith("site-packages"))
    (next(environment.glob("lib/python*/site-packages")) / "shared.pth").write_text(packages)
    code = (
        "import assistant, sys\n"
        f"assert assistant.__file__.startswith({str(environment)!r}), assistant.__file__\n"
        "from assistant.cli import main\n"
        "sys.exit(main(sys.argv[1:]))\n"
    )
    arguments = ["serve", "--indexes", str(article_index.parent), "--port", "0"]
    process = subprocess.Popen(
        [python, "-c", code, *arguments], cwd=tmp_path, stdout=subprocess.PIPE, text=True,
        env={**os.environ, "PYTHONUNBUFFERED": "1", "PYTHONPATH": ""},
    )  # fmt: skip
    try:
        assert process.stdout is not None
        address = next(
            found[0] for line in process.stdout if (found := re.search(r"http://\S+", line))
        )
        with urllib.request.urlopen(f"{address}/api/v1/health") as response:
            assert json.load(response)["status"] == "ready"
        for path, words in (
            ("static/style.css", "{"),
            ("documents", "hundred-mirror"),
            ("guide", "/guide/asking"),
            ("docs", "minilm-l6-span"),  # of the example of an answer
        ):
            with urllib.request.urlopen(f"{address}/{path}") as response:
                assert words in response.read().decode()
    finally:
        process.terminate()
        process.wait()
