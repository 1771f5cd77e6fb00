"""A folder is loaded: its documents, its questions, and the refused files."""

import os
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import NoReturn

import pytest

from assistant.errors import CorpusError, LoadError
from assistant.load import NOT_READ, fingerprint_files, hash_files, load_corpus, load_file
from assistant.load.formats import TEXT_LOADERS, run_loader
from assistant.load.worker import Worker
from assistant.records import Document, Notice


def test_a_folder_is_loaded_and_skipped_files_are_reported(tmp_path: Path) -> None:
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
    assert [tuple(file) for file in loaded.skipped] == [
        ("README.md", "README.md describes its folder: rename it if it is a document"),
        ("empty.txt", "empty.txt is empty: remove it or put text in"),
        (
            "latin.txt",
            "latin.txt is not UTF-8 (byte 3): save it as UTF-8",
        ),
        ("link.txt", "link.txt is a link out of the corpus: copy its target into the corpus"),
        ("old.doc", "old.doc has a format that is not supported: save it as .docx"),
        (
            "picture.png",
            "picture.png is a picture: put it into a PDF, and run `assistant index --ocr`",
        ),
        ("two.jsonl", "document id 'two.jsonl/1' occurs twice: give it another"),
    ]
    assert loaded.questions == ("What is A?", "What is B?")


def test_no_file_of_a_folder_is_passed_over_in_silence(tmp_path: Path) -> None:
    for name in ("a.txt", "b.json", "c.tex", "sub/readme.MD", "LICENSE", "sub/players.toml"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("Text.")
    for name in ("players.toml", "questions.txt", ".DS_Store", "~$a.docx", "Thumbs.db"):
        (tmp_path / name).write_text("What?")
    assert [str(file) for file in load_corpus(tmp_path).skipped] == [
        "LICENSE has no ending: rename it to .txt if it is plain text, or save it as .pdf",
        "b.json has a format that is not supported: save it as .jsonl, with one object a line",
        "c.tex ends in .tex, which is not supported: rename it to .txt if it is plain text, or "
        "save it as .pdf",
        "sub/players.toml ends in .toml, which is not supported: rename it to .txt if it is plain "
        "text, or save it as .pdf",
        "sub/readme.MD describes its folder: rename it if it is a document",
    ]


def test_a_folder_in_which_nothing_can_be_read_is_refused_with_what_it_has(tmp_path: Path) -> None:
    for number in range(10):
        (tmp_path / f"{number}.json").write_text("{}")
    with pytest.raises(CorpusError) as caught:
        load_corpus(tmp_path)
    assert caught.value.message.startswith(
        f"no document in {tmp_path}; 0.json has a format that is not supported: save it as .jsonl"
    )
    assert caught.value.message.count(".json has") == 8
    assert caught.value.message.endswith("; and 2 more files")


def test_a_file_is_no_corpus(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("Text.")
    with pytest.raises(CorpusError, match=r"a\.txt is a file, not a folder: give the folder"):
        load_corpus(tmp_path / "a.txt")


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
def test_an_empty_corpus_is_refused_by_name(tmp_path: Path, what: str) -> None:
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


def test_an_unreadable_file_costs_only_itself(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "fine.txt").write_text("Fine text. More.")
    (tmp_path / "nul.txt").write_bytes(b"a\0b")
    (tmp_path / "wide.txt").write_bytes("a\0b".encode("utf-16"))
    (tmp_path / "bell\a.txt").write_text("x")
    (tmp_path / "questions.txt").write_bytes(b"Caf\xe9?")
    (tmp_path / "locked.txt").write_text("Locked.")
    refused = {
        "nul.txt": "nul.txt contains a NUL character: save it as text",
        "wide.txt": "wide.txt contains a NUL character: save it as text",
        "bell\a.txt": r"the id 'bell\u0007.txt' can't be part of an address: "
        "rename the file, or give another id in it",
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
    assert {file.path: file.reason for file in loaded.skipped} == refused


def test_a_format_is_a_line_in_a_table(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(TEXT_LOADERS, ".shout", lambda content, name: Document(name, "A", content))
    (tmp_path / "a.Shout").write_text("HEAR THIS.")
    assert load_corpus(tmp_path).documents == (Document("a.Shout", "A", "HEAR THIS."),)


def test_a_loader_that_fails_loses_the_rest_of_its_file() -> None:
    def load(content: str, name: str) -> Iterator[Document]:
        assert (content, name) == ("content", "x")
        yield Document("x/1", "", "Fine.")
        yield Document("x/2", "", "\0")
        raise LoadError("x ends here")

    document, *refusals = run_loader(load, "content", "x")
    assert document == Document("x/1", "", "Fine.")
    assert [str(refusal) for refusal in refusals] == [
        "x contains a NUL character: save it as text",
        "x ends here",
    ]


def test_links_out_of_a_corpus_are_not_read(tmp_path: Path) -> None:
    outside, corpus = tmp_path / "outside", tmp_path / "corpus"
    outside.mkdir()
    corpus.mkdir()
    (outside / "questions.txt").write_text("A secret?")
    (outside / "secret.txt").write_text("A secret. Not to be read.")
    (corpus / "apples.txt").write_text("A's text. More.")
    (corpus / "pears.txt").symlink_to("apples.txt")
    before = hash_files(corpus)
    (corpus / "questions.txt").symlink_to(outside / "questions.txt")
    (corpus / "folder").symlink_to(outside)
    now = hash_files(corpus)
    assert {name: each for name, each in now.items() if each != NOT_READ} == before
    loaded = load_corpus(corpus)
    assert [document.id for document in loaded.documents] == ["apples.txt", "pears.txt"]
    assert loaded.questions == ()


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


def test_a_document_in_another_script_gets_a_notice(tmp_path: Path) -> None:
    texts = {"a.txt": "The shop is open.", "b.txt": "食堂经理是王芳。", "c.md": "Магазин открыт."}
    for name, text in texts.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    notices = [document.notices for document in load_corpus(tmp_path).documents]
    guess = "its best sentences are shown, but not as sure answers"
    assert notices == [
        (),
        (Notice("language", f"the text is in Chinese: {guess}"),),
        (Notice("language", f"the text is in the Cyrillic script: {guess}"),),
    ]


def test_a_document_has_the_date_of_its_file_s_name_if_it_has_no_other(tmp_path: Path) -> None:
    byline = "Prices\n\nPublished 3 May 2023\n\nEntrance is 9 francs."
    texts = {"prices-2024.txt": "Entrance is 11 francs.", "prices-2023.txt": byline, "x.txt": "A."}
    for name, text in texts.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    found = {
        document.id: (document.published, document.dated, document.day)
        for document in load_corpus(tmp_path).documents
    }
    day = date(2023, 5, 3)
    assert found == {
        "prices-2024.txt": (date(2024, 1, 1), "2024", None),
        "prices-2023.txt": (day, "", day),
        "x.txt": (None, "", None),
    }
