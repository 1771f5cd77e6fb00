"""Books: pages in the order of the spine, title and date from the package document."""

from datetime import date

import pytest
from hypothesis import given, strategies as st

from assistant.errors import LoadError
from assistant.load import limits
from assistant.load.epub import load_epub
from tests.loading import assert_valid, slices
from tests.office import make_zip

HEAD = '<?xml version="1.0" encoding="utf-8"?>\n'
CONTAINER = (
    f'{HEAD}<container xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles>'
    '<rootfile full-path="OEBPS/book.opf" media-type="application/oebps-package+xml"/>'
    "</rootfiles></container>"
)
METADATA = (
    "<dc:title>The Loom</dc:title><dc:creator>A. Writer</dc:creator>"
    "<dc:date>2024-05-09T00:00:00+00:00</dc:date>"
)


def page(body: str, doctype: str = "<!DOCTYPE html>") -> str:
    return (
        f'{HEAD}{doctype}<html xmlns="http://www.w3.org/1999/xhtml" '
        f'xmlns:epub="http://www.idpf.org/2007/ops"><head><title/></head><body>{body}</body></html>'
    )


def parts(
    *bodies: str, metadata: str = METADATA, nav: str = "", **others: str
) -> dict[str, str | bytes]:
    """The files of a book whose pages are in folders and are listed in the reverse order."""
    numbers = range(len(bodies))
    items = "".join(
        f'<item id="p{n}" href="text/part%20{n}.xhtml" media-type="application/xhtml+xml"/>'
        for n in reversed(numbers)
    )
    items += '<item id="n" href="nav.xhtml" properties="nav" media-type="application/xhtml+xml"/>'
    items += '<item id="i" href="cover.png" media-type="image/png"/>'
    spine = "".join(
        f'<itemref idref="{each}"/>' for each in ["n", "i", *(f"p{n}" for n in numbers)]
    )
    package = (
        f'{HEAD}<package xmlns="http://www.idpf.org/2007/opf" version="3.0" '
        'xmlns:opf="http://www.idpf.org/2007/opf">'
        f'<metadata xmlns:dc="http://purl.org/dc/elements/1.1/">{metadata}</metadata>'
        f"<manifest>{items}</manifest><spine>{spine}</spine></package>"
    )
    return {
        "mimetype": "application/epub+zip",
        "META-INF/container.xml": CONTAINER,
        "OEBPS/book.opf": package,
        "OEBPS/nav.xhtml": page(nav or "<nav><ol><li>Contents</li></ol></nav>"),
        **{f"OEBPS/text/part {n}.xhtml": page(bodies[n]) for n in numbers},
        **others,
    }


def book(*bodies: str, metadata: str = METADATA) -> bytes:
    return make_zip(parts(*bodies, metadata=metadata))


def test_the_pages_of_a_book_are_read_in_the_order_of_its_spine() -> None:
    document = load_epub(
        book(
            '<h1>Warp</h1><p>It costs <b>24</b>.90<a epub:type="noteref" href="#n1">1</a>.</p>'
            '<aside epub:type="footnote" id="n1"><p>In May.</p></aside>',
            "<h1>Weft</h1><table><tr><th>Zone</th><th>Adult</th></tr><tr><td>A</td><td>2.40</td>"
            "</tr></table>",
        ),
        "a/x.epub",
    )
    assert (document.title, document.published) == ("The Loom", date(2024, 5, 9))
    assert slices(document) == (["Warp", "Weft"], [])
    assert document.text.split("\n\n") == [
        "Warp", "It costs 24.90 [1].", "In May.", "Weft", "Zone: A; Adult: 2.40",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("metadata", "title", "published"),
    [
        ("<dc:title>  A\n b</dc:title>", "A b", None),
        ("<dc:date>2019</dc:date>", "Warp", date(2019, 1, 1)),
        ("<dc:date>0101-01-01T00:00:00+00:00</dc:date>", "Warp", None),
        ('<dc:date opf:event="modification">2024-06-01</dc:date>'
         '<dc:date opf:event="publication">2023-05-09</dc:date>', "Warp", date(2023, 5, 9)),
    ],
)  # fmt: skip
def test_title_and_date_come_from_the_metadata(
    metadata: str, title: str, published: date | None
) -> None:
    document = load_epub(book("<h1>Warp</h1><p>Text.</p>", metadata=metadata), "x.epub")
    assert (document.title, document.published) == (title, published)


def test_missing_pages_are_reported() -> None:
    files = parts("<p>One.</p>", "<p>Two.</p>")
    del files["OEBPS/text/part 0.xhtml"]
    document = load_epub(make_zip(files), "x.epub")
    assert document.text == "Two."
    assert [(n.code, n.message) for n in document.notices] == [
        ("truncated", "1 page was not read: missing, damaged, or only a drawing")
    ]


def test_pages_that_cannot_be_read_are_reported() -> None:
    files = parts("<p>One.</p>", "<p>Two.</p>", "<p>Three.</p>")
    package = str(files["OEBPS/book.opf"])
    drawing = package.replace(
        '1.xhtml" media-type="application/xhtml+xml"', '1.xhtml" media-type="image/svg+xml"'
    )
    files |= {"OEBPS/book.opf": drawing, "OEBPS/text/part 2.xhtml": "<!-- empty -->"}
    document = load_epub(make_zip(files), "x.epub")
    assert document.text == "One."
    assert (
        document.notices[0].message == "2 pages were not read: missing, damaged, or only a drawing"
    )


def lock(path: str, algorithm: str) -> str:
    return (
        f'{HEAD}<encryption xmlns="urn:oasis:names:tc:opendocument:xmlns:container" '
        'xmlns:enc="http://www.w3.org/2001/04/xmlenc#"><enc:EncryptedData>'
        f'<enc:EncryptionMethod Algorithm="{algorithm}"/><enc:CipherData>'
        f'<enc:CipherReference URI="{path}"/></enc:CipherData></enc:EncryptedData></encryption>'
    )


def test_a_book_with_locked_pages_is_refused_but_not_one_with_locked_fonts() -> None:
    path = "OEBPS/text/part%200.xhtml"
    locked = lock(path, "http://www.w3.org/2001/04/xmlenc#aes128-cbc")
    with pytest.raises(LoadError, match=r"x\.epub is locked \(DRM\): get a copy without DRM"):
        load_epub(make_zip(parts("<p>One.</p>") | {"META-INF/encryption.xml": locked}), "x.epub")
    fonts = lock("OEBPS/a.otf", "http://www.idpf.org/2008/embedding")
    files = parts("<p>One.</p>") | {"META-INF/encryption.xml": fonts}
    assert load_epub(make_zip(files), "x.epub").text == "One."


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"no archive", r"x\.epub is damaged"),
        (make_zip({"mimetype": "application/epub+zip"}), r"x\.epub is damaged"),
        (make_zip({"META-INF/container.xml": "<container/>"}), r"x\.epub is damaged"),
        (book(), r"x\.epub has no text"),
        (book("<nav>Home</nav>"), r"x\.epub has no text"),
        (book("<div>" * 3000), r"x\.epub contains elements 256 deep"),
        (make_zip(parts("<p>x") | {"a.bin": bytes(30 * limits.MIB)}), r"x\.epub unpacks to too"),
    ],
)
def test_a_file_that_is_no_readable_book_is_refused(content: bytes, message: str) -> None:
    with pytest.raises(LoadError, match=message):
        load_epub(content, "x.epub")


@pytest.mark.parametrize(
    "declared",
    ['<!ENTITY a "ha"><!ENTITY c "&a;&a;&a;">', '<!ENTITY c SYSTEM "file:///etc/passwd">'],
)
def test_entities_are_not_expanded(declared: str) -> None:
    doctype = f"<!DOCTYPE html [{declared}]>"
    files = parts("")
    files["OEBPS/text/part 0.xhtml"] = page("<p>Text &c; end.</p>", doctype)
    package = str(files["OEBPS/book.opf"]).replace(HEAD, HEAD + doctype.replace("html", "package"))
    files["OEBPS/book.opf"] = package.replace("The Loom", "The &c; Loom")
    document = load_epub(make_zip(files), "x.epub")
    assert "haha" not in document.text + document.title
    assert "root:" not in document.text + document.title


@given(st.data())
def test_a_damaged_book_is_a_valid_document_or_refused(data: st.DataObject) -> None:
    files = parts("<h1>Warp</h1><p>One.</p>", "<p>Two.</p>")
    name = data.draw(st.sampled_from(sorted(files)))
    part = str(files[name])
    start, end = sorted(data.draw(st.tuples(*[st.integers(0, len(part))] * 2)))
    files[name] = part[:start] + data.draw(st.sampled_from(["", "<", "&x;", "新"])) + part[end:]
    try:
        document = load_epub(make_zip(files), "x.epub")
    except LoadError:
        return
    assert_valid(document)
