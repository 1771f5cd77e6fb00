"""A question becomes an Answer.

check_question  an invalid question is refused
understand      a follow-up is understood with the questions before it
Answerer        finds the answer, in the documents that a filter leaves
suggest         questions that the index answers, to ask next
writer          optionally, a language model rephrases the answer within what it cites
"""

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache, partial
from pathlib import Path
from typing import Self

from assistant.answer.answerer import Answerer, Listener, ignore
from assistant.answer.explain import Explanation
from assistant.answer.finder import Finder
from assistant.answer.followup import Understood, understand
from assistant.answer.question import TOP_K, check_previous, check_question
from assistant.answer.suggest.choosing import choose_suggestions, is_confident
from assistant.answer.writer import Writer, open_writer
from assistant.deadline import check_deadline
from assistant.embed.sharing import share
from assistant.errors import IndexMismatchError, SettingError
from assistant.index.generation import Generation
from assistant.index.local import LocalStore
from assistant.index.store import Store, open_store
from assistant.read import FOLDER, PACKAGED, PACKAGED_SHA256, Reader, open_model
from assistant.records import ALL_DOCUMENTS, Answer, Document, DocumentFilter, Hit, Source, Tried
from assistant.settings import Settings, read_settings

CACHED_FILTERS = 8  # each with a lexical index of its own in memory
CACHED_TRIES = 1024  # suggestions that were tried while serving


@dataclass(frozen=True, slots=True)
class Assistant:
    """Answers questions from one generation of an index. Threads may share it."""

    generation: Generation
    reader: Reader
    threshold: float
    passages_read: int  # for every question, at least
    writer: Writer | None
    _answerer_of: Callable[[DocumentFilter], Answerer]
    _is_sure: Callable[[DocumentFilter, date, str], bool]
    _model_runs: threading.Semaphore

    @classmethod
    def open(
        cls, index: str | Path | Store | None = None, *, settings: Settings | None = None
    ) -> Self:
        """Open an index: its folder or store, or the one the settings name.

        Raises IndexAbsentError, IndexDamagedError, IndexMismatchError, ReaderError, SettingError,
        StoreError, ExtraAbsentError.
        """
        chosen = settings or read_settings()
        if index is None:
            index = open_store(chosen)
        store = LocalStore(Path(index)) if isinstance(index, str | Path) else index
        generation = store.open()
        return cls.of(generation, open_reader(chosen.reader, generation), chosen)

    @classmethod
    def of(cls, generation: Generation, reader: Reader, settings: Settings) -> Self:
        """An assistant from a generation and a reader that are open already.

        Raises SettingError, and ExtraAbsentError.
        """
        threshold = choose_threshold(reader, settings)
        # One that a person chose holds for every question.
        of_group = reader.calibration.thresholds if reader.calibration is not None else {}
        thresholds = of_group if settings.threshold is None else {}
        passages_read = settings.passages_read

        def make(within: DocumentFilter) -> Answerer:
            restricted = generation.restrict(within)
            return Answerer.of(
                restricted,
                reader,
                threshold=threshold,
                thresholds=thresholds,
                passages_read=passages_read,
            )

        whole, make_cached = make(ALL_DOCUMENTS), lru_cache(maxsize=CACHED_FILTERS)(make)

        def get_answerer(within: DocumentFilter) -> Answerer:
            return whole if within == ALL_DOCUMENTS else make_cached(within)

        @lru_cache(maxsize=CACHED_TRIES)
        def is_sure(within: DocumentFilter, as_of: date, question: str) -> bool:
            asked = Understood(question, question)
            return is_confident(get_answerer(within).answer(asked, 1, as_of)[0])

        return cls(
            generation,
            reader,
            threshold,
            passages_read,
            open_writer(settings),
            get_answerer,
            is_sure,
            # More than there are cores would only wait for each other.
            threading.Semaphore(settings.answers_at_once),
        )

    def ask(
        self,
        question: str,
        *,
        previous: Sequence[str] = (),
        within: DocumentFilter = ALL_DOCUMENTS,
        top_k: int = TOP_K,
        as_of: date | None = None,
    ) -> Answer:
        """Answer a question, or abstain; `top_k` passages come with it (1 to 50).

        `previous` are the questions before it, the latest last: a follow-up is understood with
        them. Only the documents that `within` selects are asked. `as_of` is the day that "this
        year" and "latest" refer to; None is today. Neither `top_k` nor the load changes the answer:
        how many passages are read depends only on the kind of the question. Where the settings name
        a language model, it may have rephrased the answer: see `Answer.to_extractive`. Raises
        QuestionError, FilterError.
        """
        return self.explain(question, previous=previous, within=within, top_k=top_k, as_of=as_of)[0]

    def explain(
        self,
        question: str,
        *,
        previous: Sequence[str] = (),
        within: DocumentFilter = ALL_DOCUMENTS,
        top_k: int = TOP_K,
        as_of: date | None = None,
        listen: Listener = ignore,
    ) -> tuple[Answer, Explanation]:
        """The same answer as `ask`, and how it was found. Raises what `ask` raises.

        `listen` is called with the passages as soon as they are retrieved, and with the answer as
        soon as it is found: before a language model rephrases it.
        """
        asked = check_question(question, top_k=top_k)
        before, within = check_previous(previous), within.normalise()
        day = as_of or date.today()
        with self._model_runs:
            check_deadline()
            answerer = self._answerer_of(within)
            finder = answerer.finder
            understood = understand(asked, before, finder.knows, finder.rename_player)
            answer, explanation = answerer.answer(understood, top_k, day, listen)
            answer = replace(answer, question=asked, carried=understood.carried, within=within)
            # Suggestions were tried as questions that stand by themselves.
            suggestions = choose_suggestions(
                answer,
                replace(explanation, threshold=self.threshold),
                answerer.generation.catalog,
                previous=before,
                is_sure=None if self._holds(answerer) else partial(self._is_sure, within, day),
            )
        answer = replace(answer, suggestions=suggestions)
        listen(answer)
        if self.writer is not None and answer.parts:
            answer = self.writer.rephrase(answer)
        return answer, explanation

    def search(
        self, query: str, *, within: DocumentFilter = ALL_DOCUMENTS, top_k: int = TOP_K
    ) -> list[Hit]:
        """The passages nearest to a query, best first: found by their vectors and words, not read.

        `top_k` is how many, 1 to 50. Raises QuestionError, FilterError.
        """
        asked, within = check_question(query, top_k=top_k), within.normalise()
        with self._model_runs:
            return self._answerer_of(within).finder.retrieve(asked, top_k)[:top_k]

    def without_writer(self) -> Self:
        """The same assistant, whose answers no language model rephrases."""
        return replace(self, writer=None)

    def _holds(self, answerer: Answerer) -> bool:
        """Whether suggestions were tried as they would be answered: by the same reader, from as
        many passages, and from all documents or the one that a filter leaves.
        """
        manifest, catalog = self.generation.manifest, answerer.generation.catalog
        if manifest.tried != Tried(self.reader.name, self.passages_read):
            return False
        if answerer.generation is self.generation:
            return True
        # Of a document with the text of another, the other one was tried.
        is_one = catalog.documents == 1
        return is_one and bool(
            self.generation.catalog.suggestions_in(catalog.list_documents()[0].id)
        )

    def document(self, document_id: str) -> Document:
        """A document of the index. Raises DocumentUnknownError."""
        return self.generation.catalog.document(document_id)

    def close(self) -> None:
        """Close the files of the index; nothing can be asked any more."""
        self.generation.close()

    @property
    def finder(self) -> Finder:
        return self._answerer_of(ALL_DOCUMENTS).finder

    @property
    def source(self) -> Source:
        return self._answerer_of(ALL_DOCUMENTS).source


def choose_threshold(reader: Reader, settings: Settings) -> float:
    """The threshold in force: that of the settings, else the reader's own.

    Raises SettingError for one that is no confidence, if the reader is calibrated.
    """
    if settings.threshold is None:
        return reader.threshold
    if reader.calibration is not None:
        check_confidence(settings.threshold, reader.name)
    return settings.threshold


def check_confidence(threshold: float, reader: str) -> None:
    """Refuse a threshold that is no confidence of a calibrated reader. Raises SettingError."""
    if not 0 <= threshold <= 1:
        raise SettingError(
            f"setting threshold is {threshold:g}, and reader {reader} gives confidences",
            hint="give 0 to 1 (ASSISTANT_THRESHOLD)",
        )


def open_reader(name: str, generation: Generation) -> Reader:
    """The reader that a setting names: the packaged one, or the one in a generation.

    Raises IndexMismatchError, ReaderError.
    """
    if name == PACKAGED:
        return share(open_model, name, (PACKAGED_SHA256,))
    if generation.manifest.reader != name:
        raise IndexMismatchError(
            f"index {generation.name} was built without reader {name}",
            hint=f"run `assistant index --reader {name}`",
        )
    folder, digests = str(generation.folder / FOLDER), generation.manifest.list_digests(FOLDER)
    return share(open_model, folder, digests)
