"""Names of files from outside: what is stored is one plain name, or nothing."""

import unicodedata

import pytest
from hypothesis import given, strategies as st

from assistant.errors import FileFormatError, FileTakenError, UploadError
from assistant.load.files import is_leftover
from assistant.load.naming import LONGEST_NAME, check_free, check_name

BAD = [
    "", " ", "..", ".", "../x.txt", "a/b.txt", "/etc/passwd.txt", "..\\x.txt", "C:x.txt",
    "a\0.txt", "a\n.txt", "a\x1b[2J.txt", "a\x7f.txt", ".hidden.txt", "~$a.docx", "a.txt.",
    "a.txt ", "CON.txt", "nul.md", "com1.csv", "LPT9.txt", "COM¹.txt", "a?.txt", "a*.txt", 'a".txt',
    "<a>.txt", "a|b.txt", "a\u202etxt.exe.txt", "a\u200b.txt", "\ufeffa.txt", "\u0301a.txt",
    "a\u2028b.txt", "a\uff0fb.txt", "a\u2215b.txt", "a\u2044b.txt", "a\uff3cb.txt", "a\ufe55b.txt",
    "\uff0e\uff0e\uff0fa.txt", "\u2024\u2024.txt", "p\u0430ypal.txt", "1 ΤestΑ.txt", "\ud800.txt",
    "a" * LONGEST_NAME + ".txt", "x" * 4096, "Thumbs.db", "desktop.ini",
]  # fmt: skip


@pytest.mark.parametrize("name", BAD, ids=lambda name: ascii(name)[:40])
def test_a_name_that_is_not_one_plain_file_name_is_refused(name: str) -> None:
    with pytest.raises(UploadError) as refused:
        check_name(name)
    assert refused.value.code == "bad_file"
    assert str(refused.value).isprintable()
    assert len(refused.value.message) < 300


@pytest.mark.parametrize(
    ("name", "stored"),
    [
        ("notes.txt", "notes.txt"), ("Q3 report (final).PDF", "Q3 report (final).PDF"),
        ("百镜大战.md", "百镜大战.md"), ("Отчёт 2024.docx", "Отчёт 2024.docx"),
        ("cafe\u0301.txt", "caf\u00e9.txt"), ("a\u202fb\u3000c.txt", "a b c.txt"),
        ("5 μm.csv", "5 μm.csv"), ("α-test.txt", "α-test.txt"), ("a..b.txt", "a..b.txt"),
        ("Consent.txt", "Consent.txt"), ("الثمن.txt", "الثمن.txt"), ("100%.txt", "100%.txt"),
    ],
)  # fmt: skip
def test_a_name_is_stored_in_one_form(name: str, stored: str) -> None:
    assert check_name(name) == stored


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("a.docm", "save it as .docx"), ("a.exe", "which is not supported"), ("a", "has no ending"),
        ("README.md", "describes its folder"), ("questions.txt", "sample questions"),
        ("players.toml", "which is not supported"), ("scan.png", "is a picture"),
        ("a.txt.exe", "which is not supported"),
    ],
)  # fmt: skip
def test_what_is_no_document_is_refused_with_what_to_do(name: str, reason: str) -> None:
    with pytest.raises(FileFormatError, match=reason):
        check_name(name)


@pytest.mark.parametrize(
    ("name", "other"),
    [
        ("Notes.txt", "notes.TXT"), ("caf\u00e9.txt", "cafe\u0301.txt"),
        ("straße.txt", "STRASSE.txt"), ("ﬁle.txt", "file.txt"),
    ],
)  # fmt: skip
def test_two_names_that_other_systems_take_for_one_are_refused(name: str, other: str) -> None:
    with pytest.raises(FileTakenError, match="only in capitals or accents"):
        check_free(name, ["else.txt", other])
    check_free(name, ["else.txt", name])


@given(st.text(max_size=40))
def test_what_passes_is_a_visible_name_without_separators(name: str) -> None:
    try:
        stored = check_name(f"{name}.txt")
    except UploadError:
        return
    assert stored == unicodedata.normalize("NFC", stored)
    assert stored.isprintable()
    assert not set(stored) & set("/\\:\0")
    assert stored not in (".", "..")
    assert not is_leftover(stored)
    assert len(stored.encode()) <= LONGEST_NAME
