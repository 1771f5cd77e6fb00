"""A larger reader teaches a smaller one: it scores the same pieces by its own vocabulary."""

from pathlib import Path

import torch
from tokenizers import Tokenizer

from assistant.errors import TrainingError, find_reason
from assistant.read.export import is_full_reader
from assistant.read.network import load_network
from assistant.read.span import TOKENIZER
from assistant.train.batches import Batch
from assistant.train.loop import Teacher, run_network
from assistant.train.losses import Scores
from assistant.train.pieces import find_special

MOST_LACKING = 0.02  # of the student's pieces that a teacher may lack


def open_teacher(folder: Path, student: Tokenizer, *, device: str) -> Teacher:
    """A function that scores a student's batches. Raises TrainingError."""
    if not is_full_reader(folder):
        raise TrainingError(
            f"teacher {folder} is not a reader", hint="train one first: `assistant train --out`"
        )
    try:
        network = load_network(folder).to(device).eval()
        tokenizer = Tokenizer.from_file(str(folder / TOKENIZER))
    except Exception as error:  # the libraries raise many kinds for a broken folder
        raise TrainingError(
            f"teacher {folder} can't be loaded ({find_reason(error)})", hint="train it again"
        ) from error
    numbers = torch.tensor(match_pieces(student, tokenizer), device=device)
    padding = find_special(tokenizer).padding

    @torch.no_grad()
    def teach(batch: Batch) -> Scores:
        ids = numbers[batch.ids].masked_fill(batch.mask == 0, padding)
        return run_network(network, batch._replace(ids=ids))

    return teach


def match_pieces(student: Tokenizer, teacher: Tokenizer) -> list[int]:
    """The teacher's number for each piece of the student.

    Special pieces match by their meaning. Raises TrainingError if the vocabularies differ.
    """
    ours, theirs = find_special(student), find_special(teacher)
    found = {number: teacher.token_to_id(piece) for piece, number in student.get_vocab().items()}
    found[ours.mask] = theirs.mask
    found[ours.first] = theirs.first
    found[ours.separator] = theirs.separator  # last, as it stands in for a missing mask
    lacking = sum(number is None for number in found.values())
    if lacking > MOST_LACKING * len(found):
        raise TrainingError(
            f"the teacher lacks {lacking:,} of the student's {len(found):,} word pieces",
            hint="use a teacher with the same vocabulary",
        )
    names = map(teacher.token_to_id, ("[UNK]", "<unk>"))
    unknown = next((number for number in names if number is not None), theirs.mask)
    numbers = (found.get(number) for number in range(max(found) + 1))
    return [unknown if number is None else number for number in numbers]
