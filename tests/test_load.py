from datetime import date
from pathlib import Path

import pytest

from assistant.errors import CorpusError, LoadError
from assistant.load import fingerprint_files, load_corpus, load_file
from assistant.load.dates import find_date
from assistant.load.html import load_html
from assistant.load.jsonl import load_jsonl
from assistant.load.markdown import load_markdown
from assistant.load.text import load_text
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
    (corpus / "picture.png").write_bytes(b"\x89PNG")
    (corpus / "link.txt").symlink_to(outside)
    loaded = load_corpus(corpus)
    ids = ["b.txt", "sub/a.md", "two.jsonl/1", "wide.txt"]
    assert [document.id for document in loaded.documents] == ids
    assert loaded.documents[3].text == "Wide text. Yes."
    assert [(refusal.path, refusal.reason) for refusal in loaded.refused] == [
        ("empty.txt", "empty.txt is empty: remove it or put text in"),
        ("latin.txt", "latin.txt is not UTF-8 (byte 3): save it as UTF-8"),
        ("two.jsonl", "document id 'two.jsonl/1' occurs twice"),
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
        return fingerprint_files(tmp_path)

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
    (refusal,) = load_file(tmp_path / "gone.txt", "gone.txt")
    assert isinstance(refusal, LoadError)
    assert str(refusal) == "gone.txt can't be read: No such file or directory"
