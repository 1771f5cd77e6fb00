"""What an index of a given size needs: `python -m tests.benchmarks.capacity`

Calculates memory, disk, time and cost from figures that were measured at up to a million passages
(`MEASURED`, each with its command), and writes the tables of the guide's page on capacity with
`--readme`. All prices are assumptions: give your own.
"""

import argparse
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from tests.benchmarks.readme import Place, put_table

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "web" / "guide" / "capacity.md"
LOCAL, STORE, BUILD = (
    Place(PAGE, "## One machine"),
    Place(PAGE, "## Milvus"),
    Place(PAGE, "## Building"),
)
SIZES = (10**5, 10**6, 10**7, 10**8, 10**9)
DIMENSION = 384
FLOAT32, FLOAT16 = 4, 2
# Of MiniLM: six layers, 10.6 million weights that every word piece passes, twice two operations
# less the additions: https://arxiv.org/abs/2001.08361, section 2.1.
WEIGHTS = 10.6e6
PIECES = 145  # of a passage: the corpus of `rate` in web/guide/scale.md
HOURS_OF_MONTH = 730


@dataclass(frozen=True, slots=True)
class Measured:
    """Bytes are of a passage, seconds are of two cores."""

    records: float  # records.sqlite: texts, places, mentions, figures
    terms: float  # the lexical index
    codes: float = 96  # of its vector, in memory
    encoded: float = 63.0  # passages that two cores with bf16 embed in a second
    prepared: float = 0.0027  # seconds of one core to read, split and search for figures
    written: float = 70e-6  # seconds to write a passage's records, terms and codes
    server: float = 300e6  # bytes of a server without its index
    sparse: float = 45 * 8  # its terms as a sparse vector: 45 of a number and a weight
    blocks: float = 0.49  # of the bytes of records, as compressed blocks of text
    coded: float = 6.2e-9  # seconds that comparing one code takes


class Prices(NamedTuple):
    """In one currency: a core and a GB of memory for an hour, a GB of disk for a month, and a GPU
    for an hour, with the operations that it does in a second.
    """

    core: float
    memory: float
    disk: float
    gpu: float
    operations: float


# An index of 96,272 passages of news and abstracts: 153 MB of records, 10.8 MB of terms.
MEASURED = Measured(records=1590, terms=112)
PRICES = Prices(core=0.04, memory=0.005, disk=0.10, gpu=0.80, operations=30e12)


def list_local(sizes: Sequence[int], one: Measured, prices: Prices) -> Iterator[tuple[str, ...]]:
    """Rows of one machine: passages, disk of a generation, memory, search, and cost a month."""
    yield "passages", "disk", "memory", "search", "a month"
    for count in sizes:
        exact = count <= 50_000
        vectors = DIMENSION * (FLOAT32 if exact else FLOAT16) + (0 if exact else one.codes)
        disk = count * (one.records + one.terms + vectors)
        memory = one.server + count * (one.codes * 2 + one.terms)
        month = HOURS_OF_MONTH * (2 * prices.core + memory / 1e9 * prices.memory)
        month += 2.5 * disk / 1e9 * prices.disk  # two generations, and room for the next
        search = count * one.coded * 1000
        yield (
            f"{count:,}", write_bytes(disk), write_bytes(memory), f"{search:,.1f} ms",
            f"{month:,.0f}",
        )  # fmt: skip


def list_store(sizes: Sequence[int], one: Measured, prices: Prices) -> Iterator[tuple[str, ...]]:
    """Rows of Milvus: passages, memory and disk by type of index, and cost a month."""
    yield "passages", "`FLAT`, `HNSW`: memory", "`IVF_SQ8`: memory", "`DISKANN`: memory", "disk", \
        "a month"  # fmt: skip
    for count in sizes:
        raw = DIMENSION * FLOAT32
        scalars = one.sparse + 16
        graph = count * (raw + 32 * 2 * 4 + scalars)
        cells = count * (raw / 4 + scalars)
        on_disk = count * (raw / 8 + scalars)
        disk = 2 * count * (raw + scalars + one.records * one.blocks)
        least = graph if count <= 10**6 else cells if count <= 10**8 else on_disk
        month = HOURS_OF_MONTH * least / 1e9 * (prices.memory + prices.core / 4)
        month += disk / 1e9 * prices.disk
        yield (
            f"{count:,}", write_bytes(graph), write_bytes(cells), write_bytes(on_disk),
            write_bytes(disk), f"{month:,.0f}",
        )  # fmt: skip


def list_builds(sizes: Sequence[int], one: Measured, prices: Prices) -> Iterator[tuple[str, ...]]:
    """Rows of a first build: passages, hours of embedding and of the rest, and cost."""
    yield "passages", "embedding: hours of two cores", "of a GPU", "the rest: hours of a core", \
        "writing: hours", "cost with cores", "with a GPU"  # fmt: skip
    for count in sizes:
        cores = count / one.encoded / 3600
        gpu = count * 2 * WEIGHTS * PIECES / prices.operations / 3600
        rest = count * one.prepared / 3600
        writing = count * one.written / 3600
        with_cores = (2 * cores + rest + writing) * prices.core
        with_gpu = gpu * prices.gpu + (rest + writing) * prices.core
        yield (
            f"{count:,}", f"{cores:,.1f}", f"{gpu:,.2f}", f"{rest:,.1f}", f"{writing:,.2f}",
            f"{with_cores:,.2f}", f"{with_gpu:,.2f}",
        )  # fmt: skip


def write_bytes(count: float) -> str:
    """
    >>> write_bytes(2.5e9), write_bytes(3e5), write_bytes(4.21e12)
    ('2.5 GB', '0.0 GB', '4.2 TB')
    """
    return f"{count / 1e12:,.1f} TB" if count >= 1e12 else f"{count / 1e9:,.1f} GB"


def write_table(rows: Iterator[tuple[str, ...]]) -> str:
    head, *body = rows
    lines = [head, tuple("---" for _ in head), *body]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    for name, value in PRICES._asdict().items():
        parser.add_argument(f"--{name}", type=float, default=value, metavar="NUMBER")
    parser.add_argument("--readme", action="store_true", help="write the guide's tables")
    given = parser.parse_args()
    prices = Prices(*(getattr(given, name) for name in Prices._fields))
    tables = {
        LOCAL: write_table(list_local(SIZES, MEASURED, prices)),
        STORE: write_table(list_store(SIZES, MEASURED, prices)),
        BUILD: write_table(list_builds(SIZES, MEASURED, prices)),
    }
    for place, table in tables.items():
        print(f"{place.heading}\n\n{table}\n")
        if given.readme:
            text = PAGE.read_text(encoding="utf-8")
            PAGE.write_text(put_table(text, place.heading, table), encoding="utf-8")


if __name__ == "__main__":
    main()
