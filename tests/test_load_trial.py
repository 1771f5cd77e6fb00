"""A file is read on trial before it is kept: hostile and wrong ones are refused with the reason."""

from pathlib import Path

import pytest

from assistant.errors import UploadError
from assistant.load import trial
from assistant.load.trial import try_file
from tests.conftest import ROOT
from tests.office import make_zip

FILES = ROOT / "tests" / "data" / "files"
BOMB = make_zip({"word/document.xml": b"<a/>" + b" " * 20_000_000})
ENTITIES = make_zip(
    {"word/document.xml": '<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>'}
)
REFUSED = [
    ("bomb.docx", BOMB, "unpacks to too much"),
    ("entities.docx", ENTITIES, "document type"),
    ("table.csv", b"%PDF-1.7\n\0\0\0\1\2\3", "table.csv"),
]


@pytest.mark.parametrize(("name", "content", "reason"), REFUSED, ids=[name for name, *_ in REFUSED])
def test_a_file_of_which_nothing_can_be_read_is_refused(
    name: str, content: bytes, reason: str, tmp_path: Path
) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(UploadError, match=reason):
        try_file(path, name)


def test_a_file_that_is_partly_read_is_kept_with_what_was_not() -> None:
    found = try_file(FILES / "samphire_pilot.pptx", "samphire_pilot.pptx")
    assert (found.documents, [notice.code for notice in found.notices]) == (1, ["hidden_parts"])


def test_parts_that_are_not_read_are_listed(tmp_path: Path) -> None:
    path = tmp_path / "lines.jsonl"
    path.write_text('{"text": "One."}\n{"text": 2}\n{"text": "Three."}\n')
    found = try_file(path, path.name)
    assert found.documents == 2
    assert len(found.refused) == 1
    assert "line 2" in found.refused[0]


def test_a_trial_that_takes_too_long_ends(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.txt"
    path.write_text("Words.")
    monkeypatch.setattr(trial, "SECONDS", -trial._START_SECONDS + 0.01)
    with pytest.raises(UploadError, match="to read: split it"):
        try_file(path, path.name)
