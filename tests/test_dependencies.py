"""What the package needs at run time: pinned, listed, under licences that allow it."""

import json
import re
from itertools import chain

import pytest

from assistant.embed.model import hash_file, packaged_folder
from assistant.read import PACKAGED_FOLDER
from tests.dependencies import SBOM, list_packages, make_sbom, read_licences
from tests.structure import ROOT

# As the packages write them; all allow use in a program with another licence.
ALLOWED = {
    "MIT", "MIT License", "MIT-0", "MIT-CMU", "BSD", "BSD License", "BSD-2-Clause", "BSD-3-Clause",
    "3-Clause BSD License", "0BSD", "Apache-2.0", "Apache 2.0 License", "Apache Software License",
    "Apache-2.0 WITH LLVM-exception", "BSL-1.0", "CC0-1.0", "CNRI-Python", "ISC License (ISCL)",
    "PSF-2.0", "Python Software Foundation License", "Zlib",
}  # fmt: skip
EXCEPTIONS = {
    # It obliges only those who change its own files.
    "certifi": {"Mozilla Public License 2.0 (MPL 2.0)"},
    "tqdm": {"MPL-2.0"},
    "orjson": {"MPL-2.0", "(Apache-2.0", "MIT)"},  # as an expression, in brackets
    "apsw": {"any-OSI"},  # any licence that the Open Source Initiative has approved
    "ray": {"Apache 2.0"},
    "pypdfium2": {"dependency licenses"},  # of PDFium: BSD, Apache and the like, packed with it
}
REMEDY = "run `make lock`, then `python -m tests.dependencies`"


def find_other_licences(name: str, stated: list[str]) -> set[str]:
    """The licences of a package that are not allowed; its name if it states none."""
    licences = set(chain.from_iterable(re.split(r" AND | OR ", one) for one in stated))
    return (licences or {f"none stated by {name}"}) - ALLOWED - EXCEPTIONS.get(name, set())


def test_all_dependencies_have_an_allowed_licence() -> None:
    stated = {name: read_licences(package) for name, (package, _) in list_packages().items()}
    found = {name: find_other_licences(name, one) for name, one in stated.items()}
    assert {name: licences for name, licences in found.items() if licences} == {}
    for name, licences in EXCEPTIONS.items():
        assert licences <= set(
            chain.from_iterable(re.split(" AND | OR ", one) for one in stated[name])
        )


@pytest.mark.parametrize(
    ("stated", "refused"),
    [
        (["GPL-3.0-only"], {"GPL-3.0-only"}),
        (["MIT AND AGPL-3.0-or-later"], {"AGPL-3.0-or-later"}),
        (["MIT License", "GNU General Public License (GPL)"], {"GNU General Public License (GPL)"}),
        (["MPL-2.0"], {"MPL-2.0"}),
        ([], {"none stated by new"}),
        (["Apache-2.0 OR BSD-3-Clause"], set()),
    ],
)
def test_another_licence_is_noticed(stated: list[str], refused: set[str]) -> None:
    assert find_other_licences("new", stated) == refused


def test_all_dependencies_are_pinned_as_they_are_listed() -> None:
    """Another platform may need fewer packages, never another version or one more."""
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").lower().replace("_", "-")
    pinned = dict(line.split("==") for line in lines.split())
    listed = {
        one["name"]: one["version"]
        for one in json.loads(SBOM.read_text(encoding="utf-8"))["components"]
        if one["type"] == "library"
    }
    assert listed.items() <= pinned.items(), REMEDY
    assert list_packages().keys() <= listed.keys(), REMEDY


def test_the_list_has_the_packaged_weights_with_their_hashes() -> None:
    components = json.loads(SBOM.read_text(encoding="utf-8"))["components"]
    assert {
        one["name"]: one["hashes"][0]["content"]
        for one in components
        if one["type"] == "machine-learning-model"
    } == {
        "reader packaged": hash_file(PACKAGED_FOLDER / "reader.onnx"),
        "embedder all-MiniLM-L6-v2": hash_file(packaged_folder() / "model.safetensors"),
    }


def test_the_list_is_the_same_when_it_is_written_again() -> None:
    assert make_sbom() == make_sbom()
    assert not re.search(r"file:|serialNumber|timestamp|/home|/root", SBOM.read_text())
