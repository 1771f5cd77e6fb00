"""Whether a sentence that a claim cites says all that the claim says.

Without a model of language, the words alone do not show what may be left out: each of "killed in
2019", "the son of the president", "almost all", "plans to sell" says something else without its
first or last words. So a claim must be its sentence word by word. Only whole phrases between commas
may be missing, and only those that by their first word add something to a statement that stands
without them: ", which ...", ", making ...", "although ...,". The guide has what this was measured
against.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Literal

from assistant.answer.writer.claims import Claim
from assistant.answer.writer.phrases import (
    Phrase,
    can_drop,
    can_end,
    can_move,
    is_negative,
    move,
    name_first,
    split_phrases,
    state_apposition,
)
from assistant.answer.writer.tokens import Token, find_tokens
from assistant.text import find_sentences
from assistant.text.sentences import LONGEST_SENTENCE

Reason = Literal[
    "uncited",  # it has no marker
    "unknown_citation",  # it cites a number that no sentence has
    "long",  # it is longer than any sentence
    "markup",  # control characters, or signs of markup that the sentences do not have
    "pronoun",  # it begins with a word that stands for something said before
    "number",  # a number of it is in none of its sentences
    "negation",  # a word that negates or limits is in none of its sentences
    "word",  # another word, or sign, is in none of its sentences
    "mixed",  # its words are in its sentences, but not all in one
    "order",  # its words are in a sentence, but not in this order
    "omission",  # it leaves out words that may matter
]
_QUOTES = re.compile('[“”„«»「」『』"]')
_FULL_STOP = re.compile(r"[.!?…。！？][\"'”’)»」』]{0,3}\s*$")
_CAPITAL = re.compile(r"[\"'“‘(«「『]{0,3}(?![a-zß-öø-ÿ])[^\W\d_]")
_LOOK_BACK = 16  # characters
_MARKUP = frozenset("<>[]{}`*#|\\_~^=@/")
_JOINING = frozenset(("and", "or", "nor", "but"))
# May be missing: they join a sentence to the one before.
_OPTIONAL = frozenset("also however moreover furthermore therefore thus additionally".split())
# What stands for something that is not in the claim; `her` and the like rarely begin one.
_PRONOUNS = frozenset(
    "it he she they this that these those such its his her their we our i you both ones".split()
)
_IS = Token("is", broken="", article=False, fixed=True)
_MOST_ADVERBIALS = 2  # at the beginning of a sentence, that are tried at other places
_ENDINGS = ("s", "es")
_SHORTEST_PLURAL = 4


def find_fault(claim: Claim, sentences: Sequence[str]) -> Reason | None:
    """Why no sentence that a claim cites supports it; None if one does.

    They are numbered from 1, and have to be whole: without the words before it, a quote may say
    something else.
    """
    if not claim.citations:
        return "uncited"
    if not all(1 <= number <= len(sentences) for number in claim.citations):
        return "unknown_citation"
    if len(claim.text) > LONGEST_SENTENCE:
        return "long"
    cited = [sentence for number in claim.citations for sentence in _cut(sentences[number - 1])]
    if _has_markup(claim.text, cited):
        return "markup"
    said = find_tokens(claim.text)
    if not said or _begins_with_pronoun(said):
        return "pronoun" if said else "word"
    written = [find_tokens(sentence) for sentence in cited]
    if any(_supports(tokens, said) for tokens in written):
        return None
    return _explain(said, written)


@lru_cache(maxsize=512)
def _cut(quote: str) -> tuple[str, ...]:
    """The sentences of a quote that can be understood alone: no part of one that is cut as it is
    long, and none that somebody else says who is named before.
    """
    sentences: list[str] = []
    first, final = len(quote) - len(quote.lstrip()), len(quote.rstrip())
    is_quoted, last = False, 0
    for start, end in find_sentences(quote, 0, len(quote)):
        is_quoted ^= len(_QUOTES.findall(quote, last, start)) % 2 == 1
        begins = start == first or (not is_quoted and _begins(quote, start))
        if begins and (end == final or _ends(quote, end)):
            sentences.append(quote[start:end])
        last = start
    return tuple(sentences)


def _ends(quote: str, end: int) -> bool:
    """Whether a sentence surely ends here: with a full stop or a line."""
    if _FULL_STOP.search(quote, max(0, end - _LOOK_BACK), end):
        return True
    after = quote[end : end + _LOOK_BACK]
    return "\n" in after[: len(after) - len(after.lstrip())]


def _begins(quote: str, start: int) -> bool:
    """Whether a sentence surely begins here: on a new line, or after a full stop with a capital."""
    before = quote[max(0, start - _LOOK_BACK) : start]
    return "\n" in before or (
        _FULL_STOP.search(before) is not None and _CAPITAL.match(quote, start) is not None
    )


def _has_markup(text: str, sentences: Sequence[str]) -> bool:
    if any(unicodedata.category(character)[0] == "C" for character in text):
        return True
    signs = _MARKUP.intersection(text)
    return bool(signs) and not any(signs <= set(sentence) for sentence in sentences)


def _begins_with_pronoun(said: Sequence[Token]) -> bool:
    """Whether a claim is about something that only the claim before it names."""
    keys = [token.key for token in said[:4]]
    impersonal = keys[0] == "it" and keys[1:2] in (["is"], ["was"]) and keys[3:4] == ["that"]
    return keys[0].partition("'")[0] in _PRONOUNS and not impersonal


def _supports(tokens: Sequence[Token], said: Sequence[Token]) -> bool:
    return bool(tokens) and any(
        _matches(order, said) for order in _list_orders(split_phrases(tokens))
    )


def _list_orders(phrases: Sequence[Phrase]) -> Iterator[Sequence[Phrase]]:
    """The phrases as they are, and with an adverbial at another place: "In May, A fell"."""
    yield phrases
    stated = state_apposition(phrases, _IS)
    if stated is not None:
        yield [stated]
    named = name_first(phrases)
    if named is not None:
        yield named
        yield [named[0], replace(named[2], open=True), *named[3:]]
    for place in range(min(_MOST_ADVERBIALS, len(phrases) - 1)):
        phrase, others, after = phrases[place], phrases[:place], phrases[place + 1 :]
        if not can_move(phrase, after[:1]):
            break
        yield [*others, replace(after[0], open=True), move(phrase, after[:1]), *after[1:]]
        if can_move(phrase, after):
            yield [*others, replace(after[0], open=True), *after[1:], move(phrase, after)]
    *before, last = phrases
    if before and can_move(last, before):
        yield [move(last, ()), before[0], *before[1:]]


def _matches(phrases: Sequence[Phrase], said: Sequence[Token]) -> bool:
    """Whether some phrases are what is said, the others being such as can be left out."""
    states = {(0, False)}  # how many tokens of the claim are matched, and is a phrase left out
    for place, phrase in enumerate(phrases):
        if (len(said), False) in states and can_end(phrases, place):
            return True
        after: set[tuple[int, bool]] = set()
        droppable = can_drop(phrases, place)
        for position, left_out in states:
            end = _match(phrase, said, position, free=left_out or not position)
            if end is not None:
                after.add((end, False))
            if droppable:
                after.add((position, True))
        states = after
    return any(position == len(said) for position, _ in states)


def _match(phrase: Phrase, said: Sequence[Token], position: int, *, free: bool) -> int | None:
    """Where a phrase ends that is said at a position; None if it is not said there.

    Commas have to be where they are in the sentence ("Smith, said Jones, lied"); `free` if one may
    be missing before the phrase.
    """
    first = position
    for token in phrase.tokens:
        word = said[position] if position < len(said) else None
        if word is None or not _is_same(word, token):
            if token.key in _OPTIONAL or (not position and token.key in _JOINING):
                continue
            return None
        if token.key not in _JOINING:
            at_start = position == first
            if word.broken and not at_start:
                return None
            if at_start and not word.broken and not (free or phrase.open):
                return None
        position += 1
    return position


def _is_same(word: Token, token: Token) -> bool:
    """Whether two tokens are the same word, in the singular or the plural."""
    if word.key == token.key:
        return True
    if (word.fixed and token.fixed) or token.fixed:
        return False
    short, long = sorted((word.key, token.key), key=len)
    if len(long) < _SHORTEST_PLURAL or not short.isalpha():
        return False
    if short.endswith("y") and long == f"{short[:-1]}ies":
        return True
    return any(long == short + ending for ending in _ENDINGS)


def _explain(said: Sequence[Token], written: Sequence[Sequence[Token]]) -> Reason:
    """The reason why none of the sentences supports what is said."""
    missing = [
        word
        for word in said
        if not any(_is_same(word, token) for tokens in written for token in tokens)
    ]
    if any(re.fullmatch(r"[\d.]+|minus", word.key) for word in missing):
        return "number"
    if any(is_negative(word) for word in missing):
        return "negation"
    if missing:
        return "word"
    holding = [tokens for tokens in written if _holds(tokens, said)]
    if not holding:
        return "mixed"
    return "omission" if any(_is_within(said, tokens) for tokens in holding) else "order"


def _holds(tokens: Sequence[Token], said: Sequence[Token]) -> bool:
    return all(any(_is_same(word, token) for token in tokens) for word in said)


def _is_within(said: Sequence[Token], tokens: Sequence[Token]) -> bool:
    """Whether the tokens that are said are among others in the same order."""
    rest = iter(tokens)
    return all(any(_is_same(word, token) for token in rest) for word in said)
