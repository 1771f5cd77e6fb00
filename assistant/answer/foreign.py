"""Text in a script that the models do not know: its best sentences, found by words.

The reader and the embedder know English. What they say about Chinese means nothing, so a sentence
is chosen by the rarity of the question's words that it has (BM25 chose the passage), and is only
ever the best guess next to an abstention.
"""

from collections.abc import Sequence
from dataclasses import replace

from assistant.answer.abstain import make_abstention
from assistant.answer.evidence import Evidence, Sentence
from assistant.answer.ranking import TermsOf, place_sentences
from assistant.records import Abstention, Hit, Reading
from assistant.scripts import identify_language

CONTEXT_WEIGHT = 0.5  # of the question's words in the sentences before, against those in it
DIGITS = 4
MOST_SENTENCES = 2  # in a guess
NEAR_BEST = 0.9  # score of the second, as a share of that of the best
CLOSEST = 3


def rank_by_words(evidence: Evidence, hits: Sequence[Hit], terms_of: TermsOf) -> Evidence:
    """Evidence with the sentences of passages that were not read, those with most of the question's
    words first; without those that share only single characters with it.
    """
    sentences = [
        replace(sentence, score=_score(evidence, sentence))
        for place, hit in enumerate(hits)
        for sentence in place_sentences(hit, place, Reading(hit.passage, ()), terms_of)
    ]
    found = [sentence for sentence in sentences if sentence.score > 0]
    found.sort(key=lambda sentence: (-sentence.score, sentence.passage.number, sentence.number))
    return replace(evidence, hits=tuple(hits), sentences=tuple(found))


def choose_best(evidence: Evidence) -> list[Sentence]:
    """The sentences of a guess, best first; [] if none shares a word with the question."""
    best = evidence.sentences[:MOST_SENTENCES]
    return [sentence for sentence in best if sentence.score >= NEAR_BEST * best[0].score]


def explain_language(evidence: Evidence, unread: str, *, shown: int) -> Abstention:
    """Why the best sentences are not an answer; `shown` passages come with it.

    `unread` is a text of the documents that the models can't read, "" if it is the question.
    """
    language = identify_language(unread or evidence.question)
    if not evidence.sentences:
        code = "foreign_passages_no_words" if unread else "foreign_question_no_words"
        return make_abstention("language", code, (), language=language)
    places = dict.fromkeys(sentence.place for sentence in evidence.sentences)
    closest = tuple(range(1, min(CLOSEST, len(places), shown) + 1))
    best = len(choose_best(evidence))
    code = "foreign_passages" if unread else "foreign_question"
    return make_abstention("language", code, closest, language=language, n=best)


def _score(evidence: Evidence, sentence: Sentence) -> float:
    if all(len(term) < 2 for term in sentence.terms.intersection(evidence.terms.rarity)):
        return 0.0  # any two sentences share a character
    here = evidence.terms.share_covered_by(sentence.terms)
    near = evidence.terms.share_covered_by(sentence.context_terms)
    return round(here + CONTEXT_WEIGHT * near, DIGITS)
