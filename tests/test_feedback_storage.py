"""The file of feedback: whole lines whatever happens."""

import errno
import os
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

from assistant.errors import FeedbackAbsentError, FeedbackWriteError
from assistant.feedback.record import Feedback
from assistant.feedback.storage import FILE, append_feedback, is_writable, read_feedback
from assistant.records import DocumentFilter, write_json
from assistant.settings import Settings, read_settings
from tests.conftest import ROOT
from tests.feedbacks import NOT_SURE, feedback_of, place

HOSTILE = 'line\nfeed "quoted" \u2028 \x1b[31m 👩🏽‍🚀 e\u0301 النظارات <script>alert(1)</script>'
FULL = feedback_of(
    HOSTILE,
    verdict="wrong",
    answer=NOT_SURE,
    previous=("And before?",),
    within=DocumentFilter(("a.txt",), date(2025, 1, 1), None, ("pdf",)),
    as_of=date(2025, 3, 1),
    correct_answer=HOSTILE,
    selected=place("Rokid sold 50."),
)
WRITE_200 = """
import sys
from pathlib import Path
from assistant.feedback import storage
from tests.feedbacks import feedback_of
storage.LOCK_SECONDS = 600.0
for number in range(200):
    feedback = feedback_of("x" * number, id=f"{sys.argv[2]}{number}")
    storage.append_feedback(Path(sys.argv[1]), feedback)
"""


def read_all(folder: Path) -> list[Feedback | None]:
    return list(read_feedback(folder))


def test_what_is_stored_is_read_again_from_one_line_each(tmp_path: Path) -> None:
    folder = tmp_path / "new" / "feedback"
    append_feedback(folder, FULL)
    append_feedback(folder, feedback_of())
    assert read_all(folder) == read_all(folder / FILE) == [FULL, feedback_of()]
    stored = (folder / FILE).read_bytes()
    assert stored.count(b"\n") == 2
    assert b"\x1b" not in stored
    assert (folder / FILE).stat().st_mode & 0o777 == 0o600


def test_two_processes_store_all_their_lines(tmp_path: Path) -> None:
    command = [sys.executable, "-c", WRITE_200, str(tmp_path)]
    started = [subprocess.Popen([*command, name], cwd=ROOT) for name in "ab"]
    assert [process.wait() for process in started] == [0, 0]
    found = [feedback.id for feedback in read_all(tmp_path) if feedback]
    for name in "ab":
        expected = [f"{name}{number}" for number in range(200)]
        assert [id_ for id_ in found if id_.startswith(name)] == expected
    assert len(found) == 400


@pytest.mark.parametrize("cut", [1, 40, 70_000])
def test_a_line_that_a_crash_cut_short_is_skipped_and_then_removed(
    tmp_path: Path, cut: int
) -> None:
    first, long = feedback_of(), feedback_of("x" * 90_000)
    append_feedback(tmp_path, first)
    whole = (tmp_path / FILE).read_bytes()
    (tmp_path / FILE).write_bytes(whole + write_json(long).encode()[:cut])
    assert read_all(tmp_path) == [first, None]
    append_feedback(tmp_path, first)
    assert (tmp_path / FILE).read_bytes() == whole * 2


def test_a_whole_line_without_its_end_is_kept(tmp_path: Path) -> None:
    (tmp_path / FILE).write_text(write_json(FULL), encoding="utf-8")
    append_feedback(tmp_path, feedback_of())
    assert read_all(tmp_path) == [FULL, feedback_of()]


@pytest.mark.parametrize("failing", ["write", "fsync"])
def test_a_full_disk_leaves_the_file_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, failing: str
) -> None:
    append_feedback(tmp_path, feedback_of())
    before = (tmp_path / FILE).read_bytes()
    write = os.write

    def write_some(file: int, content: bytes) -> int:
        if len(content) < 100:
            raise OSError(errno.ENOSPC, "No space left on device")
        return write(file, content[: len(content) - 50])

    def fail(_file: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, failing, write_some if failing == "write" else fail)
    with pytest.raises(FeedbackWriteError, match="No space left on device"):
        append_feedback(tmp_path, FULL)
    monkeypatch.undo()
    assert (tmp_path / FILE).read_bytes() == before


def test_the_file_has_a_largest_size(tmp_path: Path) -> None:
    size = len(write_json(feedback_of())) + 1
    append_feedback(tmp_path, feedback_of(), most_bytes=2 * size)
    append_feedback(tmp_path, feedback_of(), most_bytes=2 * size)
    with pytest.raises(FeedbackWriteError, match=f"has {2 * size:,} of {2 * size:,} bytes"):
        append_feedback(tmp_path, feedback_of(), most_bytes=2 * size)
    assert len(read_all(tmp_path)) == 2


def test_feedback_is_off_where_it_can_not_be_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert is_writable(tmp_path / "new" / "feedback")
    (tmp_path / "file").write_text("")
    assert not is_writable(tmp_path / "file")
    assert not is_writable(tmp_path / "file" / "feedback")
    (tmp_path / FILE).mkdir()
    assert not is_writable(tmp_path)
    (tmp_path / FILE).rmdir()
    monkeypatch.setattr(os, "access", lambda path, _: path != tmp_path)
    assert not is_writable(tmp_path / "new")
    with pytest.raises(FeedbackWriteError, match="feedback can't be stored"):
        append_feedback(tmp_path / "file", feedback_of())


def test_what_is_no_file_of_feedback_is_named(tmp_path: Path) -> None:
    with pytest.raises(FeedbackAbsentError, match=r"there is no feedback in .*none\.jsonl"):
        read_all(tmp_path / "none.jsonl")


def test_the_folder_is_next_to_the_indexes_unless_it_is_chosen_or_off(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert Settings(indexes=Path("i")).feedback_folder == Path("i/_feedback")
    monkeypatch.setenv("ASSISTANT_FEEDBACK", "said")
    assert read_settings().feedback_folder == Path("said")
    monkeypatch.setenv("ASSISTANT_FEEDBACK", "off")
    assert read_settings().feedback_folder is None
