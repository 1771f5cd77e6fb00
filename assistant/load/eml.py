"""EML: an e-mail with its date and addresses as lines of its text; attachments are listed.

The standard library's parser decodes what it can, and reports what is malformed as defects.
"""

import re
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser

from assistant.errors import LoadError
from assistant.load.builder import DocumentBuilder
from assistant.load.eml_parts import (
    choose_form,
    decode_part,
    is_attachment,
    is_decoration,
    list_parts,
    name_part,
    read_date,
    read_header,
)
from assistant.load.html import parse_page
from assistant.load.page import add_page
from assistant.load.wording import choose_pronoun, count_things
from assistant.records import Document

_SHOWN = ("From", "To", "Cc", "Date", "Subject")
_REPLY = re.compile(r"^(?:(?:re|fwd?|aw|wg|tr|sv|vs)\s*(?:\[\d+\])?\s*:\s*)+", re.IGNORECASE)
_ENCRYPTED = ("multipart/encrypted", "application/pkcs7-mime", "application/x-pkcs7-mime")
_SIGNATURES = ("application/pgp-signature", "application/pkcs7-signature")
MOST_PARTS = 1_000
MOST_NAMES = 10  # attachments that a notice names


def load_eml(content: bytes, name: str) -> Document:
    """One document: the message, and those that it forwards. Its title is the subject."""
    message = BytesParser(policy=policy.default).parsebytes(content)
    if not any(read_header(message, header) for header in _SHOWN):
        raise LoadError(f"{name} is not an e-mail", hint="save it again with its mail program")
    if sum(1 for _ in message.walk()) > MOST_PARTS:
        raise LoadError(f"{name} has more than {MOST_PARTS:,} parts", hint="leave it out")
    return _Reader(name).read(message)


class _Reader:
    """Writes messages to a document, and collects the names of what it doesn't read."""

    def __init__(self, name: str) -> None:
        self.builder = DocumentBuilder(name)
        self.attached: list[str] = []

    def read(self, message: EmailMessage) -> Document:
        self._add_message(message)
        if self.attached:
            self.builder.report("attachments", _name_attachments(self.attached))
        subject = read_header(message, "Subject")
        return self.builder.build(
            title=_REPLY.sub("", subject) or subject, published=read_date(message)
        )

    def _add_message(self, message: EmailMessage) -> None:
        for header in _SHOWN:
            if words := read_header(message, header):
                self.builder.add(f"{header}: {words}")
        others = self._add_part(message)
        inner = [part for part in others if part.get_content_type() == "message/rfc822"]
        names = [name_part(part) for part in others if part not in inner]
        if names:
            self.builder.add(f"Attachments: {', '.join(names)}")
            self.attached.extend(names)
        for forwarded in (each for part in inner for each in list_parts(part)):
            subject = read_header(forwarded, "Subject")
            self.builder.add_heading(subject or "Forwarded message", 2)
            self._add_message(forwarded)

    def _add_part(self, part: EmailMessage) -> list[EmailMessage]:
        """Append the text of a part, and return the messages and attachments in it."""
        kind = part.get_content_type()
        if kind in _ENCRYPTED:
            self.builder.report(
                "encrypted", "the message is encrypted and was not read: decrypt it and save it"
            )
            return []
        if kind == "multipart/alternative":
            forms = list(list_parts(part))
            chosen = choose_form(forms)
            others = [each for form in forms if form is not chosen for each in form.walk()]
            return [*self._add_part(chosen), *filter(is_attachment, others)]
        if part.is_multipart() and kind != "message/rfc822":
            return [other for each in list_parts(part) for other in self._add_part(each)]
        is_damaged = kind.startswith("multipart/")  # without the boundaries of its parts
        if is_damaged or (kind in ("text/plain", "text/html") and not is_attachment(part)):
            self._add_text(decode_part(part), is_page=kind == "text/html")
            return []
        return [] if kind in _SIGNATURES or is_decoration(part) else [part]

    def _add_text(self, text: str, *, is_page: bool) -> None:
        if not text.strip():
            return
        if not is_page:
            self.builder.add(text.strip())
            return
        try:
            root = parse_page(text, self.builder.name)
        except LoadError:
            message = "a part of the message was not read: it is empty or nested too deeply"
            self.builder.report("truncated", message)
        else:
            add_page(self.builder, root)


def _name_attachments(names: list[str]) -> str:
    count = count_things(len(names), "attachment", "was")
    more = f" and {len(names) - MOST_NAMES} more" if len(names) > MOST_NAMES else ""
    named = f"{', '.join(names[:MOST_NAMES])}{more}"
    return f"{count} not read: {named}; save {choose_pronoun(len(names))} to the folder"
