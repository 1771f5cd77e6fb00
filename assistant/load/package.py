"""The parts of an Office or OpenDocument file, and the relationships between them.

The XML is read with lxml directly. python-docx reads neither insertions, notes, text boxes nor
list numbers, and takes four times as long; odfpy has had no release since 2020.
"""

import io
import posixpath
from collections.abc import Iterator
from typing import NamedTuple
from zipfile import ZipFile

from lxml import etree

# Of "Strict Open XML", which Word can save: the same elements in other namespaces.
_STRICT = b"http://purl.oclc.org/ooxml/"
_TRANSITIONAL = {
    b"wordprocessingml/main": b"http://schemas.openxmlformats.org/wordprocessingml/2006/main",
    b"officeDocument/relationships": (
        b"http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    ),
    b"officeDocument/math": b"http://schemas.openxmlformats.org/officeDocument/2006/math",
    b"drawingml/main": b"http://schemas.openxmlformats.org/drawingml/2006/main",
    b"drawingml/chart": b"http://schemas.openxmlformats.org/drawingml/2006/chart",
    b"drawingml/diagram": b"http://schemas.openxmlformats.org/drawingml/2006/diagram",
}


class Relation(NamedTuple):
    """What a part refers to: `kind` is the last word of its type, such as "footnotes"."""

    kind: str
    target: str


class Package:
    """The parts of a file that `check_office` has checked."""

    def __init__(self, content: bytes) -> None:
        self._archive = ZipFile(io.BytesIO(content))
        self._names = frozenset(self._archive.namelist())

    def read(self, part: str) -> etree._Element | None:
        """The root of a part's XML, or None if there is no such part.

        Raises XMLSyntaxError, also for elements 256 deep.
        """
        return parse_xml(self._archive.read(part)) if part in self._names else None

    def iterate(self, part: str, *tags: str) -> Iterator[etree._Element]:
        """The elements of a large part with some tags, each forgotten after it was used.

        Raises KeyError if there is no such part, and XMLSyntaxError.
        """
        with self._archive.open(part) as file:
            for _, element in etree.iterparse(
                file, tag=[f"{{*}}{tag}" for tag in tags], resolve_entities=False,
                no_network=True, remove_comments=True, remove_pis=True,
            ):  # fmt: skip
                yield element
                element.clear()
                while element.getprevious() is not None:
                    del element.getparent()[0]

    def list_relations(self, part: str) -> dict[str, Relation]:
        """The relationships of a part ("" for the whole file) by their ids."""
        folder, name = posixpath.split(part)
        root = self.read(posixpath.join(folder, "_rels", f"{name}.rels"))
        return {
            each.get("Id", ""): Relation(
                each.get("Type", "").rpartition("/")[2],
                posixpath.normpath(posixpath.join("/", folder, each.get("Target", "")))[1:],
            )
            for each in (() if root is None else root)
            if isinstance(each.tag, str) and each.get("TargetMode") != "External"
        }


def parse_xml(content: bytes) -> etree._Element:
    """The root of some XML, whose entities are not expanded. Raises XMLSyntaxError."""
    if _STRICT in content:
        for strict, transitional in _TRANSITIONAL.items():
            content = content.replace(_STRICT + strict, transitional)
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, huge_tree=False,
        remove_comments=True, remove_pis=True,
    )  # fmt: skip
    try:
        return etree.fromstring(content, parser)
    except etree.XMLSyntaxError:
        if any(entry.type_name == "ERR_NO_MEMORY" for entry in parser.error_log):
            raise MemoryError from None
        raise
