"""Sentences, the terms by which texts are compared, and titles that are only ids."""

from assistant.text.sentences import find_sentences
from assistant.text.terms import (
    LONGEST_TERM,
    STOP_WORDS,
    find_passage_terms,
    find_question_terms,
    find_terms,
)
from assistant.text.titles import find_title, has_word, is_title_an_id, is_title_in_id

__all__ = [
    "LONGEST_TERM",
    "STOP_WORDS",
    "find_passage_terms",
    "find_question_terms",
    "find_sentences",
    "find_terms",
    "find_title",
    "has_word",
    "is_title_an_id",
    "is_title_in_id",
]
