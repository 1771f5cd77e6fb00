"""How many questions are tried for an index, and which of them are its samples."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from assistant.records import Suggestion

# Each try costs as much as a question: of 19 news articles, 232 passages, they took as long (17.7 s
# of the processor) as all else of the build. Up to 12,500 passages there are no more than these.
MOST_TRIED = 250
PASSAGES_PER_TRY = 50
MOST_SAMPLES = 6
MOST_SAMPLES_OF_FORM = 2


def count_tries(passages: int) -> int:
    """How many questions are tried for an index of so many passages."""
    return max(MOST_TRIED, passages // PASSAGES_PER_TRY)


def choose_samples(suggestions: Iterable[Suggestion], before: Sequence[str] = ()) -> Iterator[str]:
    """The first MOST_SAMPLES questions, at most MOST_SAMPLES_OF_FORM of each form; those first that
    were samples before.
    """
    counts: Counter[str] = Counter()
    for suggestion in sorted(suggestions, key=lambda one: one.text not in before):
        counts[suggestion.form] += 1
        if counts[suggestion.form] <= MOST_SAMPLES_OF_FORM:
            yield suggestion.text
            if sum(min(count, MOST_SAMPLES_OF_FORM) for count in counts.values()) == MOST_SAMPLES:
                return
