import os
import sys
from datetime import date
from pathlib import Path
from typing import NoReturn

import pytest

from assistant.errors import CorpusError, LoadError
from assistant.load import NOT_READ, fingerprint_files, hash_files, load_corpus, load_file
from assistant.load.dates import find_date
from assistant.load.html import load_html
from assistant.load.jsonl import DATES, SOURCES, load_jsonl
from assistant.load.markdown import load_markdown
from assistant.load.text import load_text
from assistant.load.worker import Worker
from assistant.records import Document
from tests.conftest import ARTICLE_ID, CORPUS


def only(items: object) -> Document:
    (document,) = list(items)  # type: ignore[call-overload]
    assert isinstance(document, Document)
    return document


def slices(document: Document) -> tuple[list[str], list[str]]:
    """The headings and the furniture of a document as its text has them."""
    headings = [document.text[h.start : h.end] for h in document.headings]
    return headings, [document.text[start:end] for start, end in document.furniture]


def test_the_article_is_told_from_its_furniture() -> None:
    corpus = load_corpus(CORPUS)
    (article,) = corpus.documents
    assert article.id == ARTICLE_ID
    assert article.text.encode() == (CORPUS / ARTICLE_ID).read_bytes()
    assert article.title == (
        "The entry of Xiaomi and Alibaba is changing the situation of the AI "
        '"hundred-mirror battle".'
    )
    assert article.published == date(2025, 9, 9)
    assert article.furniture == ((0, 11), (107, 133))
    headings, furniture = slices(article)
    assert furniture == ["HomeArticle", "新莓daybreak2025-09-09 15:19"]
    assert headings == [
        article.title,
        "Xiaomi's Initial Exploration of the Ecosystem",
        "Alibaba's Ambition for Terminal Devices",
        "The Intensifying Competition in the AI - Glasses Market",
    ]
    assert corpus.refused == ()
    assert len(corpus.questions) == 6


@pytest.mark.parametrize(
    ("text", "title", "published", "headings", "furniture"),
    [
        ("A first line\n\nThe text.", "A first line", None, ["A first line"], []),
        ("One sentence. Another one.", "x", None, [], []),
        ("A sentence stands first.\n\nAnd another.", "x", None, [], []),
        ("Title\nruns on\n\nText.", "x", None, [], []),
        ("Home > News > Technology\n\nTitle\n\nText.", "Title", None, ["Title"],
         ["Home > News > Technology"]),
        ("Title\r\n\r\nBy A. Writer, 9 September 2025\r\n\r\nText.", "Title", date(2025, 9, 9),
         ["Title"], ["By A. Writer, 9 September 2025"]),
        ("Title\n\nSales rose on 2025-09-09.\n", "Title", None, ["Title"], []),
        ("2024-02-30\n\nText.", "x", None, [], ["2024-02-30"]),
        ("Title\n\nText one.\n\nPart Two\n\nText two.\n\nA lone end", "Title", None,
         ["Title", "Part Two"], []),
        ("Sales of 2024-05-01\n\nText.", "Sales of 2024-05-01", None, ["Sales of 2024-05-01"], []),
        ("Menu\n\nA first line that is a sentence.\n\nText.", "x", None, [], ["Menu"]),
        ("A title line.\n\n2024-02-30\n\nText.", "A title line.", None, ["A title line."],
         ["2024-02-30"]),
    ],
)  # fmt: skip
def test_plain_text_is_told_by_how_its_lines_stand(
    text: str, title: str, published: date | None, headings: list[str], furniture: list[str]
) -> None:
    document = only(load_text(text, "x.txt"))
    assert (document.title, document.published) == (title, published)
    assert slices(document) == (headings, furniture)
    assert document.text == text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("on 2025-09-09 15:19", date(2025, 9, 9)),
        ("2025/9/9", date(2025, 9, 9)),
        ("Sept. 3, 2024", date(2024, 9, 3)),
        ("3 June 2024", date(2024, 6, 3)),
        ("31 June 2024, then 1 July 2024", date(2024, 7, 1)),
        ("12025-09-09 or 2025-09-091", None),
        ("May 2024", None),
    ],
)
def test_dates_are_found_as_pages_write_them(text: str, expected: date | None) -> None:
    assert find_date(text) == expected


@pytest.mark.parametrize("line_break", ["\n", "\r\n", "\r"])
def test_markdown_headings_keep_their_offsets_whatever_ends_lines(line_break: str) -> None:
    blocks = [
        "Intro",
        "# Title *em*",
        "By X 2024-01-02",
        "Text `a`.",
        "## Sub ##",
        "Setext\n------",
    ]
    text = "\n\n".join([*blocks, "end"]).replace("\n", line_break)
    document = only(load_markdown(text, "a/x.md"))
    assert document.title == "Title em"
    assert document.published == date(2024, 1, 2)
    setext = f"Setext{line_break}------"
    assert slices(document) == (["# Title *em*", "## Sub ##", setext], ["By X 2024-01-02"])
    assert [(h.text, h.level) for h in document.headings] == [
        ("Title em", 1), ("Sub", 2), ("Setext", 2),
    ]  # fmt: skip
    assert document.text == text


def test_a_markdown_file_without_headings_is_named_by_its_file() -> None:
    document = only(load_markdown("Just text.", "notes/plain.md"))
    assert (document.title, document.headings) == ("plain", ())


def test_html_is_laid_out_as_text_with_menus_as_furniture() -> None:
    page = """<?xml version="1.0" encoding="utf-8"?><html><head><title>T | Site</title>
    <link rel="canonical" href="https://example.org/a"><style>p{}</style>
    <meta property="article:published_time" content="2025-09-09T10:00"></head><body>
    <nav>Home <a>x</a></nav><article><h1>My <b>Title</b></h1><p>Para &amp; one.</p>
    <script>alert(1)</script><h2>Section 👍</h2><p>Para two.</p></article>
    <footer>Foot</footer></body></html>"""
    document = only(load_html(page, "x.html"))
    assert (document.title, document.published) == ("My Title", date(2025, 9, 9))
    assert document.source == "https://example.org/a"
    assert slices(document) == (["My Title", "Section 👍"], ["Home x", "Foot"])
    assert "Para & one." in document.text
    assert "alert" not in document.text


@pytest.mark.parametrize("page", ["", "   ", "<html></html>", "<p> </p>", "<!-- -->"])
def test_html_without_text_is_refused(page: str) -> None:
    (refusal,) = load_html(page, "x.html")
    assert isinstance(refusal, LoadError)
    assert "x.html holds no text" in str(refusal)


def test_a_script_address_is_no_source() -> None:
    page = '<link rel="canonical" href="javascript:alert(1)"><p>Text.</p>'
    assert only(load_html(page, "x.html")).source is None


def test_each_line_of_json_is_a_document_or_a_named_refusal() -> None:
    lines = [
        '{"_id": "a/1", "title": "T", "text": "Text.", "date": "2024/05/01", "url": "https://e.org",'
        ' "week": 3, "by": "X"}',
        "not json",
        '["text"]',
        '{"id": "b"}',
        "",
        '{"text": "No id. \\u2028 One line.", "id": 0}',
        '{"text": "No id at all."}',
        '{"id": "c", "text": "\\ud800"}',
    ]
    found = list(load_jsonl("\n".join(lines), "d.jsonl"))
    documents = [item for item in found if isinstance(item, Document)]
    refusals = [str(item) for item in found if isinstance(item, LoadError)]
    assert [document.id for document in documents] == ["d.jsonl/a/1", "d.jsonl/0", "d.jsonl/7"]
    first = documents[0]
    assert (first.title, first.published, first.source) == ("T", date(2024, 5, 1), "https://e.org")
    assert first.extra == {"week": "3", "by": "X"}
    assert [refusal.partition(":")[0].partition(" (")[0] for refusal in refusals] == [
        "d.jsonl line 2 is not JSON",
        "d.jsonl line 3 is not an object",
        "d.jsonl line 4 has no text",
        "d.jsonl line 8 holds half of a surrogate pair",
    ]


def test_a_folder_gives_its_documents_and_says_what_it_refused(tmp_path: Path) -> None:
    outside = tmp_path / "secret.txt"
    outside.write_text("A secret. Not to be read.")
    corpus = tmp_path / "corpus"
    (corpus / "sub").mkdir(parents=True)
    (corpus / "b.txt").write_text("B's text. More.")
    (corpus / "sub" / "a.md").write_text("# A\n\nText.")
    (corpus / "README.md").write_text("A note.")
    (corpus / "questions.txt").write_text("What is A?\n\n What is B? \n")
    (corpus / ".hidden.txt").write_text("Hidden.")
    (corpus / "empty.txt").write_text(" \n")
    (corpus / "latin.txt").write_bytes("Caf\xe9".encode("latin-1"))
    (corpus / "wide.txt").write_bytes("Wide text. Yes.".encode("utf-16"))
    (corpus / "two.jsonl").write_text('{"id": 1, "text": "x"}\n{"id": 1, "text": "y"}\n')
    (corpus / "old.doc").write_bytes(b"\xd0\xcf")
    (corpus / "picture.png").write_bytes(b"\x89PNG")
    (corpus / "link.txt").symlink_to(outside)
    loaded = load_corpus(corpus)
    ids = ["b.txt", "sub/a.md", "two.jsonl/1", "wide.txt"]
    assert [document.id for document in loaded.documents] == ids
    assert loaded.documents[3].text == "Wide text. Yes."
    assert [(refusal.path, refusal.reason) for refusal in loaded.refused] == [
        ("empty.txt", "empty.txt is empty: remove it or put text in"),
        (
            "latin.txt",
            "latin.txt is not UTF-8 (byte 3): save it as UTF-8",
        ),
        ("link.txt", "link.txt is a link out of the corpus: copy what it leads to into the corpus"),
        ("old.doc", "old.doc is of a format that is not read: save it as .docx"),
        ("two.jsonl", "document id 'two.jsonl/1' occurs twice: give it another"),
    ]
    assert loaded.questions == ("What is A?", "What is B?")


def test_a_corpus_without_questions_suggests_some(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text("# Glasses\n\nText.\n\n## Their price\n\nText.")
    assert load_corpus(tmp_path).questions == ("What is said about Their price?",)


def test_the_fingerprint_changes_with_names_and_bytes(tmp_path: Path) -> None:
    def write(**files: str) -> str:
        for old in tmp_path.iterdir():
            old.unlink()
        for name, text in files.items():
            (tmp_path / f"{name}.txt").write_text(text)
        return fingerprint_files(hash_files(tmp_path))

    same = write(a="one", b="two")
    assert write(a="one", b="two") == same
    others = {
        write(a="one", c="two"),
        write(a="two", b="one"),
        write(a="one"),
        write(a="one", b="twO"),
    }
    assert len(others | {same}) == 5


@pytest.mark.parametrize("what", ["absent", "empty"])
def test_a_corpus_that_holds_nothing_is_refused_by_name(tmp_path: Path, what: str) -> None:
    folder = tmp_path / what
    if what == "empty":
        folder.mkdir()
    with pytest.raises(CorpusError, match=f"{what}"):
        load_corpus(folder)


def test_a_file_that_can_not_be_opened_is_refused(tmp_path: Path) -> None:
    with Worker() as worker:
        (refusal,) = load_file(tmp_path / "gone.txt", "gone.txt", worker)
    assert isinstance(refusal, LoadError)
    assert str(refusal) == "gone.txt can't be read: No such file or directory"


@pytest.mark.parametrize(
    ("line", "is_byline"),
    [
        ("Launch date: 2026-03-01", False),
        ("- Revenue 1,000 on 2024-05-01", False),
        ("Grew 9 May 2024", False),
        ("Some text 2024-01-01 here", False),
        ("Opened: 2024-05-01 10:00", False),
        ("Published: 2024-05-01", True),
        ("By A. Writer, 2024-05-01", True),
        ("A. Writer 2024-05-01 10:00", True),
    ],
)
@pytest.mark.parametrize("name", ["x.txt", "x.md"])
def test_a_line_with_a_date_below_a_title_is_a_byline_only_if_it_shows_it(
    name: str, line: str, is_byline: bool
) -> None:
    load, title = (load_text, "Title") if name == "x.txt" else (load_markdown, "# Title")
    document = only(load(f"{title}\n\n{line}\n\nText.", name))
    assert document.title == "Title"
    assert slices(document)[1] == ([line] if is_byline else [])
    assert (document.published is not None) is is_byline


@pytest.mark.parametrize(
    ("page", "text", "furniture"),
    [
        ("<nav>Menu words</nav><p>Text.</p>", "Menu words Text.", ["Menu words"]),
        ("<footer>Menu words</footer><p>Text.</p>", "Menu words Text.", ["Menu words"]),
        ("<aside>Menu words</aside><p>Text.</p>", "Menu words Text.", ["Menu words"]),
        ("<div role=navigation>Menu words</div><p>Text.</p>", "Menu words Text.", ["Menu words"]),
        ("<nav>A<aside>B</aside></nav><p>Text.</p>", "A B Text.", ["A B"]),
        ("<p>On <time>9 May 2024</time> Xiaomi sold <button>1,999</button> glasses.</p>",
         "On 9 May 2024 Xiaomi sold 1,999 glasses.", []),
        ("<p>Text <form>in a form</form></p>", "Text in a form", []),
        ("<header><p>Text.</p></header>", "Text.", []),
        ("<body><form><p>All of it.</p></form></body>", "All of it.", []),
    ],
)  # fmt: skip
def test_only_menus_and_the_like_are_furniture_of_a_page(
    page: str, text: str, furniture: list[str]
) -> None:
    document = only(load_html(page, "x.html"))
    assert " ".join(document.text.split()) == text
    assert [" ".join(piece.split()) for piece in slices(document)[1]] == furniture


@pytest.mark.parametrize("page", ["<nav>Home</nav>", "<nav>A</nav>\n<footer>B</footer>"])
def test_a_page_of_menus_is_refused(page: str) -> None:
    (refusal,) = load_html(page, "x.html")
    assert str(refusal) == "x.html holds menus and no content: save the article's page"


def test_headings_of_a_menu_are_none() -> None:
    page = "<nav><h1>Site</h1><h2>Menu</h2></nav><h1>Title</h1><p>Text.</p>"
    document = only(load_html(page, "x.html"))
    assert (document.title, slices(document)[0]) == ("Title", ["Title"])


@pytest.mark.parametrize(
    "mark",
    [
        '<meta property="article:published_time" content="2024-05-09T10:00">',
        '<meta name="date" content="2024-05-09">',
        '<time datetime="2024-05-09">yesterday</time>',
        "<time>9 May 2024</time>",
    ],
)
def test_a_page_tells_its_date_in_any_of_four_ways(mark: str) -> None:
    assert only(load_html(f"{mark}<p>Text.</p>", "x.html")).published == date(2024, 5, 9)


def test_a_markdown_heading_of_two_lines_reads_with_a_space() -> None:
    document = only(load_markdown("Two\nlines\n===\n\nText.", "x.md"))
    assert [(h.text, h.level) for h in document.headings] == [("Two lines", 1)]
    assert slices(document)[0] == ["Two\nlines\n==="]


@pytest.mark.parametrize("line_break", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize(
    "fields",
    [
        'title: "A: b"\ndate: 2024-05-09\nsource: https://e.org',
        "date: 9 May 2024\nurl: https://e.org\ntitle: A: b",
        'title: >\n  A:\n  b\ndate: 2024-05-09 10:00:00\nsource: "https://e.org"',
        "title: A: b\npublished: 2024-02-30\ndate: 2024-05-09\nsource: https://e.org",
    ],
)
def test_front_matter_is_furniture_and_gives_title_and_date(fields: str, line_break: str) -> None:
    front = f"---\n{fields}\n# no heading\n---"
    text = f"{front}\n\n# Title\n\nText.\n\n## Sub\n\nMore.".replace("\n", line_break)
    document = only(load_markdown(text, "x.md"))
    assert slices(document) == (["# Title", "## Sub"], [front.replace("\n", line_break)])
    assert (document.title, document.published) == ("A: b", date(2024, 5, 9))
    assert document.source == "https://e.org"
    assert document.text == text


@pytest.mark.parametrize(
    "front",
    ["a: &a [x]\nb: [*a, *a]", "- a list", "!!python/object/apply:os.system [ls]", "[" * 9000,
     "title: [a]", "? {a: b}\n: c"],
)  # fmt: skip
def test_front_matter_of_another_kind_is_furniture_and_no_more(front: str) -> None:
    text = f"---\n{front}\n---\n\n# Title\n\nText."
    document = only(load_markdown(text, "x.md"))
    assert (document.title, document.published, document.source) == ("Title", None, None)
    assert slices(document)[1] == [f"---\n{front}\n---"]


BAD_LINES = [
    (r'{"text": "\ud800"}', "line 1 holds half of a surrogate pair"),
    (r'{"text": "x", "title": "\udfff"}', "line 1 holds half of a surrogate pair"),
    (r'{"text": "x", "id": "\ud800"}', "line 1 holds half of a surrogate pair"),
    (r'{"text": "x", "\ud800": 1}', "line 1 holds half of a surrogate pair"),
    (r'{"text": "x", "w": {"a": ["\ud800"]}}', "line 1 holds half of a surrogate pair"),
    ('{"text": "x", "w": ' + "[" * 100_000 + "]" * 100_000 + "}", "line 1 is not JSON"),
    ("[" * 100_000, "line 1 is not JSON"),
    ('{"text": "x", "id": [1]}', "line 1 has the id [1]"),
    ('{"text": "x", "_id": true}', "line 1 has the _id True"),
    ('{"text": "x", "id": 1.5}', "line 1 has the id 1.5"),
    ('{"text": "x", "id": "a/../b"}', "the id 'd.jsonl/a/../b' can't stand in an address"),
    ('{"text": "x", "id": "."}', "the id 'd.jsonl/.' can't stand in an address"),
    (r'{"text": "x", "id": "a\u0007"}', r"the id 'd.jsonl/a\x07' can't stand in an address"),
    (f'{{"text": "x", "id": "{"y" * 1000}"}}', "can't stand in an address"),
    (r'{"text": "x\u0000y"}', "line 1 holds a NUL character"),
]  # fmt: skip


@pytest.mark.parametrize(("line", "message"), BAD_LINES, ids=[line[:34] for line, _ in BAD_LINES])
def test_a_bad_line_of_json_costs_itself_only(line: str, message: str) -> None:
    refusal, document = load_jsonl(line + '\n{"text": "Fine.", "id": "a..b/.c"}', "d.jsonl")
    assert isinstance(refusal, LoadError)
    assert message in str(refusal)
    assert isinstance(document, Document)
    assert document.id == "d.jsonl/a..b/.c"


@pytest.mark.parametrize("key", DATES)
def test_each_name_of_a_date_is_read(key: str) -> None:
    document = only(load_jsonl(f'{{"text": "x", "{key}": "9 May 2024"}}', "d.jsonl"))
    assert (document.published, document.extra) == (date(2024, 5, 9), {})


def test_a_date_that_says_nothing_does_not_hide_the_next() -> None:
    line = '{"text": "x", "published": "soon", "publish_date": "2024-05-09", "date": "2020-01-01"}'
    assert only(load_jsonl(line, "d.jsonl")).published == date(2024, 5, 9)


@pytest.mark.parametrize("key", SOURCES)
def test_each_name_of_a_source_is_read(key: str) -> None:
    document = only(load_jsonl(f'{{"text": "x", "{key}": "https://e.org"}}', "d.jsonl"))
    assert (document.source, document.extra) == ("https://e.org", {})


def test_names_of_dates_and_sources_are_fixed() -> None:
    assert (DATES, SOURCES) == (("published", "publish_date", "date"), ("source", "url"))


def test_what_can_not_be_read_costs_itself_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "fine.txt").write_text("Fine text. More.")
    (tmp_path / "nul.txt").write_bytes(b"a\0b")
    (tmp_path / "bell\a.txt").write_text("x")
    (tmp_path / "questions.txt").write_bytes(b"Caf\xe9?")
    (tmp_path / "locked.txt").write_text("Locked.")
    refused = {
        "nul.txt": "nul.txt holds a NUL character: save it as text",
        "bell\a.txt": r"the id 'bell\x07.txt' can't stand in an address: give it another",
        "questions.txt": "questions.txt is not UTF-8 (byte 3): save it as UTF-8",
        "locked.txt": "locked.txt can't be read: Permission denied",
    }
    try:
        (tmp_path / os.fsdecode(b"bad\xff.txt")).write_text("A name that is not UTF-8.")
        refused[r"bad\udcff.txt"] = r"the name 'bad\udcff.txt' is not UTF-8: rename it"
    except OSError:
        assert sys.platform != "linux", "the name could not be made"

    for method in ("open", "read_bytes"):
        real = getattr(Path, method)

        def refuse(path: Path, *rest: object, own: object = real, **more: object) -> object:
            if path.name == "locked.txt":
                raise PermissionError(13, "Permission denied")
            return own(path, *rest, **more)  # type: ignore[operator]

        monkeypatch.setattr(Path, method, refuse)
    loaded = load_corpus(tmp_path)
    assert [document.id for document in loaded.documents] == ["fine.txt"]
    assert {refusal.path: refusal.reason for refusal in loaded.refused} == refused
    assert loaded.questions == ("What is said about fine?",)


def test_links_out_of_a_corpus_are_not_read(tmp_path: Path) -> None:
    outside, corpus = tmp_path / "outside", tmp_path / "corpus"
    outside.mkdir()
    corpus.mkdir()
    (outside / "questions.txt").write_text("A secret?")
    (outside / "secret.txt").write_text("A secret. Not to be read.")
    (corpus / "a.txt").write_text("A's text. More.")
    (corpus / "b.txt").symlink_to("a.txt")
    before = hash_files(corpus)
    (corpus / "questions.txt").symlink_to(outside / "questions.txt")
    (corpus / "folder").symlink_to(outside)
    now = hash_files(corpus)
    assert {name: each for name, each in now.items() if each != NOT_READ} == before
    loaded = load_corpus(corpus)
    assert [document.id for document in loaded.documents] == ["a.txt", "b.txt"]
    assert loaded.questions == ("What is said about a?", "What is said about b?")


@pytest.mark.parametrize(
    "front",
    ["draft: !!bool maybe", "a: !!int ''", "date: !!timestamp x", f"id: 0x{'f' * 9000}",
     "a0: &a0 {x: 1}\n" + "".join(f"a{n}: &a{n} {{<<: [{', '.join([f'*a{n - 1}'] * 9)}]}}\n"
                                  for n in range(1, 12))],
)  # fmt: skip
def test_hostile_front_matter_is_text_and_no_more(front: str) -> None:
    (document,) = load_markdown(f"---\n{front}\ntitle: Yes\n---\n\n# Head\n\nText.", "a.md")
    assert isinstance(document, Document)
    assert document.title == "Yes"


def test_front_matter_is_taken_as_it_is_written() -> None:
    (document,) = load_markdown("---\ntitle: 12:30\ndate: 2025-09-09\n---\nText.", "a.md")
    assert isinstance(document, Document)
    assert (document.title, str(document.published)) == ("12:30", "2025-09-09")


def test_links_in_a_ring_lead_nowhere(tmp_path: Path) -> None:
    (tmp_path / "a.txt").symlink_to(tmp_path / "b.txt")
    (tmp_path / "b.txt").symlink_to(tmp_path / "a.txt")
    (tmp_path / "c.txt").write_text("Text.")
    corpus = load_corpus(tmp_path)
    assert [document.id for document in corpus.documents] == ["c.txt"]


def test_a_folder_that_can_not_be_read_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(path: Path) -> NoReturn:
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr("assistant.load.files.os.scandir", refuse)
    with pytest.raises(CorpusError, match=r"can't be read \(Permission denied\): give yourself"):
        load_corpus(tmp_path)
