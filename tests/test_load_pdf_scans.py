import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, strategies as st

from assistant.answer.cite import cite
from assistant.api.rendering import _render_citation
from assistant.api.showing import Quote
from assistant.api.text import TextWriter
from assistant.build.inputs import Inputs
from assistant.errors import CorpusError, LoadError
from assistant.load import limits, load_corpus, recogniser
from assistant.load.pdf import load_pdf
from assistant.load.recogniser import Recogniser, find_program
from assistant.load.worker import MORE_TIME, Worker
from assistant.records import Document, Passage
from tests.drawing import Drawing, draw_page, draw_pdf
from tests.loading import assert_valid
from tests.pdfs import Page, draw_picture, write_pdf

DATA = Path(__file__).parent / "data"
LEASE = DATA / "cases/pdf-partly-scanned"
MINUTES = DATA / "scans/minutes.pdf"  # two pages of Chromium, drawn in black and white, askew
needs_tesseract = pytest.mark.skipif(find_program() is None, reason="tesseract is not installed")
DRAWN: Drawing = ([], [(72.0, 72.0, 540.0, 72.0)])  # a page without text that is not blank
PRINTED: Drawing = ([("Printed.", 72.0, 720.0)], [])
# Two words of a page of A4 at 300 dots per inch.
TABLE = (
    "level\tpage_num\tblock_num\tpar_num\tline_num\tword_num\tleft\ttop\twidth\theight\tconf\ttext\n"
    "5\t1\t1\t1\t1\t1\t300\t300\t200\t30\t96.5\tRent:\n"
    "5\t1\t1\t1\t1\t2\t520\t300\t100\t30\t91.0\t900\n"
    "5\t1\t1\t1\t1\t3\t640\t300\t10\t40\t95.0\t|\n"
    "5\t1\t1\t1\t1\t4\t660\t300\t90\t30\t12.0\tblot\n"
)


@pytest.fixture
def make_program(tmp_path: Path) -> Callable[[str], str]:
    """Makes a program in place of tesseract from lines of Python."""

    def make(code: str) -> str:
        path = tmp_path / "tesseract"
        path.write_text(f"#!{sys.executable}\nimport sys\n{code}\n")
        path.chmod(0o755)
        return str(path)

    return make


def write_corpus(folder: Path, *files: tuple[str, bytes]) -> Path:
    folder.mkdir()
    for name, content in files:
        (folder / name).write_bytes(content)
    return folder


@needs_tesseract
def test_a_scanned_page_between_others_is_read_and_marked() -> None:
    lease, _other = load_corpus(LEASE, ocr=True).documents
    assert lease.text == (
        "Lease agreement for the workshop in Kettle Lane.\n\nThe deposit is 500 francs.\n\n"
        "Signed by both parties."
    )
    (span,) = lease.recognised
    assert lease.text[slice(*span)] == "The deposit is 500 francs."
    (notice,) = lease.notices
    assert (notice.code, notice.pages) == ("recognised", (2,))
    assert notice.message == "1 page was recognised from pictures: the text may have errors"
    (place,) = [place for place in lease.places if place.page == 2]
    assert (place.start, place.end) == span
    assert_valid(lease)


def test_a_scanned_page_is_reported_with_how_to_have_it_read() -> None:
    lease, _other = load_corpus(LEASE).documents
    (notice,) = lease.notices
    assert (notice.code, notice.pages) == ("pages_without_text", (2,))
    assert notice.message.startswith("1 page has no text: it is a scan or a drawing; ")
    assert "assistant index --ocr" in notice.message


def test_without_tesseract_its_package_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recogniser, "find_program", lambda: None)
    (notice,) = load_pdf((LEASE / "lease.pdf").read_bytes(), "lease.pdf").notices
    assert "apt-get install tesseract-ocr" in notice.message
    assert "assistant index --ocr" in notice.message


def test_a_file_of_pictures_alone_is_refused_with_how_to_have_it_read(tmp_path: Path) -> None:
    corpus = write_corpus(tmp_path / "corpus", ("minutes.pdf", MINUTES.read_bytes()))
    with pytest.raises(CorpusError, match=r"2 pages and no text: .*assistant index --ocr"):
        load_corpus(corpus)


@needs_tesseract
def test_a_file_of_pictures_alone_is_read_with_its_table(tmp_path: Path) -> None:
    corpus = write_corpus(tmp_path / "corpus", ("minutes.pdf", MINUTES.read_bytes()))
    (minutes,) = load_corpus(corpus, ocr=True).documents
    assert "decided to rent the crane for two years, because a new one" in minutes.text
    assert "Berth: Outer; Summer: 480; Winter: 150" in minutes.text
    assert [heading.text for heading in minutes.headings] == ["Minutes of the harbour board"]
    covered = sum(end - start for start, end in minutes.recognised)
    assert covered >= len(minutes.text) - 2 * len(minutes.recognised)
    assert minutes.notices[0].pages == (1, 2)
    assert_valid(minutes)


def test_words_have_places_and_unsure_ones_are_left_out(
    make_program: Callable[[str], str],
) -> None:
    announced: list[int] = []
    program = make_program(f"sys.stdin.buffer.read(); print({TABLE!r})")
    content = draw_pdf(DRAWN, ([], []), PRINTED)
    document = load_pdf(content, "x.pdf", Recogniser(program, lambda: announced.append(1)))
    assert document.text == "Rent: 900\n\nPrinted."
    assert document.recognised == ((0, 9),)
    (place,) = [place for place in document.places if place.page == 1]
    assert [round(value) for value in place[3:]] == [72, 763, 149, 770]
    assert announced == [1]  # not for the blank page, nor for the printed one


@pytest.mark.parametrize("code", ["sys.exit(1)", "print('level')", "print('\\0\\t' * 99)", "pass"])
def test_a_program_that_fails_leaves_the_page_unread(
    make_program: Callable[[str], str], code: str
) -> None:
    document = load_pdf(
        draw_pdf(DRAWN, PRINTED), "x.pdf", Recogniser(make_program(code), lambda: None)
    )
    assert document.text == "Printed."
    (notice,) = document.notices
    assert notice.message.endswith("it is a scan or a drawing; nothing was recognised there")


def test_a_program_that_takes_too_long_is_ended(
    make_program: Callable[[str], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "PAGE_SECONDS", 0.2)
    program = make_program("import time; time.sleep(60)")
    with pytest.raises(LoadError, match="no text"):
        load_pdf(draw_pdf(DRAWN), "x.pdf", Recogniser(program, lambda: None))


def test_a_picture_with_a_stamp_on_it_is_a_scan(make_program: Callable[[str], str]) -> None:
    stamp = draw_page([("Scanned by Orm", 60, 20)], [])
    content = write_pdf([Page(draw_picture(0, 0, 595, 842) + stamp)])
    (notice,) = load_pdf(content, "x.pdf").notices
    assert (notice.code, notice.pages) == ("pages_without_text", (1,))
    program = make_program(f"sys.stdin.buffer.read(); print({TABLE!r})")
    document = load_pdf(content, "x.pdf", Recogniser(program, lambda: None))
    assert document.text == "Rent: 900\n\nScanned by Orm"
    assert [document.text[slice(*span)] for span in document.recognised] == ["Rent: 900"]


def test_no_more_pages_are_recognised_than_the_limit(make_program: Callable[[str], str]) -> None:
    program = make_program(f"sys.stdin.buffer.read(); print({TABLE!r})")
    limited = Recogniser(program, lambda: None, pages_left=1)
    document = load_pdf(draw_pdf(DRAWN, DRAWN), "x.pdf", limited)
    unread, recognised = document.notices
    assert (unread.pages, recognised.pages) == ((2,), (1,))
    assert unread.message.endswith(f"no more than {limits.RECOGNISED_PAGES} pages of a file "
                                   "are recognised")  # fmt: skip


def test_each_recognised_page_gives_the_worker_more_time(
    make_program: Callable[[str], str], tmp_path: Path
) -> None:
    program = make_program(f"sys.stdin.buffer.read(); print({TABLE!r})")
    path = tmp_path / "x.pdf"
    path.write_bytes(draw_pdf(DRAWN, DRAWN))
    with Worker(tesseract=program) as worker:
        (document,) = worker.load(path, "x.pdf")
    assert isinstance(document, Document)
    assert document.text == "Rent: 900\n\nRent: 900"


def test_a_worker_cannot_ask_for_time_for_ever(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    code = f"import sys\nwhile True: sys.stdout.buffer.write({MORE_TIME!r})"

    def start(worker: Worker) -> "subprocess.Popen[bytes]":
        worker._process = subprocess.Popen(
            [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )  # fmt: skip
        return worker._process

    monkeypatch.setattr(Worker, "_start", start)
    with Worker() as worker:
        (refusal,) = worker.load(tmp_path / "x.pdf", "x.pdf")
    assert isinstance(refusal, LoadError)


def test_switching_it_on_reads_the_files_anew() -> None:
    without, with_it = (Inputs.of("c", "fake", "packaged", (), ocr=ocr) for ocr in (False, True))
    assert without.loading != with_it.loading
    assert without.splitting == with_it.splitting


def test_a_citation_says_that_its_quote_was_recognised() -> None:
    document = Document(
        "a.pdf", "A", "Printed. Rent: 900.", recognised=((9, 19),), page_starts=(0,)
    )
    passage = Passage(document, 0, 0, 19, "", ((0, 8), (9, 19)))
    printed, scanned = (_render_citation(1, cite(passage, *span)) for span in passage.sentences)
    assert (printed.recognised, scanned.recognised) == (False, True)
    shown = TextWriter().citation(Quote((scanned,)), shown=False)
    assert re.search("characters 9-19, recognised text: may contain errors", shown)
    assert "recognised" not in TextWriter().citation(Quote((printed,)), shown=False)


class FakeRecogniser(Recogniser):
    """Recognises the words that it is given."""

    def __init__(self, table: str) -> None:
        super().__init__("", lambda: None)
        self.table = table

    def recognise(self, picture: bytes, dots_per_inch: int) -> str:  # noqa: ARG002
        return self.table


numbers = st.integers(-10, 4000).map(str) | st.sampled_from(["", "x", "1e9", "nan", "inf"])
recognised_rows = st.lists(
    st.tuples(*[numbers] * 11, st.text(max_size=6)).map("\t".join), max_size=8
)


@given(recognised_rows)
def test_whatever_is_recognised_gives_a_valid_document_or_a_refusal(rows: list[str]) -> None:
    table = "\n".join([TABLE.partition("\n")[0], *rows])
    try:
        document = load_pdf(draw_pdf(DRAWN), "x.pdf", FakeRecogniser(table))
    except LoadError:
        return
    assert_valid(document)
