"""The labels of figures: short texts between the paragraphs of a page are put together.

Where a figure is drawn is not looked at: lines and pictures are in boxes and letterheads too.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby

from assistant.load.pdf.captions import FIGURE
from assistant.load.pdf.paragraphs import Paragraph
from assistant.load.text_lines import ends_like_a_sentence

LONGEST_LABEL = 30  # characters
LEAST_LABELS = 3  # that are numbers
_NUMBERS = re.compile(r"(?:[^\w\s]*+\d[\d.,:'’]*+[^\W\d]{0,2}+[%‰°]?+[^\w\s]*+(?:\s++|$))++")


def join_labels(paragraphs: Iterable[Paragraph], body: float) -> Iterator[Paragraph]:
    """The paragraphs of a page; labels of a figure are one, which is no part of the text.

    They are numbers for the most part, or are next to the figure's caption. `body` is the size of
    most letters.
    """
    runs = [
        (is_label, list(run)) for is_label, run in groupby(paragraphs, lambda p: _is_label(p, body))
    ]
    for place, (is_label, run) in enumerate(runs):
        neighbours = [
            other[edge] for number, edge in ((place - 1, -1), (place + 1, 0))
            if 0 <= number < len(runs) for other in [runs[number][1]]
        ]  # fmt: skip
        if is_label and _are_labels(run, any(map(_is_caption, neighbours))):
            yield _join(run)
        else:
            yield from run


def _is_label(paragraph: Paragraph, body: float) -> bool:
    if len(paragraph.lines) != 1 or paragraph.is_aside or paragraph.is_boilerplate:
        return False
    line = paragraph.lines[0]
    is_short = 0 < len(line.text) <= LONGEST_LABEL or (line.is_row and _is_numbers(line.text))
    is_end = ends_like_a_sentence(line.text) and not _is_numbers(line.text)
    return is_short and not is_end and line.size <= 1.02 * body and not line.is_bold


def _are_labels(run: Sequence[Paragraph], is_captioned: bool) -> bool:
    numbers = sum(_is_numbers(paragraph.lines[0].text) for paragraph in run)
    if is_captioned:
        return len(run) > 1
    return numbers >= LEAST_LABELS and 2 * numbers > len(run)


def _is_numbers(text: str) -> bool:
    return _NUMBERS.fullmatch(text) is not None


def _is_caption(paragraph: Paragraph) -> bool:
    return bool(paragraph.lines) and FIGURE.match(paragraph.lines[0].text) is not None


def _join(run: Sequence[Paragraph]) -> Paragraph:
    return Paragraph(
        [line for paragraph in run for line in paragraph.lines],
        [page for paragraph in run for page in paragraph.pages],
        run[0].left,
        run[0].right,
        [True] * (len(run) - 1) + [False],
        is_aside=True,
    )
