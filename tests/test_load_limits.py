"""What a corpus may hold: many files, large ones, links, awkward names; and broken ones."""

import random
from pathlib import Path

import pytest

from assistant.errors import LoadError
from assistant.load import NOT_READ, hash_files, load_corpus, load_file
from assistant.load.limits import FILE_BYTES, TEXT_CHARACTERS
from assistant.load.worker import Worker
from assistant.records import Document
from tests.loading import assert_valid
from tests.office import make_docx, make_pdf, make_xlsx, make_zip, odt_parts, set_lines
from tests.slides import make_pptx
from tests.test_load_pdf import STORY


def write_many(folder: Path, count: int) -> None:
    for number in range(count):
        inside = folder / f"{number // 1000}"
        if number % 1000 == 0:
            inside.mkdir()
        (inside / f"{number}.txt").write_text(f"Text {number}.")


@pytest.mark.parametrize("count", [2000, pytest.param(100_000, marks=pytest.mark.long)])
def test_many_small_files_are_read(tmp_path: Path, count: int) -> None:
    write_many(tmp_path, count)
    corpus = load_corpus(tmp_path)
    assert sorted(int(d.text[5:-1]) for d in corpus.documents) == list(range(count))
    assert corpus.skipped == ()


@pytest.mark.parametrize("mebibytes", [5, pytest.param(200, marks=pytest.mark.long)])
def test_a_large_text_is_read_whole(tmp_path: Path, mebibytes: int) -> None:
    paragraph = "The quick fox jumps over the lazy dog.\n" * 200 + "\n"
    text = paragraph * (mebibytes * 2**20 // len(paragraph))
    (tmp_path / "large.txt").write_text(text)
    (document,) = load_corpus(tmp_path).documents
    assert document.text == text


def test_a_file_above_the_limit_is_refused_without_being_read(tmp_path: Path) -> None:
    (tmp_path / "fine.txt").write_text("Fine.")
    assert FILE_BYTES <= TEXT_CHARACTERS * 1.05
    with Worker() as worker:
        for name in ("x.txt", "x.pdf"):
            with (tmp_path / name).open("wb") as file:
                file.truncate(FILE_BYTES + 1)  # a hole: it takes no disk
            (refusal,) = load_file(tmp_path / name, name, worker)
            assert str(refusal) == f"{name} is larger than 256 MiB: split it"
    assert len(load_corpus(tmp_path).skipped) == 2


def test_links_are_read_inside_a_corpus_and_named_outside(tmp_path: Path) -> None:
    corpus, outside = tmp_path / "corpus", tmp_path / "outside"
    (corpus / "sub").mkdir(parents=True)
    outside.mkdir()
    (outside / "secret.txt").write_text("A secret.")
    (corpus / "a.txt").write_text("Text.")
    before = hash_files(corpus)
    for name, target in {
        "absolute.pdf": outside / "secret.txt",
        "up.txt": Path("../outside/secret.txt"),
        "sub/deep.txt": Path("../../outside/secret.txt"),
        "folder": outside,
        "gone.txt": outside / "gone.txt",
    }.items():
        (corpus / name).symlink_to(target)
    now = hash_files(corpus)
    assert {name: each for name, each in now.items() if each != NOT_READ} == before
    loaded = load_corpus(corpus)
    assert [document.id for document in loaded.documents] == ["a.txt"]
    assert [refusal.reason for refusal in loaded.skipped] == [
        f"{name} is a link out of the corpus: copy its target into the corpus"
        for name in ("absolute.pdf", "folder", "gone.txt", "sub/deep.txt", "up.txt")
    ]


def test_links_that_lead_in_circles_or_nowhere_are_not_followed(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("Text.")
    (tmp_path / "b.txt").symlink_to("a.txt")
    (tmp_path / "self").symlink_to(".")
    (tmp_path / "gone.txt").symlink_to("nothing.txt")
    loaded = load_corpus(tmp_path)
    assert [document.id for document in loaded.documents] == ["a.txt", "b.txt"]
    assert [str(file) for file in loaded.skipped] == ["gone.txt is a link to nothing: remove it"]


@pytest.mark.parametrize(
    "name",
    ["line\nbreak.txt", "right\u202eto-left.txt", "tab\t.txt", "soft\u00adhyphen.txt"],
)
def test_a_name_that_would_deceive_is_refused(tmp_path: Path, name: str) -> None:
    (tmp_path / "a.txt").write_text("Text.")
    (tmp_path / name).write_text("Text.")
    loaded = load_corpus(tmp_path)
    assert [document.id for document in loaded.documents] == ["a.txt"]
    assert [refusal.reason.rpartition(": ")[2] for refusal in loaded.skipped] == [
        "rename the file, or give another id in it"
    ]


def test_a_path_of_four_thousand_characters_is_refused(tmp_path: Path) -> None:
    deep = tmp_path
    for _ in range(15):
        deep /= "d" * 230
    deep.mkdir(parents=True)
    (deep / "x.txt").write_text("Text.")
    (tmp_path / "a.txt").write_text("Text.")
    loaded = load_corpus(tmp_path)
    assert [document.id for document in loaded.documents] == ["a.txt"]
    assert "can't be part of an address" in loaded.skipped[0].reason


def test_names_that_look_the_same_stay_separate(tmp_path: Path) -> None:
    names = [
        "caf\u00e9.txt",
        "cafe\u0301.txt",
        "с\u0430f\u00e9.txt",
    ]  # the last has Cyrillic letters
    for name in names:
        (tmp_path / name).write_text(f"Text of {name!a}.")
    documents = load_corpus(tmp_path).documents
    assert {document.id: document.text for document in documents} == {
        name: f"Text of {name!a}." for name in names
    }


INTACT = {
    "x.pdf": make_pdf(*STORY, set_lines("More text here.", "And a last line."), title="T"),
    "x.docx": make_docx(("Head", "heading1"), "Text of it.", "More.", title="T"),
    "x.odt": make_zip(odt_parts("<text:h>Head</text:h><text:p>Text of it.</text:p>", title="T")),
    "x.pptx": make_pptx("Head", "Text of it."),
    "x.xlsx": make_xlsx({"S": [["Name", "Price"], ["Rokid", 3.5], ["Xiaomi", 4]]}, title="T"),
    "x.html": "<h1>Head</h1><p>Text &amp; café 👍.</p><table><tr><td>a<td>b</table>".encode(),
    "x.csv": "Name,Price\nRokid,\"2,999\"\nZoë,3\n".encode(),
    "x.md": "---\ntitle: T\ndate: 2024-05-09\n---\n# Head\n\nText é 👍.\n".encode(),
    "x.txt": "Title\n\nBy X, 2024-05-09\n\nText é 👍.\n".encode("utf-16"),
    "x.jsonl": '{"id": 1, "text": "Zoë 👍"}\n{"id": 2, "text": "x"}\n'.encode(),
}  # fmt: skip


def damage(content: bytes, seed: int) -> bytes:
    """A file cut off at a seeded place, or with bytes changed, or a piece of it twice."""
    chance = random.Random(seed)
    place = chance.randrange(len(content))
    if seed % 3 == 0:
        return content[:place]
    if seed % 3 == 1:
        changed = bytearray(content)
        for _ in range(chance.randint(1, 8)):
            changed[chance.randrange(len(content))] = chance.randrange(256)
        return bytes(changed)
    return content[:place] + content[place // 2 :]


@pytest.mark.parametrize("name", INTACT)
@pytest.mark.parametrize("count", [50, pytest.param(2000, marks=pytest.mark.long)])
def test_a_damaged_file_gives_valid_documents_or_named_refusals(
    tmp_path: Path, name: str, count: int
) -> None:
    path = tmp_path / name
    with Worker(seconds=20) as worker:
        path.write_bytes(INTACT[name])
        assert all(isinstance(item, Document) for item in load_file(path, name, worker))
        for seed in range(count):
            path.write_bytes(damage(INTACT[name], seed))
            for item in load_file(path, name, worker):
                if isinstance(item, LoadError):
                    assert item.message.startswith(name), seed
                    assert item.hint, seed
                else:
                    assert_valid(item)
        path.write_bytes(INTACT[name])
        assert all(isinstance(item, Document) for item in load_file(path, name, worker))
