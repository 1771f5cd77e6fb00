"""Finds the figures of a text, with a fixed set of players."""

from datetime import date

from assistant.figures import Figure, find_figures
from assistant.records import Document, Heading, Mention, Player
from assistant.text import find_sentences

PUBLISHED = date(2025, 9, 9)
NAMES = {
    "xiaomi": ("company", None, ("Xiaomi",)),
    "alibaba": ("company", None, ("Alibaba",)),
    "meta": ("company", None, ("Meta",)),
    "ray-ban-meta": ("product", "meta", ("Ray - Ban Meta", "Meta Ray - Ban", "Meta Ray - ban")),
    "quark": ("product", "alibaba", ("Quark",)),
    "harmonyos": ("product", "huawei", ("HarmonyOS",)),
    "huawei": ("company", None, ("Huawei",)),
    "thunderbird": ("company", None, ("Thunderbird",)),
    "xreal": ("company", None, ("XREAL",)),
    "qualcomm": ("company", None, ("Qualcomm",)),
    "rokid": ("company", None, ("Rokid",)),
    "idc": ("organisation", None, ("IDC",)),
    "lotu": ("organisation", None, ("Lotu",)),
    "jd": ("company", None, ("JD.com",)),
    "xr-vision": ("organisation", None, ("XR Vision",)),
    "lei-jun": ("person", "xiaomi", ("Lei Jun",)),
    "li-chuangqi": ("person", "xiaomi", ("Li Chuangqi",)),
    "wu-jia": ("person", "alibaba", ("Wu Jia",)),
}
PLAYERS = {
    id: Player(id, names[0], kind, names, owner)  # type: ignore[arg-type]
    for id, (kind, owner, names) in NAMES.items()
}


def mention(text: str) -> list[Mention]:
    """Every place of a name, the longest first, none inside another."""
    found: list[Mention] = []
    names = [(name, player.id) for player in PLAYERS.values() for name in player.aliases]
    for name, id in sorted(names, key=lambda pair: -len(pair[0])):
        start = text.find(name)
        while start >= 0:
            end = start + len(name)
            if not any(start < other.end and other.start < end for other in found):
                found.append(Mention(id, start, end))
            start = text.find(name, end)
    return sorted(found, key=lambda mention: mention.start)


def find(text: str, *, published: date | None = PUBLISHED, heading: str = "") -> list[Figure]:
    whole = f"{heading}\n\n{text}" if heading else text
    headings = (Heading(0, len(heading), heading, 1),) if heading else ()
    document = Document("x.txt", "x", whole, published, headings=headings)
    sentences = find_sentences(whole, len(whole) - len(text), len(whole))
    return find_figures(document, sentences, mention(whole), PLAYERS)


def find_one(text: str, *, published: date | None = PUBLISHED, heading: str = "") -> Figure:
    (figure,) = find(text, published=published, heading=heading)
    return figure
