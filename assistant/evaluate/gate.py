"""A gate: conditions on figures that stop a pipeline, with the reasons, and as JUnit XML.

    gate       = condition {"," condition}
    condition  = name (">=" | "<=" | ">" | "<") number
    name       = a figure, or a figure + "_drop", or "worse"

`f1_drop` is how much worse the figure is than the baseline's, whichever way is worse for it; 0 or
less where it is as good. `worse` is how many figures the comparison calls worse.
"""

import operator
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

from assistant.errors import EvaluationError
from assistant.evaluate.compare import Comparison
from assistant.evaluate.report import AREAS, MEASURES, NAMES, Report

DROP, WORSE = "_drop", "worse"
_CONDITION = re.compile(r"\s*(\w+)\s*(>=|<=|>|<)\s*([-+]?\d+(?:\.\d+)?)\s*")
_COMPARE: Mapping[str, Callable[[float, float], bool]] = {
    ">=": operator.ge,
    "<=": operator.le,
    ">": operator.gt,
    "<": operator.lt,
}


@dataclass(frozen=True, slots=True)
class Condition:
    """What a figure must be."""

    name: str
    sign: str
    bound: float

    def __str__(self) -> str:
        return f"{self.name}{self.sign}{self.bound:g}"

    @property
    def compares(self) -> bool:
        """Whether it asks for a baseline."""
        return self.name == WORSE or self.name.endswith(DROP)


@dataclass(frozen=True, slots=True)
class Outcome:
    """A condition as it was met: `reason` is "" where it holds."""

    condition: Condition
    reason: str


def parse_gate(text: str, *, with_baseline: bool) -> list[Condition]:
    """The conditions of a gate.

    Raises EvaluationError for what is no condition, and for unknown figures, naming the known.
    """
    conditions = [_parse(part) for part in text.split(",")]
    for condition in conditions:
        if condition.compares and not with_baseline:
            raise EvaluationError(
                f"the gate asks for {condition.name} and there is nothing to compare with",
                hint="give --baseline RUN",
            )
    return conditions


def check_gate(
    conditions: list[Condition], report: Report, comparison: Comparison | None
) -> list[Outcome]:
    """Whether each condition holds. One on a figure that the run doesn't have fails."""
    outcomes = []
    for condition in conditions:
        value, among = _find_value(condition.name, report, comparison)
        if value is None:
            reason = f"{condition.name} is unknown: {among}"
        elif _COMPARE[condition.sign](value, condition.bound):
            reason = ""
        else:
            reason = (
                f"{condition.name} is {value:g}, not {condition.sign} {condition.bound:g} ({among})"
            )
        outcomes.append(Outcome(condition, reason))
    return outcomes


def write_junit(path: Path, outcomes: list[Outcome], *, name: str) -> None:
    """The outcomes as JUnit XML: a test case for each condition. Raises EvaluationError."""
    failures = sum(bool(outcome.reason) for outcome in outcomes)
    counts = {"tests": str(len(outcomes)), "failures": str(failures), "errors": "0"}
    root = ElementTree.Element("testsuites", counts)
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
            f"{part.strip()!r} is no condition of a gate",
            hint='write them as "f1>=0.80,f1_drop<=0.01"',
        )
    name, sign, bound = found.groups()
    if name != WORSE and name.removesuffix(DROP) not in NAMES:
        raise EvaluationError(
            f"the gate asks for {name}, which is no figure",
            hint=f"known are {', '.join(NAMES)}, each with {DROP} behind it, and {WORSE}",
        )
    return Condition(name, sign, float(bound))


def _find_value(
    name: str, report: Report, comparison: Comparison | None
) -> tuple[float | None, str]:
    """A value, and over what it was found, or why there is none."""
    if name in NAMES:
        figure = report.all.figures[name]
        if figure.value is None:
            return None, "no question of the run has it"
        return figure.value, f"95 % [{figure.low:g}, {figure.high:g}], {figure.n} questions"
    assert comparison is not None
    if comparison.only_before:
        return None, f"{comparison.only_before} questions of the baseline were not asked"
    if name == WORSE:
        worse = [one.name for one in comparison.differences if one.verdict == "worse"]
        if comparison.gone and not worse:
            return None, f"the baseline has {', '.join(comparison.gone)}, this run has not"
        return len(worse), ", ".join(worse) or "none"
    wanted = name.removesuffix(DROP)
    found = next((one for one in comparison.differences if one.name == wanted), None)
    if found is None:
        return None, "the two runs do not both have it"
    higher = MEASURES[wanted].higher_is_better if wanted in MEASURES else AREAS[wanted][1]
    drop = round(found.before - found.after if higher else found.after - found.before, 4)
    return drop, f"{found.before:g} before, {found.after:g} now; {found.words}"
