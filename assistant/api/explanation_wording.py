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
        yield self._words("explanation.decision"), list(self._describe_decision(body))
        if body.confidence:
            yield (
                self._words("explanation.confidence"),
                list(self._describe_confidence(body.confidence)),
            )
        found = [self._describe_found(passage) for passage in body.passages]
        yield self._words("explanation.passages", count=len(found)), found
        if body.candidates:
            lines = [self._describe_candidate(candidate) for candidate in body.candidates]
            yield self._words("explanation.candidates", count=len(lines)), lines

    def name_feature(self, feature: str) -> str:
        """What a feature of the confidence is; its name if there are no words for it."""
        if f"explanation.feature.{feature}" in self._words:
            return self._words(f"explanation.feature.{feature}")
        if feature.startswith("is_"):
            return self._words(
                "explanation.asks_for",
                kind=self._words(f"explanation.kind.{feature.removeprefix('is_')}"),
            )
        place, _, name = feature.partition("_")
        if place in _PLACES and f"explanation.sentence_feature.{name}" in self._words:
            return self._words(
                "explanation.feature_of",
                feature=self._words(f"explanation.sentence_feature.{name}"),
                sentence=self._words(f"explanation.sentence.{place}"),
            )
        return feature.replace("_", " ")

    def name_kind(self, kind: QuestionKind) -> str:
        return self._words(f"explanation.kind.{kind}")

    def _describe_decision(self, body: ExplanationBody) -> Iterator[str]:
        yield self._words(
            "explanation.decided_by", decider=self._words(f"explanation.decider.{body.decided_by}")
        )
        if body.decided_by == "reader":
            yield self._words("explanation.answered_as", kind=self.name_kind(body.kind))
        if body.kinds:
            ranked = sorted(body.kinds.items(), key=lambda item: -item[1])
            kinds = self._words("separator.item").join(
                self._words(
                    "explanation.probable_kind", kind=self.name_kind(kind), percent=f"{100 * p:.0f}"
                )
                for kind, p in ranked
                if p >= SHOWN_SHARE
            )
            yield self._words("explanation.kinds", kinds=kinds)
        key = "confidence" if body.confidence else "score"
        yield self._words(f"explanation.threshold.{key}", threshold=_write(body.threshold))

    def _describe_confidence(self, confidence: ConfidenceBody) -> Iterator[str]:
        """The terms of the sum, without those that are 0."""
        yield self._words("explanation.constant", value=_write(confidence.bias))
        for term in confidence.terms:
            share = term.value * term.weight
            if share:
                yield self._words(
                    "explanation.term",
                    feature=self.name_feature(term.feature),
                    value=_write(term.value),
                    weight=_write(term.weight),
                    share=_write(share),
                )
        yield self._words(
            "explanation.sum",
            logit=_write(confidence.logit),
            confidence=_write(confidence.confidence),
        )

    def _describe_found(self, found: FoundBody) -> str:
        scores = [
            f"{found.number}. {found.passage_id}",
            self._words("explanation.fused", score=_write(found.fused)),
            self._words("explanation.cosine", score=_write(found.dense))
            + self._describe_rank(found.dense_rank),
            self._words("explanation.bm25", score=_write(found.lexical))
            + self._describe_rank(found.lexical_rank),
            "" if found.read else self._words("explanation.not_read"),
            self._words("explanation.best_span", scored=self._quote(found.span))
            if found.span
            else "",
            "" if found.items is None else self._describe_entries(found.items),
            self._words("explanation.best_sentence", scored=self._quote(found.evidence))
            if found.evidence
            else "",
        ]
        return self._words("separator.clause").join(filter(None, scores))

    def _describe_entries(self, count: int) -> str:
        return self._words("explanation.entries", entries=self._words("count.entry", n=count))

    def _describe_rank(self, rank: int | None) -> str:
        return "" if rank is None else self._words("explanation.rank", rank=rank)

    def _describe_candidate(self, candidate: CandidateBody) -> str:
        outcome = self._words(f"explanation.outcome.{candidate.outcome}")
        if candidate.passage is None:
            return self._words(
                "explanation.candidate", scored=self._quote(candidate), outcome=outcome
            )
        return self._words(
            "explanation.candidate_of_passage",
            scored=self._quote(candidate),
            passage=candidate.passage,
            outcome=outcome,
        )

    def _quote(self, scored: ScoredBody) -> str:
        return self._words(
            "explanation.scored", score=_write(scored.score), text=" ".join(scored.text.split())
        )


def _write(score: float) -> str:
    return f"{score:.4f}"
