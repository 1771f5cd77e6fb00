"""The commands index, doctor and players. What they need is imported when they run."""

import argparse
import sys
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from assistant.cli.options import PLACE, Commands, add_command
from assistant.cli.output import print_json
from assistant.errors import MISTAKE
from assistant.settings import Settings, read_settings
from assistant.terminal import escape

if TYPE_CHECKING:
    from assistant.build import BuildReport
    from assistant.index.generation import Generation
    from assistant.index.progress import Track

SHOWN_LINES = 20


def add_commands(commands: Commands) -> None:
    option = add_command(
        commands, "index", run_index, "build the index from the corpus, if it has changed",
        "assistant index", "assistant index --corpus notes --index notes",
        "assistant index --store milvus://127.0.0.1:19530/news",
        settings=(*PLACE, "corpus", "embedder", "reader", "ocr"),
        json="print the manifest and what was read as JSON",
    ).add_argument  # fmt: skip
    option("--rebuild", action="store_true", help="build even if nothing has changed")
    keep = "how many generations of the index to keep (default: 2)"
    option("--keep", type=_count_from_one, default=2, metavar="N", help=keep)
    empty = "if the corpus has no document left, remove the index: it answers no more"
    option("--remove-if-empty", action="store_true", help=empty)
    ray = "compute with Ray: on the cluster at this address, or on the cores of this machine"
    option("--ray", nargs="?", const="", metavar="ADDRESS", help=ray)
    source = "with --ray: read the documents at this address instead, such as s3://bucket/reports"
    option("--source", metavar="URL", help=source)

    add_command(
        commands, "doctor", run_doctor, "check the whole index and say what to do",
        "assistant doctor", "assistant doctor --index notes",
        "assistant doctor --store milvus://127.0.0.1:19530/news", settings=PLACE,
        json="print the findings as JSON",
    )  # fmt: skip

    option = add_command(
        commands, "players", run_players, "list the players and how often they are mentioned",
        "assistant players", "assistant players --suggest --corpus notes > notes/players.toml",
        settings=(*PLACE, "corpus"), json="print the players as JSON",
    ).add_argument  # fmt: skip
    option("--suggest", action="store_true", help="suggest names from the corpus, ready to paste")


def _count_from_one(text: str) -> int:
    if not (text.isascii() and text.isdecimal()) or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number from 1")
    return int(text)


def index_corpus(
    settings: Settings | None = None,
    *,
    rebuild: bool = False,
    keep: int = 2,
    progress: bool = False,
    ray: str | None = None,
    source: str | None = None,
) -> "BuildReport":
    """Build the index that the settings name from their corpus, unless it is up to date.

    `keep` generations are kept; `progress` is shown on standard error. `ray` is the address of a
    cluster that computes, or "" for the cores of this machine; `source` a URL that is read then
    instead of the corpus. Raises SettingError, CorpusError, EmbedderError, ReaderError,
    IndexBusyError, IndexWriteError; with `ray` ExtraAbsentError and UsageError.
    """
    chosen = settings or read_settings()
    place = source or str(chosen.corpus)
    if progress:  # at once: the imports take seconds
        print(f"Reading the folder {escape(place)}", file=sys.stderr, flush=True)

    from assistant.build import build_index
    from assistant.read import PACKAGED, name_reader
    from assistant.records import ChosenQuestions, KeptQuestions, Tried

    def choose_questions(
        generation: "Generation", track: "Track", kept: KeptQuestions | None
    ) -> ChosenQuestions:
        # Importing what answers takes half as long as an update that tries nothing.
        from assistant.answer.suggest import trying

        return trying.choose_questions(generation, track, kept, settings=chosen)

    if chosen.threshold is not None and chosen.reader == PACKAGED:
        from assistant.answer import check_confidence

        check_confidence(chosen.threshold, PACKAGED)  # else known only when questions are tried
    if ray is None:
        build = partial(build_index, chosen.corpus)
    else:
        from assistant.build.distributed.building import build_with_ray

        build = partial(build_with_ray, place, address=ray or None)
    return build(
        chosen.indexes / chosen.index,
        embedder=chosen.embedder,
        reader=chosen.reader,
        ocr=chosen.ocr,
        rebuild=rebuild,
        progress=progress,
        keep=keep,
        choose_questions=choose_questions,
        tried=Tried(name_reader(chosen.reader), chosen.passages_read),
    )


def run_index(options: argparse.Namespace, settings: Settings) -> int:
    from assistant.errors import NoDocumentError, UsageError

    if options.source is not None and options.ray is None:
        raise UsageError("--source needs --ray", hint="add --ray, or give a folder with --corpus")
    folder = settings.indexes / settings.index
    try:
        report = index_corpus(
            settings,
            rebuild=options.rebuild,
            keep=options.keep,
            progress=True,
            ray=options.ray,
            source=options.source,
        )
    except NoDocumentError:
        if not options.remove_if_empty:
            raise
        from assistant.index.publish import withdraw

        withdraw(folder)
        stored = _describe_store(settings)
        if options.json:
            print_json({"index": str(folder), "built": False, "removed": True, **stored})
        else:
            print(f"{escape(folder)}: removed, the corpus has no document")
            _print_store(stored)
        return 0
    stored = _describe_store(settings)
    if options.json:
        for line in _list_unread(report):
            print(line, file=sys.stderr)
        print_json({"index": str(folder), **_describe_report(report), **stored})
    else:
        _print_report(report, folder)
        _print_store(stored)
    return 0


def _describe_store(settings: Settings) -> dict[str, object]:
    """Load the store that the settings name, if they name one; what was done, as JSON."""
    if settings.store is None:
        return {}
    from assistant.build.storing import update_store

    report = update_store(settings, progress=True)
    assert report is not None
    generation = None if report.manifest is None else report.manifest.generation
    return {
        "store": {
            "address": report.store,
            "generation": generation,
            "loaded": report.is_loaded,
            "dropped": list(report.dropped),
        }
    }


def _print_store(stored: Mapping[str, Any]) -> None:
    for store in stored.values():
        address, generation = escape(store["address"]), store["generation"]
        if generation is None:
            print(f"{address}: {'removed' if store['loaded'] else 'empty'}")
            continue
        print(
            f"{address}: {'loaded' if store['loaded'] else 'up to date'}, generation {generation}"
        )


def _describe_report(report: "BuildReport") -> dict[str, object]:
    """A report as JSON: the manifest, what has changed, and what was not read."""
    return {
        **report.manifest.model_dump(mode="json"),
        "built": report.built,
        "removed": False,
        "changes": report.changes._asdict(),
        "texts_embedded": report.embedded,
        "copies": report.copies,
        "partly_read": {
            document_id: lines
            for document_id, found in report.notices.items()
            if (lines := [str(notice) for notice in found if notice.is_unread])
        },
        "skipped": [file._asdict() for file in report.skipped],
    }


def _print_report(report: "BuildReport", folder: Path) -> None:
    from assistant.words import read_words

    words, manifest = read_words("en"), report.manifest
    for name, number in report.changes._asdict().items():
        print(f"{name:12}{number:8,}")
    for line in _list_unread(report):
        print(line)
    if report.copies:
        print(f"{report.copies:,} of the documents have the text of another and are found under it")
    print(
        f"{escape(folder)}: {'built' if report.built else 'up to date'}, "
        f"generation {manifest.generation}, "
        f"{words('count.document', n=manifest.documents)}, "
        f"{words('count.passage', n=manifest.passages)}, "
        f"embedder {escape(manifest.embedder)}, {report.embedded:,} texts embedded"
    )


def _list_unread(report: "BuildReport") -> Iterator[str]:
    """The documents that were only partly read and the files that were skipped, with the reasons,
    and notes about documents that were read completely.
    """
    partly: list[str] = []
    notes: list[str] = []
    for document_id, found in report.notices.items():
        for notice in found:
            (partly if notice.is_unread else notes).append(f"{document_id}: {notice}")
    documents = sum(any(n.is_unread for n in found) for found in report.notices.values())
    skipped = [str(file) for file in report.skipped]
    sections = [("partly read", documents, partly), ("skipped", len(skipped), skipped)]
    for title, number, lines in [*sections, *([("notes", len(notes), notes)] if notes else [])]:
        yield f"{title:12}{number:8,}"
        yield from (f"  {escape(line)}" for line in lines[:SHOWN_LINES])
        if len(lines) > SHOWN_LINES:
            yield f"  and {len(lines) - SHOWN_LINES:,} more, which `assistant doctor` lists"


def run_doctor(options: argparse.Namespace, settings: Settings) -> int:
    from assistant.build.doctor import examine
    from assistant.build.store_doctor import examine_with_store
    from assistant.errors import IndexAbsentError, IndexDamagedError
    from assistant.index.integrity import read_pointer

    folder = settings.indexes / settings.index
    has_store = settings.store is not None
    with suppress(IndexDamagedError, *([IndexAbsentError] if has_store else [])):
        read_pointer(folder)  # an index that is absent can't be examined
    findings = []
    examined = examine_with_store(settings) if has_store else examine(folder)
    for finding in examined:  # each is printed when it is found: hashing takes time
        findings.append(finding)
        if options.json:
            continue
        mark = "BAD" if not finding.ok else "note" if finding.is_note else "ok"
        print(f"{mark:4} {escape(finding.text)}", flush=True)
        if finding.remedy:
            print(f"     {escape(finding.remedy)}")
    healthy = all(finding.ok for finding in findings)
    if options.json:
        described = [finding._asdict() for finding in findings]
        print_json({"index": str(folder), "healthy": healthy, "findings": described})
    else:
        print(f"{escape(folder)}: {'no problems' if healthy else 'problems, see above'}")
    return 0 if healthy else MISTAKE


def run_players(options: argparse.Namespace, settings: Settings) -> int:
    if options.suggest:
        return _suggest_players(settings, as_json=options.json)
    from assistant.index.store import open_store

    catalog = open_store(settings).open().catalog
    found = catalog.count_mentions()
    counts = {player.id: found.get(player.id, (0, 0))[0] for player in catalog.players}
    if options.json:
        print_json([asdict(player) | {"mentions": counts[player.id]} for player in catalog.players])
        return 0
    for player in sorted(catalog.players, key=lambda player: -counts[player.id]):
        print(f"{counts[player.id]:6}  {escape(player.name)} ({escape(player.kind)})")
    if not catalog.players:
        print("no players: `assistant players --suggest` suggests some for players.toml")
    return 0


def _suggest_players(settings: Settings, *, as_json: bool) -> int:
    from assistant.load import load_corpus
    from assistant.players.suggesting import render_suggestions, suggest

    suggestions = suggest(load_corpus(settings.corpus).documents)
    if as_json:
        print_json([asdict(suggestion) for suggestion in suggestions])
    else:
        print(render_suggestions(suggestions))
    return 0
