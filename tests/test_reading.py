import gzip
import json
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest
from scipy.stats import mannwhitneyu

from assistant.answer import Assistant
from assistant.cli import main
from assistant.errors import EvaluationError
from assistant.evaluate.calibration import auroc, calibration_error, make_bins, trace_risk
from assistant.evaluate.given import ask_given, open_alone
from assistant.evaluate.header import Options
from assistant.evaluate.indexing import index_documents
from assistant.evaluate.plan import make_row, sample
from assistant.evaluate.questions import Piece
from assistant.evaluate.report import make_report, read_columns
from assistant.evaluate.rows import Header, QuestionsBody, Row
from assistant.evaluate.sets import is_set, read_documents, read_set
from assistant.records import Passage, Reading, Span, Weighing
from assistant.settings import Settings
from tests.conftest import write_tiny_model
from tests.evaluating import run_asked, run_path

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
    weighing: Weighing | None = None

    def __init__(self, words: dict[str, float]) -> None:
        self.words = words

    def read(self, question: str, passages: Sequence[Passage]) -> list[Reading]:
        return [
            Reading(passage, 0.0, 0.0, tuple(self._find(question, passage))) for passage in passages
        ]

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
    assert found.questions[0].evidence == (Piece("set.json/Quark_glasses/1", ((19, 25), (19, 20))),)
    assert [q.kind for q in found.questions] == ["what", "what", "how many"]
    assert read_documents(squad) == found.documents
    with pytest.raises(EvaluationError, match="has no fields to choose by"):
        read_set(squad, where="kind=span")


def test_a_set_of_lines_has_its_corpus_beside_it(lines: Path) -> None:
    found = read_set(lines)
    assert [d.id for d in found.documents] == ["corpus.jsonl/a", "corpus.jsonl/b"]
    assert [(q.id, q.answers, q.document) for q in found.questions] == [
        ("1", ("9 yuan",), found.documents[0]),
        ("2", (), None),  # what is not answerable has no gold, whatever stands there
    ]
    assert [q.id for q in read_set(lines, where="kind=span").questions] == ["1"]
    assert [q.id for q in read_set(lines, where="answerable=false").questions] == ["2"]
    with pytest.raises(EvaluationError, match="holds no question where kind=list"):
        read_set(lines, where="kind=list")
    lines.write_bytes(gzip.compress(b""))
    with pytest.raises(EvaluationError, match="holds no question: see"):
        read_set(lines)
    corpus = lines.with_name("corpus.jsonl.gz")
    assert [d.text for d in read_documents(corpus)] == [CONTEXT, "Rokid: 5."]


def test_what_is_a_set_is_told_by_its_name_and_place(squad: Path, lines: Path) -> None:
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


def read_given(path: Path, reader: PointingReader, threshold: float) -> list[Row]:
    return [
        make_row(one, ask_given(one.question, one.document, reader, threshold), None)
        for one in read_set(path).questions
        if one.document is not None
    ]


def test_given_paragraphs_are_read_whole_and_judged_at_the_threshold(squad: Path) -> None:
    rows = read_given(squad, PointingReader({"9": 0.9, "Rokid": 0.2}), 0.5)
    assert [
        (r.id, r.candidate, r.value, r.verdicts.abstained, r.verdicts.exact_match, r.verdicts.f1)
        for r in rows
    ] == [
        ("cost", "9", 0.9, False, 1.0, 1.0),
        ("weigh", "9", pytest.approx(-0.1), True, 1.0, 1.0),  # rightly not answered
        ("sold", "Rokid", 0.2, True, 0.0, 0.0),
    ]
    assert [r.verdicts.right for r in rows] == [True, True, False]
    assert [r.verdicts.candidate_right for r in rows] == [True, False, False]
    response = rows[0].response
    assert response is not None
    (citation,) = response.citations
    assert (citation.quote, citation.answer_start) == ("Quark glasses cost 9 yuan.", 19)
    header = Header(
        questions=QuestionsBody(name="s", sha256="", asked_of="given", questions=3),
        documents=2, index=None, reader=None, threshold=0.5, passages_read=1, seed=0, versions={},
    )  # fmt: skip
    report = make_report(header, read_columns(rows, calibrated=False))
    values = {name: figure.value for name, figure in report.all.figures.items()}
    assert {name: value for name, value in values.items() if value is not None} == {
        "right": 0.6667,
        "right_and_cited": 0.5,
        "exact_match": 0.6667,
        "f1": 0.6667,
        "f1_answerable": 0.5,
        "f1_unanswerable": 1.0,
        "exact_match_forced": 0.5,
        "f1_forced": 0.5,
        "evidence_in_citations": 0.5,
        "evidence_in_passages": 1.0,
        "citation_precision": 1.0,
        "citation_validity": 1.0,
        "abstention_precision": 0.5,
        "abstention_recall": 1.0,
        "abstention_f1": 0.6667,
        "wrongly_refused": 0.5,
        "wrong_of_answered": 0.0,
        "auroc": 1.0,
        "risk_coverage_area": round((0 + 1 / 2 + 2 / 3) / 3, 4),
    }


def test_a_reader_that_finds_nothing_has_abstained(squad: Path) -> None:
    rows = read_given(squad, PointingReader({}), 0.0)
    assert [(row.candidate, row.value, row.verdicts.f1) for row in rows] == [
        (None, None, 0.0), (None, None, 1.0), (None, None, 0.0),
    ]  # fmt: skip


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
    rows, _ = run_asked(assistant, found.questions, tmp_path / "run")
    # It points at the 9 of whatever document is read: the last question's answer is wrong.
    assert [(row.id, row.candidate, row.verdicts.candidate_right) for row in rows] == [
        ("cost", "9", True), ("weigh", "9", False), ("sold", "9", False),
    ]  # fmt: skip
    assert [row.verdicts.evidence_in_citations for row in rows] == [1.0, None, 0.0]
    assert [row.verdicts.recall_10 for row in rows] == [1.0, None, 1.0]
    assert rows[2].response is not None
    assert rows[2].response.citations[0].document_id == "set.json/Quark_glasses/1"
    assert all(row.milliseconds for row in rows)


def test_a_sample_keeps_the_order_and_is_the_same_each_time(squad: Path) -> None:
    found = read_set(squad)
    asked = found.questions
    assert sample(asked, None) == sample(asked, 3) == list(asked)
    drawn = sample(found.questions, 2)
    assert drawn == sample(found.questions, 2)
    assert drawn == [one for one in found.questions if one in drawn]
    assert len(drawn) == 2


def test_bins_have_equal_mass_and_tell_mean_and_share() -> None:
    sure = [n / 30 for n in range(30)]
    right = [float(n % 2) for n in range(30)]
    bins = make_bins(sure[::-1], right[::-1])
    assert [b.n for b in bins] == [2] * 15
    assert [b.confidence for b in bins] == [round((4 * n + 1) / 60, 4) for n in range(15)]
    assert {b.right for b in bins} == {0.5}


def test_the_calibration_error_is_the_mean_distance_of_bins() -> None:
    sure = [0.9] * 15 + [0.2] * 15
    right = [1.0] * 15 + [0.0] * 15
    figure = calibration_error(sure, right)
    # 15 bins of 2: seven at .2, one mixed, seven at .9
    mixed = abs((0.2 + 0.9) / 2 - 0.5)
    assert figure.value == round((7 * 0.2 + mixed + 7 * 0.1) / 15, 4)
    assert figure.n == 30
    assert calibration_error([], []).value is None
    assert calibration_error([1.0, 0.0] * 15, [1.0, 0.0] * 15).value == 0


def test_auroc_is_that_of_mann_and_whitney() -> None:
    random = np.random.default_rng(0)
    values = random.integers(0, 20, 200) / 20  # with ties
    positive = random.random(200) < 0.3 + 0.4 * values
    statistic = mannwhitneyu(values[positive], values[~positive]).statistic
    expected = statistic / (positive.sum() * (~positive).sum())
    figure = auroc(values.tolist(), positive.astype(float).tolist())
    assert figure.value == round(float(expected), 4)
    assert figure.low is not None
    assert figure.high is not None
    assert figure.low < figure.value < figure.high
    assert auroc([0.1, 0.2], [1.0, 1.0]).value is None


def test_risk_is_traced_from_the_surest_on() -> None:
    sure = [n / 20 for n in range(20)]
    right = [0.0] * 10 + [1.0] * 10
    points = trace_risk(sure, right)
    assert len(points) == 20
    assert (points[9].coverage, points[9].risk, points[9].threshold) == (0.5, 0.0, 0.5)
    assert (points[19].coverage, points[19].risk, points[19].threshold) == (1.0, 0.5, 0.0)


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

    monkeypatch.setattr("assistant.evaluate.given.open_model", open_fake)
    out = tmp_path / "out"
    assert main(["evaluate", str(squad), "--out", str(out)]) == 0
    assert opened == ["packaged"]
    printed = capsys.readouterr().out
    assert "3 questions, 2 documents, threshold 0.5" in printed
    header, *rows = [json.loads(line) for line in (out / "rows.jsonl").read_text().splitlines()]
    assert [row["id"] for row in rows] == ["cost", "weigh", "sold"]
    written = json.loads((out / "report.json").read_text())
    assert written["run"] == header
    assert (header["questions"]["asked_of"], header["threshold"]) == ("given", 0.5)
    assert header["reader"] == {"name": "pointing", "sha256": None, "calibrated": False}
    assert main(["evaluate", str(squad), "--reader", "sentence"]) == 1
    assert "ask with --open" in capsys.readouterr().err


@pytest.mark.parametrize("opened", [False, True])
def test_the_command_asks_a_sample_at_a_threshold(
    squad: Path,
    tmp_path: Path,
    opened: bool,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    fake_models: None,
) -> None:
    del fake_models
    find: Callable[..., PointingReader] = lambda *_: PointingReader({"9": 0.9})  # noqa: E731
    monkeypatch.setattr("assistant.evaluate.given.open_model", find)
    monkeypatch.setenv("ASSISTANT_INDEXES", str(tmp_path / "indexes"))
    arguments = ["evaluate", str(squad), "--json", "--sample", "2", "--threshold", "0.95"]
    arguments += ["--reader", "packaged"]
    assert main([*arguments, *(["--open", "--documents", str(squad)] if opened else [])]) == 0
    written = json.loads(capsys.readouterr().out)
    assert written["run"]["questions"]["asked_of"] == ("open" if opened else "given")
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
    given, told = run_path(squad, settings, out)
    assert told.run.reader is not None
    assert (told.run.reader.name, told.run.questions.left_out) == (name, 0)
    asked, told = run_path(squad, settings, out, Options(opened=True))
    assert told.run.reader is not None
    assert (told.run.reader.name, told.run.questions.asked_of) == (name, "open")
    assert [row.id for row in given] == [row.id for row in asked] == ["cost", "weigh", "sold"]
    assert all(row.candidate for row in asked)
    sentences = settings.model_copy(update={"reader": "sentence", "threshold": 0})
    _, told = run_path(squad, sentences, out, Options(opened=True))
    assert told.run.reader is not None
    assert told.run.reader.name == "sentence"
    with open_alone(str(tiny_reader_model)) as reader:
        assert reader.name == str(tiny_reader_model)
    with pytest.raises(EvaluationError, match="ask with --open"), open_alone("sentence"):
        pass


def test_questions_that_name_no_document_are_counted_where_one_is_given(
    lines: Path, tiny_reader_model: Path, tmp_path: Path
) -> None:
    rows, told = run_path(lines, Settings(reader=str(tiny_reader_model)), tmp_path / "run")
    assert [row.id for row in rows] == ["1"]
    assert told.run.questions.left_out == 1


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--sample", "0"], "a sample of 0 was asked for: give 1 or more"),
        (["--where", "kind=span"], "has no fields to choose by"),
        (["--documents", "more.json"], "more.json would not be read: ask with --open"),
    ],
)
def test_an_option_that_would_do_nothing_is_refused(
    squad: Path, options: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["evaluate", str(squad), *options]) == 1
    assert message in capsys.readouterr().err
