"""Fakes with exact scores for the fast tests, and the real index, built once, for the others."""

import hashlib
import json
import os
import string
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import hypothesis
import numpy as np
import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from numpy.typing import NDArray
from tokenizers import Tokenizer
from tokenizers.decoders import WordPiece as WordPieceDecoder
from tokenizers.models import WordPiece
from tokenizers.normalizers import BertNormalizer
from tokenizers.pre_tokenizers import BertPreTokenizer
from tokenizers.processors import BertProcessing

from assistant.answer import Assistant
from assistant.build import build_from, build_index
from assistant.embed.encoder import MODEL, SETTINGS, TOKENIZER, EncoderSettings, QuestionEncoder
from assistant.evaluate.squad import SquadParagraph, SquadQuestion
from assistant.index.generation import Generation
from assistant.load import Corpus
from assistant.records import Calibration, Document, Passage, Player, Reading
from assistant.serve.app import create_app
from assistant.settings import Settings
from assistant.terms import find_terms
from assistant.train.examples import Examples
from tests.reading import TermsReader

if TYPE_CHECKING:
    from transformers import BertForQuestionAnswering

# Failures in these show the values compared, as in a test.
pytest.register_assert_rewrite(
    "tests.answering", "tests.browser.visiting", "tests.generations", "tests.loading"
)

# A slow machine is no fault of the code, and a run that checks a change is to be repeatable.
hypothesis.settings.register_profile("suite", deadline=None, derandomize="CI" in os.environ)
hypothesis.settings.load_profile("suite")

ROOT = Path(__file__).parent.parent
CORPUS = ROOT / "corpus"
ARTICLE_ID = "ai-glasses-hundred-mirror-battle.txt"
QUESTIONS = ROOT / "tests" / "data" / "article_questions.jsonl"
DIMENSION = 64
LOCAL = "http://127.0.0.1:8000"

# Everything that makes counting characters hard: emoji with joiners, combining marks, characters
# outside the BMP, CRLF, no-break space, full-width digits, right-to-left text, zero-width space.
AWKWARD_TEXT = (
    "Awkward title\r\n\r\n"
    "The family 👨‍👩‍👧‍👦 paid 1,999 yuan for the glasses.\r\n"
    "Cafe\u0301 Zoe\u0308 sold 𝟙𝟚𝟛 lenses\u00a0in １２ days. Nobody else did.\r\n\r\n"
    "النظارات الذكية غالية الثمن. سعرها ألف يوان.\r\n\r\n"
    "Zero\u200bwidth words and a clef 𝄞 end the text. Done!"
)


def hash_embed(texts: Sequence[str]) -> NDArray[np.float32]:
    """Unit vectors of hashed terms: texts that share terms are near, the same on every run."""
    rows = np.full((len(texts), DIMENSION), 1e-3, dtype=np.float32)
    for row, text in zip(rows, texts, strict=True):
        for term in find_terms(text):
            row[int(hashlib.sha256(term.encode()).hexdigest(), 16) % DIMENSION] += 1
    unit: NDArray[np.float32] = rows / np.linalg.norm(rows, axis=1, keepdims=True)
    return unit


class FakeModel:
    """Stands in for ModelEmbedder: a word is a piece."""

    def __init__(self, name: str = "fake") -> None:
        self.name = name
        self.sha256 = hashlib.sha256(name.encode()).hexdigest()
        self.dimension = DIMENSION
        self.max_pieces = 60
        self.embedded: list[str] = []

    def count_pieces(self, texts: Sequence[str]) -> list[int]:
        return [len(text.split()) for text in texts]

    def embed(self, texts: Sequence[str], *, progress: object = None) -> NDArray[np.float32]:
        del progress
        self.embedded += texts
        return hash_embed(texts)

    def export(self, folder: Path) -> None:
        settings = EncoderSettings(self.name, self.sha256, DIMENSION, 60, "", ("LATIN", "ARABIC"))
        (folder / SETTINGS).write_text(json.dumps(settings._asdict()), encoding="utf-8")
        (folder / MODEL).write_bytes(b"fake")
        (folder / TOKENIZER).write_bytes(b"fake")


class FakeTwin(FakeModel):
    """Stands in for TwinEmbedder."""

    def __init__(self, folder: Path) -> None:
        super().__init__(json.loads((folder / SETTINGS).read_text(encoding="utf-8"))["name"])


class FakeEncoder(QuestionEncoder):
    def __init__(self, folder: Path) -> None:
        stored = json.loads((folder / SETTINGS).read_text(encoding="utf-8"))
        self.settings = EncoderSettings(**{**stored, "scripts": tuple(stored["scripts"])})

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        return hash_embed(texts)

    def embed_passages(
        self, texts: Sequence[str], *, progress: object = None
    ) -> NDArray[np.float32]:
        del progress
        return hash_embed(texts)


@pytest.fixture
def fake_models(monkeypatch: pytest.MonkeyPatch) -> None:
    """Build and open indexes without any model."""
    monkeypatch.setattr("assistant.build.embedding.ModelEmbedder", FakeModel)
    monkeypatch.setattr("assistant.build.embedding.TwinEmbedder", FakeTwin)
    monkeypatch.setattr("assistant.index.generation.QuestionEncoder", FakeEncoder)


class LikingReader:
    """Finds evidence in every sentence of a passage that holds a word; no span anywhere."""

    name, threshold = "liking", 0.0
    calibration: Calibration | None = None

    def __init__(self, word: str) -> None:
        self.word = word

    def read(self, question: str, passages: Sequence[Passage]) -> list[Reading]:
        del question
        return [self._read_one(passage) for passage in passages]

    def _read_one(self, passage: Passage) -> Reading:
        evidence = 0.99 if self.word in passage.text else 0.01
        return Reading(passage, (), evidence=(evidence,) * len(passage.sentences))


class Maker:
    """Makes an Assistant over texts, with the fake models."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def generation(self, *documents: Document, players: Sequence[Player] = ()) -> Generation:
        texts = [document.text for document in documents]
        whole = repr((documents, texts, players)).encode("utf-8", "surrogatepass")
        fingerprint = hashlib.sha256(whole).hexdigest()
        index = self.folder / fingerprint[:8]
        corpus = Corpus(tuple(documents), (), fingerprint)
        build_from(corpus, index, embedder="fake", players=players)
        return Generation.open(index)

    def assistant(
        self, *documents: Document, threshold: float = 0.0, players: Sequence[Player] = ()
    ) -> Assistant:
        generation = self.generation(*documents, players=players)
        return Assistant.of(generation, TermsReader(), Settings(threshold=threshold))


@pytest.fixture
def make(tmp_path: Path, fake_models: None) -> Maker:
    del fake_models
    return Maker(tmp_path / "indexes")


@pytest.fixture(scope="session")
def article_index(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The shipped corpus, indexed once with the real embedder."""
    index = tmp_path_factory.mktemp("indexes") / "default"
    build_index(CORPUS, index, embedder="packaged")
    return index


def open_article(index: Path) -> Assistant:
    """Answers about the shipped corpus that do not change with the weights of a model."""
    return Assistant.of(Generation.open(index), TermsReader(), Settings())


@pytest.fixture
def terms_reader(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever reader is asked for, one without a model is opened."""
    monkeypatch.setattr("assistant.answer.open_reader", lambda *_: TermsReader())


@pytest.fixture(scope="session")
def article_assistant(article_index: Path) -> Iterator[Assistant]:
    assistant = open_article(article_index)
    yield assistant
    assistant.generation.close()


@pytest.fixture(scope="module")
def app(article_index: Path) -> FastAPI:
    return create_app(open_article(article_index))


@pytest.fixture(scope="module")
def client(app: FastAPI) -> Iterator[TestClient]:
    with TestClient(app, base_url=LOCAL) as client:
        yield client


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
    from transformers import BertConfig, BertForQuestionAnswering, PreTrainedTokenizerFast

    tokenizer = make_tiny_tokenizer()
    PreTrainedTokenizerFast(  # type: ignore[no-untyped-call]
        tokenizer_object=tokenizer,
        model_input_names=["input_ids", "token_type_ids", "attention_mask"],
        pad_token="[PAD]", unk_token="[UNK]", cls_token=opening, sep_token="[SEP]",
        mask_token="[MASK]",
    ).save_pretrained(folder)  # fmt: skip
    torch.manual_seed(7)
    config = BertConfig(
        vocab_size=tokenizer.get_vocab_size(), hidden_size=32, num_hidden_layers=2,
        num_attention_heads=2, intermediate_size=64, max_position_embeddings=positions,
        initializer_range=0.5, hidden_dropout_prob=dropout, attention_probs_dropout_prob=dropout,
    )  # fmt: skip
    model = BertForQuestionAnswering(config)
    model.save_pretrained(folder)
    return model


def make_paragraph(
    text: str, *asked: tuple[str, str | None], title: str = "Meta", id_: str = "q"
) -> SquadParagraph:
    """A paragraph with its questions; each answer stands where it is first found."""
    questions = tuple(
        SquadQuestion(
            f"{id_}{n}", question, () if answer is None else ((answer, text.index(answer)),)
        )
        for n, (question, answer) in enumerate(asked)
    )
    return SquadParagraph(title, text, questions)


def make_paragraphs(count: int, *, title: str = "T", long: int = 0) -> list[SquadParagraph]:
    """Paragraphs of three questions each, the last of which has no answer."""
    made = []
    for n in range(count):
        more = " ".join(["glasses made money"] * (n % 7 + long))
        text = f"The company c{n} sold {n + 100} lenses. {more} The price of c{n} was {n}5 yuan."
        made.append(
            make_paragraph(
                text,
                (f"how many did c{n} sell?", f"{n + 100} lenses"),
                (f"what was the price of c{n}?", f"{n}5 yuan"),
                (f"who is c{n}?", None),
                title=f"{title}{n % 3}",
                id_=f"{title}{n}-",
            )
        )
    return made


@pytest.fixture
def tokenizer() -> Tokenizer:
    return make_tiny_tokenizer()


MakeExamples = Callable[..., Examples]


@pytest.fixture
def make_examples(
    tokenizer: Tokenizer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> MakeExamples:
    """Makes examples with blocks of 16 questions."""
    monkeypatch.setattr("assistant.train.examples.BLOCK", 16)
    numbers = iter(range(99))

    def make(*files: tuple[Sequence[SquadParagraph], float], seed: int = 0) -> Examples:
        folder = tmp_path / f"lexical {next(numbers)}"
        folder.mkdir()
        return Examples(files, tokenizer, folder, seed=seed)

    return make
