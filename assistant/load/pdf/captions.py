"""The words with which the captions of figures and tables begin."""

import re

FIGURE = re.compile(
    r"(?:Fig(?:ure|\.)?|Chart|Graph|Map|Plate|Diagram|Abb(?:ildung|\.))\s*[\dIVX]+\b", re.IGNORECASE
)
CAPTION = re.compile(
    rf"{FIGURE.pattern}|(?:Table|Box|Tab(?:elle|\.))\s*[\dIVX]+\b|(?:Sources?|Notes?|Quelle)\s?:",
    re.IGNORECASE,
)
# No cell of a table begins like this.
SURE_CAPTION = re.compile(
    rf"(?:{FIGURE.pattern}|(?:Table|Tabelle)\s*[\dIVX]+\b)[.:]", re.IGNORECASE
)
