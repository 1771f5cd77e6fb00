"""Files of real producers are asked as they are served: loaders and models are the real ones.

pdfTeX, LibreOffice, Chromium, ReportLab, python-docx, openpyxl, python-pptx, pandoc and Python's
email package made the files in tests/data/files. The questions were written from what a person
sees in them, by somebody who did not know the loaders.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest

from assistant.answer import Assistant
from assistant.build import build_index
from assistant.evaluate.judge import judge
from assistant.load.recogniser import find_program
from assistant.questions.index_questions import locate, read_index_questions
from tests.conftest import ROOT

FILES = ROOT / "tests" / "data" / "files"
QUESTIONS = ROOT / "tests" / "data" / "file_questions.jsonl"
SCANNED = "lift-2"  # asks for what is on a page that is a picture
# The text is right in all of these; most guesses are, too, but not sure enough.
NOT_RIGHT = {
    "bus-1", "bus-3", "bus-4", "tide-3", "lift-3", "cold-1", "cold-2", "cold-4", "samphire-2",
    "coop-1", "kiln-1", "ferry-2",
}  # fmt: skip
PARTLY_READ = {
    "cold_storage_agreement.docx": ["hidden_text"],
    "goods_lift_inspection.pdf": ["recognised" if find_program() else "pages_without_text"],
    "samphire_pilot.pptx": ["hidden_parts"],
    "theatre_season_accounts.xlsx": ["hidden_parts", "formulas_without_value"],
    "toy_recall.eml": ["attachments"],
}


@pytest.fixture(scope="module")
def assistant(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Assistant]:
    index: Path = tmp_path_factory.mktemp("files") / "files"
    build_index(FILES, index, embedder="packaged", ocr=True)
    assistant = Assistant.open(index)
    yield assistant
    assistant.generation.close()


def test_what_could_not_be_read_is_reported(assistant: Assistant) -> None:
    catalog = assistant.generation.catalog
    found = {
        document_id: [notice.code for notice in notices]
        for document_id, notices in catalog.notices.items()
    }
    assert found == PARTLY_READ
    assert catalog.skipped == ()


def test_questions_about_real_files_are_answered_as_served(assistant: Assistant) -> None:
    lines = [
        line
        for line in read_index_questions(QUESTIONS)
        if find_program() is not None or line.id != SCANNED
    ]
    wrong, invented = set(), set()
    for question in locate(lines, assistant.document):
        answer = assistant.ask(question.question)
        if not judge(question, answer).good:
            wrong.add(question.id)
            if answer.status == "answered":
                invented.add(question.id)
    assert wrong <= NOT_RIGHT
    assert invented <= {"cold-2"}
