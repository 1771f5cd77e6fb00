"""The word vectors of an ONNX file stay in the file: they take no memory between questions.

onnxruntime reads all weights into memory of its own. Those of a layer are used by every question;
of the vectors of 30,000 word pieces (47 of the 90 MB of an encoder) a question uses ten or twenty.
onnxruntime maps weights only from a file of their own, which an index does not have, so their
place in the model's file is found here.
"""

import math
import mmap
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

LEAST_BYTES = 1 << 20  # of a table that is mapped
# The numbers of fields and element types: https://github.com/onnx/onnx/blob/main/onnx/onnx.proto
_GRAPH, _NODE, _INITIALIZER = 7, 1, 5
_NODE_INPUT, _NODE_TYPE = 1, 4
_DIMENSION, _ELEMENT, _NAME, _CONTENT = 1, 2, 8, 9
_ELEMENTS = {1: np.float32, 2: np.uint8, 3: np.int8}
_VARINT, _FIXED_64, _BYTES, _FIXED_32 = 0, 1, 2, 5  # wire types of Protocol Buffers

Tables = dict[str, NDArray[Any]]


class _Field(NamedTuple):
    """A field of a message: its bytes are from `start` to `end`, or it is the number `value`."""

    number: int
    start: int
    end: int
    value: int


def map_file(path: Path) -> mmap.mmap:
    """Map a file of which little is read, here and there. Raises OSError; ValueError if empty."""
    with path.open("rb") as file:
        content = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    with suppress(AttributeError, OSError):  # another system
        content.madvise(mmap.MADV_NOHUGEPAGE)  # else a row brings 2 MB
    return content


def find_tables(content: mmap.mmap) -> Tables:
    """The large tables of an ONNX file that are looked up row by row, by name.

    They can't be written to, and the file stays mapped as long as they are in use. Raises
    ValueError, IndexError or KeyError for a file that is none or is cut off.
    """
    tables: Tables = {}
    looked_up: set[str] = set()
    for graph in _read_fields(content, 0, len(content)):
        if graph.number != _GRAPH:
            continue
        for field in _read_fields(content, graph.start, graph.end):
            if field.number == _NODE:
                looked_up.update(_find_table(content, field))
            elif field.number == _INITIALIZER and field.end - field.start >= LEAST_BYTES:
                tables.update(_read_tensor(content, field))
    return {name: table for name, table in tables.items() if name in looked_up}


def _find_table(content: mmap.mmap, node: _Field) -> Iterator[str]:
    """The name of what a node looks rows up in, if that is what it does."""
    inputs, kind = [], b""
    for field in _read_fields(content, node.start, node.end):
        if field.number == _NODE_INPUT:
            inputs.append(content[field.start : field.end].decode())
        elif field.number == _NODE_TYPE:
            kind = content[field.start : field.end]
    if kind == b"Gather":
        yield inputs[0]


def _read_tensor(content: mmap.mmap, tensor: _Field) -> Iterator[tuple[str, NDArray[Any]]]:
    """The name and numbers of a tensor, if they are stored in one piece in a type we know."""
    shape, name, element, start, end = [], "", 0, 0, 0
    for field in _read_fields(content, tensor.start, tensor.end):
        if field.number == _DIMENSION:
            shape.append(field.value)
        elif field.number == _ELEMENT:
            element = field.value
        elif field.number == _NAME:
            name = content[field.start : field.end].decode()
        elif field.number == _CONTENT:
            start, end = field.start, field.end
    if element in _ELEMENTS:
        dtype = np.dtype(_ELEMENTS[element])
        if math.prod(shape) * dtype.itemsize == end - start:
            flat = np.frombuffer(content, dtype, offset=start, count=math.prod(shape))
            yield name, flat.reshape(shape)


def _read_fields(content: mmap.mmap, start: int, end: int) -> Iterator[_Field]:
    """The fields of a message (https://protobuf.dev/programming-guides/encoding/)."""
    place = start
    while place < end:
        key, place = _read_varint(content, place)
        number, wire = key >> 3, key & 7
        value = size = 0
        if wire == _VARINT:
            value, place = _read_varint(content, place)
        elif wire == _BYTES:
            size, place = _read_varint(content, place)
        else:
            size = {_FIXED_64: 8, _FIXED_32: 4}[wire]
        yield _Field(number, place, place + size, value)
        place += size


def _read_varint(content: mmap.mmap, place: int) -> tuple[int, int]:
    """A number stored in groups of 7 bits, and where it ends."""
    value = shift = 0
    while True:
        byte = content[place]
        place += 1
        value |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            return value, place
