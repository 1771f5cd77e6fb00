"""Passages for the readers of spans."""

from assistant.records import Document, Passage

STORY = (
    "Xiaomi sold 1,999 glasses in 2025; they weigh 40.5 grams. Ray-Ban Meta made money, and "
    "Song Gang did not. The price of Quark was 2,999 yuan."
)
QUESTION = "How many glasses did Xiaomi sell?"


def make_passage(text: str, start: int = 0, end: int | None = None, id_: str = "a.txt") -> Passage:
    stop = len(text) if end is None else end
    return Passage(Document(id_, "A", text), 0, start, stop, "", ((start, stop),))


LONG = " ".join(f"{STORY} In {1900 + n} the company sold {n} glasses." for n in range(9))
