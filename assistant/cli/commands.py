"""The commands index, doctor, ask, players and train. What they need is imported when they run."""

import argparse
import json
import sys
from dataclasses import asdict
from pathlib import Path

from assistant.errors import TrainingError
from assistant.settings import Settings


def run_index(given: argparse.Namespace, settings: Settings) -> int:
    from assistant.build import build_index

    folder = settings.indexes / settings.index
    report = build_index(
        settings.corpus,
        folder,
        embedder=settings.embedder,
        reader=settings.reader,
        rebuild=given.rebuild,
        progress=sys.stderr.isatty(),
        keep=given.keep,
    )
    manifest = report.manifest
    if given.json:
        for refusal in report.refused:
            print(f"refused {refusal.path}: {refusal.reason}", file=sys.stderr)
        print(manifest.model_dump_json(indent=1))
        return 0
    rows = {**report.changes._asdict(), "refused": len(report.refused)}
    for name, count in rows.items():
        print(f"{name:10}{count:8,}")
    for refusal in report.refused:
        print(f"  {refusal.path}: {refusal.reason}")
    if report.copies:
        print(f"{report.copies:,} of the documents have the text of another and are found under it")
    state = "built" if report.built else "up to date"
    print(
        f"{folder}: {state}, generation {manifest.generation}, {manifest.documents} documents, "
        f"{manifest.passages} passages, embedder {manifest.embedder}, "
        f"{report.embedded:,} texts embedded"
    )
    return 0


def run_doctor(_given: argparse.Namespace, settings: Settings) -> int:
    from assistant.index.doctor import examine

    folder = settings.indexes / settings.index
    findings = examine(folder)
    for finding in findings:
        mark = "BAD" if not finding.sound else "note" if finding.remedy else "ok"
        print(f"{mark:4} {finding.text}")
        if finding.remedy:
            print(f"     {finding.remedy}")
    sound = all(finding.sound for finding in findings)
    print(f"{folder}: {'sound' if sound else 'not sound, see above'}")
    return 0 if sound else 1


def run_ask(given: argparse.Namespace, settings: Settings) -> int:
    from assistant.answer import Assistant
    from assistant.api.explanation import render_explained, write_explanation
    from assistant.api.rendering import render_answer
    from assistant.api.text import render_text

    assistant = Assistant.open(settings=settings)
    if assistant.generation.warning is not None:
        print(f"assistant: warning: {assistant.generation.warning}", file=sys.stderr)
    question, top_k, as_of = given.question, given.top_k, given.as_of
    if not given.explain:
        body = render_answer(assistant.ask(question, top_k=top_k, as_of=as_of))
        print(body.model_dump_json(indent=1) if given.json else render_text(body))
        return 0
    explained = render_explained(*assistant.explain(question, top_k=top_k, as_of=as_of))
    text = f"{render_text(explained)}\n\n{write_explanation(explained.explanation)}"
    print(explained.model_dump_json(indent=1) if given.json else text)
    return 0


def run_players(given: argparse.Namespace, settings: Settings) -> int:
    if given.suggest:
        return _suggest_players(settings, as_json=given.json)
    from assistant.index.generation import Generation

    store = Generation.open(settings.indexes / settings.index).store
    found = store.count_mentions()
    counts = {player.id: found.get(player.id, (0, 0))[0] for player in store.players}
    if given.json:
        lines = [asdict(player) | {"mentions": counts[player.id]} for player in store.players]
        print(json.dumps(lines, ensure_ascii=False, indent=1))
        return 0
    for player in sorted(store.players, key=lambda player: -counts[player.id]):
        print(f"{counts[player.id]:6}  {player.name} ({player.kind})")
    if not store.players:
        print("no players: `assistant players --suggest` proposes some for players.toml")
    return 0


def _suggest_players(settings: Settings, *, as_json: bool) -> int:
    from assistant.load import load_corpus
    from assistant.players.suggesting import render_suggestions, suggest

    suggestions = suggest(load_corpus(settings.corpus).documents)
    if as_json:
        print(json.dumps([asdict(one) for one in suggestions], ensure_ascii=False, indent=1))
    else:
        print(render_suggestions(suggestions))
    return 0


def run_train(given: argparse.Namespace, _settings: Settings) -> int:
    if bool(given.sources) == bool(given.average):
        raise TrainingError(
            "there is nothing to train on" if not given.sources else "--average trains on nothing",
            hint="give sources, or readers after --average",
        )
    if given.average:
        _average(given)
    else:
        _train(given)
    print(f"{given.out}: done; `assistant index --reader {given.out}` puts it into the index")
    return 0


def run_calibrate(given: argparse.Namespace, _settings: Settings) -> int:
    from assistant.evaluate.calibrate import calibrate_reader, describe

    found = calibrate_reader(given.folder, questions=given.questions, show=sys.stderr.isatty())
    print(describe(found), end="")
    return 0


def _calibrate_trained(folder: Path) -> None:
    from assistant.evaluate.calibrate import calibrate_reader
    from assistant.questions.handwritten import QUESTIONS_FOLDER

    if QUESTIONS_FOLDER.is_dir():
        calibrate_reader(folder)
    else:
        print(
            f"{folder}: not calibrated, its answers have no confidence: "
            "the questions to fit it on are in the source distribution only",
            file=sys.stderr,
        )


def _average(given: argparse.Namespace) -> None:
    from assistant.train.run import average_readers

    equal = [1 / len(given.average)] * len(given.average)
    shares = given.shares or equal
    average_readers(
        given.average,
        shares,
        given.out,
        base=given.base,
        licence=given.licence,
        calibrate=_calibrate_trained,
    )


def _train(given: argparse.Namespace) -> None:
    from assistant.train.run import train_reader
    from assistant.train.sources import parse_source

    if given.questions is not None and given.questions < 1:
        raise TrainingError(f"questions is {given.questions}", hint="give 1 or more")
    if not 0 < given.rate < 1:
        raise TrainingError(f"rate is {given.rate:g}", hint="give one such as 1e-4")
    train_reader(
        [parse_source(source) for source in given.sources],
        given.out,
        base=given.base,
        teacher=given.teacher,
        questions=given.questions,
        rate=given.rate,
        seed=given.seed,
        checkpoints=given.checkpoints,
        licence=given.licence,
        calibrate=_calibrate_trained,
        show=sys.stderr.isatty(),
    )
