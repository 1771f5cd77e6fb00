"""Tiny models and their tokenizer, made at random, for tests that need a real one."""

import string
import unicodedata
from pathlib import Path
from typing import TYPE_CHECKING

from tokenizers import Tokenizer
from tokenizers.decoders import WordPiece as WordPieceDecoder
from tokenizers.models import WordPiece
from tokenizers.normalizers import BertNormalizer
from tokenizers.pre_tokenizers import BertPreTokenizer
from tokenizers.processors import BertProcessing

if TYPE_CHECKING:
    from transformers import BertConfig, BertForQuestionAnswering

    from assistant.read.network import Network

# Everything that makes counting characters hard: emoji with joiners, combining marks, characters
# outside the BMP, CRLF, no-break space, full-width digits, right-to-left text, zero-width space.
AWKWARD_TEXT = (
    "Awkward title\r\n\r\n"
    "The family 👨‍👩‍👧‍👦 paid 1,999 yuan for the glasses.\r\n"
    "Cafe\u0301 Zoe\u0308 sold 𝟙𝟚𝟛 lenses\u00a0in １２ days. Nobody else did.\r\n\r\n"
    "النظارات الذكية غالية الثمن. سعرها ألف يوان.\r\n\r\n"
    "Zero\u200bwidth words and a clef 𝄞 end the text. Done!"
)

SPECIAL_PIECES = "[PAD] [UNK] [CLS] [SEP] [MASK]".split()
WORD_PIECES = (
    "the a of in was is and who what when how many which did cost glasses yuan price quark xiaomi "
    "meta ray ban song gang sold made by to for they it not money company city year lenses needle "
    "##s ##ed ##ing ##er ##ly ##tion 19 20 ##25 ##99 ##24 ##000 wei ##ghs family paid nobody else"
).split()


def make_tiny_tokenizer() -> Tokenizer:
    """Word pieces of some English words, and of every character of the tests' texts."""
    letters = sorted(
        {c for c in unicodedata.normalize("NFD", AWKWARD_TEXT.lower()) if not c.isspace()}
        | set(string.ascii_lowercase + string.digits + string.punctuation)
    )
    pieces = [*SPECIAL_PIECES, *letters, *(f"##{letter}" for letter in letters), *WORD_PIECES]
    vocabulary = {piece: n for n, piece in enumerate(dict.fromkeys(pieces))}
    tokenizer = Tokenizer(WordPiece(vocabulary, unk_token="[UNK]"))
    tokenizer.normalizer = BertNormalizer()
    tokenizer.pre_tokenizer = BertPreTokenizer()
    tokenizer.post_processor = BertProcessing(
        ("[SEP]", vocabulary["[SEP]"]), ("[CLS]", vocabulary["[CLS]"])
    )
    tokenizer.decoder = WordPieceDecoder()
    return tokenizer


def write_tiny_model(
    folder: Path, *, positions: int = 258, opening: str = "[CLS]", dropout: float = 0.0
) -> "BertForQuestionAnswering":
    """A small random model that scores starts and ends, saved with its tokenizer."""
    import torch
    from transformers import BertForQuestionAnswering, PreTrainedTokenizerFast

    tokenizer = make_tiny_tokenizer()
    PreTrainedTokenizerFast(  # type: ignore[no-untyped-call]
        tokenizer_object=tokenizer,
        model_input_names=["input_ids", "token_type_ids", "attention_mask"],
        pad_token="[PAD]", unk_token="[UNK]", cls_token=opening, sep_token="[SEP]",
        mask_token="[MASK]",
    ).save_pretrained(folder)  # fmt: skip
    torch.manual_seed(7)
    config = make_tiny_config(tokenizer.get_vocab_size(), positions=positions, dropout=dropout)
    model = BertForQuestionAnswering(config)
    model.save_pretrained(folder)
    return model


def write_tiny_reader(
    folder: Path, *, seed: int = 7, tokenizer: Tokenizer | None = None
) -> "Network":
    """A small random reader with all heads, saved with its tokenizer."""
    import torch
    from transformers import BertModel

    from assistant.read.network import Network, save_network

    tokenizer = tokenizer or make_tiny_tokenizer()
    torch.manual_seed(seed)
    config = make_tiny_config(tokenizer.get_vocab_size(), positions=512, dropout=0.0)
    network = Network(BertModel(config)).eval()
    for head in (network.heads, network.cls):
        torch.nn.init.normal_(head.weight)
    folder.mkdir(parents=True, exist_ok=True)
    save_network(network, folder)
    tokenizer.save(str(folder / "tokenizer.json"))
    return network


def make_tiny_config(vocabulary: int, *, positions: int, dropout: float) -> "BertConfig":
    from transformers import BertConfig

    return BertConfig(
        vocab_size=vocabulary, hidden_size=32, num_hidden_layers=2,
        num_attention_heads=2, intermediate_size=64, max_position_embeddings=positions,
        initializer_range=0.5, hidden_dropout_prob=dropout, attention_probs_dropout_prob=dropout,
    )  # fmt: skip
