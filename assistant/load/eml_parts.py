"""The parts of an e-mail: their text, headers and names, whatever is malformed in them."""

import re
from collections.abc import Iterator
from datetime import date
from email.errors import MessageError
from email.message import EmailMessage, MIMEPart
from email.utils import parsedate_to_datetime

from assistant.load.text_lines import LINE_BREAK
from assistant.text.dates import find_date

LONGEST_HEADER = 2_000  # characters
LONGEST_NAME = 100  # of an attachment
# The page of a message is read, which has tables and lists, unless it has less than this share of
# the characters of its plain text.
_PAGE_SHARE = 0.5
# What the parser raises for malformed headers.
_FAILURES = (LookupError, ValueError, TypeError, AttributeError, MessageError, RecursionError)


def list_parts(part: EmailMessage) -> Iterator[EmailMessage]:
    """The parts directly inside a part."""
    inner = part.get_payload()
    if isinstance(inner, list):
        yield from (each for each in inner if isinstance(each, EmailMessage))


def choose_form(parts: list[EmailMessage]) -> EmailMessage:
    """One of several forms of the same text: the page, else the plain text, else the last."""
    lengths: dict[str, int] = {}
    forms: dict[str, EmailMessage] = {}
    for part in parts:
        body = part.get_body(("html", "plain"))
        if body is not None:
            kind = body.get_content_type()
            text = decode_part(body)
            lengths[kind] = len(re.sub(r"<[^<>]*>|\s+", " ", text) if kind == "text/html" else text)
            forms[kind] = part
    plain = lengths.get("text/plain", 0)
    if "text/html" in forms and lengths["text/html"] >= _PAGE_SHARE * plain:
        return forms["text/html"]
    return forms.get("text/plain", parts[-1] if parts else EmailMessage())


def decode_part(part: MIMEPart) -> str:
    """The text of a part, as it declares its encoding."""
    content = part.get_payload(decode=True)
    content = content if isinstance(content, bytes) else b""
    charset = part.get_content_charset("utf-8")
    try:
        text = content.decode(charset)
    except (LookupError, ValueError):
        text = content.decode("cp1252" if charset == "us-ascii" else "utf-8", "replace")
    # Some encodings can write half of a character.
    text = text.encode("utf-8", "replace").decode().replace("\0", "")
    return LINE_BREAK.sub("\n", text)


def read_header(message: EmailMessage, header: str) -> str:
    """A header as one line, decoded if it is well-formed."""
    try:
        value = str(message.get(header, ""))
    except _FAILURES:  # malformed: as it is written
        raw = (str(value) for key, value in message.raw_items() if key.lower() == header.lower())
        value = next(raw, "")
    words = " ".join(value.encode("utf-8", "replace").decode().replace("\0", "").split())
    return words if len(words) <= LONGEST_HEADER else f"{words[:LONGEST_HEADER]}…"


def read_date(message: EmailMessage) -> date | None:
    """The day on which a message was sent, where its sender was."""
    written = read_header(message, "Date")
    try:
        return parsedate_to_datetime(written).date()
    except _FAILURES:
        return find_date(written)


def is_attachment(part: EmailMessage) -> bool:
    """Whether a part is a file of its own."""
    return part.is_attachment() or bool(part.get_filename())


def is_decoration(part: EmailMessage) -> bool:
    """Whether a part is a picture that the page of the message shows, such as a logo."""
    is_image = part.get_content_maintype() == "image"
    return is_image and "Content-ID" in part and not part.is_attachment()


def name_part(part: EmailMessage) -> str:
    """The name of an attachment, without characters that can't be shown."""
    words = " ".join((part.get_filename() or "").encode("utf-8", "replace").decode().split())
    name = "".join(character for character in words if character.isprintable())
    return name[:LONGEST_NAME] or f"a part of type {part.get_content_type()}"
