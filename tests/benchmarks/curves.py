"""A report's calibration and risk as a picture: python -m tests.benchmarks.curves REPORT SVG

Left, how often answers of similar confidence were right, next to what was promised; right, how much
of what is answered is wrong as more is answered, the shipped threshold marked.
"""

import sys
from pathlib import Path

from assistant.evaluate.report import Report

SIDE, GAP, MARGIN = 260, 90, 48
_STYLE = (
    "text{font:12px system-ui,sans-serif;fill:#444}.line{fill:none;stroke:#0b6bcb;stroke-width:2}"
    ".axis{fill:none;stroke:#999}.even{stroke:#999;stroke-dasharray:4 4}.dot{fill:#0b6bcb}"
    ".here{fill:#c2410c}rect.page{fill:#fff}"
)


def place(x: float, y: float, left: int, highest: float = 1.0) -> tuple[float, float]:
    """Where a point of the unit square is drawn."""
    return round(left + x * SIDE, 1), round(MARGIN + (1 - y / highest) * SIDE, 1)


def panel(
    points: list[tuple[float, float]], left: int, title: str, across: str, up: str, highest: float
) -> str:
    """Axes, their names, and a line through some points."""
    drawn = [place(x, y, left, highest) for x, y in points]
    line = " ".join(f"{x},{y}" for x, y in drawn)
    bottom, right = MARGIN + SIDE, left + SIDE
    parts = [
        f'<path class="axis" d="M{left},{MARGIN}V{bottom}H{right}"/>',
        f'<polyline class="line" points="{line}"/>',
        f'<text x="{right}" y="{MARGIN - 16}" text-anchor="end">{title}</text>',
        f'<text x="{right}" y="{bottom + 34}" text-anchor="end">{across}</text>',
        f'<text x="{left - 34}" y="{MARGIN - 16}">{up}</text>',
    ]
    for share in (0.0, 0.5, 1.0):
        x, _ = place(share, 0, left)
        _, y = place(0, share * highest, left, highest)
        parts.append(f'<text x="{x}" y="{bottom + 16}" text-anchor="middle">{share:.0%}</text>')
        parts.append(
            f'<text x="{left - 6}" y="{y + 4}" text-anchor="end">{share * highest:.0%}</text>'
        )
    return "".join(parts)


def draw(report: Report) -> str:
    """Both panels as SVG."""
    left, right = MARGIN + 16, MARGIN + 16 + SIDE + GAP
    sure = [(one.confidence, one.right) for one in report.bins]
    risk = [(one.coverage, one.risk) for one in report.risk]
    highest = max(0.1, -(-max(y for _, y in risk) * 10 // 1) / 10)
    here = min(report.risk, key=lambda one: abs(one.threshold - (report.run.threshold or 0)))
    error = report.all.figures["calibration_error"].value
    x, y = place(here.coverage, here.risk, right, highest)
    dots = "".join(
        f'<circle class="dot" cx="{a}" cy="{b}" r="3"/>' for a, b in (place(*p, left) for p in sure)
    )
    start, end = place(0, 0, left), place(1, 1, left)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{right + SIDE + MARGIN}" '
        f'height="{SIDE + 2 * MARGIN + 10}"><style>{_STYLE}</style>'
        '<rect class="page" width="100%" height="100%"/>'
        f'<line class="even" x1="{start[0]}" y1="{start[1]}" x2="{end[0]}" y2="{end[1]}"/>'
        + panel(sure, left, f"calibration error {error}", "confidence", "right", 1.0)
        + dots
        + panel(risk, right, f"threshold {report.run.threshold}", "answered", "wrong", highest)
        + f'<circle class="here" cx="{x}" cy="{y}" r="5"/></svg>\n'
    )


def main() -> None:
    report = Report.model_validate_json(Path(sys.argv[1]).read_bytes())
    Path(sys.argv[2]).write_text(draw(report), encoding="utf-8")


if __name__ == "__main__":
    main()
