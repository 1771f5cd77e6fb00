"""Who is mentioned where, and which figures the documents hold."""

from collections.abc import Sequence

from assistant.build.plan import Block, Plan
from assistant.build.previous import Previous
from assistant.build.request import BuildRequest
from assistant.figures import Figure, find_figures
from assistant.index.writing import Found
from assistant.players import Names
from assistant.records import Mention, Offsets


def find(request: BuildRequest, plan: Plan, previous: Previous | None) -> Found:
    """What the documents hold of players and figures; not what is taken over."""
    names, by_id = Names(request.players), {player.id: player for player in request.players}
    mentions: dict[str, list[Mention]] = {}
    figures: dict[str, list[Figure]] = {}
    blocks = [
        block
        for block in plan.blocks
        if block.before is None or previous is None or not previous.same_found
    ]
    with request.show(len(blocks), "finding figures", "document") as bar:
        for block in blocks:
            document = block.document
            mentions[document.id] = names.find(document.text)
            figures[document.id] = find_figures(
                document, _sentences(block, previous), mentions[document.id], by_id
            )
            bar.update(1)
    return Found(request.players, mentions, figures)


def _sentences(block: Block, previous: Previous | None) -> Sequence[Offsets]:
    if block.before is not None and previous is not None:
        return previous.sentences_of(block.before)
    return [one for passage in block.fresh for one in passage.sentences]
