"""How near the sentences of figures are to a question in meaning, whatever words they use."""

from assistant.index.generation import Generation
from assistant.survey.matching import Match


class Nearness:
    """The cosine of a question with sentences of an index; each is looked up once."""

    def __init__(self, question: str, generation: Generation) -> None:
        self._generation = generation
        self._vector = generation.encoder.embed([question])
        self._known: dict[tuple[str, int, int], float] = {}

    def of(self, match: Match) -> float:
        """-1 to 1; 0.0 where the index holds no vectors of sentences."""
        place = (match.document.id, *match.figure.sentence)
        if place not in self._known:
            self._known[place] = self._measure(match)
        return self._known[place]

    def _measure(self, match: Match) -> float:
        vectors, store = self._generation.sentence_vectors, self._generation.store
        if vectors is None:
            return 0.0
        for number in store.passages_holding(*match.place):
            for place, (start, end) in enumerate(store.passage(number).sentences):
                if start <= match.figure.start < end:
                    row = store.first_sentence(number) + place
                    return round(float(vectors.cosines(self._vector, row, 1)[0]), 4)
        return 0.0
