"""Examples as word pieces: the pieces of a span are the span."""

import pytest
from tokenizers import Tokenizer
from tokenizers.processors import BertProcessing

from assistant.errors import TrainingError
from assistant.records import Offsets
from assistant.train.examples import Example
from assistant.train.marking import MarkedPassage, prepare_paragraph
from assistant.train.pieces import (
    LONGEST,
    PASSAGE_PIECES,
    PREFIX_PIECES,
    QUESTION_PIECES,
    UNKNOWN,
    Encoded,
    Special,
    encode_examples,
    find_special,
)
from tests.tiny import make_tiny_tokenizer


@pytest.fixture
def tokenizer() -> Tokenizer:
    return make_tiny_tokenizer()


def show(
    text: str, *spans: Offsets, items: tuple[Offsets, ...] = (), title: str = "T"
) -> MarkedPassage:
    shown = prepare_paragraph(title, text)
    evidence = (0,) if spans else ()
    return MarkedPassage(title, text, shown.sentences, spans, items, evidence)


def encode(tokenizer: Tokenizer, *passages: MarkedPassage) -> Encoded:
    (encoded,) = encode_examples([Example("Who?", passages)], tokenizer)
    return encoded


def test_the_pieces_of_spans_and_items_are_their_words(tokenizer: Tokenizer) -> None:
    text = "Song Gang weighs 40.5 grams. Xiaomi and Meta paid 1,999 yuan."
    words = ["Song Gang", "40.5", "Xiaomi and Meta", "1,999 yuan", text]
    places = tuple((text.index(one), text.index(one) + len(one)) for one in words)
    (row,) = encode(tokenizer, show(text, *places, items=places[1:3])).rows

    def decode(first: int, last: int) -> str:
        return tokenizer.decode(row.text[first : last + 1].tolist())

    clean = [tokenizer.decode(tokenizer.encode(w, add_special_tokens=False).ids) for w in words]
    assert [decode(*span) for span in row.spans] == clean
    assert [decode(*span) for span in row.items] == clean[1:3]
    assert row.spans.tolist()[-1] == [0, len(row.text) - 1]


def test_every_piece_has_the_number_of_its_sentence(tokenizer: Tokenizer) -> None:
    text = "Meta paid. Nobody else! Was it 1,999 yuan? "
    (row,) = encode(tokenizer, show(text)).rows
    parts = ["" for _ in range(3)]
    for piece, number in zip(row.text, row.sentence, strict=True):
        parts[number] += (tokenizer.id_to_token(int(piece)) or "").removeprefix("##")
    assert parts == ["metapaid.", "nobodyelse!", "wasit1,999yuan?"]


def test_long_texts_are_cut(tokenizer: Tokenizer) -> None:
    example = Example("who " * 99, (show("money " * 999, (0, 5), title="price " * 99),))
    (encoded,) = encode_examples([example], tokenizer)
    (row,) = encoded.rows
    sizes = (len(encoded.question), len(row.prefix), len(row.text))
    assert sizes == (QUESTION_PIECES, PREFIX_PIECES, PASSAGE_PIECES)
    assert sum(sizes) + 3 == LONGEST
    assert len(row.sentence) == PASSAGE_PIECES


def test_a_span_that_is_cut_is_left_out_and_an_example_that_lost_all_too(
    tokenizer: Tokenizer,
) -> None:
    text = "money " * PASSAGE_PIECES + "yuan"
    whole, cut = (0, 6 * PASSAGE_PIECES - 1), (6 * PASSAGE_PIECES - 6, len(text))
    (row,) = encode(tokenizer, show(text, whole, cut)).rows
    assert row.spans.tolist() == [[0, PASSAGE_PIECES - 1]]
    lost = Example("Who?", (show(text, cut), show("Nobody else.")))
    assert encode_examples([lost], tokenizer) == []
    never = Example("Who?", (show(text), show("Nobody else.")))
    assert len(encode_examples([never], tokenizer)) == 1


def test_evidence_beyond_the_pieces_that_are_read_is_left_out(tokenizer: Tokenizer) -> None:
    text = "Meta paid. " * PASSAGE_PIECES
    shown = prepare_paragraph("T", text)
    evidence = (0, 109, 110, len(shown.sentences) - 1)  # a sentence has three pieces
    (row,) = encode(tokenizer, MarkedPassage("T", text, shown.sentences, (), (), evidence)).rows
    assert row.evidence == (0, 109)


def test_kinds_and_verdicts_are_numbers_and_weights_multiply(tokenizer: Tokenizer) -> None:
    passages = (show("Meta."),)
    examples = [
        Example("A?", passages, kind="fact", weight=1.2),
        Example("B?", passages, kind="top"),
        Example("C?", passages, kind="yesno", verdict="yes", spanned=False),
        Example("D?", passages, kind="yesno", verdict="no", spanned=False),
        Example("E?", passages),
    ]
    encoded = encode_examples(examples, tokenizer, weight=0.5)
    assert [(one.kind, one.verdict, one.spanned, one.weight) for one in encoded] == [
        (0, UNKNOWN, True, 0.6),
        (8, UNKNOWN, True, 0.5),
        (6, 1, False, 0.5),
        (6, 0, False, 0.5),
        (UNKNOWN, UNKNOWN, True, 0.5),
    ]


def test_special_pieces_are_found_by_their_place_and_name(tokenizer: Tokenizer) -> None:
    assert find_special(tokenizer) == Special(first=2, separator=3, mask=4, padding=0)
    tokenizer.post_processor = BertProcessing(("[MASK]", 4), ("[PAD]", 0))
    assert find_special(tokenizer) == Special(first=0, separator=4, mask=4, padding=0)


def test_a_tokenizer_without_special_pieces_is_refused(tokenizer: Tokenizer) -> None:
    bare = Tokenizer(tokenizer.model)
    with pytest.raises(TrainingError, match="puts 0 special pieces around a text"):
        find_special(bare)
