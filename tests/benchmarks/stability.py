"""The article's questions again, with other documents around it, in another order.

    python -m tests.benchmarks.stability path/to/realtimeqa-2022/corpus.jsonl.gz

Documents of the file with some 1,000 passages are put before and after the article. Prints how
many questions get the same answer as from the article alone, or none: anything else is an answer
that the other documents changed. Lists, counts, comparisons and trends may well change with the
documents; they are counted separately.
"""

import sys
from collections import Counter
from pathlib import Path
from random import Random

from assistant.answer import Assistant, open_reader
from assistant.evaluate.indexing import index_documents
from assistant.load import load_corpus
from assistant.players import PLAYERS, read_players
from assistant.questions.index_questions import read_index_questions
from assistant.questions.sets import read_documents
from assistant.records import Document
from assistant.settings import Settings

ROOT = Path(__file__).parents[2]
QUESTIONS = ROOT / "tests" / "data" / "article_questions.jsonl"
COLLECTED = {"list", "count", "comparison", "trend"}  # kinds whose answers come from many passages
PASSAGES, CHARACTERS = 1000, 550  # wanted, and about how many of the latter one has


def open_over(documents: list[Document], settings: Settings) -> Assistant:
    generation = index_documents(
        documents,
        settings.indexes,
        embedder="packaged",
        players=read_players(ROOT / "corpus" / PLAYERS),
        progress=True,
    )
    return Assistant.of(generation, open_reader(settings.reader, generation), settings)


def _list_words(text: str | None) -> list[str]:
    return sorted((text or "").replace(",", "").split())


def main() -> None:
    settings, random = Settings(), Random(0)
    article = list(load_corpus(ROOT / "corpus").documents)
    others = list(read_documents(Path(sys.argv[1])))
    random.shuffle(others)
    added: list[Document] = []
    while sum(len(document.text) for document in added) < PASSAGES * CHARACTERS:
        added.append(others.pop())
    mixed = [*article, *added]
    random.shuffle(mixed)
    alone, among = open_over(article, settings), open_over(mixed, settings)
    print(f"{among.generation.manifest.passages} passages, of them "
          f"{alone.generation.manifest.passages} the article's")  # fmt: skip
    counts: dict[str, Counter[str]] = {"located": Counter(), "collected": Counter()}
    for question in read_index_questions(QUESTIONS):
        one, other = alone.ask(question.question), among.ask(question.question)
        collected = not COLLECTED.isdisjoint((one.kind, other.kind))
        # A list in another order is the same list.
        same = _list_words(one.text) == _list_words(other.text)
        outcome = "same" if same else "abstained" if other.text is None else "other"
        counts["collected" if collected else "located"][outcome] += 1
        if not same:
            print(f"  {question.question}\n    alone: {one.text}\n    among: {other.text}")
    for name, count in counts.items():
        share = (count["same"] + count["abstained"]) / count.total()
        print(f"{count.total()} questions {name}: {count['same']} the same, "
              f"{count['abstained']} abstained, {share:.3f}")  # fmt: skip


if __name__ == "__main__":
    main()
