"""How an answer was found, in the words of a language."""

from collections.abc import Iterator

from assistant.api.explanation import (
    CandidateBody,
    ConfidenceBody,
    ExplanationBody,
    FoundBody,
    ScoredBody,
)
from assistant.records import QuestionKind
from assistant.words import Words

SHOWN_SHARE = 0.005  # probability from which a kind of question is shown
# Features of the best sentence, and of the sentence of the best span, have the same names.
_PLACES = ("best", "span")


def describe_explanation(body: ExplanationBody, words: Words) -> Iterator[tuple[str, list[str]]]:
    """The sections of an explanation: a title and lines."""
    return ExplanationWording(words).describe(body)


class ExplanationWording:
    """The lines of an explanation, made of `words`."""

    def __init__(self, words: Words) -> None:
        self._words = words

    def describe(self, body: ExplanationBody) -> Iterator[tuple[str, list[str]]]:
        yield self._say("decision"), list(self._describe_decision(body))
        if body.confidence:
            yield self._say("confidence"), list(self._describe_confidence(body.confidence))
        found = [self._describe_found(passage) for passage in body.passages]
        yield self._say("passages", count=len(found)), found
        if body.candidates:
            lines = [self._describe_candidate(candidate) for candidate in body.candidates]
            yield self._say("candidates", count=len(lines)), lines

    def name_feature(self, feature: str) -> str:
        """What a feature of the confidence is; its name if there are no words for it."""
        if f"explanation.feature.{feature}" in self._words:
            return self._say(f"feature.{feature}")
        if feature.startswith("is_"):
            return self._say("asks_for", kind=self._say(f"kind.{feature.removeprefix('is_')}"))
        place, _, name = feature.partition("_")
        if place in _PLACES and f"explanation.sentence_feature.{name}" in self._words:
            return self._say(
                "feature_of",
                feature=self._say(f"sentence_feature.{name}"),
                sentence=self._say(f"sentence.{place}"),
            )
        return feature.replace("_", " ")

    def name_kind(self, kind: QuestionKind) -> str:
        return self._say(f"kind.{kind}")

    def _say(self, key: str, **fields: object) -> str:
        return self._words(f"explanation.{key}", **fields)

    def _describe_decision(self, body: ExplanationBody) -> Iterator[str]:
        yield self._say("decided_by", decider=self._say(f"decider.{body.decided_by}"))
        if body.decided_by == "reader":
            yield self._say("answered_as", kind=self.name_kind(body.kind))
        if body.kinds:
            ranked = sorted(body.kinds.items(), key=lambda item: -item[1])
            kinds = self._words("separator.item").join(
                self._say("probable_kind", kind=self.name_kind(kind), percent=f"{100 * p:.0f}")
                for kind, p in ranked
                if p >= SHOWN_SHARE
            )
            yield self._say("kinds", kinds=kinds)
        key = "threshold_of_confidence" if body.confidence else "threshold_of_score"
        yield self._say(key, threshold=_write(body.threshold))

    def _describe_confidence(self, confidence: ConfidenceBody) -> Iterator[str]:
        """The terms of the sum, without those that are 0."""
        yield self._say("constant", value=_write(confidence.bias))
        for term in confidence.terms:
            share = term.value * term.weight
            if share:
                yield self._say(
                    "term",
                    feature=self.name_feature(term.feature),
                    value=_write(term.value),
                    weight=_write(term.weight),
                    share=_write(share),
                )
        yield self._say(
            "sum", logit=_write(confidence.logit), confidence=_write(confidence.confidence)
        )

    def _describe_found(self, found: FoundBody) -> str:
        scores = [
            f"{found.number}. {found.passage_id}",
            self._say("fused", score=_write(found.fused)),
            self._say("cosine", score=_write(found.dense)) + self._say_rank(found.dense_rank),
            self._say("bm25", score=_write(found.lexical)) + self._say_rank(found.lexical_rank),
            "" if found.read else self._say("not_read"),
            self._say("best_span", scored=self._quote(found.span)) if found.span else "",
            "" if found.items is None else self._say("entries", n=found.items),
            self._say("best_sentence", scored=self._quote(found.evidence))
            if found.evidence
            else "",
        ]
        return self._words("separator.clause").join(filter(None, scores))

    def _say_rank(self, rank: int | None) -> str:
        return "" if rank is None else self._say("rank", rank=rank)

    def _describe_candidate(self, candidate: CandidateBody) -> str:
        key = "candidate" if candidate.passage is None else "candidate_of_passage"
        return self._say(
            key,
            scored=self._quote(candidate),
            passage=candidate.passage,
            outcome=self._say(f"outcome.{candidate.outcome}"),
        )

    def _quote(self, scored: ScoredBody) -> str:
        return self._say("scored", score=_write(scored.score), text=" ".join(scored.text.split()))


def _write(score: float) -> str:
    return f"{score:.4f}"
