"""A gate: conditions on figures that fail a pipeline, with reasons, and as JUnit XML.

    gate       = condition {"," condition}
    condition  = name (">=" | "<=" | ">" | "<") number
    name       = a figure, or a figure + "_drop", or "worse"

`f1_drop` is how much worse the figure is than the baseline's (0 or less if it is as good), in
whichever direction is worse. `worse` is the number of figures that the comparison calls worse.
"""

import operator
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import NamedTuple
from xml.etree import ElementTree

from assistant.errors import EvaluationError
from assistant.evaluate.compare import Comparison
from assistant.evaluate.measures import FIGURES
from assistant.evaluate.report import Report
from assistant.terminal import escape

DROP, WORSE = "_drop", "worse"
_CONDITION = re.compile(r"\s*(\w+)\s*(>=|<=|>|<)\s*([-+]?\d+(?:\.\d+)?)\s*")
_COMPARE: Mapping[str, Callable[[float, float], bool]] = {
    ">=": operator.ge,
    "<=": operator.le,
    ">": operator.gt,
    "<": operator.lt,
}


class Condition(NamedTuple):
    name: str
    sign: str
    bound: float

    def __str__(self) -> str:
        return f"{self.name}{self.sign}{self.bound:g}"


class Outcome(NamedTuple):
    """A condition, and why it is not met; "" if it is."""

    condition: Condition
    reason: str


def parse_gate(text: str, *, with_baseline: bool) -> list[Condition]:
    """The conditions of a gate. Raises EvaluationError for invalid ones and unknown figures."""
    conditions = [_parse(part) for part in text.split(",")]
    for condition in conditions:
        if not with_baseline and (condition.name == WORSE or condition.name.endswith(DROP)):
            raise EvaluationError(
                f"the gate names {condition.name}, and there is nothing to compare with",
                hint="give --baseline RUN",
            )
    return conditions


def check_gate(
    conditions: list[Condition], report: Report, comparison: Comparison | None
) -> list[Outcome]:
    """Check each condition; those on figures that the run does not have fail."""
    return [
        Outcome(condition, _find_reason(condition, report, comparison)) for condition in conditions
    ]


def write_junit(path: Path, outcomes: list[Outcome], *, name: str) -> None:
    """The outcomes as JUnit XML: a test case for each condition. Raises EvaluationError."""
    failures = sum(bool(outcome.reason) for outcome in outcomes)
    counts = {"tests": str(len(outcomes)), "failures": str(failures), "errors": "0"}
    root = ElementTree.Element("testsuites", counts)
    name = escape(name)  # XML can't contain control characters
    suite = ElementTree.SubElement(
        root, "testsuite", {"name": f"assistant evaluate {name}", **counts}
    )
    for outcome in outcomes:
        attributes = {"classname": "gate", "name": str(outcome.condition)}
        case = ElementTree.SubElement(suite, "testcase", attributes)
        if outcome.reason:
            failure = ElementTree.SubElement(case, "failure", {"message": outcome.reason})
            failure.text = outcome.reason
    ElementTree.indent(root)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        ElementTree.ElementTree(root).write(path, encoding="utf-8", xml_declaration=True)
    except OSError as error:
        raise EvaluationError(
            f"{path} can't be written ({error.strerror or error})", hint="give another --junit"
        ) from None


def _parse(part: str) -> Condition:
    found = _CONDITION.fullmatch(part)
    if found is None:
        raise EvaluationError(
            f"{part.strip()!r} is not a condition", hint='write them as "f1>=0.80,f1_drop<=0.01"'
        )
    name, sign, bound = found.groups()
    if name != WORSE and name.removesuffix(DROP) not in FIGURES:
        raise EvaluationError(
            f"the gate names {name}, which is not a figure",
            hint=f"use {', '.join(FIGURES)}, one of these with {DROP} added, or {WORSE}",
        )
    return Condition(name, sign, float(bound))


def _find_reason(condition: Condition, report: Report, comparison: Comparison | None) -> str:
    name, sign, bound = condition
    value, note = _find_value(name, report, comparison)
    if value is None:
        return f"{name} is unknown: {note}"
    if _COMPARE[sign](value, bound):
        return ""
    return f"{name} is {value:g}, not {sign} {bound:g} ({note})"


def _find_value(
    name: str, report: Report, comparison: Comparison | None
) -> tuple[float | None, str]:
    """A value with a note on it; or None and the reason."""
    if name in FIGURES:
        figure = report.all.figures[name]
        if figure.value is None:
            return None, "no question of the run has it"
        return figure.value, f"95 % [{figure.low:g}, {figure.high:g}], {figure.n} questions"
    assert comparison is not None
    if comparison.only_before:
        return None, f"{comparison.only_before} questions of the baseline were not asked"
    if name == WORSE:
        worse = [
            difference.name
            for difference in comparison.differences
            if difference.verdict == "worse"
        ]
        if comparison.gone and not worse:
            return None, f"the baseline has {', '.join(comparison.gone)}, this run has not"
        return len(worse), ", ".join(worse) or "none"
    figure_name = name.removesuffix(DROP)
    found = next(
        (difference for difference in comparison.differences if difference.name == figure_name),
        None,
    )
    if found is None:
        return None, "the two runs do not both have it"
    sign = 1 if FIGURES[figure_name].higher_is_better else -1
    drop = round(sign * (found.before - found.after), 4)
    return drop, f"{found.before:g} before, {found.after:g} now; {found.words}"
