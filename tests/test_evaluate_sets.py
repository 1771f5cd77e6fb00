"""Question sets made by others: how they are read, and asked given or open."""

import gzip
import json
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from assistant.answer import Assistant
from assistant.cli import main
from assistant.errors import EvaluationError
from assistant.evaluate.header import Options
from assistant.evaluate.indexing import index_documents
from assistant.evaluate.plan import make_row, sample
from assistant.evaluate.reader_only import ask_reader, make_passage, open_reader_without_index
from assistant.evaluate.report import make_report, read_columns
from assistant.evaluate.rows import Header, QuestionsBody, Row
from assistant.questions.question import Evidence
from assistant.questions.sets import is_set, read_documents, read_set
from assistant.records import Calibration, Document, Passage, Reading, Span
from assistant.settings import Settings
from tests.conftest import write_tiny_model
from tests.evaluating import run_path, run_set

CONTEXT = "Quark glasses cost 9 yuan. Nobody knows why."
SQUAD = {
    "version": "v2.0",
    "data": [
        {
            "title": "Quark_glasses",
            "paragraphs": [
                {
                    "context": CONTEXT,
                    "qas": [
                        {
                            "id": "cost",
                            "question": "What do they cost?",
                            "answers": [
                                {"text": "9 yuan", "answer_start": 19},
                                {"text": "9 yuan", "answer_start": 19},
                                {"text": "9", "answer_start": 19},
                            ],
                            "is_impossible": False,
                        },
                        {
                            "id": "weigh",
                            "question": "What do they weigh?",
                            "answers": [],
                            "is_impossible": True,
                        },
                    ],
                },
                {
                    "context": "Rokid sold 5 pairs.",
                    "qas": [
                        {
                            "id": "sold",
                            "question": "How many pairs did Rokid sell?",
                            "answers": [{"text": "5", "answer_start": 11}],
                        }
                    ],
                },
            ],
        }
    ],
}


class PointingReader:
    """Points at the first of some words that a passage holds, with their scores."""

    name = "pointing"
    threshold = 0.5
    calibration: Calibration | None = None

    def __init__(self, words: dict[str, float]) -> None:
        self.words = words

    def read(self, question: str, passages: Sequence[Passage]) -> list[Reading]:
        return [Reading(passage, tuple(self._find(question, passage))) for passage in passages]

    def _find(self, question: str, passage: Passage) -> list[Span]:
        found = [
            Span(passage, start, start + len(word), score - ("weigh" in question))
            for word, score in self.words.items()
            if (start := passage.document.text.find(word)) >= 0
        ]
        return sorted(found, key=lambda span: -span.score)


@pytest.fixture
def squad(tmp_path: Path) -> Path:
    path = tmp_path / "set.json"
    path.write_text(json.dumps(SQUAD), encoding="utf-8")
    return path


@pytest.fixture(scope="session")
def tiny_reader_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("model") / "tiny"
    write_tiny_model(folder)
    return folder


@pytest.fixture
def lines(tmp_path: Path) -> Path:
    folder = tmp_path / "lines"
    folder.mkdir()
    documents = [{"id": "a", "title": "A", "text": CONTEXT}, {"id": "b", "text": "Rokid: 5."}]
    questions = [
        {"id": "1", "question": "Cost?", "answers": ["9 yuan"], "gold_doc_ids": ["a"],
         "answerable": True, "kind": "span"},
        {"id": "2", "question": "Weight?", "answers": ["40"], "gold_doc_ids": [],
         "answerable": False, "kind": "sum"},
    ]  # fmt: skip
    for name, items in (("corpus.jsonl", documents), ("questions.jsonl", questions)):
        text = "".join(json.dumps(item) + "\n" for item in items)
        (folder / f"{name}.gz").write_bytes(gzip.compress(text.encode()))
    return folder / "questions.jsonl.gz"


def test_a_squad_set_has_a_document_for_each_paragraph(squad: Path) -> None:
    found = read_set(squad)
    assert [(d.id, d.title, d.text) for d in found.documents] == [
        ("set.json/Quark_glasses/1", "Quark glasses", CONTEXT),
        ("set.json/Quark_glasses/2", "Quark glasses", "Rokid sold 5 pairs."),
    ]
    assert [(q.id, q.answers, q.document) for q in found.questions] == [
        ("cost", ("9 yuan", "9"), found.documents[0]),
        ("weigh", (), found.documents[0]),
        ("sold", ("5",), found.documents[1]),
    ]
    # Where any of the gold answers stands proves it.
    assert found.questions[0].evidence == (
        Evidence("set.json/Quark_glasses/1", ((19, 25), (19, 20)), ((0, 26),)),
    )
    assert [q.kind for q in found.questions] == ["fact", "none", "fact"]
    assert read_documents(squad) == found.documents
    with pytest.raises(EvaluationError, match="has no fields to choose by"):
        read_set(squad, where=["kind=span"])


def test_a_set_of_lines_has_its_corpus_beside_it(lines: Path) -> None:
    found = read_set(lines)
    assert [d.id for d in found.documents] == ["corpus.jsonl/a", "corpus.jsonl/b"]
    assert [(q.id, q.answers, q.document) for q in found.questions] == [
        ("1", ("9 yuan",), found.documents[0]),
        ("2", (), None),  # what is not answerable has no gold, whatever stands there
    ]
    assert [(q.kind, q.reason) for q in found.questions] == [("span", None), ("none", "sum")]
    for where, ids in (
        (["kind=span"], ["1"]),
        (["answerable=false"], ["2"]),
        (["kind=span", "kind=sum"], ["1", "2"]),  # either value of one field
    ):
        assert [q.id for q in read_set(lines, where=where).questions] == ids
    with pytest.raises(EvaluationError, match="holds no question where kind=span, id=2"):
        read_set(lines, where=["kind=span", "id=2"])  # both fields
    with pytest.raises(EvaluationError, match="--where 'kind' is not FIELD=VALUE"):
        read_set(lines, where=["kind"])
    lines.write_bytes(gzip.compress(b""))
    with pytest.raises(EvaluationError, match="holds no question: see"):
        read_set(lines)
    corpus = lines.with_name("corpus.jsonl.gz")
    assert [d.text for d in read_documents(corpus)] == [CONTEXT, "Rokid: 5."]


def test_what_is_a_set_is_known_by_its_name_and_place(squad: Path, lines: Path) -> None:
    assert is_set(squad)
    assert is_set(lines)
    alone = squad.with_name("questions.jsonl")
    alone.write_text("{}\n")
    assert not is_set(alone)
    assert not is_set(squad.parent)


@pytest.mark.parametrize(
    "line",
    [
        "{",
        '{"id": "1"}',
        "[]",
        '{"id": "1", "question": "?", "answers": [], "gold_doc_ids": ["z"]}',
    ],
    ids=["no JSON", "no question", "no object", "a document that is not there"],
)
def test_a_line_that_is_amiss_is_named(lines: Path, line: str) -> None:
    lines.write_bytes(gzip.compress(f"{line}\n".encode()))
    with pytest.raises(EvaluationError, match=r"questions\.jsonl\.gz line 1"):
        read_set(lines)


def read_given(path: Path, reader: PointingReader) -> list[Row]:
    return [
        make_row(one, ask_reader(one.question, [make_passage(one.document)], reader))
        for one in read_set(path).questions
        if one.document is not None
    ]


def test_given_paragraphs_are_answered_where_a_span_beats_no_answer(squad: Path) -> None:
    rows = read_given(squad, PointingReader({"9": 0.9, "Rokid": -0.2}))
    assert [
        (r.id, r.candidate, r.value, r.verdicts.abstained, r.verdicts.exact_match, r.verdicts.f1)
        for r in rows
    ] == [
        ("cost", "9", 0.9, False, 1.0, 1.0),
        ("weigh", "9", pytest.approx(-0.1), True, 1.0, 1.0),  # rightly not answered
        ("sold", "Rokid", -0.2, True, 0.0, 0.0),
    ]
    assert [r.verdicts.good for r in rows] == [True, True, False]
    assert [r.verdicts.candidate_right for r in rows] == [True, None, None]
    response = rows[0].response
    assert response is not None
    (citation,) = response.citations
    assert (citation.quote, citation.answer_start) == ("Quark glasses cost 9 yuan.", 19)
    header = Header(
        questions=QuestionsBody(name="s", sha256="", asked_of="given", questions=3),
        documents=2, index=None, reader=None, threshold=0.0, passages_read=1, seed=0, versions={},
    )  # fmt: skip
    report = make_report(header, read_columns(rows))
    values = {name: figure.value for name, figure in report.all.figures.items()}
    assert {name: value for name, value in values.items() if value is not None} == {
        "good": 0.6667,
        "right_and_cited": 0.5,
        "abstention_recall": 1.0,
        "right_of_answered": 1.0,
        "shown": 0.5,
        "right": 0.5,
        "cited": 0.5,
        "all_evidence_cited": 0.5,
        "answered": 0.3333,
        "exact_match": 0.6667,
        "f1": 0.6667,
        "f1_answerable": 0.5,
        "f1_unanswerable": 1.0,
        "exact_match_forced": 0.5,
        "f1_forced": 0.5,
        "evidence_in_passages": 1.0,
        "citation_validity": 1.0,
        "abstention_precision": 0.5,
        "abstention_f1": 0.6667,
        "wrongly_refused": 0.5,
        "auroc": 0.5,  # .9 is above -.1, -.2 is not
        "risk_coverage_area": 0.0,
    }


def test_a_reader_that_finds_nothing_has_abstained(squad: Path) -> None:
    rows = read_given(squad, PointingReader({}))
    assert [(row.candidate, row.value, row.verdicts.f1) for row in rows] == [
        (None, -20.0, 0.0), (None, -20.0, 1.0), (None, -20.0, 0.0),
    ]  # fmt: skip


def test_the_best_span_of_all_passages_of_a_document_is_taken() -> None:
    document = Document("a", "A", "Quark costs 9 yuan.\n\nRokid costs 5 yuan.")
    passages = [
        Passage(document, 0, 0, 19, "", ((0, 19),)), Passage(document, 1, 21, 40, "", ((21, 40),)),
    ]  # fmt: skip

    class Reader(PointingReader):
        def read(self, question: str, passages: Sequence[Passage]) -> list[Reading]:
            del question
            return [
                Reading(p, (Span(p, p.start, p.start + 5, float(p.number) - 0.5),))
                for p in passages
            ]

    answer = ask_reader("Who costs 5 yuan?", passages, Reader({}))
    assert (answer.text, answer.score) == ("Rokid", 0.5)
    assert [hit.passage for hit in answer.hits] == passages
    assert answer.citations[0].quote == "Rokid costs 5 yuan."


def test_an_open_set_is_asked_of_all_its_documents(
    squad: Path, tmp_path: Path, fake_models: None
) -> None:
    del fake_models
    found = read_set(squad)
    generation = index_documents(found.documents, tmp_path / "indexes", embedder="fake")
    again = index_documents(found.documents, tmp_path / "indexes", embedder="fake")
    assert again.manifest == generation.manifest
    reader = PointingReader({"9": 0.9, "5": 0.8})
    assistant = Assistant.of(generation, reader, Settings())
    rows, _ = run_set(assistant, found.questions, tmp_path / "run")
    assert [row.id for row in rows] == ["cost", "weigh", "sold"]
    assert [row.verdicts.recall_10 for row in rows] == [1.0, None, 1.0]
    for row in rows:
        assert row.response is not None
        assert {one.document_id for one in row.response.passages} == {
            "set.json/Quark_glasses/1",
            "set.json/Quark_glasses/2",
        }
    assert all(row.milliseconds for row in rows)


def test_a_sample_keeps_the_order_and_is_the_same_each_time(squad: Path) -> None:
    found = read_set(squad)
    asked = found.questions
    assert sample(asked, None) == sample(asked, 3) == list(asked)
    drawn = sample(found.questions, 2)
    assert drawn == sample(found.questions, 2)
    assert drawn == [one for one in found.questions if one in drawn]
    assert len(drawn) == 2


def test_the_command_reads_a_set_and_writes_rows_and_report(
    squad: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    opened: list[str] = []

    def open_fake(name: str) -> PointingReader:
        opened.append(name)
        return PointingReader({"9": 0.9})

    monkeypatch.setattr("assistant.evaluate.reader_only.open_model", open_fake)
    out = tmp_path / "out"
    assert main(["evaluate", str(squad), "--out", str(out)]) == 0
    assert opened == ["packaged"]
    printed = capsys.readouterr().out
    assert "3 questions, 2 documents, threshold 0.0" in printed
    header, *rows = [json.loads(line) for line in (out / "rows.jsonl").read_text().splitlines()]
    assert [row["id"] for row in rows] == ["cost", "weigh", "sold"]
    written = json.loads((out / "report.json").read_text())
    assert written["run"] == header
    assert (header["questions"]["asked_of"], header["threshold"]) == ("given", 0.0)
    assert header["reader"] == {"name": "pointing", "sha256": None, "calibrated": False}


def test_the_command_asks_a_sample_of_all_documents_at_a_threshold(
    squad: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    fake_models: None,
) -> None:
    del fake_models
    find: Callable[..., PointingReader] = lambda *_: PointingReader({"9": 0.9})  # noqa: E731
    monkeypatch.setattr("assistant.evaluate.reader_only.open_model", find)
    monkeypatch.setenv("ASSISTANT_INDEXES", str(tmp_path / "indexes"))
    arguments = ["evaluate", str(squad), "--json", "--sample", "2", "--threshold", "0.95"]
    arguments += ["--reader", "packaged"]
    assert main([*arguments, "--open", "--documents", str(squad)]) == 0
    written = json.loads(capsys.readouterr().out)
    assert written["run"]["questions"]["asked_of"] == "open"
    assert written["run"]["threshold"] == 0.95
    assert written["run"]["documents"] == 2  # the same file twice is the same documents
    assert written["all"]["figures"]["f1"][3] == 2
    assert written["all"]["figures"]["wrongly_refused"][0] == 1


def test_a_reader_that_is_not_packaged_reads_given_and_open_sets_of_one_index(
    squad: Path, tmp_path: Path, tiny_reader_model: Path, fake_models: None
) -> None:
    del fake_models
    settings = Settings(indexes=tmp_path / "indexes", reader=str(tiny_reader_model), threshold=-99)
    name, out = str(tiny_reader_model), tmp_path / "run"
    given, report = run_path(squad, settings, out)
    assert report.run.reader is not None
    assert (report.run.reader.name, report.run.questions.left_out) == (name, 0)
    asked, report = run_path(squad, settings, out, Options(opened=True))
    assert report.run.reader is not None
    assert (report.run.reader.name, report.run.questions.asked_of) == (name, "open")
    assert [row.id for row in given] == [row.id for row in asked] == ["cost", "weigh", "sold"]
    assert all(row.candidate for row in asked)
    with open_reader_without_index(str(tiny_reader_model)) as reader:
        assert reader.name == str(tiny_reader_model)


def test_questions_that_name_no_document_are_counted_where_one_is_given(
    lines: Path, tiny_reader_model: Path, tmp_path: Path
) -> None:
    rows, report = run_path(lines, Settings(reader=str(tiny_reader_model)), tmp_path / "run")
    assert [row.id for row in rows] == ["1"]
    assert report.run.questions.left_out == 1


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--sample", "0"], "a sample of 0 was asked for: give 1 or more"),
        (["--where", "kind=span"], "has no fields to choose by"),
        (["--documents", "more.json"], "more.json would not be read: ask with --open"),
        (["--open", "--reader-only"], "--open and --reader-only exclude each other"),
    ],
)
def test_an_option_that_would_do_nothing_is_refused(
    squad: Path, options: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["evaluate", str(squad), *options]) == 1
    assert message in capsys.readouterr().err
