"""Losses: the differences of a model's scores from the labels, or from a teacher's scores.

Spans have the shared normalisation of Clark and Gardner 2018, https://arxiv.org/abs/1710.10723:
one softmax over all passages of a question and "none of them". The no-answer score of a passage
(that of its first piece, as for SQuAD 2.0) is subtracted from its scores, so that a score above 0
means "more likely than no answer" in every passage.
"""

import torch
from torch.nn import functional

from assistant.records import QUESTION_KINDS
from assistant.train.batches import Batch
from assistant.train.pieces import UNKNOWN

NEVER = -1e4  # an impossible logit: minus infinity has no gradient
KINDS = len(QUESTION_KINDS)
BEGIN_WEIGHT = 3.0  # of the rare pieces that begin an item
# The weight of each loss in the sum.
ITEMS_WEIGHT, EVIDENCE_WEIGHT, KIND_WEIGHT, VERDICT_WEIGHT = 4.0, 0.5, 0.3, 0.1
TEMPERATURE = 1.5  # of a teacher's distribution of spans
DISTILLED_PIECES_WEIGHT, DISTILLED_KIND_WEIGHT, DISTILLED_VERDICT_WEIGHT = 3.0, 0.3, 0.1

Scores = tuple[torch.Tensor, torch.Tensor]  # of the pieces (n, pieces, 5), of the question (n, 11)


def find_loss(scores: Scores, batch: Batch) -> torch.Tensor:
    """All losses of a batch, summed by their weights."""
    pieces, question = scores
    return (
        span_loss(pieces, batch)
        + ITEMS_WEIGHT * items_loss(pieces, batch)
        + EVIDENCE_WEIGHT * evidence_loss(pieces[..., 4], batch)
        + KIND_WEIGHT * _class_loss(question[:, :KINDS], batch.kind)
        + VERDICT_WEIGHT * _class_loss(question[:, KINDS:], batch.verdict)
    )


def span_loss(pieces: torch.Tensor, batch: Batch) -> torch.Tensor:
    """The mean of starts and ends, over the questions that a span can answer."""
    both = [
        shared_loss(pieces[..., n], gold, batch.passage, batch.group, len(batch.spanned))
        for n, gold in enumerate((batch.start, batch.end))
    ]
    return _mean((both[0] + both[1]) / 2, batch.spanned)


def shared_loss(
    logits: torch.Tensor,
    gold: torch.Tensor,
    passage: torch.Tensor,
    group: torch.Tensor,
    groups: int,
) -> torch.Tensor:
    """(groups,) the negative log-likelihood of all gold places of a question, or of "none".

    `logits`, `gold` and `passage` are (n, pieces); `passage` marks where answers may be. `group`
    (n,) is the question of each row.
    """
    margins = (logits - logits[:, :1]).masked_fill(~passage, NEVER)
    none = torch.zeros(groups, device=logits.device)
    total = _sum_groups(
        torch.cat([torch.logsumexp(margins, 1), none]),
        torch.cat([group, torch.arange(groups, device=group.device)]),
        groups,
    )
    right = _sum_groups(torch.logsumexp(margins.masked_fill(~gold, NEVER), 1), group, groups)
    answered = none.scatter_add(0, group, gold.any(1).float()) > 0
    return total - torch.where(answered, right, none)  # "none" scores 0


def _sum_groups(values: torch.Tensor, group: torch.Tensor, groups: int) -> torch.Tensor:
    """(groups,) the logsumexp of the values of each group."""
    # The highest of each group is subtracted, so that nothing overflows.
    lowest = torch.full((groups,), -torch.inf, device=values.device)
    highest = lowest.scatter_reduce(0, group, values.detach(), "amax")
    sums = torch.zeros_like(highest).scatter_add(0, group, torch.exp(values - highest[group]))
    return highest + torch.log(sums)


def items_loss(pieces: torch.Tensor, batch: Batch) -> torch.Tensor:
    """The mean cross-entropy of begin and inside of items, over the pieces of passages."""
    begin, inside = pieces[..., 2], pieces[..., 3]
    weight = torch.tensor(BEGIN_WEIGHT, device=begin.device)
    each = functional.binary_cross_entropy_with_logits(
        begin, batch.begin.float(), reduction="none", pos_weight=weight
    ) + functional.binary_cross_entropy_with_logits(inside, batch.inside.float(), reduction="none")
    return _mean(each, batch.passage)


def evidence_loss(logits: torch.Tensor, batch: Batch) -> torch.Tensor:
    """The mean cross-entropy of evidence, by the mean logit of each sentence's pieces."""
    inside = batch.sentence >= 0
    number = batch.sentence[inside]
    empty = torch.zeros(len(batch.evidence), device=logits.device)
    total = empty.scatter_add(0, number, logits[inside])
    size = empty.scatter_add(0, number, torch.ones_like(logits[inside]))
    each = functional.binary_cross_entropy_with_logits(
        total / size.clamp(min=1), batch.evidence.float(), reduction="none"
    )
    return _mean(each, size > 0)


def _class_loss(logits: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
    """Cross-entropy over the rows with a known class; 0 if there are none."""
    total = functional.cross_entropy(logits, target, ignore_index=UNKNOWN, reduction="sum")
    return total / (target != UNKNOWN).sum().clamp(min=1)


def find_distillation_loss(scores: Scores, goals: Scores, batch: Batch) -> torch.Tensor:
    """Kullback-Leibler divergences of a student from its teacher (Hinton et al. 2015,
    https://arxiv.org/abs/1503.02531): of starts and ends within each passage and its "none", of
    the pieces' items and evidence, and of the classes.
    """
    (pieces, question), (target, target_question) = scores, goals
    allowed = batch.passage.clone()
    allowed[:, 0] = True  # "none"

    def soften(logits: torch.Tensor) -> torch.Tensor:
        return logits.masked_fill(~allowed[..., None], NEVER) / TEMPERATURE

    spans = _divergence(soften(pieces[..., :2]), soften(target[..., :2]))
    tags = _binary_divergence(pieces[..., 2:], target[..., 2:]).sum(-1)
    kinds = _divergence(question[:, :KINDS], target_question[:, :KINDS])
    verdicts = _divergence(question[:, KINDS:], target_question[:, KINDS:])
    return (
        spans * TEMPERATURE**2 / 2  # the gradient's size does not depend on the temperature
        + DISTILLED_PIECES_WEIGHT * _mean(tags, batch.passage)
        + DISTILLED_KIND_WEIGHT * kinds
        + DISTILLED_VERDICT_WEIGHT * verdicts
    )


def _divergence(logits: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
    """The divergence of distributions along axis 1 from their targets, averaged over rows."""
    found, goal = functional.log_softmax(logits, 1), functional.log_softmax(target, 1)
    return functional.kl_div(found, goal, reduction="batchmean", log_target=True)


def _binary_divergence(logits: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
    """The divergence of each probability from its target, both given as logits."""
    found, least = (
        functional.binary_cross_entropy_with_logits(scores, torch.sigmoid(target), reduction="none")
        for scores in (logits, target)
    )
    return found - least


def _mean(values: torch.Tensor, where: torch.Tensor) -> torch.Tensor:
    """The mean of the values selected by `where`; 0 if there are none."""
    chosen = where.to(values.dtype)
    return (values * chosen).sum() / chosen.sum().clamp(min=1)
