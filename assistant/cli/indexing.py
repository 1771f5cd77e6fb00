"""The commands index, doctor and players. What they need is imported when they run."""

import argparse
import json
import sys
from collections.abc import Iterator
from dataclasses import asdict
from functools import partial
from typing import TYPE_CHECKING

from assistant.cli.options import PLACE, Commands, add_command
from assistant.settings import Settings, read_settings

if TYPE_CHECKING:
    from assistant.build import BuildReport

SHOWN_LINES = 20


def add_commands(commands: Commands) -> None:
    option = add_command(
        commands, "index", run_index, "build the index from the corpus, if it has changed",
        "assistant index", "assistant index --corpus notes --index notes",
        settings=(*PLACE, "corpus", "embedder", "reader", "ocr"),
    ).add_argument  # fmt: skip
    option("--rebuild", action="store_true", help="build even if nothing has changed")
    keep = "how many generations of the index to keep (default: 2)"
    option("--keep", type=_count_from_one, default=2, metavar="N", help=keep)
    option("--json", action="store_true", help="print the manifest as JSON")
    empty = "if the corpus has no document left, remove the index: it answers no more"
    option("--remove-if-empty", action="store_true", help=empty)

    add_command(
        commands, "doctor", run_doctor, "check the whole index and say what to do",
        "assistant doctor", "assistant doctor --index notes", settings=PLACE,
    )  # fmt: skip

    option = add_command(
        commands, "players", run_players, "list the players and how often they are mentioned",
        "assistant players", "assistant players --suggest --corpus notes > notes/players.toml",
        settings=(*PLACE, "corpus"),
    ).add_argument  # fmt: skip
    option("--suggest", action="store_true", help="suggest names from the corpus, ready to paste")
    option("--json", action="store_true", help="print JSON")


def _count_from_one(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"{number} is less than 1")
    return number


def index_corpus(
    settings: Settings | None = None,
    *,
    rebuild: bool = False,
    keep: int = 2,
    progress: bool = False,
) -> "BuildReport":
    """Build the index that the settings name from their corpus, unless it is up to date.

    `keep` generations are kept. Raises CorpusError, EmbedderError, ReaderError, IndexBusyError,
    IndexWriteError.
    """
    from assistant.answer.suggest.trying import choose_questions
    from assistant.build import build_index

    chosen = settings or read_settings()
    return build_index(
        chosen.corpus,
        chosen.indexes / chosen.index,
        embedder=chosen.embedder,
        reader=chosen.reader,
        ocr=chosen.ocr,
        rebuild=rebuild,
        progress=progress,
        keep=keep,
        choose_questions=partial(choose_questions, settings=chosen),
    )


def run_index(options: argparse.Namespace, settings: Settings) -> int:
    from assistant.errors import NoDocumentError
    from assistant.index.publish import withdraw
    from assistant.words import read_words

    words = read_words("en")
    folder = settings.indexes / settings.index
    try:
        report = index_corpus(
            settings, rebuild=options.rebuild, keep=options.keep, progress=sys.stderr.isatty()
        )
    except NoDocumentError:
        if not options.remove_if_empty:
            raise
        withdraw(folder)
        print(f"{folder}: removed, the corpus has no document")
        return 0
    manifest = report.manifest
    if options.json:
        for line in _list_unread(report):
            print(line, file=sys.stderr)
        print(manifest.model_dump_json(indent=1))
        return 0
    for name, number in report.changes._asdict().items():
        print(f"{name:12}{number:8,}")
    for line in _list_unread(report):
        print(line)
    if report.copies:
        print(f"{report.copies:,} of the documents have the text of another and are found under it")
    print(
        f"{folder}: {'built' if report.built else 'up to date'}, generation {manifest.generation}, "
        f"{words('count.document', n=manifest.documents)}, "
        f"{words('count.passage', n=manifest.passages)}, "
        f"embedder {manifest.embedder}, {report.embedded:,} texts embedded"
    )
    return 0


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
        yield from (f"  {line}" for line in lines[:SHOWN_LINES])
        if len(lines) > SHOWN_LINES:
            yield f"  and {len(lines) - SHOWN_LINES:,} more, which `assistant doctor` lists"


def run_doctor(_options: argparse.Namespace, settings: Settings) -> int:
    from assistant.build.doctor import examine

    folder = settings.indexes / settings.index
    findings = list(examine(folder))
    for finding in findings:
        mark = "BAD" if not finding.ok else "note" if finding.is_note else "ok"
        print(f"{mark:4} {finding.text}")
        if finding.remedy:
            print(f"     {finding.remedy}")
    healthy = all(finding.ok for finding in findings)
    print(f"{folder}: {'no problems' if healthy else 'problems, see above'}")
    return 0 if healthy else 1


def run_players(options: argparse.Namespace, settings: Settings) -> int:
    if options.suggest:
        return _suggest_players(settings, as_json=options.json)
    from assistant.index.generation import Generation

    store = Generation.open(settings.indexes / settings.index).store
    found = store.count_mentions()
    counts = {player.id: found.get(player.id, (0, 0))[0] for player in store.players}
    if options.json:
        lines = [asdict(player) | {"mentions": counts[player.id]} for player in store.players]
        print(json.dumps(lines, ensure_ascii=False, indent=1))
        return 0
    for player in sorted(store.players, key=lambda player: -counts[player.id]):
        print(f"{counts[player.id]:6}  {player.name} ({player.kind})")
    if not store.players:
        print("no players: `assistant players --suggest` suggests some for players.toml")
    return 0


def _suggest_players(settings: Settings, *, as_json: bool) -> int:
    from assistant.load import load_corpus
    from assistant.players.suggesting import render_suggestions, suggest

    suggestions = suggest(load_corpus(settings.corpus).documents)
    if as_json:
        print(
            json.dumps(
                [asdict(suggestion) for suggestion in suggestions], ensure_ascii=False, indent=1
            )
        )
    else:
        print(render_suggestions(suggestions))
    return 0
