"""What an update keeps of the questions to suggest, and what it asks again."""

from collections.abc import Callable
from pathlib import Path

import pytest

from assistant.answer import Assistant
from assistant.answer.suggest.trying import choose_questions
from assistant.build import build_index
from assistant.index.generation import Generation
from assistant.records import Answer, ChosenQuestions, KeptQuestions, Suggestion, Tried
from assistant.settings import Settings
from tests.reading import TermsReader

TRIED = Tried("fake", 10)
FERRY = Suggestion(0, "How much does the ferry Ann cost?", "price", "5 euros", 0.9)
MUSEUM = Suggestion(1, "When was the museum opened?", "when", "May 1924", 0.9)
SETTINGS = Settings(threshold=0.0)


class Choosing:
    """Stands for what asks questions; it finds those of `found`."""

    def __init__(self, *found: Suggestion) -> None:
        self.found = found
        self.kept: list[KeptQuestions | None] = []

    def __call__(
        self, _generation: Generation, _track: object, kept: KeptQuestions | None
    ) -> ChosenQuestions:
        self.kept.append(kept)
        before = () if kept is None else kept.chosen.suggestions
        suggestions = tuple(sorted((*before, *self.found)))
        untried = 0 if kept is None else kept.chosen.untried
        return ChosenQuestions(tuple(one.text for one in suggestions), suggestions, TRIED, untried)


@pytest.fixture
def corpus(tmp_path: Path, fake_models: None, monkeypatch: pytest.MonkeyPatch) -> Path:
    del fake_models
    monkeypatch.setattr("assistant.index.samples.MOST_TRIED", 1)  # of all passages
    folder = tmp_path / "corpus"
    folder.mkdir()
    (folder / "b.txt").write_text("The ferry Ann costs 5 euros.")
    (folder / "c.txt").write_text("The museum was opened in May 1924.")
    build(folder, Choosing(FERRY, MUSEUM))
    return folder


def build(
    corpus: Path,
    choosing: Callable[[Generation, object, KeptQuestions | None], ChosenQuestions],
    tried: Tried = TRIED,
) -> Generation:
    index = corpus.parent / "index"
    assert build_index(corpus, index, embedder="fake", choose_questions=choosing, tried=tried).built
    return Generation.open(index)


def list_suggestions(generation: Generation) -> list[Suggestion]:
    return generation.catalog.suggestions_of(range(generation.catalog.passages))


def test_suggestions_of_unchanged_passages_are_kept_without_asking(corpus: Path) -> None:
    (corpus / "a.txt").write_text("Nothing here is near any of them.")
    generation = build(corpus, choosing := Choosing())
    assert choosing.kept == []
    assert list_suggestions(generation) == [
        FERRY._replace(passage=1),
        MUSEUM._replace(passage=2),
    ]
    assert generation.catalog.sample_questions == (FERRY.text, MUSEUM.text)
    manifest = generation.manifest
    assert (manifest.suggestions, manifest.tried, manifest.untried) == (2, TRIED, 1)


def test_suggestions_of_what_is_gone_are_dropped(corpus: Path) -> None:
    (corpus / "b.txt").unlink()
    generation = build(corpus, choosing := Choosing())
    assert choosing.kept == []
    assert list_suggestions(generation) == [MUSEUM._replace(passage=0)]
    assert generation.catalog.sample_questions == (MUSEUM.text,)
    (corpus / "c.txt").write_text("It was closed.")
    assert list_suggestions(build(corpus, Choosing())) == []


def test_what_a_changed_passage_is_near_to_is_asked_again(corpus: Path) -> None:
    (corpus / "d.txt").write_text("A ferry may cost more.")
    generation = build(corpus, choosing := Choosing())
    (kept,) = choosing.kept
    assert kept is not None
    assert (kept.again, kept.chosen.suggestions) == ((FERRY,), (MUSEUM,))
    assert list_suggestions(generation) == [MUSEUM], "not answered any more"
    (corpus / "c.txt").write_text("The museum was opened in June 1925.")
    build(corpus, choosing := Choosing(MUSEUM))
    assert choosing.kept == [], "its passage is gone, so there is nothing to ask"


def test_new_passages_are_due_as_many_tries_as_others(
    corpus: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("assistant.index.samples.MOST_TRIED", 2)
    (corpus / "d.txt").write_text("Nothing here is near any of them.")
    build(corpus, choosing := Choosing())
    assert choosing.kept == [], "one passage of 3, where 3 get 2 tries"
    (corpus / "e.txt").write_text("Nothing is near to this one.")
    generation = build(corpus, choosing)
    (kept,) = choosing.kept
    assert kept is not None
    assert (kept.again, kept.tries, kept.new) == ((), 1, frozenset({"e.txt"})), "2 of 4"
    assert generation.manifest.untried == 0


@pytest.mark.parametrize("tried", [TRIED._replace(passages_read=11), Tried("other", 10)])
def test_what_was_tried_in_another_way_is_tried_again(corpus: Path, tried: Tried) -> None:
    (corpus / "a.txt").write_text("Nothing here is near any of them.")
    build(corpus, choosing := Choosing(), tried)
    assert choosing.kept == [None]


def test_only_what_is_near_and_what_is_new_is_asked(
    corpus: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("assistant.answer.suggest.trying.open_reader", lambda *_: TermsReader())
    (corpus / "d.txt").write_text("The ferry Bob costs 6 euros. The west wing closed in May 2019.")
    generation = build(corpus, Choosing())
    asked: list[str] = []
    ask = Assistant.ask

    def spy(assistant: Assistant, question: str, **more: object) -> Answer:
        asked.append(question)
        return ask(assistant, question, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(Assistant, "ask", spy)
    kept = KeptQuestions(
        ChosenQuestions((MUSEUM.text,), (MUSEUM,), TRIED, 7), (FERRY,), 1, frozenset({"d.txt"})
    )
    chosen = choose_questions(generation, iter, kept, settings=SETTINGS)
    assert set(asked) == {FERRY.text, "How much does the ferry Bob cost?"}
    assert {one.text for one in chosen.suggestions} == {MUSEUM.text, *asked}
    assert chosen.samples[0] == MUSEUM.text
    assert chosen.untried == 7
    gone = kept._replace(again=(FERRY._replace(text="How much does the ferry Eve cost?"),), tries=0)
    assert choose_questions(generation, iter, gone, settings=SETTINGS).suggestions == (MUSEUM,)
