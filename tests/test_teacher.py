"""A teacher scores a student's pieces, whatever the order of its own vocabulary."""

from pathlib import Path

import pytest
import torch
from tokenizers import Tokenizer
from tokenizers.models import WordPiece
from tokenizers.processors import BertProcessing

from assistant.errors import TrainingError
from assistant.train import batches as batches_module
from assistant.train.losses import find_distillation_loss
from assistant.train.teacher import match_pieces, open_teacher
from tests.tiny import make_tiny_tokenizer, write_tiny_model, write_tiny_reader
from tests.training import make_batches, make_examples

STUDENT = make_tiny_tokenizer()


def make_other_tokenizer(*, lacking: int = 0) -> Tokenizer:
    """The student's pieces, moved by four, with the special ones named as in MPNet."""
    names = {"[CLS]": "<s>", "[PAD]": "<pad>", "[SEP]": "</s>", "[MASK]": "<mask>"}
    pieces = {names.get(p, p): n + 4 for p, n in STUDENT.get_vocab().items()}
    last = sorted(pieces, key=lambda piece: pieces[piece])[len(pieces) - lacking :]
    kept = {piece: number for piece, number in pieces.items() if piece not in last}
    other = Tokenizer(WordPiece({**kept, "new": 0}, unk_token="[UNK]"))
    other.post_processor = BertProcessing(("</s>", kept["</s>"]), ("<s>", kept["<s>"]))
    return other


def test_pieces_are_matched_by_their_words_and_special_ones_by_their_meaning() -> None:
    size = STUDENT.get_vocab_size()
    assert match_pieces(STUDENT, STUDENT) == list(range(size))
    moved = list(range(4, size + 4))
    moved[0] = 5  # padding is masked, so its number does not matter: it is unknown
    assert match_pieces(STUDENT, make_other_tokenizer()) == moved


def test_a_piece_that_the_teacher_lacks_is_unknown_to_it_and_many_are_too_many() -> None:
    size = STUDENT.get_vocab_size()
    few = make_other_tokenizer(lacking=2)
    unknown = few.token_to_id("[UNK]")
    assert match_pieces(STUDENT, few) == [unknown, *range(5, size + 2), unknown, unknown]
    with pytest.raises(TrainingError, match=f"the teacher lacks 21 of the student's {size} word"):
        match_pieces(STUDENT, make_other_tokenizer(lacking=20))


def test_a_teacher_gives_what_its_network_does_and_teaches_itself_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(batches_module, "BLOCK", 16)
    batch = make_batches(make_examples(6, tmp_path / "lexical"), pieces=4096).make_block(0)[1][0]
    assert not batch.mask.all()
    network = write_tiny_reader(tmp_path / "teacher")
    teach = open_teacher(tmp_path / "teacher", STUDENT, device="cpu")
    goals = teach(batch)
    with torch.no_grad():
        scores = network(batch.ids, batch.mask, batch.segments)
    assert torch.equal(goals[0], scores[0])
    assert torch.equal(goals[1], scores[1])
    assert not goals[0].requires_grad
    assert float(find_distillation_loss(scores, goals, batch)) == pytest.approx(0, abs=1e-5)
    other = write_tiny_reader(tmp_path / "other", seed=8)
    with torch.no_grad():
        scores = other(batch.ids, batch.mask, batch.segments)
    assert float(find_distillation_loss(scores, goals, batch)) > 1


def test_a_teacher_reads_its_own_pieces_and_padding(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[torch.Tensor] = []

    class Recording(torch.nn.Module):
        def forward(
            self, ids: torch.Tensor, mask: torch.Tensor, segments: torch.Tensor
        ) -> tuple[torch.Tensor, torch.Tensor]:
            del mask, segments
            read.append(ids)
            return torch.zeros(*ids.shape, 5), torch.zeros(len(ids), 11)

    monkeypatch.setattr(batches_module, "BLOCK", 16)
    made = make_batches(make_examples(6, tmp_path / "lexical"), pieces=4096).make_block(0)[1][0]
    write_tiny_reader(tmp_path / "teacher", tokenizer=make_other_tokenizer())
    monkeypatch.setattr("assistant.train.teacher.load_network", lambda _folder: Recording())
    open_teacher(tmp_path / "teacher", STUDENT, device="cpu")(made)
    assert read[0].tolist() == (made.ids + 4).tolist()  # the padding, 0, is 4 as well
    assert (made.mask == 0).any()


def test_only_a_reader_can_teach(tmp_path: Path) -> None:
    write_tiny_model(tmp_path / "encoder")
    with pytest.raises(TrainingError, match=f"teacher {tmp_path / 'encoder'} is not a reader"):
        open_teacher(tmp_path / "encoder", STUDENT, device="cpu")
    write_tiny_reader(tmp_path / "broken")
    (tmp_path / "broken" / "tokenizer.json").unlink()
    with pytest.raises(TrainingError, match=f"teacher {tmp_path / 'broken'} can't be loaded"):
        open_teacher(tmp_path / "broken", STUDENT, device="cpu")
