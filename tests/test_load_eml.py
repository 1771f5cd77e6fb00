"""E-mails: headers as lines, text or page, forwarded messages, attachments reported."""

from datetime import date
from email import policy
from email.message import EmailMessage

import pytest
from hypothesis import given, strategies as st

from assistant.errors import LoadError
from assistant.load.eml import load_eml
from assistant.records import Document, Notice
from tests.loading import assert_valid, slices

PLAIN = "Hello,\n\nthe loom arrives on 7 May.\n"
PAGE = "<p>Hello,</p><p>the loom arrives on <b>7</b> May.</p>"
TABLE = "<table><tr><th>Item<th>Price<tr><td>Loom<td>1,250</table>"


def message(plain: str | None = PLAIN, page: str | None = None, **headers: str) -> EmailMessage:
    mail = EmailMessage(policy=policy.SMTP)
    mail["From"] = "Anna Berg <anna@example.org>"
    mail["To"] = "shop@example.org, Bo <bo@example.org>"
    mail["Date"] = "Fri, 03 May 2024 23:30:00 -0500"
    mail["Subject"] = "Loom – März"
    for header, value in headers.items():
        del mail[header]
        mail[header] = value
    if plain is not None:
        mail.set_content(plain)
    if page is not None and plain is not None:
        mail.add_alternative(page, subtype="html")
    elif page is not None:
        mail.set_content(page, subtype="html")
    return mail


def load(mail: EmailMessage) -> Document:
    return load_eml(bytes(mail), "a/x.eml")


LINES = [
    "From: Anna Berg <anna@example.org>",
    "To: shop@example.org, Bo <bo@example.org>",
    "Date: Fri, 03 May 2024 23:30:00 -0500",
    "Subject: Loom – März",
]


@pytest.mark.parametrize("encoding", ["utf-8", "cp1252", "iso-8859-15"])
def test_a_message_has_its_headers_as_lines_and_its_subject_and_day(encoding: str) -> None:
    mail = message(None)
    mail.set_content("Grüße, 7 May.", charset=encoding)
    document = load(mail)
    assert document.text.split("\n\n") == [*LINES, "Grüße, 7 May."]
    assert (document.title, document.published) == ("Loom – März", date(2024, 5, 3))
    assert (document.notices, slices(document)) == ((), ([], []))


@pytest.mark.parametrize("subject", ["Re: Loom", "RE: AW: Fwd: Loom", "Re[2]: Loom", "Loom"])
def test_the_title_is_the_subject_without_marks_of_replies(subject: str) -> None:
    assert load(message(Subject=subject)).title == "Loom"


@pytest.mark.parametrize(
    ("plain", "page", "text"),
    [
        (None, PAGE, ["Hello,", "the loom arrives on 7 May."]),
        (PLAIN, PAGE, ["Hello,", "the loom arrives on 7 May."]),
        ("Item Price Loom 1,250\n", TABLE, ["Item: Loom; Price: 1,250"]),
        (PLAIN * 20, "<p>See the text.", (PLAIN * 20).strip().split("\n\n")),
        ("See the page.", PAGE, ["Hello,", "the loom arrives on 7 May."]),
        (PLAIN, "<!-- empty -->", ["Hello,", "the loom arrives on 7 May."]),
    ],
)
def test_the_form_with_more_in_it_is_read(
    plain: str | None, page: str | None, text: list[str]
) -> None:
    document = load(message(plain, page))
    assert document.text.split("\n\n") == [*LINES, *text]


def test_attachments_are_named_and_reported() -> None:
    mail = message(PLAIN, PAGE)
    mail.add_attachment(
        b"%PDF", maintype="application", subtype="pdf", filename="Rechnung März.pdf"
    )
    mail.add_attachment("a,b\n", subtype="csv", filename="prices.csv")
    mail.add_attachment(b"x", maintype="image", subtype="png")
    document = load(mail)
    names = "Rechnung März.pdf, prices.csv, a part of type image/png"
    assert document.text.endswith(f"7 May.\n\nAttachments: {names}")
    message_text = f"3 attachments were not read: {names}; save them to the folder"
    assert document.notices == (Notice("attachments", message_text),)


def test_logos_and_signatures_are_no_attachments() -> None:
    mail = message(None, PAGE)
    mail.add_related(b"x", maintype="image", subtype="png", cid="<logo>")
    mail.make_mixed()
    signature = message("signed")
    signature.set_type("application/pgp-signature")
    mail.attach(signature)
    assert load(mail).notices == ()


def test_many_attachments_are_counted() -> None:
    mail = message()
    for number in range(12):
        mail.add_attachment(b"x", maintype="a", subtype="b", filename=f"{number}.bin")
    names = ", ".join(f"{number}.bin" for number in range(10))
    assert load(mail).notices[0].message == (
        f"12 attachments were not read: {names} and 2 more; save them to the folder"
    )


def test_a_forwarded_message_is_a_section_of_its_own() -> None:
    inner = message(
        "When does it arrive?\n", Subject="Question", Date="Thu, 2 May 2024 10:00:00 +0000"
    )
    inner.add_attachment(b"x", maintype="image", subtype="png", filename="scan.png")
    mail = message()
    mail.add_attachment(inner)
    mail.add_attachment(b"x", maintype="a", subtype="b", filename="a.bin")
    document = load(mail)
    assert document.text.split("\n\n")[4:] == [
        "Hello,", "the loom arrives on 7 May.", "Attachments: a.bin", "Question", *LINES[:2],
        "Date: Thu, 02 May 2024 10:00:00 +0000", "Subject: Question", "When does it arrive?",
        "Attachments: scan.png",
    ]  # fmt: skip
    assert slices(document)[0] == ["Question"]
    assert document.published == date(2024, 5, 3)
    assert document.notices[0].message == (
        "2 attachments were not read: a.bin, scan.png; save them to the folder"
    )


def test_several_texts_are_all_read() -> None:
    mail = message("One.")
    mail.make_mixed()
    footer = EmailMessage(policy=policy.SMTP)
    footer.set_content("The list's footer.")
    mail.attach(footer)
    assert load(mail).text.endswith("One.\n\nThe list's footer.")


@pytest.mark.parametrize("kind", ["multipart/encrypted", "application/pkcs7-mime"])
def test_an_encrypted_message_is_reported(kind: str) -> None:
    content = f"From: a@b\nSubject: Secret\nContent-Type: {kind}; boundary=x\n\n--x\n\nabc\n--x--\n"
    document = load_eml(content.encode(), "x.eml")
    assert document.text == "From: a@b\n\nSubject: Secret"
    assert document.notices == (
        Notice("encrypted", "the message is encrypted and was not read: decrypt it and save it"),
    )


@pytest.mark.parametrize(
    ("content", "text"),
    [
        (b"Subject: =?utf-8?q?M=C3=A4rz?=\nFrom: caf\xe9\n\nx", "From: caf�\n\nSubject: März\n\nx"),
        (b"Subject: S\nContent-Type: text/plain; charset=nothing\n\nGr\xc3\xbc\xc3\x9fe",
         "Subject: S\n\nGrüße"),
        (b"Subject: S\nContent-Transfer-Encoding: base64\n\nR3LDvMOfZQ", "Subject: S\n\nGrüße"),
        (b"Subject: S\nContent-Type: text/plain; charset=unicode_escape\n\na\\ud800b",
         "Subject: S\n\na?b"),
        (b"Subject: S\nContent-Type: multipart/mixed\n\nno boundary", "Subject: S\n\nno boundary"),
        (b"Subject: S\n" + b"To: " + b"a@b.org, " * 9000 + b"\n\nx",
         f"To: {('a@b.org, ' * 900)[:2000]}…\n\nSubject: S\n\nx"),
        (b"Subject: S\n\na\x00b", "Subject: S\n\nab"),
    ],
)  # fmt: skip
def test_a_malformed_message_is_read_as_far_as_it_goes(content: bytes, text: str) -> None:
    assert load_eml(content, "x.eml").text == text


@pytest.mark.parametrize("content", [b"just text", b"<p>page</p>", b"X: y\n\ntext"])
def test_what_is_no_mail_is_refused(content: bytes) -> None:
    with pytest.raises(LoadError, match=r"x\.eml is not an e-mail"):
        load_eml(content, "x.eml")


def test_a_message_of_too_many_parts_is_refused() -> None:
    part = "--x\nContent-Type: text/plain\n\na\n"
    content = f"Subject: S\nContent-Type: multipart/mixed; boundary=x\n\n{part * 1001}--x--\n"
    with pytest.raises(LoadError, match=r"x\.eml has more than 1,000 parts"):
        load_eml(content.encode(), "x.eml")


LINE = st.sampled_from(
    [
        b"Subject: =?utf-8?b?w?=", b"From: \"<", b"Date: 99 May", b"To: a@b, :;", b"",
        b"Content-Type: multipart/alternative; boundary=x", b"Content-Type: text/html; charset=",
        b"Content-Type: message/rfc822", b"--x", b"--x--", b"<p>a", b"text \xff\x00",
        b"Content-Transfer-Encoding: base64", b"Content-Disposition: attachment; filename*=u''%ff",
    ]
)  # fmt: skip


@given(st.lists(LINE, max_size=20).map(b"\n".join))
def test_any_bytes_are_a_valid_document_or_refused(content: bytes) -> None:
    try:
        document = load_eml(content, "x.eml")
    except LoadError:
        return
    assert_valid(document)


@pytest.mark.parametrize(
    ("subject", "title"),
    [
        ("Software: new release", "Software: new release"),
        ("Re: AW[2]: Score: 5", "Score: 5"),
        ("RE:", "RE:"),
    ],
)
def test_only_marks_of_replies_at_its_start_are_no_part_of_a_title(
    subject: str, title: str
) -> None:
    assert load(message(Subject=subject)).title == title


def test_attachments_in_the_form_that_is_not_read_are_reported() -> None:
    mail = message("The loom arrives on 7 May, and the bench follows on 9 May.")
    other = EmailMessage(policy=policy.SMTP)
    other.set_content("<p>See</p>", subtype="html")
    other.add_attachment(b"%PDF", maintype="application", subtype="pdf", filename="plan.pdf")
    mail.make_alternative()
    mail.attach(other)
    document = load(mail)
    assert document.text.endswith("9 May.\n\nAttachments: plan.pdf")
    assert document.notices[0].message == (
        "1 attachment was not read: plan.pdf; save it to the folder"
    )
