"""The suggestions after answers about many documents, each asked in turn.

    python -m tests.benchmarks.suggesting FOLDER...
    python -m tests.benchmarks.suggesting --texts path/to/corpus.jsonl.gz

Indexes of the shipped article, and of ten documents of the development set, each document alone and
all together, where questions are asked inside each document as well; also of each FOLDER of
documents, and of 100 documents of a file of texts. Asks questions about each (those written for it,
with and without an answer; else its own samples), and each suggestion that is shown. Prints how
many are answered with confidence, and the time of the processor.
"""

import argparse
import json
import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from types import MappingProxyType
from typing import NamedTuple

from assistant.answer import Assistant
from assistant.answer.suggest.choosing import is_confident
from assistant.answer.suggest.trying import choose_questions
from assistant.build import build_index
from assistant.index.generation import Generation
from assistant.index.progress import Track
from assistant.questions.handwritten import QUESTIONS_FOLDER, read_set_documents, read_set_questions
from assistant.questions.index_questions import read_index_questions
from assistant.questions.sets import read_documents
from assistant.records import (
    ALL_DOCUMENTS,
    ChosenQuestions,
    Document,
    DocumentFilter,
    KeptQuestions,
)
from assistant.settings import Settings

ROOT = Path(__file__).parents[2]
ARTICLE_QUESTIONS = ROOT / "tests" / "data" / "article_questions.jsonl"
DOCUMENTS, QUESTIONS, INSIDE, TEXTS = 10, 20, 5, 100


class Collection(NamedTuple):
    """Documents and questions about them."""

    name: str
    corpus: Path
    questions: Sequence[str]
    inside: Mapping[DocumentFilter, Sequence[str]] = MappingProxyType({})


def write_corpus(folder: Path, documents: Sequence[Document]) -> Path:
    folder.mkdir(parents=True)
    lines = (
        {"id": document.id, "title": document.title, "text": document.text}
        | ({"date": document.published.isoformat()} if document.published else {})
        for document in documents
    )
    text = "".join(f"{json.dumps(line)}\n" for line in lines)
    (folder / "documents.jsonl").write_text(text, encoding="utf-8")
    return folder


def list_collections(folder: Path) -> Iterator[Collection]:
    """The shipped article, and documents of the development set, each alone and all together."""
    article = [line.question for line in read_index_questions(ARTICLE_QUESTIONS)]
    yield Collection("article", ROOT / "corpus", sample(article))
    written: dict[str, list[str]] = defaultdict(list)
    for question in read_set_questions(QUESTIONS_FOLDER, split="dev"):
        written[question.document].append(question.question)
    documents: list[Document] = []
    # Every ninth of the 94: of both sources, and of many genres.
    for one in read_set_documents(QUESTIONS_FOLDER, split="dev")[::9][:DOCUMENTS]:
        document = Document(one.id, one.title, one.text, one.date)
        documents.append(document)
        corpus = write_corpus(folder / one.id, [document])
        yield Collection(one.id, corpus, sample(written[one.id]))
    together = [question for one in documents for question in sample(written[one.id])]
    inside = {
        DocumentFilter((f"documents.jsonl/{one.id}",)): sample(written[one.id])[:INSIDE]
        for one in documents
    }
    corpus = write_corpus(folder / "together", documents)
    yield Collection("together", corpus, sample(together), inside)


def sample(questions: Sequence[str]) -> list[str]:
    return Random(0).sample(questions, min(QUESTIONS, len(questions)))


def open_over(collection: Collection, folder: Path, settings: Settings) -> Assistant:
    index = folder / "indexes" / collection.name

    def choose(generation: Generation, track: Track, kept: KeptQuestions | None) -> ChosenQuestions:
        began = time.process_time()
        chosen = choose_questions(generation, track, kept, settings=settings)
        TOTAL["choosing"] += round(1000 * (time.process_time() - began))
        return chosen

    began = time.process_time()
    build_index(collection.corpus, index, embedder=settings.embedder, choose_questions=choose)
    TOTAL["building"] += round(1000 * (time.process_time() - began))
    TOTAL["passages"] += Generation.open(index).manifest.passages
    return Assistant.open(index, settings=settings)


def measure(collection: Collection, folder: Path, settings: Settings, *, shows: bool) -> None:
    assistant = open_over(collection, folder, settings)
    catalog = assistant.generation.catalog
    questions = collection.questions or catalog.sample_questions
    click(assistant, collection.name, {ALL_DOCUMENTS: questions}, shows=shows)
    if collection.inside:
        click(assistant, f"{collection.name}, inside", collection.inside, shows=shows)
    assistant.generation.close()


def click(
    assistant: Assistant,
    name: str,
    asked_within: Mapping[DocumentFilter, Sequence[str]],
    *,
    shows: bool,
) -> None:
    """Ask questions inside filters, and there each suggestion that is shown."""
    manifest = assistant.generation.manifest
    counts: Counter[str] = Counter()
    shown: dict[tuple[DocumentFilter, str], str] = {}
    began = time.process_time()
    for within, questions in asked_within.items():
        for question in questions:
            answer = assistant.ask(question, within=within)
            counts[f"{len(answer.suggestions)} shown"] += 1
            shown |= {(within, suggestion): question for suggestion in answer.suggestions}
    asking = time.process_time() - began
    good = 0
    for (within, suggestion), question in shown.items():
        answer = assistant.ask(suggestion, within=within)
        is_good = is_confident(answer)
        good += is_good
        if shows or not is_good:
            mark = "" if is_good else "BAD "
            print(f"  {mark}{suggestion} -> {(answer.text or '-')[:70]!r} | after: {question}")
    asked = sum(counts.values())
    print(
        f"{name}: {manifest.documents} documents, {manifest.passages} passages, "
        f"{manifest.suggestions} suggestions; {asked} questions, {1000 * asking / asked:.0f} ms "
        f"each, after them "
        f"{', '.join(f'{counts[key]} x {key}' for key in sorted(counts, reverse=True))}; "
        f"{len(shown)} different, {good} answered with confidence",
        flush=True,
    )
    TOTAL.update(shown=len(shown), good=good, asked=asked)


TOTAL: Counter[str] = Counter()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--texts", type=Path)
    parser.add_argument("--shows", action="store_true", help="print every suggestion")
    parser.add_argument("folders", nargs="*", type=Path)
    options = parser.parse_args()
    with TemporaryDirectory() as name:
        folder = Path(name)
        collections = list(list_collections(folder / "corpora"))
        collections += [Collection(one.name, one, ()) for one in options.folders]
        if options.texts is not None:
            texts = sample_texts(options.texts)
            collections.append(Collection("texts", write_corpus(folder / "texts", texts), ()))
        for collection in collections:
            measure(collection, folder, Settings(), shows=options.shows)
    print(f"{TOTAL['asked']} questions; {TOTAL['shown']} suggestions, {TOTAL['good']} answered "
          f"with confidence: {TOTAL['good'] / max(1, TOTAL['shown']):.3f}; "
          f"{TOTAL['passages']} passages, {TOTAL['building'] / 1000:.1f} s of processor time to "
          f"build, {TOTAL['choosing'] / 1000:.1f} s of them for suggestions")  # fmt: skip


def sample_texts(path: Path) -> list[Document]:
    documents = read_documents(path)
    return Random(0).sample(documents, min(TEXTS, len(documents)))


if __name__ == "__main__":
    main()
