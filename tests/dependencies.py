"""What the package needs at run time, with its licences: the list that is packed with the wheel.

`python -m tests.dependencies` writes sbom.cdx.json (CycloneDX) again, from its environment.
"""

import json
import tomllib
from collections.abc import Iterable, Iterator
from importlib.metadata import Distribution, distribution

from cyclonedx.contrib.license.factories import LicenseFactory
from cyclonedx.model import HashAlgorithm, HashType
from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.output.json import JsonV1Dot6
from packageurl import PackageURL
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from assistant.embed import model as embedder
from assistant.read import PACKAGED, PACKAGED_SHA256
from tests.structure import ROOT

SBOM = ROOT / "sbom.cdx.json"
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def read_requirements() -> list[Requirement]:
    """The package's own requirements, with those of all extras but that of the tests."""
    extras: dict[str, list[str]] = PROJECT["optional-dependencies"]
    lines = [*PROJECT["dependencies"]]
    lines += [line for name, one in extras.items() if name != "test" for line in one]
    return [Requirement(line) for line in lines]


def list_requirements(package: Distribution, extras: Iterable[str]) -> Iterator[Requirement]:
    """What an installed package requires here, with these extras."""
    for line in package.requires or ():
        requirement = Requirement(line)
        marker = requirement.marker
        if marker is None or any(marker.evaluate({"extra": extra}) for extra in (*extras, "")):
            yield requirement


def list_packages() -> dict[str, tuple[Distribution, set[str]]]:
    """All packages that are needed at run time, and the names of those that each needs itself."""
    found: dict[str, tuple[Distribution, set[str]]] = {}
    seen: set[str] = set()
    waiting = read_requirements()
    while waiting:
        requirement = waiting.pop()
        if str(requirement) in seen:
            continue
        seen.add(str(requirement))
        name = canonicalize_name(requirement.name)
        package, needed = found.setdefault(name, (distribution(name), set()))
        following = list(list_requirements(package, requirement.extras))
        needed |= {canonicalize_name(one.name) for one in following}
        waiting += following
    return dict(sorted(found.items()))


def read_licences(package: Distribution) -> list[str]:
    """The licences that a package states: its expression, else its classifiers, else its words."""
    metadata = package.metadata
    if expression := metadata.get_all("License-Expression"):
        return expression
    classifiers = metadata.get_all("Classifier", [])
    if licences := [one.rpartition(" :: ")[2] for one in classifiers if one.startswith("License")]:
        return licences
    (words,) = metadata.get_all("License") or [""]
    return words.strip().partition("\n")[0].split(", ") if words else []


def make_sbom() -> str:
    """The packages and the packaged weights as CycloneDX JSON: the same for the same versions."""
    packages = list_packages()
    bom = Bom()
    root = make_component("assistant", PROJECT["version"], [PROJECT["license"]])
    bom.metadata.component = root
    components = {
        name: make_component(name, package.version.partition("+")[0], read_licences(package))
        for name, (package, _) in packages.items()
    }
    weights = [
        make_weights(f"reader {PACKAGED}", PACKAGED_SHA256),
        make_weights(f"embedder {embedder.PACKAGED_NAME}", embedder.PACKAGED_SHA256),
    ]
    bom.components.update([*components.values(), *weights])
    own = {canonicalize_name(one.name) for one in read_requirements()}
    bom.register_dependency(root, [*(components[name] for name in own), *weights])
    for name, (_, needed) in packages.items():
        bom.register_dependency(components[name], [components[other] for other in needed])
    written = json.loads(JsonV1Dot6(bom).output_as_string())
    # These are those of the moment of writing, and of the program that wrote.
    del written["serialNumber"], written["metadata"]["timestamp"]
    written["metadata"].pop("tools", None)
    return json.dumps(written, indent=1, ensure_ascii=False, sort_keys=True) + "\n"


def make_component(name: str, version: str, licences: Iterable[str]) -> Component:
    make = LicenseFactory()
    address = PackageURL("pypi", name=name, version=version)
    return Component(
        name=name,
        version=version,
        bom_ref=str(address),
        purl=None if name == "assistant" else address,  # on PyPI, this is another project
        licenses=[make.make_from_string(licence) for licence in sorted(set(licences))],
    )


def make_weights(name: str, sha256: str) -> Component:
    return Component(
        name=name,
        type=ComponentType.MACHINE_LEARNING_MODEL,
        bom_ref=f"sha256:{sha256}",
        hashes=[HashType(alg=HashAlgorithm.SHA_256, content=sha256)],
    )


if __name__ == "__main__":
    SBOM.write_text(make_sbom(), encoding="utf-8")
