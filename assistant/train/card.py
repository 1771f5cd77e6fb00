"""The model card: what a reader was made of, how, and how sure it may be taken to be."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from assistant import __version__
from assistant.embed.model import hash_file
from assistant.read.span import MODEL
from assistant.train.calibrate import RISK, Calibration
from assistant.train.examples import NEGATIVE_SHARE, PAIRED_SHARE
from assistant.train.loop import Plan
from assistant.train.sources import Source

CARD = "MODEL_CARD.md"

_TEXT = """# {name}

An extractive reader: given a question and a passage, it scores where in the passage an answer
starts and ends, and whether there is one. Made with `assistant train` {version}.

| | |
|---|---|
| base encoder | {base} |
| weights | `{model}`, int8 (7 bits), {megabytes:.1f} MB, SHA-256 `{sha256}` |
| trained on | {questions:,} questions (repeats counted), seed {seed} |
| licence | {licence} |
| command | `{command}` |

## Data

| file | SHA-256 | weight |
|---|---|---|
{files}

One article in 20 was held out of training. Of the questions that a rule applies to, {share:.0%} had
no answer: a thing in them changed by rule (a name, a year, a number, an opposite), or the sentence
with the answer taken out of the paragraph. Of the others, {paired:.0%} stood beside a retrieved
paragraph that does not answer.

## Confidence

Fitted on {calibrated:,} questions of the held-out articles, asked of an index of many articles: as
they stand, with a thing changed so that nothing answers them, and with their own paragraph taken
away. The threshold is the lowest at which at most {allowed:.0%} of what is answered is wrong
there: {threshold}, which answers {coverage:.0%} of them, {risk:.0%} wrongly.

| seen of a span | weight |
|---|---|
{spans}

| seen of the first span | weight | for why and how: of its sentences |
|---|---|---|
{answers}
"""


def write_card(
    out: Path,
    sources: Sequence[Source],
    plan: Plan,
    calibration: Calibration,
    *,
    licence: str,
    base: str,
    name: str,
) -> None:
    """Write a reader's card into its folder."""
    model = out / MODEL
    given = " ".join(
        source.path.name + ("" if source.weight == 1 else f"={source.weight:g}")
        for source in sources
    )
    options = f"--base {base} --questions {plan.questions} --seed {plan.seed} --out {out.name}"
    text = _TEXT.format(
        name=name,
        version=__version__,
        base="all-MiniLM-L6-v2 (Apache-2.0)" if base == "packaged" else base,
        model=MODEL,
        megabytes=model.stat().st_size / 1e6,
        sha256=hash_file(model),
        questions=plan.questions,
        seed=plan.seed,
        licence=licence,
        command=f"assistant train {given} {options}",
        files="\n".join(
            f"| {source.path.name} | `{hash_file(source.path)}` | {source.weight:g} |"
            for source in sources
        ),
        share=NEGATIVE_SHARE,
        paired=PAIRED_SHARE,
        calibrated=calibration.questions,
        allowed=RISK,
        threshold=calibration.threshold,
        coverage=calibration.coverage,
        risk=calibration.risk,
        spans=_list(calibration.weighing.spans),
        answers=_list(calibration.weighing.answers, calibration.weighing.sentences),
    )
    (out / CARD).write_text(text, encoding="utf-8")


def _list(*models: Mapping[str, float]) -> str:
    """A row for each name, with its weight in each model."""
    return "\n".join(
        f"| {name.replace('_', ' ')} | " + " | ".join(f"{m[name]:.3f}" for m in models) + " |"
        for name in models[0]
    )
